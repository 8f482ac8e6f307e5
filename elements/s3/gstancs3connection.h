/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "anc-s3.h"

G_BEGIN_DECLS

/* What sink and source share: which object, which service, who asks. */
typedef struct {
  gchar *bucket, *key, *version_id;
  gchar *bad_uri; /* what is wrong with the URI that was set last */
  gchar *region, *endpoint, *profile, *ca_file;
  gchar *access_key_id, *secret_access_key, *session_token;
  gchar *role_arn, *role_session_name, *external_id;
  gchar *iot_endpoint, *iot_role_alias, *iot_thing_name;
  gchar *iot_certificate_file, *iot_key_file, *iot_ca_file;
  gboolean force_path_style;
  guint retry_attempts;
  guint timeout; /* seconds */
} GstAncS3Connection;

/* The element's own properties begin here. */
#define GST_ANC_S3_PROP_OWN 64

void gst_anc_s3_connection_init (GstAncS3Connection *self);
/* Wipes the secrets. */
void gst_anc_s3_connection_clear (GstAncS3Connection *self);
void gst_anc_s3_connection_install (GObjectClass *klass, gboolean source);

/* FALSE: not one of these. The object's lock guards the struct. */
gboolean gst_anc_s3_connection_set (GstAncS3Connection *self, guint id,
                                    const GValue *value);
gboolean gst_anc_s3_connection_get (const GstAncS3Connection *self, guint id,
                                    GValue *value);
gboolean gst_anc_s3_connection_set_uri (GstAncS3Connection *self,
                                        const gchar *uri, GError **error);
/* NULL: no bucket is set. */
gchar *gst_anc_s3_connection_get_uri (const GstAncS3Connection *self);

/* Who asks (gstancs3identity.c). NULL in `*ret_provider`: what every AWS program
 * finds. FALSE: properties that do not go together. */
gboolean gst_anc_s3_connection_identify (const GstAncS3Connection *self,
                                         AncAwsContext *context,
                                         AncAwsProvider **ret_provider,
                                         GError **error);

/* The client; reads files, not the network. `element` warns when the service
 * cannot be reached and is tried again, and must outlive the client's calls. */
AncS3 *gst_anc_s3_connection_open (const GstAncS3Connection *self,
                                   GstElement *element, GError **error);

/* GstURIHandler, for both. */
const gchar *const *gst_anc_s3_protocols (GType type);
gboolean gst_anc_s3_uri_set (GstElement *element, GstAncS3Connection *self,
                             const gchar *uri, GError **error);

G_END_DECLS
