/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ws:// and wss:// for gst_element_make_from_uri () and the like. */
#include "gstancwsendpoint.h"

#include <gst/base/gstbasesink.h>

static GstURIType
get_uri_type (GType type)
{
  return g_type_is_a (type, GST_TYPE_BASE_SINK) ? GST_URI_SINK : GST_URI_SRC;
}

static const gchar *const *
get_protocols (GType type)
{
  static const gchar *const protocols[] = { "ws", "wss", NULL };

  return protocols;
}

static gchar *
get_uri (GstURIHandler *handler)
{
  gchar *uri;

  g_object_get (handler, "uri", &uri, NULL);
  return uri;
}

static gboolean
set_uri (GstURIHandler *handler, const gchar *uri, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (GST_STATE (handler) > GST_STATE_READY) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                 "uri: it can be changed in NULL and READY only");
    return FALSE;
  }
  if (!anc_ws_uri_check (uri, &cause)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "%s",
                 cause->message);
    return FALSE;
  }
  g_object_set (handler, "uri", uri, NULL);
  return TRUE;
}

void
gst_anc_ws_uri_handler_init (gpointer iface, gpointer data)
{
  GstURIHandlerInterface *handler = iface;

  handler->get_type = get_uri_type;
  handler->get_protocols = get_protocols;
  handler->get_uri = get_uri;
  handler->set_uri = set_uri;
}
