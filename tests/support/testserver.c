/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "testserver.h"

#include <string.h>

struct _TestServer {
  GSubprocess *process;
  GOutputStream *input;
  GDataInputStream *output;
  GHashTable *facts;
};

static gchar *
read_line (TestServer *self)
{
  g_autoptr (GError) error = NULL;
  gchar *line
      = g_data_input_stream_read_line (self->output, NULL, NULL, &error);

  g_assert_no_error (error);
  return line;
}

static void
spawn (TestServer *self, const gchar *arguments)
{
  g_autofree gchar *script
      = g_test_build_filename (G_TEST_DIST, "tests/support/serve.py", NULL);
  g_autofree gchar *quoted = g_shell_quote (script);
  g_autofree gchar *command
      = g_strdup_printf ("python3 %s %s", quoted, arguments);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  g_shell_parse_argv (command, NULL, &words, &error);
  g_assert_no_error (error);
  /* A sanitizer's runtime is for the plugins under test. */
  g_subprocess_launcher_unsetenv (launcher, "LD_PRELOAD");
  self->process = g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *) words, &error);
  g_assert_no_error (error);
  self->input = g_subprocess_get_stdin_pipe (self->process);
  self->output
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
}

static void
keep_fact (TestServer *self, const gchar *line)
{
  const gchar *equals = strchr (line, '=');

  g_assert_nonnull (equals);
  g_hash_table_insert (self->facts, g_strndup (line, equals - line),
                       g_strdup (equals + 1));
}

/* Up to the empty line; FALSE: it was a reason to skip. */
static gboolean
read_facts (TestServer *self)
{
  while (TRUE) {
    g_autofree gchar *line = read_line (self);

    /* It has ended; what it said is on standard error. */
    g_assert_nonnull (line);
    if (*line == '\0')
      return TRUE;
    if (g_str_has_prefix (line, "skip: ")) {
      g_test_skip (line + strlen ("skip: "));
      return FALSE;
    }
    keep_fact (self, line);
  }
}

TestServer *
test_server_new (const gchar *arguments)
{
  g_autoptr (TestServer) self = g_new0 (TestServer, 1);

  self->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  spawn (self, arguments);
  return read_facts (self) ? g_steal_pointer (&self) : NULL;
}

void
test_server_free (TestServer *self)
{
  /* The end of its input is what ends it. */
  g_output_stream_close (self->input, NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->output);
  g_object_unref (self->process);
  g_hash_table_unref (self->facts);
  g_free (self);
}

const gchar *
test_server_get (TestServer *self, const gchar *key)
{
  const gchar *value = g_hash_table_lookup (self->facts, key);

  if (value == NULL)
    g_error ("serve.py has printed no %s", key);
  return value;
}

guint
test_server_get_port (TestServer *self, const gchar *key)
{
  return (guint) g_ascii_strtoull (test_server_get (self, key), NULL, 10);
}

static gchar *
ask (TestServer *self, const gchar *format, va_list arguments)
{
  g_autofree gchar *command = g_strdup_vprintf (format, arguments);
  g_autofree gchar *line = g_strconcat (command, "\n", NULL);
  g_autofree gchar *answer = NULL;
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (self->input, line, strlen (line), NULL, NULL,
                             &error);
  g_assert_no_error (error);
  answer = read_line (self);
  if (answer == NULL || !g_str_has_prefix (answer, "ok"))
    g_error ("serve.py, asked for \"%s\": %s", command, answer);
  return g_strdup (g_strchug (answer + strlen ("ok")));
}

gchar *
test_server_ask (TestServer *self, const gchar *format, ...)
{
  va_list arguments;
  gchar *answer;

  va_start (arguments, format);
  answer = ask (self, format, arguments);
  va_end (arguments);
  return answer;
}

void
test_server_tell (TestServer *self, const gchar *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_free (ask (self, format, arguments));
  va_end (arguments);
}
