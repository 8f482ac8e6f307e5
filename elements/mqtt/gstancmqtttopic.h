/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A topic with placeholders:
 *
 *   {element}     the element's name
 *   {client-id}   the client id
 *   {host}        the machine's name
 *   {TAG}         the value of a tag of the stream, such as {title}
 *   {{ and }}     the braces themselves
 *
 * A slash, + or # in a value becomes an underscore: a value is never more than
 * one level. What has no value (yet) is "unknown". */

/* Whether all placeholders are known. */
gboolean gst_anc_mqtt_topic_check_template (const gchar *text, GError **error);

/* `tags` may be NULL. */
gchar *gst_anc_mqtt_topic_expand (const gchar *text, const gchar *element,
                                  const gchar *client_id,
                                  const GstTagList *tags);

G_END_DECLS
