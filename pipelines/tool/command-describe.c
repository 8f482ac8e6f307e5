/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * anc describe: what can be set, in words, as JSON, or as lines for scripts
 * such as the completion of a shell. */
#include "anc-command.h"
#include "anc-element-default.h"

#include <math.h>

static gchar *
number (gdouble value)
{
  /* Nobody counts zeros behind "1e+10". */
  return g_strdup_printf (
      value == floor (value) && fabs (value) < 1e15 ? "%.0f" : "%.10g", value);
}

static gchar *
describe_range (const AncParameter *self)
{
  g_autofree gchar *least = number (self->minimum);
  g_autofree gchar *most = number (self->maximum);

  if (self->values != NULL)
    return g_strjoinv (", ", self->values);
  if (self->type == ANC_PARAMETER_BOOLEAN)
    return g_strdup ("true, false");
  if (isfinite (self->minimum) && isfinite (self->maximum))
    return g_strdup_printf ("%s to %s", least, most);
  if (isfinite (self->minimum))
    return g_strdup_printf ("%s or more", least);
  if (isfinite (self->maximum))
    return g_strdup_printf ("%s or less", most);
  return NULL;
}

/* Outside the range a default such as -1 stands for "none". */
static const gchar *
shown_default (const AncParameter *self, const gchar *text)
{
  gdouble value = text != NULL ? g_ascii_strtod (text, NULL) : 0;

  if (text == NULL
      || ((self->type == ANC_PARAMETER_INTEGER
           || self->type == ANC_PARAMETER_NUMBER)
          && (value < self->minimum || value > self->maximum)))
    return "none";
  return text;
}

/* "default 0.1", or "default 0.1 (ancnlms), 0.01 (anclms)". */
static gchar *
describe_element_defaults (const AncParameter *self, const GPtrArray *list)
{
  g_autoptr (GString) text = g_string_new ("default ");
  gboolean same = TRUE;

  if (list == NULL)
    return g_strdup ("default: the element's own");
  for (guint i = 1; i < list->len; i++)
    same &= g_strcmp0 (((AncElementDefault *) list->pdata[i])->text,
                       ((AncElementDefault *) list->pdata[0])->text)
            == 0;
  for (guint i = 0; i < (same ? 1 : list->len); i++) {
    const AncElementDefault *entry = list->pdata[i];

    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            shown_default (self, entry->text));
    if (!same)
      g_string_append_printf (text, " (%s)", entry->factory);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gchar *
describe_default (const AncParameter *self, const GPtrArray *elements)
{
  switch (self->default_kind) {
  case ANC_DEFAULT_TEXT:
    return g_strdup_printf ("default %s", self->default_text);
  case ANC_DEFAULT_ENVIRONMENT:
    return g_strdup_printf ("default from the environment variable %s",
                            self->default_text);
  case ANC_DEFAULT_FILE:
    return g_strdup_printf ("default from the file %s", self->default_text);
  case ANC_DEFAULT_SUFFIX_OF:
    return g_strdup_printf ("default from the suffix of %s",
                            self->default_text);
  case ANC_DEFAULT_FORMAT_OF:
    return g_strdup_printf ("default as in %s", self->default_text);
  case ANC_DEFAULT_NONE:
  default:
    return self->required ? g_strdup ("required")
                          : describe_element_defaults (self, elements);
  }
}

static const gchar *
kind_of (const AncParameter *self)
{
  static const gchar *const formats[] = { NULL,          "input file",
                                          "output file", "input URI",
                                          "output URI",  "secret" };

  return self->format != ANC_FORMAT_NONE ? formats[self->format]
                                         : anc_parameter_type_name (self);
}

static void
print_text (AncPipelineFile *file)
{
  g_autoptr (AncElementDefaults) defaults = anc_element_defaults_new (file);

  g_print ("%s, version %s\n%s\n%s\n", file->name, file->version,
           file->description, file->file);
  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    g_autofree gchar *range = describe_range (parameter);
    g_autofree gchar *fallback = describe_default (
        parameter, anc_element_defaults_get (defaults, parameter->name));

    g_print ("\n  %s=  %s%s%s; %s\n", parameter->name, kind_of (parameter),
             range != NULL ? ": " : "", range != NULL ? range : "", fallback);
    if (parameter->description != NULL)
      g_print ("      %s\n", parameter->description);
  }
}

static void
print_plain (const AncPipelineFile *file)
{
  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];
    g_autofree gchar *values
        = parameter->values != NULL ? g_strjoinv (",", parameter->values)
          : parameter->type == ANC_PARAMETER_BOOLEAN ? g_strdup ("true,false")
                                                     : g_strdup ("");

    g_print ("%s\t%s\t%s\n", parameter->name, kind_of (parameter), values);
  }
}

static void
add_value (JsonBuilder *json, const AncParameter *parameter, const gchar *text)
{
  if (text == NULL)
    json_builder_add_null_value (json);
  else if (parameter->type == ANC_PARAMETER_STRING)
    json_builder_add_string_value (json, text);
  else
    json_builder_add_value (json, json_from_string (text, NULL));
}

static void
add_default (JsonBuilder *json, const AncParameter *parameter)
{
  static const gchar *const keys[]
      = { NULL, NULL, "env", "file", "suffix-of", "format-of" };
  const gchar *text = parameter->default_text;

  if (parameter->default_kind == ANC_DEFAULT_NONE)
    return;
  json_builder_set_member_name (json, "default");
  if (parameter->default_kind != ANC_DEFAULT_TEXT) {
    json_builder_begin_object (json);
    json_builder_set_member_name (json, keys[parameter->default_kind]);
    json_builder_add_string_value (json, text);
    json_builder_end_object (json);
  } else {
    add_value (json, parameter, text);
  }
}

static void
add_element_defaults (JsonBuilder *json, const AncParameter *parameter,
                      const GPtrArray *list)
{
  if (list == NULL)
    return;
  json_builder_set_member_name (json, "element-defaults");
  json_builder_begin_object (json);
  for (guint i = 0; i < list->len; i++) {
    const AncElementDefault *entry = list->pdata[i];

    json_builder_set_member_name (json, entry->factory);
    add_value (json, parameter, entry->text);
  }
  json_builder_end_object (json);
}

static void
add_limits (JsonBuilder *json, const AncParameter *parameter)
{
  if (isfinite (parameter->minimum)) {
    json_builder_set_member_name (json, "minimum");
    json_builder_add_double_value (json, parameter->minimum);
  }
  if (isfinite (parameter->maximum)) {
    json_builder_set_member_name (json, "maximum");
    json_builder_add_double_value (json, parameter->maximum);
  }
  if (parameter->values == NULL)
    return;
  json_builder_set_member_name (json, "enum");
  json_builder_begin_array (json);
  for (guint i = 0; parameter->values[i] != NULL; i++)
    json_builder_add_string_value (json, parameter->values[i]);
  json_builder_end_array (json);
}

static void
add_parameter (JsonBuilder *json, const AncParameter *parameter,
               const GPtrArray *elements)
{
  json_builder_set_member_name (json, parameter->name);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "type");
  json_builder_add_string_value (json, anc_parameter_type_name (parameter));
  if (parameter->format != ANC_FORMAT_NONE) {
    json_builder_set_member_name (json, "format");
    json_builder_add_string_value (json, anc_format_name (parameter->format));
  }
  json_builder_set_member_name (json, "required");
  json_builder_add_boolean_value (json, parameter->required);
  add_limits (json, parameter);
  add_default (json, parameter);
  add_element_defaults (json, parameter, elements);
  if (parameter->description != NULL) {
    json_builder_set_member_name (json, "description");
    json_builder_add_string_value (json, parameter->description);
  }
  json_builder_end_object (json);
}

static void
print_json (AncPipelineFile *file)
{
  g_autoptr (AncElementDefaults) defaults = anc_element_defaults_new (file);
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, file->name);
  json_builder_set_member_name (json, "version");
  json_builder_add_string_value (json, file->version);
  json_builder_set_member_name (json, "description");
  json_builder_add_string_value (json, file->description);
  json_builder_set_member_name (json, "file");
  json_builder_add_string_value (json, file->file);
  json_builder_set_member_name (json, "parameters");
  json_builder_begin_object (json);
  for (guint i = 0; i < file->parameters->len; i++) {
    const AncParameter *parameter = file->parameters->pdata[i];

    add_parameter (json, parameter,
                   anc_element_defaults_get (defaults, parameter->name));
  }
  json_builder_end_object (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  anc_command_print_json (root);
}

int
anc_command_describe (int argc, char **argv)
{
  gboolean json = FALSE, plain = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print a JSON object", NULL },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &plain,
      "For scripts: a line each: name, kind, values; tabs between", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL,
      NULL },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (AncPipelineFile) file = NULL;

  if (!anc_command_parse ("describe", "NAME|FILE",
                          "Shows the parameters of a pipeline: what they are, "
                          "their range, their default.",
                          NULL, entries, argc, argv, &error)
      || !anc_command_check_words (words, 1, 1, "one name of a pipeline",
                                   &error))
    return anc_command_fail ("describe", error);
  file = anc_command_load (words[0], &error);
  if (file == NULL)
    return anc_command_fail ("describe", error);
  /* The completion of a shell shall not wait for it. */
  if (!plain || json)
    anc_command_start_gstreamer ();
  if (json)
    print_json (file);
  else if (plain)
    print_plain (file);
  else
    print_text (file);
  return ANC_EXIT_OK;
}
