/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctelemetry-private.h"

#include "gstancfields.h"

#define LONGEST_INTERVAL (24 * 3600 * GST_SECOND)
/* An hour of records of 1 KB, one a second. */
#define DEFAULT_QUEUE_LIMIT (4u * 1024u * 1024u)

#define S GstAncTelemetry
static const GstAncField ready_fields[] = {
  GST_ANC_TEXT (S, elements, "elements", "Elements",
                "Names of the elements whose stats and messages are reported, "
                "as in \"a,b\" (unset: all of the pipeline that have stats)"),
  GST_ANC_TEXT (S, thing_name, "thing-name", "Thing name",
                "Who reports (unset: client-id, or else the host's name)"),
  GST_ANC_SWITCH (S, retain, "retain", "Retain",
                  "The broker keeps the last message for later subscribers",
                  FALSE),
  GST_ANC_SWITCH (S, gzip, "gzip", "gzip", "Compress the payloads", FALSE),
  GST_ANC_NUMBER (S, batch_size, "batch-size", "Batch size",
                  "Records in a payload; above 1 a payload is an array of "
                  "records",
                  1, G_MAXUINT16, 1),
  GST_ANC_LONG (S, batch_bytes, "batch-bytes", "Batch bytes",
                "Records that a payload holds before compression at most, in "
                "bytes (0: the largest payload)",
                0, G_MAXUINT32, 0),
  GST_ANC_SWITCH (S, fatal, "fatal", "Fatal",
                  "A connection that is given up is an error that stops the "
                  "pipeline, not tried again",
                  FALSE),
};

/* The reporter or the meter wants to know when they change. */
static const GstAncField playing_fields[] = {
  GST_ANC_LONG (S, pace.interval, "interval", "Interval",
                "Time between two records, in nanoseconds (0: none but those "
                "on change and the last)",
                0, LONGEST_INTERVAL, GST_SECOND),
  GST_ANC_SWITCH (S, pace.on_change, "on-change", "On change",
                  "A record also when caps change, a discontinuity, a gap or a "
                  "late buffer passes or an element posts a message; ten a "
                  "second at most",
                  FALSE),
  GST_ANC_SWITCH (S, pace.post_messages, "post-messages", "Post messages",
                  "Each record is an element message too; without uri it "
                  "always is",
                  FALSE),
  GST_ANC_SWITCH (S, levels, "levels", "Levels",
                  "Measure RMS and peak of raw audio", TRUE),
};
#undef S

enum {
  PROP_STATS = GST_ANC_MQTT_PROP_OWN,
  PROP_READY, /* and the following, as the next two */
  PROP_PLAYING = PROP_READY + G_N_ELEMENTS (ready_fields),
  PROP_QUEUE = PROP_PLAYING + G_N_ELEMENTS (playing_fields),
};

static const GstAncMqttQueueProperties standard_queue
    = { .limit_bytes = DEFAULT_QUEUE_LIMIT,
        .policy = ANC_MQTT_QUEUE_DROP_OLDEST,
        .drain_timeout = GST_SECOND };

void
gst_anc_telemetry_init_properties (GstAncTelemetry *self)
{
  gst_anc_mqtt_properties_init (&self->properties);
  gst_anc_fields_init (self, ready_fields, G_N_ELEMENTS (ready_fields));
  gst_anc_fields_init (self, playing_fields, G_N_ELEMENTS (playing_fields));
  self->queue = standard_queue;
}

void
gst_anc_telemetry_clear_properties (GstAncTelemetry *self)
{
  gst_anc_mqtt_properties_clear (&self->properties);
  gst_anc_mqtt_queue_clear (&self->queue);
  gst_anc_fields_clear (self, ready_fields, G_N_ELEMENTS (ready_fields));
}

void
gst_anc_telemetry_set_property (GObject *object, guint id, const GValue *value,
                                GParamSpec *spec)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (object);
  gboolean playing, levels;
  GstAncPace pace;

  GST_OBJECT_LOCK (self);
  playing = gst_anc_fields_set (self, PROP_PLAYING, playing_fields,
                                G_N_ELEMENTS (playing_fields), id, value);
  if (!playing && !gst_anc_mqtt_properties_set (&self->properties, id, value)
      && !gst_anc_mqtt_queue_set (&self->queue, PROP_QUEUE, id, value)
      && !gst_anc_fields_set (self, PROP_READY, ready_fields,
                              G_N_ELEMENTS (ready_fields), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  pace = self->pace;
  levels = self->levels;
  GST_OBJECT_UNLOCK (self);
  if (!playing)
    return;
  gst_anc_meter_set_levels (self->meter, levels);
  gst_anc_reporter_set_pace (self->reporter, &pace);
}

void
gst_anc_telemetry_get_property (GObject *object, guint id, GValue *value,
                                GParamSpec *spec)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_anc_reporter_get_stats (self->reporter));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (!gst_anc_mqtt_properties_get (&self->properties, id, value)
      && !gst_anc_mqtt_queue_get (&self->queue, PROP_QUEUE, id, value)
      && !gst_anc_fields_get (self, PROP_READY, ready_fields,
                              G_N_ELEMENTS (ready_fields), id, value)
      && !gst_anc_fields_get (self, PROP_PLAYING, playing_fields,
                              G_N_ELEMENTS (playing_fields), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  GST_OBJECT_UNLOCK (self);
}

void
gst_anc_telemetry_install_properties (GObjectClass *klass)
{
  gst_anc_mqtt_properties_install (
      klass, "Topic to publish to, with {thing}, {session}, {element}, "
             "{client-id} and {host} (unset: the URI's, or else "
             "anc/{thing}/telemetry)");
  gst_anc_fields_install (klass, PROP_READY, ready_fields,
                          G_N_ELEMENTS (ready_fields), GST_PARAM_MUTABLE_READY);
  gst_anc_fields_install (klass, PROP_PLAYING, playing_fields,
                          G_N_ELEMENTS (playing_fields),
                          GST_PARAM_MUTABLE_PLAYING);
  gst_anc_mqtt_install_stats (klass, PROP_STATS);
  gst_anc_mqtt_queue_install (
      klass, PROP_QUEUE, &standard_queue,
      "How long the stop waits at most for the broker to acknowledge "
      "everything, in nanoseconds; EOS never waits");
}
