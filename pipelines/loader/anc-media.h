/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values that a file name or a recording answers. */
#pragma once

#include "anc-parameters.h"

/* The suffix, in small letters, as a value of the parameter's enum. */
gchar *anc_media_suffix_of (const AncParameter *parameter, const gchar *path,
                            GError **error);

/* The sample format of the first audio stream of what the parameter `of` names:
 * U8, S16, S24, S32, F32 or F64. Compressed formats without one of their own
 * (MP3, AAC, Vorbis, Opus), and a file that cannot be opened, count as S16; a
 * URI that cannot be opened is an error at once, since a network takes its
 * time. */
gchar *anc_media_format_of (const AncParameter *parameter,
                            const AncParameters *parameters,
                            const AncParameter *of, GError **error);
