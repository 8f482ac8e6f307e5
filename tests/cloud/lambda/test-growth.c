/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One process, ten thousand events: it does not grow. */
#include "memory.h"

#include <string.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
/* Their own memory grows; what leaks is what LeakSanitizer finds. */
#define EVENTS 1000
#define GROWTH_MAX G_MAXSIZE
#else
#define EVENTS 10000
#define GROWTH_MAX (1024 * 1024)
#endif
#define WARM 100
#define AUDIO_MAX 20000

/* One of each sort, by turns. */
static void
invoke (AncSandbox *sandbox, guint number, const gchar *audio)
{
  static const gchar *const events[] = {
    "{\"do\": \"echo\", \"audio\": \"%s\"}",
    "{\"do\": \"describe\"}",
    "{\"do\": \"fail\", \"message\": \"no\"}",
    "{\"do\": \"speak\", \"message\": \"said\", \"correlation\": \"c\"}",
    "{\"do\": \"measure\", \"count\": 3}",
    "{\"do\": \"stream\"}",
  };
  guint which = number % G_N_ELEMENTS (events);
  g_auto (GStrv) parts = g_strsplit (events[which], "%s", 2);
  g_autofree gchar *event = g_strjoinv (audio + number % AUDIO_MAX, parts);
  g_autoptr (AncInvocation) invocation
      = memory_invoke (sandbox, event, which == 2);

  g_assert_cmpint (invocation->cold_start, ==, number == 0);
}

static void
test_growth (void)
{
  const gchar *command[] = { g_getenv ("ANC_TEST_DEEDS"), NULL };
  AncSandboxOptions options
      = { .command = command, .timeout_ms = 60000, .quiet = TRUE };
  g_autoptr (AncSandbox) sandbox = anc_sandbox_new (&options, NULL);
  g_autofree gchar *audio = g_malloc (AUDIO_MAX + 1);
  gsize before = 0, after;
  GPid pid = 0;

  memset (audio, 'A', AUDIO_MAX);
  audio[AUDIO_MAX] = '\0';
  for (guint i = 0; i < EVENTS; i++) {
    if (i == WARM) {
      pid = anc_sandbox_pid (sandbox);
      before = memory_resident (pid);
    }
    invoke (sandbox, i, audio);
  }
  after = memory_resident (pid);
  g_assert_cmpint (anc_sandbox_pid (sandbox), ==, pid);
  g_test_message ("%d events: %" G_GSIZE_FORMAT " KiB, then %" G_GSIZE_FORMAT,
                  EVENTS, before / 1024, after / 1024);
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (after, >, 0);
  if (after > before)
    g_assert_cmpuint (after - before, <=, GROWTH_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lambda/growth", test_growth);
  return g_test_run ();
}
