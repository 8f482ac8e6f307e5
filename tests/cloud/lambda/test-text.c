/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text on its way out of a function: masked, escaped, bounded. */
#include "anc-lambda-error.h"
#include "anc-lambda-fault.h"
#include "anc-lambda-json.h"

#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define HOSTILE (1 << 17)
#else
#define HOSTILE (1 << 20)
#endif

static void
test_mask (void)
{
  static const struct {
    const gchar *text, *masked;
  } cases[] = {
    { "", "" },
    { "plain words: 5 of 6, as ever", "plain words: 5 of 6, as ever" },
    { "password=tomato rest", "password=*** rest" },
    { "Password : \"to mato\", x", "Password : ***, x" },
    { "{'api_key': 'to mato'}", "{'api_key': ***}" },
    { "authorization: Bearer a.b-c x", "authorization: *** x" },
    { "sent Bearer a.b-c.", "sent Bearer ***" },
    { "?X-Amz-Signature=00ff&X=1", "?X-Amz-Signature=***&X=1" },
    { "AKIAIOSFODNN7EXAMPLE!", "***!" },
    { "eyJh.eyJz.c2ln.", "***." },
    { "token=\"never closed", "token=***" },
    { "with THESECRETVALUE in it", "with *** in it" },
    { "no UTF-8: \xff", "no UTF-8: \357\277\275" },
    { "über-token=\"ü\\ü\" über", "über-token=*** über" },
    { "Schlüssel: cookie=äöü&ß", "Schlüssel: cookie=***&ß" },
  };
  g_autoptr (AncLambdaMask) mask = NULL;

  g_setenv ("AWS_SECRET_ACCESS_KEY", "THESECRETVALUE", TRUE);
  mask = anc_lambda_mask_new ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *masked = anc_lambda_mask_text (mask, cases[i].text);

    g_assert_cmpstr (masked, ==, cases[i].masked);
  }
}

/* Work that grows with the square of this would take an hour. */
static void
test_mask_hostile (void)
{
  static const gchar *const pieces[]
      = { "token",   "eyJ",  "a-", "=",        "\"",    "\\", "password=\"\\",
          "bearer ", "AKIA", "'",  "secret :", "eyJa.", " ",  "cookie='" };
  g_autoptr (AncLambdaMask) mask = anc_lambda_mask_new ();

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autofree gchar *masked = NULL;

    while (text->len < HOSTILE)
      g_string_append (text, pieces[i]);
    masked = anc_lambda_mask_text (mask, text->str);
    g_assert_nonnull (masked);
  }
}

static void
test_string (void)
{
  static const struct {
    const gchar *text, *json;
  } cases[] = {
    { "", "\"\"" },
    { "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
    { "\n\r\t\x01\x7f", "\"\\n\\u000d\\u0009\\u0001\\u007f\"" },
    { "ü€\U0001f600", "\"\\u00fc\\u20ac\\ud83d\\ude00\"" },
    { "\xff", "\"\\ufffd\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GString) out = g_string_new (NULL);

    anc_lambda_json_append_string (out, cases[i].text);
    g_assert_cmpstr (out->str, ==, cases[i].json);
  }
}

static void
test_parse (void)
{
  static const gchar *const bad[]
      = { "", "{", "{}{}", "[]", "1", "{\"a\":}", "{\"a\":1,}", "{} x" };
  g_autoptr (JsonObject) good = NULL;
  g_autoptr (GError) error = NULL;

  good = anc_lambda_json_parse (" {\"a\": [1]} ", 12, "It", &error);
  g_assert_no_error (error);
  g_assert_true (json_object_has_member (good, "a"));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) refused = NULL;
    g_autofree gchar *type = NULL;

    g_assert_null (
        anc_lambda_json_parse (bad[i], strlen (bad[i]), "It", &refused));
    type = anc_lambda_error_get_type_name (refused);
    g_assert_cmpstr (type, ==, ANC_LAMBDA_INVALID_REQUEST);
    g_assert_true (g_str_has_prefix (refused->message, "It is not "));
  }
}

/* A field of HTTP, whatever the message: short, on one line, in ASCII. */
static void
test_fault_is_bounded (void)
{
  g_autoptr (AncLambdaMask) mask = anc_lambda_mask_new ();
  g_autoptr (GString) message = g_string_new (NULL);
  g_autoptr (AncLambdaFault) fault = NULL;
  g_autoptr (JsonNode) cause = NULL, body = NULL;

  while (message->len < HOSTILE)
    g_string_append (message, "ü\r\n\"");
  fault = anc_lambda_fault_new (mask, "Function.Bad", message->str);
  g_assert_cmpuint (strlen (fault->cause), <, 8192);
  for (const gchar *p = fault->cause; *p != '\0'; p++)
    g_assert_true (*p >= ' ' && *p < 0x7f);
  cause = json_from_string (fault->cause, NULL);
  body = json_from_string (fault->body, NULL);
  g_assert_true (cause != NULL && JSON_NODE_HOLDS_OBJECT (cause));
  g_assert_true (body != NULL && JSON_NODE_HOLDS_OBJECT (body));
}

static void
test_error_survives_a_copy (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) copy = NULL;
  g_autofree gchar *type = NULL;

  anc_lambda_set_error (&error, "Function.Own", "%d", 1);
  copy = g_error_copy (error);
  g_clear_error (&error);
  type = anc_lambda_error_get_type_name (copy);
  g_assert_cmpstr (type, ==, "Function.Own");
  anc_lambda_set_error (NULL, "Function.Own", "nobody asks");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lambda/mask", test_mask);
  g_test_add_func ("/lambda/mask-hostile", test_mask_hostile);
  g_test_add_func ("/lambda/json-string", test_string);
  g_test_add_func ("/lambda/json-parse", test_parse);
  g_test_add_func ("/lambda/fault", test_fault_is_bounded);
  g_test_add_func ("/lambda/error-copy", test_error_survives_a_copy);
  return g_test_run ();
}
