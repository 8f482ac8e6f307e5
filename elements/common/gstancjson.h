/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* GStreamer's values as JSON (RFC 8259), compact, in UTF-8:
 *
 *   boolean, string             the same; what is not UTF-8 becomes U+FFFD
 *   integers of all widths      all their digits: 64 bits too
 *   float, double               the shortest digits that give the number
 *                               again; NaN and infinities: null
 *   guint64 of all ones         null: GStreamer's "not known" of clock times
 *   enums, flags                nick; array of nicks
 *   structures                  object, without the structure's name
 *   GstValueArray, GstValueList,
 *   GValueArray, string vector  array
 *   fraction                    string "num/den"
 *   caps, ranges, dates, ...    GStreamer's own text for them, as a string
 *   GBytes                      string, base64
 *   GstObject                   its name
 *   GError                      object: domain, code, message
 *   all else, NULL              null: addresses mean nothing elsewhere */

/* The structure's fields as an object, in their order. */
void gst_anc_json_append_structure (GString *json,
                                    const GstStructure *structure);
void gst_anc_json_append_value (GString *json, const GValue *value);
/* With its quotes. */
void gst_anc_json_append_string (GString *json, const gchar *text);

/* Free with g_free(). */
gchar *gst_anc_json_from_structure (const GstStructure *structure);
