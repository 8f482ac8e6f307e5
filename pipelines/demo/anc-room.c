/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * J. B. Allen and D. A. Berkley, "Image method for efficiently simulating
 * small-room acoustics", J. Acoust. Soc. Am. 65 (1979): every reflection is a
 * source behind the walls. An image (2 n L + s) or (2 n L - s) along an axis
 * has met the walls |n| + |n - mirrored| times; it arrives as
 *
 *   reflection^bounces / distance,  reflection = sqrt (1 - absorption)
 *
 * Changed: they round the delay to a sample; here each click is a sinc under a
 * Hann window at its exact place, after P. M. Peterson, J. Acoust. Soc. Am. 80
 * (1986). Without it, microphones a few centimetres apart would hear the same
 * rounded reflections. Their high-pass filter is left out: the fan hums there.
 *
 * Cost: images x 2 CLICK_REACH, once per pair of points. */
#include "anc-room.h"

#include <math.h>

#define SOUND_SPEED 343.0 /* m/s, 20 degrees C */
#define CLICK_REACH 20    /* samples either side */

typedef struct {
  gfloat *taps;
  gsize n;
  gdouble rate;
  gdouble reflection;
} Response;

gdouble
anc_room_decay_seconds (const AncRoom *room)
{
  const AncPoint *s = &room->size;
  gdouble volume = s->x * s->y * s->z;
  gdouble surface = 2 * (s->x * s->y + s->y * s->z + s->x * s->z);

  return 24 * G_LN10 * volume
         / (-SOUND_SPEED * surface * log (1 - room->absorption));
}

static void
add_click (Response *self, gdouble distance, gint bounces)
{
  gdouble at = distance / SOUND_SPEED * self->rate;
  gdouble gain = pow (self->reflection, bounces) / distance;
  gint64 first = MAX ((gint64) ceil (at) - CLICK_REACH, 0);
  gint64 last = MIN ((gint64) floor (at) + CLICK_REACH, (gint64) self->n - 1);

  for (gint64 i = first; i <= last; i++) {
    gdouble t = i - at;
    gdouble sinc = fabs (t) < 1e-9 ? 1 : sin (G_PI * t) / (G_PI * t);
    gdouble window = 0.5 * (1 + cos (G_PI * t / (CLICK_REACH + 1)));
    self->taps[i] += gain * sinc * window;
  }
}

/* Image n along one axis, seen from the microphone; `mirrored` is 0 or 1. */
static gdouble
image_offset (gdouble size, gdouble source, gdouble microphone, gint n,
              gint mirrored)
{
  return 2 * n * size + (mirrored ? -source : source) - microphone;
}

static void
add_images (Response *self, const AncRoom *room, AncPoint source,
            AncPoint microphone, gint nx, gint ny)
{
  gdouble reach = self->n / self->rate * SOUND_SPEED;
  gint planes = ceil (reach / (2 * room->size.z));

  for (gint nz = -planes; nz <= planes; nz++) {
    for (guint m = 0; m < 8; m++) {
      gint mx = m & 1, my = m >> 1 & 1, mz = m >> 2;
      gdouble x = image_offset (room->size.x, source.x, microphone.x, nx, mx);
      gdouble y = image_offset (room->size.y, source.y, microphone.y, ny, my);
      gdouble z = image_offset (room->size.z, source.z, microphone.z, nz, mz);
      gdouble distance = sqrt (x * x + y * y + z * z);
      gint bounces = ABS (nx) + ABS (nx - mx) + ABS (ny) + ABS (ny - my)
                     + ABS (nz) + ABS (nz - mz);

      if (distance < reach)
        add_click (self, distance, bounces);
    }
  }
}

gfloat *
anc_room_response (const AncRoom *room, AncPoint source, AncPoint microphone,
                   guint rate, gsize *ret_taps)
{
  Response self = { .rate = rate, .reflection = sqrt (1 - room->absorption) };
  gdouble seconds = anc_room_decay_seconds (room);
  gint columns = ceil (seconds * SOUND_SPEED / (2 * room->size.x));
  gint lines = ceil (seconds * SOUND_SPEED / (2 * room->size.y));

  self.n = seconds * rate;
  self.taps = g_new0 (gfloat, self.n);
  for (gint nx = -columns; nx <= columns; nx++)
    for (gint ny = -lines; ny <= lines; ny++)
      add_images (&self, room, source, microphone, nx, ny);
  *ret_taps = self.n;
  return self.taps;
}
