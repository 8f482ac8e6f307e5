/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Config files: refused with a reason, or their text can be made for any value
 * of their keys. Each input is a file without a place on the disk. */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include "anc-error.h"
#include "anc-pipeline-file.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const gchar *
first_value (const gchar *name, gpointer data)
{
  const AncParameter *parameter = anc_pipeline_file_get_parameter (data, name);

  FUZZ_CHECK (parameter != NULL && parameter->values != NULL);
  FUZZ_CHECK (parameter->values[0] != NULL);
  return parameter->values[0];
}

/* What a user might give for it. */
static void
try_values (const AncParameter *parameter, const gchar *text)
{
  const gchar *values[]
      = { "", "1", "-3e9", "true", parameter->default_text, text };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree gchar *reason = NULL, *normal = NULL, *again = NULL;

    if (values[i] == NULL)
      continue;
    normal = anc_parameter_normalise (parameter, values[i], &reason);
    FUZZ_CHECK ((normal == NULL) == (reason != NULL));
    if (normal == NULL)
      continue;
    again = anc_parameter_normalise (parameter, normal, &reason);
    FUZZ_CHECK (g_strcmp0 (normal, again) == 0);
  }
}

static void
use (AncPipelineFile *file)
{
  g_autoptr (GHashTable) used = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gchar *text
      = anc_pipeline_file_expand (file, first_value, file, used);

  FUZZ_CHECK (text != NULL);
  FUZZ_CHECK (g_utf8_validate (text, -1, NULL));
  for (guint i = 0; i < file->parameters->len; i++)
    try_values (file->parameters->pdata[i], file->description);
}

static gchar *
write_file (int *ret_file, const uint8_t *data, size_t size)
{
  *ret_file = memfd_create ("fuzz", MFD_CLOEXEC);
  FUZZ_CHECK (*ret_file >= 0);
  FUZZ_CHECK (write (*ret_file, data, size) == (ssize_t) size);
  return g_strdup_printf ("/proc/self/fd/%d", *ret_file);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int opened;
  g_autofree gchar *name = write_file (&opened, data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (AncPipelineFile) file = anc_pipeline_file_load (name, &error);

  close (opened);
  FUZZ_CHECK ((file == NULL) == (error != NULL));
  if (file == NULL) {
    FUZZ_CHECK (g_error_matches (error, ANC_ERROR, ANC_ERROR_CONFIG));
    FUZZ_CHECK (g_utf8_validate (error->message, -1, NULL));
    FUZZ_CHECK (g_str_has_prefix (error->message, name));
    FUZZ_CHECK (strpbrk (error->message, "\n\r\t\033") == NULL);
    return 0;
  }
  use (file);
  return 0;
}
