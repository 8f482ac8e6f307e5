/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-stream-message.h"

/* The two forms on the wire, see anc-stream-message.h. */
AncStreamMessage *anc_stream_binary_parse (GBytes *frame, GError **error);
AncStreamMessage *anc_stream_text_parse (GBytes *frame, GError **error);

/* Reads the fields of a JSON hello into `ret_hello`, which is empty. */
struct _JsonObject;
gboolean anc_stream_hello_parse (struct _JsonObject *object,
                                 AncStreamHello *ret_hello, GError **error);

/* A member that may be missing: TRUE then too, with *ret_value as it was. A
 * member of another type or out of range is an error that names it. */
gboolean anc_stream_read_uint (struct _JsonObject *object, const gchar *name,
                               guint64 min, guint64 max, guint64 *ret_value,
                               GError **error);
gboolean anc_stream_read_boolean (struct _JsonObject *object, const gchar *name,
                                  gboolean *ret_value, GError **error);
gboolean anc_stream_read_string (struct _JsonObject *object, const gchar *name,
                                 gsize max, gchar **ret_value, GError **error);
