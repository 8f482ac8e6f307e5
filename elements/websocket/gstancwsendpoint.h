/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwslink.h"

/* What the sink and the source have in common as elements: settings, the link
 * and how it is shared, messages and errors. Embedded in both. */
typedef struct _GstAncWsEndpoint GstAncWsEndpoint;

/* Opens the element's role of the link, with the endpoint as data of its
 * events. */
typedef gboolean (*GstAncWsOpen) (GstAncWsEndpoint *self, GstAncWsLink *link,
                                  GError **error);

struct _GstAncWsEndpoint {
  GstElement *element; /* whose part this is */
  GstAncWsRole role;
  GstAncWsOpen open;
  GstAncWsSettings settings; /* (object lock) */
  GstAncWsLink *link;        /* (object lock) */
};

void gst_anc_ws_endpoint_init (GstAncWsEndpoint *self, GstElement *element,
                               GstAncWsRole role, GstAncWsOpen open);
void gst_anc_ws_endpoint_clear (GstAncWsEndpoint *self);

/* Properties and signals of both elements, and what is said about one. */
void gst_anc_ws_endpoint_class_init (GstElementClass *klass, const gchar *name,
                                     const gchar *kind,
                                     const gchar *description);
gboolean gst_anc_ws_endpoint_set_property (GstAncWsEndpoint *self, guint id,
                                           const GValue *value);
gboolean gst_anc_ws_endpoint_get_property (GstAncWsEndpoint *self, guint id,
                                           GValue *value);

/* The link is made, and offered if it has a name, in READY, and open from PAUSED
 * on. */
GstStateChangeReturn gst_anc_ws_endpoint_change_state (
    GstAncWsEndpoint *self, GstStateChange transition,
    GstElementClass *parent_class);
void gst_anc_ws_endpoint_set_context (GstAncWsEndpoint *self,
                                      GstContext *context);

/* The link, or NULL. A reference. */
GstAncWsLink *gst_anc_ws_endpoint_link (GstAncWsEndpoint *self);
void gst_anc_ws_endpoint_set_flushing (GstAncWsEndpoint *self,
                                       gboolean flushing);

/* gstancwsreports.c */

/* Posts an error or a warning of the element. Takes `text`. `field`: further
 * details as for gst_structure_set (). */
void gst_anc_ws_endpoint_report (GstAncWsEndpoint *self, GstMessageType type,
                                 GQuark domain, gint code, gchar *text,
                                 const gchar *field,
                                 ...) G_GNUC_NULL_TERMINATED;

/* GstAncWsEvents of an endpoint, as signals and messages. The details of an
 * error say which it is ("websocket-error"), and the HTTP status and the close
 * code, 0 where there was none. */
void gst_anc_ws_endpoint_opened (const GstAncWsClient *client, gpointer data);
void gst_anc_ws_endpoint_closed (const GstAncWsClient *client, gpointer data);
void gst_anc_ws_endpoint_failed (const GError *error, guint http_status,
                                 guint close_code, gpointer data);

/* gstancwsurihandler.c: GstURIHandler, by the property `uri`. */
void gst_anc_ws_uri_handler_init (gpointer iface, gpointer data);
