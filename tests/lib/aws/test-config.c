/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-config.h"
#include "anc-aws-context.h"
#include "anc-aws-error.h"

#include <glib/gstdio.h>
#include <string.h>

static AncAwsConfig *
parse (const gchar *config, const gchar *credentials)
{
  AncAwsConfig *self = anc_aws_config_new ();
  g_autoptr (GError) error = NULL;

  /* Which one comes first does not matter. */
  anc_aws_config_add (self, ANC_AWS_CREDENTIALS_FILE, "credentials",
                      credentials, strlen (credentials), &error);
  g_assert_no_error (error);
  anc_aws_config_add (self, ANC_AWS_CONFIG_FILE, "config", config,
                      strlen (config), &error);
  g_assert_no_error (error);
  return self;
}

static void
test_profiles (void)
{
  g_autoptr (AncAwsConfig) config
      = parse ("\xef\xbb\xbf"
               "# a comment\n; another\n\n"
               "[default]\r\nregion = eu-west-1\r\noutput=json\r\n"
               "[profile a]\nregion=a ; comment\nempty =\nurl = http://x/#y;z\n"
               "[profile \"b c\"]  # comment\nregion = b\n"
               "[ profile\td ]\nREGION = d\n"
               "[stray]\nregion = stray\n",
               "[a]\nregion = credentials\nkey = 1\n"
               "[profile e]\nregion = e\n"
               "[f g]\nregion = f\n");
  static const struct {
    const gchar *profile, *key, *value;
  } table[] = {
    { "default", "region", "eu-west-1" },
    { "default", "output", "json" },
    { "a", "region", "credentials" },
    { "a", "key", "1" },
    { "a", "empty", NULL },
    { "a", "url", "http://x/#y;z" },
    { "a", "nothing", NULL },
    { "b c", "region", "b" },
    { "d", "region", "d" },
    { "stray", "region", NULL },
    { "profile e", "region", "e" },
    { "f g", "region", "f" },
    { "nobody", "region", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_test_message ("%s.%s", table[i].profile, table[i].key);
    g_assert_cmpstr (
        anc_aws_config_get (config, table[i].profile, table[i].key), ==,
        table[i].value);
  }
  g_assert_true (anc_aws_config_has_profile (config, "a"));
  g_assert_false (anc_aws_config_has_profile (config, "stray"));
}

/* [profile default] wins over [default], wherever it stands. */
static void
test_default (void)
{
  g_autoptr (AncAwsConfig) config = parse ("[profile default]\nregion = named\n"
                                           "[default]\nregion = plain\nx=1\n"
                                           "[profile twice]\na=1\nb=1\n"
                                           "[profile twice]\na=2\n",
                                           "");

  g_assert_cmpstr (anc_aws_config_get (config, "default", "region"), ==,
                   "named");
  g_assert_cmpstr (anc_aws_config_get (config, "default", "x"), ==, "1");
  g_assert_cmpstr (anc_aws_config_get (config, "twice", "a"), ==, "2");
  g_assert_cmpstr (anc_aws_config_get (config, "twice", "b"), ==, "1");
}

static void
test_nested (void)
{
  g_autoptr (AncAwsConfig) config
      = parse ("[profile a]\ns3 =\n  addressing_style = path\n\tmax_queue=5\n"
               "long = one\n  two # gone\n  three\nservices = local\n"
               "[services local]\ns3 =\n  endpoint_url = http://x # gone\n"
               "dynamodb =\n  endpoint_url = http://y\n"
               "[sso-session s]\nsso_region = z\n",
               "");

  g_assert_cmpstr (anc_aws_config_get_nested (config, "profile", "a", "s3",
                                              "addressing_style"),
                   ==, "path");
  g_assert_cmpstr (
      anc_aws_config_get_nested (config, "profile", "a", "s3", "max_queue"), ==,
      "5");
  g_assert_null (anc_aws_config_get (config, "a", "max_queue"));
  g_assert_cmpstr (anc_aws_config_get (config, "a", "long"), ==,
                   "one\ntwo\nthree");
  g_assert_cmpstr (anc_aws_config_get_nested (config, "services", "local", "s3",
                                              "endpoint_url"),
                   ==, "http://x");
  g_assert_cmpstr (anc_aws_config_get_nested (config, "services", "local",
                                              "dynamodb", "endpoint_url"),
                   ==, "http://y");
  g_assert_cmpstr (anc_aws_config_get_nested (config, "sso-session", "s", NULL,
                                              "sso_region"),
                   ==, "z");
}

static void
test_refused (void)
{
  static const struct {
    const gchar *text, *words;
    gsize size; /* 0: all */
  } table[] = {
    { "key = s3cret\n", "Line 1 of f comes before", 0 },
    { "\n[a\nx=1\n", "Line 2 of f begins a section without a closing", 0 },
    { "[]\n", "without a name", 0 },
    { "[a]\nx = 1\ns3cret\n", "Line 3 of f is no key", 0 },
    { "[a]\n= s3cret\n", "is no key", 0 },
    { "[a]\n  s3cret = 1\n", "is indented", 0 },
    { "[a]\nx =\n  s3cret\n", "is no key", 0 },
    { "[a]\0x", "binary", 5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (AncAwsConfig) config = anc_aws_config_new ();
    g_autoptr (GError) error = NULL;

    g_assert_false (anc_aws_config_add (
        config, ANC_AWS_CREDENTIALS_FILE, "f", table[i].text,
        table[i].size != 0 ? table[i].size : strlen (table[i].text), &error));
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_CREDENTIALS);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, table[i].words));
    g_assert_null (strstr (error->message, "s3cret"));
  }
}

/* --- the context --- */

typedef struct {
  gchar *folder, *config;
} Home;

static void
home_init (Home *self, const gchar *text)
{
  self->folder = g_dir_make_tmp ("anc-config-XXXXXX", NULL);
  self->config = g_build_filename (self->folder, "config", NULL);
  g_assert_true (g_file_set_contents (self->config, text, -1, NULL));
}

static void
home_clear (Home *self)
{
  g_unlink (self->config);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->config);
}

/* NAME=VALUE strings, NULL at the end. */
static AncAwsContext *
make_context (const Home *home, const gchar *profile, const gchar *more)
{
  g_autofree gchar *folder = g_strconcat ("HOME=", home->folder, NULL);
  const gchar *environment[]
      = { folder, "AWS_CONFIG_FILE=~/config", more, NULL };

  return anc_aws_context_new (environment, profile, NULL);
}

static void
assert_region (AncAwsContext *context, const gchar *given,
               const gchar *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *region
      = anc_aws_context_resolve_region (context, given, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (region, ==, expected);
  anc_aws_context_unref (context);
}

static void
test_region (void)
{
  Home home;

  home_init (&home, "[default]\nregion = eu-west-1\n"
                    "[profile a]\nregion = eu-west-2\n[profile b]\nx=y\n");
  assert_region (make_context (&home, NULL, NULL), NULL, "eu-west-1");
  assert_region (make_context (&home, NULL, NULL), "", "eu-west-1");
  assert_region (make_context (&home, NULL, NULL), "us-east-1", "us-east-1");
  assert_region (make_context (&home, "a", NULL), NULL, "eu-west-2");
  assert_region (make_context (&home, NULL, "AWS_PROFILE=a"), NULL,
                 "eu-west-2");
  assert_region (make_context (&home, "b", "AWS_REGION=x-1"), NULL, "x-1");
  assert_region (make_context (&home, "b", "AWS_DEFAULT_REGION=x-2"), NULL,
                 "x-2");
  home_clear (&home);
}

static void
test_bad_region (void)
{
  static const gchar *const bad[]
      = { "EU", "a.b", "x/y", "-a", "a-", "eu west", "\xc3\xa4" };
  g_autoptr (GError) error = NULL;
  g_autoptr (AncAwsContext) context = NULL;
  Home home;

  home_init (&home, "");
  context = make_context (&home, "named", NULL);
  g_assert_null (anc_aws_context_resolve_region (context, NULL, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_NO_REGION);
  g_assert_nonnull (strstr (error->message, "AWS_REGION"));
  g_assert_nonnull (strstr (error->message, "\"named\""));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_clear_error (&error);
    g_assert_null (anc_aws_context_resolve_region (context, bad[i], &error));
    g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_ARGUMENT);
  }
  home_clear (&home);
}

static void
test_unreadable (void)
{
  static const gchar *const environment[]
      = { "HOME=/nonexistent", "AWS_CONFIG_FILE=/", NULL };
  static const gchar *const missing[] = { "HOME=/nonexistent", NULL };
  g_autoptr (AncAwsContext) context
      = anc_aws_context_new (environment, NULL, NULL);
  g_autoptr (AncAwsContext) without = anc_aws_context_new (missing, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (anc_aws_context_config (context, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_CREDENTIALS);
  g_assert_nonnull (anc_aws_context_config (without, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/profiles", test_profiles);
  g_test_add_func ("/config/default", test_default);
  g_test_add_func ("/config/nested", test_nested);
  g_test_add_func ("/config/refused", test_refused);
  g_test_add_func ("/context/region", test_region);
  g_test_add_func ("/context/bad-region", test_bad_region);
  g_test_add_func ("/context/unreadable", test_unreadable);
  return g_test_run ();
}
