/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* The enumerations of properties. */
typedef enum { GST_ANC_WS_MODE_CLIENT, GST_ANC_WS_MODE_SERVER } GstAncWsMode;
#define GST_TYPE_ANC_WS_MODE (gst_anc_ws_mode_get_type ())
GType gst_anc_ws_mode_get_type (void);

typedef enum {
  GST_ANC_WS_PROTOCOL_ANC,
  GST_ANC_WS_PROTOCOL_RAW
} GstAncWsProtocol;
#define GST_TYPE_ANC_WS_PROTOCOL (gst_anc_ws_protocol_get_type ())
GType gst_anc_ws_protocol_get_type (void);

typedef enum {
  GST_ANC_WS_ENCODING_BINARY,
  GST_ANC_WS_ENCODING_BASE64
} GstAncWsEncoding;
#define GST_TYPE_ANC_WS_ENCODING (gst_anc_ws_encoding_get_type ())
GType gst_anc_ws_encoding_get_type (void);

typedef enum {
  GST_ANC_WS_SLOW_BLOCK,
  GST_ANC_WS_SLOW_DROP,
  GST_ANC_WS_SLOW_DISCONNECT,
} GstAncWsSlowPolicy;
#define GST_TYPE_ANC_WS_SLOW_POLICY (gst_anc_ws_slow_policy_get_type ())
GType gst_anc_ws_slow_policy_get_type (void);

typedef enum {
  GST_ANC_WS_TIMESTAMP_SENDER,
  GST_ANC_WS_TIMESTAMP_ARRIVAL
} GstAncWsTimestampMode;
#define GST_TYPE_ANC_WS_TIMESTAMP_MODE (gst_anc_ws_timestamp_mode_get_type ())
GType gst_anc_ws_timestamp_mode_get_type (void);
