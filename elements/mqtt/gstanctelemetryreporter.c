/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctelemetryreporter.h"

#include "gstancjson.h"

#include "gstanctelemetryrecord.h"
#include "gstanctelemetrywatch.h"

/* Changes that come faster than that share a record. */
#define SHORTEST_US (100 * G_TIME_SPAN_MILLISECOND)
#define NEVER G_MAXINT64

struct _GstAncReporter {
  GstElement *element;
  GstAncMeter *meter;
  GThread *thread;

  /* of the thread, while it runs */
  GstAncWatch *watch;
  gchar *thing, *session;

  GMutex lock;
  GCond changed;
  /* with the lock */
  GstAncPace pace;
  guint changes;
  gboolean running;
  gint64 due, last; /* monotonic: the interval's end, the last record */
  guint64 sequence;
  GstAncSender *sender;     /* NULL: none */
  GstStructure *last_stats; /* of the sender that was */
};

GstAncReporter *
gst_anc_reporter_new (GstElement *element, GstAncMeter *meter)
{
  GstAncReporter *self = g_new0 (GstAncReporter, 1);

  self->element = element;
  self->meter = meter;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

void
gst_anc_reporter_free (GstAncReporter *self)
{
  gst_anc_reporter_stop (self, 0);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* With the lock. */
static gint64
next_due (GstAncReporter *self, gint64 from)
{
  return self->pace.interval > 0
             ? from + (gint64) GST_TIME_AS_USECONDS (self->pace.interval)
             : NEVER;
}

void
gst_anc_reporter_set_pace (GstAncReporter *self, const GstAncPace *pace)
{
  g_mutex_lock (&self->lock);
  self->pace = *pace;
  self->due = next_due (self, self->last);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
gst_anc_reporter_note (GstAncReporter *self, guint changes)
{
  if (changes == 0)
    return;
  g_mutex_lock (&self->lock);
  self->changes |= changes;
  if (self->pace.on_change || (changes & GST_ANC_CHANGE_EOS) != 0)
    g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_message (gpointer reporter)
{
  gst_anc_reporter_note (reporter, GST_ANC_CHANGE_MESSAGE);
}

static void
tell_missing (GstAncReporter *self)
{
  g_auto (GStrv) names = gst_anc_watch_take_missing (self->watch);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    GST_ELEMENT_WARNING (
        self->element, LIBRARY, SETTINGS,
        ("The pipeline has no element named %s; check elements", names[i]),
        (NULL));
}

void
gst_anc_reporter_check (GstAncReporter *self)
{
  gst_anc_watch_look (self->watch);
  tell_missing (self);
}

static void
add_connection (GstAncReporter *self, GstStructure *record)
{
  GstStructure *connection;

  if (self->sender == NULL)
    return;
  connection = gst_structure_new_empty ("connection");
  gst_anc_sender_get_stats (self->sender, connection);
  gst_structure_set (record, "connection", GST_TYPE_STRUCTURE, connection,
                     NULL);
  gst_structure_free (connection);
}

static GstStructure *
make_record (GstAncReporter *self, guint64 sequence, GstAncReason reason,
             guint changes)
{
  GstStructure *record = gst_anc_telemetry_record_new (
      self->thing, self->session, sequence, GST_OBJECT_NAME (self->element));
  gboolean others;

  gst_anc_telemetry_record_set_reason (record, reason, changes);
  gst_anc_meter_take (self->meter, record, gst_anc_watch_dropped (self->watch));
  gst_anc_watch_take (self->watch, record, &others);
  if (others)
    gst_anc_telemetry_record_set_reason (record, reason,
                                         changes | GST_ANC_CHANGE_ELEMENTS);
  add_connection (self, record);
  return record;
}

/* Without the lock. */
static void
report (GstAncReporter *self, GstAncReason reason, guint changes)
{
  GstStructure *record;
  guint64 sequence;
  gboolean post;

  g_mutex_lock (&self->lock);
  sequence = ++self->sequence;
  post = self->pace.post_messages || self->sender == NULL;
  g_mutex_unlock (&self->lock);
  record = make_record (self, sequence, reason, changes);
  tell_missing (self);
  if (self->sender != NULL) {
    g_autofree gchar *json = gst_anc_json_from_structure (record);

    gst_anc_sender_revive (self->sender);
    gst_anc_sender_append (self->sender, json);
    if (reason == GST_ANC_REASON_EOS || reason == GST_ANC_REASON_STOP)
      gst_anc_sender_flush (self->sender);
  }
  if (post)
    gst_element_post_message (
        self->element,
        gst_message_new_element (GST_OBJECT (self->element), record));
  else
    gst_structure_free (record);
}

/* With the lock: whether there is something to report, else when to look. */
static gboolean
is_time (GstAncReporter *self, GstAncReason *ret_reason, gint64 *ret_until)
{
  gint64 now = g_get_monotonic_time ();

  *ret_until = self->due;
  if ((self->changes & GST_ANC_CHANGE_EOS) != 0) {
    *ret_reason = GST_ANC_REASON_EOS;
    return TRUE;
  }
  if (now >= self->due) {
    *ret_reason = GST_ANC_REASON_INTERVAL;
    self->due = MAX (next_due (self, self->due), now);
    return TRUE;
  }
  if (!self->pace.on_change || self->changes == 0)
    return FALSE;
  *ret_reason = GST_ANC_REASON_CHANGE;
  *ret_until = MIN (self->due, self->last + SHORTEST_US);
  return now >= self->last + SHORTEST_US;
}

static void
wait (GstAncReporter *self, gint64 until)
{
  if (until == NEVER)
    g_cond_wait (&self->changed, &self->lock);
  else
    g_cond_wait_until (&self->changed, &self->lock, until);
}

static gpointer
run (gpointer reporter)
{
  GstAncReporter *self = reporter;
  GstAncReason reason;
  gint64 until;
  guint changes;

  g_mutex_lock (&self->lock);
  while (self->running) {
    if (!is_time (self, &reason, &until)) {
      wait (self, until);
      continue;
    }
    changes = self->changes;
    self->changes = 0;
    self->last = g_get_monotonic_time ();
    g_mutex_unlock (&self->lock);
    report (self, reason, changes);
    g_mutex_lock (&self->lock);
  }
  changes = self->changes;
  self->changes = 0;
  g_mutex_unlock (&self->lock);
  if ((changes & GST_ANC_CHANGE_EOS) != 0)
    report (self, GST_ANC_REASON_EOS, changes);
  else if (changes != 0 || gst_anc_meter_has_news (self->meter))
    report (self, GST_ANC_REASON_STOP, changes);
  else if (self->sender != NULL)
    gst_anc_sender_flush (self->sender);
  return NULL;
}

gboolean
gst_anc_reporter_start (GstAncReporter *self, const gchar *elements,
                        const GstAncSenderOptions *options, GError **error)
{
  GstAncSender *sender = NULL;

  if (options->settings != NULL) {
    sender = gst_anc_sender_new (self->element, options, error);
    if (sender == NULL)
      return FALSE;
  }
  self->thing = g_strdup (options->thing);
  self->session = g_strdup (options->session);
  self->watch = gst_anc_watch_new (self->element, elements, on_message, self);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  self->sender = sender;
  self->sequence = 0;
  self->last = g_get_monotonic_time ();
  self->due = next_due (self, self->last);
  self->running = TRUE;
  g_mutex_unlock (&self->lock);
  gst_anc_meter_begin (self->meter);
  if (sender != NULL)
    gst_anc_sender_start (sender);
  self->thread = g_thread_new ("anc-telemetry", run, self);
  return TRUE;
}

static void
remove_sender (GstAncReporter *self, GstClockTime drain)
{
  GstAncSender *sender = self->sender;

  if (sender == NULL)
    return;
  gst_anc_sender_close (sender, drain);
  g_mutex_lock (&self->lock);
  self->last_stats = gst_structure_new_empty ("last");
  gst_anc_sender_get_stats (sender, self->last_stats);
  self->sender = NULL;
  g_mutex_unlock (&self->lock);
  gst_anc_sender_free (sender);
}

void
gst_anc_reporter_stop (GstAncReporter *self, GstClockTime drain)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->running = FALSE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->sender != NULL)
    gst_anc_sender_hurry (self->sender);
  g_clear_pointer (&self->thread, g_thread_join);
  remove_sender (self, drain);
  g_clear_pointer (&self->watch, gst_anc_watch_free);
  g_clear_pointer (&self->thing, g_free);
  g_clear_pointer (&self->session, g_free);
}

static gboolean
copy_field (GQuark field, const GValue *value, gpointer stats)
{
  gst_structure_id_set_value (stats, field, value);
  return TRUE;
}

GstStructure *
gst_anc_reporter_get_stats (GstAncReporter *self)
{
  GstStructure *stats = gst_structure_new_empty ("anctelemetry");

  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "records", G_TYPE_UINT64, self->sequence, NULL);
  if (self->sender != NULL)
    gst_anc_sender_get_stats (self->sender, stats);
  else if (self->last_stats != NULL)
    gst_structure_foreach (self->last_stats, copy_field, stats);
  g_mutex_unlock (&self->lock);
  return stats;
}
