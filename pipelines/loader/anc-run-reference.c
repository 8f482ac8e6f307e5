/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-run-reference.h"

#include "anc-run-error.h"

#include <math.h>

/* The noise of 16 bits is about here: nobody recorded anything. */
#define SILENCE_DB -90.
/* Levels are sums over all samples: those of two recordings do not meet this
 * closely by chance, those of one sound do. */
#define SAME_DB 1e-9
#define SHORT_PART 0.5

typedef struct {
  gchar *source;     /* element, or NULL: none or several */
  const gchar *path; /* or NULL: not a file */
  gchar *name;       /* for messages */
} Side;

static void
side_clear (Side *self)
{
  g_free (self->source);
  g_free (self->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Side, side_clear)

/* What leads to the pad of that name; no name if there is no such pad. */
static void
side_init (Side *self, const AncParameters *parameters, GstElement *pipeline,
           GstElement *element, const gchar *pad_name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  if (pad == NULL)
    return;
  self->source = anc_meter_find_source_of_pad (pipeline, pad);
  self->path
      = anc_run_file_of (parameters, self->source, ANC_FORMAT_INPUT_FILE);
  self->name = g_strdup (self->path != NULL     ? self->path
                         : self->source != NULL ? self->source
                                                : GST_OBJECT_NAME (element));
}

/* In band: a channel of the primary. FALSE if there is no reference at all. */
static gboolean
side_init_channel (Side *self, GstElement *element, const Side *primary)
{
  GParamSpec *pspec = g_object_class_find_property (
      G_OBJECT_GET_CLASS (element), "reference-channel");
  gint channel = -1;

  if (pspec != NULL && pspec->value_type == G_TYPE_INT)
    g_object_get (element, "reference-channel", &channel, NULL);
  if (channel < 0 || primary->name == NULL)
    return FALSE;
  self->name = g_strdup_printf ("channel %d of %s", channel, primary->name);
  return TRUE;
}

static gboolean
is_same_sound (const GstStructure *stats, gdouble reference_db)
{
  gdouble primary_db, reduction;

  return gst_structure_get_double (stats, "primary-db", &primary_db)
         && gst_structure_get_double (stats, "erle-db", &reduction)
         && fabs (primary_db - reference_db) < SAME_DB && reduction > 1;
}

static gboolean
was_named (const GPtrArray *warnings, const gchar *path)
{
  for (guint i = 0; i < warnings->len; i++) {
    if (g_str_has_prefix (warnings->pdata[i], path))
      return TRUE;
  }
  return FALSE;
}

static void
check_length (const Side *primary, const Side *reference, AncMeter *meter,
              AncResult *result)
{
  gdouble whole, there;

  if (primary->path == NULL || reference->path == NULL
      || was_named (result->warnings, reference->path))
    return;
  whole = anc_meter_read_input (meter, primary->source).seconds;
  there = anc_meter_read_input (meter, reference->source).seconds;
  if (there >= SHORT_PART * whole)
    return;
  g_ptr_array_add (
      result->warnings,
      g_strdup_printf (
          "the reference %s is much shorter than %s: after %.2f of "
          "%.2f seconds nothing was taken out; give a recording "
          "of the noise that is as long",
          reference->path, primary->path, there, whole));
}

static void
check (const AncParameters *parameters, GstElement *pipeline,
       GstElement *element, AncMeter *meter, AncResult *result)
{
  const GstStructure *stats
      = g_hash_table_lookup (result->elements, GST_OBJECT_NAME (element));
  g_auto (Side) primary = { 0 }, reference = { 0 };
  guint64 samples;
  gdouble db;

  if (stats == NULL || !gst_structure_get_double (stats, "reference-db", &db)
      || !gst_structure_get_uint64 (stats, "samples", &samples) || samples == 0)
    return;
  side_init (&primary, parameters, pipeline, element, "sink");
  side_init (&reference, parameters, pipeline, element, "reference");
  if (reference.name == NULL
      && !side_init_channel (&reference, element, &primary))
    return;
  if (db < SILENCE_DB)
    g_ptr_array_add (
        result->warnings,
        g_strdup_printf ("the reference %s is silent: nothing could be taken "
                         "out; look for the microphone that hears the noise",
                         reference.name));
  else if (is_same_sound (stats, db))
    g_ptr_array_add (
        result->warnings,
        g_strdup_printf ("the reference %s is the same sound as the primary: "
                         "the voice was taken out with the noise; give a "
                         "recording of the noise alone",
                         reference.name));
  else
    check_length (&primary, &reference, meter, result);
}

void
anc_run_check_references (const AncParameters *parameters, GstElement *pipeline,
                          AncMeter *meter, AncResult *result)
{
  for (GList *l = GST_BIN (pipeline)->children; l != NULL; l = l->next)
    check (parameters, pipeline, l->data, meter, result);
}
