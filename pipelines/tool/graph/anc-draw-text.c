/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The drawing of a pipeline that cannot be built yet, from its text. */
#include "anc-drawing.h"
#include "anc-launch-line.h"
#include "anc-media.h"

#include <string.h>

/* How many fragments a box that is open names. */
#define MAX_NAMED 8
#define NONE G_MAXUINT

typedef struct {
  AncBox kind;
  gchar *name;         /* of the element, or NULL */
  const gchar *choice; /* what it waits for, or NULL */
  GPtrArray *lines;
  guint number; /* in the drawing */
} Box;

typedef struct {
  guint from, to; /* boxes; NONE: the element that the text refers to */
  gchar *reference;
  gchar *pad; /* or NULL */
} Link;

typedef struct {
  const AncParameters *parameters;
  AncPipelineFile *file;
  GPtrArray *boxes;
  GArray *links;
  GPtrArray *open; /* parameters that choices wait for, borrowed names */
  guint last;      /* box before, or NONE */
  gchar *last_reference;
  gboolean linking; /* a "!" stands before */
} Reader;

static void
box_free (gpointer data)
{
  Box *self = data;

  g_free (self->name);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

static void
link_clear (gpointer data)
{
  Link *self = data;

  g_free (self->reference);
  g_free (self->pad);
}

static gchar *known_value (const Reader *self, const AncParameter *parameter);

/* The suffix of a name is known as soon as the name is. */
static gchar *
known_suffix (const Reader *self, const AncParameter *parameter)
{
  g_autofree gchar *name = known_value (
      self,
      anc_pipeline_file_get_parameter (self->file, parameter->default_text));

  return name != NULL ? anc_media_suffix_of (parameter, name, NULL) : NULL;
}

static gchar *
known_value (const Reader *self, const AncParameter *parameter)
{
  const gchar *given = anc_parameters_get (self->parameters, parameter->name);

  if (given != NULL)
    return g_strdup (given);
  if (parameter->default_kind == ANC_DEFAULT_SUFFIX_OF)
    return known_suffix (self, parameter);
  return parameter->default_kind == ANC_DEFAULT_TEXT
             ? g_strdup (parameter->default_text)
             : NULL;
}

/* The fragment that is picked, or the placeholder itself. */
static gchar *
expand (const gchar *name, gpointer data, GError **error)
{
  const Reader *self = data;
  const AncChoice *choice = anc_pipeline_file_get_choice (self->file, name);
  const AncParameter *key
      = anc_pipeline_file_get_parameter (self->file, choice->parameter);
  g_autofree gchar *value = known_value (self, key);

  if (value == NULL)
    return g_strdup_printf ("${%s}", name);
  return anc_text_replace (g_hash_table_lookup (choice->fragments, value),
                           expand, data, NULL);
}

static Box *
add_box (Reader *self, AncBox kind, gchar *first_line)
{
  Box *box = g_new0 (Box, 1);

  box->kind = kind;
  box->lines = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (box->lines, first_line);
  g_ptr_array_add (self->boxes, box);
  return box;
}

static void
link_to (Reader *self, guint box, const gchar *reference, const gchar *pad)
{
  if (self->linking) {
    Link link = { self->last, box, NULL, g_strdup (pad) };

    link.reference = g_strdup (box == NONE ? reference : self->last_reference);
    g_array_append_val (self->links, link);
  }
  self->linking = FALSE;
  self->last = box;
  g_free (self->last_reference);
  self->last_reference = g_strdup (reference);
}

static gchar *
describe_source (const AncParameter *key)
{
  if (key->default_kind == ANC_DEFAULT_SUFFIX_OF)
    return g_strdup_printf ("by the suffix of %s=", key->default_text);
  if (key->default_kind == ANC_DEFAULT_FORMAT_OF)
    return g_strdup_printf ("by the format of %s=", key->default_text);
  return g_strdup_printf ("by %s=", key->name);
}

static void
note_open (Reader *self, gchar *parameter)
{
  if (!g_ptr_array_find_with_equal_func (self->open, parameter, g_str_equal,
                                         NULL))
    g_ptr_array_add (self->open, parameter);
}

static void
add_open (Reader *self, const gchar *name)
{
  const AncChoice *choice = anc_pipeline_file_get_choice (self->file, name);
  const AncParameter *key
      = anc_pipeline_file_get_parameter (self->file, choice->parameter);
  Box *box = add_box (self, ANC_BOX_OPEN, g_strdup (name));
  const guint n = g_strv_length (key->values);
  g_autofree gchar *names = NULL;

  box->choice = choice->name;
  g_ptr_array_add (box->lines, describe_source (key));
  if (n <= MAX_NAMED) {
    names = g_strjoinv (", ", key->values);
    g_ptr_array_add (box->lines, g_steal_pointer (&names));
  }
  note_open (self, key->default_kind >= ANC_DEFAULT_SUFFIX_OF
                       ? key->default_text
                       : key->name);
  link_to (self, self->boxes->len - 1, NULL, NULL);
}

static void
add_other (Reader *self, const gchar *word)
{
  const gchar *dot = strchr (word, '.');

  if (g_str_has_prefix (word, "${") && g_str_has_suffix (word, "}")) {
    g_autofree gchar *name = g_strndup (word + 2, strlen (word) - 3);

    add_open (self, name);
  } else if (strchr (word, '/') != NULL || dot == NULL) {
    add_box (self, ANC_BOX_CAPS, g_strdup (word));
    link_to (self, self->boxes->len - 1, NULL, NULL);
  } else {
    g_autofree gchar *element = g_strndup (word, (gsize) (dot - word));

    link_to (self, NONE, element, dot[1] != '\0' ? dot + 1 : NULL);
  }
}

static void
add_setting (Reader *self, const gchar *word)
{
  Box *box = self->last != NONE ? self->boxes->pdata[self->last] : NULL;
  const gchar *equals = strchr (word, '=');
  g_autofree gchar *property = g_strndup (word, (gsize) (equals - word));
  g_autofree gchar *value = g_strdup (equals + 1);

  if (box == NULL)
    return;
  g_strdelimit (value, "\"'", ' ');
  g_strstrip (value);
  if (g_str_equal (property, "name"))
    box->name = g_steal_pointer (&value);
  else
    g_ptr_array_add (box->lines, anc_drawing_setting (property, value));
}

static void
on_word (AncWord kind, gint line, const gchar *word, gpointer data)
{
  Reader *self = data;

  switch (kind) {
  case ANC_WORD_LINK:
    self->linking = TRUE;
    break;
  case ANC_WORD_ELEMENT:
    add_box (self,
             g_str_has_prefix (word, "anc") ? ANC_BOX_OWN : ANC_BOX_ELEMENT,
             g_strdup (word));
    link_to (self, self->boxes->len - 1, NULL, NULL);
    break;
  case ANC_WORD_SETTING:
    add_setting (self, word);
    break;
  case ANC_WORD_OTHER:
    add_other (self, word);
    break;
  case ANC_WORD_OPEN:
  case ANC_WORD_CLOSE:
    break; /* a bin changes nothing in what is linked to what */
  }
}

static gboolean
declares (const Reader *self, const Box *box, const gchar *element)
{
  const AncChoice *choice;
  GHashTableIter iter;
  gpointer fragment;

  if (box->choice == NULL)
    return g_strcmp0 (box->name, element) == 0;
  choice = anc_pipeline_file_get_choice (self->file, box->choice);
  g_hash_table_iter_init (&iter, choice->fragments);
  while (g_hash_table_iter_next (&iter, NULL, &fragment)) {
    if (anc_text_declares (fragment, element))
      return TRUE;
  }
  return FALSE;
}

static Box *
find (const Reader *self, guint box, const gchar *reference)
{
  if (box != NONE)
    return self->boxes->pdata[box];
  for (guint i = 0; i < self->boxes->len; i++) {
    if (declares (self, self->boxes->pdata[i], reference))
      return self->boxes->pdata[i];
  }
  return NULL;
}

/* What was given for the element, and its name if it says more. */
static void
complete_lines (const Reader *self, Box *box)
{
  GPtrArray *parameters = self->file->parameters;

  for (guint i = 0; box->name != NULL && i < parameters->len; i++) {
    const AncParameter *parameter = parameters->pdata[i];
    const gchar *value
        = anc_parameters_is_given (self->parameters, parameter->name)
              ? anc_parameters_get (self->parameters, parameter->name)
              : NULL;
    g_autofree gchar *shown = g_strdup (value);

    anc_parameters_mask (self->parameters, &shown);
    for (guint j = 0; value != NULL && j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];

      if (g_str_equal (target->element, box->name))
        g_ptr_array_add (box->lines,
                         anc_drawing_setting (target->property, shown));
    }
  }
  if (box->name != NULL)
    g_ptr_array_insert (box->lines, 1, g_strdup_printf ("“%s”", box->name));
}

static gchar *
describe_open (const Reader *self)
{
  g_autofree gchar *names = NULL;

  if (self->open->len == 0)
    return NULL;
  g_ptr_array_add (self->open, NULL);
  names = g_strjoinv ("=, ", (gchar **) self->open->pdata);
  g_ptr_array_remove_index (self->open, self->open->len - 1);
  return g_strdup_printf ("dashed: waits for %s=", names);
}

static gchar *
write_drawing (const Reader *self)
{
  g_autofree gchar *note = describe_open (self);
  AncDrawing *drawing = anc_drawing_new (self->file->name, note);

  for (guint i = 0; i < self->boxes->len; i++) {
    Box *box = self->boxes->pdata[i];

    complete_lines (self, box);
    box->number = anc_drawing_add (drawing, box->kind, box->lines);
  }
  for (guint i = 0; i < self->links->len; i++) {
    const Link *link = &g_array_index (self->links, Link, i);
    const Box *from = find (self, link->from, link->reference);
    const Box *to = find (self, link->to, link->reference);

    if (from != NULL && to != NULL)
      anc_drawing_link (drawing, from->number, to->number, link->pad);
  }
  return anc_drawing_finish (drawing);
}

gchar *
anc_draw_text (const AncParameters *parameters)
{
  AncPipelineFile *file = anc_parameters_get_file (parameters);
  g_autoptr (GPtrArray) boxes = g_ptr_array_new_with_free_func (box_free);
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (Link));
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  Reader reader = { parameters, file, boxes, links, open, NONE, NULL, FALSE };
  g_autofree gchar *whole
      = anc_text_replace (file->text, expand, &reader, NULL);
  gchar *lines[] = { whole, NULL };

  g_array_set_clear_func (links, link_clear);
  anc_launch_each_word (lines, on_word, &reader);
  g_free (reader.last_reference);
  return write_drawing (&reader);
}
