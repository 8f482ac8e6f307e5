/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-picture.h"
#include "anc-track.h"

/* Both recordings on one sheet and on the same scales. */
AncPicture *anc_report_picture_new (const AncTrack *before,
                                    const AncTrack *after, const gchar *title);
