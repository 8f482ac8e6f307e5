/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "anc-filter.h"
#include "anc-wav.h"

#include <glib.h>
#include <string.h>

static const float planes[] = { 0.5f, -1.0f, 3e-8f, 1.0f, 0.25f, -7.0f };

static guint8 *
new_file (gsize *ret_size)
{
  guint8 *bytes;

  *ret_size = anc_wav_size (2, 3);
  bytes = g_malloc (*ret_size);
  anc_wav_write (bytes, planes, 2, 44100, 3);
  return bytes;
}

static void
test_round_trip (void)
{
  gsize size;
  g_autofree guint8 *bytes = new_file (&size);
  AncWavInfo info;
  float read[6];

  g_assert_cmpint (anc_wav_parse (bytes, size, &info), ==, ANC_OK);
  g_assert_cmpuint (info.channels, ==, 2);
  g_assert_cmpuint (info.rate, ==, 44100);
  g_assert_cmpuint (info.frames, ==, 3);
  anc_wav_read (bytes, &info, read);
  g_assert_cmpmem (read, sizeof read, planes, sizeof planes);
}

static void
test_short_files_are_refused (void)
{
  gsize size, i;
  g_autofree guint8 *bytes = new_file (&size);
  AncWavInfo info;

  for (i = 0; i < size; i++) {
    /* A copy of that size, so that a read past the end is seen. */
    g_autofree guint8 *part = g_memdup2 (bytes, i);

    g_assert_cmpint (anc_wav_parse (part, i, &info), ==, ANC_ERROR_ARGUMENT);
  }
}

static void
test_other_formats_are_refused (void)
{
  static const struct {
    gsize place;
    guint8 value;
  } table[] = {
    { 0, 'X' },  /* RIFF */
    { 8, 'X' },  /* WAVE */
    { 20, 1 },   /* integer samples */
    { 22, 0 },   /* no channels */
    { 34, 16 },  /* 16 bits */
    { 32, 4 },   /* frame size of one channel */
    { 16, 4 },   /* format chunk too short */
    { 16, 255 }, /* or too long */
  };
  gsize size, i;
  AncWavInfo info;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree guint8 *bytes = new_file (&size);

    bytes[table[i].place] = table[i].value;
    g_assert_cmpint (anc_wav_parse (bytes, size, &info), ==,
                     ANC_ERROR_ARGUMENT);
  }
}

/* Every value of every header byte: no crash, and what is accepted lies within
 * the bytes. */
static void
test_any_header (void)
{
  gsize size, i;
  g_autofree guint8 *bytes = new_file (&size);
  int value;

  for (i = 0; i < size; i++) {
    guint8 old = bytes[i];

    for (value = 0; value < 256; value++) {
      AncWavInfo info;

      bytes[i] = (guint8) value;
      if (anc_wav_parse (bytes, size, &info) == ANC_OK)
        g_assert_cmpuint (info.data_offset + 4 * info.channels * info.frames,
                          <=, size);
    }
    bytes[i] = old;
  }
}

static void
test_extensible_and_odd_chunks (void)
{
  static const guint8 file[] = {
    'R', 'I', 'F', 'F', 86,  0,   0,  0, 'W', 'A', 'V', 'E', 'j', 'u',
    'n', 'k', 3,   0,   0,   0,   1,  2, 3,   0,   'f', 'm', 't', ' ',
    40,  0,   0,   0,   254, 255, 1,  0, 128, 62,  0,   0,   0,   250,
    0,   0,   4,   0,   32,  0,   22, 0, 32,  0,   0,   0,   0,   0,
    3,   0,   0,   0,   0,   0,   16, 0, 128, 0,   0,   170, 0,   56,
    155, 113, 'd', 'a', 't', 'a', 4,  0, 0,   0,   0,   0,   128, 63,
  };
  AncWavInfo info;
  float read;

  g_assert_cmpint (anc_wav_parse (file, sizeof file, &info), ==, ANC_OK);
  g_assert_cmpuint (info.rate, ==, 16000);
  g_assert_cmpuint (info.frames, ==, 1);
  anc_wav_read (file, &info, &read);
  g_assert_cmpfloat (read, ==, 1.0f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wav/round-trip", test_round_trip);
  g_test_add_func ("/wav/short", test_short_files_are_refused);
  g_test_add_func ("/wav/other-formats", test_other_formats_are_refused);
  g_test_add_func ("/wav/any-header", test_any_header);
  g_test_add_func ("/wav/extensible", test_extensible_and_odd_chunks);
  return g_test_run ();
}
