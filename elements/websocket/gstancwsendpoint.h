/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstancwslink.h"

/* What the sink and the source have in common as elements: settings, the link
 * and how it is shared, messages and errors. Embedded in both. */
typedef struct {
  GstElement *element; /* whose part this is */
  GstAncWsRole role;
  const GstAncWsEvents *events;
  GstAncWsSettings settings; /* (object lock) */
  GstAncWsLink *link;        /* (object lock) */
} GstAncWsEndpoint;

void gst_anc_ws_endpoint_init (GstAncWsEndpoint *self, GstElement *element,
                               GstAncWsRole role);
void gst_anc_ws_endpoint_clear (GstAncWsEndpoint *self);

/* Properties and signals of both elements. */
void gst_anc_ws_endpoint_class_init (GstElementClass *klass);
gboolean gst_anc_ws_endpoint_set_property (GstAncWsEndpoint *self, guint id,
                                           const GValue *value);
gboolean gst_anc_ws_endpoint_get_property (GstAncWsEndpoint *self, guint id,
                                           GValue *value);

/* NULL -> READY: makes the link, and offers it if it has a name. */
void gst_anc_ws_endpoint_prepare (GstAncWsEndpoint *self);
/* READY -> PAUSED: the link, looked for if it is another's; NULL: there is none,
 * which has been posted. A reference. */
GstAncWsLink *gst_anc_ws_endpoint_find_link (GstAncWsEndpoint *self);
/* READY -> NULL */
void gst_anc_ws_endpoint_release (GstAncWsEndpoint *self);
void gst_anc_ws_endpoint_set_context (GstAncWsEndpoint *self,
                                      GstContext *context);

/* The link, or NULL. A reference. */
GstAncWsLink *gst_anc_ws_endpoint_link (GstAncWsEndpoint *self);
void gst_anc_ws_endpoint_set_flushing (GstAncWsEndpoint *self,
                                       gboolean flushing);

/* Posts an error or a warning of the element. Takes `text`. `field`: further
 * details as for gst_structure_set (). */
void gst_anc_ws_endpoint_report (GstAncWsEndpoint *self, GstMessageType type,
                                 GQuark domain, gint code, gchar *text,
                                 const gchar *field,
                                 ...) G_GNUC_NULL_TERMINATED;

/* Posts one of ANC_WS_ERROR. Its details say which ("websocket-error"), and the
 * HTTP status and the close code, 0 where there was none. */
void gst_anc_ws_endpoint_post_error (GstAncWsEndpoint *self,
                                     const GError *error, guint http_status,
                                     guint close_code);

/* Events of the link as signals and messages. */
void gst_anc_ws_endpoint_opened (GstAncWsEndpoint *self,
                                 const GstAncWsClient *client);
void gst_anc_ws_endpoint_closed (GstAncWsEndpoint *self,
                                 const GstAncWsClient *client);

/* GstURIHandler */
const gchar *const *gst_anc_ws_protocols (GType type);
gchar *gst_anc_ws_endpoint_get_uri (GstAncWsEndpoint *self);
gboolean gst_anc_ws_endpoint_set_uri (GstAncWsEndpoint *self, const gchar *uri,
                                      GError **error);
