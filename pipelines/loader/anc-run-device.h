/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Microphones and sound cards that are not there. */
#pragma once

#include "anc-parameters.h"

#include <gst/gst.h>

/* Does the element look for a device itself? When it finds none it warns, and
 * goes on with silence or drops what it should play. */
gboolean anc_run_device_is_automatic (GstObject *object);

/* What is missing and how to choose another; NULL if it is no device. */
gchar *anc_run_device_describe (const AncParameters *parameters,
                                GstObject *object, const gchar *clause);
