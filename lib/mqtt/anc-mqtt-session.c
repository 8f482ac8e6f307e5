/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-mqtt-session.h"

#include <MQTTAsync.h>
#include <string.h>

struct _AncMqttSession {
  MQTTClient_persistence store;
  GMutex lock;         /* guards packets; a leaf */
  GHashTable *packets; /* key of Paho's: GBytes, a whole packet */
};

/* Paho's keys: s- a PUBLISH that was sent, sc- its PUBREL, r- one that was
 * received; with a 5 before the dash for MQTT 5. */
static gboolean
is_publish (const gchar *key)
{
  return g_str_has_prefix (key, "s-") || g_str_has_prefix (key, "s5-")
         || g_str_has_prefix (key, "r-") || g_str_has_prefix (key, "r5-");
}

static gboolean
is_state (const gchar *key)
{
  return is_publish (key) || g_str_has_prefix (key, "sc-")
         || g_str_has_prefix (key, "sc5-");
}

/* All other keys (c- are commands, as Paho calls what it has not sent) Paho
 * reads again: kept while there is a handle. */
static gboolean
is_kept (const gchar *key, const gchar *packet)
{
  guint qos = ((guchar) packet[0] >> 1) & 3;

  return !is_publish (key) || qos == 2;
}

static int
on_open (void **handle, const char *client_id, const char *uri, void *context)
{
  *handle = context;
  return 0;
}

static int
on_close (void *handle)
{
  return 0;
}

static int
on_put (void *handle, char *key, int count, char *buffers[], int sizes[])
{
  AncMqttSession *self = handle;
  GByteArray *packet;

  if (count < 1 || sizes[0] < 1 || !is_kept (key, buffers[0]))
    return 0;
  packet = g_byte_array_new ();
  for (int i = 0; i < count; i++)
    g_byte_array_append (packet, (const guint8 *) buffers[i], (guint) sizes[i]);
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->packets, g_strdup (key),
                        g_byte_array_free_to_bytes (packet));
  g_mutex_unlock (&self->lock);
  return 0;
}

/* Paho frees what it is given, and only what its own allocator gave. */
static int
on_get (void *handle, char *key, char **ret_data, int *ret_size)
{
  AncMqttSession *self = handle;
  GBytes *packet;

  g_mutex_lock (&self->lock);
  packet = g_hash_table_lookup (self->packets, key);
  if (packet != NULL) {
    gsize size;
    const void *data = g_bytes_get_data (packet, &size);

    *ret_data = MQTTAsync_malloc (size);
    *ret_size = (int) size;
    if (*ret_data != NULL)
      memcpy (*ret_data, data, size);
    else
      packet = NULL;
  }
  g_mutex_unlock (&self->lock);
  return packet != NULL ? 0 : MQTTCLIENT_PERSISTENCE_ERROR;
}

static int
on_remove (void *handle, char *key)
{
  AncMqttSession *self = handle;

  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->packets, key);
  g_mutex_unlock (&self->lock);
  return 0;
}

static char *
copy_key (const gchar *key)
{
  gsize size = strlen (key) + 1;
  char *copy = MQTTAsync_malloc (size);

  return copy != NULL ? memcpy (copy, key, size) : NULL;
}

static int
on_keys (void *handle, char ***ret_keys, int *ret_count)
{
  AncMqttSession *self = handle;
  GHashTableIter iter;
  gpointer key;
  guint count, i = 0;

  g_mutex_lock (&self->lock);
  count = g_hash_table_size (self->packets);
  *ret_keys = count > 0 ? MQTTAsync_malloc (count * sizeof (char *)) : NULL;
  g_hash_table_iter_init (&iter, self->packets);
  while (*ret_keys != NULL && g_hash_table_iter_next (&iter, &key, NULL))
    (*ret_keys)[i++] = copy_key (key);
  *ret_count = (int) i;
  g_mutex_unlock (&self->lock);
  return 0;
}

static int
on_clear (void *handle)
{
  AncMqttSession *self = handle;

  g_mutex_lock (&self->lock);
  g_hash_table_remove_all (self->packets);
  g_mutex_unlock (&self->lock);
  return 0;
}

static gboolean
has (AncMqttSession *self, const gchar *key)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  found = g_hash_table_contains (self->packets, key);
  g_mutex_unlock (&self->lock);
  return found;
}

static int
on_contains (void *handle, char *key)
{
  return has (handle, key) ? 0 : MQTTCLIENT_PERSISTENCE_ERROR;
}

AncMqttSession *
anc_mqtt_session_new (void)
{
  AncMqttSession *self = g_new0 (AncMqttSession, 1);

  self->store = (MQTTClient_persistence){
    .context = self,
    .popen = on_open,
    .pclose = on_close,
    .pput = on_put,
    .pget = on_get,
    .premove = on_remove,
    .pkeys = on_keys,
    .pclear = on_clear,
    .pcontainskey = on_contains,
  };
  g_mutex_init (&self->lock);
  self->packets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) g_bytes_unref);
  return self;
}

void
anc_mqtt_session_free (AncMqttSession *self)
{
  g_hash_table_unref (self->packets);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
is_not_state (gpointer key, gpointer packet, gpointer unused)
{
  return !is_state (key);
}

void
anc_mqtt_session_prune (AncMqttSession *self)
{
  g_mutex_lock (&self->lock);
  g_hash_table_foreach_remove (self->packets, is_not_state, NULL);
  g_mutex_unlock (&self->lock);
}

MQTTClient_persistence *
anc_mqtt_session_store (AncMqttSession *self)
{
  return &self->store;
}

gboolean
anc_mqtt_session_has_sent (AncMqttSession *self, gint packet_id)
{
  static const gchar *const kinds[] = { "s-", "sc-", "s5-", "sc5-" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree gchar *key = g_strdup_printf ("%s%d", kinds[i], packet_id);

    if (has (self, key))
      return TRUE;
  }
  return FALSE;
}
