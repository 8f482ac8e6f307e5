/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-anctelemetry
 * @title: anctelemetry
 * @see_also: ancmqttsink
 *
 * Passes everything on as it is, anywhere in a pipeline, and publishes what it
 * sees as JSON to an MQTT broker: each #GstAncTelemetry:interval a record with
 * the buffers, bytes, rate, gaps, late and dropped buffers of its own stream,
 * RMS and peak of each channel if that is raw audio, the `stats` of the other
 * elements of the pipeline and the element messages they have posted.
 *
 * Use it to watch devices: records carry #GstAncTelemetry:thing-name, a session
 * id and consecutive sequence numbers, so a gap shows what was lost. They are
 * batched, compressed and queued on demand; a broker that is away costs the
 * stream nothing: no network, no disk and no other element's code runs in the
 * streaming thread. The format is in telemetry.schema.json.
 *
 * Without #GstAncTelemetry:uri the records are element messages,
 * `anc-telemetry`, only; what is sent as JSON is their structure.
 *
 * Limits: intervals are of the wall clock; a file that is processed faster has
 * few records. An application that drops messages in a sync handler of its bus
 * hides them. Pull mode has no QoS figures and no EOS record: the last one is
 * made at the stop.
 * Latency: none.
 *
 * Messages: `anc-telemetry`; `anc-mqtt-connected` and `anc-mqtt-disconnected`,
 * with one warning an outage. A connection that fails is tried again for ever
 * and never stops the stream, unless #GstAncTelemetry:fatal.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=100 ! anctelemetry uri=mqtt://localhost/site/room/telemetry thing-name=microphone-1 ! fakesink
 * ]| Levels and rates of a stream; the last record is sent at EOS.
 * |[
 * gst-launch-1.0 -m audiotestsrc num-buffers=100 wave=pink-noise ! audio/x-raw,channels=2 ! audioconvert ! ancnlms name=canceller reference-channel=1 ! anctelemetry elements=canceller ! fakesink
 * ]| What a canceller achieves, as messages.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstanctelemetry.h"

#include "gstancmqttmessages.h"
#include "gstancmqttproperties.h"
#include "gstancmqttqueue.h"
#include "gstanctelemetrymeter.h"
#include "gstanctelemetryreporter.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_telemetry_debug);
#define GST_CAT_DEFAULT gst_anc_telemetry_debug

#define READY_RW                                                               \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING_RW                                                             \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

#define DEFAULT_INTERVAL GST_SECOND
#define LONGEST_INTERVAL (24 * 3600 * GST_SECOND)
/* An hour of records of 1 KB, one a second. */
#define DEFAULT_QUEUE_LIMIT (4u * 1024u * 1024u)

enum {
  PROP_RETAIN = GST_ANC_MQTT_PROP_OWN,
  PROP_GZIP,
  PROP_ELEMENTS,
  PROP_INTERVAL,
  PROP_ON_CHANGE,
  PROP_POST_MESSAGES,
  PROP_LEVELS,
  PROP_BATCH_SIZE,
  PROP_BATCH_BYTES,
  PROP_THING_NAME,
  PROP_FATAL,
  PROP_STATS,
  PROP_QUEUE, /* and the following GST_ANC_MQTT_QUEUE_N_PROPS */
};

static const GstAncMqttQueueProperties standard_queue
    = { .limit_bytes = DEFAULT_QUEUE_LIMIT,
        .policy = ANC_MQTT_QUEUE_DROP_OLDEST,
        .drain_timeout = GST_SECOND };

struct _GstAncTelemetry {
  GstElement parent;
  GstPad *sinkpad, *srcpad;
  GstAncMeter *meter;
  GstAncReporter *reporter;

  /* with the object lock */
  GstAncMqttProperties properties;
  GstAncMqttQueueProperties queue;
  GstAncPace pace;
  gchar *elements, *thing_name;
  gboolean retain, gzip, levels, fatal;
  guint batch_size;
  guint64 batch_bytes;
};

G_DEFINE_FINAL_TYPE (GstAncTelemetry, gst_anc_telemetry, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (anctelemetry, "anctelemetry", GST_RANK_NONE,
                             GST_TYPE_ANC_TELEMETRY)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstFlowReturn
gst_anc_telemetry_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (parent);
  GstFlowReturn flow;

  gst_anc_reporter_note (self->reporter,
                         gst_anc_meter_buffer (self->meter, buffer));
  flow = gst_pad_push (self->srcpad, buffer);
  gst_anc_reporter_note (self->reporter,
                         gst_anc_meter_flow (self->meter, flow, 1));
  return flow;
}

static GstFlowReturn
gst_anc_telemetry_chain_list (GstPad *pad, GstObject *parent,
                              GstBufferList *list)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (parent);
  guint length = gst_buffer_list_length (list), changes = 0;
  GstFlowReturn flow;

  for (guint i = 0; i < length; i++)
    changes
        |= gst_anc_meter_buffer (self->meter, gst_buffer_list_get (list, i));
  gst_anc_reporter_note (self->reporter, changes);
  flow = gst_pad_push_list (self->srcpad, list);
  gst_anc_reporter_note (self->reporter,
                         gst_anc_meter_flow (self->meter, flow, length));
  return flow;
}

static gboolean
gst_anc_telemetry_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (parent);

  gst_anc_reporter_note (self->reporter,
                         gst_anc_meter_event (self->meter, event));
  return gst_pad_event_default (pad, parent, event);
}

static GstFlowReturn
gst_anc_telemetry_get_range (GstPad *pad, GstObject *parent, guint64 offset,
                             guint length, GstBuffer **buffer)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (parent);
  GstFlowReturn flow
      = gst_pad_pull_range (self->sinkpad, offset, length, buffer);

  if (flow == GST_FLOW_OK)
    gst_anc_reporter_note (self->reporter,
                           gst_anc_meter_buffer (self->meter, *buffer));
  return flow;
}

static gboolean
gst_anc_telemetry_activate_mode (GstPad *pad, GstObject *parent,
                                 GstPadMode mode, gboolean active)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (parent);

  return mode == GST_PAD_MODE_PULL
             ? gst_pad_activate_mode (self->sinkpad, mode, active)
             : TRUE;
}

/* What there is to send to, or settings of NULL. With the object lock. */
static gboolean
make_options (GstAncTelemetry *self, GstAncSenderOptions *options,
              GError **error)
{
  const gchar *thing = self->thing_name;

  if (thing == NULL)
    thing = self->properties.settings->client_id;
  *options = (GstAncSenderOptions){
    .topic = g_strdup (gst_anc_mqtt_properties_get_topic (&self->properties)),
    .qos = self->properties.qos,
    .retain = self->retain,
    .queue = self->queue,
    .thing = g_strdup (thing != NULL ? thing : g_get_host_name ()),
    .session = g_uuid_string_random (),
    .batch_records = self->batch_size,
    .batch_bytes = self->batch_bytes,
    .gzip = self->gzip,
    .fatal = self->fatal
  };
  options->queue.directory = g_strdup (self->queue.directory);
  if (self->properties.uri == NULL && self->properties.uri_error == NULL)
    return TRUE;
  options->settings
      = gst_anc_mqtt_properties_resolve (&self->properties, error);
  return options->settings != NULL;
}

static gboolean
start (GstAncTelemetry *self)
{
  GstAncSenderOptions options;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *elements = NULL;
  gboolean started;

  GST_OBJECT_LOCK (self);
  started = make_options (self, &options, &error);
  elements = g_strdup (self->elements);
  GST_OBJECT_UNLOCK (self);
  started
      = started
        && gst_anc_reporter_start (self->reporter, elements, &options, &error);
  if (!started)
    gst_anc_mqtt_post_error (GST_ELEMENT (self), error,
                             options.settings != NULL ? options.settings->host
                                                      : NULL);
  gst_anc_sender_options_clear (&options);
  return started;
}

static void
stop (GstAncTelemetry *self)
{
  GstClockTime drain;

  GST_OBJECT_LOCK (self);
  drain = self->queue.drain_timeout;
  GST_OBJECT_UNLOCK (self);
  gst_anc_reporter_stop (self->reporter, drain);
  gst_anc_meter_reset (self->meter);
}

static GstStateChangeReturn
gst_anc_telemetry_change_state (GstElement *element, GstStateChange transition)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (gst_anc_telemetry_parent_class)
               ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    stop (self);
  /* what is there by now was meant; a record may be far away */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING
      && result != GST_STATE_CHANGE_FAILURE)
    gst_anc_reporter_check (self->reporter);
  return result;
}

static void
replace (gchar **text, const GValue *value)
{
  g_free (*text);
  *text = g_value_dup_string (value);
}

/* With the object lock. */
static void
set_own (GstAncTelemetry *self, guint id, const GValue *value)
{
  switch (id) {
  case PROP_RETAIN:
    self->retain = g_value_get_boolean (value);
    break;
  case PROP_GZIP:
    self->gzip = g_value_get_boolean (value);
    break;
  case PROP_ELEMENTS:
    replace (&self->elements, value);
    break;
  case PROP_INTERVAL:
    self->pace.interval = g_value_get_uint64 (value);
    break;
  case PROP_ON_CHANGE:
    self->pace.on_change = g_value_get_boolean (value);
    break;
  case PROP_POST_MESSAGES:
    self->pace.post_messages = g_value_get_boolean (value);
    break;
  case PROP_LEVELS:
    self->levels = g_value_get_boolean (value);
    break;
  case PROP_BATCH_SIZE:
    self->batch_size = g_value_get_uint (value);
    break;
  case PROP_BATCH_BYTES:
    self->batch_bytes = g_value_get_uint64 (value);
    break;
  case PROP_THING_NAME:
    replace (&self->thing_name, value);
    break;
  case PROP_FATAL:
    self->fatal = g_value_get_boolean (value);
    break;
  default:
    gst_anc_mqtt_queue_set (&self->queue, PROP_QUEUE, id, value);
    break;
  }
}

static void
gst_anc_telemetry_set_property (GObject *object, guint id, const GValue *value,
                                GParamSpec *spec)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (object);
  GstAncPace pace;
  gboolean levels;

  GST_OBJECT_LOCK (self);
  if (!gst_anc_mqtt_properties_set (&self->properties, id, value))
    set_own (self, id, value);
  pace = self->pace;
  levels = self->levels;
  GST_OBJECT_UNLOCK (self);
  if (id == PROP_LEVELS)
    gst_anc_meter_set_levels (self->meter, levels);
  if (id == PROP_INTERVAL || id == PROP_ON_CHANGE || id == PROP_POST_MESSAGES)
    gst_anc_reporter_set_pace (self->reporter, &pace);
}

/* With the object lock. */
static void
get_own (GstAncTelemetry *self, guint id, GValue *value)
{
  switch (id) {
  case PROP_RETAIN:
    g_value_set_boolean (value, self->retain);
    break;
  case PROP_GZIP:
    g_value_set_boolean (value, self->gzip);
    break;
  case PROP_ELEMENTS:
    g_value_set_string (value, self->elements);
    break;
  case PROP_INTERVAL:
    g_value_set_uint64 (value, self->pace.interval);
    break;
  case PROP_ON_CHANGE:
    g_value_set_boolean (value, self->pace.on_change);
    break;
  case PROP_POST_MESSAGES:
    g_value_set_boolean (value, self->pace.post_messages);
    break;
  case PROP_LEVELS:
    g_value_set_boolean (value, self->levels);
    break;
  case PROP_BATCH_SIZE:
    g_value_set_uint (value, self->batch_size);
    break;
  case PROP_BATCH_BYTES:
    g_value_set_uint64 (value, self->batch_bytes);
    break;
  case PROP_THING_NAME:
    g_value_set_string (value, self->thing_name);
    break;
  case PROP_FATAL:
    g_value_set_boolean (value, self->fatal);
    break;
  default:
    gst_anc_mqtt_queue_get (&self->queue, PROP_QUEUE, id, value);
    break;
  }
}

static void
gst_anc_telemetry_get_property (GObject *object, guint id, GValue *value,
                                GParamSpec *spec)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, gst_anc_reporter_get_stats (self->reporter));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (!gst_anc_mqtt_properties_get (&self->properties, id, value))
    get_own (self, id, value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_anc_telemetry_finalize (GObject *object)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (object);

  gst_anc_reporter_free (self->reporter);
  gst_anc_meter_free (self->meter);
  gst_anc_mqtt_properties_clear (&self->properties);
  gst_anc_mqtt_queue_clear (&self->queue);
  g_free (self->elements);
  g_free (self->thing_name);
  G_OBJECT_CLASS (gst_anc_telemetry_parent_class)->finalize (object);
}

static void
install_record_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_ELEMENTS,
      g_param_spec_string ("elements", "Elements",
                           "Names of the elements whose stats and messages "
                           "are reported, as in \"a,b\" (unset: all of the "
                           "pipeline that have stats)",
                           NULL, READY_RW));
  g_object_class_install_property (
      klass, PROP_INTERVAL,
      g_param_spec_uint64 ("interval", "Interval",
                           "Nanoseconds between two records (0: none but "
                           "those on change and the last)",
                           0, LONGEST_INTERVAL, DEFAULT_INTERVAL, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_ON_CHANGE,
      g_param_spec_boolean ("on-change", "On change",
                            "A record also when caps change, a discontinuity, "
                            "a gap or a late buffer passes or an element "
                            "posts a message; ten a second at most",
                            FALSE, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_POST_MESSAGES,
      g_param_spec_boolean ("post-messages", "Post messages",
                            "Each record is an element message too; without "
                            "uri it always is",
                            FALSE, PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_LEVELS,
      g_param_spec_boolean ("levels", "Levels",
                            "Measure RMS and peak of raw audio", TRUE,
                            PLAYING_RW));
  g_object_class_install_property (
      klass, PROP_THING_NAME,
      g_param_spec_string ("thing-name", "Thing name",
                           "Who reports (unset: client-id, or else the host's "
                           "name)",
                           NULL, READY_RW));
}

static void
install_sending_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, PROP_RETAIN,
      g_param_spec_boolean ("retain", "Retain",
                            "The broker keeps the last message for later "
                            "subscribers",
                            FALSE, READY_RW));
  g_object_class_install_property (
      klass, PROP_GZIP,
      g_param_spec_boolean ("gzip", "gzip", "Compress the payloads", FALSE,
                            READY_RW));
  g_object_class_install_property (
      klass, PROP_BATCH_SIZE,
      g_param_spec_uint ("batch-size", "Batch size",
                         "Records in a payload; above 1 a payload is an array "
                         "of records",
                         1, G_MAXUINT16, 1, READY_RW));
  g_object_class_install_property (
      klass, PROP_BATCH_BYTES,
      g_param_spec_uint64 ("batch-bytes", "Batch bytes",
                           "Bytes of records that a payload holds before "
                           "compression at most (0: the largest payload)",
                           0, G_MAXUINT32, 0, READY_RW));
  g_object_class_install_property (
      klass, PROP_FATAL,
      g_param_spec_boolean ("fatal", "Fatal",
                            "A connection that is given up is an error that "
                            "stops the pipeline, not tried again",
                            FALSE, READY_RW));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Of the connection and the queue", GST_TYPE_STRUCTURE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_anc_telemetry_class_init (GstAncTelemetryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_anc_telemetry_debug, "anctelemetry", 0,
                           "Telemetry over MQTT");
  object_class->set_property = gst_anc_telemetry_set_property;
  object_class->get_property = gst_anc_telemetry_get_property;
  object_class->finalize = gst_anc_telemetry_finalize;
  element_class->change_state = gst_anc_telemetry_change_state;

  gst_anc_mqtt_properties_install (
      object_class, "Topic to publish to, with {thing}, {session}, {element}, "
                    "{client-id} and {host} (unset: the URI's, or else "
                    "anc/{thing}/telemetry)");
  install_record_properties (object_class);
  install_sending_properties (object_class);
  gst_anc_mqtt_queue_install (
      object_class, PROP_QUEUE, &standard_queue,
      "Nanoseconds that the stop waits at most for the broker to acknowledge "
      "everything; EOS never waits");

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (
      element_class, "Telemetry over MQTT", "Filter/Analyzer/Network",
      "Passes everything on and publishes levels, rates and the other "
      "elements' stats as JSON",
      "The gst-plugins-anc developers");
}

static void
add_pads (GstAncTelemetry *self)
{
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gst_anc_telemetry_chain);
  gst_pad_set_chain_list_function (self->sinkpad, gst_anc_telemetry_chain_list);
  gst_pad_set_event_function (self->sinkpad, gst_anc_telemetry_event);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, gst_anc_telemetry_event);
  gst_pad_set_getrange_function (self->srcpad, gst_anc_telemetry_get_range);
  gst_pad_set_activatemode_function (self->srcpad,
                                     gst_anc_telemetry_activate_mode);
  for (guint i = 0; i < 2; i++) {
    GstPad *pad = i == 0 ? self->sinkpad : self->srcpad;

    GST_PAD_SET_PROXY_CAPS (pad);
    GST_PAD_SET_PROXY_ALLOCATION (pad);
    GST_PAD_SET_PROXY_SCHEDULING (pad);
    gst_element_add_pad (GST_ELEMENT (self), pad);
  }
}

static void
gst_anc_telemetry_init (GstAncTelemetry *self)
{
  gst_anc_mqtt_properties_init (&self->properties);
  self->queue = standard_queue;
  self->pace.interval = DEFAULT_INTERVAL;
  self->levels = TRUE;
  self->batch_size = 1;
  self->meter = gst_anc_meter_new ();
  self->reporter = gst_anc_reporter_new (GST_ELEMENT (self), self->meter);
  gst_anc_reporter_set_pace (self->reporter, &self->pace);
  add_pads (self);
}
