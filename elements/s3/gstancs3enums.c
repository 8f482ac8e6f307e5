/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3enums.h"

#include "anc-s3-uploader.h"

static GType
register_enum (const gchar *name, const GEnumValue *values)
{
  GType type = g_enum_register_static (name, values);
  gst_type_mark_as_plugin_api (type, 0);
  return type;
}

GType
gst_anc_s3_on_error_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { ANC_S3_ON_ERROR_ABORT, "Nothing of the object stays", "abort" },
    { ANC_S3_ON_ERROR_COMPLETE, "What was uploaded becomes the object",
      "complete" },
    { ANC_S3_ON_ERROR_KEEP, "The upload stays, its id is told", "keep" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, register_enum ("GstAncS3OnError", values));
  return type;
}

GType
gst_anc_s3_checksum_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { ANC_AWS_CHECKSUM_NONE, "None", "none" },
    { ANC_AWS_CHECKSUM_CRC32C, "CRC-32C", "crc32c" },
    { ANC_AWS_CHECKSUM_CRC64NVME, "CRC-64/NVME", "crc64nvme" },
    { ANC_AWS_CHECKSUM_SHA256, "SHA-256", "sha256" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, register_enum ("GstAncS3Checksum", values));
  return type;
}
