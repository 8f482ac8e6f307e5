/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-track.h"

void
anc_track_free (AncTrack *self)
{
  g_free (self->filename);
  g_clear_pointer (&self->levels, anc_levels_free);
  g_clear_pointer (&self->spectrogram, anc_spectrogram_free);
  g_free (self);
}

static void
find_extremes (AncTrack *self, const AncSound *sound)
{
  for (gsize i = 0; i < ANC_TRACK_COLUMNS; i++) {
    gsize from = i * sound->frames / ANC_TRACK_COLUMNS * sound->channels;
    gsize to = (i + 1) * sound->frames / ANC_TRACK_COLUMNS * sound->channels;

    for (gsize at = from; at < to; at++) {
      self->low[i] = MIN (self->low[i], sound->samples[at]);
      self->high[i] = MAX (self->high[i], sound->samples[at]);
    }
  }
}

static gdouble
ratio_from (const AncSound *sound, const AncSound *voice, gsize from, gsize n)
{
  gdouble kept = 0, rest = 0;

  for (gsize i = from; i < n; i++) {
    gdouble difference = sound->samples[i] - voice->samples[i];
    kept += voice->samples[i] * voice->samples[i];
    rest += difference * difference;
  }
  return anc_levels_from_power (kept / n) - anc_levels_from_power (rest / n);
}

static gboolean
compare_with_voice (AncTrack *self, const AncSound *sound,
                    const AncSound *voice, GError **error)
{
  gsize n = MIN (sound->frames, voice->frames) * sound->channels;
  gsize end = (gsize) ANC_TRACK_END_SECONDS * sound->rate * sound->channels;

  if (sound->rate != voice->rate || sound->channels != voice->channels) {
    g_set_error (
        error, ANC_SOUND_ERROR, 0,
        "the voice has %u samples a second and %u channels, but %s has "
        "%u and %u; give one that was made of the same recording",
        voice->rate, voice->channels, self->filename, sound->rate,
        sound->channels);
    return FALSE;
  }
  self->voice_ratio = ratio_from (sound, voice, 0, n);
  self->voice_ratio_end = ratio_from (sound, voice, n > end ? n - end : 0, n);
  return TRUE;
}

AncTrack *
anc_track_read (const gchar *filename, const AncSound *voice, GError **error)
{
  g_autoptr (AncSound) sound = anc_sound_read (filename, error);
  g_autoptr (AncTrack) self = NULL;

  if (sound == NULL)
    return NULL;
  self = g_new0 (AncTrack, 1);
  self->filename = g_strdup (filename);
  self->seconds = anc_sound_seconds (sound);
  self->channels = sound->channels;
  self->rate = sound->rate;
  self->levels = anc_levels_new (sound);
  self->spectrogram = anc_spectrogram_new (sound, ANC_TRACK_COLUMNS);
  find_extremes (self, sound);
  if (voice != NULL && !compare_with_voice (self, sound, voice, error))
    return NULL;
  return g_steal_pointer (&self);
}
