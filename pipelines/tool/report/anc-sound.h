/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* A whole recording in memory: interleaved frames, full scale at 1.0. */
typedef struct {
  gfloat *samples;
  gsize frames;
  guint channels;
  guint rate;
} AncSound;

#define ANC_SOUND_ERROR (anc_sound_error_quark ())
GQuark anc_sound_error_quark (void);

/* Anything GStreamer decodes. The message of an error names the file. */
AncSound *anc_sound_read (const gchar *filename, GError **error);
void anc_sound_free (AncSound *self);
gdouble anc_sound_seconds (const AncSound *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncSound, anc_sound_free)
