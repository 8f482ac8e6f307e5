/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Counts the sound that leaves each element at the top of a pipeline: how
 * far a run is, how much came out, and whether an input ended early. */
#pragma once

#include <gst/gst.h>

typedef struct _AncMeter AncMeter;

/* Attaches itself to every source pad there is and to those that come. The
 * pipeline must be in state NULL. */
AncMeter *anc_meter_new (GstElement *pipeline);
void anc_meter_free (AncMeter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMeter, anc_meter_free)

typedef struct {
  gboolean sound;   /* a pad with audio/x-raw was found */
  gboolean buffers; /* anything at all went through the pads on the way */
  gboolean ended;   /* to its end, as far as it goes */
  guint64 frames;
  gdouble seconds;
  gdouble duration; /* what upstream says the whole is; < 0: not known */
} AncReading;

/* The last decoded sound before a sink; the longest of several sinks. */
AncReading anc_meter_read_output (AncMeter *self);

/* The first decoded sound after the named source element. */
AncReading anc_meter_read_input (AncMeter *self, const gchar *element);

/* Is there an element of that name, and has it no input? */
gboolean anc_meter_is_source (AncMeter *self, const gchar *element);

/* The name of the source element that alone feeds `object` (an element at
 * any depth), or NULL if there are none or several. */
gchar *anc_meter_find_source (GstElement *pipeline, GstObject *object);

/* The same for what is linked to a sink pad of an element at the top. */
gchar *anc_meter_find_source_of_pad (GstElement *pipeline, GstPad *pad);
