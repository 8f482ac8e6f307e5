/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The drawing of a pipeline that was built and has seen its inputs. */
#include "anc-drawing.h"
#include "anc-property.h"

#include <string.h>

typedef struct {
  const AncParameters *parameters;
  AncDrawing *drawing;
  GHashTable *numbers; /* GstElement -> its box, plus one */
} Painter;

/* A sound card's element picks another inside: which one is an accident of
 * the machine. A decoder's insides are what the input led to. */
static gboolean
is_open (GstElement *element)
{
  const GList *templates;

  if (!GST_IS_BIN (element))
    return FALSE;
  if (G_OBJECT_TYPE (element) == GST_TYPE_BIN || GST_IS_PIPELINE (element))
    return TRUE;
  templates = gst_element_class_get_pad_template_list (
      GST_ELEMENT_GET_CLASS (element));
  for (; templates != NULL; templates = templates->next) {
    if (GST_PAD_TEMPLATE_PRESENCE (templates->data) == GST_PAD_SOMETIMES)
      return TRUE;
  }
  return FALSE;
}

static const gchar *
factory_of (GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  return factory != NULL ? GST_OBJECT_NAME (factory)
                         : G_OBJECT_TYPE_NAME (element);
}

/* "queue0" says no more than "queue". */
static gboolean
has_own_name (GstElement *element)
{
  const gchar *name = GST_OBJECT_NAME (element);
  const gchar *factory = factory_of (element);
  const gsize length = strlen (factory);

  return g_ascii_strncasecmp (name, factory, length) != 0
         || strspn (name + length, "0123456789") != strlen (name + length);
}

static gboolean
is_shown (const GParamSpec *pspec)
{
  const GParamFlags both = G_PARAM_READABLE | G_PARAM_WRITABLE;
  const GType type = pspec->value_type;

  return (pspec->flags & both) == both && !g_str_equal (pspec->name, "name")
         && !g_type_is_a (type, G_TYPE_OBJECT) && type != G_TYPE_POINTER
         && (!g_type_is_a (type, G_TYPE_BOXED) || type == GST_TYPE_CAPS);
}

/* Where an output goes is not where its drawing wrote. */
static const gchar *
output_of (const Painter *self, GstElement *element, const gchar *property)
{
  GPtrArray *parameters
      = anc_parameters_get_file (self->parameters)->parameters;

  for (guint i = 0; i < parameters->len; i++) {
    const AncParameter *parameter = parameters->pdata[i];

    for (guint j = 0; j < parameter->targets->len; j++) {
      const AncTarget *target = parameter->targets->pdata[j];

      if (parameter->format == ANC_FORMAT_OUTPUT_FILE
          && g_str_equal (target->property, property)
          && g_str_equal (target->element, GST_OBJECT_NAME (element)))
        return anc_parameters_get (self->parameters, parameter->name);
    }
  }
  return NULL;
}

static void
add_setting (const Painter *self, GstElement *element, GParamSpec *pspec,
             GPtrArray *lines)
{
  g_auto (GValue) value = G_VALUE_INIT;
  const gchar *output = output_of (self, element, pspec->name);
  gchar *text;

  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &value);
  if (g_param_value_defaults (pspec, &value))
    return;
  if (output != NULL)
    text = g_strdup (output);
  else if (GST_VALUE_HOLDS_CAPS (&value))
    text = gst_caps_to_string (gst_value_get_caps (&value));
  else
    text = anc_property_get (element, pspec->name);
  anc_parameters_mask (self->parameters, &text);
  if (text != NULL)
    g_ptr_array_add (lines, anc_drawing_setting (pspec->name, text));
  g_free (text);
}

static GPtrArray *
lines_of (const Painter *self, GstElement *element)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree GParamSpec **pspecs = NULL;
  guint n;

  g_ptr_array_add (lines, g_strdup (factory_of (element)));
  if (has_own_name (element))
    g_ptr_array_add (lines,
                     g_strdup_printf ("“%s”", GST_OBJECT_NAME (element)));
  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++) {
    if (is_shown (pspecs[i]))
      add_setting (self, element, pspecs[i], lines);
  }
  return lines;
}

static void add_elements (Painter *self, GstBin *bin);

static void
add_element (const GValue *item, gpointer data)
{
  Painter *self = data;
  GstElement *element = g_value_get_object (item);
  g_autoptr (GPtrArray) lines = NULL;
  guint number;

  if (is_open (element)) {
    anc_drawing_open_group (self->drawing, factory_of (element));
    add_elements (self, GST_BIN (element));
    anc_drawing_close_group (self->drawing);
    return;
  }
  lines = lines_of (self, element);
  number = anc_drawing_add (self->drawing,
                            g_str_has_prefix (factory_of (element), "anc")
                                ? ANC_BOX_OWN
                                : ANC_BOX_ELEMENT,
                            lines);
  g_hash_table_insert (self->numbers, element, GUINT_TO_POINTER (number + 1));
}

static void
add_elements (Painter *self, GstBin *bin)
{
  g_autoptr (GstIterator) iterator = gst_bin_iterate_elements (bin);

  while (gst_iterator_foreach (iterator, add_element, self)
         == GST_ITERATOR_RESYNC)
    gst_iterator_resync (iterator);
}

/* Into an open bin, or out of the one the pad is in. Owned by the caller. */
static GstPad *
step (GstPad *pad)
{
  g_autoptr (GstElement) owner = gst_pad_get_parent_element (pad);

  if (GST_IS_GHOST_PAD (pad))
    return owner != NULL && is_open (owner)
               ? gst_ghost_pad_get_target (GST_GHOST_PAD (pad))
               : NULL;
  if (GST_IS_PROXY_PAD (pad)) {
    g_autoptr (GstProxyPad) ghost
        = gst_proxy_pad_get_internal (GST_PROXY_PAD (pad));

    return ghost != NULL ? gst_pad_get_peer (GST_PAD (ghost)) : NULL;
  }
  return NULL;
}

static GstPad *
receiver_of (GstPad *source)
{
  GstPad *pad = gst_pad_get_peer (source), *next;

  while (pad != NULL && (next = step (pad)) != NULL) {
    gst_object_unref (pad);
    pad = next;
  }
  return pad;
}

static gchar *
describe_caps (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const GstStructure *structure = caps != NULL && gst_caps_get_size (caps) == 1
                                      ? gst_caps_get_structure (caps, 0)
                                      : NULL;
  const gchar *format = structure != NULL
                            ? gst_structure_get_string (structure, "format")
                            : NULL;
  gint rate, channels;

  if (structure == NULL)
    return NULL;
  if (format != NULL && gst_structure_get_int (structure, "rate", &rate)
      && gst_structure_get_int (structure, "channels", &channels))
    return g_strdup_printf ("%s, %d Hz, %d ch", format, rate, channels);
  return g_strdup (gst_structure_get_name (structure));
}

/* What flows there, and into which pad if that is not the usual one. */
static gchar *
describe_link (GstPad *from, GstPad *to)
{
  g_autofree gchar *caps = describe_caps (from);
  const gchar *pad = GST_OBJECT_NAME (to);

  if (g_str_has_prefix (pad, "sink"))
    return g_steal_pointer (&caps);
  return caps != NULL ? g_strdup_printf ("%s: %s", pad, caps) : g_strdup (pad);
}

static guint
number_of (const Painter *self, GstElement *element)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, element));
}

static gboolean
add_link (GstElement *element, GstPad *pad, gpointer data)
{
  const Painter *self = data;
  g_autoptr (GstPad) receiver = receiver_of (pad);
  g_autoptr (GstElement) owner
      = receiver != NULL ? gst_pad_get_parent_element (receiver) : NULL;
  g_autofree gchar *label = NULL;

  if (owner == NULL || number_of (self, owner) == 0)
    return TRUE;
  label = describe_link (pad, receiver);
  anc_drawing_link (self->drawing, number_of (self, element) - 1,
                    number_of (self, owner) - 1, label);
  return TRUE;
}

static gint
compare_numbers (gconstpointer a, gconstpointer b, gpointer numbers)
{
  return (gint) GPOINTER_TO_UINT (g_hash_table_lookup (numbers, a))
         - (gint) GPOINTER_TO_UINT (g_hash_table_lookup (numbers, b));
}

gchar *
anc_draw_pipeline (const AncParameters *parameters, GstElement *pipeline)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GList) elements = NULL;
  Painter self
      = { parameters,
          anc_drawing_new (anc_parameters_get_file (parameters)->name, NULL),
          numbers };

  add_elements (&self, GST_BIN (pipeline));
  elements = g_list_sort_with_data (g_hash_table_get_keys (numbers),
                                    compare_numbers, numbers);
  for (GList *l = elements; l != NULL; l = l->next)
    gst_element_foreach_src_pad (l->data, add_link, &self);
  return anc_drawing_finish (self.drawing);
}
