/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RIFF WAVE with 32-bit IEEE float samples: IBM and Microsoft, "Multimedia
 * Programming Interface and Data Specifications 1.0", 1991; the extensible
 * header after Microsoft, "Multiple Channel Audio Data and WAVE Files". */

#include "anc-wav.h"

#include "anc-filter.h"

#include <string.h>

#define FORMAT_FLOAT 3u
#define FORMAT_EXTENSIBLE 0xfffeu
#define FORMAT_SIZE 16u
#define EXTENSIBLE_SIZE 40u
#define FACT_SIZE 4u
#define CHUNK_HEADER 8u
/* RIFF, WAVE; fmt with an empty extension; fact; data. */
#define HEADER_SIZE                                                            \
  (12u + CHUNK_HEADER + 18u + CHUNK_HEADER + FACT_SIZE + CHUNK_HEADER)

static uint32_t
get16 (const uint8_t *at)
{
  return at[0] | (uint32_t) at[1] << 8;
}

static uint32_t
get32 (const uint8_t *at)
{
  return get16 (at) | get16 (at + 2) << 16;
}

static uint8_t *
put16 (uint8_t *at, uint32_t value)
{
  at[0] = (uint8_t) value;
  at[1] = (uint8_t) (value >> 8);
  return at + 2;
}

static uint8_t *
put32 (uint8_t *at, uint32_t value)
{
  return put16 (put16 (at, value), value >> 16);
}

static uint8_t *
put_name (uint8_t *at, const char *name)
{
  memcpy (at, name, 4);
  return at + 4;
}

static int
parse_format (const uint8_t *at, uint32_t size, AncWavInfo *info)
{
  uint32_t format;

  if (size < FORMAT_SIZE)
    return ANC_ERROR_ARGUMENT;
  format = get16 (at);
  if (format == FORMAT_EXTENSIBLE && size >= EXTENSIBLE_SIZE)
    format = get16 (at + 24);
  info->channels = get16 (at + 2);
  info->rate = get32 (at + 4);
  if (format != FORMAT_FLOAT || info->channels == 0 || info->rate == 0
      || get16 (at + 14) != 32 || get16 (at + 12) != 4 * info->channels)
    return ANC_ERROR_ARGUMENT;
  return ANC_OK;
}

int
anc_wav_parse (const void *bytes, size_t size, AncWavInfo *ret_info)
{
  const uint8_t *data = bytes;
  AncWavInfo info = { 0 };
  size_t at = 12;

  if (size < at || memcmp (data, "RIFF", 4) != 0
      || memcmp (data + 8, "WAVE", 4) != 0)
    return ANC_ERROR_ARGUMENT;
  while (size - at >= CHUNK_HEADER) {
    const uint8_t *name = data + at;
    uint32_t length = get32 (name + 4);

    at += CHUNK_HEADER;
    if (length > size - at)
      return ANC_ERROR_ARGUMENT;
    if (memcmp (name, "data", 4) == 0) {
      if (info.channels == 0)
        return ANC_ERROR_ARGUMENT;
      info.frames = length / (4 * info.channels);
      info.data_offset = at;
      *ret_info = info;
      return ANC_OK;
    }
    if (memcmp (name, "fmt ", 4) == 0
        && parse_format (data + at, length, &info) != ANC_OK)
      return ANC_ERROR_ARGUMENT;
    at += length;
    /* Chunks begin at even places. */
    if (length % 2 == 1 && at < size)
      at++;
  }
  return ANC_ERROR_ARGUMENT;
}

void
anc_wav_read (const void *bytes, const AncWavInfo *info, float *ret_planes)
{
  const uint8_t *at = (const uint8_t *) bytes + info->data_offset;
  size_t i;
  unsigned c;

  for (i = 0; i < info->frames; i++) {
    for (c = 0; c < info->channels; c++, at += 4) {
      uint32_t bits = get32 (at);

      memcpy (&ret_planes[c * info->frames + i], &bits, sizeof bits);
    }
  }
}

size_t
anc_wav_size (unsigned channels, size_t frames)
{
  return HEADER_SIZE + 4 * (size_t) channels * frames;
}

static uint8_t *
put_header (uint8_t *at, unsigned channels, unsigned rate, size_t frames)
{
  uint32_t size = (uint32_t) (anc_wav_size (channels, frames) - HEADER_SIZE);

  at = put32 (put_name (at, "RIFF"), size + HEADER_SIZE - CHUNK_HEADER);
  at = put_name (at, "WAVE");
  at = put32 (put_name (at, "fmt "), 18);
  at = put16 (put16 (at, FORMAT_FLOAT), channels);
  at = put32 (put32 (at, rate), rate * channels * 4);
  at = put16 (put16 (at, channels * 4), 32);
  at = put16 (at, 0); /* no extension */
  at = put32 (put32 (put_name (at, "fact"), FACT_SIZE), (uint32_t) frames);
  return put32 (put_name (at, "data"), size);
}

void
anc_wav_write (void *ret_bytes, const float *planes, unsigned channels,
               unsigned rate, size_t frames)
{
  uint8_t *at = put_header (ret_bytes, channels, rate, frames);
  size_t i;
  unsigned c;

  for (i = 0; i < frames; i++) {
    for (c = 0; c < channels; c++) {
      uint32_t bits;

      memcpy (&bits, &planes[c * frames + i], sizeof bits);
      at = put32 (at, bits);
    }
  }
}
