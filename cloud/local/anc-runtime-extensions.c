/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Internal extensions: those that live in the function's own process. They may
 * ask for INVOKE events, of which this cloud sends none, and for no others. */
#include "anc-runtime-state-private.h"

#include "anc-json-text.h"

#include <string.h>

#define EXTENSIONS_MAX 10

typedef struct {
  gchar *identifier;
  gboolean asked; /* for an event */
} Extension;

static void
extension_free (gpointer data)
{
  Extension *extension = data;

  g_free (extension->identifier);
  g_free (extension);
}

GHashTable *
anc_runtime_extensions_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                extension_free);
}

gboolean
anc_runtime_state_extensions_ready (AncRuntimeState *self)
{
  GHashTableIter iter;
  gpointer extension;

  g_hash_table_iter_init (&iter, self->extensions);
  while (g_hash_table_iter_next (&iter, NULL, &extension)) {
    if (!((Extension *) extension)->asked)
      return FALSE;
  }
  return TRUE;
}

/* NULL: they are in order. */
static AncReply *
refuse_events (const AncHttpRequest *request)
{
  gsize size;
  const gchar *text = g_bytes_get_data (request->body, &size);
  g_autoptr (JsonObject) object
      = size > 0 ? anc_json_text_parse (text, size) : NULL;
  JsonNode *events
      = object != NULL ? json_object_get_member (object, "events") : NULL;

  if (events == NULL || !JSON_NODE_HOLDS_ARRAY (events))
    return anc_reply_new_error (403, "InvalidRequestFormat",
                                "The body is not {\"events\": [...]}");
  for (guint i = 0; i < json_array_get_length (json_node_get_array (events));
       i++) {
    JsonNode *event = json_array_get_element (json_node_get_array (events), i);

    if (json_node_get_value_type (event) != G_TYPE_STRING
        || !g_str_equal (json_node_get_string (event), "INVOKE"))
      return anc_reply_new_error (403, "Extension.InvalidEventType",
                                  "An internal extension may ask for INVOKE "
                                  "alone");
  }
  return NULL;
}

static AncReply *
refuse (AncRuntimeState *self, const gchar *name)
{
  if (self->state != STATE_STARTED)
    return anc_reply_new_error (403, "Extension.RegistrationClosed",
                                "Extension registration closed already");
  if (g_hash_table_contains (self->extensions, name))
    return anc_reply_new_error (403, "Extension.InvalidExtensionState",
                                "Extension with this name already registered");
  if (g_hash_table_size (self->extensions) >= EXTENSIONS_MAX)
    return anc_reply_new_error (403, "Extension.TooManyExtensions",
                                "Extension limit (%d) reached", EXTENSIONS_MAX);
  return NULL;
}

static AncReply *
add (AncRuntimeState *self, const gchar *name)
{
  Extension *extension = g_new0 (Extension, 1);
  g_autofree gchar *text = g_strdup_printf (
      "{\"functionName\":\"%s\",\"functionVersion\":\"%s\",\"handler\":"
      "\"%s\"}",
      self->names->name, self->names->version, self->names->handler);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  AncReply *reply = anc_reply_new (200, "application/json", body);

  extension->identifier = g_uuid_string_random ();
  g_hash_table_insert (self->extensions, g_strdup (name), extension);
  anc_reply_add_field (reply, "Lambda-Extension-Identifier",
                       extension->identifier);
  return reply;
}

AncReply *
anc_runtime_state_register (AncRuntimeState *self,
                            const AncHttpRequest *request)
{
  const gchar *name = anc_http_request_field (request, "Lambda-Extension-Name");
  AncReply *reply;

  if (*name == '\0')
    return anc_reply_new_error (403, "Extension.InvalidExtensionName",
                                "Empty extension name");
  reply = refuse_events (request);
  if (reply != NULL)
    return reply;
  g_mutex_lock (&self->lock);
  reply = refuse (self, name);
  if (reply == NULL)
    reply = add (self, name);
  g_mutex_unlock (&self->lock);
  return reply;
}

static Extension *
find (AncRuntimeState *self, const gchar *identifier)
{
  GHashTableIter iter;
  gpointer extension;

  g_hash_table_iter_init (&iter, self->extensions);
  while (g_hash_table_iter_next (&iter, NULL, &extension)) {
    if (g_str_equal (((Extension *) extension)->identifier, identifier))
      return extension;
  }
  return NULL;
}

AncReply *
anc_runtime_state_event_next (AncRuntimeState *self,
                              const AncHttpRequest *request)
{
  const gchar *identifier
      = anc_http_request_field (request, "Lambda-Extension-Identifier");
  Extension *extension;

  if (*identifier == '\0')
    return anc_reply_new_error (403, "Extension.MissingExtensionIdentifier",
                                "Missing Lambda-Extension-Identifier header");
  if (!g_uuid_string_is_valid (identifier))
    return anc_reply_new_error (403, "Extension.InvalidExtensionIdentifier",
                                "Invalid Lambda-Extension-Identifier");
  g_mutex_lock (&self->lock);
  extension = find (self, identifier);
  if (extension != NULL) {
    extension->asked = TRUE;
    g_cond_broadcast (&self->changed);
    while (!self->ended)
      g_cond_wait (&self->changed, &self->lock);
  }
  g_mutex_unlock (&self->lock);
  if (extension == NULL)
    return anc_reply_new_error (403, "Extension.UnknownExtensionIdentifier",
                                "Unknown extension %s", identifier);
  return anc_reply_new_error (500, "InternalServerError",
                              "Internal Server Error");
}
