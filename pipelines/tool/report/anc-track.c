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

AncTrack *
anc_track_read (const gchar *filename, GError **error)
{
  g_autoptr (AncSound) sound = anc_sound_read (filename, error);
  AncTrack *self;

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
  return self;
}
