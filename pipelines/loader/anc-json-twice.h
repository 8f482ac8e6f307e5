/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-json.h"

typedef struct _AncJsonTwice AncJsonTwice;

/* Before the parser runs. */
AncJsonTwice *anc_json_twice_new (JsonParser *parser);
void anc_json_twice_free (AncJsonTwice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncJsonTwice, anc_json_twice_free)

/* After it ran: notes each key that an object of the tree has twice. */
void anc_json_twice_check (const AncJsonTwice *self, const AncJson *json,
                           AncMistakes *mistakes);
