/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a config file may say; each refusal names file and JSON pointer. */
#include "anc-error.h"
#include "fixture.h"

#define HEAD "{'name': 'p', 'version': '1', 'description': 'd', "
#define TEXT "'pipeline': 'audiotestsrc name=s ! fakesink'"
#define WITH(parameters) HEAD TEXT ", 'parameters': {" parameters "}}"
#define CHOICE(parameters, choices)                                            \
  HEAD "'pipeline': ['audiotestsrc name=s !', '${c} fakesink'], "              \
       "'parameters': {" parameters "}, 'choices': {" choices "}}"
#define KEY "'k': {'type': 'string', 'enum': ['a', 'b'], 'default': 'a'}"

static const struct {
  const gchar *text;
  const gchar *part;
} refusals[] = {
  { "", "p.json: it is empty" },
  { "{'name': }", "p.json: it is not JSON" },
  { "{}\n{}", "p.json: it holds more than one value (line 2)" },
  { HEAD TEXT ",}", "there is a comma behind the last member; remove it" },
  { HEAD TEXT ", 'x': [1, ]}", "there is a comma behind the last member" },
  { "3 {}", "p.json: it holds more than one value (line 1)" },
  { HEAD TEXT "/* d */}", "p.json: JSON has no comments (line 1)" },
  { "root:x:0:0:root:/root:/bin/bash", "p.json: it is not JSON (line 1)" },
  { HEAD TEXT "// d\n}", "p.json: JSON has no comments (line 1)" },
  { HEAD TEXT "}, 'x': 3}", "p.json: it holds more than one value (line 1)" },
  { "[]", "p.json: this must be an object, not an array" },
  { "3", "this must be an object, not a number" },
  { "{}", "the key name is missing" },
  { "{'name': 'a', 'name': 'b'}", "at /name: this key is there twice" },
  { "{'name': 'a', 'n\\u0061me': 'a'}", "at /name: this key is there twice" },
  { WITH ("'x': {'type': 'number', 'target': 's.freq', 'type': 'number'}"),
    "at /parameters/x/type: this key is there twice" },
  { WITH ("'x': {}, 'y': {}, 'x': {'type': 'number', 'type': 'number'}"),
    "at /parameters/x: this key is there twice" },
  { "{'a/b': [1, {'c': {}}, {'c': {}, 'c': {}}]}",
    "at /a~1b/2/c: this key is there twice" },
  { "{'name': 3, 'version': '1'}", "at /name: this must be a string" },
  { "{'name': 'a b', 'version': '1', 'description': 'd', " TEXT "}",
    "at /name:" },
  { HEAD "'paramters': {}, " TEXT "}",
    "at /paramters: there is no such key, did you mean parameters?" },
  { HEAD "'a/b~c': 1, " TEXT "}", "at /a~1b~0c: there is no such key" },
  { "{'name': 'p', 'version': '1', 'description': 'd'}",
    "the key pipeline is missing" },
  { HEAD "'\\ud83d': 3}",
    "p.json: what follows the \\ is no escape of JSON (line 1)" },
  { HEAD "'\\udc00': 3}",
    "p.json: what follows the \\ is no escape of JSON (line 1)" },
  { HEAD "'\\u00g0': 3}",
    "p.json: what follows the \\ is no escape of JSON (line 1)" },
  { HEAD "'\\u0000': 3}",
    "p.json: what follows the \\ is no escape of JSON (line 1)" },
  { HEAD "'\\x': 3}",
    "p.json: what follows the \\ is no escape of JSON (line 1)" },
  { HEAD "'\\ud83d\\u0041': 3}",
    "p.json: what follows the \\ is no escape of JSON (line 1)" },
  { HEAD "'\\ud8", "p.json: what follows the" },
  { HEAD "'\\ud83d\\ude00\\u00e4\\n': 3}", ": there is no such key" },
  { HEAD "'pipeline': []}", "at /pipeline: this array must not be empty" },
  { HEAD "'pipeline': ['a', 3]}", "at /pipeline/1: this must be a string" },
  { HEAD "'pipeline': {}}", "at /pipeline:" },
  { WITH ("'x': 3"), "at /parameters/x: this must be an object" },
  { WITH ("'x': {}"), "at /parameters/x: the key type is missing" },
  { WITH ("'x': {'type': 'int'}"), "at /parameters/x/type: \"int\" is no" },
  { WITH ("'x': {'type': 3}"), "at /parameters/x/type: this must be" },
  { WITH ("'x': {'type': 'number', 'min': 1}"),
    "at /parameters/x/min: there is no such key" },
  { WITH ("'x': {'type': 'string', 'minimum': 1}"),
    "at /parameters/x/minimum: only an integer or a number" },
  { WITH ("'x': {'type': 'number', 'minimum': '1'}"),
    "at /parameters/x/minimum: this must be a number, not a string" },
  { WITH ("'x': {'type': 'number', 'minimum': 2, 'maximum': 1}"),
    "at /parameters/x/maximum: the maximum is below" },
  { WITH ("'x': {'type': 'number', 'enum': ['a']}"),
    "at /parameters/x/enum: only a string" },
  { WITH ("'x': {'type': 'number', 'default': 'a'}"),
    "at /parameters/x/default: this must be of type number, not a string" },
  { WITH ("'x': {'type': 'integer', 'default': 1.5}"),
    "at /parameters/x/default:" },
  { WITH ("'x': {'type': 'integer', 'maximum': 9, 'default': 10}"),
    "at /parameters/x/default: the default must be at most 9" },
  { WITH ("'x': {'type': 'string', 'enum': ['a'], 'default': 'b'}"),
    "at /parameters/x/default: the default must be one of a" },
  { WITH ("'x': {'type': 'string', 'default': {'enf': 'A'}}"),
    "at /parameters/x/default: this must be a value, or an object" },
  { WITH ("'x': {'type': 'string', 'default': {'env': 'A', 'file': 'B'}}"),
    "at /parameters/x/default:" },
  { WITH ("'x': {'type': 'string', 'default': {'env': 3}}"),
    "at /parameters/x/default/env: this must be a string" },
  { WITH ("'x': {'type': 'string', 'default': {'suffix-of': 'y'}}"),
    "needs an enum" },
  { WITH ("'x': {'type': 'string', 'enum': ['a'], 'target': 's.name', "
          "'default': {'suffix-of': 'y'}}"),
    "at /parameters/x/default: there is no parameter y" },
  { WITH ("'y': {'type': 'boolean', 'target': 's.is-live'}, "
          "'x': {'type': 'string', 'enum': ['a'], 'target': 's.name', "
          "'default': {'suffix-of': 'y'}}"),
    "at /parameters/x/default: the parameter y must be a string that names" },
  { WITH ("'y': {'type': 'string', 'format': 'output-uri', "
          "'target': 's.name'}, "
          "'x': {'type': 'string', 'enum': ['a'], 'target': 's.name', "
          "'default': {'format-of': 'y'}}"),
    "at /parameters/x/default: the parameter y must have the format "
    "input-file or input-uri" },
  { WITH ("'x': {'type': 'string', 'format': 'secret', 'default': 'a', "
          "'target': 's.name'}"),
    "at /parameters/x: a secret does not belong into a file" },
  { WITH ("'x': {'type': 'string', 'required': true, 'default': 'a'}"),
    "at /parameters/x: what is required cannot have a default" },
  { WITH ("'x': {'type': 'string', 'required': 'yes'}"),
    "at /parameters/x/required: this must be true or false" },
  { WITH ("'x': {'type': 'string', 'format': 'file'}"),
    "at /parameters/x/format: \"file\" is no format" },
  { WITH ("'x': {'type': 'number', 'format': 'input-file'}"),
    "at /parameters/x/format: only a string" },
  { WITH ("'x': {'type': 'number', 'target': 'freq'}"),
    "at /parameters/x/target: \"freq\" is no target" },
  { WITH ("'x': {'type': 'number', 'target': 't.freq'}"),
    "at /parameters/x/target: no element of the pipeline has name=t" },
  { WITH ("'x': {'type': 'number'}"),
    "at /parameters/x: the parameter has neither a target nor a choice" },
  { WITH ("'X': {'type': 'number', 'target': 's.freq'}"),
    "at /parameters/X: a parameter's name" },
  { CHOICE (KEY, ""), "at /pipeline/1: there is no choice for ${c}" },
  { CHOICE (KEY, "'c': {'parameter': 'k'}"), "at /choices/c: a choice needs" },
  { CHOICE (KEY, "'c': {'parameter': 'z', 'fragments': {}}"),
    "at /choices/c/parameter: there is no parameter z" },
  { CHOICE (KEY, "'c': {'parameter': 'k', 'fragments': {'a': ''}}"),
    "at /choices/c/fragments: there is no fragment for b" },
  { CHOICE (KEY, "'c': {'parameter': 'k', 'fragments': {'a': '', 'b': '', "
                 "'d': ''}}"),
    "at /choices/c/fragments: d is not in the enum" },
  { CHOICE (KEY, "'c': {'parameter': 'k', 'fragments': {'a': '${c}', "
                 "'b': ''}}"),
    "at /choices/c: ${c} leads back to itself" },
  { CHOICE (KEY, "'c': {'parameter': 'k', 'fragments': {'a': 3, 'b': ''}}"),
    "at /choices/c/fragments/a: this must be a string" },
  { CHOICE ("'k': {'type': 'string', 'enum': ['a']}",
            "'c': {'parameter': 'k', 'fragments': {'a': ''}}"),
    "at /choices/c/parameter: the parameter k needs a default" },
  { CHOICE ("'k': {'type': 'string', 'target': 's.name'}",
            "'c': {'parameter': 'k', 'fragments': {'a': ''}}"),
    "at /choices/c/parameter: the parameter k needs an enum" },
};

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (AncPipelineFile) file
        = fixture_load (fixture, refusals[i].text, &error);

    g_assert_null (file);
    assert_error (error, ANC_ERROR_CONFIG, refusals[i].part);
    assert_error (error, ANC_ERROR_CONFIG, "p.json: ");
  }
}

/* All of them, and nothing that only follows from another. */
static void
test_all_mistakes (Fixture *fixture, gconstpointer data)
{
  static const gchar *const text
      = "{'name': 'P', 'version': 1, 'descripton': 'd', 'version': 1, "
        "'pipeline': ['audiotestsrc name=s !', '${c} ${d} fakesink'], "
        "'parameters': {'x': {'typ': 'number', 'minimum': 2, "
        "'target': 's.freq'}, 'y': {'type': 'number', 'minimum': '2', "
        "'default': 'a', 'target': 't.freq'}, 'z': {'type': 'string', "
        "'enum': 3, 'default': {'suffix-of': 'w'}}}, "
        "'choices': {'c': {'parameter': 'z', 'fragments': {'a': ''}}}}";
  static const gchar *const parts[]
      = { "at /version: this key is there twice",
          "at /descripton: there is no such key, did you mean description?",
          "at /version: this must be a string, not a number",
          "at /parameters/x/typ: there is no such key, did you mean type?",
          "at /parameters/y/minimum: this must be a number, not a string",
          "at /parameters/y/default: this must be of type number",
          "at /parameters/z/enum: this must be a string or an array",
          "at /pipeline/1: there is no choice for ${d}",
          "at /name: a name is made of",
          "at /parameters/y/target: no element of the pipeline has name=t",
          "at /parameters/z/default: there is no parameter w" };
  g_autofree gchar *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autofree gchar *path = fixture_write (fixture, "p.json", json);
  g_autoptr (AncMistakes) mistakes = anc_mistakes_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (anc_pipeline_file_load_all (path, mistakes));
  for (guint i = 0; i < anc_mistakes_count (mistakes); i++) {
    g_test_message ("%s", anc_mistakes_get (mistakes, i)->message);
    g_assert_cmpuint (i, <, G_N_ELEMENTS (parts));
    assert_error (anc_mistakes_get (mistakes, i), ANC_ERROR_CONFIG, parts[i]);
  }
  g_assert_cmpuint (anc_mistakes_count (mistakes), ==, G_N_ELEMENTS (parts));
  g_assert_cmpstr (anc_error_get_pointer (anc_mistakes_get (mistakes, 4)), ==,
                   "/parameters/y/minimum");
  g_assert_null (anc_pipeline_file_load (path, &error));
  assert_error (error, ANC_ERROR_CONFIG,
                "twice; remove one (and 10 more; anc check shows all)");
}

static void
test_not_text (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fixture_load (fixture, "{\xff\xfe}", &error));
  assert_error (error, ANC_ERROR_CONFIG, "UTF-8");
}

/* What would be too much for json-glib's stack, and what only looks so. */
static void
test_nesting (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *brackets = g_strnfill (1000000, '[');
  g_autofree gchar *text = g_strdup_printf (
      "{'name': 'p', 'version': '1', 'description': '\\'%s\\\\', "
      "'pipeline': 'audiotestsrc'}",
      brackets);
  g_autoptr (AncPipelineFile) file = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (fixture_load (fixture, brackets, &error));
  assert_error (error, ANC_ERROR_CONFIG, "it is nested too deeply (line 1)");
  g_clear_error (&error);
  file = fixture_load (fixture, text, &error);
  g_assert_no_error (error);
}

/* Each choice holds the next one twice. */
static void
test_doubling (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) choices = g_string_new (NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 40; i++)
    g_string_append_printf (choices,
                            "'c%u': {'parameter': 'k', 'fragments': "
                            "{'a': '${c%u} ${c%u}'}}, ",
                            i, i + 1, i + 1);
  text = g_strdup_printf (
      HEAD "'pipeline': '${c0}', 'parameters': {'k': {'type': 'string', "
           "'enum': ['a'], 'default': 'a'}}, 'choices': {%s'c40': "
           "{'parameter': 'k', 'fragments': {'a': 'queue'}}}}",
      choices->str);
  g_assert_null (fixture_load (fixture, text, &error));
  assert_error (error, ANC_ERROR_CONFIG, "there are too many fragments");
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncPipelineFile) file = fixture_load (
      fixture,
      CHOICE (KEY ", 'f': {'type': 'number', 'minimum': 0, 'maximum': 9, "
                  "'target': ['s.freq', 's.volume']}",
              "'c': {'parameter': 'k', 'fragments': {'a': 'queue !', "
              "'b': ['identity !', 'identity !']}}"),
      &error);
  const AncParameter *f;

  g_assert_no_error (error);
  g_assert_cmpstr (file->name, ==, "p");
  g_assert_cmpstr (file->text, ==, "audiotestsrc name=s ! ${c} fakesink");
  g_assert_cmpuint (file->parameters->len, ==, 2);
  f = anc_pipeline_file_get_parameter (file, "f");
  g_assert_cmpuint (f->targets->len, ==, 2);
  g_assert_true (anc_pipeline_file_is_key (file, "k"));
  g_assert_false (anc_pipeline_file_is_key (file, "f"));
  g_assert_true (anc_pipeline_file_is_fixed (file, "s"));
}

static const gchar *
always_b (const gchar *parameter, gpointer data)
{
  return "b";
}

static void
test_expand (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncPipelineFile) file = fixture_load (
      fixture,
      CHOICE (KEY, "'c': {'parameter': 'k', 'fragments': {'a': '', "
                   "'b': 'x ${d} y'}}, 'd': {'parameter': 'k', 'fragments': "
                   "{'a': '', 'b': '$z }{'}}"),
      NULL);
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gchar *text = NULL;

  g_assert_nonnull (file);
  text = anc_pipeline_file_expand (file, always_b, NULL, used);
  g_assert_cmpstr (text, ==, "audiotestsrc name=s ! x $z }{ y fakesink");
  g_assert_true (g_hash_table_contains (used, "k"));
}

static void
test_declares (void)
{
  g_assert_true (anc_text_declares ("a name=x ! b", "x"));
  g_assert_true (anc_text_declares ("name=x", "x"));
  g_assert_true (anc_text_declares ("a name=\"x\" ! b", "x"));
  g_assert_true (anc_text_declares ("a name = x", "x"));
  g_assert_false (anc_text_declares ("a name=xy ! b", "x"));
  g_assert_false (anc_text_declares ("a nickname=x ! b", "x"));
  g_assert_false (anc_text_declares ("a name=xby", "x.y"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/pipeline-file/refusals", test_refusals);
  fixture_add ("/pipeline-file/all-mistakes", test_all_mistakes);
  fixture_add ("/pipeline-file/not-text", test_not_text);
  fixture_add ("/pipeline-file/nesting", test_nesting);
  fixture_add ("/pipeline-file/doubling", test_doubling);
  fixture_add ("/pipeline-file/whole", test_whole);
  fixture_add ("/pipeline-file/expand", test_expand);
  g_test_add_func ("/pipeline-file/declares", test_declares);
  return g_test_run ();
}
