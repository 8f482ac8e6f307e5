/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-drawing.h"

#include <string.h>

/* Two boxes beside each other fit the width of a page. */
#define MAX_CHARACTERS 52

struct _AncDrawing {
  GString *text;
  GString
      *links; /* come last: a box belongs to the group that names it first */
  guint boxes;
  guint groups;
};

/* As contents of a string, or of a label like HTML. */
static void
append_escaped (GString *text, const gchar *raw)
{
  g_autofree gchar *valid = g_utf8_make_valid (raw, -1);
  g_autofree gchar *escaped = g_markup_escape_text (valid, -1);

  g_string_append (text, escaped);
}

AncDrawing *
anc_drawing_new (const gchar *title, const gchar *note)
{
  AncDrawing *self = g_new0 (AncDrawing, 1);

  self->links = g_string_new (NULL);
  self->text = g_string_new (
      "digraph pipeline {\n"
      "  graph [rankdir=TB, bgcolor=white, fontname=\"sans-serif\", "
      "fontsize=15, labelloc=t, nodesep=0.4, ranksep=0.4, label=<<b>");
  append_escaped (self->text, title);
  g_string_append (self->text, "</b>");
  if (note != NULL) {
    g_string_append (self->text, "<br/>");
    append_escaped (self->text, note);
  }
  g_string_append (
      self->text,
      "<br/> >];\n"
      "  node [shape=box, style=\"rounded,filled\", color=\"#37474f\", "
      "fillcolor=\"#eceff1\", fontname=\"sans-serif\", fontsize=13];\n"
      "  edge [color=\"#37474f\", fontname=\"sans-serif\", fontsize=12, "
      "fontcolor=\"#455a64\"];\n");
  return self;
}

gchar *
anc_drawing_finish (AncDrawing *self)
{
  GString *text = self->text;

  g_string_append (text, self->links->str);
  g_string_append (text, "}\n");
  g_string_free (self->links, TRUE);
  g_free (self);
  return g_string_free (text, FALSE);
}

guint
anc_drawing_add (AncDrawing *self, AncBox kind, GPtrArray *lines)
{
  static const gchar *const styles[] = {
    [ANC_BOX_ELEMENT] = "",
    [ANC_BOX_OWN] = "fillcolor=\"#cfe3f5\", ",
    [ANC_BOX_CAPS] = "shape=plaintext, style=filled, fillcolor=white, ",
    [ANC_BOX_OPEN] = "style=\"rounded,filled,dashed\", fillcolor=white, ",
  };

  g_string_append_printf (self->text, "  n%u [%slabel=<", self->boxes,
                          styles[kind]);
  for (guint i = 0; i < lines->len; i++) {
    const gboolean name = i == 0 && kind != ANC_BOX_CAPS;

    g_string_append (self->text, i > 0 ? "<br/>" : "");
    g_string_append (self->text, name ? "<b>" : "");
    append_escaped (self->text, lines->pdata[i]);
    g_string_append (self->text, name ? "</b>" : "");
  }
  g_string_append (self->text, ">];\n");
  return self->boxes++;
}

void
anc_drawing_link (AncDrawing *self, guint from, guint to, const gchar *label)
{
  g_string_append_printf (self->links, "  n%u -> n%u", from, to);
  if (label != NULL) {
    g_string_append (self->links, " [label=<");
    append_escaped (self->links, label);
    g_string_append (self->links, ">]");
  }
  g_string_append (self->links, ";\n");
}

void
anc_drawing_open_group (AncDrawing *self, const gchar *label)
{
  g_string_append_printf (self->text,
                          "  subgraph cluster%u {\n  style=rounded; "
                          "color=\"#90a4ae\"; fontsize=13; label=<<b>",
                          self->groups++);
  append_escaped (self->text, label);
  g_string_append (self->text, "</b>>;\n");
}

void
anc_drawing_close_group (AncDrawing *self)
{
  g_string_append (self->text, "  }\n");
}

gchar *
anc_drawing_setting (const gchar *property, const gchar *value)
{
  g_autofree gchar *valid = g_utf8_make_valid (value, -1);
  const glong length = g_utf8_strlen (valid, -1);

  if (length <= MAX_CHARACTERS)
    return g_strdup_printf ("%s=%s", property, valid);
  return g_strdup_printf (
      "%s=…%s", property,
      g_utf8_offset_to_pointer (valid, length - MAX_CHARACTERS));
}
