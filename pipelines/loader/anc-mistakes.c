/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mistakes.h"

struct _AncMistakes {
  GPtrArray *errors;
  GHashTable *sentences; /* of those, borrowed */
};

AncMistakes *
anc_mistakes_new (void)
{
  AncMistakes *self = g_new (AncMistakes, 1);

  self->errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  self->sentences = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
anc_mistakes_free (AncMistakes *self)
{
  g_hash_table_unref (self->sentences);
  g_ptr_array_unref (self->errors);
  g_free (self);
}

guint
anc_mistakes_count (const AncMistakes *self)
{
  return self->errors->len;
}

const GError *
anc_mistakes_get (const AncMistakes *self, guint i)
{
  return self->errors->pdata[i];
}

void
anc_mistakes_take (AncMistakes *self, GError **error)
{
  /* The same line of text is in many of the pipelines of a file. */
  if (g_hash_table_contains (self->sentences, (*error)->message)) {
    g_clear_error (error);
    return;
  }
  g_hash_table_add (self->sentences, (*error)->message);
  g_ptr_array_add (self->errors, g_steal_pointer (error));
}

void
anc_mistakes_to_error (const AncMistakes *self, GError **error)
{
  const guint more = self->errors->len - 1;

  if (error == NULL)
    return;
  *error = g_error_copy (self->errors->pdata[0]);
  if (more > 0) {
    g_autofree gchar *first = (*error)->message;

    (*error)->message = g_strdup_printf (
        "%s (and %u more; anc check shows all)", first, more);
  }
}
