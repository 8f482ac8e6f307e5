/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstancwsenums.h"

static const GEnumValue modes[]
    = { { GST_ANC_WS_MODE_CLIENT, "Connect to a server", "client" },
        { GST_ANC_WS_MODE_SERVER, "Listen for clients", "server" },
        { 0, NULL, NULL } };

static const GEnumValue protocols[] = {
  { GST_ANC_WS_PROTOCOL_ANC, "anc.v1: caps, times, acknowledgements", "anc" },
  { GST_ANC_WS_PROTOCOL_RAW, "Each message is a buffer and no more", "raw" },
  { 0, NULL, NULL }
};

static const GEnumValue encodings[]
    = { { GST_ANC_WS_ENCODING_BINARY, "Binary frames", "binary" },
        { GST_ANC_WS_ENCODING_BASE64, "Text frames of at most 32 KB",
          "base64" },
        { 0, NULL, NULL } };

static const GEnumValue slow_policies[]
    = { { GST_ANC_WS_SLOW_BLOCK, "The stream waits", "block" },
        { GST_ANC_WS_SLOW_DROP, "Its oldest buffers are dropped", "drop" },
        { GST_ANC_WS_SLOW_DISCONNECT, "It is disconnected", "disconnect" },
        { 0, NULL, NULL } };

static const GEnumValue timestamp_modes[]
    = { { GST_ANC_WS_TIMESTAMP_SENDER, "Distances of the sender", "sender" },
        { GST_ANC_WS_TIMESTAMP_ARRIVAL, "Time of arrival", "arrival" },
        { 0, NULL, NULL } };

#define DEFINE(function, name, values)                                         \
  GType function (void)                                                        \
  {                                                                            \
    static gsize type = 0;                                                     \
                                                                               \
    if (g_once_init_enter (&type))                                             \
      g_once_init_leave (&type, g_enum_register_static (name, values));        \
    return type;                                                               \
  }

DEFINE (gst_anc_ws_mode_get_type, "GstAncWsMode", modes)
DEFINE (gst_anc_ws_protocol_get_type, "GstAncWsProtocol", protocols)
DEFINE (gst_anc_ws_encoding_get_type, "GstAncWsEncoding", encodings)
DEFINE (gst_anc_ws_slow_policy_get_type, "GstAncWsSlowPolicy", slow_policies)
DEFINE (gst_anc_ws_timestamp_mode_get_type, "GstAncWsTimestampMode",
        timestamp_modes)
