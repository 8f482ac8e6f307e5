/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-faults.h"

static void
test_good_rules (void)
{
  g_autoptr (AncFaults) faults = anc_faults_new ();
  static const gchar *const rules[]
      = { "next:2:reset",  "next:3:stall:10",   "response:*:status:500",
          "error:1:cut:5", "init-error:1:lose", "event-next:1:reset" };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    g_autoptr (GError) error = NULL;

    anc_faults_add (faults, rules[i], &error);
    g_assert_no_error (error);
  }
  g_assert_cmpint (anc_faults_take (faults, ANC_CALL_NEXT).kind, ==,
                   ANC_FAULT_NONE);
  g_assert_cmpint (anc_faults_take (faults, ANC_CALL_NEXT).kind, ==,
                   ANC_FAULT_RESET);
  g_assert_cmpuint (anc_faults_take (faults, ANC_CALL_NEXT).value, ==, 10);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (anc_faults_take (faults, ANC_CALL_RESPONSE).value, ==,
                      500);
  g_assert_cmpint (anc_faults_take (faults, ANC_CALL_ERROR).kind, ==,
                   ANC_FAULT_CUT);
  g_assert_cmpint (anc_faults_take (faults, ANC_CALL_ERROR).kind, ==,
                   ANC_FAULT_NONE);
  g_assert_cmpint (anc_faults_take (faults, ANC_CALL_REGISTER).kind, ==,
                   ANC_FAULT_NONE);
}

static void
test_bad_rules (void)
{
  g_autoptr (AncFaults) faults = anc_faults_new ();
  static const gchar *const rules[] = { "",
                                        "next",
                                        "next:1",
                                        "next:0:reset",
                                        "next:-1:reset",
                                        "next:x:reset",
                                        "other:1:reset",
                                        "next:1:other",
                                        "next:1:reset:1",
                                        "next:1:stall",
                                        "next:1:stall:0",
                                        "next:1:status:99",
                                        "next:1:status:600",
                                        "next:1:cut:x",
                                        "next:1:cut:1:2" };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (anc_faults_add (faults, rules[i], &error));
    g_assert_nonnull (error);
    g_assert_nonnull (g_strstr_len (error->message, -1, rules[i]));
  }
  g_assert_cmpint (anc_faults_take (faults, ANC_CALL_NEXT).kind, ==,
                   ANC_FAULT_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faults/good", test_good_rules);
  g_test_add_func ("/faults/bad", test_bad_rules);
  return g_test_run ();
}
