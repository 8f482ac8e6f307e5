/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-secret.h"

#include <string.h>

void
anc_secret_free (gchar *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
anc_secret_replace (gchar **secret, const gchar *value)
{
  gchar *copy = g_strdup (value);

  anc_secret_free (*secret);
  *secret = copy;
}
