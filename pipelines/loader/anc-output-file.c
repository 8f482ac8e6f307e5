/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* renameat2 */
#include "anc-output-file.h"

#include "anc-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct _AncOutputFile {
  gchar *parameter;
  gchar *path;
  gchar *temporary; /* NULL: a device or a pipe, written directly */
  gboolean overwrite;
};

gboolean
anc_output_file_is_same (const gchar *a, const gchar *b)
{
  GStatBuf x, y;

  return g_stat (a, &x) == 0 && g_stat (b, &y) == 0 && x.st_dev == y.st_dev
         && x.st_ino == y.st_ino;
}

static void
refuse (const AncOutputFile *self, GError **error, const gchar *reason)
{
  g_set_error (error, ANC_ERROR, ANC_ERROR_PARAMETER, "%s=%s: %s",
               self->parameter, self->path, reason);
}

static gboolean
check_existing (const AncOutputFile *self, gboolean *ret_special,
                GError **error)
{
  GStatBuf info;

  *ret_special = FALSE;
  if (g_stat (self->path, &info) != 0)
    return TRUE;
  *ret_special = !S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode);
  if (S_ISDIR (info.st_mode))
    refuse (self, error, "it is a directory; name a file");
  else if (S_ISREG (info.st_mode) && !self->overwrite)
    refuse (self, error,
            "the file exists; choose another name, or add --overwrite");
  else if (g_access (self->path, W_OK) != 0)
    refuse (self, error, "you may not write it");
  else
    return TRUE;
  return FALSE;
}

static gboolean
create_temporary (AncOutputFile *self, GError **error)
{
  g_autofree gchar *directory = g_path_get_dirname (self->path);
  g_autofree gchar *base = g_path_get_basename (self->path);
  g_autofree gchar *leaf = g_strdup_printf (".%.200s.XXXXXX", base);
  g_autofree gchar *reason = NULL;
  gint fd;

  if (!g_file_test (directory, G_FILE_TEST_IS_DIR)) {
    reason = g_strdup_printf ("there is no directory %s", directory);
    refuse (self, error, reason);
    return FALSE;
  }
  self->temporary = g_build_filename (directory, leaf, NULL);
  /* 0666: the umask decides, as for any file a program writes. */
  fd = g_mkstemp_full (self->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd >= 0) {
    close (fd);
    return TRUE;
  }
  reason = g_strdup_printf ("nothing can be written to %s (%s)", directory,
                            g_strerror (errno));
  g_clear_pointer (&self->temporary, g_free);
  refuse (self, error, reason);
  return FALSE;
}

AncOutputFile *
anc_output_file_new (const gchar *parameter, const gchar *path,
                     gboolean overwrite, GError **error)
{
  g_autoptr (AncOutputFile) self = g_new0 (AncOutputFile, 1);
  gboolean special;

  self->parameter = g_strdup (parameter);
  self->path = g_strdup (path);
  self->overwrite = overwrite;
  if (!check_existing (self, &special, error)
      || (!special && !create_temporary (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
anc_output_file_free (AncOutputFile *self)
{
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->parameter);
  g_free (self->path);
  g_free (self);
}

const gchar *
anc_output_file_get_parameter (const AncOutputFile *self)
{
  return self->parameter;
}

const gchar *
anc_output_file_get_path (const AncOutputFile *self)
{
  return self->temporary != NULL ? self->temporary : self->path;
}

static gboolean
flush (const gchar *path)
{
  gint fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean good;

  if (fd < 0)
    return FALSE;
  good = fsync (fd) == 0;
  return close (fd) == 0 && good;
}

/* Without --overwrite a file that appeared meanwhile must stay; not every
 * file system knows that flag. */
static gboolean
give_name (AncOutputFile *self)
{
  if (!self->overwrite) {
    if (renameat2 (AT_FDCWD, self->temporary, AT_FDCWD, self->path,
                   RENAME_NOREPLACE)
        == 0)
      return TRUE;
    if (errno != EINVAL && errno != ENOSYS)
      return FALSE;
  }
  return g_rename (self->temporary, self->path) == 0;
}

gboolean
anc_output_file_commit (AncOutputFile *self, GError **error)
{
  if (self->temporary == NULL)
    return TRUE;
  if (!flush (self->temporary) || !give_name (self)) {
    g_set_error (error, ANC_ERROR, ANC_ERROR_RUN, "%s could not be written: %s",
                 self->path, g_strerror (errno));
    return FALSE;
  }
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}
