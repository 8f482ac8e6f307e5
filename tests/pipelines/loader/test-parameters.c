/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values: types, ranges, defaults, references, what is required. */
#include "anc-error.h"
#include "fixture.h"

#include <gst/gst.h>

#define HEAD                                                                   \
  "{'name': 'p', 'version': '1', 'description': 'd', "                         \
  "'pipeline': 'audiotestsrc name=s ! fakesink name=k', "                      \
  "'parameters': {"
#define SIMPLE                                                                 \
  HEAD "'n': {'type': 'number', 'minimum': -1, 'maximum': 1, "                 \
       "'target': 's.volume'}, "                                               \
       "'i': {'type': 'integer', 'minimum': 1, 'default': 7, "                 \
       "'target': 's.num-buffers'}, "                                          \
       "'b': {'type': 'boolean', 'target': 's.is-live'}, "                     \
       "'e': {'type': 'string', 'enum': ['x', 'y'], 'target': 's.name'}, "     \
       "'s': {'type': 'string', 'target': 's.name'}}}"

static const struct {
  const gchar *assignment;
  const gchar *value; /* NULL: refused */
  const gchar *part;
} assignments[] = {
  { "n=0.5", "0.5", NULL },
  { "n=-1", "-1", NULL },
  { "n=1e-3", "0.001", NULL },
  { "n=1.5", NULL, "n=1.5: it must be between -1 and 1" },
  { "n=", NULL, "must be a number" },
  { "n=0,5", NULL, "must be a number" },
  { "n=nan", NULL, "must be a number" },
  { "n=inf", NULL, "must be a number" },
  { "n=0x1", NULL, "must be a number" },
  { "n= 1", NULL, "must be a number" },
  { "i=3", "3", NULL },
  { "i=0", NULL, "must be at least 1" },
  { "i=1.5", NULL, "must be a whole number" },
  { "i=99999999999999999999", NULL, "must be a whole number" },
  { "b=yes", "true", NULL },
  { "b=False", "false", NULL },
  { "b=1", NULL, "must be true or false" },
  { "e=x", "x", NULL },
  { "e=X", NULL, "must be one of x, y" },
  { "s=a=b ! \"c\" '", "a=b ! \"c\" '", NULL },
  { "s=", "", NULL },
  { "s={\"env\": 3}", "{\"env\": 3}", NULL },
  { "x=1", NULL, "p has no parameter x" },
  { "nn=1", NULL, "did you mean n?" },
  { "n", NULL, "write key=value" },
  { "=1", NULL, "write key=value" },
};

static void
test_assignments (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (assignments); i++) {
    g_autoptr (AncParameters) parameters = fixture_parameters (fixture, SIMPLE);
    g_autoptr (GError) error = NULL;
    gchar name[2] = { assignments[i].assignment[0], 0 };
    const gchar *value;

    if (anc_parameters_set_assignment (parameters, assignments[i].assignment,
                                       &error)) {
      value = anc_parameters_get (parameters, name);
      if (*name == 'n')
        g_assert_cmpfloat (g_ascii_strtod (value, NULL), ==,
                           g_ascii_strtod (assignments[i].value, NULL));
      else
        g_assert_cmpstr (value, ==, assignments[i].value);
    } else {
      g_assert_null (assignments[i].value);
      assert_error (error, ANC_ERROR_PARAMETER, assignments[i].part);
    }
  }
}

static void
test_defaults (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, SIMPLE);
  g_autoptr (GError) error = NULL;

  g_assert_true (anc_parameters_resolve (parameters, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (anc_parameters_get (parameters, "i"), ==, "7");
  g_assert_false (anc_parameters_is_given (parameters, "i"));
  g_assert_null (anc_parameters_get (parameters, "n"));
}

static gboolean
set_json (AncParameters *parameters, const gchar *text, GError **error)
{
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (JsonNode) node = json_from_string (json, NULL);

  return anc_parameters_set_object (parameters, json_node_get_object (node),
                                    error);
}

static void
test_object (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, SIMPLE);
  g_autoptr (GError) error = NULL;

  g_assert_true (set_json (
      parameters, "{'n': 1, 'i': 4, 'b': true, 's': 'hello'}", &error));
  g_assert_cmpstr (anc_parameters_get (parameters, "b"), ==, "true");
  g_assert_cmpstr (anc_parameters_get (parameters, "i"), ==, "4");
  g_assert_false (set_json (parameters, "{'n': 'x'}", &error));
  assert_error (error, ANC_ERROR_PARAMETER,
                "n must be of type number, not a string");
  g_clear_error (&error);
  g_assert_false (set_json (parameters, "{'n': null}", &error));
  assert_error (error, ANC_ERROR_PARAMETER, "not null");
  g_clear_error (&error);
  g_assert_false (set_json (parameters, "{'i': 2.5}", &error));
  assert_error (error, ANC_ERROR_PARAMETER, "integer");
}

static void
test_required (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (
      fixture, HEAD "'a': {'type': 'string', 'required': true, 'target': "
                    "'s.name'}, 'b': {'type': 'string', 'required': true, "
                    "'target': 's.name'}}}");
  g_autoptr (GError) error = NULL;

  g_assert_false (anc_parameters_resolve (parameters, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "p also needs a=... b=...");
}

static void
test_secrets (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_write (fixture, "secret", "hunter2\n");
  g_autofree gchar *text = g_strdup_printf (
      HEAD "'e': {'type': 'integer', 'target': 's.num-buffers', 'default': "
           "{'env': 'ANC_TEST_SECRET'}}, 'f': {'type': 'string', 'target': "
           "'s.name', 'default': {'file': '%s'}}}}",
      path);
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, text);
  g_autoptr (GError) error = NULL;

  g_unsetenv ("ANC_TEST_SECRET");
  g_assert_false (anc_parameters_resolve (parameters, &error));
  assert_error (error, ANC_ERROR_PARAMETER,
                "e, from the environment variable ANC_TEST_SECRET: it is not");
  g_clear_error (&error);
  g_setenv ("ANC_TEST_SECRET", "swordfish", TRUE);
  g_assert_false (anc_parameters_resolve (parameters, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "must be a whole number");
  g_assert_null (strstr (error->message, "swordfish"));
  g_clear_error (&error);
  g_setenv ("ANC_TEST_SECRET", "12", TRUE);
  g_assert_true (anc_parameters_resolve (parameters, &error));
  g_assert_cmpstr (anc_parameters_get (parameters, "f"), ==, "hunter2");
  g_assert_true (anc_parameters_is_secret (parameters, "f"));
}

static void
test_references_on_command_line (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, SIMPLE);
  g_autoptr (GError) error = NULL;

  g_setenv ("ANC_TEST_SECRET", "swordfish", TRUE);
  g_assert_true (anc_parameters_set_assignment (
      parameters, "s={\"env\": \"ANC_TEST_SECRET\"}", &error));
  g_assert_cmpstr (anc_parameters_get (parameters, "s"), ==, "swordfish");
  g_assert_false (anc_parameters_set_assignment (
      parameters, "i={\"env\": \"ANC_TEST_SECRET\"}", &error));
  assert_error (error, ANC_ERROR_PARAMETER, "i, from");
  g_assert_null (strstr (error->message, "swordfish"));
  g_clear_error (&error);
  g_assert_false (anc_parameters_set_assignment (
      parameters, "s={\"file\": \"/nowhere/at/all\"}", &error));
  assert_error (error, ANC_ERROR_PARAMETER, "there is no such file");
}

#define FILES                                                                  \
  HEAD "'in': {'type': 'string', 'format': 'input-file', 'target': "           \
       "'s.name'}, 'out': {'type': 'string', 'format': 'output-file', "        \
       "'target': 's.name'}, 'kind': {'type': 'string', 'enum': ['wav', "      \
       "'flac'], 'default': {'suffix-of': 'out'}, 'target': 's.name'}, "       \
       "'samples': {'type': 'string', 'enum': ['S16', 'F32'], 'default': "     \
       "{'format-of': 'in'}, 'target': 's.name'}}}"

static void
test_derived (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 800, 800);
  g_autoptr (AncParameters) parameters = fixture_parameters (fixture, FILES);
  g_autoptr (GError) error = NULL;

  g_assert_true (anc_parameters_set (parameters, "in", in, &error));
  g_assert_true (anc_parameters_set (parameters, "out", "a.b/X.FLAC", &error));
  g_assert_true (anc_parameters_resolve (parameters, &error));
  g_assert_cmpstr (anc_parameters_get (parameters, "kind"), ==, "flac");
  g_assert_cmpstr (anc_parameters_get (parameters, "samples"), ==, "S16");
}

static void
test_bad_suffix (Fixture *fixture, gconstpointer data)
{
  static const gchar *const names[] = { "a.xyz", "wav", ".wav", "d.wav/x" };
  g_autofree gchar *in = fixture_write_wav (fixture, "in.wav", 8, 8);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (AncParameters) parameters = fixture_parameters (fixture, FILES);
    g_autoptr (GError) error = NULL;

    anc_parameters_set (parameters, "in", in, NULL);
    anc_parameters_set (parameters, "out", names[i], NULL);
    g_assert_false (anc_parameters_resolve (parameters, &error));
    assert_error (error, ANC_ERROR_PARAMETER,
                  "the name must end in one of wav, flac, or add kind=");
  }
}

static void
test_inputs (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *empty = fixture_write (fixture, "empty.wav", "");
  const struct {
    const gchar *path;
    gint code;
    const gchar *part;
  } cases[] = {
    { "/nowhere/x.wav", ANC_ERROR_PARAMETER, "there is no such file" },
    { fixture->directory, ANC_ERROR_PARAMETER, "it is a directory" },
    { empty, ANC_ERROR_RUN, "is empty" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (AncParameters) parameters = fixture_parameters (fixture, FILES);
    g_autoptr (GError) error = NULL;

    anc_parameters_set (parameters, "in", cases[i].path, NULL);
    anc_parameters_set (parameters, "out", "x.wav", NULL);
    g_assert_false (anc_parameters_resolve (parameters, &error));
    assert_error (error, cases[i].code, cases[i].part);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  fixture_add ("/parameters/assignments", test_assignments);
  fixture_add ("/parameters/defaults", test_defaults);
  fixture_add ("/parameters/object", test_object);
  fixture_add ("/parameters/required", test_required);
  fixture_add ("/parameters/secrets", test_secrets);
  fixture_add ("/parameters/references", test_references_on_command_line);
  fixture_add ("/parameters/derived", test_derived);
  fixture_add ("/parameters/bad-suffix", test_bad_suffix);
  fixture_add ("/parameters/inputs", test_inputs);
  return g_test_run ();
}
