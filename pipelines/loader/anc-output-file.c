/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* renameat2 */
#include "anc-output-file.h"

#include "anc-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANDOM "XXXXXX"

struct _AncOutputFile {
  gchar *parameter;
  gchar *path;
  gchar *target;    /* what the path leads to */
  gint lock;        /* the temporary file, locked; or -1 */
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
  if (g_stat (self->path, &info) != 0) {
    if (g_lstat (self->path, &info) != 0)
      return TRUE;
    refuse (self, error,
            "it is a link to a file that is not there; name that "
            "file, or remove the link");
    return FALSE;
  }
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

/* A run that was killed could not remove its file, but its lock went with it.
 * What is locked belongs to one that is still at work. */
static void
remove_stale (const gchar *directory, const gchar *stem)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = NULL;
    gint fd;

    if (!g_str_has_prefix (name, stem)
        || strlen (name) != strlen (stem) + strlen (RANDOM))
      continue;
    path = g_build_filename (directory, name, NULL);
    fd = g_open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
    if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
      g_unlink (path);
    if (fd >= 0)
      close (fd);
  }
}

/* Created and locked in two steps: in between, another run may take it for
 * stale. */
static gint
open_temporary (const gchar *directory, const gchar *stem, gchar **ret_path)
{
  struct stat info;

  while (TRUE) {
    g_autofree gchar *leaf = g_strconcat (stem, RANDOM, NULL);
    g_autofree gchar *path = g_build_filename (directory, leaf, NULL);
    /* 0666: the umask decides, as for any file a program writes. */
    gint fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0666);

    if (fd < 0)
      return -1;
    /* Not every file system has locks: only "taken" counts. */
    if ((flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        && (fstat (fd, &info) != 0 || info.st_nlink > 0)) {
      *ret_path = g_steal_pointer (&path);
      return fd;
    }
    close (fd);
  }
}

static gboolean
create_temporary (AncOutputFile *self, GError **error)
{
  g_autofree gchar *directory = g_path_get_dirname (self->target);
  g_autofree gchar *base = g_path_get_basename (self->target);
  g_autofree gchar *stem = g_strdup_printf (".%.200s.anc-", base);
  g_autofree gchar *reason = NULL;

  if (!g_file_test (directory, G_FILE_TEST_IS_DIR)) {
    reason = g_strdup_printf ("there is no directory %s", directory);
    refuse (self, error, reason);
    return FALSE;
  }
  remove_stale (directory, stem);
  self->lock = open_temporary (directory, stem, &self->temporary);
  if (self->lock >= 0)
    return TRUE;
  reason = g_strdup_printf ("nothing can be written to %s (%s)", directory,
                            g_strerror (errno));
  refuse (self, error, reason);
  return FALSE;
}

/* What a link leads to is what is written, as with any other program. */
static gchar *
follow_links (const gchar *path)
{
  g_autofree gchar *link = g_file_read_link (path, NULL);
  gchar *real = link != NULL ? realpath (path, NULL) : NULL;
  gchar *target = g_strdup (real != NULL ? real : path);

  free (real);
  return target;
}

AncOutputFile *
anc_output_file_new (const gchar *parameter, const gchar *path,
                     gboolean overwrite, GError **error)
{
  g_autoptr (AncOutputFile) self = g_new0 (AncOutputFile, 1);
  gboolean special;

  self->parameter = g_strdup (parameter);
  self->path = g_strdup (path);
  self->target = follow_links (path);
  self->lock = -1;
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
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->parameter);
  g_free (self->path);
  g_free (self->target);
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
    if (renameat2 (AT_FDCWD, self->temporary, AT_FDCWD, self->target,
                   RENAME_NOREPLACE)
        == 0)
      return TRUE;
    if (errno != EINVAL && errno != ENOSYS)
      return FALSE;
  }
  return g_rename (self->temporary, self->target) == 0;
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
