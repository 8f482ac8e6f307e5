/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc-scene VOICE DIRECTORY: someone speaks in a room where a fan runs. Writes
 * what two microphones hear, noisy.wav near the speaker and reference.wav near
 * the fan, and voice.wav, the speaker's part of noisy.wav, to measure with. */
#include "../tool/report/anc-sound.h"
#include "anc-fan.h"
#include "anc-room.h"
#include "anc-scene-wav.h"

#include <gst/gst.h>
#include <math.h>

#define SEED 20260601
#define VOICE_TO_FAN_DB (-6.0) /* at the primary microphone */
#define PRIMARY_PEAK 0.7
#define REFERENCE_PEAK 0.7
#define HISS_DB (-78.0) /* of full scale; a plain microphone's own noise */

static const AncRoom room = { { 5.2, 4.1, 2.6 }, 0.5 };
static const AncPoint mouth = { 1.50, 2.00, 1.50 };
static const AncPoint primary = { 1.74, 2.07, 1.45 };
static const AncPoint fan = { 3.90, 3.00, 1.05 };
static const AncPoint reference = { 3.82, 2.95, 1.09 };

/* One microphone and the two sounds that reach it. */
typedef struct {
  gfloat *voice;
  gfloat *noise;
  gsize n;
} Microphone;

static void
microphone_clear (Microphone *self)
{
  g_free (self->voice);
  g_free (self->noise);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Microphone, microphone_clear)

/* Tap by tap over blocks that stay in the cache: the inner loop vectorises. */
static gfloat *
convolve (const gfloat *x, gsize n, const gfloat *taps, gsize n_taps)
{
  const gsize block = 4096;
  gfloat *y = g_new0 (gfloat, n);

  for (gsize from = 0; from < n; from += block) {
    gsize to = MIN (from + block, n);
    for (gsize k = 0; k < MIN (n_taps, to); k++) {
      gfloat tap = taps[k];
      for (gsize i = MAX (from, k); i < to; i++)
        y[i] += tap * x[i - k];
    }
  }
  return y;
}

static gfloat *
hear (const gfloat *sound, gsize n, AncPoint source, AncPoint microphone,
      guint rate)
{
  gsize n_taps;
  g_autofree gfloat *taps
      = anc_room_response (&room, source, microphone, rate, &n_taps);

  return convolve (sound, n, taps, n_taps);
}

static gdouble
power (const gfloat *samples, gsize n)
{
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += samples[i] * samples[i];
  return sum / n;
}

static void
scale (gfloat *samples, gsize n, gdouble by)
{
  for (gsize i = 0; i < n; i++)
    samples[i] *= by;
}

/* Turns the microphone's gain until its loudest sample is at `peak`. */
static void
set_gain (Microphone *self, gdouble peak)
{
  gdouble loudest = 1e-9;

  for (gsize i = 0; i < self->n; i++)
    loudest = MAX (loudest, fabs (self->voice[i] + self->noise[i]));
  scale (self->voice, self->n, peak / loudest);
  scale (self->noise, self->n, peak / loudest);
}

static void
place_sounds (const AncSound *voice, Microphone *near, Microphone *far)
{
  gsize n = voice->frames;
  g_autofree gfloat *noise = anc_fan_noise (voice->rate, n, SEED);
  gdouble gain;

  near->n = far->n = n;
  near->voice = hear (voice->samples, n, mouth, primary, voice->rate);
  near->noise = hear (noise, n, fan, primary, voice->rate);
  far->voice = hear (voice->samples, n, mouth, reference, voice->rate);
  far->noise = hear (noise, n, fan, reference, voice->rate);
  /* How loud the fan is in this room: the same factor for both. */
  gain = sqrt (power (near->voice, n) / power (near->noise, n))
         * pow (10, -VOICE_TO_FAN_DB / 20);
  scale (near->noise, n, gain);
  scale (far->noise, n, gain);
  set_gain (near, PRIMARY_PEAK);
  set_gain (far, REFERENCE_PEAK);
}

static gboolean
write_sum (const Microphone *self, GRand *random, const gchar *directory,
           const gchar *name, guint rate, GError **error)
{
  g_autofree gchar *path = g_build_filename (directory, name, NULL);
  g_autofree gfloat *sum = g_new (gfloat, self->n);

  for (gsize i = 0; i < self->n; i++)
    sum[i] = self->voice[i] + self->noise[i];
  anc_fan_add_hiss (sum, self->n, pow (10, HISS_DB / 20), random);
  return anc_scene_write_wav (path, sum, self->n, rate, error);
}

static gboolean
make_scene (const gchar *voice_file, const gchar *directory, GError **error)
{
  g_autoptr (AncSound) voice = anc_sound_read (voice_file, error);
  g_autoptr (GRand) random = g_rand_new_with_seed (SEED + 1);
  g_autofree gchar *path = g_build_filename (directory, "voice.wav", NULL);
  g_auto (Microphone) near = { 0 };
  g_auto (Microphone) far = { 0 };

  if (voice == NULL)
    return FALSE;
  if (voice->channels != 1) {
    g_set_error (error, ANC_SOUND_ERROR, 0, "%s: one channel is needed, not %u",
                 voice_file, voice->channels);
    return FALSE;
  }
  place_sounds (voice, &near, &far);
  return write_sum (&near, random, directory, "noisy.wav", voice->rate, error)
         && write_sum (&far, random, directory, "reference.wav", voice->rate,
                       error)
         && anc_scene_write_wav (path, near.voice, near.n, voice->rate, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 3) {
    g_printerr ("usage: anc-scene VOICE DIRECTORY\n");
    return 2;
  }
  gst_init (NULL, NULL);
  if (!make_scene (argv[1], argv[2], &error)) {
    g_printerr ("anc-scene: %s\n", error->message);
    return 1;
  }
  return 0;
}
