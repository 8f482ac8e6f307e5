/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-secret.h"

static void
test_replace (void)
{
  gchar *secret = NULL;

  anc_secret_replace (&secret, "one");
  g_assert_cmpstr (secret, ==, "one");
  anc_secret_replace (&secret, secret); /* its own value */
  g_assert_cmpstr (secret, ==, "one");
  anc_secret_replace (&secret, NULL);
  g_assert_null (secret);
  anc_secret_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/replace", test_replace);
  return g_test_run ();
}
