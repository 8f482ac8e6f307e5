/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstanctelemetry.h"

#include "gstancmqttproperties.h"
#include "gstancmqttqueue.h"
#include "gstanctelemetrymeter.h"
#include "gstanctelemetryreporter.h"

G_BEGIN_DECLS

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

void gst_anc_telemetry_init_properties (GstAncTelemetry *self);
void gst_anc_telemetry_clear_properties (GstAncTelemetry *self);
void gst_anc_telemetry_install_properties (GObjectClass *klass);
void gst_anc_telemetry_set_property (GObject *object, guint id,
                                     const GValue *value, GParamSpec *spec);
void gst_anc_telemetry_get_property (GObject *object, guint id, GValue *value,
                                     GParamSpec *spec);

G_END_DECLS
