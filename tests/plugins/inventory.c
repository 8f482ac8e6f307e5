/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the plugins offer, as text: pads, caps, properties with ranges and
 * defaults, signals, enums. Compared with plugins/inventory.txt, so that a
 * change of the interface is a change of a file that is reviewed.
 *
 *   inventory PLUGIN...             prints
 *   inventory --check FILE PLUGIN...  a TAP test */
#include <gst/gst.h>
#include <string.h>

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

/* Lines of one kind, sorted, below their title. */
static void
append_sorted (GString *text, GPtrArray *lines)
{
  g_ptr_array_sort (lines, by_name);
  for (guint i = 0; i < lines->len; i++)
    g_string_append (text, g_ptr_array_index (lines, i));
}

static void
append_pads (GString *text, GstElementFactory *factory)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (const GList *l = gst_element_factory_get_static_pad_templates (factory);
       l != NULL; l = l->next) {
    GstStaticPadTemplate *pad = l->data;
    g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (pad);
    g_autofree gchar *caps_text = gst_caps_to_string (caps);
    static const gchar *const presence[] = { "always", "sometimes", "request" };

    g_ptr_array_add (
        lines, g_strdup_printf ("    pad %s: %s, %s, %s\n", pad->name_template,
                                pad->direction == GST_PAD_SRC ? "src" : "sink",
                                presence[pad->presence], caps_text));
  }
  append_sorted (text, lines);
}

static gchar *
enum_values (GParamSpec *spec)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;
  GString *text = g_string_new (" {");

  for (guint i = 0; i < klass->n_values; i++)
    g_string_append_printf (text, " %s", klass->values[i].value_nick);
  g_string_append (text, " }");
  return g_string_free (text, FALSE);
}

static gchar *
range_of (GParamSpec *spec)
{
  if (G_IS_PARAM_SPEC_UINT (spec))
    return g_strdup_printf (" [%u, %u]", G_PARAM_SPEC_UINT (spec)->minimum,
                            G_PARAM_SPEC_UINT (spec)->maximum);
  if (G_IS_PARAM_SPEC_INT (spec))
    return g_strdup_printf (" [%d, %d]", G_PARAM_SPEC_INT (spec)->minimum,
                            G_PARAM_SPEC_INT (spec)->maximum);
  if (G_IS_PARAM_SPEC_UINT64 (spec))
    return g_strdup_printf (" [%" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT "]",
                            G_PARAM_SPEC_UINT64 (spec)->minimum,
                            G_PARAM_SPEC_UINT64 (spec)->maximum);
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return g_strdup_printf (" [%g, %g]", G_PARAM_SPEC_DOUBLE (spec)->minimum,
                            G_PARAM_SPEC_DOUBLE (spec)->maximum);
  if (G_IS_PARAM_SPEC_ENUM (spec))
    return enum_values (spec);
  return g_strdup ("");
}

static gchar *
flags_of (GParamSpec *spec)
{
  return g_strdup_printf (
      "%s%s%s%s%s%s", spec->flags & G_PARAM_READABLE ? "r" : "",
      spec->flags & G_PARAM_WRITABLE ? "w" : "",
      spec->flags & GST_PARAM_CONTROLLABLE ? ", controllable" : "",
      spec->flags & GST_PARAM_MUTABLE_READY ? ", in READY" : "",
      spec->flags & GST_PARAM_MUTABLE_PAUSED ? ", in PAUSED" : "",
      spec->flags & GST_PARAM_MUTABLE_PLAYING ? ", in PLAYING" : "");
}

static gchar *
default_of (GParamSpec *spec)
{
  const GValue *value = g_param_spec_get_default_value (spec);
  gboolean boxed = G_VALUE_HOLDS_BOXED (value);
  g_autofree gchar *text = boxed ? NULL : gst_value_serialize (value);

  return g_strdup (text != NULL ? text : "none");
}

static void
append_properties (GString *text, GObjectClass *klass)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  guint n;
  g_autofree GParamSpec **specs = g_object_class_list_properties (klass, &n);

  for (guint i = 0; i < n; i++) {
    g_autofree gchar *range = range_of (specs[i]);
    g_autofree gchar *flags = flags_of (specs[i]);
    g_autofree gchar *value = default_of (specs[i]);

    if (specs[i]->owner_type == GST_TYPE_OBJECT)
      continue;
    g_ptr_array_add (
        lines, g_strdup_printf (
                   "    property %s: %s%s = %s (%s)\n", specs[i]->name,
                   g_type_name (specs[i]->value_type), range, value, flags));
  }
  append_sorted (text, lines);
}

static void
append_signals (GString *text, GType type)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

  for (; type != GST_TYPE_ELEMENT && type != 0; type = g_type_parent (type)) {
    guint n;
    g_autofree guint *ids = g_signal_list_ids (type, &n);

    for (guint i = 0; i < n; i++) {
      g_autoptr (GString) line = g_string_new (NULL);
      GSignalQuery query;

      g_signal_query (ids[i], &query);
      g_string_append_printf (line, "    %s %s (",
                              query.signal_flags & G_SIGNAL_ACTION ? "action"
                                                                   : "signal",
                              query.signal_name);
      for (guint p = 0; p < query.n_params; p++)
        g_string_append_printf (line, "%s%s", p > 0 ? ", " : "",
                                g_type_name (query.param_types[p]));
      g_string_append_printf (line, "): %s\n", g_type_name (query.return_type));
      g_ptr_array_add (lines, g_strdup (line->str));
    }
  }
  append_sorted (text, lines);
}

static gchar *
describe_element (GstPluginFeature *feature)
{
  GString *text = g_string_new (NULL);
  GstElementFactory *factory = GST_ELEMENT_FACTORY (feature);
  g_autoptr (GstElement) element = gst_element_factory_create (factory, NULL);

  g_assert (element != NULL);
  g_string_append_printf (
      text, "  element %s: %s; %s; rank %u\n",
      gst_plugin_feature_get_name (feature),
      gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_LONGNAME),
      gst_element_factory_get_klass (factory),
      gst_plugin_feature_get_rank (feature));
  append_pads (text, factory);
  append_properties (text, G_OBJECT_GET_CLASS (element));
  append_signals (text, G_OBJECT_TYPE (element));
  return g_string_free (text, FALSE);
}

static void
append_plugin (GString *text, const gchar *name)
{
  GstRegistry *registry = gst_registry_get ();
  g_autoptr (GstPlugin) plugin = gst_registry_find_plugin (registry, name);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  GList *features = gst_registry_get_feature_list_by_plugin (registry, name);

  if (plugin == NULL)
    g_error ("there is no plugin %s in GST_PLUGIN_PATH_1_0", name);
  for (GList *l = features; l != NULL; l = l->next) {
    GstPluginFeature *loaded = gst_plugin_feature_load (l->data);

    if (GST_IS_ELEMENT_FACTORY (loaded))
      g_ptr_array_add (parts, describe_element (loaded));
    gst_clear_object (&loaded);
  }
  gst_plugin_feature_list_free (features);
  g_string_append_printf (text, "plugin %s: %s (%s)\n", name,
                          gst_plugin_get_description (plugin),
                          gst_plugin_get_license (plugin));
  append_sorted (text, parts);
}

static int
check (const gchar *file, const gchar *text, const gchar *program)
{
  g_autofree gchar *known = NULL;
  gboolean same = g_file_get_contents (file, &known, NULL, NULL)
                  && g_str_equal (known, text);

  g_print ("1..1\n%s 1 inventory\n", same ? "ok" : "not ok");
  if (!same)
    g_print ("# The plugins offer something else than plugins/inventory.txt "
             "says. If that is\n# meant, renew it and commit it with the "
             "change:\n#   ./run env %s anc > plugins/inventory.txt\n",
             program);
  return same ? 0 : 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean checking;
  int first;

  gst_init (&argc, &argv);
  checking = argc > 2 && g_str_equal (argv[1], "--check");
  first = checking ? 3 : 1;
  for (int i = first; i < argc; i++)
    append_plugin (text, argv[i]);
  if (checking)
    return check (argv[2], text->str, argv[0]);
  g_print ("%s", text->str);
  return 0;
}
