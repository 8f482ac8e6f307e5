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

#include "gstanctelemetry-private.h"

#include "gstancmqttmessages.h"

GST_DEBUG_CATEGORY_STATIC (gst_anc_telemetry_debug);
#define GST_CAT_DEFAULT gst_anc_telemetry_debug

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
gst_anc_telemetry_finalize (GObject *object)
{
  GstAncTelemetry *self = GST_ANC_TELEMETRY (object);

  gst_anc_reporter_free (self->reporter);
  gst_anc_meter_free (self->meter);
  gst_anc_telemetry_clear_properties (self);
  G_OBJECT_CLASS (gst_anc_telemetry_parent_class)->finalize (object);
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

  gst_anc_telemetry_install_properties (object_class);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (
      element_class, "Telemetry over MQTT", "Filter/Analyzer/Network",
      "Passes everything on and publishes levels, rates and the other "
      "elements' stats as JSON",
      "The gst-plugins-anc contributors");
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
  gst_anc_telemetry_init_properties (self);
  self->meter = gst_anc_meter_new ();
  self->reporter = gst_anc_reporter_new (GST_ELEMENT (self), self->meter);
  gst_anc_reporter_set_pace (self->reporter, &self->pace);
  add_pads (self);
}
