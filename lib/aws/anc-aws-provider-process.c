/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-provider-private.h"

#include "anc-aws-error.h"
#include "anc-secret.h"

typedef struct {
  AncAwsContext *context;
  gchar *command; /* may hold a secret: wiped, in no message */
} Process;

static AncAwsCredentials *
refuse (const gchar *what, GError **error)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                     "The credential_process of the profile %s. Run it by hand "
                     "to see what it says.",
                     what);
  return NULL;
}

static GSubprocess *
start (const Process *self, GError **error)
{
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GSubprocess *process;

  if (!g_shell_parse_argv (self->command, NULL, &arguments, NULL)) {
    refuse ("has unmatched quotes", error);
    return NULL;
  }
  g_subprocess_launcher_set_environ (
      launcher, (gchar **) anc_aws_context_environment (self->context));
  process = g_subprocess_launcher_spawnv (
      launcher, (const gchar *const *) arguments, NULL);
  if (process == NULL)
    refuse ("cannot be started", error);
  return process;
}

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  const Process *self = data;
  g_autoptr (GSubprocess) process = start (self, error);
  AncAwsCredentials *credentials = NULL;
  g_autoptr (GError) local = NULL;
  GBytes *output = NULL;

  if (process == NULL)
    return NULL;
  if (!g_subprocess_communicate (process, NULL, cancellable, &output, NULL,
                                 &local)) {
    g_subprocess_force_exit (process);
    if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_propagate_error (error, g_steal_pointer (&local));
    else
      refuse ("could not be read", error);
  } else if (!g_subprocess_get_successful (process)) {
    refuse ("failed", error);
  } else {
    credentials = anc_aws_credentials_from_json (
        output, NULL, "The credential_process of the profile", error);
  }
  anc_aws_wipe_bytes (output);
  return credentials;
}

static void
free_process (gpointer data)
{
  Process *self = data;

  anc_aws_context_unref (self->context);
  anc_secret_free (self->command);
  g_free (self);
}

AncAwsProvider *
anc_aws_provider_process (AncAwsContext *context, const gchar *command)
{
  static const AncAwsProviderClass klass
      = { .name = "a program", .fetch = fetch, .free = free_process };
  Process *self = g_new0 (Process, 1);

  self->context = anc_aws_context_ref (context);
  self->command = g_strdup (command);
  return anc_aws_provider_new (&klass, self);
}
