/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-one-object.h"

#include <string.h>

static const struct {
  const gchar *text;
  gboolean expected;
} texts[] = {
  { "{}", TRUE },
  { " {\"a\": [1, {\"b\": 2}]} \n", TRUE },
  { "{\"}{\": \"\\\"}\"}", TRUE },
  { "", FALSE },
  { "[]", FALSE },
  { "1", FALSE },
  { "}", FALSE },
  { "{", FALSE },
  { "{}{}", FALSE },
  { "1{}", FALSE },
  { "{} 1", FALSE },
  { "{\"a\": \"}", FALSE },
  { "{\"a\": [[[1]]]}", FALSE }, /* four levels */
  { "{\"a\": \"\\ud83d\\ude00\"}", TRUE },
  { "{\"a\": \"\\ud83d\"}", FALSE },
  { "{\"a\": \"\\ud83dx\"}", FALSE },
  { "{\"a\": \"\\ud83d\\u0041\"}", FALSE },
  { "{\"a\": \"\\ud83d\\udreq\"}", FALSE },
  { "{\"a\": \"\\ud83d\\ud83d\"}", FALSE },
  { "{\"a\": \"\\\\ud83d\"}", TRUE },
  { "{\"a\": \"\\ud83\\\\uee00\"}", FALSE }, /* three digits */
  { "{\"a\": \"\\u00e\"}", FALSE },
  { "{\"a\": \"\\u00e4\"}", TRUE },
  { "{\"a\": \"\\ude0c\\ud83d\\ude00\"}", FALSE }, /* the second of none */
  { "{\"a\": \"\\uDDDDD\"}", FALSE },
  { "{\"a\": \"\\ud83d\\ude00\\ud83d\\ude00}\"}", TRUE },
  { "{\"a\": \"\\", FALSE },
  { "{\"a\": \"\\600\"}", FALSE },
  { "{\"a\": \"\\x\"}", FALSE },
  { "{\"a\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", TRUE },
  { "{\"a\": \"\\u00", FALSE },
};

static void
test_texts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_test_message ("%s", texts[i].text);
    g_assert_cmpint (
        anc_is_one_object (texts[i].text, strlen (texts[i].text), 3), ==,
        texts[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/one-object/texts", test_texts);
  return g_test_run ();
}
