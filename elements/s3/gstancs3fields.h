/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  GST_ANC_S3_STRING,
  GST_ANC_S3_BOOLEAN,
  GST_ANC_S3_UINT,
  GST_ANC_S3_UINT64,
  GST_ANC_S3_ENUM,
  GST_ANC_S3_STRUCTURE
} GstAncS3FieldKind;

/* Where in a struct of settings a property is kept. Those with a name are strings
 * that need no more to be installed. */
typedef struct {
  guint id; /* 0 ends a table */
  gsize offset;
  GstAncS3FieldKind kind;
  const gchar *name, *nick, *blurb;
} GstAncS3Field;

/* But for the one of id `without`. */
void gst_anc_s3_fields_install_strings (const GstAncS3Field *fields,
                                        GObjectClass *klass, guint without);
/* FALSE: none has this id. */
gboolean gst_anc_s3_fields_set (const GstAncS3Field *fields, gpointer settings,
                                guint id, const GValue *value);
gboolean gst_anc_s3_fields_get (const GstAncS3Field *fields,
                                gconstpointer settings, guint id,
                                GValue *value);
/* Frees strings and structures. */
void gst_anc_s3_fields_clear (const GstAncS3Field *fields, gpointer settings);

G_END_DECLS
