/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctelemetryrecord.h"

#include <time.h>

#include "gstanctelemetrymeter.h"

gchar *
gst_anc_telemetry_time_now (void)
{
  gint64 now = g_get_real_time ();
  time_t seconds = (time_t) (now / G_USEC_PER_SEC);
  gchar text[32];
  struct tm parts;

  gmtime_r (&seconds, &parts);
  strftime (text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return g_strdup_printf ("%s.%06dZ", text, (gint) (now % G_USEC_PER_SEC));
}

void
gst_anc_telemetry_append (GValue *array, GstStructure *structure)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, structure);
  gst_value_array_append_and_take_value (array, &value);
}

GstStructure *
gst_anc_telemetry_record_new (const gchar *thing, const gchar *session,
                              guint64 sequence, const gchar *element)
{
  g_autofree gchar *time = gst_anc_telemetry_time_now ();

  return gst_structure_new (
      GST_ANC_TELEMETRY_MESSAGE, "format", G_TYPE_STRING,
      GST_ANC_TELEMETRY_FORMAT, "thing", G_TYPE_STRING, thing, "session",
      G_TYPE_STRING, session, "sequence", G_TYPE_UINT64, sequence, "time",
      G_TYPE_STRING, time, "element", G_TYPE_STRING, element, NULL);
}

void
gst_anc_telemetry_record_set_reason (GstStructure *record, GstAncReason reason,
                                     guint changes)
{
  static const gchar *const reasons[] = { "interval", "change", "eos", "stop" };
  static const gchar *const names[]
      = { "caps",    "discont", "gap",     "late",
          "refused", "eos",     "message", "elements" };
  GValue array = G_VALUE_INIT, name = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&name, G_TYPE_STRING);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if ((changes & (1u << i)) == 0)
      continue;
    g_value_set_static_string (&name, names[i]);
    gst_value_array_append_value (&array, &name);
  }
  g_value_unset (&name);
  gst_structure_set (record, "reason", G_TYPE_STRING, reasons[reason], NULL);
  gst_structure_take_value (record, "changes", &array);
}
