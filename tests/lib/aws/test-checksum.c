/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-checksum.h"
#include "anc-aws-crc.h"

#include <string.h>

#define SEED 20240229
#define SIZE 130000

static guint8 *
random_bytes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint8 *data = g_malloc (SIZE + 16);

  for (guint i = 0; i < SIZE + 16; i++)
    data[i] = (guint8) g_rand_int (rand);
  return data;
}

/* RFC 3720 B.4 and the check values of the CRC catalogue. */
static void
test_known (void)
{
  guint8 bytes[32] = { 0 };

  g_assert_cmphex (anc_aws_crc32c (0, "123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (anc_aws_crc32c (0, bytes, 32), ==, 0x8a9136aa);
  memset (bytes, 0xff, sizeof bytes);
  g_assert_cmphex (anc_aws_crc32c (0, bytes, 32), ==, 0x62a8ab43);
  g_assert_cmphex (anc_aws_crc32c (0, NULL, 0), ==, 0);
  g_assert_cmphex (anc_aws_crc64nvme (0, "123456789", 9), ==,
                   G_GUINT64_CONSTANT (0xae8b14860a799888));
  g_assert_cmphex (anc_aws_crc64nvme (0, NULL, 0), ==, 0);
}

/* One bit after the other: the definition itself. */
static guint64
bitwise (guint64 polynomial, guint64 state, const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++) {
    state ^= data[i];
    for (guint bit = 0; bit < 8; bit++)
      state = state >> 1 ^ (state & 1 ? polynomial : 0);
  }
  return state;
}

static void
check_variants (const AncAwsCrcVariant *variants, guint count,
                guint64 polynomial, guint64 ones)
{
  static const gsize sizes[]
      = { 0,    1,    7,     8,     9,     15,    16,    17,    63,
          64,   65,   127,   128,   1000,  4095,  4096,  4097,  4159,
          4160, 5000, 19999, 24575, 24576, 24577, 49160, 98304, 98305 };
  g_autofree guint8 *data = random_bytes ();

  for (guint v = 0; v < count; v++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint offset = 0; offset < 16; offset += 5) {
        g_test_message ("%s, %" G_GSIZE_FORMAT " bytes at %u", variants[v].name,
                        sizes[i], offset);
        g_assert_cmphex (variants[v].update (ones, data + offset, sizes[i]), ==,
                         bitwise (polynomial, ones, data + offset, sizes[i]));
      }
}

static void
test_variants (void)
{
  AncAwsCrcVariant variants[2];
  guint count = anc_aws_crc32c_variants (variants);

  check_variants (variants, count, 0x82f63b78, 0xffffffff);
  count = anc_aws_crc64nvme_variants (variants);
  check_variants (variants, count, G_GUINT64_CONSTANT (0x9a6c9329ac4bc9b5),
                  G_MAXUINT64);
}

static void
test_pieces (void)
{
  g_autofree guint8 *data = random_bytes ();
  guint32 whole32 = anc_aws_crc32c (0, data, SIZE);
  guint64 whole64 = anc_aws_crc64nvme (0, data, SIZE);

  for (gsize cut = 0; cut <= SIZE; cut += 6469) {
    guint32 a32 = anc_aws_crc32c (0, data, cut);
    guint64 a64 = anc_aws_crc64nvme (0, data, cut);
    guint32 b32 = anc_aws_crc32c (0, data + cut, SIZE - cut);
    guint64 b64 = anc_aws_crc64nvme (0, data + cut, SIZE - cut);

    g_assert_cmphex (anc_aws_crc32c (a32, data + cut, SIZE - cut), ==, whole32);
    g_assert_cmphex (anc_aws_crc64nvme (a64, data + cut, SIZE - cut), ==,
                     whole64);
    g_assert_cmphex (anc_aws_crc32c_combine (a32, b32, SIZE - cut), ==,
                     whole32);
    g_assert_cmphex (anc_aws_crc64nvme_combine (a64, b64, SIZE - cut), ==,
                     whole64);
  }
}

/* What one pass finds is what two find, and the SHA-256 is GLib's. */
static void
test_one_pass (void)
{
  static const gsize sizes[] = { 0, 1, 24576, 98303, 98304, 98305, SIZE };
  g_autofree guint8 *data = random_bytes ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree gchar *expected
        = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, sizes[i]);

    for (guint algorithm = 0; algorithm <= ANC_AWS_CHECKSUM_SHA256;
         algorithm++) {
      g_autofree gchar *sha256 = NULL;
      g_autofree gchar *one
          = anc_aws_checksum_and_sha256 (algorithm, data, sizes[i], &sha256);
      g_autofree gchar *two
          = anc_aws_checksum_base64 (algorithm, data, sizes[i]);

      g_assert_cmpstr (one, ==, two);
      g_assert_cmpstr (sha256, ==, expected);
    }
  }
}

static void
test_base64 (void)
{
  guint32 crc32 = 0;
  guint64 crc64 = 0;
  g_autofree gchar *crc
      = anc_aws_checksum_base64 (ANC_AWS_CHECKSUM_CRC32C, "123456789", 9);
  g_autofree gchar *nvme
      = anc_aws_checksum_base64 (ANC_AWS_CHECKSUM_CRC64NVME, "123456789", 9);
  g_autofree gchar *sha
      = anc_aws_checksum_base64 (ANC_AWS_CHECKSUM_SHA256, "", 0);

  g_assert_cmpstr (crc, ==, "4waSgw==");
  g_assert_cmpstr (nvme, ==, "rosUhgp5mIg=");
  g_assert_cmpstr (sha, ==, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  g_assert_null (anc_aws_checksum_base64 (ANC_AWS_CHECKSUM_NONE, "", 0));
  g_assert_true (anc_aws_crc32c_from_base64 (crc, &crc32));
  g_assert_cmphex (crc32, ==, 0xe3069283);
  g_assert_true (anc_aws_crc64nvme_from_base64 (nvme, &crc64));
  g_assert_cmphex (crc64, ==, G_GUINT64_CONSTANT (0xae8b14860a799888));
  g_assert_false (anc_aws_crc32c_from_base64 (nvme, &crc32));
  g_assert_false (anc_aws_crc32c_from_base64 ("4waSg!==", &crc32));
  g_assert_false (anc_aws_crc32c_from_base64 ("4waSgw=", &crc32));
  g_assert_false (anc_aws_crc32c_from_base64 (NULL, &crc32));
}

/* Two parts "a" and "b": checked with Python's hashlib and base64. */
static void
test_composite (void)
{
  const gchar *parts[] = { "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=",
                           "PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=" };
  const gchar *bad[] = { "x", "y" };
  g_autofree gchar *value
      = anc_aws_checksum_composite (ANC_AWS_CHECKSUM_SHA256, parts, 2);

  g_assert_cmpstr (value, ==, "5aAf7hTg7VxIcU8iGA8lrYNltT+XefedxKPX6Tlj+Uo=-2");
  g_assert_null (anc_aws_checksum_composite (ANC_AWS_CHECKSUM_SHA256, bad, 2));
  g_assert_null (
      anc_aws_checksum_composite (ANC_AWS_CHECKSUM_CRC64NVME, bad, 0));
}

static void
test_names (void)
{
  AncAwsChecksumAlgorithm algorithm = ANC_AWS_CHECKSUM_NONE;

  g_assert_true (anc_aws_checksum_from_name ("crc64NVMe", &algorithm));
  g_assert_cmpint (algorithm, ==, ANC_AWS_CHECKSUM_CRC64NVME);
  g_assert_false (anc_aws_checksum_from_name ("md5", &algorithm));
  g_assert_cmpstr (anc_aws_checksum_header (algorithm), ==,
                   "x-amz-checksum-crc64nvme");
  g_assert_null (anc_aws_checksum_name (ANC_AWS_CHECKSUM_NONE));
  g_test_message ("crc32c by %s, crc64nvme by %s",
                  anc_aws_checksum_kernel (ANC_AWS_CHECKSUM_CRC32C),
                  anc_aws_checksum_kernel (ANC_AWS_CHECKSUM_CRC64NVME));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checksum/known", test_known);
  g_test_add_func ("/checksum/variants", test_variants);
  g_test_add_func ("/checksum/pieces", test_pieces);
  g_test_add_func ("/checksum/one-pass", test_one_pass);
  g_test_add_func ("/checksum/base64", test_base64);
  g_test_add_func ("/checksum/composite", test_composite);
  g_test_add_func ("/checksum/names", test_names);
  return g_test_run ();
}
