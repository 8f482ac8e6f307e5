/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-parameters.h"

#include "anc-error.h"
#include "anc-input-file.h"
#include "anc-media.h"
#include "anc-reference.h"
#include "anc-secret.h"

#include <string.h>

typedef struct {
  gchar *text;
  gboolean given;
  gboolean lenient;
  gchar *shown; /* what a secret is called; NULL: it is none */
} Value;

struct _AncParameters {
  AncPipelineFile *file;
  gchar *title, *help; /* for messages */
  GHashTable *values;  /* name -> Value */
};

static void
value_free (gpointer data)
{
  Value *self = data;

  /* It may be a password. */
  if (self->shown != NULL)
    explicit_bzero (self->text, strlen (self->text));
  g_free (self->text);
  g_free (self->shown);
  g_free (self);
}

AncParameters *
anc_parameters_new (AncPipelineFile *file)
{
  AncParameters *self = g_new (AncParameters, 1);

  self->file = anc_pipeline_file_ref (file);
  self->title = g_strdup (file->name);
  self->help = g_strdup_printf ("anc describe %s", file->name);
  self->values
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, value_free);
  return self;
}

void
anc_parameters_free (AncParameters *self)
{
  anc_pipeline_file_unref (self->file);
  g_hash_table_unref (self->values);
  g_free (self->title);
  g_free (self->help);
  g_free (self);
}

void
anc_parameters_set_title (AncParameters *self, const gchar *title,
                          const gchar *help)
{
  g_free (self->title);
  g_free (self->help);
  self->title = g_strdup (title);
  self->help = g_strdup (help);
}

AncPipelineFile *
anc_parameters_get_file (const AncParameters *self)
{
  return self->file;
}

static void
insert (AncParameters *self, const AncParameter *parameter, gchar *text,
        gboolean given, gchar *shown)
{
  Value *value = g_new0 (Value, 1);

  value->text = text;
  value->given = given;
  value->shown = shown;
  g_hash_table_insert (self->values, parameter->name, value);
}

static const AncParameter *
look_up (AncParameters *self, const gchar *name, GError **error)
{
  const AncParameter *parameter
      = anc_pipeline_file_get_parameter (self->file, name);
  g_autoptr (GStrvBuilder) builder = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree gchar *suggestion = NULL;

  if (parameter != NULL)
    return parameter;
  builder = g_strv_builder_new ();
  for (guint i = 0; i < self->file->parameters->len; i++)
    g_strv_builder_add (
        builder, ((AncParameter *) self->file->parameters->pdata[i])->name);
  names = g_strv_builder_end (builder);
  suggestion = anc_error_suggestion (name, (const gchar *const *) names);
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "%s has no parameter %s%s; '%s' shows them", self->title, name,
               suggestion, self->help);
  return NULL;
}

gboolean
anc_parameters_set (AncParameters *self, const gchar *name, const gchar *text,
                    GError **error)
{
  const AncParameter *parameter = look_up (self, name, error);
  g_autofree gchar *reason = NULL;
  gchar *normal;

  if (parameter == NULL)
    return FALSE;
  if (parameter->format == ANC_FORMAT_SECRET) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s is a secret, which others could read here; name where "
                 "it is: %s='{\"env\": \"VARIABLE\"}' or "
                 "%s='{\"file\": \"PATH\"}'",
                 name, name, name);
    return FALSE;
  }
  normal = anc_parameter_normalise (parameter, text, &reason);
  if (normal == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s=%s: it %s", name,
                 text, reason);
    return FALSE;
  }
  insert (self, parameter, normal, TRUE, NULL);
  return TRUE;
}

static gboolean
set_reference (AncParameters *self, const AncParameter *parameter,
               const AncReference *reference, gboolean given, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree gchar *reason = NULL, *normal = NULL;
  g_autofree gchar *text = anc_reference_read (reference, &cause);

  if (text != NULL)
    normal = anc_parameter_normalise (parameter, text, &reason);
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  if (normal == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s, from %s %s: %s%s",
                 parameter->name,
                 reference->environment ? "the environment variable"
                                        : "the file",
                 reference->name, cause != NULL ? "" : "it ",
                 cause != NULL ? cause->message : reason);
    return FALSE;
  }
  insert (self, parameter, g_steal_pointer (&normal), given,
          g_strdup_printf ("the value %s %s",
                           reference->environment
                               ? "of the environment variable"
                               : "in the file",
                           reference->name));
  return TRUE;
}

static gboolean
set_node (AncParameters *self, const gchar *name, JsonNode *node,
          GError **error)
{
  const AncParameter *parameter = look_up (self, name, error);
  AncReference reference;
  g_autofree gchar *text = NULL;

  if (parameter == NULL)
    return FALSE;
  if (anc_reference_from_json (node, &reference))
    return set_reference (self, parameter, &reference, TRUE, error);
  text = anc_parameter_text_of (parameter, node);
  if (text != NULL)
    return anc_parameters_set (self, name, text, error);
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "%s must be of type %s, not %s", name,
               anc_parameter_type_name (parameter), anc_json_type_name (node));
  return FALSE;
}

static const gchar *
next_required (const AncParameters *self)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    if (parameter->required
        && !g_hash_table_contains (self->values, parameter->name))
      return parameter->name;
  }
  return NULL;
}

gboolean
anc_parameters_set_assignment (AncParameters *self, const gchar *assignment,
                               GError **error)
{
  const gchar *equals = strchr (assignment, '=');
  g_autofree gchar *name = NULL;
  g_autoptr (JsonNode) node = NULL;
  AncReference reference;

  if (equals == NULL || equals == assignment) {
    const gchar *first = next_required (self);

    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "\"%s\" is no parameter; write key=value%s%s%s%s", assignment,
                 first != NULL ? ", for example " : "",
                 first != NULL ? first : "", first != NULL ? "=" : "",
                 first != NULL && equals == NULL ? assignment : "");
    return FALSE;
  }
  name = g_strndup (assignment, (gsize) (equals - assignment));
  if (equals[1] == '{')
    node = json_from_string (equals + 1, NULL);
  if (node != NULL && anc_reference_from_json (node, &reference))
    return set_node (self, name, node, error);
  return anc_parameters_set (self, name, equals + 1, error);
}

gboolean
anc_parameters_set_object (AncParameters *self, JsonObject *object,
                           GError **error)
{
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    if (!set_node (self, name, node, error))
      return FALSE;
  }
  return TRUE;
}

void
anc_parameters_make_lenient (AncParameters *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Value *) value)->lenient = TRUE;
}

const gchar *
anc_parameters_get (const AncParameters *self, const gchar *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? value->text : NULL;
}

gboolean
anc_parameters_is_given (const AncParameters *self, const gchar *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL && value->given;
}

gboolean
anc_parameters_is_strict (const AncParameters *self, const gchar *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL && value->given && !value->lenient;
}

gboolean
anc_parameters_is_secret (const AncParameters *self, const gchar *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL && value->shown != NULL;
}

gboolean
anc_parameters_has_secrets (const AncParameters *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (((const Value *) value)->shown != NULL)
      return TRUE;
  }
  return FALSE;
}

void
anc_parameters_mask (const AncParameters *self, gchar **text)
{
  for (guint i = 0; *text != NULL && i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];
    const Value *value = g_hash_table_lookup (self->values, parameter->name);
    gchar *masked;

    if (value == NULL || value->shown == NULL)
      continue;
    masked = anc_secret_mask (
        *text, value->text, parameter->format != ANC_FORMAT_NONE, value->shown);
    g_free (*text);
    *text = masked;
  }
}

void
anc_parameters_mask_error (const AncParameters *self, GError *error)
{
  if (error != NULL)
    anc_parameters_mask (self, &error->message);
}

static gboolean
check_required (AncParameters *self, GError **error)
{
  g_autoptr (GString) missing = g_string_new (NULL);

  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    if (parameter->required && !anc_parameters_get (self, parameter->name))
      g_string_append_printf (missing, "%s%s=...", missing->len ? " " : "",
                              parameter->name);
  }
  if (missing->len == 0)
    return TRUE;
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
               "%s also needs %s; '%s' explains", self->title, missing->str,
               self->help);
  return FALSE;
}

static gboolean
check_inputs (AncParameters *self, GError **error)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];
    const gchar *path = anc_parameters_get (self, parameter->name);

    if (path != NULL && parameter->format == ANC_FORMAT_INPUT_FILE
        && !anc_input_file_check (parameter->name, path, error))
      return FALSE;
  }
  return TRUE;
}

/* Defaults that look at another parameter come last. */
static gboolean
set_default (AncParameters *self, const AncParameter *parameter, GError **error)
{
  AncReference reference = { parameter->default_kind == ANC_DEFAULT_ENVIRONMENT,
                             parameter->default_text };

  switch (parameter->default_kind) {
  case ANC_DEFAULT_TEXT:
    insert (self, parameter, g_strdup (parameter->default_text), FALSE, NULL);
    return TRUE;
  case ANC_DEFAULT_ENVIRONMENT:
  case ANC_DEFAULT_FILE:
    return set_reference (self, parameter, &reference, FALSE, error);
  case ANC_DEFAULT_SUFFIX_OF:
  case ANC_DEFAULT_FORMAT_OF:
  case ANC_DEFAULT_NONE:
  default:
    return TRUE;
  }
}

static gboolean
derive_default (AncParameters *self, const AncParameter *parameter,
                GError **error)
{
  const gchar *path;
  gchar *value;

  if (parameter->default_kind < ANC_DEFAULT_SUFFIX_OF)
    return TRUE;
  path = anc_parameters_get (self, parameter->default_text);
  if (path == NULL) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s needs %s= or %s=", self->title, parameter->default_text,
                 parameter->name);
    return FALSE;
  }
  value = parameter->default_kind == ANC_DEFAULT_SUFFIX_OF
              ? anc_media_suffix_of (parameter, path, error)
              : anc_media_format_of (parameter, self,
                                     anc_pipeline_file_get_parameter (
                                         self->file, parameter->default_text),
                                     error);
  if (value == NULL)
    return FALSE;
  insert (self, parameter, value, FALSE, NULL);
  return TRUE;
}

static gboolean
fill (AncParameters *self,
      gboolean (*set) (AncParameters *, const AncParameter *, GError **),
      GError **error)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];

    if (anc_parameters_get (self, parameter->name) == NULL
        && !set (self, parameter, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
anc_parameters_resolve (AncParameters *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (check_required (self, &cause) && fill (self, set_default, &cause)
      && check_inputs (self, &cause) && fill (self, derive_default, &cause))
    return TRUE;
  anc_parameters_mask_error (self, cause);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

void
anc_parameters_resolve_offline (AncParameters *self)
{
  for (guint i = 0; i < self->file->parameters->len; i++) {
    const AncParameter *parameter = self->file->parameters->pdata[i];
    const gchar *text = parameter->default_kind == ANC_DEFAULT_TEXT
                            ? parameter->default_text
                            : NULL;

    if (text == NULL && parameter->values != NULL)
      text = parameter->values[0];
    if (text != NULL && anc_parameters_get (self, parameter->name) == NULL)
      insert (self, parameter, g_strdup (text), FALSE, NULL);
  }
}
