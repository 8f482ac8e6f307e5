/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * {"env": "NAME"} and {"file": "PATH"}: values, often secrets, that are
 * written neither in a config file nor on a command line. */
#pragma once

#include <json-glib/json-glib.h>

typedef struct {
  gboolean environment;
  const gchar *name; /* borrowed */
} AncReference;

/* FALSE if the node is no reference. */
gboolean anc_reference_from_json (JsonNode *node, AncReference *ret);

/* The value without a final line break; NULL with a reason that tells
 * nothing of it. */
gchar *anc_reference_read (const AncReference *self, GError **error);
