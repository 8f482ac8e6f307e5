/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>
#include <gst/check/gstharness.h>

#include "anc-canceller.h"

/* A canceller with a hand on each of its pads, signals from fixed seeds, and
 * what must come out by a direct call of lib/dsp. */

#define BENCH_RATE 16000

/* Interleaved samples. */
typedef struct {
  guint channels;
  gsize frames;
  gfloat *data;
} Sound;

Sound *sound_new (guint channels, gsize frames);
Sound *sound_copy (const Sound *self);
void sound_free (Sound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sound, sound_free)

/* White, -0.25 to 0.25. */
Sound *sound_noise (guint channels, gsize frames, guint32 seed);
/* A primary: each channel hears the sum of the reference channels through a
 * path of a few taps, with quieter noise of its own. */
Sound *sound_primary (const Sound *reference, guint channels, guint32 seed);
/* Channels of a beside those of b: in-band input. */
Sound *sound_beside (const Sound *a, const Sound *b);
Sound *sound_part (const Sound *self, gsize from, gsize frames);
/* Mean power of a stretch in dB; -200 for silence. */
gdouble sound_db (const Sound *self, gsize from, gsize frames);
/* Difference of two in dB below full scale. */
gdouble sound_difference_db (const Sound *a, const Sound *b, gsize from,
                             gsize frames);
void assert_same_sound (const Sound *got, const Sound *expected);

typedef struct {
  GstElement *element;
  GstHarness *primary;
  GstHarness *reference; /* NULL: in band, or none */
  GstBus *bus;
  guint rate;
} Bench;

/* launch: "ancnlms filter-length=8". Neither side is live. */
Bench *bench_new (const gchar *launch, guint channels,
                  guint reference_channels);
/* The reference at a rate of its own, 0: no caps yet; live or not. */
Bench *bench_new_full (const gchar *launch, guint channels,
                       guint reference_channels, guint reference_rate,
                       gboolean live);
void bench_free (Bench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

GstCaps *bench_caps (guint channels, guint rate);
/* Frames from..from + n of a sound with the time stamp of frame `at`. */
GstBuffer *bench_buffer (const Sound *sound, gsize from, gsize n, gint64 at,
                         guint rate);
GstFlowReturn bench_push (GstHarness *side, const Sound *sound, gsize from,
                          gsize n);
GstFlowReturn bench_push_at (GstHarness *side, const Sound *sound, gsize from,
                             gsize n, gint64 at);
/* The whole sound in buffers of `step` frames, then EOS. */
void bench_push_all (GstHarness *side, const Sound *sound, gsize step);
/* Both in turns from one thread, `step` frames each, then both EOS. */
void bench_feed (Bench *self, const Sound *primary, const Sound *reference,
                 gsize step);
void bench_eos (GstHarness *side);
/* All that has come out, which must be gapless in its time stamps. */
Sound *bench_pull (Bench *self);
/* The number of messages of a type, and the text of the newest. */
guint bench_messages (Bench *self, GstMessageType type, gchar **ret_text);
GstClockTime bench_latency (Bench *self);
/* A WAV file in the temporary directory: float, planes one after the other.
 * To be removed and freed. */
gchar *bench_wav (const gfloat *planes, guint channels, gsize frames,
                  guint rate);
/* One response of one tap, 1: the estimate is the reference itself. */
gchar *bench_unit_weights (guint rate);
void bench_remove (gchar *location);
/* A figure of the stats. */
gdouble bench_stat (Bench *self, const gchar *name);

typedef struct {
  const gchar *algorithm; /* "lms", "nlms", "rls" */
  guint taps;
  gint delay;
  gint64 offset; /* index of the reference's first frame */
  gboolean frozen;
  gboolean all; /* not paired although the counts are equal */
} Expect;

Sound *expect_output (const Expect *self, const Sound *primary,
                      const Sound *reference);

/* Ends the program when a test hangs. */
void bench_watchdog (guint seconds);
int bench_main (int argc, char **argv, void (*add_tests) (void));
