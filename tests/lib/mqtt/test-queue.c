/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Order, bounds and what survives, in memory and on disk. */
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anc-mqtt-error.h"
#include "anc-mqtt-queue.h"

static gchar *
new_directory (void)
{
  g_autoptr (GError) error = NULL;
  gchar *path = g_dir_make_tmp ("anc-queue-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

static void
remove_directory (gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);

    g_unlink (file);
  }
  g_rmdir (path);
  g_free (path);
}

static AncMqttQueue *
open_queue (const gchar *directory, AncMqttQueuePolicy policy, guint64 messages)
{
  AncMqttQueueOptions options = { .directory = directory,
                                  .name = "q",
                                  .limit_messages = messages,
                                  .policy = policy };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *warning = NULL;
  AncMqttQueue *queue = anc_mqtt_queue_open (&options, &warning, &error);

  g_assert_no_error (error);
  g_assert_null (warning);
  return queue;
}

/* Payload: the number as text, then `padding` bytes. */
static AncMqttQueueResult
append (AncMqttQueue *queue, guint value, gsize padding, guint64 *ret_number)
{
  gchar text[12];
  gsize size = sizeof text + padding;
  gchar *data = g_malloc0 (size);
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (AncMqttMessage) message = NULL;

  g_snprintf (data, sizeof text, "%u", value);
  payload = g_bytes_new_take (data, size);
  message = anc_mqtt_message_new ("a/b", payload, 1, FALSE);
  return anc_mqtt_queue_append (queue, message, ret_number);
}

static guint
value_of (const AncMqttMessage *message)
{
  return (guint) atoi (g_bytes_get_data (message->payload, NULL));
}

/* Waits for the queue's thread to bring it from the disk. */
static guint
take (AncMqttQueue *queue, guint64 *ret_number)
{
  g_autoptr (AncMqttMessage) message = NULL;

  for (guint i = 0; i < 5000; i++) {
    message = anc_mqtt_queue_take (queue, ret_number);
    if (message != NULL)
      return value_of (message);
    g_usleep (1000);
  }
  g_assert_not_reached ();
}

static void
assert_nothing_to_take (AncMqttQueue *queue)
{
  guint64 number;

  g_assert_null (anc_mqtt_queue_take (queue, &number));
}

static void
test_order (gconstpointer on_disk)
{
  gchar *directory = on_disk ? new_directory () : NULL;
  g_autoptr (AncMqttQueue) queue
      = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  AncMqttQueueCounts counts;
  guint64 number, numbers[10];

  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (append (queue, i, 0, &numbers[i]), ==,
                     ANC_MQTT_QUEUE_APPENDED);
  for (guint i = 0; i < 6; i++) {
    g_assert_cmpuint (take (queue, &number), ==, i);
    g_assert_cmpuint (number, ==, numbers[i]);
  }
  /* acknowledged out of order; the rest comes again in order */
  anc_mqtt_queue_acknowledge (queue, numbers[1]);
  anc_mqtt_queue_acknowledge (queue, numbers[4]);
  anc_mqtt_queue_acknowledge (queue, numbers[4]);
  anc_mqtt_queue_acknowledge (queue, numbers[8]); /* not taken: no effect */
  anc_mqtt_queue_rewind (queue);
  for (guint i = 0; i < 10; i++) {
    if (i != 1 && i != 4) {
      g_assert_cmpuint (take (queue, &number), ==, i);
      anc_mqtt_queue_acknowledge (queue, number);
    }
  }
  assert_nothing_to_take (queue);
  g_assert_cmpint (anc_mqtt_queue_wait_empty (queue, 0), ==,
                   ANC_MQTT_WAIT_DONE);
  anc_mqtt_queue_get_counts (queue, &counts);
  g_assert_cmpuint (counts.appended, ==, 10);
  g_assert_cmpuint (counts.acknowledged, ==, 10);
  g_assert_cmpuint (counts.durable, ==, 10);
  g_assert_cmpuint (counts.bytes, ==, 0);
  g_clear_pointer (&queue, anc_mqtt_queue_unref);
  if (directory != NULL)
    remove_directory (directory);
}

static void
test_policies (gconstpointer on_disk)
{
  gchar *directory = on_disk ? new_directory () : NULL;
  AncMqttQueue *queue = open_queue (directory, ANC_MQTT_QUEUE_DROP_OLDEST, 4);
  AncMqttQueueCounts counts;
  guint64 number;

  for (guint i = 0; i < 4; i++)
    append (queue, i, 0, NULL);
  g_assert_cmpuint (take (queue, &number), ==, 0);
  for (guint i = 4; i < 6; i++)
    g_assert_cmpint (append (queue, i, 0, NULL), ==, ANC_MQTT_QUEUE_APPENDED);
  /* 0 is on its way and stays: 1 and 2 were dropped */
  g_assert_cmpuint (take (queue, &number), ==, 3);
  g_assert_cmpuint (take (queue, &number), ==, 4);
  g_assert_cmpuint (take (queue, &number), ==, 5);
  g_assert_cmpint (append (queue, 6, 0, NULL), ==, ANC_MQTT_QUEUE_DROPPED);
  anc_mqtt_queue_rewind (queue);
  g_assert_cmpuint (take (queue, &number), ==, 0);
  anc_mqtt_queue_get_counts (queue, &counts);
  g_assert_cmpuint (counts.dropped, ==, 3);
  g_assert_cmpuint (counts.messages, ==, 4);
  anc_mqtt_queue_unref (queue);

  queue = open_queue (NULL, ANC_MQTT_QUEUE_DROP_NEWEST, 2);
  append (queue, 0, 0, NULL);
  append (queue, 1, 0, NULL);
  g_assert_cmpint (append (queue, 2, 0, NULL), ==, ANC_MQTT_QUEUE_DROPPED);
  g_assert_cmpuint (take (queue, &number), ==, 0);
  anc_mqtt_queue_unref (queue);

  queue = open_queue (NULL, ANC_MQTT_QUEUE_BLOCK, 1);
  append (queue, 0, 0, NULL);
  g_assert_cmpint (append (queue, 1, 0, NULL), ==, ANC_MQTT_QUEUE_FULL);
  g_assert_cmpint (anc_mqtt_queue_wait_room (queue, 1, 0), ==,
                   ANC_MQTT_WAIT_TIMEOUT);
  anc_mqtt_queue_set_flushing (queue, TRUE);
  g_assert_cmpint (anc_mqtt_queue_wait_room (queue, 1, -1), ==,
                   ANC_MQTT_WAIT_FLUSHING);
  anc_mqtt_queue_set_flushing (queue, FALSE);
  take (queue, &number);
  anc_mqtt_queue_acknowledge (queue, number);
  g_assert_cmpint (anc_mqtt_queue_wait_room (queue, 1, -1), ==,
                   ANC_MQTT_WAIT_DONE);
  anc_mqtt_queue_unref (queue);
  if (directory != NULL)
    remove_directory (directory);
}

static void
test_byte_limit (void)
{
  AncMqttQueueOptions options
      = { .limit_bytes = 100, .policy = ANC_MQTT_QUEUE_DROP_OLDEST };
  g_autoptr (AncMqttQueue) queue = anc_mqtt_queue_open (&options, NULL, NULL);
  AncMqttQueueCounts counts;

  g_assert_cmpint (append (queue, 0, 100, NULL), ==, ANC_MQTT_QUEUE_DROPPED);
  for (guint i = 0; i < 50; i++)
    append (queue, i, 0, NULL);
  anc_mqtt_queue_get_counts (queue, &counts);
  g_assert_cmpuint (counts.messages, ==, 6); /* of 12 + 3 bytes */
  g_assert_cmpuint (counts.bytes, ==, 90);
  g_assert_cmpuint (counts.dropped, ==, 45);
}

/* What was appended and not acknowledged is there again, in order. */
static void
test_restart (void)
{
  gchar *directory = new_directory ();
  AncMqttQueue *queue = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  AncMqttQueueCounts counts;
  guint64 number, last;

  for (guint i = 0; i < 100; i++)
    append (queue, i, 0, &last);
  g_assert_cmpint (anc_mqtt_queue_wait_durable (queue, last, -1), ==,
                   ANC_MQTT_WAIT_DONE);
  for (guint i = 0; i < 40; i++) {
    g_assert_cmpuint (take (queue, &number), ==, i);
    if (i % 2 == 0)
      anc_mqtt_queue_acknowledge (queue, number);
  }
  g_assert_true (anc_mqtt_queue_close (queue, NULL));
  anc_mqtt_queue_unref (queue);

  queue = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  anc_mqtt_queue_get_counts (queue, &counts);
  g_assert_cmpuint (counts.recovered, ==, 80);
  g_assert_cmpuint (counts.messages, ==, 80);
  append (queue, 100, 0, &number);
  g_assert_cmpuint (number, ==, last + 1);
  for (guint i = 1; i <= 100; i++) {
    if (i < 40 && i % 2 == 0)
      continue;
    g_assert_cmpuint (take (queue, &number), ==, i);
    anc_mqtt_queue_acknowledge (queue, number);
  }
  assert_nothing_to_take (queue);
  anc_mqtt_queue_unref (queue);

  queue = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  anc_mqtt_queue_get_counts (queue, &counts);
  g_assert_cmpuint (counts.recovered, ==, 0);
  append (queue, 0, 0, &number);
  g_assert_cmpuint (number, >, last);
  anc_mqtt_queue_unref (queue);
  remove_directory (directory);
}

/* More than is kept in memory: what was spilled comes back in its place. */
static void
test_spill (void)
{
  enum { MESSAGES = 600, SIZE = 40000 };
  gchar *directory = new_directory ();
  g_autoptr (AncMqttQueue) queue
      = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  guint appended = 0;
  guint64 number;

  for (; appended < MESSAGES / 2; appended++)
    append (queue, appended, SIZE, NULL);
  for (guint i = 0; i < MESSAGES; i++) {
    g_assert_cmpuint (take (queue, &number), ==, i);
    anc_mqtt_queue_acknowledge (queue, number);
    if (appended < MESSAGES)
      append (queue, appended++, i % 7 * 1000, NULL);
  }
  assert_nothing_to_take (queue);
  g_clear_pointer (&queue, anc_mqtt_queue_unref);
  remove_directory (directory);
}

/* Drop-oldest while the oldest are only in the file. */
static void
test_spill_and_drop (void)
{
  enum { LIMIT = 300, MESSAGES = 1000 };
  gchar *directory = new_directory ();
  g_autoptr (AncMqttQueue) queue
      = open_queue (directory, ANC_MQTT_QUEUE_DROP_OLDEST, LIMIT);
  AncMqttQueueCounts counts;
  guint64 number;
  guint last;

  for (guint i = 0; i < MESSAGES; i++)
    append (queue, i, 40000, NULL);
  for (guint i = 0; i < 5000; i++) {
    anc_mqtt_queue_get_counts (queue, &counts);
    if (counts.messages <= LIMIT)
      break;
    g_usleep (1000);
  }
  g_assert_cmpuint (counts.messages, <=, LIMIT);
  g_assert_cmpuint (counts.messages + counts.dropped, ==, MESSAGES);
  last = take (queue, &number);
  anc_mqtt_queue_acknowledge (queue, number);
  for (guint i = 1; i < counts.messages; i++) {
    guint value = take (queue, &number);

    g_assert_cmpuint (value, >, last);
    anc_mqtt_queue_acknowledge (queue, number);
    last = value;
  }
  g_assert_cmpuint (last, ==, MESSAGES - 1);
  g_clear_pointer (&queue, anc_mqtt_queue_unref);
  remove_directory (directory);
}

/* In a process of its own: appends, takes and acknowledges the first, and
 * writes the highest number that is safe to a pipe, until it is killed. */
static void
sender (const gchar *directory, int pipe)
{
  AncMqttQueue *queue = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  guint64 number;

  for (guint i = 0;; i++) {
    append (queue, i, i % 100, &number);
    if (i % 8 == 0) {
      anc_mqtt_queue_wait_durable (queue, number, -1);
      if (write (pipe, &i, sizeof i) != sizeof i)
        _exit (1);
    }
  }
}

static void
test_kill (void)
{
  for (guint round = 0; round < 5; round++) {
    gchar *directory = new_directory ();
    AncMqttQueue *queue;
    int ends[2];
    guint safe = 0, value;
    guint64 number;
    pid_t child;

    g_assert_cmpint (pipe (ends), ==, 0);
    child = fork ();
    if (child == 0)
      sender (directory, ends[1]);
    close (ends[1]);
    for (guint i = 0; i < 3 + 4 * round; i++)
      g_assert_cmpint (read (ends[0], &safe, sizeof safe), ==, sizeof safe);
    kill (child, SIGKILL);
    while (read (ends[0], &value, sizeof value) == sizeof value)
      safe = value;
    waitpid (child, NULL, 0);
    close (ends[0]);

    queue = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
    for (guint i = 0; i <= safe; i++)
      g_assert_cmpuint (take (queue, &number), ==, i);
    anc_mqtt_queue_unref (queue);
    remove_directory (directory);
  }
}

static void
test_second_user (void)
{
  gchar *directory = new_directory ();
  g_autoptr (AncMqttQueue) queue
      = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  AncMqttQueueOptions options = { .directory = directory, .name = "q" };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *warning = NULL;
  pid_t child;
  int status;

  g_assert_null (anc_mqtt_queue_open (&options, &warning, &error));
  g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "queue-directory"));
  child = fork ();
  if (child == 0) {
    g_clear_error (&error);
    /* with an exit valgrind would look for leaks, where the threads that the
     * memory belongs to are missing */
    if (anc_mqtt_queue_open (&options, &warning, &error) == NULL
        && g_error_matches (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_BUSY))
      kill (getpid (), SIGKILL);
    _exit (1);
  }
  waitpid (child, &status, 0);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  g_assert_null (warning);
  g_clear_pointer (&queue, anc_mqtt_queue_unref);
  remove_directory (directory);
}

/* Overwrites a part of the file with noise. */
static void
damage (const gchar *file, gsize from, gsize to)
{
  g_autofree gchar *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (file, &data, &size, NULL));
  for (gsize i = from; i < MIN (to, size); i++)
    data[i] = (gchar) (i * 31 + 7);
  g_assert_true (g_file_set_contents (file, data, (gssize) size, NULL));
}

static void
test_damage (gconstpointer from)
{
  gchar *directory = new_directory ();
  g_autofree gchar *file = g_build_filename (directory, "q.sqlite", NULL);
  AncMqttQueueOptions options = { .directory = directory, .name = "q" };
  AncMqttQueue *queue = open_queue (directory, ANC_MQTT_QUEUE_BLOCK, 0);
  g_autofree gchar *warning = NULL;
  g_autoptr (GError) error = NULL;
  gchar *aside, *end;
  guint64 number;

  for (guint i = 0; i < 100; i++)
    append (queue, i, 500, NULL);
  anc_mqtt_queue_unref (queue);
  damage (file, GPOINTER_TO_SIZE (from), GPOINTER_TO_SIZE (from) + 12000);

  queue = anc_mqtt_queue_open (&options, &warning, &error);
  g_assert_no_error (error);
  g_assert_nonnull (warning);
  aside = strstr (warning, ".sqlite.damaged-");
  g_assert_nonnull (aside);
  end = strchr (aside, ',');
  g_assert_nonnull (end);
  *end = '\0';
  aside = g_build_filename (directory, "q", NULL);
  {
    g_autofree gchar *name
        = g_strconcat (aside, strstr (warning, ".sqlite.damaged-"), NULL);
    g_assert_true (g_file_test (name, G_FILE_TEST_EXISTS));
  }
  g_free (aside);
  append (queue, 7, 0, &number);
  g_assert_cmpuint (take (queue, &number), ==, 7);
  anc_mqtt_queue_unref (queue);
  remove_directory (directory);
}

static void
test_unusable (void)
{
  gchar *directory = new_directory ();
  g_autofree gchar *file = g_build_filename (directory, "file", NULL);
  g_autofree gchar *below = g_build_filename (file, "below", NULL);
  AncMqttQueueOptions options = { .directory = below, .name = "q" };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *warning = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  g_assert_null (anc_mqtt_queue_open (&options, &warning, &error));
  g_assert_error (error, ANC_MQTT_ERROR, ANC_MQTT_ERROR_STORAGE);
  remove_directory (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/queue/memory/order", NULL, test_order);
  g_test_add_data_func ("/queue/disk/order", "", test_order);
  g_test_add_data_func ("/queue/memory/policies", NULL, test_policies);
  g_test_add_data_func ("/queue/disk/policies", "", test_policies);
  g_test_add_func ("/queue/byte-limit", test_byte_limit);
  g_test_add_func ("/queue/restart", test_restart);
  g_test_add_func ("/queue/spill", test_spill);
  g_test_add_func ("/queue/spill-and-drop", test_spill_and_drop);
  g_test_add_func ("/queue/kill", test_kill);
  g_test_add_func ("/queue/second-user", test_second_user);
  g_test_add_data_func ("/queue/damage/header", GSIZE_TO_POINTER (0),
                        test_damage);
  g_test_add_data_func ("/queue/damage/pages", GSIZE_TO_POINTER (4096),
                        test_damage);
  g_test_add_func ("/queue/unusable", test_unusable);
  return g_test_run ();
}
