/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reflected CRCs: bit 0 is the highest power of x. The table form takes eight
 * bytes a step (Kounavis and Berry, "Novel Table Lookup-Based Algorithms for
 * High-Performance CRC Generation", 2008). The carry-less form folds 64 bytes a
 * step (Gopal et al., "Fast CRC Computation for Generic Polynomials Using
 * PCLMULQDQ", Intel, 2009); where the paper reduces the last 128 bits, the table
 * does it here: they are a message with the same remainder. */

#include "anc-aws-crc.h"

#include "anc-aws-checksum.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define CRC32C_POLYNOMIAL G_GUINT64_CONSTANT (0x82f63b78)
#define CRC32C_TOP (G_GUINT64_CONSTANT (1) << 31)
#define CRC64NVME_POLYNOMIAL G_GUINT64_CONSTANT (0x9a6c9329ac4bc9b5)
#define CRC64NVME_TOP (G_GUINT64_CONSTANT (1) << 63)

/* table[k][i]: the state i moved on by k + 1 bytes. */
typedef guint64 Table[8][256];

static void
fill_table (Table table, guint64 polynomial)
{
  for (guint i = 0; i < 256; i++) {
    guint64 state = i;

    for (guint bit = 0; bit < 8; bit++)
      state = state >> 1 ^ (state & 1 ? polynomial : 0);
    table[0][i] = state;
  }
  for (guint k = 1; k < 8; k++)
    for (guint i = 0; i < 256; i++)
      table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 0xff];
}

static guint64
update_by_table (Table table, guint64 state, const guint8 *data, gsize size)
{
  for (; size >= 8; size -= 8, data += 8) {
    guint64 word;

    memcpy (&word, data, sizeof word);
    word = GUINT64_FROM_LE (word) ^ state;
    state = 0;
    for (guint i = 0; i < 8; i++)
      state ^= table[7 - i][word >> (8 * i) & 0xff];
  }
  for (; size > 0; size--)
    state = state >> 8 ^ table[0][(state ^ *data++) & 0xff];
  return state;
}

/* Written once, before anyone reads it. */
static guint64
crc32c_table (guint64 state, const guint8 *data, gsize size)
{
  static Table table;
  static gsize ready = 0;

  if (g_once_init_enter (&ready)) {
    fill_table (table, CRC32C_POLYNOMIAL);
    g_once_init_leave (&ready, 1);
  }
  return update_by_table (table, state, data, size);
}

static guint64
crc64nvme_table (guint64 state, const guint8 *data, gsize size)
{
  static Table table;
  static gsize ready = 0;

  if (g_once_init_enter (&ready)) {
    fill_table (table, CRC64NVME_POLYNOMIAL);
    g_once_init_leave (&ready, 1);
  }
  return update_by_table (table, state, data, size);
}

/* a times b modulo the polynomial. */
static guint64
multiply (guint64 a, guint64 b, guint64 polynomial, guint64 top)
{
  guint64 product = 0;

  for (guint64 bit = top; bit != 0; bit >>= 1) {
    if (a & bit)
      product ^= b;
    b = b >> 1 ^ (b & 1 ? polynomial : 0);
  }
  return product;
}

/* x to the power of `exponent` modulo the polynomial. */
static guint64
power_of_x (guint64 exponent, guint64 polynomial, guint64 top)
{
  guint64 result = top, square = top >> 1;

  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1)
      result = multiply (result, square, polynomial, top);
    square = multiply (square, square, polynomial, top);
  }
  return result;
}

#ifdef __x86_64__
__attribute__ ((target ("sse4.2"))) static guint64
crc32c_serial (guint64 state, const guint8 *data, gsize size)
{
  for (; size >= 8; size -= 8, data += 8) {
    guint64 word;

    memcpy (&word, data, sizeof word);
    state = _mm_crc32_u64 (state, word);
  }
  for (; size > 0; size--)
    state = _mm_crc32_u8 ((guint32) state, *data++);
  return state;
}

/* The instruction gives its result three cycles later and begins anew every
 * cycle: three stretches at once take the time of one. Gopal et al., "Fast CRC
 * Computation for iSCSI Polynomial Using CRC32 Instruction", Intel, 2011. What
 * joins them costs about as much as 500 bytes. */
#define LANE (ANC_AWS_CRC32C_STRIDE / 3)

/* x to the power of the lane's bits; written once, before anyone reads it. */
static guint64
lane_shift (void)
{
  static gsize shift = 0;

  if (g_once_init_enter (&shift))
    g_once_init_leave (&shift,
                       power_of_x (8 * LANE, CRC32C_POLYNOMIAL, CRC32C_TOP));
  return shift;
}

__attribute__ ((target ("sse4.2"))) static guint64
crc32c_three_lanes (guint64 state, const guint8 *data, guint64 shift)
{
  guint64 a = state, b = 0, c = 0, words[3];

  for (const guint8 *end = data + LANE; data < end; data += 8) {
    memcpy (&words[0], data, 8);
    memcpy (&words[1], data + LANE, 8);
    memcpy (&words[2], data + 2 * LANE, 8);
    a = _mm_crc32_u64 (a, words[0]);
    b = _mm_crc32_u64 (b, words[1]);
    c = _mm_crc32_u64 (c, words[2]);
  }
  b ^= multiply (a, shift, CRC32C_POLYNOMIAL, CRC32C_TOP);
  return c ^ multiply (b, shift, CRC32C_POLYNOMIAL, CRC32C_TOP);
}

static guint64
crc32c_sse42 (guint64 state, const guint8 *data, gsize size)
{
  for (; size >= ANC_AWS_CRC32C_STRIDE;
       size -= ANC_AWS_CRC32C_STRIDE, data += ANC_AWS_CRC32C_STRIDE)
    state = crc32c_three_lanes (state, data, lane_shift ());
  return crc32c_serial (state, data, size);
}

/* Moves 128 bits on by the distance that `factors` stands for. */
__attribute__ ((target ("pclmul,sse4.1"))) static __m128i
fold (__m128i block, __m128i factors)
{
  return _mm_xor_si128 (_mm_clmulepi64_si128 (block, factors, 0x00),
                        _mm_clmulepi64_si128 (block, factors, 0x11));
}

/* Low half for the block's first 64 bits. One less than the distance: the
 * product of two reflected words has its bits one place off. */
__attribute__ ((target ("pclmul,sse4.1"))) static __m128i
factors_for (guint bits)
{
  return _mm_set_epi64x (
      (gint64) power_of_x (bits - 1, CRC64NVME_POLYNOMIAL, CRC64NVME_TOP),
      (gint64) power_of_x (bits + 63, CRC64NVME_POLYNOMIAL, CRC64NVME_TOP));
}

/* The factors cost about as much as 2 KB in the table. */
#define FOLD_FROM 4096

__attribute__ ((target ("pclmul,sse4.1"))) static guint64
crc64nvme_pclmul (guint64 state, const guint8 *data, gsize size)
{
  const __m128i *at = (const __m128i *) (gconstpointer) data;
  __m128i lanes[4], far, near;
  guint8 rest[16];

  if (size < FOLD_FROM)
    return crc64nvme_table (state, data, size);
  far = factors_for (512);
  near = factors_for (128);
  for (guint i = 0; i < 4; i++)
    lanes[i] = _mm_loadu_si128 (at++);
  lanes[0] = _mm_xor_si128 (lanes[0], _mm_set_epi64x (0, (gint64) state));
  for (size -= 64; size >= 64; size -= 64)
    for (guint i = 0; i < 4; i++)
      lanes[i] = _mm_xor_si128 (fold (lanes[i], far), _mm_loadu_si128 (at++));
  for (guint i = 1; i < 4; i++)
    lanes[0] = _mm_xor_si128 (fold (lanes[0], near), lanes[i]);
  _mm_storeu_si128 ((__m128i *) (gpointer) rest, lanes[0]);
  state = crc64nvme_table (0, rest, sizeof rest);
  return crc64nvme_table (state, (const guint8 *) at, size);
}
#endif

guint
anc_aws_crc32c_variants (AncAwsCrcVariant ret_variants[2])
{
  guint count = 0;

#ifdef __x86_64__
  if (__builtin_cpu_supports ("sse4.2"))
    ret_variants[count++] = (AncAwsCrcVariant){ "sse4.2", crc32c_sse42 };
#endif
  ret_variants[count++] = (AncAwsCrcVariant){ "table", crc32c_table };
  return count;
}

guint
anc_aws_crc64nvme_variants (AncAwsCrcVariant ret_variants[2])
{
  guint count = 0;

#ifdef __x86_64__
  if (__builtin_cpu_supports ("pclmul") && __builtin_cpu_supports ("sse4.1"))
    ret_variants[count++] = (AncAwsCrcVariant){ "pclmul", crc64nvme_pclmul };
#endif
  ret_variants[count++] = (AncAwsCrcVariant){ "table", crc64nvme_table };
  return count;
}

guint32
anc_aws_crc32c (guint32 crc, gconstpointer data, gsize size)
{
  AncAwsCrcVariant variants[2];

  anc_aws_crc32c_variants (variants);
  return ~(guint32) variants[0].update ((guint32) ~crc, data, size);
}

guint64
anc_aws_crc64nvme (guint64 crc, gconstpointer data, gsize size)
{
  AncAwsCrcVariant variants[2];

  anc_aws_crc64nvme_variants (variants);
  return ~variants[0].update (~crc, data, size);
}

guint32
anc_aws_crc32c_combine (guint32 a, guint32 b, guint64 size_b)
{
  guint64 shift = power_of_x (8 * size_b, CRC32C_POLYNOMIAL, CRC32C_TOP);

  return (guint32) multiply (a, shift, CRC32C_POLYNOMIAL, CRC32C_TOP) ^ b;
}

guint64
anc_aws_crc64nvme_combine (guint64 a, guint64 b, guint64 size_b)
{
  guint64 shift = power_of_x (8 * size_b, CRC64NVME_POLYNOMIAL, CRC64NVME_TOP);

  return multiply (a, shift, CRC64NVME_POLYNOMIAL, CRC64NVME_TOP) ^ b;
}
