/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-context.h"

#include "anc-aws-error.h"
#include "anc-secret.h"

#include <string.h>

struct _AncAwsContext {
  gatomicrefcount references;
  gchar **environment; /* holds secrets: wiped */
  gchar *profile;
  gboolean explicit_profile, argument_profile;
  const AncAwsClock *clock;

  GMutex lock;          /* for what follows */
  AncAwsConfig *config; /* NULL: not read yet */
  GError *config_error; /* why it could not be */
};

static void
choose_profile (AncAwsContext *self, const gchar *profile)
{
  self->argument_profile = profile != NULL && *profile != '\0';
  if (!self->argument_profile)
    profile = anc_aws_context_getenv (self, "AWS_PROFILE");
  if (profile == NULL)
    profile = anc_aws_context_getenv (self, "AWS_DEFAULT_PROFILE");
  self->explicit_profile = profile != NULL;
  self->profile = g_strdup (profile != NULL ? profile : "default");
}

AncAwsContext *
anc_aws_context_new (const gchar *const *environment, const gchar *profile,
                     const AncAwsClock *clock)
{
  AncAwsContext *self = g_new0 (AncAwsContext, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->lock);
  self->environment = environment != NULL ? g_strdupv ((gchar **) environment)
                                          : g_get_environ ();
  self->clock = clock != NULL ? clock : anc_aws_clock_system ();
  choose_profile (self, profile);
  return self;
}

AncAwsContext *
anc_aws_context_ref (AncAwsContext *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_context_unref (AncAwsContext *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (guint i = 0; self->environment[i] != NULL; i++)
    anc_secret_free (self->environment[i]);
  g_free (self->environment);
  g_free (self->profile);
  g_clear_pointer (&self->config, anc_aws_config_unref);
  g_clear_error (&self->config_error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const AncAwsClock *
anc_aws_context_clock (const AncAwsContext *self)
{
  return self->clock;
}

const gchar *
anc_aws_context_getenv (const AncAwsContext *self, const gchar *name)
{
  const gchar *value = g_environ_getenv (self->environment, name);

  return value != NULL && *value != '\0' ? value : NULL;
}

gboolean
anc_aws_context_getenv_boolean (const AncAwsContext *self, const gchar *name)
{
  const gchar *value = anc_aws_context_getenv (self, name);

  return value != NULL
         && (g_ascii_strcasecmp (value, "true") == 0
             || strcmp (value, "1") == 0);
}

const gchar *
anc_aws_context_profile (const AncAwsContext *self)
{
  return self->profile;
}

gboolean
anc_aws_context_profile_is_explicit (const AncAwsContext *self)
{
  return self->explicit_profile;
}

gboolean
anc_aws_context_profile_is_argument (const AncAwsContext *self)
{
  return self->argument_profile;
}

const gchar *const *
anc_aws_context_environment (const AncAwsContext *self)
{
  return (const gchar *const *) self->environment;
}

static gchar *
file_name (const AncAwsContext *self, const gchar *variable, const gchar *usual)
{
  const gchar *named = anc_aws_context_getenv (self, variable);
  const gchar *home = anc_aws_context_getenv (self, "HOME");

  if (home == NULL)
    home = g_get_home_dir ();
  if (named == NULL)
    return g_build_filename (home, ".aws", usual, NULL);
  return g_str_has_prefix (named, "~/")
             ? g_build_filename (home, named + 2, NULL)
             : g_strdup (named);
}

static gboolean
add_file (AncAwsContext *self, AncAwsConfig *config, AncAwsConfigKind kind,
          const gchar *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  gchar *text = NULL;
  gsize size = 0;
  gboolean ok;

  if (!g_file_get_contents (path, &text, &size, &local)) {
    if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)
        || g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
      return TRUE;
    anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                       "The AWS file %s cannot be read: %s. Make it readable "
                       "or name another one.",
                       path, local->message);
    return FALSE;
  }
  ok = anc_aws_config_add (config, kind, path, text, size, error);
  explicit_bzero (text, size);
  g_free (text);
  return ok;
}

/* Called with the lock held. */
static void
read_files (AncAwsContext *self)
{
  g_autofree gchar *config = file_name (self, "AWS_CONFIG_FILE", "config");
  g_autofree gchar *credentials
      = file_name (self, "AWS_SHARED_CREDENTIALS_FILE", "credentials");

  self->config = anc_aws_config_new ();
  if (add_file (self, self->config, ANC_AWS_CONFIG_FILE, config,
                &self->config_error))
    add_file (self, self->config, ANC_AWS_CREDENTIALS_FILE, credentials,
              &self->config_error);
}

const AncAwsConfig *
anc_aws_context_config (AncAwsContext *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->config == NULL)
    read_files (self);
  if (self->config_error == NULL)
    return self->config;
  if (error != NULL)
    *error = g_error_copy (self->config_error);
  return NULL;
}

const gchar *
anc_aws_context_setting (AncAwsContext *self, const gchar *key)
{
  const AncAwsConfig *config = anc_aws_context_config (self, NULL);

  return config != NULL ? anc_aws_config_get (config, self->profile, key)
                        : NULL;
}

/* It becomes a label of a host name. */
static gboolean
is_label (const gchar *text)
{
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-");

  return length > 0 && length < 64 && text[length] == '\0' && *text != '-'
         && text[length - 1] != '-';
}

gchar *
anc_aws_context_resolve_region (AncAwsContext *self,
                                const gchar *explicit_region, GError **error)
{
  const gchar *region = explicit_region;

  if (region == NULL || *region == '\0')
    region = anc_aws_context_getenv (self, "AWS_REGION");
  if (region == NULL)
    region = anc_aws_context_getenv (self, "AWS_DEFAULT_REGION");
  if (region == NULL)
    region = anc_aws_context_setting (self, "region");
  if (region == NULL) {
    anc_aws_error_set (error, ANC_AWS_ERROR_NO_REGION, NULL,
                       "No AWS region is set. Name one, for example eu-west-1, "
                       "as region, in AWS_REGION, or in profile \"%s\" of "
                       "~/.aws/config.",
                       self->profile);
    return NULL;
  }
  if (!is_label (region)) {
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "\"%s\" is no AWS region. Regions look like eu-west-1: "
                       "lower-case letters, digits and hyphens.",
                       region);
    return NULL;
  }
  return g_strdup (region);
}
