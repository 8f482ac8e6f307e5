/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Shared config and credentials files: taken or refused, in one line that has
 * nothing of the file's text in it. The first byte says which kind. */
#include "fuzz.h"

#include "anc-aws-config.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AncAwsConfig) config = anc_aws_config_new ();
  g_autoptr (GError) error = NULL;
  const gchar *value;

  if (size == 0)
    return 0;
  FUZZ_CHECK (anc_aws_config_add (
                  config,
                  data[0] & 1 ? ANC_AWS_CREDENTIALS_FILE : ANC_AWS_CONFIG_FILE,
                  "file", (const gchar *) data + 1, size - 1, &error)
              == (error == NULL));
  if (error != NULL) {
    FUZZ_CHECK (g_str_is_ascii (error->message));
    FUZZ_CHECK (strchr (error->message, '\n') == NULL);
  }
  value = anc_aws_config_get (config, "default", "aws_access_key_id");
  FUZZ_CHECK (value == NULL || *value != '\0');
  anc_aws_config_get_nested (config, "services", "local", "s3", "endpoint_url");
  return 0;
}
