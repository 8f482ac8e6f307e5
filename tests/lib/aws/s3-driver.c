/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library on the command line, for tests in Python against real servers:
 *
 *   s3-driver COMMAND BUCKET [ARGUMENT...]
 *
 * Settings come from the environment. Prints what it found as "name value"
 * lines; exits with 1, "error NAME HTTP-STATUS SERVICE-CODE TRIES" and "message
 * ..." when the call failed. */
#include "anc-aws-error.h"
#include "anc-s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  AncS3 *s3;
  const gchar *bucket;
  gchar **arguments; /* after the bucket */
  guint count;
} Call;

static const gchar *
argument (const Call *call, guint index)
{
  if (index >= call->count) {
    fprintf (stderr, "argument %u is missing\n", index + 1);
    exit (2);
  }
  return call->arguments[index];
}

static AncAwsChecksumAlgorithm
checksum_argument (const Call *call, guint index)
{
  AncAwsChecksumAlgorithm algorithm = ANC_AWS_CHECKSUM_NONE;

  if (index < call->count)
    anc_aws_checksum_from_name (call->arguments[index], &algorithm);
  return algorithm;
}

static GBytes *
read_file (const gchar *path)
{
  gchar *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, NULL)) {
    fprintf (stderr, "cannot read %s\n", path);
    exit (2);
  }
  return g_bytes_new_take (data, size);
}

static void
print_info (const AncS3ObjectInfo *info)
{
  printf ("etag %s\nsize %" G_GUINT64_FORMAT "\n", info->etag, info->size);
  printf ("checksum %s\n", info->checksum != NULL ? info->checksum : "");
  printf ("type %s\n", info->content_type != NULL ? info->content_type : "");
  for (guint i = 0;
       info->metadata != NULL && i < anc_aws_fields_length (info->metadata);
       i++)
    printf ("meta %s=%s\n", anc_aws_fields_name (info->metadata, i),
            anc_aws_fields_value (info->metadata, i));
}

/* put BUCKET KEY FILE [CHECKSUM [if-none-match]] */
static gboolean
put (const Call *call, GError **error)
{
  g_autoptr (GBytes) body = read_file (argument (call, 1));
  g_autoptr (AncAwsFields) metadata = anc_aws_fields_new ();
  g_autoptr (AncAwsFields) tags = anc_aws_fields_new ();
  g_auto (AncS3ObjectInfo) info = { 0 };
  AncS3Attributes attributes = {
    .content_type = "audio/x-wav",
    .metadata = metadata,
    .tags = tags,
    .checksum = checksum_argument (call, 2),
    .if_none_match = call->count > 3,
  };

  anc_aws_fields_add (metadata, "Place", "B\303\274ro");
  anc_aws_fields_add (tags, "a b", "c+d=e/f");
  if (!anc_s3_put_object (call->s3, call->bucket, argument (call, 0),
                          &attributes, body, NULL, &info, NULL, error))
    return FALSE;
  print_info (&info);
  return TRUE;
}

/* get BUCKET KEY FILE [OFFSET LENGTH [ETAG]] */
static gboolean
get (const Call *call, GError **error)
{
  AncS3Range range = { 0 };
  g_auto (AncS3ObjectInfo) info = { 0 };
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (argument (call, 1));
  g_autoptr (GFileOutputStream) out = NULL;

  if (call->count > 3) {
    range.offset = g_ascii_strtoull (argument (call, 2), NULL, 10);
    range.length = g_ascii_strtoull (argument (call, 3), NULL, 10);
  }
  if (call->count > 4)
    range.if_match = argument (call, 4);
  if (!anc_s3_get_object (call->s3, call->bucket, argument (call, 0), &range,
                          &info, &stream, NULL, error))
    return FALSE;
  out = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, error);
  if (out == NULL
      || g_output_stream_splice (G_OUTPUT_STREAM (out), stream,
                                 G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL,
                                 error)
             < 0) {
    anc_aws_client_explain_read (anc_s3_client (call->s3), "the object", error);
    return FALSE;
  }
  print_info (&info);
  printf ("length %" G_GUINT64_FORMAT "\n", info.length);
  return TRUE;
}

/* read BUCKET KEY FILE SIZE: by anc_s3_read () */
static gboolean
read_range (const Call *call, GError **error)
{
  gsize size = g_ascii_strtoull (argument (call, 2), NULL, 10), got = 0;
  g_autofree gchar *data = g_malloc (size);

  if (!anc_s3_read (call->s3, call->bucket, argument (call, 0), NULL, data,
                    size, &got, NULL, NULL, error))
    return FALSE;
  printf ("length %" G_GSIZE_FORMAT "\n", got);
  return g_file_set_contents (argument (call, 1), data, (gssize) got, error);
}

static gboolean
head (const Call *call, GError **error)
{
  g_auto (AncS3ObjectInfo) info = { 0 };

  if (!anc_s3_head_object (call->s3, call->bucket, argument (call, 0), NULL,
                           &info, NULL, error))
    return FALSE;
  print_info (&info);
  return TRUE;
}

/* The CRC of the whole from those of the parts. */
static gchar *
whole_checksum (GBytes *body, AncAwsChecksumAlgorithm algorithm)
{
  if (algorithm != ANC_AWS_CHECKSUM_CRC32C
      && algorithm != ANC_AWS_CHECKSUM_CRC64NVME)
    return NULL;
  return anc_aws_checksum_base64 (algorithm, g_bytes_get_data (body, NULL),
                                  g_bytes_get_size (body));
}

static gboolean
upload_parts (const Call *call, const gchar *id, GBytes *body, gsize size,
              GPtrArray *parts, GError **error)
{
  for (gsize at = 0; at < g_bytes_get_size (body); at += size) {
    g_autoptr (GBytes) piece = g_bytes_new_from_bytes (
        body, at, MIN (size, g_bytes_get_size (body) - at));
    g_auto (AncS3Part) part = { 0 };

    if (!anc_s3_upload_part (call->s3, call->bucket, argument (call, 0), id,
                             (guint) (at / size + 1), piece,
                             checksum_argument (call, 3), NULL, &part, NULL,
                             error))
      return FALSE;
    g_ptr_array_add (parts, anc_s3_part_copy (&part));
  }
  return TRUE;
}

/* multipart BUCKET KEY FILE PART-SIZE [CHECKSUM] */
static gboolean
multipart (const Call *call, GError **error)
{
  g_autoptr (GBytes) body = read_file (argument (call, 1));
  gsize size = g_ascii_strtoull (argument (call, 2), NULL, 10);
  AncAwsChecksumAlgorithm algorithm = checksum_argument (call, 3);
  AncS3Attributes attributes = { .checksum = algorithm };
  g_autofree gchar *whole = whole_checksum (body, algorithm);
  AncS3Completion completion = { .algorithm = algorithm,
                                 .checksum = whole,
                                 .size = g_bytes_get_size (body) };
  g_autofree gchar *id = NULL;
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
  g_autoptr (GPtrArray) listed = NULL;
  g_auto (AncS3ObjectInfo) info = { 0 };

  if (!anc_s3_create_multipart_upload (call->s3, call->bucket,
                                       argument (call, 0), &attributes, &id,
                                       NULL, error)
      || !upload_parts (call, id, body, size, parts, error)
      || !anc_s3_list_parts (call->s3, call->bucket, argument (call, 0), id,
                             &listed, NULL, error))
    return FALSE;
  printf ("parts %u\n", listed->len);
  if (!anc_s3_complete_multipart_upload (call->s3, call->bucket,
                                         argument (call, 0), id, parts,
                                         &completion, &info, NULL, error))
    return FALSE;
  print_info (&info);
  return TRUE;
}

/* create BUCKET KEY: an upload that stays open */
static gboolean
create (const Call *call, GError **error)
{
  g_autofree gchar *id = NULL;

  if (!anc_s3_create_multipart_upload (
          call->s3, call->bucket, argument (call, 0), NULL, &id, NULL, error))
    return FALSE;
  printf ("upload %s\n", id);
  return TRUE;
}

static gboolean
uploads (const Call *call, GError **error)
{
  g_autoptr (GPtrArray) list = NULL;

  if (!anc_s3_list_multipart_uploads (call->s3, call->bucket, NULL, &list, NULL,
                                      error))
    return FALSE;
  for (guint i = 0; i < list->len; i++) {
    const AncS3Upload *upload = list->pdata[i];

    printf ("upload %s %s\n", upload->upload_id, upload->key);
  }
  return TRUE;
}

static gboolean
abort_upload (const Call *call, GError **error)
{
  return anc_s3_abort_multipart_upload (call->s3, call->bucket,
                                        argument (call, 0), argument (call, 1),
                                        NULL, error);
}

/* list BUCKET [MAX-KEYS] */
static gboolean
list (const Call *call, GError **error)
{
  AncS3Listing listing = { 0 };
  g_autofree gchar *token = NULL;

  if (call->count > 0)
    listing.max_keys = (guint) g_ascii_strtoull (argument (call, 0), NULL, 10);
  do {
    g_autoptr (GPtrArray) objects = NULL;
    gchar *next = NULL;

    if (!anc_s3_list_objects (call->s3, call->bucket, &listing, token, &objects,
                              NULL, &next, NULL, error))
      return FALSE;
    for (guint i = 0; i < objects->len; i++) {
      const AncS3Object *object = objects->pdata[i];

      printf ("object %" G_GUINT64_FORMAT " %s\n", object->size, object->key);
    }
    g_free (token);
    token = next;
  } while (token != NULL);
  return TRUE;
}

static gboolean delete (const Call *call, GError **error)
{
  if (call->count == 1)
    return anc_s3_delete_object (call->s3, call->bucket, argument (call, 0),
                                 NULL, NULL, error);
  return anc_s3_delete_objects (call->s3, call->bucket,
                                (const gchar *const *) call->arguments, NULL,
                                error);
}

/* presign BUCKET METHOD KEY */
static gboolean
presign (const Call *call, GError **error)
{
  g_autofree gchar *url
      = anc_s3_presign (call->s3, argument (call, 0), call->bucket,
                        argument (call, 1), NULL, 600, NULL, error);

  if (url != NULL)
    printf ("url %s\n", url);
  return url != NULL;
}

static const struct {
  const gchar *name;
  gboolean (*run) (const Call *call, GError **error);
} commands[] = {
  { "put", put },
  { "get", get },
  { "read", read_range },
  { "head", head },
  { "multipart", multipart },
  { "create", create },
  { "uploads", uploads },
  { "abort", abort_upload },
  { "list", list },
  { "delete", delete },
  { "presign", presign },
};

static const gchar *
name_of (const GError *error)
{
  static const gchar *const names[] = {
    [ANC_AWS_ERROR_FAILED] = "failed",
    [ANC_AWS_ERROR_NO_CREDENTIALS] = "no-credentials",
    [ANC_AWS_ERROR_CREDENTIALS] = "credentials",
    [ANC_AWS_ERROR_NO_REGION] = "no-region",
    [ANC_AWS_ERROR_ARGUMENT] = "argument",
    [ANC_AWS_ERROR_NOT_FOUND] = "not-found",
    [ANC_AWS_ERROR_DENIED] = "denied",
    [ANC_AWS_ERROR_EXPIRED] = "expired",
    [ANC_AWS_ERROR_PRECONDITION] = "precondition",
    [ANC_AWS_ERROR_CONFLICT] = "conflict",
    [ANC_AWS_ERROR_RANGE] = "range",
    [ANC_AWS_ERROR_CHECKSUM] = "checksum",
    [ANC_AWS_ERROR_CONNECTION] = "connection",
    [ANC_AWS_ERROR_TLS] = "tls",
    [ANC_AWS_ERROR_TIMEOUT] = "timeout",
    [ANC_AWS_ERROR_THROTTLED] = "throttled",
    [ANC_AWS_ERROR_SERVER] = "server",
    [ANC_AWS_ERROR_MALFORMED] = "malformed",
    [ANC_AWS_ERROR_NOT_SUPPORTED] = "not-supported",
  };

  return error->domain == ANC_AWS_ERROR ? names[error->code] : "other";
}

static int
fail (const GError *error)
{
  const AncAwsErrorDetails *details = anc_aws_error_get_details (error);

  printf ("error %s %u %s %u\n", name_of (error), details->http_status,
          details->code != NULL ? details->code : "-", details->attempts);
  printf ("message %s\n", error->message);
  return 1;
}

static int
run (const gchar *name, Call *call)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return commands[i].run (call, &error) ? 0 : fail (error);
  fprintf (stderr, "there is no command %s\n", name);
  return 2;
}

int
main (int argc, char **argv)
{
  g_autoptr (AncAwsContext) context = anc_aws_context_new (NULL, NULL, NULL);
  AncS3Options options = { 0 };
  g_autoptr (GError) error = NULL;
  Call call = { 0 };
  int status;

  if (argc < 3) {
    fprintf (stderr, "usage: s3-driver COMMAND BUCKET [ARGUMENT...]\n");
    return 2;
  }
  call.s3 = anc_s3_new (context, &options, &error);
  if (call.s3 == NULL)
    return fail (error);
  call.bucket = argv[2];
  call.arguments = argv + 3;
  call.count = (guint) argc - 3;
  status = run (argv[1], &call);
  anc_s3_unref (call.s3);
  return status;
}
