/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "scene.h"

#include <math.h>
#include <string.h>

#define RATE 16000

float
scene_random (uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (float) (int32_t) *seed / 2147483648.0f;
}

static void
autoregress (float *x, size_t n, double a1, double a2, double gain)
{
  double y1 = 0.0, y2 = 0.0;
  size_t i;

  for (i = 0; i < n; i++) {
    double y = gain * x[i] + a1 * y1 + a2 * y2;

    y2 = y1;
    y1 = y;
    x[i] = (float) y;
  }
}

static double
tone (size_t i, double hertz)
{
  return sin (2.0 * G_PI * hertz * (double) i / RATE);
}

void
scene_fill (float *x, size_t n, SceneKind kind, uint32_t seed)
{
  size_t i;

  for (i = 0; i < n; i++)
    x[i] = 0.3f * scene_random (&seed);
  switch (kind) {
  case SCENE_WHITE:
    break;
  case SCENE_COLOURED:
    autoregress (x, n, 0.95, 0.0, 0.3);
    break;
  case SCENE_RESONANT:
    autoregress (x, n, 2.0 * 0.98 * cos (0.3), -0.98 * 0.98, 0.05);
    break;
  case SCENE_SPEECH:
    autoregress (x, n, 0.9, 0.0, 0.4);
    for (i = 0; i < n; i++)
      x[i] *= (float) (i % 16000 < 11000 ? fabs (tone (i, 2.0)) : 0.0);
    break;
  case SCENE_TONES:
    for (i = 0; i < n; i++)
      x[i] = (float) (0.2 * tone (i, 200) + 0.1 * tone (i, 930)
                      + 0.1 * tone (i, 2500));
    break;
  case SCENE_GAPS:
    for (i = 0; i < n; i++)
      x[i] *= i / RATE % 2 == 0 ? 1.0f : 1e-4f;
    break;
  }
}

Scene *
scene_new (unsigned n_primaries, unsigned n_references, size_t n)
{
  Scene *self = g_new0 (Scene, 1);
  unsigned i;

  self->n_primaries = n_primaries;
  self->n_references = n_references;
  self->n = n;
  for (i = 0; i < n_primaries; i++) {
    self->primary[i] = g_new0 (float, n);
    self->error[i] = g_new0 (float, n);
  }
  for (i = 0; i < n_references; i++)
    self->reference[i] = g_new0 (float, n);
  return self;
}

void
scene_free (Scene *self)
{
  unsigned i;

  for (i = 0; i < ANC_MAX_CHANNELS; i++) {
    g_free (self->primary[i]);
    g_free (self->reference[i]);
    g_free (self->error[i]);
  }
  g_free (self);
}

static void
add_path (float *out, const float *x, size_t from, size_t to, unsigned taps,
          uint32_t seed)
{
  g_autofree double *path = g_new (double, taps);
  unsigned j;
  size_t i;

  for (j = 0; j < taps; j++)
    path[j] = scene_random (&seed) * exp (-4.0 * j / taps);
  for (i = from; i < to; i++) {
    double sum = 0.0;

    for (j = 0; j < taps && j <= i; j++)
      sum += path[j] * x[i - j];
    out[i] += (float) sum;
  }
}

void
scene_paths (Scene *self, SceneKind kind, unsigned taps, bool paired,
             uint32_t seed, size_t from)
{
  uint32_t noise = seed + 77;
  unsigned i, j;
  size_t k;

  for (j = 0; j < self->n_references && from == 0; j++)
    scene_fill (self->reference[j], self->n, kind, seed * 31 + j);
  for (i = 0; i < self->n_primaries; i++) {
    for (k = from; k < self->n; k++)
      self->primary[i][k] = 1e-3f * scene_random (&noise);
    for (j = 0; j < self->n_references; j++) {
      if (!paired || i == j)
        add_path (self->primary[i], self->reference[j], from, self->n, taps,
                  seed * 7 + i * 64 + j);
    }
  }
}

AncCanceller *
scene_canceller (const char *name, const Scene *scene, unsigned taps,
                 bool paired)
{
  AncFilterLayout layout = { .rate = RATE,
                             .n_primaries = scene->n_primaries,
                             .n_references = scene->n_references,
                             .paired = paired,
                             .filter_length = taps,
                             .initial_variance = 1.0 };
  AncCanceller *canceller = NULL;

  g_assert_cmpint (
      anc_canceller_new (anc_filter_class_find (name), &layout, &canceller), ==,
      ANC_OK);
  return canceller;
}

void
scene_run (Scene *self, AncCanceller *canceller, size_t from, size_t to,
           size_t step, bool adapt)
{
  while (from < to) {
    const float *primary[ANC_MAX_CHANNELS], *reference[ANC_MAX_CHANNELS];
    float *error[ANC_MAX_CHANNELS];
    size_t n = MIN (step, to - from);
    unsigned i;

    for (i = 0; i < self->n_primaries; i++) {
      primary[i] = self->primary[i] + from;
      error[i] = self->error[i] + from;
    }
    for (i = 0; i < self->n_references; i++)
      reference[i] = self->reference[i] + from;
    anc_canceller_process (canceller, primary, reference, error, n, adapt);
    from += n;
  }
}

double
scene_gain (const Scene *self, size_t from, size_t to)
{
  double primary = 1e-20, error = 1e-20;
  unsigned i;
  size_t j;

  for (i = 0; i < self->n_primaries; i++) {
    for (j = from; j < to; j++) {
      primary += (double) self->primary[i][j] * self->primary[i][j];
      error += (double) self->error[i][j] * self->error[i][j];
    }
  }
  return 10.0 * log10 (error / primary);
}

AncFilterTuning
scene_textbook (double step, double eps, double lambda)
{
  return (AncFilterTuning){ .step_size = step,
                            .regularization = eps,
                            .regularization_mode = ANC_REGULARIZATION_ABSOLUTE,
                            .forgetting_factor = lambda };
}

static guint32
little (const guint8 *at, unsigned bytes)
{
  guint32 value = 0;

  while (bytes-- > 0)
    value = value << 8 | at[bytes];
  return value;
}

static float
sample_at (const guint8 *at, unsigned bits)
{
  guint32 word = little (at, bits / 8);
  float value;

  if (bits == 16)
    return (float) (gint16) word / 32768.0f;
  memcpy (&value, &word, sizeof value);
  return value;
}

float *
scene_read (const char *name, unsigned channel, size_t *ret_n)
{
  const char *folder = g_getenv ("ANC_TEST_DATA");
  g_autofree char *path = NULL, *bytes = NULL;
  const guint8 *data;
  unsigned channels, bits;
  gsize size, at = 12, i;
  float *samples;

  if (folder == NULL) {
    g_test_skip ("ANC_TEST_DATA does not name the folder of test recordings");
    return NULL;
  }
  path = g_build_filename (folder, name, NULL);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  data = (const guint8 *) bytes;
  channels = little (data + 22, 2);
  bits = little (data + 34, 2);
  while (memcmp (data + at, "data", 4) != 0)
    at += 8 + little (data + at + 4, 4);
  *ret_n = little (data + at + 4, 4) / (channels * bits / 8);
  samples = g_new (float, *ret_n);
  for (i = 0; i < *ret_n; i++)
    samples[i]
        = sample_at (data + at + 8 + (i * channels + channel) * bits / 8, bits);
  return samples;
}

bool
scene_skips_long (void)
{
  if (g_getenv ("ANC_TEST_SHORT") == NULL)
    return false;
  g_test_skip ("too long for memcheck (ANC_TEST_SHORT is set)");
  return true;
}
