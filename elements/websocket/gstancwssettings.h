/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwsenums.h"

#include "anc-ws-client.h"
#include "anc-ws-server.h"

/* What both elements have: whom to talk to, and how. Guarded by the object lock
 * of the element; a link gets a copy when it is made. */
typedef struct {
  gchar *uri;
  GstAncWsMode mode;
  GstAncWsProtocol protocol;
  gchar *connection; /* name of a link that elements share, NULL: none */
  gchar *subprotocols;
  gchar *token;    /* secret */
  gchar **headers; /* name, value, ...; may hold secrets */
  gchar *origin;
  gchar *allowed_origins;
  AncWsTlsFiles files;
  guint timeout;
  guint ping_interval;
  guint pong_timeout;
  guint idle_timeout;
  guint max_duration;
  guint max_message_size;
  guint queue_bytes;
  guint max_clients;
  gint reconnect_attempts;
  guint reconnect_delay;
  guint reconnect_delay_max;
} GstAncWsSettings;

/* The flags of most properties. */
#define GST_ANC_WS_READY_RW                                                    \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

enum {
  GST_ANC_WS_PROP_PORT = 1, /* read-only: the element answers */
  GST_ANC_WS_PROP_STATS,    /* read-only: the element answers */
  GST_ANC_WS_PROP_OWN = 64, /* the first of the element's own */
};

void gst_anc_ws_settings_init (GstAncWsSettings *self);
void gst_anc_ws_settings_clear (GstAncWsSettings *self);
void gst_anc_ws_settings_copy (const GstAncWsSettings *self,
                               GstAncWsSettings *ret_copy);
void gst_anc_ws_settings_install (GObjectClass *klass);

/* FALSE: the id is none of these. */
gboolean gst_anc_ws_settings_set (GstAncWsSettings *self, guint id,
                                  const GValue *value);
gboolean gst_anc_ws_settings_get (const GstAncWsSettings *self, guint id,
                                  GValue *value);

/* The subprotocols to speak, best first. Free with g_strfreev (). */
gchar **gst_anc_ws_settings_subprotocols (const GstAncWsSettings *self);

/* A comma-separated list without blanks around its parts. */
gchar **gst_anc_ws_split (const gchar *list);
