/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Threads: settings and the pointer to the link are guarded by the element's
 * object lock. Signals, messages and errors come from the link's thread. */
#include "config.h"

#include "gstancwsendpoint.h"

#include "anc-ws-error.h"

#include <string.h>

#define CONTEXT_TYPE "anc.websocket."

void
gst_anc_ws_endpoint_init (GstAncWsEndpoint *self, GstElement *element,
                          GstAncWsRole role)
{
  self->element = element;
  self->role = role;
  gst_anc_ws_settings_init (&self->settings);
}

void
gst_anc_ws_endpoint_clear (GstAncWsEndpoint *self)
{
  gst_anc_ws_endpoint_release (self);
  gst_anc_ws_settings_clear (&self->settings);
}

/* The object class looks its signals up by name; there are two of each. */
void
gst_anc_ws_endpoint_class_init (GstElementClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  gst_anc_ws_settings_install (G_OBJECT_CLASS (klass));
  /**
   * GstAncWsSink::client-added:
   * @id: counts from 1
   * @address: its address and port
   *
   * A connection is open. From the network thread: the state of the element must
   * not be changed here.
   */
  g_signal_new ("client-added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
  /**
   * GstAncWsSink::client-removed:
   * @id: as in #GstAncWsSink::client-added
   * @address: its address and port
   * @close_code: the close code of WebSocket; 1006: it broke off
   * @reason: what was said about it, or an empty string
   *
   * A connection has ended. From the network thread.
   */
  g_signal_new ("client-removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 4, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_UINT,
                G_TYPE_STRING);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_MODE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ANC_WS_PROTOCOL, 0);
}

gboolean
gst_anc_ws_endpoint_set_property (GstAncWsEndpoint *self, guint id,
                                  const GValue *value)
{
  gboolean found;

  GST_OBJECT_LOCK (self->element);
  found = gst_anc_ws_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self->element);
  return found;
}

GstAncWsLink *
gst_anc_ws_endpoint_link (GstAncWsEndpoint *self)
{
  GstAncWsLink *link;

  GST_OBJECT_LOCK (self->element);
  link = self->link != NULL ? gst_anc_ws_link_ref (self->link) : NULL;
  GST_OBJECT_UNLOCK (self->element);
  return link;
}

static const gchar *
factory_name (GstAncWsEndpoint *self)
{
  return self->role == GST_ANC_WS_SENDER ? "ancwssink" : "ancwssrc";
}

gboolean
gst_anc_ws_endpoint_get_property (GstAncWsEndpoint *self, guint id,
                                  GValue *value)
{
  GstAncWsLink *link;
  gboolean found;

  if (id == GST_ANC_WS_PROP_PORT || id == GST_ANC_WS_PROP_STATS) {
    link = gst_anc_ws_endpoint_link (self);
    if (id == GST_ANC_WS_PROP_PORT)
      g_value_set_uint (value, link != NULL ? gst_anc_ws_link_port (link) : 0);
    else if (link != NULL)
      g_value_take_boxed (value,
                          gst_anc_ws_link_stats (link, factory_name (self)));
    g_clear_pointer (&link, gst_anc_ws_link_unref);
    return TRUE;
  }
  GST_OBJECT_LOCK (self->element);
  found = gst_anc_ws_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self->element);
  return found;
}

static gchar *
context_type (const gchar *connection)
{
  return g_strconcat (CONTEXT_TYPE, connection, NULL);
}

/* The bin keeps it, and gives it to the others in it. */
static void
offer (GstAncWsEndpoint *self, const gchar *connection, GstAncWsLink *link)
{
  g_autofree gchar *type = context_type (connection);
  GstContext *context = gst_context_new (type, FALSE);

  gst_structure_set (gst_context_writable_structure (context), "link",
                     GST_TYPE_ANC_WS_LINK, link, NULL);
  gst_element_set_context (self->element, context);
  gst_element_post_message (
      self->element,
      gst_message_new_have_context (GST_OBJECT (self->element), context));
}

/* A link of the element's own settings, if it has an address. A reference. */
static GstAncWsLink *
make_link (GstAncWsEndpoint *self)
{
  GstAncWsLink *link = NULL;

  GST_OBJECT_LOCK (self->element);
  if (self->settings.uri != NULL) {
    link = gst_anc_ws_link_new (&self->settings,
                                self->settings.connection != NULL);
    g_clear_pointer (&self->link, gst_anc_ws_link_unref);
    self->link = gst_anc_ws_link_ref (link);
  }
  GST_OBJECT_UNLOCK (self->element);
  return link;
}

/* One that is shared must be known before any element looks for it. */
void
gst_anc_ws_endpoint_prepare (GstAncWsEndpoint *self)
{
  g_autofree gchar *connection = NULL;
  GstAncWsLink *link;

  GST_OBJECT_LOCK (self->element);
  connection = g_strdup (self->settings.connection);
  GST_OBJECT_UNLOCK (self->element);
  if (connection == NULL || (link = make_link (self)) == NULL)
    return;
  offer (self, connection, link);
  gst_anc_ws_link_unref (link);
}

void
gst_anc_ws_endpoint_set_context (GstAncWsEndpoint *self, GstContext *context)
{
  g_autofree gchar *type = NULL;
  GstAncWsLink *link = NULL;

  GST_OBJECT_LOCK (self->element);
  if (self->settings.connection != NULL)
    type = context_type (self->settings.connection);
  if (context != NULL && type != NULL && self->link == NULL
      && gst_context_has_context_type (context, type)
      && gst_structure_get (gst_context_get_structure (context), "link",
                            GST_TYPE_ANC_WS_LINK, &link, NULL))
    self->link = link;
  GST_OBJECT_UNLOCK (self->element);
}

static void
post_missing (GstAncWsEndpoint *self, const gchar *connection)
{
  gchar *text
      = connection == NULL
            ? g_strdup ("uri: no address is given; set it to "
                        "ws://host:port/path")
            : g_strdup_printf ("connection: no element of this pipeline makes "
                               "\"%s\"; set uri at one that has this name",
                               connection);

  gst_anc_ws_endpoint_report (self, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
                              GST_RESOURCE_ERROR_SETTINGS, text,
                              "websocket-error", G_TYPE_STRING,
                              anc_ws_error_name (ANC_WS_ERROR_SETTINGS), NULL);
}

GstAncWsLink *
gst_anc_ws_endpoint_find_link (GstAncWsEndpoint *self)
{
  g_autofree gchar *connection = NULL;
  GstAncWsLink *link;

  GST_OBJECT_LOCK (self->element);
  connection = g_strdup (self->settings.connection);
  GST_OBJECT_UNLOCK (self->element);
  link
      = connection != NULL ? gst_anc_ws_endpoint_link (self) : make_link (self);
  if (link == NULL && connection != NULL) {
    g_autofree gchar *type = context_type (connection);

    gst_element_post_message (
        self->element,
        gst_message_new_need_context (GST_OBJECT (self->element), type));
    link = gst_anc_ws_endpoint_link (self);
  }
  if (link == NULL)
    post_missing (self, connection);
  return link;
}

void
gst_anc_ws_endpoint_release (GstAncWsEndpoint *self)
{
  GstAncWsLink *link;

  GST_OBJECT_LOCK (self->element);
  link = g_steal_pointer (&self->link);
  GST_OBJECT_UNLOCK (self->element);
  g_clear_pointer (&link, gst_anc_ws_link_unref);
}

void
gst_anc_ws_endpoint_set_flushing (GstAncWsEndpoint *self, gboolean flushing)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_link (self);

  if (link == NULL)
    return;
  gst_anc_ws_link_set_flushing (link, self->role, flushing);
  gst_anc_ws_link_unref (link);
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
gst_anc_ws_endpoint_post_error (GstAncWsEndpoint *self, const GError *error,
                                guint http_status, guint close_code)
{
  gst_anc_ws_endpoint_report (
      self, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, resource_code (self, error),
      g_strdup (error->message), "websocket-error", G_TYPE_STRING,
      anc_ws_error_name (error->code), "http-status-code", G_TYPE_UINT,
      http_status, "close-code", G_TYPE_UINT, close_code, NULL);
}

void
gst_anc_ws_endpoint_opened (GstAncWsEndpoint *self,
                            const GstAncWsClient *client)
{
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
gst_anc_ws_endpoint_closed (GstAncWsEndpoint *self,
                            const GstAncWsClient *client)
{
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

const gchar *const *
gst_anc_ws_protocols (GType type)
{
  static const gchar *const protocols[] = { "ws", "wss", NULL };

  return protocols;
}

gchar *
gst_anc_ws_endpoint_get_uri (GstAncWsEndpoint *self)
{
  gchar *uri;

  GST_OBJECT_LOCK (self->element);
  uri = g_strdup (self->settings.uri);
  GST_OBJECT_UNLOCK (self->element);
  return uri;
}

gboolean
gst_anc_ws_endpoint_set_uri (GstAncWsEndpoint *self, const gchar *uri,
                             GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (GST_STATE (self->element) > GST_STATE_READY) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                 "The address can be changed in NULL and READY only");
    return FALSE;
  }
  if (!anc_ws_uri_check (uri, &cause)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "%s",
                 cause->message);
    return FALSE;
  }
  GST_OBJECT_LOCK (self->element);
  g_free (self->settings.uri);
  self->settings.uri = g_strdup (uri);
  GST_OBJECT_UNLOCK (self->element);
  return TRUE;
}
