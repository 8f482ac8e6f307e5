/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-checksum.h"

#include "anc-aws-crc.h"
#include "anc-aws-hash.h"

#include <string.h>

typedef struct {
  const gchar *name, *header;
  gsize size; /* of the value in bytes */
} Algorithm;

static const Algorithm *
find_algorithm (AncAwsChecksumAlgorithm algorithm)
{
  static const Algorithm algorithms[] = {
    [ANC_AWS_CHECKSUM_NONE] = { NULL, NULL, 0 },
    [ANC_AWS_CHECKSUM_CRC32C] = { "CRC32C", "x-amz-checksum-crc32c", 4 },
    [ANC_AWS_CHECKSUM_CRC64NVME]
    = { "CRC64NVME", "x-amz-checksum-crc64nvme", 8 },
    [ANC_AWS_CHECKSUM_SHA256]
    = { "SHA256", "x-amz-checksum-sha256", ANC_AWS_SHA256_SIZE },
  };

  return &algorithms[algorithm];
}

const gchar *
anc_aws_checksum_name (AncAwsChecksumAlgorithm algorithm)
{
  return find_algorithm (algorithm)->name;
}

const gchar *
anc_aws_checksum_header (AncAwsChecksumAlgorithm algorithm)
{
  return find_algorithm (algorithm)->header;
}

gboolean
anc_aws_checksum_from_name (const gchar *name,
                            AncAwsChecksumAlgorithm *ret_algorithm)
{
  for (guint i = ANC_AWS_CHECKSUM_CRC32C; i <= ANC_AWS_CHECKSUM_SHA256; i++) {
    if (g_ascii_strcasecmp (name, find_algorithm (i)->name) == 0) {
      *ret_algorithm = i;
      return TRUE;
    }
  }
  return FALSE;
}

const gchar *
anc_aws_checksum_kernel (AncAwsChecksumAlgorithm algorithm)
{
  AncAwsCrcVariant variants[2];

  if (algorithm == ANC_AWS_CHECKSUM_SHA256)
    return "gnutls";
  if (algorithm == ANC_AWS_CHECKSUM_CRC32C)
    anc_aws_crc32c_variants (variants);
  else
    anc_aws_crc64nvme_variants (variants);
  return variants[0].name;
}

gchar *
anc_aws_crc32c_to_base64 (guint32 crc)
{
  guint32 bytes = GUINT32_TO_BE (crc);

  return g_base64_encode ((const guchar *) &bytes, sizeof bytes);
}

gchar *
anc_aws_crc64nvme_to_base64 (guint64 crc)
{
  guint64 bytes = GUINT64_TO_BE (crc);

  return g_base64_encode ((const guchar *) &bytes, sizeof bytes);
}

gchar *
anc_aws_checksum_base64 (AncAwsChecksumAlgorithm algorithm, gconstpointer data,
                         gsize size)
{
  guint8 digest[ANC_AWS_SHA256_SIZE];

  switch (algorithm) {
  case ANC_AWS_CHECKSUM_CRC32C:
    return anc_aws_crc32c_to_base64 (anc_aws_crc32c (0, data, size));
  case ANC_AWS_CHECKSUM_CRC64NVME:
    return anc_aws_crc64nvme_to_base64 (anc_aws_crc64nvme (0, data, size));
  case ANC_AWS_CHECKSUM_SHA256:
    anc_aws_sha256 (data, size, digest);
    return g_base64_encode (digest, sizeof digest);
  default:
    return NULL;
  }
}

/* What two readers share has to stay in the second-level cache between them. */
#define BLOCK (4 * ANC_AWS_CRC32C_STRIDE)

gchar *
anc_aws_checksum_and_sha256 (AncAwsChecksumAlgorithm algorithm,
                             gconstpointer data, gsize size, gchar **ret_sha256)
{
  AncAwsSha256 *sha256 = anc_aws_sha256_new ();
  guint8 digest[ANC_AWS_SHA256_SIZE];
  guint32 crc32 = 0;
  guint64 crc64 = 0;

  for (gsize at = 0; at < size; at += BLOCK) {
    const guint8 *block = (const guint8 *) data + at;
    gsize length = MIN (BLOCK, size - at);

    anc_aws_sha256_update (sha256, block, length);
    if (algorithm == ANC_AWS_CHECKSUM_CRC32C)
      crc32 = anc_aws_crc32c (crc32, block, length);
    else if (algorithm == ANC_AWS_CHECKSUM_CRC64NVME)
      crc64 = anc_aws_crc64nvme (crc64, block, length);
  }
  anc_aws_sha256_finish (sha256, digest);
  *ret_sha256 = anc_aws_hex (digest, sizeof digest);
  switch (algorithm) {
  case ANC_AWS_CHECKSUM_CRC32C:
    return anc_aws_crc32c_to_base64 (crc32);
  case ANC_AWS_CHECKSUM_CRC64NVME:
    return anc_aws_crc64nvme_to_base64 (crc64);
  case ANC_AWS_CHECKSUM_SHA256:
    return g_base64_encode (digest, sizeof digest);
  default:
    return NULL;
  }
}

/* Exactly `size` bytes; GLib's decoder skips what is not base64. */
static gboolean
decode (const gchar *text, gpointer bytes, gsize size)
{
  g_autofree guchar *decoded = NULL;
  g_autofree gchar *again = NULL;
  gsize length = 0;

  if (text == NULL || strlen (text) != (size + 2) / 3 * 4)
    return FALSE;
  decoded = g_base64_decode (text, &length);
  if (length != size)
    return FALSE;
  again = g_base64_encode (decoded, length);
  if (strcmp (again, text) != 0)
    return FALSE;
  memcpy (bytes, decoded, size);
  return TRUE;
}

gboolean
anc_aws_crc32c_from_base64 (const gchar *text, guint32 *ret_crc)
{
  guint32 bytes;

  if (!decode (text, &bytes, sizeof bytes))
    return FALSE;
  *ret_crc = GUINT32_FROM_BE (bytes);
  return TRUE;
}

gboolean
anc_aws_crc64nvme_from_base64 (const gchar *text, guint64 *ret_crc)
{
  guint64 bytes;

  if (!decode (text, &bytes, sizeof bytes))
    return FALSE;
  *ret_crc = GUINT64_FROM_BE (bytes);
  return TRUE;
}

gchar *
anc_aws_checksum_composite (AncAwsChecksumAlgorithm algorithm,
                            const gchar *const *parts, guint count)
{
  gsize size = find_algorithm (algorithm)->size;
  g_autofree guint8 *bytes = g_malloc (count * size + 1);
  g_autofree gchar *value = NULL;

  if (algorithm != ANC_AWS_CHECKSUM_CRC32C
      && algorithm != ANC_AWS_CHECKSUM_SHA256)
    return NULL;
  for (guint i = 0; i < count; i++)
    if (!decode (parts[i], bytes + i * size, size))
      return NULL;
  value = anc_aws_checksum_base64 (algorithm, bytes, count * size);
  return g_strdup_printf ("%s-%u", value, count);
}
