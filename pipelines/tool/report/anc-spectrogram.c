/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Short-time Fourier transform with a Hann window of about 32 ms. A column is
 * the mean power of up to MAX_WINDOWS windows spread over its time, so that
 * hours cost no more than minutes. */
#include "anc-spectrogram.h"

#include "anc-levels.h"

#include <gst/fft/gstfftf32.h>
#include <math.h>

#define WINDOW_SECONDS 0.032
#define MAX_WINDOWS 4

typedef struct {
  const AncSound *sound;
  GstFFTF32 *fft;
  guint size;
  gfloat *input;
  GstFFTF32Complex *bins;
  gdouble *power;
} Transform;

void
anc_spectrogram_free (AncSpectrogram *self)
{
  g_free (self->level);
  g_free (self);
}

static void
transform_init (Transform *self, const AncSound *sound)
{
  self->sound = sound;
  self->size = 64;
  while (self->size < sound->rate * WINDOW_SECONDS)
    self->size *= 2;
  self->fft = gst_fft_f32_new (self->size, FALSE);
  self->input = g_new (gfloat, self->size);
  self->bins = g_new (GstFFTF32Complex, self->size / 2 + 1);
  self->power = g_new (gdouble, self->size / 2 + 1);
}

static void
transform_clear (Transform *self)
{
  gst_fft_f32_free (self->fft);
  g_free (self->input);
  g_free (self->bins);
  g_free (self->power);
}

/* Adds the power of the window around `centre`; what lies outside the
 * recording is silence. */
static void
add_window (Transform *self, gint64 centre, guint channel)
{
  const AncSound *sound = self->sound;
  gint64 start = centre - self->size / 2;
  /* A full-scale sine peaks at size / 4 under a Hann window. */
  gdouble scale = 4.0 / self->size;

  for (guint i = 0; i < self->size; i++) {
    gint64 at = start + i;
    gboolean inside = at >= 0 && at < (gint64) sound->frames;
    gfloat value
        = inside ? sound->samples[at * sound->channels + channel] : 0.0f;
    self->input[i] = isfinite (value) ? value : 0.0f;
  }
  gst_fft_f32_window (self->fft, self->input, GST_FFT_WINDOW_HANN);
  gst_fft_f32_fft (self->fft, self->input, self->bins);
  for (guint b = 0; b <= self->size / 2; b++) {
    gdouble re = self->bins[b].r * scale, im = self->bins[b].i * scale;
    self->power[b] += re * re + im * im;
  }
}

static void
fill_column (Transform *transform, AncSpectrogram *self, guint column)
{
  const AncSound *sound = transform->sound;
  gdouble width = (gdouble) sound->frames / self->columns;
  guint windows = CLAMP (2 * width / transform->size, 1, MAX_WINDOWS);
  gfloat *level = self->level + (gsize) column * self->bands;

  memset (transform->power, 0, self->bands * sizeof (gdouble));
  for (guint w = 0; w < windows; w++)
    for (guint c = 0; c < sound->channels; c++)
      add_window (transform, (column + (w + 0.5) / windows) * width, c);
  for (guint b = 0; b < self->bands; b++)
    level[b] = anc_levels_from_power (transform->power[b]
                                      / (windows * sound->channels));
}

AncSpectrogram *
anc_spectrogram_new (const AncSound *sound, guint columns)
{
  AncSpectrogram *self = g_new0 (AncSpectrogram, 1);
  Transform transform;

  transform_init (&transform, sound);
  self->columns = columns;
  self->bands = transform.size / 2 + 1;
  self->seconds = anc_sound_seconds (sound);
  self->max_hz = sound->rate / 2.0;
  self->level = g_new (gfloat, (gsize) columns * self->bands);
  for (guint column = 0; column < columns; column++)
    fill_column (&transform, self, column);
  transform_clear (&transform);
  return self;
}

gfloat
anc_spectrogram_peak (const AncSpectrogram *self)
{
  gfloat peak = ANC_LEVELS_SILENCE;

  for (gsize i = 0; i < (gsize) self->columns * self->bands; i++)
    peak = MAX (peak, self->level[i]);
  return peak;
}
