/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <string.h>
#include <unistd.h>

gsize
memory_resident (GPid pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%d/statm", (int) pid);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", 3);
  return (gsize) g_ascii_strtoull (words[1], NULL, 10)
         * (gsize) sysconf (_SC_PAGESIZE);
}

AncInvocation *
memory_invoke (AncSandbox *sandbox, const gchar *event, gboolean fails)
{
  g_autoptr (GBytes) payload = g_bytes_new (event, strlen (event));
  AncInvocation *invocation = anc_invocation_new (payload);
  static gint number;

  /* As different as those of Lambda. */
  invocation->trace_id = g_strdup_printf ("Root=1-5759e988-%024x;Sampled=0",
                                          g_atomic_int_add (&number, 1));
  g_assert_true (anc_sandbox_invoke (sandbox, invocation));
  g_assert_true (invocation->answered);
  g_assert_cmpint (invocation->error_type != NULL, ==, fails);
  return invocation;
}
