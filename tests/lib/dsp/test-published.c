/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Against published results: the echo canceller outputs of pyaec (Apache-2.0)
 * and the Wiener bound of a measured room (IoSR Surrey, MIT). */

#include "scene.h"

#include <math.h>
#include <string.h>

#define RATE 16000
#define PUBLISHED 114773

typedef struct {
  const char *name;
  const char *file;
  double limit; /* of full scale */
} Published;

static const Published table[] = {
  { "lms", "pyaec/lms.wav", 1e-3 },
  { "nlms", "pyaec/nlms.wav", 1e-3 },
  { "rls", "pyaec/rls.wav", 5e-3 },
};

static void
test_pyaec (gconstpointer data)
{
  const Published *published = data;
  size_t n, m, k, i;
  g_autofree float *x = scene_read ("pyaec/x.wav", 0, &n);
  g_autofree float *d = x != NULL ? scene_read ("pyaec/d.wav", 0, &m) : NULL;
  g_autofree float *y = x != NULL ? scene_read (published->file, 0, &k) : NULL;
  AncFilterLayout layout = { .rate = 8000,
                             .n_primaries = 1,
                             .n_references = 1,
                             .filter_length = 256,
                             .initial_variance = 0.01 };
  AncFilterTuning tuning = scene_textbook (0.1, 1e-3, 0.999);
  g_autoptr (AncCanceller) canceller = NULL;
  g_autofree float *e = NULL;
  const float *primary = d, *reference = x;
  double worst = 0.0;

  if (x == NULL)
    return;
  g_assert_cmpuint (k, ==, PUBLISHED);
  e = g_new (float, PUBLISHED);
  g_assert_cmpint (anc_canceller_new (anc_filter_class_find (published->name),
                                      &layout, &canceller),
                   ==, ANC_OK);
  anc_canceller_tune (canceller, &tuning);
  anc_canceller_process (canceller, &primary, &reference, &e, PUBLISHED, true);
  for (i = 0; i < PUBLISHED; i++) {
    double clipped = CLAMP (e[i], -1.0, 32767.0 / 32768.0);

    worst = fmax (worst, fabs (clipped - y[i]));
  }
  g_test_message ("%s: largest difference %.1e", published->name, worst);
  g_assert_cmpfloat (worst, <, published->limit);
}

static void
convolve (float *out, const float *x, size_t n, const float *path, size_t taps)
{
  size_t i, j;

  for (i = 0; i < n; i++) {
    size_t most = MIN (i + 1, taps);
    float sum = 0.0f;

    for (j = 0; j < most; j++)
      sum += path[j] * x[i - j];
    out[i] = sum;
  }
}

static double
correlation (const float *a, const float *b, size_t n, size_t lag)
{
  double sum = 0.0;
  size_t i;

  for (i = lag; i < n; i++)
    sum += (double) a[i] * b[i - lag];
  return sum;
}

/* The least output power that `taps` taps can reach with this stretch, dB:
 * Levinson's recursion on the normal equations. */
static double
wiener_bound (const float *d, const float *x, size_t n, size_t taps)
{
  g_autofree double *r = g_new (double, taps), *a = g_new0 (double, taps);
  g_autofree double *w = g_new0 (double, taps), *t = g_new (double, taps);
  double power = correlation (d, d, n, 0), rest = power, e;
  size_t i, j;

  for (i = 0; i < taps; i++)
    r[i] = correlation (x, x, n, i);
  r[0] *= 1.0 + 1e-9;
  e = r[0];
  for (i = 0; i < taps; i++) {
    double k = 0.0, q = correlation (d, x, n, i);

    if (i > 0) {
      k = r[i];
      for (j = 1; j < i; j++)
        k -= a[j] * r[i - j];
      k /= e;
      memcpy (t, a, taps * sizeof *t);
      for (j = 1; j < i; j++)
        a[j] = t[j] - k * t[i - j];
      a[i] = k;
      e *= 1.0 - k * k;
    }
    for (j = 0; j < i; j++)
      q -= w[j] * r[i - j];
    q /= e;
    for (j = 0; j < i; j++)
      w[j] -= q * a[i - j];
    w[i] = q;
    rest -= q * q * e;
  }
  return 10.0 * log10 (rest / power);
}

static double
two_ears (unsigned near_ear, double *ret_bound)
{
  size_t n = 14 * RATE, taps, i;
  g_autoptr (Scene) scene = scene_new (1, 1, n);
  g_autoptr (AncCanceller) canceller = NULL;
  g_autofree float *near_path
      = scene_read ("rooms/surrey_roomA_az090_16k.wav", near_ear, &taps);
  g_autofree float *far_path
      = scene_read ("rooms/surrey_roomA_az090_16k.wav", 1 - near_ear, &taps);
  g_autofree float *noise = g_new (float, n);
  AncFilterTuning tuning = anc_filter_class_default_tuning (&anc_nlms_class);
  uint32_t seed = 17;

  for (i = 0; i < n; i++)
    noise[i] = 0.2f * scene_random (&seed);
  convolve (scene->reference[0], noise, n, near_path, taps);
  convolve (scene->primary[0], noise, n, far_path, taps);
  canceller = scene_canceller ("nlms", scene, 2048, false);
  tuning.step_size = 0.5;
  anc_canceller_tune (canceller, &tuning);
  scene_run (scene, canceller, 0, n, 480, true);
  *ret_bound = wiener_bound (scene->primary[0] + 10 * RATE,
                             scene->reference[0] + 10 * RATE, 4 * RATE, 2048);
  return scene_gain (scene, 10 * RATE, n);
}

/* Louder is nearer: the ear that the noise comes to first. */
static unsigned
find_near_ear (void)
{
  size_t n;
  g_autofree float *a = scene_read ("rooms/surrey_roomA_az090_16k.wav", 0, &n);
  g_autofree float *b = scene_read ("rooms/surrey_roomA_az090_16k.wav", 1, &n);

  return correlation (a, a, n, 0) > correlation (b, b, n, 0) ? 0 : 1;
}

static void
test_room (void)
{
  double gain, bound;
  unsigned ear;

  if (scene_skips_long ())
    return;
  if (g_getenv ("ANC_TEST_DATA") == NULL) {
    g_test_skip ("ANC_TEST_DATA does not name the folder of test recordings");
    return;
  }
  ear = find_near_ear ();
  gain = two_ears (ear, &bound);
  g_test_message ("near ear as reference: %.1f dB, bound %.1f dB", gain, bound);
  g_assert_cmpfloat (gain, <, bound + 3.0);
  gain = two_ears (1 - ear, &bound);
  g_test_message ("ears swapped: %.1f dB, bound %.1f dB", gain, bound);
  g_assert_cmpfloat (gain, <, 0.5);
}

int
main (int argc, char **argv)
{
  size_t i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autofree char *path
        = g_strdup_printf ("/published/pyaec/%s", table[i].name);

    g_test_add_data_func (path, &table[i], test_pyaec);
  }
  g_test_add_func ("/published/room", test_room);
  return g_test_run ();
}
