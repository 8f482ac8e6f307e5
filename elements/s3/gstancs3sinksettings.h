/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-s3-description.h"
#include "anc-s3-uploader.h"

G_BEGIN_DECLS

/* The sink's own settings: how objects are made and what is said of them. */
typedef struct {
  guint64 part_size;
  guint parallel_uploads;
  guint64 max_memory;
  gchar *spool_directory;
  guint64 spool_limit;
  AncS3OnError on_error;
  gchar *content_type, *content_encoding, *content_language;
  gchar *content_disposition, *cache_control;
  gchar *storage_class, *acl, *sse, *kms_key_id;
  GstStructure *metadata, *tags;
  AncAwsChecksumAlgorithm checksum;
  gboolean if_none_match, check_access;
  guint64 rotate_size;
  GstClockTime rotate_duration;
  guint64 index;
} GstAncS3SinkSettings;

void gst_anc_s3_sink_settings_init (GstAncS3SinkSettings *self);
void gst_anc_s3_sink_settings_clear (GstAncS3SinkSettings *self);
void gst_anc_s3_sink_settings_install (GObjectClass *klass);
/* FALSE: not one of these. The object's lock guards the struct. */
gboolean gst_anc_s3_sink_settings_set (GstAncS3SinkSettings *self, guint id,
                                       const GValue *value);
gboolean gst_anc_s3_sink_settings_get (const GstAncS3SinkSettings *self,
                                       guint id, GValue *value);

/* What is said of each object, checked; `content_type`: if none was set, NULL
 * for S3's own. */
AncS3Description *gst_anc_s3_sink_settings_describe (
    const GstAncS3SinkSettings *self, const gchar *content_type,
    GError **error);

/* What is after these: `stats`. */
guint gst_anc_s3_sink_settings_stats_id (void);

G_END_DECLS
