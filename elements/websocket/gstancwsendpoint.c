/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Threads: settings and the pointer to the link are guarded by the element's
 * object lock. Signals, messages and errors come from the link's thread. */
#include "config.h"

#include "gstancwsendpoint.h"

#include "anc-ws-error.h"

#define CONTEXT_TYPE "anc.websocket."

void
gst_anc_ws_endpoint_init (GstAncWsEndpoint *self, GstElement *element,
                          GstAncWsRole role, GstAncWsOpen open)
{
  self->element = element;
  self->role = role;
  self->open = open;
  gst_anc_ws_settings_init (&self->settings);
}

void
gst_anc_ws_endpoint_clear (GstAncWsEndpoint *self)
{
  g_clear_pointer (&self->link, gst_anc_ws_link_unref);
  gst_anc_ws_settings_clear (&self->settings);
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
static void
prepare (GstAncWsEndpoint *self)
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

/* Looked for if it is another's; NULL: there is none, which has been posted. A
 * reference. */
static GstAncWsLink *
find_link (GstAncWsEndpoint *self)
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

static void
release (GstAncWsEndpoint *self)
{
  GstAncWsLink *link;

  GST_OBJECT_LOCK (self->element);
  link = g_steal_pointer (&self->link);
  GST_OBJECT_UNLOCK (self->element);
  g_clear_pointer (&link, gst_anc_ws_link_unref);
}

static gboolean
open_link (GstAncWsEndpoint *self)
{
  GstAncWsLink *link = find_link (self);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (link == NULL)
    return FALSE;
  ok = self->open (self, link, &error);
  if (!ok)
    gst_anc_ws_endpoint_failed (error, 0, 0, self);
  gst_anc_ws_link_unref (link);
  return ok;
}

static void
close_link (GstAncWsEndpoint *self)
{
  GstAncWsLink *link = gst_anc_ws_endpoint_link (self);

  gst_anc_ws_link_close (link, self->role);
  gst_anc_ws_link_unref (link);
}

GstStateChangeReturn
gst_anc_ws_endpoint_change_state (GstAncWsEndpoint *self,
                                  GstStateChange transition,
                                  GstElementClass *parent_class)
{
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    prepare (self);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !open_link (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = parent_class->change_state (self->element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && ret == GST_STATE_CHANGE_FAILURE))
    close_link (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    release (self);
  return ret;
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
