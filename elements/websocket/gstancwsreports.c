/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an endpoint says: errors with their details, messages, signals. */
#include "config.h"

#include "gstancwsendpoint.h"

#include "anc-ws-error.h"

#include <string.h>

/* The object class looks its signals up by name; there are two of each. */
static void
install_signals (GType type)
{
  /**
   * GstAncWsSink::client-added:
   * @element: the element
   * @id: the number of the connection, from 1
   * @address: the address and port of the peer
   *
   * A connection is open: its handshake is complete. From the network thread: the
   * state of the element must not be changed here.
   */
  /**
   * GstAncWsSrc::client-added:
   * @element: the element
   * @id: the number of the connection, from 1
   * @address: the address and port of the peer
   *
   * As #GstAncWsSink::client-added.
   */
  g_signal_new ("client-added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
  /**
   * GstAncWsSink::client-removed:
   * @element: the element
   * @id: the number of the connection, as in #GstAncWsSink::client-added
   * @address: the address and port of the peer
   * @close_code: the close code of WebSocket; 1006: it broke off
   * @reason: what was said about it, or an empty string
   *
   * A connection has ended. From the network thread: the state of the element
   * must not be changed here.
   */
  /**
   * GstAncWsSrc::client-removed:
   * @element: the element
   * @id: the number of the connection, as in #GstAncWsSrc::client-added
   * @address: the address and port of the peer
   * @close_code: the close code of WebSocket; 1006: it broke off
   * @reason: what was said about it, or an empty string
   *
   * As #GstAncWsSink::client-removed.
   */
  g_signal_new ("client-removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 4, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_UINT,
                G_TYPE_STRING);
}

void
gst_anc_ws_endpoint_class_init (GstElementClass *klass, const gchar *name,
                                const gchar *kind, const gchar *description)
{
  gst_anc_ws_settings_install (G_OBJECT_CLASS (klass));
  install_signals (G_TYPE_FROM_CLASS (klass));
  gst_element_class_set_static_metadata (klass, name, kind, description,
                                         "The gst-plugins-anc contributors");
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_PROTOCOL, 0);
}

static gint
resource_code (const GstAncWsEndpoint *self, const GError *error)
{
  gboolean writes = self->role == GST_ANC_WS_SENDER;

  switch ((AncWsErrorCode) error->code) {
  case ANC_WS_ERROR_SETTINGS:
  case ANC_WS_ERROR_SUBPROTOCOL:
    return GST_RESOURCE_ERROR_SETTINGS;
  case ANC_WS_ERROR_UNAUTHORIZED:
    return GST_RESOURCE_ERROR_NOT_AUTHORIZED;
  case ANC_WS_ERROR_NOT_FOUND:
    return GST_RESOURCE_ERROR_NOT_FOUND;
  case ANC_WS_ERROR_BUSY:
    return GST_RESOURCE_ERROR_BUSY;
  case ANC_WS_ERROR_PROTOCOL:
  case ANC_WS_ERROR_CLOSED:
    return writes ? GST_RESOURCE_ERROR_WRITE : GST_RESOURCE_ERROR_READ;
  default:
    return writes ? GST_RESOURCE_ERROR_OPEN_WRITE
                  : GST_RESOURCE_ERROR_OPEN_READ;
  }
}

/* What it is about: the address without its query, which may hold a secret, and
 * the name of a shared connection. */
static GstStructure *
make_details (GstAncWsEndpoint *self)
{
  GstStructure *details = gst_structure_new_empty ("details");
  const GstAncWsSettings *settings = &self->settings;

  GST_OBJECT_LOCK (self->element);
  if (settings->uri != NULL && anc_ws_uri_check (settings->uri, NULL)) {
    g_autofree gchar *place
        = g_strndup (settings->uri, strcspn (settings->uri, "?"));

    gst_structure_set (details, "uri", G_TYPE_STRING, place, NULL);
  }
  if (settings->connection != NULL)
    gst_structure_set (details, "connection", G_TYPE_STRING,
                       settings->connection, NULL);
  GST_OBJECT_UNLOCK (self->element);
  return details;
}

void
gst_anc_ws_endpoint_report (GstAncWsEndpoint *self, GstMessageType type,
                            GQuark domain, gint code, gchar *text,
                            const gchar *field, ...)
{
  GstStructure *details = make_details (self);
  va_list more;

  va_start (more, field);
  gst_structure_set_valist (details, field, more);
  va_end (more);
  gst_element_message_full_with_details (self->element, type, domain, code,
                                         text, NULL, __FILE__, GST_FUNCTION,
                                         __LINE__, details);
}

void
gst_anc_ws_endpoint_failed (const GError *error, guint http_status,
                            guint close_code, gpointer data)
{
  GstAncWsEndpoint *self = data;

  gst_anc_ws_endpoint_report (
      self, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, resource_code (self, error),
      g_strdup (error->message), "websocket-error", G_TYPE_STRING,
      anc_ws_error_name (error->code), "http-status-code", G_TYPE_UINT,
      http_status, "close-code", G_TYPE_UINT, close_code, NULL);
}

void
gst_anc_ws_endpoint_opened (const GstAncWsClient *client, gpointer data)
{
  GstAncWsEndpoint *self = data;

  g_signal_emit_by_name (self->element, "client-added", client->id,
                         client->address);
  gst_element_post_message (
      self->element,
      gst_message_new_element (
          GST_OBJECT (self->element),
          gst_structure_new ("anc-websocket-connected", "client", G_TYPE_UINT,
                             client->id, "address", G_TYPE_STRING,
                             client->address, "subprotocol", G_TYPE_STRING,
                             client->subprotocol, NULL)));
}

void
gst_anc_ws_endpoint_closed (const GstAncWsClient *client, gpointer data)
{
  GstAncWsEndpoint *self = data;
  const gchar *reason = client->reason != NULL ? client->reason : "";

  if (client->id != 0)
    g_signal_emit_by_name (self->element, "client-removed", client->id,
                           client->address, client->close_code, reason);
  gst_element_post_message (
      self->element,
      gst_message_new_element (
          GST_OBJECT (self->element),
          gst_structure_new ("anc-websocket-disconnected", "client",
                             G_TYPE_UINT, client->id, "address", G_TYPE_STRING,
                             client->address, "close-code", G_TYPE_UINT,
                             client->close_code, "by-peer", G_TYPE_BOOLEAN,
                             client->by_peer, "reason", G_TYPE_STRING, reason,
                             "retry-in", G_TYPE_INT, client->retry_in, NULL)));
}
