/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>
#include <gst/base/base.h>

#include "gstanccanceller.h"
#include "gstancreference.h"
#include "gstancsettings.h"
#include "gstanctimeline.h"

#include "anc-canceller.h"

G_BEGIN_DECLS

/* Where the reference comes from. */
typedef enum {
  GST_ANC_MODE_NONE,    /* nowhere: the stream passes unchanged */
  GST_ANC_MODE_IN_BAND, /* a channel of the primary */
  GST_ANC_MODE_PAD,     /* the reference pad */
} GstAncMode;

/* One pad's side of the hand-over. Guarded by the element's lock. */
typedef struct {
  GstPad *pad;
  GstSegment segment;
  GThread *thread; /* the last to feed this pad */
  gboolean flushing;
} GstAncSide;

/* In the primary queue: a buffer placed on the axis, or a serialised event. */
typedef struct {
  GstMiniObject *object;
  gint64 start;
  gsize frames;
} GstAncItem;

/* The next piece of work, owned by the thread that set `busy`: an event, a
 * new configuration, a span of a buffer, or (none of these) a stretch that the
 * primary jumped over and the reference runs through. */
typedef struct {
  GstEvent *event;
  GstBuffer *buffer;
  gsize offset; /* frames of buffer before the span */
  gsize frames;
  GstAncMode mode;
  gboolean configure; /* format, mode or settings are not the filter's */
  gboolean read;      /* the reference planes are filled */
  gboolean reset_history;
  gboolean say_missing;
  gboolean adapt;
  GstAncOutput output;
  GstClockTime interval; /* between messages; NONE: none */
} GstAncJob;

/* What the filter works on. Guarded by dsp_lock. */
typedef struct {
  GstAudioInfo in;  /* of the primary */
  GstAudioInfo out; /* what leaves */
  GstAncMode mode;
  gint reference_channel;
  AncFilterLayout layout;
  AncCanceller *canceller; /* NULL while nothing is known of the reference */

  gfloat *memory;    /* behind the planes */
  gsize capacity;    /* frames each plane holds */
  guint n_primaries; /* planes there are ... */
  guint n_references;
  gfloat *primary[ANC_MAX_CHANNELS + 1];
  gfloat *reference[ANC_MAX_CHANNELS + 1];
  gfloat *output[ANC_MAX_CHANNELS + 1];
  GArray *runs; /* of GstAncRun */

  AncLevels total;    /* since the start, as far as collected ... */
  AncLevels interval; /* ... and since the last message */
  guint64 samples;
  guint64 spans;
  GstClockTime timed;       /* spent on those spans that were timed ... */
  guint64 timed_samples;    /* ... and their samples */
  guint64 divergences;      /* said so far */
  guint64 past_divergences; /* of filters that this one replaced */
} GstAncDsp;

/* Lock order: lock, then dsp_lock. Neither is held while pushing, querying or
 * posting. */
typedef struct {
  GMutex lock;
  GCond cond;
  guint waiters; /* of cond: GLib's broadcast is a system call even for none */
  gboolean busy; /* a thread works on the queues; it owns `job` */
  GstAncJob job;
  GstFlowReturn flow; /* of the last push */
  gboolean failed;    /* an error was posted: nothing goes on */

  GstAncSide primary;
  GstAncSide reference; /* pad NULL: not requested */
  GstPad *srcpad;

  GstQueueArray *queue; /* of GstAncItem */
  gint64 queued;        /* frames in it */
  gsize consumed;       /* frames of its head already done */
  GstAudioInfo info;    /* of the newest primary caps */
  GstAncTimeline timeline;
  GstAncReference *store;
  guint reference_rate; /* of the arriving reference */
  gint64 next;          /* axis index after the last sample done */
  gboolean next_valid;
  gboolean primary_eos; /* has been pushed */
  gboolean draining;    /* the primary's EOS is queued */
  gboolean discont;     /* the next primary buffer follows a gap event */
  gboolean await_reference_flush;
  gboolean reset_history;
  guint32 reference_flush_seqnum;

  gboolean live;           /* of the primary ... */
  gboolean reference_live; /* ... and of the reference */
  gboolean latency_known;
  GstClockTime wait; /* live: how long a primary sample may be held */
  gboolean missing_said;
  gboolean passing_said;
  gboolean conversion_said;
  gboolean reverse; /* the segment being worked on plays backwards */

  GstAncSettings settings;
  GstAncChange changed; /* not yet applied; the larger of all since */
  GBytes *pending_state;
  GBytes *last_state;    /* of the stream that was stopped */
  gfloat *start_weights; /* from the weights file, planes ... */
  guint start_responses; /* ... their number and length */
  gsize start_taps;
  guint start_rate;

  GMutex dsp_lock;
  GstAncDsp dsp;
} GstAncCancellerPrivate;

GstAncCancellerPrivate *gst_anc_canceller_private (GstAncCanceller *self)
    G_GNUC_CONST;

/* Both with the lock held. */
static inline void
gst_anc_canceller_wait (GstAncCancellerPrivate *priv)
{
  priv->waiters++;
  g_cond_wait (&priv->cond, &priv->lock);
  priv->waiters--;
}

static inline void
gst_anc_canceller_wake (GstAncCancellerPrivate *priv)
{
  if (priv->waiters > 0)
    g_cond_broadcast (&priv->cond);
}

/* gstancpairing.c: the two queues and the one worker */
GstFlowReturn gst_anc_pairing_chain_primary (GstPad *pad, GstObject *parent,
                                             GstBuffer *buffer);
GstFlowReturn gst_anc_pairing_chain_reference (GstPad *pad, GstObject *parent,
                                               GstBuffer *buffer);
/* With the lock held: does what can be done, unless another thread does. */
void gst_anc_pairing_work (GstAncCanceller *self);
/* The same after an arrival on the reference pad. */
void gst_anc_pairing_work_reference (GstAncCanceller *self);
/* Without the lock: the same in a thread of GStreamer's, for callers that must
 * not be held by downstream. */
void gst_anc_pairing_wake (GstAncCanceller *self);
/* With the lock held. */
void gst_anc_pairing_queue_event (GstAncCanceller *self, GstEvent *event);
void gst_anc_pairing_clear_primary (GstAncCanceller *self);

/* gstancpads.c: events and queries */
gboolean gst_anc_pads_primary_event (GstPad *pad, GstObject *parent,
                                     GstEvent *event);
gboolean gst_anc_pads_reference_event (GstPad *pad, GstObject *parent,
                                       GstEvent *event);
gboolean gst_anc_pads_src_event (GstPad *pad, GstObject *parent,
                                 GstEvent *event);
gboolean gst_anc_pads_sink_query (GstPad *pad, GstObject *parent,
                                  GstQuery *query);
gboolean gst_anc_pads_src_query (GstPad *pad, GstObject *parent,
                                 GstQuery *query);
gboolean gst_anc_pads_sink_activate_mode (GstPad *pad, GstObject *parent,
                                          GstPadMode mode, gboolean active);

/* gstanclatency.c */
gboolean gst_anc_latency_query (GstAncCanceller *self, GstQuery *query);
/* Asks upstream whether it is live; without the lock. */
void gst_anc_latency_update (GstAncCanceller *self);
/* Frames the primary waits for its reference: a delay below 0. */
gint64 gst_anc_latency_own_frames (const GstAncCancellerPrivate *priv);

/* gstancspan.c: one span through the filter */
/* With dsp_lock. Takes job->buffer; returns what is to be pushed. */
GstBuffer *gst_anc_span_process (GstAncCanceller *self, GstAncJob *job);
/* With dsp_lock. The reference alone through the history. */
void gst_anc_span_skip (GstAncCanceller *self, GstAncJob *job);

/* gstancformat.c: caps on both sides */
/* Takes a CAPS event of the primary at its turn; pushes ours. */
gboolean gst_anc_format_set_caps (GstAncCanceller *self, GstEvent *event);
/* Makes mode the current one; pushes caps if that changes them. */
gboolean gst_anc_format_set_mode (GstAncCanceller *self, GstAncMode mode);
/* Answers a CAPS query of either pad of the primary. */
GstCaps *gst_anc_format_query (GstAncCanceller *self, GstPad *pad,
                               GstCaps *filter);
/* What the reference is for a stream of that format; with the lock. */
GstAncMode gst_anc_format_mode (GstAncCanceller *self,
                                const GstAudioInfo *info);
/* Room for n frames in each plane; by the owner of the job. */
void gst_anc_dsp_reserve (GstAncDsp *dsp, gsize n, guint n_references);
void gst_anc_dsp_clear (GstAncDsp *dsp);

/* gstancfilter.c: building the filter, its start weights and state */
/* References there are to filter with; 0 while not known. With the lock. */
guint gst_anc_filter_references (GstAncCanceller *self, GstAncMode mode);
/* With the lock: whether gst_anc_filter_configure is due. */
gboolean gst_anc_filter_is_stale (GstAncCanceller *self, GstAncMode mode);
/* Without locks: makes mode, filter and settings the current ones. FALSE
 * after an error has been posted. */
gboolean gst_anc_filter_configure (GstAncCanceller *self, GstAncMode mode);
gboolean gst_anc_filter_load_weights (GstAncCanceller *self, GError **error);
gboolean gst_anc_filter_save_weights (GstAncCanceller *self,
                                      const gchar *location, GError **error);

/* gstancstate.c */
/* With both locks. NULL when there is no filter, or the settings do not allow
 * a state. */
GBytes *gst_anc_state_save (GstAncCanceller *self);
/* With both locks: FALSE and a sentence in *ret_message if refused. start is
 * the axis index of the next sample. */
gboolean gst_anc_state_load (GstAncCanceller *self, GBytes *state, gint64 start,
                             gchar **ret_message);

/* gstancstats.c */
GstStructure *gst_anc_stats (GstAncCanceller *self);
/* After each span, with dsp_lock: TRUE when messages are due. */
gboolean gst_anc_stats_due (GstAncCanceller *self, GstClockTime interval);
/* With dsp_lock: takes what the filter has summed, before it forgets or goes.
 */
void gst_anc_stats_collect (GstAncDsp *dsp);
/* Without locks: posts them. */
void gst_anc_stats_post (GstAncCanceller *self, GstClockTime interval);

GST_DEBUG_CATEGORY_EXTERN (gst_anc_canceller_debug);

G_END_DECLS
