/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-fields.h"

#include "anc-secret.h"

#include <string.h>

typedef struct {
  gchar *name;
  gchar *value; /* may be a token or a signature: wiped */
} Field;

struct _AncAwsFields {
  gatomicrefcount references;
  GArray *list; /* of Field */
};

static void
clear_field (gpointer data)
{
  Field *field = data;

  g_free (field->name);
  anc_secret_free (field->value);
}

AncAwsFields *
anc_aws_fields_new (void)
{
  AncAwsFields *self = g_new0 (AncAwsFields, 1);

  g_atomic_ref_count_init (&self->references);
  self->list = g_array_new (FALSE, FALSE, sizeof (Field));
  g_array_set_clear_func (self->list, clear_field);
  return self;
}

AncAwsFields *
anc_aws_fields_ref (AncAwsFields *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_fields_unref (AncAwsFields *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->list);
  g_free (self);
}

AncAwsFields *
anc_aws_fields_copy (const AncAwsFields *self)
{
  AncAwsFields *copy = anc_aws_fields_new ();

  for (guint i = 0; i < self->list->len; i++)
    anc_aws_fields_add (copy, anc_aws_fields_name (self, i),
                        anc_aws_fields_value (self, i));
  return copy;
}

void
anc_aws_fields_add (AncAwsFields *self, const gchar *name, const gchar *value)
{
  Field field = { g_strdup (name), g_strdup (value) };

  g_array_append_val (self->list, field);
}

void
anc_aws_fields_add_optional (AncAwsFields *self, const gchar *name,
                             const gchar *value)
{
  if (value != NULL)
    anc_aws_fields_add (self, name, value);
}

void
anc_aws_fields_set (AncAwsFields *self, const gchar *name, const gchar *value)
{
  for (guint i = self->list->len; i > 0; i--)
    if (g_ascii_strcasecmp (anc_aws_fields_name (self, i - 1), name) == 0)
      g_array_remove_index (self->list, i - 1);
  anc_aws_fields_add (self, name, value);
}

guint
anc_aws_fields_length (const AncAwsFields *self)
{
  return self->list->len;
}

const gchar *
anc_aws_fields_name (const AncAwsFields *self, guint index)
{
  return g_array_index (self->list, Field, index).name;
}

const gchar *
anc_aws_fields_value (const AncAwsFields *self, guint index)
{
  return g_array_index (self->list, Field, index).value;
}

const gchar *
anc_aws_fields_get (const AncAwsFields *self, const gchar *name)
{
  for (guint i = 0; self != NULL && i < self->list->len; i++)
    if (g_ascii_strcasecmp (anc_aws_fields_name (self, i), name) == 0)
      return anc_aws_fields_value (self, i);
  return NULL;
}

gchar *
anc_aws_fields_to_query (const AncAwsFields *self)
{
  GString *query = g_string_new (NULL);

  for (guint i = 0; i < self->list->len; i++) {
    g_autofree gchar *name
        = anc_aws_uri_encode (anc_aws_fields_name (self, i), "");
    g_autofree gchar *value
        = anc_aws_uri_encode (anc_aws_fields_value (self, i), "");

    g_string_append_printf (query, "%s%s=%s", i > 0 ? "&" : "", name, value);
  }
  return g_string_free (query, FALSE);
}

void
anc_aws_uri_append (GString *encoded, guchar c, const gchar *kept)
{
  if (c != '\0'
      && (g_ascii_isalnum (c) || strchr ("-._~", c) || strchr (kept, c)))
    g_string_append_c (encoded, (gchar) c);
  else
    g_string_append_printf (encoded, "%%%02X", c);
}

gchar *
anc_aws_uri_encode (const gchar *text, const gchar *kept)
{
  GString *encoded = g_string_sized_new (strlen (text) + 16);

  for (; *text != '\0'; text++)
    anc_aws_uri_append (encoded, (guchar) *text, kept);
  return g_string_free (encoded, FALSE);
}
