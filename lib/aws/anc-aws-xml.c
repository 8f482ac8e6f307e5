/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-xml.h"

#include "anc-aws-error.h"
#include "anc-secret.h"

#include <string.h>

#define MAX_DEPTH 32
/* A page of 1,000 objects has about 10,000 elements. */
#define MAX_ELEMENTS 1000000

typedef struct {
  AncAwsXml *root;
  GPtrArray *open; /* from the root to where we are; not owned */
  GString *text;   /* of the innermost */
  guint count;
} Parser;

static AncAwsXml *
new_node (const gchar *name)
{
  AncAwsXml *self = g_new0 (AncAwsXml, 1);
  const gchar *colon = strchr (name, ':');

  self->name = g_strdup (colon != NULL ? colon + 1 : name);
  self->text = g_strdup ("");
  self->children
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_aws_xml_free);
  return self;
}

void
anc_aws_xml_free (AncAwsXml *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  anc_secret_free (self->text); /* STS sends keys */
  g_ptr_array_unref (self->children);
  g_free (self);
}

static AncAwsXml *
innermost (const Parser *self)
{
  return self->open->len > 0 ? self->open->pdata[self->open->len - 1] : NULL;
}

static void
on_start (GMarkupParseContext *context, const gchar *name,
          const gchar **attribute_names, const gchar **attribute_values,
          gpointer data, GError **error)
{
  Parser *self = data;
  AncAwsXml *parent = innermost (self);
  AncAwsXml *node;

  if (self->open->len == MAX_DEPTH || self->count++ == MAX_ELEMENTS
      || (parent == NULL && self->root != NULL)) {
    g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                         "too deep or too large");
    return;
  }
  node = new_node (name);
  if (parent == NULL)
    self->root = node;
  else
    g_ptr_array_add (parent->children, node);
  g_ptr_array_add (self->open, node);
}

static void
on_end (GMarkupParseContext *context, const gchar *name, gpointer data,
        GError **error)
{
  Parser *self = data;

  g_ptr_array_set_size (self->open, (gint) self->open->len - 1);
}

/* Text comes in pieces around comments. */
static void
on_text (GMarkupParseContext *context, const gchar *text, gsize size,
         gpointer data, GError **error)
{
  AncAwsXml *node = innermost (data);
  gchar *longer;

  if (node == NULL)
    return;
  if (*node->text == '\0') {
    g_free (node->text);
    node->text = g_strndup (text, size);
    return;
  }
  longer = g_malloc (strlen (node->text) + size + 1);
  strcpy (longer, node->text);
  strncat (longer, text, size);
  g_free (node->text);
  node->text = longer;
}

AncAwsXml *
anc_aws_xml_parse (const gchar *text, gsize size, GError **error)
{
  static const GMarkupParser callbacks = {
    .start_element = on_start,
    .end_element = on_end,
    .text = on_text,
  };
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GError) local = NULL;
  Parser parser = { .open = open };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (
      &callbacks, G_MARKUP_TREAT_CDATA_AS_TEXT, &parser, NULL);

  /* S3 sends white space before a late answer, to keep the connection. */
  while (size > 0 && g_ascii_isspace (*text)) {
    text++;
    size--;
  }
  if (size > 0
      && g_markup_parse_context_parse (context, text, (gssize) size, &local)
      && g_markup_parse_context_end_parse (context, &local)
      && parser.root != NULL)
    return parser.root;
  anc_aws_xml_free (parser.root);
  anc_aws_error_set (error, ANC_AWS_ERROR_MALFORMED, NULL,
                     "The answer is no XML: %s.",
                     local != NULL ? local->message : "it is empty");
  return NULL;
}

const AncAwsXml *
anc_aws_xml_child (const AncAwsXml *self, const gchar *name)
{
  for (guint i = 0; self != NULL && i < self->children->len; i++) {
    const AncAwsXml *child = self->children->pdata[i];

    if (strcmp (child->name, name) == 0)
      return child;
  }
  return NULL;
}

const gchar *
anc_aws_xml_text (const AncAwsXml *self, const gchar *name)
{
  const AncAwsXml *child = anc_aws_xml_child (self, name);

  return child != NULL ? child->text : NULL;
}

const AncAwsXml *
anc_aws_xml_find (const AncAwsXml *self, const gchar *name)
{
  if (self == NULL || strcmp (self->name, name) == 0)
    return self;
  for (guint i = 0; i < self->children->len; i++) {
    const AncAwsXml *found = anc_aws_xml_find (self->children->pdata[i], name);

    if (found != NULL)
      return found;
  }
  return NULL;
}

gboolean
anc_aws_xml_number (const AncAwsXml *self, const gchar *name,
                    guint64 *ret_number)
{
  const gchar *text = anc_aws_xml_text (self, name);

  return text != NULL
         && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, ret_number,
                                        NULL);
}

gint64
anc_aws_xml_time (const AncAwsXml *self, const gchar *name)
{
  const gchar *text = anc_aws_xml_text (self, name);
  g_autoptr (GDateTime) time
      = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC
                            + g_date_time_get_microsecond (time)
                      : 0;
}

void
anc_aws_xml_append (GString *xml, const gchar *name, const gchar *text)
{
  if (text == NULL)
    return;
  g_string_append_printf (xml, "<%s>", name);
  for (; *text != '\0'; text++) {
    guchar c = (guchar) *text;

    if (c < ' ' || c == 0x7f || strchr ("&<>\"'", c) != NULL)
      g_string_append_printf (xml, "&#%u;", c);
    else
      g_string_append_c (xml, *text);
  }
  g_string_append_printf (xml, "</%s>", name);
}
