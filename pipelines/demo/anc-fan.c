/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two parts make the sound of a fan: tones at multiples of the rate at which
 * blades pass, and the broadband noise of turbulent air, which the blades
 * modulate. The speed wanders slowly, as on a real mains. */
#include "anc-fan.h"

#include <math.h>

#define BLADE_HZ 118.0
#define WANDER 0.05 /* of the speed, either way */
#define HARMONICS 24
#define TONE_FALL 0.7  /* of amplitude, as a power of the harmonic */
#define TONE_SHARE 0.5 /* of the power */
#define AIR_LOW_PASS_HZ 2500.0
#define AIR_MODULATION 0.3

/* Two slow sines whose periods do not repeat within a minute. */
static gdouble
speed_at (gdouble seconds)
{
  return BLADE_HZ
         * (1 + WANDER * 0.6 * sin (2 * G_PI * seconds / 11.3)
            + WANDER * 0.4 * sin (2 * G_PI * seconds / 4.7 + 1));
}

/* Twelve uniform numbers less six: near enough to Gaussian, variance 1. */
static gdouble
gaussian (GRand *random)
{
  gdouble sum = -6;

  for (guint i = 0; i < 12; i++)
    sum += g_rand_double (random);
  return sum;
}

static void
scale_to (gfloat *samples, gsize n, gdouble rms)
{
  gdouble power = 0;

  for (gsize i = 0; i < n; i++)
    power += samples[i] * samples[i];
  for (gsize i = 0; i < n; i++)
    samples[i] *= rms / sqrt (power / n);
}

static gdouble
blades (gdouble phase, gdouble speed, guint rate, const gdouble *offsets)
{
  gdouble sum = 0;

  for (guint k = 1; k <= HARMONICS && k * speed < 0.45 * rate; k++)
    sum += sin (k * phase + offsets[k - 1]) / pow (k, TONE_FALL);
  return sum;
}

gfloat *
anc_fan_noise (guint rate, gsize n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  gfloat *tones = g_new (gfloat, n);
  g_autofree gfloat *air = g_new (gfloat, n);
  gdouble offsets[HARMONICS], phase = 0, smooth = 0;
  gdouble keep = exp (-2 * G_PI * AIR_LOW_PASS_HZ / rate);

  for (guint k = 0; k < HARMONICS; k++)
    offsets[k] = g_rand_double_range (random, 0, 2 * G_PI);
  for (gsize i = 0; i < n; i++) {
    gdouble speed = speed_at ((gdouble) i / rate);

    phase = fmod (phase + 2 * G_PI * speed / rate, 2 * G_PI);
    tones[i] = blades (phase, speed, rate, offsets);
    smooth = keep * smooth + (1 - keep) * gaussian (random);
    air[i] = smooth * (1 + AIR_MODULATION * sin (phase));
  }
  scale_to (tones, n, sqrt (TONE_SHARE));
  scale_to (air, n, sqrt (1 - TONE_SHARE));
  for (gsize i = 0; i < n; i++)
    tones[i] += air[i];
  return tones;
}

void
anc_fan_add_hiss (gfloat *samples, gsize n, gdouble rms, GRand *random)
{
  for (gsize i = 0; i < n; i++)
    samples[i] += rms * gaussian (random);
}
