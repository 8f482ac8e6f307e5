/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-parameter.h"

#include "anc-error.h"

#include <math.h>
#include <string.h>

static const gchar *const type_names[]
    = { "string", "integer", "number", "boolean", NULL };
static const gchar *const format_names[]
    = { "",           "input-file", "output-file", "input-uri",
        "output-uri", "secret",     NULL };
static const gchar *const keys[]
    = { "type",    "description", "format",  "required", "minimum",
        "maximum", "enum",        "default", "target",   NULL };

const gchar *
anc_format_name (AncFormat self)
{
  return self != ANC_FORMAT_NONE ? format_names[self] : NULL;
}

gboolean
anc_format_is_input (AncFormat self)
{
  return self == ANC_FORMAT_INPUT_FILE || self == ANC_FORMAT_INPUT_URI;
}

gboolean
anc_format_is_output (AncFormat self)
{
  return self == ANC_FORMAT_OUTPUT_FILE || self == ANC_FORMAT_OUTPUT_URI;
}

static void
target_free (gpointer data)
{
  AncTarget *self = data;

  g_free (self->element);
  g_free (self->property);
  g_free (self);
}

void
anc_parameter_free (AncParameter *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->pointer);
  g_strfreev (self->values);
  g_free (self->default_text);
  g_ptr_array_unref (self->targets);
  g_free (self);
}

const gchar *
anc_parameter_type_name (const AncParameter *self)
{
  return type_names[self->type];
}

static gint
index_of (const gchar *const *names, const gchar *name)
{
  for (gint i = 0; names[i] != NULL; i++) {
    if (g_str_equal (names[i], name))
      return i;
  }
  return -1;
}

static gboolean
read_name (const AncJson *json, const gchar *const *names, const gchar *what,
           gint *ret, GError **error)
{
  const gchar *name = anc_json_get_string (json, error);
  g_autofree gchar *all = NULL;

  if (name == NULL)
    return FALSE;
  *ret = index_of (names, name);
  if (*ret >= 0 && *name != '\0')
    return TRUE;
  all = g_strjoinv (", ", (GStrv) (**names == '\0' ? names + 1 : names));
  anc_json_error (json, error, "\"%s\" is no %s; there are %s", name, what,
                  all);
  return FALSE;
}

static gboolean
read_type (AncParameter *self, const AncJson *json, GError **error)
{
  gint i;

  if (!read_name (json, type_names, "type", &i, error))
    return FALSE;
  self->type = (AncParameterType) i;
  return TRUE;
}

static gboolean
read_format (AncParameter *self, const AncJson *json, GError **error)
{
  gint i;

  if (!read_name (json, format_names, "format", &i, error))
    return FALSE;
  if (self->type != ANC_PARAMETER_STRING) {
    anc_json_error (json, error, "only a string has a format");
    return FALSE;
  }
  self->format = (AncFormat) i;
  return TRUE;
}

static gboolean
read_description (AncParameter *self, const AncJson *json, GError **error)
{
  self->description = g_strdup (anc_json_get_string (json, error));
  return self->description != NULL;
}

static gboolean
read_required (AncParameter *self, const AncJson *json, GError **error)
{
  return anc_json_get_boolean (json, &self->required, error);
}

static gboolean
read_limit (AncParameter *self, const AncJson *json, gdouble *ret,
            GError **error)
{
  if (self->type != ANC_PARAMETER_INTEGER
      && self->type != ANC_PARAMETER_NUMBER) {
    anc_json_error (json, error, "only an integer or a number has limits");
    return FALSE;
  }
  return anc_json_get_number (json, ret, error);
}

static gboolean
read_minimum (AncParameter *self, const AncJson *json, GError **error)
{
  return read_limit (self, json, &self->minimum, error);
}

static gboolean
read_maximum (AncParameter *self, const AncJson *json, GError **error)
{
  if (!read_limit (self, json, &self->maximum, error))
    return FALSE;
  if (self->maximum >= self->minimum)
    return TRUE;
  anc_json_error (json, error, "the maximum is below the minimum");
  self->maximum = INFINITY;
  return FALSE;
}

static gboolean
read_enum (AncParameter *self, const AncJson *json, GError **error)
{
  if (self->type != ANC_PARAMETER_STRING) {
    anc_json_error (json, error, "only a string has an enum");
    return FALSE;
  }
  self->values = anc_json_get_strings (json, error);
  return self->values != NULL;
}

/* {"env": "NAME"} and its like. */
static gboolean
read_default_object (AncParameter *self, const AncJson *json, GError **error)
{
  static const struct {
    const gchar *key;
    AncDefault kind;
  } kinds[] = { { "env", ANC_DEFAULT_ENVIRONMENT },
                { "file", ANC_DEFAULT_FILE },
                { "suffix-of", ANC_DEFAULT_SUFFIX_OF },
                { "format-of", ANC_DEFAULT_FORMAT_OF } };
  JsonObject *object = json_node_get_object (json->node);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree gchar *pointer = anc_json_child_pointer (json, kinds[i].key);
    AncJson member = { json->file, pointer,
                       json_object_get_member (object, kinds[i].key) };

    if (member.node == NULL || json_object_get_size (object) != 1)
      continue;
    self->default_kind = kinds[i].kind;
    self->default_text = g_strdup (anc_json_get_string (&member, error));
    return self->default_text != NULL;
  }
  anc_json_error (json, error,
                  "this must be a value, or an object with one key: env, "
                  "file, suffix-of or format-of");
  return FALSE;
}

static gboolean
read_default (AncParameter *self, const AncJson *json, GError **error)
{
  g_autofree gchar *text = NULL, *reason = NULL;

  if (JSON_NODE_HOLDS_OBJECT (json->node))
    return read_default_object (self, json, error);
  text = anc_parameter_text_of (self, json->node);
  if (text == NULL) {
    anc_json_error (json, error, "this must be of type %s, not %s",
                    type_names[self->type], anc_json_type_name (json->node));
    return FALSE;
  }
  self->default_kind = ANC_DEFAULT_TEXT;
  self->default_text = anc_parameter_normalise (self, text, &reason);
  if (self->default_text == NULL)
    anc_json_error (json, error, "the default %s", reason);
  return self->default_text != NULL;
}

static gboolean
read_targets (AncParameter *self, const AncJson *json, GError **error)
{
  g_auto (GStrv) names = anc_json_get_strings (json, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++) {
    const gchar *dot = strchr (names[i], '.');
    AncTarget *target;

    if (dot == NULL || dot == names[i] || dot[1] == '\0') {
      anc_json_error (json, error,
                      "\"%s\" is no target; write ELEMENT.PROPERTY", names[i]);
      return FALSE;
    }
    target = g_new (AncTarget, 1);
    target->element = g_strndup (names[i], (gsize) (dot - names[i]));
    target->property = g_strdup (dot + 1);
    g_ptr_array_add (self->targets, target);
  }
  return TRUE;
}

static void
read_members (AncParameter *self, const AncJson *json, AncMistakes *mistakes)
{
  /* In the order in which one depends on another. */
  static const struct {
    const gchar *key;
    gboolean (*read) (AncParameter *, const AncJson *, GError **);
    gboolean of_type; /* means something only when the type is known */
  } readers[] = { { "type", read_type, FALSE },
                  { "description", read_description, FALSE },
                  { "format", read_format, TRUE },
                  { "required", read_required, FALSE },
                  { "minimum", read_minimum, TRUE },
                  { "maximum", read_maximum, TRUE },
                  { "enum", read_enum, TRUE },
                  { "default", read_default, TRUE },
                  { "target", read_targets, FALSE } };
  JsonObject *object = json_node_get_object (json->node);
  gboolean typed = json_object_has_member (object, "type");

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autofree gchar *pointer = anc_json_child_pointer (json, readers[i].key);
    AncJson member = { json->file, pointer,
                       json_object_get_member (object, readers[i].key) };
    GError *error = NULL;

    if (member.node == NULL || (readers[i].of_type && !typed)
        || readers[i].read (self, &member, &error))
      continue;
    anc_mistakes_take (mistakes, &error);
    if (i == 0)
      typed = FALSE;
  }
}

static gboolean
check_whole (const AncParameter *self, const AncJson *json, GError **error)
{
  if (self->required && self->default_kind != ANC_DEFAULT_NONE)
    anc_json_error (json, error,
                    "what is required cannot have a default as well");
  else if (self->format == ANC_FORMAT_SECRET
           && self->default_kind == ANC_DEFAULT_TEXT)
    anc_json_error (json, error,
                    "a secret does not belong into a file that others read; "
                    "its default can be {\"env\": NAME} or {\"file\": PATH}");
  else if (self->default_kind >= ANC_DEFAULT_SUFFIX_OF && self->values == NULL
           && !json_object_has_member (json_node_get_object (json->node),
                                       "enum"))
    anc_json_error (json, error,
                    "a default taken from another parameter needs an enum");
  else
    return TRUE;
  return FALSE;
}

static void
check_type (const AncJson *json, AncMistakes *mistakes)
{
  GError *error = NULL;

  if (json_object_has_member (json_node_get_object (json->node), "type")
      || anc_json_has_misspelt (json, keys, "type"))
    return;
  anc_json_error (json, &error, "the key type is missing");
  anc_mistakes_take (mistakes, &error);
}

AncParameter *
anc_parameter_new (const AncJson *json, const gchar *name,
                   AncMistakes *mistakes)
{
  const guint before = anc_mistakes_count (mistakes);
  GError *error = NULL;
  AncParameter *self;

  if (!anc_json_check_keys (json, keys, mistakes))
    return NULL;
  self = g_new0 (AncParameter, 1);
  self->name = g_strdup (name);
  self->pointer = g_strdup (json->pointer);
  self->minimum = -INFINITY;
  self->maximum = INFINITY;
  self->targets = g_ptr_array_new_with_free_func (target_free);
  check_type (json, mistakes);
  read_members (self, json, mistakes);
  if (!check_whole (self, json, &error))
    anc_mistakes_take (mistakes, &error);
  self->broken = anc_mistakes_count (mistakes) > before;
  return self;
}

gchar *
anc_parameter_text_of (const AncParameter *self, JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                            : G_TYPE_INVALID;
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (type == G_TYPE_STRING && self->type == ANC_PARAMETER_STRING)
    return g_strdup (json_node_get_string (node));
  if (type == G_TYPE_BOOLEAN && self->type == ANC_PARAMETER_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (type == G_TYPE_INT64
      && (self->type == ANC_PARAMETER_INTEGER
          || self->type == ANC_PARAMETER_NUMBER))
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_DOUBLE && self->type == ANC_PARAMETER_NUMBER)
    return g_strdup (
        g_ascii_dtostr (buffer, sizeof buffer, json_node_get_double (node)));
  return NULL;
}
