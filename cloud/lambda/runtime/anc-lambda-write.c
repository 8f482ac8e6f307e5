/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-write.h"

#include <errno.h>
#include <unistd.h>

gboolean
anc_lambda_write_all (int fd, gconstpointer data, gsize size)
{
  const gchar *at = data;

  while (size > 0) {
    ssize_t done = write (fd, at, size);

    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return FALSE;
    at += done;
    size -= (gsize) done;
  }
  return TRUE;
}
