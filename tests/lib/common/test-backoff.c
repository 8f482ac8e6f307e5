/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-backoff.h"

static void
test_bounds (void)
{
  AncBackoff backoff = { .first_ms = 100, .longest_ms = 1000 };
  static const guint expected[] = { 100, 200, 400, 800, 1000, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_assert_cmpuint (anc_backoff_bound (&backoff), ==, expected[i]);
    g_assert_cmpuint (anc_backoff_next (&backoff), <=, expected[i]);
  }
  anc_backoff_reset (&backoff);
  g_assert_cmpuint (anc_backoff_bound (&backoff), ==, 100);
}

static void
test_many_tries (void)
{
  AncBackoff backoff = { 1000, 60000, G_MAXUINT - 1 };

  g_assert_cmpuint (anc_backoff_next (&backoff), <=, 60000);
  g_assert_cmpuint (anc_backoff_next (&backoff), <=, 60000);
  g_assert_cmpuint (backoff.tries, ==, G_MAXUINT);
}

/* Full jitter: both ends of the range are reached. */
static void
test_spread (void)
{
  guint low = G_MAXUINT, high = 0;

  for (guint i = 0; i < 2000; i++) {
    AncBackoff backoff = { 1000, 1000, 0 };
    guint wait = anc_backoff_next (&backoff);

    low = MIN (low, wait);
    high = MAX (high, wait);
  }
  g_assert_cmpuint (low, <, 50);
  g_assert_cmpuint (high, >, 950);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/bounds", test_bounds);
  g_test_add_func ("/backoff/many-tries", test_many_tries);
  g_test_add_func ("/backoff/spread", test_spread);
  return g_test_run ();
}
