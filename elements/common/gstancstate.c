/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The state: a header, the reference samples that a delay still holds back,
 * and the filter's own state. All numbers little endian:
 *
 *   0  "ANCE"
 *   4  version, 1
 *   8  delay in samples
 *  12  reference channels
 *  16  delay x (1 byte: sample is there)
 *      delay x channels x 32-bit float
 *      the filter's state (lib/dsp)
 */
#include "config.h"

#include "gstanccanceller-private.h"

#include <string.h>

#define MAGIC "ANCE"
#define VERSION 1
#define HEADER_SIZE 16

/* Any byte may be the first: neither the samples nor a caller's bytes are
 * aligned. */
static void
write_u32 (guint8 *to, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (to, &value, sizeof value);
}

static guint32
read_u32 (const guint8 *from)
{
  guint32 value;
  memcpy (&value, from, sizeof value);
  return GUINT32_FROM_LE (value);
}

/* The reference in planes, as the store gives it. */
typedef struct {
  gfloat *memory;
  gfloat *planes[ANC_MAX_CHANNELS + 1];
} Planes;

static Planes
planes_new (guint channels, gsize n)
{
  Planes planes = { g_new0 (gfloat, MAX (channels * n, 1)), { NULL } };

  for (guint c = 0; c < channels; c++)
    planes.planes[c] = planes.memory + c * n;
  return planes;
}

static void
save_delayed (GstAncCancellerPrivate *priv, guint delay, guint channels,
              guint8 *present, guint8 *samples)
{
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (GstAncRun));
  Planes planes = planes_new (channels, delay);
  gsize at = 0;

  gst_anc_reference_read (priv->store, priv->next - delay, delay, planes.planes,
                          runs);
  for (guint i = 0; i < runs->len; i++) {
    const GstAncRun *run = &g_array_index (runs, GstAncRun, i);
    memset (present + at, run->present ? 1 : 0, run->frames);
    at += run->frames;
  }
  for (gsize k = 0; k < delay; k++) {
    for (guint c = 0; c < channels; c++) {
      guint32 bits;
      memcpy (&bits, &planes.planes[c][k], sizeof bits);
      write_u32 (samples + 4 * (k * channels + c), bits);
    }
  }
  g_free (planes.memory);
}

GBytes *
gst_anc_state_save (GstAncCanceller *self)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  AncCanceller *canceller = priv->dsp.canceller;
  guint channels = priv->dsp.layout.n_references;
  gsize delay, delayed, size;
  guint8 *bytes;

  if (canceller == NULL || priv->settings.delay < 0)
    return NULL;
  delay = priv->settings.delay;
  delayed = delay * (1 + 4 * channels);
  size = HEADER_SIZE + delayed + anc_canceller_state_size (canceller);
  bytes = g_malloc (size);
  memcpy (bytes, MAGIC, 4);
  write_u32 (bytes + 4, VERSION);
  write_u32 (bytes + 8, delay);
  write_u32 (bytes + 12, channels);
  if (delay > 0)
    save_delayed (priv, delay, channels, bytes + HEADER_SIZE,
                  bytes + HEADER_SIZE + delay);
  anc_canceller_save_state (canceller, bytes + HEADER_SIZE + delayed);
  return g_bytes_new_take (bytes, size);
}

static gboolean
refuse (gchar **ret_message, const gchar *why)
{
  *ret_message = g_strdup_printf ("state: it is refused: %s.", why);
  return FALSE;
}

static void
restore_delayed (GstAncCancellerPrivate *priv, const guint8 *bytes, gsize delay,
                 guint channels, gint64 start)
{
  gsize size = delay * channels * sizeof (gfloat);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (gsize k = 0; k < delay * channels; k++) {
    guint32 bits = read_u32 (bytes + delay + 4 * k);
    memcpy (map.data + 4 * k, &bits, sizeof bits);
  }
  gst_buffer_unmap (buffer, &map);
  gst_anc_reference_prepend (priv->store, buffer, channels, bytes, delay,
                             start);
}

gboolean
gst_anc_state_load (GstAncCanceller *self, GBytes *state, gint64 start,
                    gchar **ret_message)
{
  GstAncCancellerPrivate *priv = gst_anc_canceller_private (self);
  guint channels = priv->dsp.layout.n_references;
  gsize size, delayed, delay;
  const guint8 *bytes = g_bytes_get_data (state, &size);

  if (priv->settings.delay < 0)
    return refuse (ret_message, "a stream with a delay below 0 has none");
  if (size < HEADER_SIZE || memcmp (bytes, MAGIC, 4) != 0)
    return refuse (ret_message, "these bytes are not a canceller's state");
  if (read_u32 (bytes + 4) != VERSION)
    return refuse (ret_message, "it is of another version of the plugin");
  delay = priv->settings.delay;
  if (read_u32 (bytes + 8) != delay || read_u32 (bytes + 12) != channels)
    return refuse (ret_message,
                   "it was saved with another delay or another number of "
                   "reference channels");
  delayed = delay * (1 + 4 * channels);
  if (size - HEADER_SIZE < delayed
      || anc_canceller_load_state (priv->dsp.canceller,
                                   bytes + HEADER_SIZE + delayed,
                                   size - HEADER_SIZE - delayed)
             != ANC_OK)
    return refuse (ret_message,
                   "it is damaged, or was saved by another algorithm, rate, "
                   "channel count or filter-length");
  if (delay > 0)
    restore_delayed (priv, bytes + HEADER_SIZE, delay, channels, start);
  return TRUE;
}
