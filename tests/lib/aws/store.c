/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include "anc-aws-error.h"
#include "anc-s3-plan.h"

#include <string.h>

typedef struct {
  gchar *key;
  GHashTable *parts; /* number: GBytes */
  gint64 initiated;
} Upload;

static void
upload_free (Upload *upload)
{
  g_free (upload->key);
  g_hash_table_unref (upload->parts);
  g_free (upload);
}

Store *
store_new (void)
{
  Store *self = g_new0 (Store, 1);

  g_mutex_init (&self->lock);
  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) g_bytes_unref);
  self->uploads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) upload_free);
  return self;
}

void
store_free (Store *self)
{
  g_hash_table_unref (self->objects);
  g_hash_table_unref (self->uploads);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GBytes *
store_get (Store *self, const gchar *key)
{
  GBytes *bytes;

  g_mutex_lock (&self->lock);
  bytes = g_hash_table_lookup (self->objects, key);
  if (bytes != NULL)
    g_bytes_ref (bytes);
  g_mutex_unlock (&self->lock);
  return bytes;
}

guint
store_count_uploads (Store *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = g_hash_table_size (self->uploads);
  g_mutex_unlock (&self->lock);
  return count;
}

gboolean
store_uploads_are_named (Store *self, const gchar *ids)
{
  g_auto (GStrv) list = g_strsplit (ids != NULL ? ids : "", ",", -1);
  gboolean named = TRUE;
  GHashTableIter iter;
  gpointer id;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    named = named && g_strv_contains ((const gchar *const *) list, id);
  g_mutex_unlock (&self->lock);
  return named;
}

void
store_hold (Store *self, gboolean held)
{
  g_mutex_lock (&self->lock);
  self->held = held;
  g_mutex_unlock (&self->lock);
}

/* --- faults --- */

static void
set_error (GError **error, AncAwsError code, const gchar *name, guint status,
           guint attempts)
{
  AncAwsErrorDetails details = { .http_status = status,
                                 .code = (gchar *) name,
                                 .request_id = (gchar *) "REQUEST",
                                 .retryable = attempts > 1,
                                 .attempts = attempts };

  anc_aws_error_set (error, code, &details, "%s.",
                     name != NULL ? name : "The connection broke");
}

static gboolean
begin (Store *self, GCancellable *cancellable, StoreFault *ret_fault,
       GError **error)
{
  guint number;

  if (self->delay_us > 0)
    g_usleep (self->delay_us);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  number = ++self->requests;
  *ret_fault = self->fault_at != 0 && number >= self->fault_at
                       && number - self->fault_at < self->fault_count
                   ? self->fault
                   : STORE_OK;
  switch (*ret_fault) {
  case STORE_SERVER:
    set_error (error, ANC_AWS_ERROR_SERVER, "InternalError", 500, 3);
    break;
  case STORE_THROTTLED:
    set_error (error, ANC_AWS_ERROR_THROTTLED, "SlowDown", 503, 3);
    break;
  case STORE_RESET:
    set_error (error, ANC_AWS_ERROR_CONNECTION, NULL, 0, 3);
    break;
  case STORE_DENIED:
    set_error (error, ANC_AWS_ERROR_DENIED, "AccessDenied", 403, 1);
    break;
  default:
    return TRUE;
  }
  g_mutex_unlock (&self->lock);
  return FALSE;
}

/* After it was carried out. */
static gboolean
end (Store *self, StoreFault fault, GError **error)
{
  g_mutex_unlock (&self->lock);
  switch (fault) {
  case STORE_LOST_REPLY:
    set_error (error, ANC_AWS_ERROR_CONNECTION, NULL, 0, 3);
    return FALSE;
  case STORE_TIMEOUT:
    set_error (error, ANC_AWS_ERROR_TIMEOUT, NULL, 0, 3);
    return FALSE;
  case STORE_MALFORMED:
    set_error (error, ANC_AWS_ERROR_MALFORMED, NULL, 200, 1);
    return FALSE;
  default:
    return TRUE;
  }
}

static gboolean
refuse (Store *self, AncAwsError code, const gchar *name, guint status,
        GError **error)
{
  g_mutex_unlock (&self->lock);
  set_error (error, code, name, status, 1);
  return FALSE;
}

/* --- the calls --- */

static gchar *
etag_of (GBytes *bytes)
{
  g_autofree gchar *md5 = g_compute_checksum_for_bytes (G_CHECKSUM_MD5, bytes);

  return g_strdup_printf ("\"%s\"", md5);
}

static gchar *
etag_or_wrong (GBytes *bytes, StoreFault fault)
{
  return fault == STORE_WRONG_ETAG
             ? g_strdup ("\"00000000000000000000000000000000\"")
             : etag_of (bytes);
}

static GBytes *
copy_bytes (GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return g_bytes_new (data, size);
}

static gboolean
store_put (AncS3 *s3, const gchar *bucket, const gchar *key,
           const AncS3Attributes *attributes, GBytes *body,
           const gchar *checksum, AncS3ObjectInfo *ret_info,
           GCancellable *cancellable, GError **error)
{
  Store *self = (Store *) s3;
  StoreFault fault;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  if (attributes->if_none_match && g_hash_table_contains (self->objects, key))
    return refuse (self, ANC_AWS_ERROR_PRECONDITION, "PreconditionFailed", 412,
                   error);
  g_hash_table_replace (self->objects, g_strdup (key), copy_bytes (body));
  if (!end (self, fault, error))
    return FALSE;
  ret_info->etag = etag_or_wrong (body, fault);
  ret_info->size = g_bytes_get_size (body);
  return TRUE;
}

static gboolean
store_create (AncS3 *s3, const gchar *bucket, const gchar *key,
              const AncS3Attributes *attributes, gchar **ret_upload_id,
              GCancellable *cancellable, GError **error)
{
  Store *self = (Store *) s3;
  g_autofree gchar *id = NULL;
  StoreFault fault;
  Upload *upload;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  id = g_strdup_printf ("upload%u", self->next_id++);
  upload = g_new0 (Upload, 1);
  upload->key = g_strdup (key);
  upload->initiated = g_get_real_time ();
  upload->parts = g_hash_table_new_full (NULL, NULL, NULL,
                                         (GDestroyNotify) g_bytes_unref);
  g_hash_table_insert (self->uploads, g_strdup (id), upload);
  if (!end (self, fault, error))
    return FALSE;
  *ret_upload_id = g_steal_pointer (&id);
  return TRUE;
}

/* FALSE: cancelled. */
static gboolean
wait_while_held (Store *self, GCancellable *cancellable)
{
  gboolean held = TRUE;

  while (held && !g_cancellable_is_cancelled (cancellable)) {
    g_mutex_lock (&self->lock);
    held = self->held;
    g_mutex_unlock (&self->lock);
    if (held)
      g_usleep (1000);
  }
  return !held;
}

static void
count_running (Store *self, gint change)
{
  g_mutex_lock (&self->lock);
  self->running += (guint) change;
  self->most_running = MAX (self->most_running, self->running);
  g_mutex_unlock (&self->lock);
}

static gboolean
take_part (Store *self, const gchar *upload_id, guint number, GBytes *body,
           AncAwsChecksumAlgorithm algorithm, AncS3Part *ret_part,
           GCancellable *cancellable, GError **error)
{
  StoreFault fault;
  Upload *upload;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  upload = g_hash_table_lookup (self->uploads, upload_id);
  if (upload == NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_FOUND, "NoSuchUpload", 404, error);
  g_hash_table_replace (upload->parts, GUINT_TO_POINTER (number),
                        copy_bytes (body));
  if (!end (self, fault, error))
    return FALSE;
  ret_part->number = number;
  ret_part->size = g_bytes_get_size (body);
  ret_part->etag = etag_or_wrong (body, fault);
  ret_part->checksum = anc_aws_checksum_base64 (
      algorithm, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  return TRUE;
}

static gboolean
store_upload_part (AncS3 *s3, const gchar *bucket, const gchar *key,
                   const gchar *upload_id, guint number, GBytes *body,
                   AncAwsChecksumAlgorithm algorithm, const gchar *checksum,
                   AncS3Part *ret_part, GCancellable *cancellable,
                   GError **error)
{
  Store *self = (Store *) s3;
  gboolean good;

  count_running (self, 1);
  wait_while_held (self, cancellable);
  good = take_part (self, upload_id, number, body, algorithm, ret_part,
                    cancellable, error);
  count_running (self, -1);
  return good;
}

/* NULL: the parts are not those that are here. */
static GByteArray *
join (Upload *upload, GPtrArray *parts, const gchar **ret_code)
{
  g_autoptr (GByteArray) whole = g_byte_array_new ();

  *ret_code = "InvalidPart";
  for (guint i = 0; i < parts->len; i++) {
    const AncS3Part *part = g_ptr_array_index (parts, i);
    GBytes *bytes
        = g_hash_table_lookup (upload->parts, GUINT_TO_POINTER (part->number));
    g_autofree gchar *etag = bytes != NULL ? etag_of (bytes) : NULL;

    g_assert_cmpuint (part->number, ==, i + 1);
    if (g_strcmp0 (etag, part->etag) != 0)
      return NULL;
    if (i + 1 < parts->len && g_bytes_get_size (bytes) < ANC_S3_MIN_PART_SIZE) {
      *ret_code = "EntityTooSmall";
      return NULL;
    }
    g_byte_array_append (whole, g_bytes_get_data (bytes, NULL),
                         (guint) g_bytes_get_size (bytes));
  }
  return g_steal_pointer (&whole);
}

static gboolean
store_complete (AncS3 *s3, const gchar *bucket, const gchar *key,
                const gchar *upload_id, GPtrArray *parts,
                const AncS3Completion *completion, AncS3ObjectInfo *ret_info,
                GCancellable *cancellable, GError **error)
{
  Store *self = (Store *) s3;
  g_autofree gchar *checksum = NULL;
  const gchar *code;
  GByteArray *whole;
  StoreFault fault;
  Upload *upload;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  upload = g_hash_table_lookup (self->uploads, upload_id);
  if (upload == NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_FOUND, "NoSuchUpload", 404, error);
  if (completion->if_none_match && g_hash_table_contains (self->objects, key))
    return refuse (self, ANC_AWS_ERROR_PRECONDITION, "PreconditionFailed", 412,
                   error);
  whole = join (upload, parts, &code);
  if (whole == NULL)
    return refuse (self, ANC_AWS_ERROR_FAILED, code, 400, error);
  g_assert_cmpuint (completion->size, ==, whole->len);
  if (completion->checksum != NULL) {
    checksum = anc_aws_checksum_base64 (completion->algorithm, whole->data,
                                        whole->len);
    g_assert_cmpstr (checksum, ==, completion->checksum);
  }
  g_hash_table_replace (self->objects, g_strdup (key),
                        g_byte_array_free_to_bytes (whole));
  g_hash_table_remove (self->uploads, upload_id);
  if (!end (self, fault, error))
    return FALSE;
  ret_info->etag = g_strdup ("\"whole-1\"");
  ret_info->checksum = g_strdup (completion->checksum);
  ret_info->size = completion->size;
  return TRUE;
}

static gboolean
store_abort (AncS3 *s3, const gchar *bucket, const gchar *key,
             const gchar *upload_id, GCancellable *cancellable, GError **error)
{
  Store *self = (Store *) s3;
  StoreFault fault;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  g_hash_table_remove (self->uploads, upload_id);
  return end (self, fault, error);
}

static gint
compare_numbers (gconstpointer a, gconstpointer b)
{
  const AncS3Part *const *x = a, *const *y = b;

  return (gint) (*x)->number - (gint) (*y)->number;
}

static gboolean
store_list_parts (AncS3 *s3, const gchar *bucket, const gchar *key,
                  const gchar *upload_id, GPtrArray **ret_parts,
                  GCancellable *cancellable, GError **error)
{
  Store *self = (Store *) s3;
  gpointer number, bytes;
  GHashTableIter iter;
  StoreFault fault;
  Upload *upload;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  upload = g_hash_table_lookup (self->uploads, upload_id);
  if (upload == NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_FOUND, "NoSuchUpload", 404, error);
  *ret_parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_part_free);
  g_hash_table_iter_init (&iter, upload->parts);
  while (g_hash_table_iter_next (&iter, &number, &bytes)) {
    AncS3Part *part = g_new0 (AncS3Part, 1);
    part->number = GPOINTER_TO_UINT (number);
    part->size = g_bytes_get_size (bytes);
    part->etag = etag_of (bytes);
    part->checksum = anc_aws_checksum_base64 (ANC_AWS_CHECKSUM_CRC32C,
                                              g_bytes_get_data (bytes, NULL),
                                              g_bytes_get_size (bytes));
    g_ptr_array_add (*ret_parts, part);
  }
  g_ptr_array_sort (*ret_parts, compare_numbers);
  if (end (self, fault, error))
    return TRUE;
  g_clear_pointer (ret_parts, g_ptr_array_unref);
  return FALSE;
}

static gboolean
store_list_uploads (AncS3 *s3, const gchar *bucket, const gchar *prefix,
                    GPtrArray **ret_uploads, GCancellable *cancellable,
                    GError **error)
{
  Store *self = (Store *) s3;
  gpointer id, value;
  GHashTableIter iter;
  StoreFault fault;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  *ret_uploads
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_s3_upload_free);
  g_hash_table_iter_init (&iter, self->uploads);
  while (g_hash_table_iter_next (&iter, &id, &value)) {
    const Upload *upload = value;
    AncS3Upload *one;

    if (!g_str_has_prefix (upload->key, prefix))
      continue;
    one = g_new0 (AncS3Upload, 1);
    one->key = g_strdup (upload->key);
    one->upload_id = g_strdup (id);
    one->initiated = upload->initiated;
    g_ptr_array_add (*ret_uploads, one);
  }
  if (end (self, fault, error))
    return TRUE;
  g_clear_pointer (ret_uploads, g_ptr_array_unref);
  return FALSE;
}

static gboolean
store_head (AncS3 *s3, const gchar *bucket, const gchar *key,
            const gchar *version_id, AncS3ObjectInfo *ret_info,
            GCancellable *cancellable, GError **error)
{
  Store *self = (Store *) s3;
  StoreFault fault;
  GBytes *bytes;

  if (!begin (self, cancellable, &fault, error))
    return FALSE;
  bytes = g_hash_table_lookup (self->objects, key);
  if (bytes == NULL)
    return refuse (self, ANC_AWS_ERROR_NOT_FOUND, NULL, 404, error);
  ret_info->size = g_bytes_get_size (bytes);
  ret_info->checksum_algorithm = ANC_AWS_CHECKSUM_CRC32C;
  ret_info->checksum = anc_aws_checksum_base64 (ANC_AWS_CHECKSUM_CRC32C,
                                                g_bytes_get_data (bytes, NULL),
                                                g_bytes_get_size (bytes));
  if (end (self, fault, error))
    return TRUE;
  anc_s3_object_info_clear (ret_info);
  return FALSE;
}

static gboolean
store_check (AncS3 *s3, const gchar *bucket, GCancellable *cancellable,
             GError **error)
{
  Store *self = (Store *) s3;
  const gchar *code;

  g_mutex_lock (&self->lock);
  self->checks++;
  code = self->check_code;
  g_mutex_unlock (&self->lock);
  if (code == NULL)
    return TRUE;
  set_error (error, ANC_AWS_ERROR_DENIED, code, 403, 1);
  return FALSE;
}

const AncS3Calls store_calls = {
  .put = store_put,
  .create = store_create,
  .upload_part = store_upload_part,
  .check = store_check,
  .complete = store_complete,
  .abort = store_abort,
  .list_parts = store_list_parts,
  .list_uploads = store_list_uploads,
  .head = store_head,
};
