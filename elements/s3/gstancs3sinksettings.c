/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3sinksettings.h"

#include "anc-aws-error.h"
#include "anc-s3-plan.h"
#include "anc-s3.h"
#include "gstancfields.h"
#include "gstancs3connection.h"
#include "gstancs3enums.h"

/* As many as a client has connections to one host. */
#define MAX_PARALLEL_UPLOADS 64

#define S GstAncS3SinkSettings
static const GstAncField ready_fields[] = {
  GST_ANC_TEXT (
      S, spool_directory, "spool-directory", "Spool directory",
      "Keep parts here until S3 has them; what a crash or an outage left "
      "is uploaded at the next start"),
  GST_ANC_TEXT (S, content_type, "content-type", "Content type",
                "Media type (default: from the caps)"),
  GST_ANC_TEXT (S, content_encoding, "content-encoding", "Content encoding",
                "Encoding, such as gzip"),
  GST_ANC_TEXT (S, content_language, "content-language", "Content language",
                "Language, such as en-GB"),
  GST_ANC_TEXT (S, content_disposition, "content-disposition",
                "Content disposition", "How a browser shows it"),
  GST_ANC_TEXT (S, cache_control, "cache-control", "Cache control",
                "How long it may be cached"),
  GST_ANC_TEXT (S, storage_class, "storage-class", "Storage class",
                "Such as STANDARD_IA or GLACIER_IR (default: the bucket's)"),
  GST_ANC_TEXT (S, acl, "acl", "ACL",
                "Canned ACL, such as bucket-owner-full-control"),
  GST_ANC_TEXT (S, sse, "sse", "Server-side encryption",
                "AES256, aws:kms or aws:kms:dsse (default: the bucket's)"),
  GST_ANC_TEXT (S, kms_key_id, "kms-key-id", "KMS key id",
                "Key for sse=aws:kms (default: the account's)"),
  GST_ANC_LONG (S, part_size, "part-size", "Part size",
                "Bytes in a part; grows with the object, so that 10,000 parts "
                "are always enough",
                ANC_S3_MIN_PART_SIZE, ANC_S3_MAX_PART_SIZE,
                G_GUINT64_CONSTANT (8) << 20),
  GST_ANC_NUMBER (S, parallel_uploads, "parallel-uploads", "Parallel uploads",
                  "Requests at the same time", 1, MAX_PARALLEL_UPLOADS, 4),
  GST_ANC_LONG (S, max_memory, "max-memory", "Max memory",
                "Bytes in parts at most, two parts or more; 0: "
                "(parallel-uploads + 1) parts and the first one",
                0, G_MAXUINT64, 0),
  GST_ANC_LONG (S, spool_limit, "spool-limit", "Spool limit",
                "Bytes in the spool at most, then the stream waits; 0: as the "
                "disk has",
                0, G_MAXUINT64, 0),
  GST_ANC_CHOICE (S, on_error, "on-error", "On error",
                  "What becomes of an object that cannot be finished, or that "
                  "is stopped before its end; with a spool it stays there",
                  gst_anc_s3_on_error_get_type, ANC_S3_ON_ERROR_ABORT),
  GST_ANC_SWITCH (S, check_access, "check-access", "Check access",
                  "Ask for the bucket if nothing was sent one second after "
                  "the start, so that wrong keys and names are known before "
                  "the first part is full",
                  TRUE),
  GST_ANC_STRUCTURE (S, metadata, "metadata", "Metadata",
                     "User metadata: a structure, its fields are the entries"),
  GST_ANC_STRUCTURE (S, tags, "tags", "Tags",
                     "Object tags: a structure, its fields are the tags, 10 "
                     "at most"),
  GST_ANC_CHOICE (S, checksum, "checksum", "Checksum",
                  "What S3 verifies and keeps with the object",
                  gst_anc_s3_checksum_get_type, ANC_AWS_CHECKSUM_CRC32C),
  GST_ANC_SWITCH (S, if_none_match, "if-none-match", "If none match",
                  "Fail rather than replace an object", FALSE),
};

static const GstAncField live_fields[] = {
  GST_ANC_LONG (S, rotate_size, "rotate-size", "Rotate size",
                "Begin a new object rather than let one grow above so many "
                "bytes; 0: never",
                0, G_MAXUINT64, 0),
  GST_ANC_LONG (S, rotate_duration, "rotate-duration", "Rotate duration",
                "Begin a new object after so much running time in "
                "nanoseconds; 0: never",
                0, G_MAXUINT64, 0),
  GST_ANC_LONG (S, index, "index", "Index",
                "{index} of the next object; counts up", 0, G_MAXUINT64, 0),
};
#undef S

enum {
  PROP_READY = GST_ANC_S3_PROP_OWN,
  PROP_LIVE = PROP_READY + G_N_ELEMENTS (ready_fields),
  PROP_STATS = PROP_LIVE + G_N_ELEMENTS (live_fields)
};

void
gst_anc_s3_sink_settings_init (GstAncS3SinkSettings *self)
{
  *self = (GstAncS3SinkSettings){ 0 };
  gst_anc_fields_init (self, ready_fields, G_N_ELEMENTS (ready_fields));
  gst_anc_fields_init (self, live_fields, G_N_ELEMENTS (live_fields));
}

void
gst_anc_s3_sink_settings_clear (GstAncS3SinkSettings *self)
{
  gst_anc_fields_clear (self, ready_fields, G_N_ELEMENTS (ready_fields));
}

void
gst_anc_s3_sink_settings_install (GObjectClass *klass)
{
  gst_anc_fields_install (klass, PROP_READY, ready_fields,
                          G_N_ELEMENTS (ready_fields), GST_PARAM_MUTABLE_READY);
  gst_anc_fields_install (klass, PROP_LIVE, live_fields,
                          G_N_ELEMENTS (live_fields),
                          GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Bytes, parts, objects, retries, memory and waits "
                          "since the start",
                          GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

guint
gst_anc_s3_sink_settings_stats_id (void)
{
  return PROP_STATS;
}

gboolean
gst_anc_s3_sink_settings_set (GstAncS3SinkSettings *self, guint id,
                              const GValue *value)
{
  return gst_anc_fields_set (self, PROP_READY, ready_fields,
                             G_N_ELEMENTS (ready_fields), id, value)
         || gst_anc_fields_set (self, PROP_LIVE, live_fields,
                                G_N_ELEMENTS (live_fields), id, value);
}

gboolean
gst_anc_s3_sink_settings_get (const GstAncS3SinkSettings *self, guint id,
                              GValue *value)
{
  return gst_anc_fields_get (self, PROP_READY, ready_fields,
                             G_N_ELEMENTS (ready_fields), id, value)
         || gst_anc_fields_get (self, PROP_LIVE, live_fields,
                                G_N_ELEMENTS (live_fields), id, value);
}

/* --- what is said of an object --- */

static gboolean
add_field (GQuark name, const GValue *value, gpointer data)
{
  GValue text = G_VALUE_INIT;

  g_value_init (&text, G_TYPE_STRING);
  if (g_value_transform (value, &text) && g_value_get_string (&text) != NULL)
    anc_aws_fields_add (data, g_quark_to_string (name),
                        g_value_get_string (&text));
  g_value_unset (&text);
  return TRUE;
}

/* NULL: no structure. */
static AncAwsFields *
to_fields (const GstStructure *structure)
{
  AncAwsFields *list;

  if (structure == NULL)
    return NULL;
  list = anc_aws_fields_new ();
  gst_structure_foreach (structure, add_field, list);
  return list;
}

AncS3Description *
gst_anc_s3_sink_settings_describe (const GstAncS3SinkSettings *self,
                                   const gchar *content_type, GError **error)
{
  g_autoptr (AncAwsFields) metadata = to_fields (self->metadata);
  g_autoptr (AncAwsFields) tags = to_fields (self->tags);
  AncS3Attributes attributes = {
    .content_type
    = self->content_type != NULL ? self->content_type : content_type,
    .content_encoding = self->content_encoding,
    .content_language = self->content_language,
    .content_disposition = self->content_disposition,
    .cache_control = self->cache_control,
    .metadata = metadata,
    .tags = tags,
    .storage_class = self->storage_class,
    .acl = self->acl,
    .sse = self->sse,
    .sse_kms_key_id = self->kms_key_id,
    .checksum = self->checksum,
    .if_none_match = self->if_none_match,
  };

  if (!anc_s3_check_attributes (&attributes, error))
    return NULL;
  return anc_s3_description_new (&attributes);
}
