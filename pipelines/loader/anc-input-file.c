/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-input-file.h"

#include "anc-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
check_content (const gchar *path, goffset size, GError **error)
{
  if (size == 0)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s is empty", path);
  else if (anc_input_file_has_no_channels (path))
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "%s: its header says that it has no channels; record or "
                 "export it again",
                 path);
  else if (anc_input_file_lacks_index (path))
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN,
                 "%s is cut off: the index at the end of such a file is "
                 "missing, without which nothing of it can be played; copy or "
                 "record it again",
                 path);
  else
    return TRUE;
  return FALSE;
}

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
  else
    return !S_ISREG (info.st_mode) || check_content (path, info.st_size, error);
  return FALSE;
}
