/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-json.h"

typedef struct _AncJsonTwice AncJsonTwice;

/* Before the parser runs. */
AncJsonTwice *anc_json_twice_new (JsonParser *parser);
void anc_json_twice_free (AncJsonTwice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncJsonTwice, anc_json_twice_free)

/* After it ran: FALSE with an error if an object of the tree has a key
 * twice. */
gboolean anc_json_twice_check (const AncJsonTwice *self, const AncJson *json,
                               GError **error);
