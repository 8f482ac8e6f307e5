/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-runtime-record.h"

#include <json-glib/json-glib.h>

#define BODY_MAX 4096

/* What a runtime can get right or wrong. */
static const gchar *const fields[] = {
  "Content-Length",
  "Content-Type",
  "Host",
  "Lambda-Extension-Identifier",
  "Lambda-Extension-Name",
  "Lambda-Runtime-Function-Error-Body",
  "Lambda-Runtime-Function-Error-Type",
  "Lambda-Runtime-Function-Response-Mode",
  "Lambda-Runtime-Function-XRay-Error-Cause",
  "Trailer",
  "Transfer-Encoding",
  "User-Agent",
};

static JsonObject *
fields_of (const AncWsHead *head)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
    const gchar *value = anc_ws_head_get (head, fields[i]);

    if (value != NULL && g_utf8_validate (value, -1, NULL))
      json_object_set_string_member (object, fields[i], value);
  }
  return object;
}

static void
set_body (JsonObject *object, GBytes *body)
{
  gsize size;
  const gchar *text = g_bytes_get_data (body, &size);

  json_object_set_int_member (object, "size", (gint64) size);
  if (size > 0 && g_utf8_validate (text, (gssize) size, NULL)) {
    g_autofree gchar *cut = g_strndup (text, MIN (size, BODY_MAX));
    g_autofree gchar *valid = g_utf8_make_valid (cut, -1);

    json_object_set_string_member (object, "body", valid);
  }
}

gchar *
anc_runtime_record (const gchar *call, const gchar *id,
                    const AncHttpRequest *request, const AncReply *reply)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_string_member (object, "call", call);
  if (id != NULL)
    json_object_set_string_member (object, "id", id);
  json_object_set_int_member (object, "status", reply->status);
  json_object_set_string_member (object, "method",
                                 anc_http_request_method (request));
  json_object_set_string_member (object, "path",
                                 anc_http_request_path (request));
  json_object_set_object_member (object, "fields", fields_of (request->head));
  if (request->trailers != NULL)
    json_object_set_object_member (object, "trailers",
                                   fields_of (request->trailers));
  json_object_set_boolean_member (object, "whole", request->whole);
  set_body (object, request->body);
  return json_to_string (node, FALSE);
}
