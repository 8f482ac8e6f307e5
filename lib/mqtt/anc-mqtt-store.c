/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SQLite documentation: "Write-Ahead Logging" (a commit is one fsync of the log
 * with synchronous=FULL), "PRAGMA locking_mode" (EXCLUSIVE keeps the file's
 * lock for as long as it is open; the kernel drops it with the process),
 * "How To Corrupt An SQLite Database File". */
#include "anc-mqtt-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "anc-mqtt-error.h"

#define APPLICATION_ID 0x616e6351 /* "ancQ" */
#define SCHEMA_VERSION 1
/* What the last user has not yet let go of when we start. */
#define BUSY_MS 1000
/* Larger files are read through where they are used: a start must not take
 * seconds. */
#define CHECKED_BYTES (64 * 1024 * 1024)

struct _AncMqttStore {
  gchar *path;
  sqlite3 *db;
  sqlite3_stmt *insert;
  sqlite3_stmt *remove;
  sqlite3_stmt *select;
};

void
anc_mqtt_stored_clear (AncMqttStored *self)
{
  g_clear_pointer (&self->message, anc_mqtt_message_unref);
}

static gboolean
fail (AncMqttStore *self, GError **error)
{
  int code = sqlite3_errcode (self->db) & 0xff;

  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_BUSY,
                 "the queue %s is in use by another process or element; give "
                 "each its own client-id or queue-directory",
                 self->path);
  else
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_STORAGE,
                 "the queue %s cannot be used: %s; check the disk's space and "
                 "the rights of the directory",
                 self->path, sqlite3_errmsg (self->db));
  return FALSE;
}

static gboolean
run (AncMqttStore *self, const gchar *sql, GError **error)
{
  return sqlite3_exec (self->db, sql, NULL, NULL, NULL) == SQLITE_OK
         || fail (self, error);
}

/* The first column of the first row, or -1. */
static gint64
ask (AncMqttStore *self, const gchar *sql)
{
  sqlite3_stmt *statement = NULL;
  gint64 answer = -1;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    answer = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return answer;
}

static gboolean
is_damaged (AncMqttStore *self)
{
  int code = sqlite3_errcode (self->db) & 0xff;

  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/* "ok" is the only row of a file without damage. */
static gboolean
passes_check (AncMqttStore *self)
{
  sqlite3_stmt *statement = NULL;
  gboolean good = FALSE;

  if (sqlite3_prepare_v2 (self->db, "PRAGMA quick_check(1)", -1, &statement,
                          NULL)
          == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    good = g_strcmp0 ((const gchar *) sqlite3_column_text (statement, 0), "ok")
           == 0;
  sqlite3_finalize (statement);
  return good;
}

static gboolean
check_owner (AncMqttStore *self, GError **error)
{
  gint64 owner = ask (self, "PRAGMA application_id");
  gint64 version = ask (self, "PRAGMA user_version");
  gint64 tables = ask (self, "SELECT count(*) FROM sqlite_schema");

  if (tables > 0 && owner != APPLICATION_ID) {
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_STORAGE,
                 "%s is another program's database, not a queue; choose "
                 "another queue-directory",
                 self->path);
    return FALSE;
  }
  if (version > SCHEMA_VERSION) {
    g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_STORAGE,
                 "the queue %s was written by a newer version of this plugin; "
                 "install that version or choose another queue-directory",
                 self->path);
    return FALSE;
  }
  return TRUE;
}

/* AUTOINCREMENT: a number is never used again, even after its row is gone. */
static gboolean
make_tables (AncMqttStore *self, GError **error)
{
  g_autofree gchar *sql = g_strdup_printf (
      "BEGIN IMMEDIATE;"
      "PRAGMA application_id=%d; PRAGMA user_version=%d;"
      "CREATE TABLE IF NOT EXISTS message ("
      " number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,"
      " qos INTEGER NOT NULL, retain INTEGER NOT NULL, size INTEGER NOT NULL,"
      " payload BLOB NOT NULL);"
      "COMMIT",
      APPLICATION_ID, SCHEMA_VERSION);

  return run (self, sql, error);
}

static gboolean
prepare (AncMqttStore *self, const gchar *sql, sqlite3_stmt **ret_statement,
         GError **error)
{
  return sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                             ret_statement, NULL)
             == SQLITE_OK
         || fail (self, error);
}

static gboolean
open_database (AncMqttStore *self, GError **error)
{
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
              | SQLITE_OPEN_PRIVATECACHE;

  if (sqlite3_open_v2 (self->path, &self->db, flags, NULL) != SQLITE_OK)
    return fail (self, error);
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_MS);
  return run (self, "PRAGMA locking_mode=EXCLUSIVE", error)
         && run (self, "PRAGMA journal_mode=WAL", error)
         && run (self, "PRAGMA synchronous=FULL", error)
         && check_owner (self, error) && make_tables (self, error)
         && prepare (self,
                     "INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                     &self->insert, error)
         && prepare (self, "DELETE FROM message WHERE number = ?1",
                     &self->remove, error)
         && prepare (self,
                     "SELECT number, topic, qos, retain, payload FROM message "
                     "WHERE number > ?1 ORDER BY number",
                     &self->select, error);
}

static void
close_database (AncMqttStore *self)
{
  g_clear_pointer (&self->insert, sqlite3_finalize);
  g_clear_pointer (&self->remove, sqlite3_finalize);
  g_clear_pointer (&self->select, sqlite3_finalize);
  g_clear_pointer (&self->db, sqlite3_close);
}

static gboolean
read_contents (AncMqttStore *self, AncMqttStoreContents *ret)
{
  gint64 messages = ask (self, "SELECT count(*) FROM message");
  gint64 bytes = ask (self, "SELECT total(size) FROM message");
  gint64 last = ask (self, "SELECT seq FROM sqlite_sequence "
                           "WHERE name = 'message'");

  if (messages < 0 || bytes < 0)
    return FALSE;
  ret->messages = (guint64) messages;
  ret->bytes = (guint64) bytes;
  ret->last = last > 0 ? (guint64) last : 0;
  return TRUE;
}

/* The log goes with its database: alone, neither can be read. */
static gchar *
set_aside (AncMqttStore *self)
{
  static const gchar *const parts[] = { "", "-wal", "-shm" };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree gchar *to = g_strdup_printf ("%s.damaged-%s", self->path, time);

  for (guint i = 1; g_file_test (to, G_FILE_TEST_EXISTS); i++) {
    g_free (to);
    to = g_strdup_printf ("%s.damaged-%s-%u", self->path, time, i);
  }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree gchar *old = g_strconcat (self->path, parts[i], NULL);
    g_autofree gchar *new = g_strconcat (to, parts[i], NULL);

    if (g_rename (old, new) != 0 && i == 0)
      return NULL;
  }
  return g_steal_pointer (&to);
}

/* Payloads are nobody else's business: 0600, whatever the umask. */
static gboolean
make_file (const gchar *directory, const gchar *path, GError **error)
{
  int fd;

  if (g_mkdir_with_parents (directory, 0700) == 0) {
    fd = g_open (path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
      return g_close (fd, error);
  }
  g_set_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_STORAGE,
               "the queue %s cannot be written: %s; check queue-directory",
               path, g_strerror (errno));
  return FALSE;
}

static gboolean
open_whole (AncMqttStore *self, const gchar *directory,
            AncMqttStoreContents *ret_contents, gboolean *ret_damaged,
            GError **error)
{
  GStatBuf status;

  *ret_damaged = FALSE;
  if (!make_file (directory, self->path, error))
    return FALSE;
  if (!open_database (self, error)) {
    *ret_damaged = is_damaged (self);
    return FALSE;
  }
  *ret_damaged = (g_stat (self->path, &status) == 0
                  && status.st_size <= CHECKED_BYTES && !passes_check (self))
                 || !read_contents (self, ret_contents);
  return !*ret_damaged;
}

AncMqttStore *
anc_mqtt_store_open (const gchar *directory, const gchar *name,
                     AncMqttStoreContents *ret_contents, gchar **ret_warning,
                     GError **error)
{
  g_autoptr (AncMqttStore) self = g_new0 (AncMqttStore, 1);
  g_autoptr (GError) trouble = NULL;
  g_autofree gchar *file = g_strconcat (name, ".sqlite", NULL);
  g_autofree gchar *aside = NULL;
  gboolean damaged;

  self->path = g_build_filename (directory, file, NULL);
  if (open_whole (self, directory, ret_contents, &damaged, &trouble))
    return g_steal_pointer (&self);
  close_database (self);
  if (damaged)
    aside = set_aside (self);
  if (aside == NULL) {
    if (trouble == NULL)
      g_set_error (&trouble, ANC_MQTT_ERROR, ANC_MQTT_ERROR_STORAGE,
                   "the queue %s is damaged and cannot be renamed; move it "
                   "away",
                   self->path);
    g_propagate_error (error, g_steal_pointer (&trouble));
    return NULL;
  }
  if (!open_whole (self, directory, ret_contents, &damaged, error))
    return NULL;
  *ret_warning = g_strdup_printf (
      "the queue %s is damaged; it was renamed to %s, which may still hold "
      "messages (the sqlite3 program's .recover reads them), and a new one "
      "was begun",
      self->path, aside);
  return g_steal_pointer (&self);
}

static gboolean
insert (AncMqttStore *self, const AncMqttStored *stored)
{
  const AncMqttMessage *message = stored->message;
  sqlite3_stmt *statement = self->insert;
  gsize size;
  const void *data = g_bytes_get_data (message->payload, &size);
  gboolean done;

  sqlite3_bind_int64 (statement, 1, (gint64) stored->number);
  sqlite3_bind_text (statement, 2, message->topic, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 3, (int) message->qos);
  sqlite3_bind_int (statement, 4, message->retain);
  sqlite3_bind_int64 (statement, 5, (gint64) anc_mqtt_message_size (message));
  sqlite3_bind_blob64 (statement, 6, data != NULL ? data : "", size,
                       SQLITE_STATIC);
  done = sqlite3_step (statement) == SQLITE_DONE;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return done;
}

static gboolean
change (AncMqttStore *self, const GArray *added, const GArray *removed)
{
  for (guint i = 0; i < added->len; i++) {
    if (!insert (self, &g_array_index (added, AncMqttStored, i)))
      return FALSE;
  }
  for (guint i = 0; i < removed->len; i++) {
    guint64 number = g_array_index (removed, guint64, i);
    gboolean done;

    sqlite3_bind_int64 (self->remove, 1, (gint64) number);
    done = sqlite3_step (self->remove) == SQLITE_DONE;
    sqlite3_reset (self->remove);
    if (!done)
      return FALSE;
  }
  return TRUE;
}

gboolean
anc_mqtt_store_write (AncMqttStore *self, const GArray *added,
                      const GArray *removed, GError **error)
{
  if (!run (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (change (self, added, removed) && run (self, "COMMIT", error))
    return TRUE;
  if (error != NULL && *error == NULL)
    fail (self, error);
  sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static AncMqttStored
read_row (sqlite3_stmt *row)
{
  g_autoptr (GBytes) payload = g_bytes_new (
      sqlite3_column_blob (row, 4), (gsize) sqlite3_column_bytes (row, 4));
  const gchar *topic = (const gchar *) sqlite3_column_text (row, 1);

  return (AncMqttStored){
    .number = (guint64) sqlite3_column_int64 (row, 0),
    .message = anc_mqtt_message_new (topic != NULL ? topic : "", payload,
                                     (guint) sqlite3_column_int (row, 2),
                                     sqlite3_column_int (row, 3) != 0),
  };
}

gboolean
anc_mqtt_store_read (AncMqttStore *self, guint64 after, gsize bytes,
                     GArray *ret_messages, GError **error)
{
  gsize sum = 0;
  int code = SQLITE_ROW;

  sqlite3_bind_int64 (self->select, 1, (gint64) after);
  while (sum < bytes && (code = sqlite3_step (self->select)) == SQLITE_ROW) {
    AncMqttStored stored = read_row (self->select);

    sum += anc_mqtt_message_size (stored.message);
    g_array_append_val (ret_messages, stored);
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    fail (self, error);
  sqlite3_reset (self->select);
  return code == SQLITE_ROW || code == SQLITE_DONE;
}

void
anc_mqtt_store_close (AncMqttStore *self)
{
  close_database (self);
  g_free (self->path);
  g_free (self);
}
