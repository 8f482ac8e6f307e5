/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench.h"

#include <math.h>
#include <string.h>

#define PATH_TAPS 6

Sound *
sound_new (guint channels, gsize frames)
{
  Sound *self = g_new (Sound, 1);

  *self = (Sound){ channels, frames, g_new0 (gfloat, channels * frames + 1) };
  return self;
}

void
sound_free (Sound *self)
{
  g_free (self->data);
  g_free (self);
}

Sound *
sound_copy (const Sound *self)
{
  return sound_part (self, 0, self->frames);
}

static gfloat
next_random (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (gfloat) ((gint32) *seed >> 8) / (gfloat) (1 << 25);
}

Sound *
sound_noise (guint channels, gsize frames, guint32 seed)
{
  Sound *self = sound_new (channels, frames);

  for (gsize k = 0; k < frames * channels; k++)
    self->data[k] = next_random (&seed);
  return self;
}

Sound *
sound_primary (const Sound *reference, guint channels, guint32 seed)
{
  static const gfloat path[PATH_TAPS] = { .6f, -.3f, .2f, .1f, -.05f, .02f };
  Sound *self = sound_new (channels, reference->frames);

  for (gsize k = 0; k < self->frames; k++) {
    for (guint c = 0; c < channels; c++) {
      gfloat sum = .02f * next_random (&seed);
      for (guint t = 0; t < PATH_TAPS && t <= k; t++) {
        for (guint r = 0; r < reference->channels; r++)
          sum += path[t] / (gfloat) (1 + c + r)
                 * reference->data[(k - t) * reference->channels + r];
      }
      self->data[k * channels + c] = sum;
    }
  }
  return self;
}

Sound *
sound_beside (const Sound *a, const Sound *b)
{
  Sound *self = sound_new (a->channels + b->channels, a->frames);

  for (gsize k = 0; k < a->frames; k++) {
    gfloat *frame = self->data + k * self->channels;
    memcpy (frame, a->data + k * a->channels, a->channels * sizeof (gfloat));
    memcpy (frame + a->channels, b->data + k * b->channels,
            b->channels * sizeof (gfloat));
  }
  return self;
}

Sound *
sound_part (const Sound *self, gsize from, gsize frames)
{
  Sound *part = sound_new (self->channels, frames);

  memcpy (part->data, self->data + from * self->channels,
          frames * self->channels * sizeof (gfloat));
  return part;
}

static gdouble
decibels (gdouble power)
{
  return power > 1e-20 ? 10. * log10 (power) : -200.;
}

gdouble
sound_db (const Sound *self, gsize from, gsize frames)
{
  gdouble sum = 0.;

  for (gsize k = from * self->channels; k < (from + frames) * self->channels;
       k++)
    sum += (gdouble) self->data[k] * self->data[k];
  return decibels (sum / (gdouble) MAX (frames * self->channels, 1));
}

gdouble
sound_difference_db (const Sound *a, const Sound *b, gsize from, gsize frames)
{
  gdouble sum = 0.;

  g_assert_cmpuint (a->channels, ==, b->channels);
  for (gsize k = from * a->channels; k < (from + frames) * a->channels; k++) {
    gdouble d = (gdouble) a->data[k] - b->data[k];
    sum += d * d;
  }
  return decibels (sum / (gdouble) MAX (frames * a->channels, 1));
}

void
assert_same_sound (const Sound *got, const Sound *expected)
{
  g_assert_cmpuint (got->channels, ==, expected->channels);
  g_assert_cmpuint (got->frames, ==, expected->frames);
  for (gsize k = 0; k < got->frames * got->channels; k++) {
    if (memcmp (got->data + k, expected->data + k, sizeof (gfloat)) != 0)
      g_error ("frame %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
               ", channel %" G_GSIZE_FORMAT ": %.9g instead of %.9g",
               k / got->channels, got->frames, k % got->channels, got->data[k],
               expected->data[k]);
  }
}

static void
run_canceller (AncCanceller *canceller, const AncFilterLayout *layout,
               gfloat *const *planes, gsize at, gsize n, gboolean adapt)
{
  gfloat *error[ANC_MAX_CHANNELS];
  const gfloat *primary[ANC_MAX_CHANNELS], *reference[ANC_MAX_CHANNELS];

  for (guint c = 0; c < layout->n_primaries; c++) {
    primary[c] = planes[c] + at;
    error[c] = planes[layout->n_primaries + layout->n_references + c] + at;
  }
  for (guint c = 0; c < layout->n_references; c++)
    reference[c] = planes[layout->n_primaries + c] + at;
  anc_canceller_process (canceller, primary, reference, error, n, adapt);
}

/* Index of the first frame from `at` on where the presence changes. */
static gsize
run_end (const guint8 *present, gsize at, gsize n)
{
  gsize end = at + 1;

  while (end < n && present[end] == present[at])
    end++;
  return end;
}

Sound *
expect_output (const Expect *self, const Sound *primary, const Sound *reference)
{
  const AncFilterClass *klass = anc_filter_class_find (self->algorithm);
  AncFilterTuning tuning = anc_filter_class_default_tuning (klass);
  guint p = primary->channels, r = reference->channels;
  gsize n = primary->frames;
  AncFilterLayout layout = { .rate = BENCH_RATE,
                             .n_primaries = p,
                             .n_references = r,
                             .paired = p == r && p > 1 && !self->all,
                             .filter_length = self->taps,
                             .initial_variance = 1. };
  g_autofree gfloat *memory = g_new0 (gfloat, (2 * p + r) * n + 1);
  g_autofree guint8 *present = g_new0 (guint8, n + 1);
  gfloat *planes[3 * ANC_MAX_CHANNELS];
  Sound *output = sound_new (p, n);
  AncCanceller *canceller = NULL;

  for (guint i = 0; i < 2 * p + r; i++)
    planes[i] = memory + i * n;
  for (gsize k = 0; k < n; k++) {
    gint64 from = (gint64) k - self->delay - self->offset;

    present[k] = from >= 0 && from < (gint64) reference->frames;
    for (guint c = 0; c < p; c++)
      planes[c][k] = primary->data[k * p + c];
    for (guint c = 0; c < r && present[k]; c++)
      planes[p + c][k] = reference->data[(gsize) from * r + c];
  }
  g_assert_cmpint (anc_canceller_new (klass, &layout, &canceller), ==, ANC_OK);
  g_assert_cmpint (anc_canceller_tune (canceller, &tuning), ==, ANC_OK);
  for (gsize at = 0, end; at < n; at = end) {
    end = run_end (present, at, n);
    run_canceller (canceller, &layout, planes, at, end - at,
                   present[at] && !self->frozen);
  }
  anc_canceller_free (canceller);
  for (gsize k = 0; k < n * p; k++)
    output->data[k] = planes[p + r + k % p][k / p];
  return output;
}
