/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstanctelemetrywatch.h"

#include <string.h>

#include "gstanctelemetryrecord.h"

/* More in one record than that are counted and not kept. */
#define MOST_MESSAGES 64u

struct _GstAncWatch {
  gint references; /* ours and the signal handlers' */
  GWeakRef element;
  GWeakRef bus;
  gulong on_message, on_qos;
  gchar **names; /* NULL: all that have stats */

  gchar *known; /* of the thread that takes: the elements of the last time */

  GMutex lock;
  /* with the lock */
  GHashTable *missing;      /* names that were told, or */
  GPtrArray *to_tell;       /* are to be told */
  GstAncWatchNotify notify; /* called with it; NULL: no more */
  gpointer user_data;
  GValue messages; /* array of structures */
  guint64 lost;
  GHashTable *dropped; /* element name: guint64 * */
};

static gboolean
has_stats (gpointer object)
{
  GParamSpec *spec
      = g_object_class_find_property (G_OBJECT_GET_CLASS (object), "stats");

  return spec != NULL && spec->value_type == GST_TYPE_STRUCTURE
         && (spec->flags & G_PARAM_READABLE) != 0;
}

/* "a,b", "<a, b>", "< (string)a, (string)\"b\" >": what users and GValue
 * transformations write. */
static gchar **
split (const gchar *names)
{
  g_auto (GStrv) parts = g_strsplit (names != NULL ? names : "", ",", -1);
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
  gboolean any = FALSE;

  for (guint i = 0; parts[i] != NULL; i++) {
    gchar *name = g_strdelimit (parts[i], "<>\"", ' ');

    name = g_strstrip (name);
    if (g_str_has_prefix (name, "(string)"))
      name = g_strstrip (name + strlen ("(string)"));
    if (*name != '\0')
      g_strv_builder_add (kept, name);
    any |= *name != '\0';
  }
  return any ? g_strv_builder_end (kept) : NULL;
}

static gboolean
is_watched (GstAncWatch *self, GstObject *source)
{
  g_autofree gchar *name = NULL;
  g_autoptr (GstObject) element = g_weak_ref_get (&self->element);

  if (source == NULL || source == element || !GST_IS_ELEMENT (source))
    return FALSE;
  if (self->names == NULL)
    return has_stats (source);
  name = gst_object_get_name (source);
  return g_strv_contains ((const gchar *const *) self->names, name);
}

static void
keep_message (GstAncWatch *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  g_autofree gchar *time = gst_anc_telemetry_time_now ();
  g_autofree gchar *source = gst_object_get_name (GST_MESSAGE_SRC (message));
  GstStructure *kept = gst_structure_new (
      "message", "element", G_TYPE_STRING, source, "name", G_TYPE_STRING,
      gst_structure_get_name (structure), "time", G_TYPE_STRING, time, "fields",
      GST_TYPE_STRUCTURE, structure, NULL);

  g_mutex_lock (&self->lock);
  if (gst_value_array_get_size (&self->messages) < MOST_MESSAGES)
    gst_anc_telemetry_append (&self->messages, g_steal_pointer (&kept));
  else
    self->lost++;
  if (self->notify != NULL)
    self->notify (self->user_data);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&kept, gst_structure_free);
}

/* Telemetry about telemetry would never end. */
static void
on_element_message (GstBus *bus, GstMessage *message, gpointer watch)
{
  if (!gst_message_has_name (message, GST_ANC_TELEMETRY_MESSAGE)
      && gst_message_get_structure (message) != NULL
      && is_watched (watch, GST_MESSAGE_SRC (message)))
    keep_message (watch, message);
}

static void
on_qos_message (GstBus *bus, GstMessage *message, gpointer watch)
{
  GstAncWatch *self = watch;
  GstFormat format;
  guint64 dropped;

  gst_message_parse_qos_stats (message, &format, NULL, &dropped);
  if (format != GST_FORMAT_BUFFERS || dropped == G_MAXUINT64)
    return;
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->dropped,
                       gst_object_get_name (GST_MESSAGE_SRC (message)),
                       g_memdup2 (&dropped, sizeof dropped));
  g_mutex_unlock (&self->lock);
}

/* The outermost bin, or the element itself. */
static GstElement *
find_top (GstElement *element)
{
  GstObject *top = gst_object_ref (element), *parent;

  while ((parent = gst_object_get_parent (top)) != NULL) {
    gst_object_unref (top);
    top = parent;
  }
  return GST_ELEMENT (top);
}

static void
unref (GstAncWatch *self)
{
  if (!g_atomic_int_dec_and_test (&self->references))
    return;
  g_weak_ref_clear (&self->bus);
  g_weak_ref_clear (&self->element);
  g_hash_table_unref (self->missing);
  g_ptr_array_unref (self->to_tell);
  g_hash_table_unref (self->dropped);
  g_value_unset (&self->messages);
  g_mutex_clear (&self->lock);
  g_strfreev (self->names);
  g_free (self->known);
  g_free (self);
}

/* The handler may still run when it is disconnected: it has a reference. */
static gulong
connect (GstAncWatch *self, GstBus *bus, const gchar *signal, GCallback handler)
{
  g_atomic_int_inc (&self->references);
  return g_signal_connect_data (bus, signal, handler, self,
                                (GClosureNotify) (void (*) (void)) unref, 0);
}

static void
listen (GstAncWatch *self, GstElement *element)
{
  g_autoptr (GstElement) top = find_top (element);
  g_autoptr (GstBus) bus = gst_element_get_bus (top);

  if (bus == NULL)
    return;
  g_weak_ref_set (&self->bus, bus);
  gst_bus_enable_sync_message_emission (bus);
  self->on_message = connect (self, bus, "sync-message::element",
                              G_CALLBACK (on_element_message));
  self->on_qos
      = connect (self, bus, "sync-message::qos", G_CALLBACK (on_qos_message));
}

GstAncWatch *
gst_anc_watch_new (GstElement *element, const gchar *names,
                   GstAncWatchNotify notify, gpointer user_data)
{
  GstAncWatch *self = g_new0 (GstAncWatch, 1);

  self->references = 1;
  g_weak_ref_init (&self->element, element);
  g_weak_ref_init (&self->bus, NULL);
  self->names = split (names);
  self->notify = notify;
  self->user_data = user_data;
  self->missing = g_hash_table_new (g_str_hash, g_str_equal);
  self->to_tell = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_value_init (&self->messages, GST_TYPE_ARRAY);
  self->dropped
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  listen (self, element);
  return self;
}

void
gst_anc_watch_free (GstAncWatch *self)
{
  g_autoptr (GstBus) bus = g_weak_ref_get (&self->bus);

  if (bus != NULL) {
    g_signal_handler_disconnect (bus, self->on_message);
    g_signal_handler_disconnect (bus, self->on_qos);
    gst_bus_disable_sync_message_emission (bus);
  }
  g_mutex_lock (&self->lock);
  self->notify = NULL;
  g_mutex_unlock (&self->lock);
  unref (self);
}

/* Adds all in the bin that have stats, but not `self`. */
static void
find_all (GstBin *top, GstObject *self, GPtrArray *found)
{
  g_autoptr (GstIterator) iterator = gst_bin_iterate_recurse (top);
  GValue item = G_VALUE_INIT;
  GstIteratorResult result;

  while ((result = gst_iterator_next (iterator, &item)) == GST_ITERATOR_OK
         || result == GST_ITERATOR_RESYNC) {
    if (result == GST_ITERATOR_RESYNC) {
      gst_iterator_resync (iterator);
      g_ptr_array_set_size (found, 0);
      continue;
    }
    if (g_value_get_object (&item) != self
        && has_stats (g_value_get_object (&item)))
      g_ptr_array_add (found, g_value_dup_object (&item));
    g_value_reset (&item);
  }
  g_value_unset (&item);
}

static void
note_missing (GstAncWatch *self, gchar *name)
{
  g_mutex_lock (&self->lock);
  if (g_hash_table_add (self->missing, name))
    g_ptr_array_add (self->to_tell, name);
  g_mutex_unlock (&self->lock);
}

static void
find_named (GstAncWatch *self, GstBin *top, GPtrArray *found)
{
  for (guint i = 0; self->names[i] != NULL; i++) {
    GstElement *element = gst_bin_get_by_name (top, self->names[i]);

    if (element != NULL)
      g_ptr_array_add (found, element);
    else
      note_missing (self, self->names[i]);
  }
}

static gint
by_name (gconstpointer a, gconstpointer b)
{
  GstObject *const *first = a, *const *second = b;
  g_autofree gchar *first_name = gst_object_get_name (*first);
  g_autofree gchar *second_name = gst_object_get_name (*second);

  return strcmp (first_name, second_name);
}

static GPtrArray *
find_elements (GstAncWatch *self)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (gst_object_unref);
  g_autoptr (GstElement) element = g_weak_ref_get (&self->element);
  g_autoptr (GstElement) top = element != NULL ? find_top (element) : NULL;

  if (top == NULL || !GST_IS_BIN (top))
    return found;
  if (self->names == NULL)
    find_all (GST_BIN (top), GST_OBJECT (element), found);
  else
    find_named (self, GST_BIN (top), found);
  g_ptr_array_sort (found, by_name);
  return found;
}

static GstStructure *
describe (GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autofree gchar *name = gst_object_get_name (GST_OBJECT (element));
  GstStructure *stats = NULL;
  GstStructure *entry = gst_structure_new (
      "element", "name", G_TYPE_STRING, name, "factory", G_TYPE_STRING,
      factory != NULL ? GST_OBJECT_NAME (factory) : NULL, NULL);

  if (has_stats (element))
    g_object_get (element, "stats", &stats, NULL);
  if (stats != NULL) {
    gst_structure_set (entry, "stats", GST_TYPE_STRUCTURE, stats, NULL);
    gst_structure_free (stats);
  }
  return entry;
}

static void
take_messages (GstAncWatch *self, GstStructure *record)
{
  GValue messages = G_VALUE_INIT;
  guint64 lost;

  g_mutex_lock (&self->lock);
  messages = self->messages;
  self->messages = (GValue) G_VALUE_INIT;
  g_value_init (&self->messages, GST_TYPE_ARRAY);
  lost = self->lost;
  self->lost = 0;
  g_mutex_unlock (&self->lock);
  gst_structure_take_value (record, "messages", &messages);
  gst_structure_set (record, "messages-dropped", G_TYPE_UINT64, lost, NULL);
}

void
gst_anc_watch_take (GstAncWatch *self, GstStructure *record,
                    gboolean *ret_changed)
{
  g_autoptr (GPtrArray) found = find_elements (self);
  GString *known = g_string_new (NULL);
  GValue elements = G_VALUE_INIT;

  g_value_init (&elements, GST_TYPE_ARRAY);
  for (guint i = 0; i < found->len; i++) {
    GstStructure *entry = describe (g_ptr_array_index (found, i));

    g_string_append_printf (known, "%s\n",
                            gst_structure_get_string (entry, "name"));
    gst_anc_telemetry_append (&elements, entry);
  }
  gst_structure_take_value (record, "elements", &elements);
  take_messages (self, record);
  *ret_changed = self->known != NULL && strcmp (self->known, known->str) != 0;
  g_free (self->known);
  self->known = g_string_free (known, FALSE);
}

void
gst_anc_watch_look (GstAncWatch *self)
{
  g_ptr_array_unref (find_elements (self));
}

guint64
gst_anc_watch_dropped (GstAncWatch *self)
{
  GHashTableIter iter;
  gpointer dropped;
  guint64 sum = 0;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->dropped);
  while (g_hash_table_iter_next (&iter, NULL, &dropped))
    sum += *(guint64 *) dropped;
  g_mutex_unlock (&self->lock);
  return sum;
}

gchar **
gst_anc_watch_take_missing (GstAncWatch *self)
{
  gchar **names = NULL;

  g_mutex_lock (&self->lock);
  if (self->to_tell->len > 0) {
    g_ptr_array_add (self->to_tell, NULL);
    names = g_strdupv ((gchar **) self->to_tell->pdata);
    g_ptr_array_set_size (self->to_tell, 0);
  }
  g_mutex_unlock (&self->lock);
  return names;
}
