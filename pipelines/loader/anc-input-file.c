/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-input-file.h"

#include "anc-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
anc_input_file_check (const gchar *parameter, const gchar *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    g_set_error (
        error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s=%s: %s", parameter, path,
        errno == ENOENT ? "there is no such file" : g_strerror (errno));
  else if (S_ISDIR (info.st_mode))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: it is a directory; name a file", parameter, path);
  else if (S_ISFIFO (info.st_mode) || S_ISSOCK (info.st_mode))
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: it is a pipe; write it to a file first", parameter,
                 path);
  else if (g_access (path, R_OK) != 0)
    g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER,
                 "%s=%s: you may not read it", parameter, path);
  else if (S_ISREG (info.st_mode) && info.st_size == 0)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s is empty", path);
  else
    return TRUE;
  return FALSE;
}
