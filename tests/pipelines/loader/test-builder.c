/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From text and values to elements: typed properties, nothing spliced. */
#include "anc-builder.h"
#include "anc-error.h"
#include "fixture.h"

#define FILE_TEXT                                                              \
  "{'name': 'p', 'version': '1', 'description': 'd', 'pipeline': "             \
  "'audiotestsrc name=s num-buffers=1 ! ${m} filesink name=k', "               \
  "'parameters': {'wave': {'type': 'string', 'target': 's.wave'}, "            \
  "'freq': {'type': 'number', 'target': 's.freq'}, "                           \
  "'live': {'type': 'boolean', 'target': 's.is-live'}, "                       \
  "'size': {'type': 'integer', 'target': 's.samplesperbuffer'}, "              \
  "'label': {'type': 'string', 'target': 'k.location'}, "                      \
  "'m': {'type': 'string', 'enum': ['gain', 'caps'], 'default': 'gain'}, "     \
  "'gain': {'type': 'number', 'default': 2, 'target': 'v.volume'}, "           \
  "'caps': {'type': 'string', 'target': 'f.caps'}}, "                          \
  "'choices': {'m': {'parameter': 'm', 'fragments': {'gain': "                 \
  "'volume name=v !', 'caps': 'capsfilter name=f !'}}}}"

static GstElement *
build (const Fixture *fixture, const gchar *const *assignments, GError **error)
{
  g_autoptr (AncParameters) parameters
      = fixture_parameters (fixture, FILE_TEXT);

  for (; *assignments != NULL; assignments++)
    g_assert_true (
        anc_parameters_set_assignment (parameters, *assignments, NULL));
  g_assert_true (anc_parameters_resolve (parameters, NULL));
  return anc_builder_build (parameters, NULL, NULL, error);
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  const gchar *assignments[]
      = { "wave=square", "freq=12.5", "live=true",
          "size=77",     "m=caps",    "caps=audio/x-raw,rate=8000",
          NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = build (fixture, assignments, &error);
  g_autoptr (GstElement) s = NULL, f = NULL;
  g_autoptr (GstCaps) caps = NULL, wanted = NULL;
  gint wave, size;
  gdouble freq;
  gboolean live;

  g_assert_no_error (error);
  g_assert_true (GST_IS_PIPELINE (pipeline));
  s = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  f = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  g_object_get (s, "wave", &wave, "freq", &freq, "is-live", &live,
                "samplesperbuffer", &size, NULL);
  g_object_get (f, "caps", &caps, NULL);
  wanted = gst_caps_from_string ("audio/x-raw,rate=8000");
  g_assert_cmpint (wave, ==, 1);
  g_assert_cmpfloat (freq, ==, 12.5);
  g_assert_true (live);
  g_assert_cmpint (size, ==, 77);
  g_assert_true (gst_caps_is_equal (caps, wanted));
}

/* Blanks, quotes, "!" and backslashes arrive as they are and add nothing. */
static void
test_no_injection (Fixture *fixture, gconstpointer data)
{
  static const gchar hostile[] = "a\" ! filesink location='x' \\ ${m} ! b";
  g_autofree gchar *assignment = g_strconcat ("label=", hostile, NULL);
  const gchar *assignments[] = { assignment, NULL };
  g_autoptr (GstElement) pipeline = build (fixture, assignments, NULL);
  g_autoptr (GstElement) sink = NULL;
  g_autofree gchar *location = NULL;

  g_assert_nonnull (pipeline);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "k");
  g_object_get (sink, "location", &location, NULL);
  g_assert_cmpstr (location, ==, hostile);
  g_assert_cmpint (GST_BIN_NUMCHILDREN (pipeline), ==, 3);
}

static const struct {
  const gchar *assignments[3];
  const gchar *part;
} refusals[] = {
  { { "wave=loud" }, "wave=loud: it must be one of sine, square" },
  { { "wave=sine ! fakesink" }, "it must be one of" },
  { { "freq=-1" }, "is out of the range of the property freq of s" },
  { { "size=99999999999" }, "size=99999999999: it is no value of type" },
  { { "m=caps", "gain=3" }, "gain= has no effect with the other choices" },
};

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GstElement) pipeline
        = build (fixture, refusals[i].assignments, &error);

    g_assert_null (pipeline);
    assert_error (error, ANC_ERROR_PARAMETER, refusals[i].part);
  }
}

/* Nobody gave gain=, so its default is let go with its element. */
static void
test_absent_default (Fixture *fixture, gconstpointer data)
{
  const gchar *assignments[] = { "m=caps", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = build (fixture, assignments, &error);

  g_assert_no_error (error);
  g_assert_nonnull (pipeline);
}

/* What a line begins and another ends is no mistake of the first. */
static const struct {
  const gchar *lines;
  const gchar *part;
} places[] = {
  { "'audiotestsrc ! ! fakesink'", "at /pipeline/0: syntax error" },
  { "'audiotestsrc !', '! fakesink'", "at /pipeline/1: syntax error" },
  { "'audiotestsrc', '! identity ! !', 'fakesink'", "at /pipeline/1: syntax" },
  { "'! audiotestsrc !', 'fakesink'", "at /pipeline/0: syntax error" },
  { "'audiotestsrc !', '', 'fakesink !', ''", "at /pipeline/2: syntax error" },
  { "'audiotestsrc !', '( identity !', ')', '! fakesink'",
    "at /pipeline/1: syntax error" },
  { "'audiotestsrc !', '( ! identity )', '! fakesink'",
    "at /pipeline/1: syntax error" },
  { "'( audiotestsrc ! t. ', 'queue ! tee name=t ) !', 'identity ! ! x.'",
    "at /pipeline/2: syntax error" },
  { "'audiotestsrc ! ', '${c} ! ! ', 'fakesink'", "at /pipeline/1: syntax" },
  { "'audiotestsrc !', 'identity shape=3 !', 'fakesink'",
    "at /pipeline/1: no property" },
  { "'audiotestsrc !', 'identity sync = blue !', 'fakesink'",
    "at /pipeline/1: could not set property" },
  { "'audiotestsrc !', '${c} !', 'magicsink name=m'",
    "at /pipeline/2: there is no element magicsink" },
  { "'audiotestsrc is-live=1 !', 'queue is-live=1 !', 'fakesink'",
    "at /pipeline: no property" },
  { "'audiotestsrc ! x.', 'fakesink name=y'", "at /pipeline: " },
};

static void
test_places (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autofree gchar *text = g_strdup_printf (
        "{'name': 'p', 'version': '1', 'description': 'd', 'pipeline': [%s], "
        "'parameters': {'k': {'type': 'string', 'enum': ['a'], 'default': 'a'}"
        "}, 'choices': {'c': {'parameter': 'k', 'fragments': {'a': "
        "'identity ! identity'}}}}",
        places[i].lines);
    g_autoptr (AncParameters) parameters = fixture_parameters (fixture, text);
    g_autoptr (GError) error = NULL;

    g_assert_true (anc_parameters_resolve (parameters, NULL));
    g_assert_null (anc_builder_build (parameters, NULL, NULL, &error));
    assert_error (error, ANC_ERROR_CONFIG, places[i].part);
  }
}

/* Nothing of this is taken for a loose link. */
static void
test_no_mistake (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters = fixture_parameters (
      fixture,
      "{'name': 'p', 'version': '1', 'description': 'd', 'pipeline': ["
      "'audiotestsrc name=\\'! ! \\\\\\' ! !\\'! audio/x-raw,rate=(int)8000!', "
      "'tee name=t ! ( queue ! identity ) ! fakesink', '', "
      "'t. !', 'bin.( queue !', 'fakesink )']}");
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = NULL;

  g_assert_true (anc_parameters_resolve (parameters, NULL));
  pipeline = anc_builder_build (parameters, NULL, NULL, &error);
  g_assert_no_error (error);
}

#define HEAD "{'name': 'p', 'version': '1', 'description': 'd', 'pipeline': "
static const struct {
  const gchar *text;
  const gchar *part;
} mistakes[] = {
  { HEAD "'audiotestsrc ! fooconvert ! fakesink'}",
    "at /pipeline: there is no element fooconvert" },
  { HEAD "'audiotestsrc ! audioresample ! vorbisenk ! fakesink'}",
    "at /pipeline: there is no element vorbisenk" },
  { HEAD "'audiotestsrc foo=3 ! fakesink'}",
    "at /pipeline: no property \"foo\" in element \"audiotestsrc\"" },
  { HEAD "'audiotestsrc wave=loud ! fakesink'}",
    "at /pipeline: could not set" },
  { HEAD "'audiotestsrc ! vorbisdec ! fakesink'}",
    "at /pipeline: could not link" },
  { HEAD "'audiotestsrc ! ! fakesink'}", "at /pipeline: syntax error" },
  { HEAD "'t. ! x.'}", "at /pipeline: syntax error: it names no element" },
  { HEAD "'t.src ! audio/x-raw,rate=(int)8000 ! x. ='}",
    "at /pipeline: syntax error: it names no element" },
  { HEAD "'audiotestsrc name=s ! fakesink', 'parameters': {'x': {'type': "
         "'number', 'target': 's.frek'}}}",
    "at /parameters/x/target: the element s has no property frek" },
  { HEAD "'audiotestsrc name=s ! fakesink', 'parameters': {'x': {'type': "
         "'number', 'default': -5, 'target': 's.freq'}}}",
    "at /parameters/x/default: the default is out of the range" },
  { HEAD "'audiotestsrc ! ${c} fakesink', 'parameters': {'c': {'type': "
         "'string', 'enum': ['a', 'b'], 'default': 'a'}, 'x': {'type': "
         "'number', 'target': 'v.loudness'}}, 'choices': {'c': {'parameter': "
         "'c', 'fragments': {'a': '', 'b': 'volume name=v !'}}}}",
    "at /parameters/x/target: the element v has no property loudness" },
};

static void
test_check (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (AncMistakes) found = anc_mistakes_new ();
    g_autoptr (AncPipelineFile) file
        = fixture_load (fixture, mistakes[i].text, &error);

    g_assert_no_error (error);
    anc_builder_check (file, missing, NULL, found);
    g_assert_cmpuint (anc_mistakes_count (found), ==, 1);
    anc_mistakes_to_error (found, &error);
    assert_error (error, ANC_ERROR_CONFIG, mistakes[i].part);
  }
}

/* In the order of the text, each once, though four pipelines have them. */
static void
test_check_all (Fixture *fixture, gconstpointer data)
{
  static const gchar *const parts[]
      = { "at /pipeline/0: no property \"frek\" in element \"audiotestsrc\"",
          "at /pipeline/0: could not set property \"num-buffers\"",
          "at /pipeline/1: volume=1000 is out of the range of the property",
          "at /pipeline/2: there is no element magicfilter",
          "at /pipeline/2: no property \"sinc\" in element \"fakesink\"",
          "at /pipeline/2: there is no element magicsplitter" };
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (AncMistakes) found = anc_mistakes_new ();
  g_autoptr (AncPipelineFile) file = fixture_load (
      fixture,
      HEAD "['audiotestsrc frek=1 name=s num-buffers=x freq=3 !', "
           "'volume volume=1000 ! ${d} !', '${c} ! fakesink sinc=1'], "
           "'parameters': {'c': {'type': 'string', 'enum': ['a', 'b'], "
           "'default': 'a'}, 'd': {'type': 'string', 'enum': ['a', 'b'], "
           "'default': 'a'}}, 'choices': {'c': {'parameter': 'c', "
           "'fragments': {'a': 'magicfilter', 'b': 'magicsplitter'}}, "
           "'d': {'parameter': 'd', 'fragments': {'a': 'identity', "
           "'b': 'queue'}}}}",
      NULL);

  anc_builder_check (file, missing, NULL, found);
  for (guint i = 0; i < anc_mistakes_count (found); i++) {
    g_test_message ("%s", anc_mistakes_get (found, i)->message);
    g_assert_cmpuint (i, <, G_N_ELEMENTS (parts));
    assert_error (anc_mistakes_get (found, i), ANC_ERROR_CONFIG, parts[i]);
  }
  g_assert_cmpuint (anc_mistakes_count (found), ==, G_N_ELEMENTS (parts));
}

/* As on a machine without the package that the element stands for. */
static void
forget_element (const gchar *factory)
{
  g_autoptr (GstPluginFeature) feature
      = gst_registry_lookup_feature (gst_registry_get (), factory);

  if (feature != NULL)
    gst_registry_remove_feature (gst_registry_get (), feature);
}

/* Known, but not here: no mistake of the file. */
static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (AncPipelineFile) file = fixture_load (
      fixture,
      HEAD "'audiotestsrc ! fdkaac_imaginary name=e ! fakesink', "
           "'parameters': {'x': {'type': 'number', 'target': 'e.bitrate'}}}",
      NULL);
  g_autoptr (AncParameters) parameters = anc_parameters_new (file);
  g_autoptr (AncMistakes) found = anc_mistakes_new ();

  forget_element ("fdkaacenc");
  anc_builder_check (file, missing, NULL, found);
  g_assert_cmpuint (anc_mistakes_count (found), ==, 0);
  g_assert_cmpuint (missing->len, ==, 1);
  g_assert_nonnull (strstr (missing->pdata[0], "gstreamer1.0-fdkaac"));
  g_assert_true (anc_parameters_resolve (parameters, NULL));
  g_assert_null (anc_builder_build (parameters, NULL, NULL, &error));
  assert_error (error, ANC_ERROR_RUN,
                "fdkaac_imaginary is not installed; it is in "
                "gstreamer1.0-fdkaac");
}

static void
test_single (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncParameters) parameters
      = fixture_parameters (fixture, HEAD "'fakesrc'}");
  g_autoptr (GstElement) pipeline = NULL;

  anc_parameters_resolve (parameters, NULL);
  pipeline = anc_builder_build (parameters, NULL, NULL, NULL);
  g_assert_true (GST_IS_PIPELINE (pipeline));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  fixture_add ("/builder/places", test_places);
  fixture_add ("/builder/no-mistake", test_no_mistake);
  fixture_add ("/builder/types", test_types);
  fixture_add ("/builder/no-injection", test_no_injection);
  fixture_add ("/builder/refusals", test_refusals);
  fixture_add ("/builder/absent-default", test_absent_default);
  fixture_add ("/builder/check", test_check);
  fixture_add ("/builder/check-all", test_check_all);
  fixture_add ("/builder/missing", test_missing);
  fixture_add ("/builder/single", test_single);
  return g_test_run ();
}
