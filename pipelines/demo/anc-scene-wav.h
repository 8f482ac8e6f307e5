/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* One channel of 16-bit PCM, which every player opens. */
gboolean anc_scene_write_wav (const gchar *filename, const gfloat *samples,
                              gsize n, guint rate, GError **error);
