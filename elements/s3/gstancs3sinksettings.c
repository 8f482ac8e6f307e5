/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3sinksettings.h"

#include "anc-aws-error.h"
#include "anc-s3-plan.h"
#include "anc-s3.h"
#include "gstancs3connection.h"
#include "gstancs3enums.h"
#include "gstancs3fields.h"

#define DEFAULT_PART_SIZE (G_GUINT64_CONSTANT (8) << 20)
#define DEFAULT_PARALLEL_UPLOADS 4
/* As many as a client has connections to one host. */
#define MAX_PARALLEL_UPLOADS 64

#define LIVE_FLAGS                                                             \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

enum {
  PROP_PART_SIZE = GST_ANC_S3_PROP_OWN,
  PROP_PARALLEL_UPLOADS,
  PROP_MAX_MEMORY,
  PROP_SPOOL_DIRECTORY,
  PROP_SPOOL_LIMIT,
  PROP_ON_ERROR,
  PROP_CONTENT_TYPE,
  PROP_CONTENT_ENCODING,
  PROP_CONTENT_LANGUAGE,
  PROP_CONTENT_DISPOSITION,
  PROP_CACHE_CONTROL,
  PROP_STORAGE_CLASS,
  PROP_ACL,
  PROP_SSE,
  PROP_KMS_KEY_ID,
  PROP_METADATA,
  PROP_TAGS,
  PROP_CHECKSUM,
  PROP_IF_NONE_MATCH,
  PROP_CHECK_ACCESS,
  PROP_ROTATE_SIZE,
  PROP_ROTATE_DURATION,
  PROP_INDEX,
  PROP_STATS
};

#define FIELD(id, field, kind)                                                 \
  PROP_##id, G_STRUCT_OFFSET (GstAncS3SinkSettings, field), GST_ANC_S3_##kind
#define STRING(id, field, name, nick, blurb)                                   \
  {                                                                            \
    FIELD (id, field, STRING), name, nick, blurb                               \
  }
#define OTHER(id, field, kind)                                                 \
  {                                                                            \
    FIELD (id, field, kind), NULL, NULL, NULL                                  \
  }

static const GstAncS3Field fields[] = {
  STRING (SPOOL_DIRECTORY, spool_directory, "spool-directory",
          "Spool directory",
          "Keep parts here until S3 has them; what a crash or an outage left "
          "is uploaded at the next start"),
  STRING (CONTENT_TYPE, content_type, "content-type", "Content type",
          "Media type (default: from the caps)"),
  STRING (CONTENT_ENCODING, content_encoding, "content-encoding",
          "Content encoding", "Encoding, such as gzip"),
  STRING (CONTENT_LANGUAGE, content_language, "content-language",
          "Content language", "Language, such as en-GB"),
  STRING (CONTENT_DISPOSITION, content_disposition, "content-disposition",
          "Content disposition", "How a browser shows it"),
  STRING (CACHE_CONTROL, cache_control, "cache-control", "Cache control",
          "How long it may be cached"),
  STRING (STORAGE_CLASS, storage_class, "storage-class", "Storage class",
          "Such as STANDARD_IA or GLACIER_IR (default: the bucket's)"),
  STRING (ACL, acl, "acl", "ACL",
          "Canned ACL, such as bucket-owner-full-control"),
  STRING (SSE, sse, "sse", "Server-side encryption",
          "AES256, aws:kms or aws:kms:dsse (default: the bucket's)"),
  STRING (KMS_KEY_ID, kms_key_id, "kms-key-id", "KMS key id",
          "Key for sse=aws:kms (default: the account's)"),
  OTHER (PART_SIZE, part_size, UINT64),
  OTHER (PARALLEL_UPLOADS, parallel_uploads, UINT),
  OTHER (MAX_MEMORY, max_memory, UINT64),
  OTHER (SPOOL_LIMIT, spool_limit, UINT64),
  OTHER (ON_ERROR, on_error, ENUM),
  OTHER (METADATA, metadata, STRUCTURE),
  OTHER (TAGS, tags, STRUCTURE),
  OTHER (CHECKSUM, checksum, ENUM),
  OTHER (IF_NONE_MATCH, if_none_match, BOOLEAN),
  OTHER (CHECK_ACCESS, check_access, BOOLEAN),
  OTHER (ROTATE_SIZE, rotate_size, UINT64),
  OTHER (ROTATE_DURATION, rotate_duration, UINT64),
  OTHER (INDEX, index, UINT64),
  { 0 },
};

void
gst_anc_s3_sink_settings_init (GstAncS3SinkSettings *self)
{
  *self = (GstAncS3SinkSettings){
    .part_size = DEFAULT_PART_SIZE,
    .parallel_uploads = DEFAULT_PARALLEL_UPLOADS,
    .on_error = ANC_S3_ON_ERROR_ABORT,
    .checksum = ANC_AWS_CHECKSUM_CRC32C,
    .check_access = TRUE,
  };
}

void
gst_anc_s3_sink_settings_clear (GstAncS3SinkSettings *self)
{
  gst_anc_s3_fields_clear (fields, self);
}

static void
install_parts (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_PART_SIZE,
      g_param_spec_uint64 ("part-size", "Part size",
                           "Bytes in a part; grows with the object, so that "
                           "10,000 parts are always enough",
                           ANC_S3_MIN_PART_SIZE, ANC_S3_MAX_PART_SIZE,
                           DEFAULT_PART_SIZE, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_PARALLEL_UPLOADS,
      g_param_spec_uint ("parallel-uploads", "Parallel uploads",
                         "Requests at the same time", 1, MAX_PARALLEL_UPLOADS,
                         DEFAULT_PARALLEL_UPLOADS, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_MAX_MEMORY,
      g_param_spec_uint64 ("max-memory", "Max memory",
                           "Bytes in parts at most, two parts or more; 0: "
                           "(parallel-uploads + 1) parts and the first one",
                           0, G_MAXUINT64, 0, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_SPOOL_LIMIT,
      g_param_spec_uint64 ("spool-limit", "Spool limit",
                           "Bytes in the spool at most, then the stream waits; "
                           "0: as the disk has",
                           0, G_MAXUINT64, 0, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_ON_ERROR,
      g_param_spec_enum ("on-error", "On error",
                         "What becomes of an object that cannot be finished, "
                         "or that is stopped before its end; with a spool it "
                         "stays there",
                         GST_TYPE_ANC_S3_ON_ERROR, ANC_S3_ON_ERROR_ABORT,
                         GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_CHECK_ACCESS,
      g_param_spec_boolean ("check-access", "Check access",
                            "Ask for the bucket if nothing was sent one second "
                            "after the start, so that wrong keys and names are "
                            "known before the first part is full",
                            TRUE, GST_ANC_S3_READY_FLAGS));
}

static void
install_attributes (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_METADATA,
      g_param_spec_boxed ("metadata", "Metadata",
                          "User metadata: a structure, its fields are the "
                          "entries",
                          GST_TYPE_STRUCTURE, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_TAGS,
      g_param_spec_boxed ("tags", "Tags",
                          "Object tags: a structure, its fields are the "
                          "tags, 10 at most",
                          GST_TYPE_STRUCTURE, GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_CHECKSUM,
      g_param_spec_enum ("checksum", "Checksum",
                         "What S3 verifies and keeps with the object",
                         GST_TYPE_ANC_S3_CHECKSUM, ANC_AWS_CHECKSUM_CRC32C,
                         GST_ANC_S3_READY_FLAGS));
  g_object_class_install_property (
      klass, PROP_IF_NONE_MATCH,
      g_param_spec_boolean ("if-none-match", "If none match",
                            "Fail rather than replace an object", FALSE,
                            GST_ANC_S3_READY_FLAGS));
}

static void
install_rotation (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_ROTATE_SIZE,
      g_param_spec_uint64 ("rotate-size", "Rotate size",
                           "Begin a new object rather than let one grow above "
                           "so many bytes; 0: never",
                           0, G_MAXUINT64, 0, LIVE_FLAGS));
  g_object_class_install_property (
      klass, PROP_ROTATE_DURATION,
      g_param_spec_uint64 ("rotate-duration", "Rotate duration",
                           "Begin a new object after so much running time in "
                           "nanoseconds; 0: never",
                           0, G_MAXUINT64, 0, LIVE_FLAGS));
  g_object_class_install_property (
      klass, PROP_INDEX,
      g_param_spec_uint64 ("index", "Index",
                           "{index} of the next object; counts up", 0,
                           G_MAXUINT64, 0, LIVE_FLAGS));
}

void
gst_anc_s3_sink_settings_install (GObjectClass *klass)
{
  gst_anc_s3_fields_install_strings (fields, klass, 0);
  install_parts (klass);
  install_attributes (klass);
  install_rotation (klass);
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
  return gst_anc_s3_fields_set (fields, self, id, value);
}

gboolean
gst_anc_s3_sink_settings_get (const GstAncS3SinkSettings *self, guint id,
                              GValue *value)
{
  return gst_anc_s3_fields_get (fields, self, id, value);
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
