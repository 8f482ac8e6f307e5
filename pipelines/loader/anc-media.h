/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values that a file name or a recording answers. */
#pragma once

#include "anc-parameter.h"

/* The suffix, in small letters, as a value of the parameter's enum. */
gchar *anc_media_suffix_of (const AncParameter *parameter, const gchar *path,
                            GError **error);

/* The sample format of the first audio stream: U8, S16, S24, S32, F32 or
 * F64. Compressed formats without one of their own (MP3, AAC, Vorbis, Opus),
 * and what cannot be opened, count as S16. */
gchar *anc_media_format_of (const AncParameter *parameter, const gchar *path,
                            GError **error);
