/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include "anc-error.h"

#include <glib/gstdio.h>
#include <string.h>

void
fixture_set_up (Fixture *self, gconstpointer data)
{
  GError *error = NULL;

  self->directory = g_dir_make_tmp ("anc-loader-XXXXXX", &error);
  g_assert_no_error (error);
}

static guint
visit (const Fixture *self, gboolean erase)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  const gchar *leaf;
  guint n = 0;

  for (; (leaf = g_dir_read_name (dir)) != NULL; n++) {
    g_autofree gchar *path = fixture_path (self, leaf);

    if (erase)
      g_remove (path);
  }
  return n;
}

void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  visit (self, TRUE);
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->directory);
}

guint
fixture_count (const Fixture *self)
{
  return visit (self, FALSE);
}

gchar *
fixture_path (const Fixture *self, const gchar *leaf)
{
  return g_build_filename (self->directory, leaf, NULL);
}

gchar *
fixture_write (const Fixture *self, const gchar *leaf, const gchar *text)
{
  gchar *path = fixture_path (self, leaf);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
append (GByteArray *bytes, guint32 value, guint n)
{
  for (guint i = 0; i < n; i++) {
    guint8 byte = (guint8) (value >> 8 * i);

    g_byte_array_append (bytes, &byte, 1);
  }
}

gchar *
fixture_write_wav (const Fixture *self, const gchar *leaf, guint32 frames,
                   guint32 present)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gchar *path = fixture_path (self, leaf);

  g_byte_array_append (bytes, (const guint8 *) "RIFF", 4);
  append (bytes, 36 + 2 * frames, 4);
  g_byte_array_append (bytes, (const guint8 *) "WAVEfmt ", 8);
  append (bytes, 16, 4);
  append (bytes, 1, 2); /* PCM */
  append (bytes, 1, 2); /* one channel */
  append (bytes, 8000, 4);
  append (bytes, 16000, 4);
  append (bytes, 2, 2);
  append (bytes, 16, 2);
  g_byte_array_append (bytes, (const guint8 *) "data", 4);
  append (bytes, 2 * frames, 4);
  for (guint32 i = 0; i < present; i++)
    append (bytes, i * 7919, 2);
  g_assert_true (g_file_set_contents (path, (const gchar *) bytes->data,
                                      (gssize) bytes->len, NULL));
  return path;
}

AncPipelineFile *
fixture_load (const Fixture *self, const gchar *text, GError **error)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autofree gchar *path = fixture_write (self, "p.json", json);

  return anc_pipeline_file_load (path, error);
}

AncParameters *
fixture_parameters (const Fixture *self, const gchar *text)
{
  GError *error = NULL;
  g_autoptr (AncPipelineFile) file = fixture_load (self, text, &error);

  g_assert_no_error (error);
  return anc_parameters_new (file);
}

void
assert_error (const GError *error, gint code, const gchar *part)
{
  g_assert_error (error, ANC_ERROR, code);
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, error->message);
  g_assert_null (strchr (error->message, '\n'));
}
