/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The other elements of the pipeline that an element is in: their `stats`, and
 * the element messages that they post. Messages are heard where they arrive at
 * the top-level pipeline's bus, in the thread that posts them; the application
 * gets them as if nobody listened. Neither the pipeline nor its elements are
 * held: nothing that it knows outlives them. */
typedef struct _GstAncWatch GstAncWatch;

/* A message of a watched element has come. In the thread that posts it. */
typedef void (*GstAncWatchNotify) (gpointer user_data);

/* `names` lists element names, "a,b" or "<a, b>"; NULL or empty: all elements
 * that have `stats`. */
GstAncWatch *gst_anc_watch_new (GstElement *element, const gchar *names,
                                GstAncWatchNotify notify, gpointer user_data);
/* No notification comes after it. */
void gst_anc_watch_free (GstAncWatch *self);

/* Adds to a record `elements`, and `messages` and `messages-dropped` since the
 * last time. *ret_changed: the elements are others than the last time. Calls
 * the elements' getters: with no lock held. */
void gst_anc_watch_take (GstAncWatch *self, GstStructure *record,
                         gboolean *ret_changed);

/* Looks for the elements that are named, as each record does. */
void gst_anc_watch_look (GstAncWatch *self);

/* The sum of what the elements' QoS messages say they have dropped. */
guint64 gst_anc_watch_dropped (GstAncWatch *self);

/* Names that nobody in the pipeline has, each told once. Free with
 * g_strfreev(); NULL: none. */
gchar **gst_anc_watch_take_missing (GstAncWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstAncWatch, gst_anc_watch_free)
