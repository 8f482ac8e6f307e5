/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Weights files: what is accepted lies within the bytes, and is the same after
 * it was written and read again. */
#include "fuzz.h"

#include "anc-filter.h"
#include "anc-wav.h"

#include <stdlib.h>
#include <string.h>

static void
check_round_trip (const float *planes, const AncWavInfo *info)
{
  size_t count = info->channels * info->frames;
  size_t size = anc_wav_size (info->channels, info->frames);
  void *bytes = malloc (size);
  float *again = malloc (count * sizeof (float) + 1);
  AncWavInfo written;

  anc_wav_write (bytes, planes, info->channels, info->rate, info->frames);
  /* 16 bits for four times the channels */
  if (info->channels < 0x4000) {
    FUZZ_CHECK (anc_wav_parse (bytes, size, &written) == ANC_OK);
    FUZZ_CHECK (written.channels == info->channels);
    FUZZ_CHECK (written.rate == info->rate);
    FUZZ_CHECK (written.frames == info->frames);
    anc_wav_read (bytes, &written, again);
    FUZZ_CHECK (memcmp (planes, again, count * sizeof (float)) == 0);
  }
  free (again);
  free (bytes);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AncWavInfo info;
  float *planes;

  if (anc_wav_parse (data, size, &info) != ANC_OK)
    return 0;
  FUZZ_CHECK (info.channels > 0 && info.rate > 0);
  FUZZ_CHECK (info.data_offset <= size);
  FUZZ_CHECK (info.frames <= (size - info.data_offset) / 4 / info.channels);
  planes = malloc (info.channels * info.frames * sizeof (float) + 1);
  anc_wav_read (data, &info, planes);
  check_round_trip (planes, &info);
  free (planes);
  return 0;
}
