/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Impulse responses as WAV: 32-bit float, one channel a response. Bytes in
 * memory; reading and writing the file is the caller's. */
typedef struct {
  unsigned channels;
  unsigned rate;
  size_t frames;
  size_t data_offset; /* of the first interleaved little-endian float */
} AncWavInfo;

/* ANC_OK, or ANC_ERROR_ARGUMENT when the bytes are no 32-bit float WAV (plain
 * or extensible) or are shorter than their header says. Untrusted input. */
int anc_wav_parse (const void *bytes, size_t size, AncWavInfo *ret_info);
/* Copies out `channels` planes of `frames` floats, one after the other. */
void anc_wav_read (const void *bytes, const AncWavInfo *info,
                   float *ret_planes);
/* Size of the whole file for so many channels and frames. */
size_t anc_wav_size (unsigned channels, size_t frames);
void anc_wav_write (void *ret_bytes, const float *planes, unsigned channels,
                    unsigned rate, size_t frames);
