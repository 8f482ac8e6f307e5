/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancs3error.h"

#include "anc-aws-error.h"

static GstResourceError
aws_code (gint code, GstResourceError fallback)
{
  switch (code) {
  case ANC_AWS_ERROR_NO_CREDENTIALS:
  case ANC_AWS_ERROR_CREDENTIALS:
  case ANC_AWS_ERROR_DENIED:
  case ANC_AWS_ERROR_EXPIRED:
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  case ANC_AWS_ERROR_NO_REGION:
  case ANC_AWS_ERROR_ARGUMENT:
  case ANC_AWS_ERROR_NOT_SUPPORTED:
    return GST_RESOURCE_ERROR_SETTINGS;
  case ANC_AWS_ERROR_NOT_FOUND:
    return GST_RESOURCE_ERROR_NOT_FOUND;
  default:
    return fallback;
  }
}

static GstResourceError
code_of (const GError *error, GstResourceError fallback)
{
  if (error->domain == ANC_AWS_ERROR)
    return aws_code (error->code, fallback);
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    return GST_RESOURCE_ERROR_NO_SPACE_LEFT;
  return fallback;
}

static void
set_string (GstStructure *details, const gchar *name, const gchar *value)
{
  if (value != NULL)
    gst_structure_set (details, name, G_TYPE_STRING, value, NULL);
}

static GstStructure *
details_of (const GError *error, const GstAncS3ErrorPlace *place)
{
  const AncAwsErrorDetails *known = anc_aws_error_get_details (error);
  GstStructure *details = gst_structure_new_empty ("details");

  set_string (details, "bucket", place->bucket);
  set_string (details, "key", place->key);
  set_string (details, "upload-id", place->upload_id);
  set_string (details, "spool-folder", place->spool_folder);
  set_string (details, "error-code", known->code);
  set_string (details, "request-id", known->request_id);
  set_string (details, "extended-request-id", known->extended_request_id);
  if (known->http_status != 0)
    gst_structure_set (details, "http-status-code", G_TYPE_UINT,
                       known->http_status, NULL);
  return details;
}

static void
post (GstElement *element, GstMessageType type, const GError *error,
      const gchar *remark, const GstAncS3ErrorPlace *place)
{
  gchar *text = remark != NULL ? g_strconcat (error->message, " ", remark, NULL)
                               : g_strdup (error->message);
  g_autofree gchar *debug
      = place->key != NULL
            ? g_strdup_printf ("s3://%s/%s", place->bucket, place->key)
            : NULL;

  gst_element_message_full_with_details (
      element, type, GST_RESOURCE_ERROR, code_of (error, place->fallback), text,
      g_steal_pointer (&debug), __FILE__, GST_FUNCTION, __LINE__,
      details_of (error, place));
}

void
gst_anc_s3_post_error (GstElement *element, const GError *error,
                       const gchar *remark, const GstAncS3ErrorPlace *place)
{
  post (element, GST_MESSAGE_ERROR, error, remark, place);
}

void
gst_anc_s3_post_warning (GstElement *element, const GError *error,
                         const gchar *remark, const GstAncS3ErrorPlace *place)
{
  post (element, GST_MESSAGE_WARNING, error, remark, place);
}
