/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is different when a pipeline writes to a network. */
#pragma once

#include "anc-parameters.h"

#include <gst/gst.h>

/* The last bytes may take minutes then, and a sink that gives up says so
 * itself. */
gboolean anc_run_writes_to_network (GstElement *pipeline);

/* Into objects, which are there whole or not at all. */
gboolean anc_run_writes_objects (GstElement *pipeline);

/* Makes the sinks that output URIs are for refuse, or not, to replace what is
 * there, where they have a property for it. */
void anc_run_protect_outputs (const AncParameters *parameters,
                              GstElement *pipeline, gboolean overwrite);

/* Is this error of such a sink about what is there already? */
gboolean anc_run_is_about_existing (GstMessage *message);

/* Stops the pipeline, so that unfinished uploads are taken back, and runs the
 * loop meanwhile; returns after so many seconds, or when somebody quits the
 * loop, even if some element has not stopped. */
void anc_run_stop (GstElement *pipeline, GMainContext *context, GMainLoop *loop,
                   guint seconds);
