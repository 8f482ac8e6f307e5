/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-description-json.h"

/* The attributes that are plain strings. */
static const struct {
  const gchar *name;
  gsize offset;
} strings[] = {
#define STRING(name, field)                                                    \
  {                                                                            \
    name, G_STRUCT_OFFSET (AncS3Attributes, field)                             \
  }
  STRING ("content-type", content_type),
  STRING ("content-encoding", content_encoding),
  STRING ("content-language", content_language),
  STRING ("content-disposition", content_disposition),
  STRING ("cache-control", cache_control),
  STRING ("storage-class", storage_class),
  STRING ("acl", acl),
  STRING ("sse", sse),
  STRING ("sse-kms-key-id", sse_kms_key_id),
#undef STRING
};

static const gchar **
field (const AncS3Attributes *attributes, guint i)
{
  return G_STRUCT_MEMBER_P (attributes, strings[i].offset);
}

static AncS3Description *
description_new (void)
{
  AncS3Description *self = g_new0 (AncS3Description, 1);

  self->strings = g_string_chunk_new (256);
  return self;
}

void
anc_s3_description_free (AncS3Description *self)
{
  g_clear_pointer (&self->metadata, anc_aws_fields_unref);
  g_clear_pointer (&self->tags, anc_aws_fields_unref);
  g_string_chunk_free (self->strings);
  g_free (self);
}

AncS3Description *
anc_s3_description_new (const AncS3Attributes *attributes)
{
  AncS3Description *self = description_new ();

  self->attributes = *attributes;
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    const gchar **value = field (&self->attributes, i);
    if (*value != NULL)
      *value = g_string_chunk_insert (self->strings, *value);
  }
  if (attributes->metadata != NULL)
    self->metadata = anc_aws_fields_copy (attributes->metadata);
  if (attributes->tags != NULL)
    self->tags = anc_aws_fields_copy (attributes->tags);
  self->attributes.metadata = self->metadata;
  self->attributes.tags = self->tags;
  return self;
}

static void
fields_to_json (const gchar *name, const AncAwsFields *fields,
                JsonBuilder *builder)
{
  if (fields == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < anc_aws_fields_length (fields); i++) {
    json_builder_add_string_value (builder, anc_aws_fields_name (fields, i));
    json_builder_add_string_value (builder, anc_aws_fields_value (fields, i));
  }
  json_builder_end_array (builder);
}

void
anc_s3_description_to_json (const AncS3Attributes *attributes,
                            JsonBuilder *builder)
{
  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    const gchar *value = *field (attributes, i);
    if (value == NULL)
      continue;
    json_builder_set_member_name (builder, strings[i].name);
    json_builder_add_string_value (builder, value);
  }
  fields_to_json ("metadata", attributes->metadata, builder);
  fields_to_json ("tags", attributes->tags, builder);
  if (attributes->checksum != ANC_AWS_CHECKSUM_NONE) {
    json_builder_set_member_name (builder, "checksum");
    json_builder_add_string_value (
        builder, anc_aws_checksum_name (attributes->checksum));
  }
  json_builder_set_member_name (builder, "if-none-match");
  json_builder_add_boolean_value (builder, attributes->if_none_match);
}

/* NULL: no string. */
static const gchar *
node_string (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gboolean
fields_from_json (JsonObject *object, const gchar *name,
                  AncAwsFields **ret_fields)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autoptr (AncAwsFields) fields = NULL;
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  fields = anc_aws_fields_new ();
  for (guint i = 0; i + 1 < json_array_get_length (array); i += 2) {
    const gchar *key = node_string (json_array_get_element (array, i));
    const gchar *value = node_string (json_array_get_element (array, i + 1));
    if (key == NULL || value == NULL)
      return FALSE;
    anc_aws_fields_add (fields, key, value);
  }
  *ret_fields = g_steal_pointer (&fields);
  return TRUE;
}

AncS3Description *
anc_s3_description_from_json (JsonObject *object)
{
  g_autoptr (AncS3Description) self = description_new ();
  JsonNode *node;

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    const gchar *value;
    node = json_object_get_member (object, strings[i].name);
    if (node == NULL)
      continue;
    value = node_string (node);
    if (value == NULL)
      return NULL;
    *field (&self->attributes, i)
        = g_string_chunk_insert (self->strings, value);
  }
  if (!fields_from_json (object, "metadata", &self->metadata)
      || !fields_from_json (object, "tags", &self->tags))
    return NULL;
  self->attributes.metadata = self->metadata;
  self->attributes.tags = self->tags;
  node = json_object_get_member (object, "checksum");
  if (node != NULL
      && (node_string (node) == NULL
          || !anc_aws_checksum_from_name (node_string (node),
                                          &self->attributes.checksum)))
    return NULL;
  node = json_object_get_member (object, "if-none-match");
  if (node != NULL) {
    if (!JSON_NODE_HOLDS_VALUE (node)
        || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
      return NULL;
    self->attributes.if_none_match = json_node_get_boolean (node);
  }
  return g_steal_pointer (&self);
}
