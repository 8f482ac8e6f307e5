/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is different when a pipeline writes to a network. */
#pragma once

#include <gst/gst.h>

/* The last bytes may take minutes then, and a sink that gives up says so
 * itself. */
gboolean anc_run_writes_to_network (GstElement *pipeline);

/* Stops the pipeline, so that unfinished uploads are taken back; returns after
 * so many seconds even if some element has not stopped. */
void anc_run_stop_within (GstElement *pipeline, guint seconds);
