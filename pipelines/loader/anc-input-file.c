/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-input-file.h"

#include "anc-error.h"
#include "anc-input-wav.h"

#include <errno.h>
#include <string.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gchar *
find_wav_fault (const gchar *path, goffset size)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);

  return stream != NULL ? anc_wav_find_fault (stream, size) : NULL;
}

static gboolean
check_content (const gchar *path, goffset size, GError **error)
{
  g_autofree gchar *fault = find_wav_fault (path, size);

  if (size == 0)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s is empty", path);
  else if (fault != NULL)
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s: %s", path, fault);
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

/* Why there is nothing to read, or NULL. */
static const gchar *
find_reason (const gchar *path, GStatBuf *ret_info)
{
  if (g_stat (path, ret_info) != 0) {
    if (errno != ENOENT)
      return g_strerror (errno);
    return strstr (path, "://") != NULL
               ? "there is no such file; write its path, not a URI"
               : "there is no such file";
  }
  if (S_ISDIR (ret_info->st_mode))
    return "it is a directory; name a file";
  if (S_ISFIFO (ret_info->st_mode) || S_ISSOCK (ret_info->st_mode))
    return "it is a pipe; write it to a file first";
  return g_access (path, R_OK) != 0 ? "you may not read it" : NULL;
}

gboolean
anc_input_file_check (const gchar *parameter, const gchar *path, GError **error)
{
  GStatBuf info;
  const gchar *reason = find_reason (path, &info);

  if (reason == NULL)
    return !S_ISREG (info.st_mode) || check_content (path, info.st_size, error);
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s%s%s: %s",
               parameter != NULL ? parameter : "", parameter != NULL ? "=" : "",
               path, reason);
  return FALSE;
}
