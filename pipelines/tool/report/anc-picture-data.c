/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-picture-private.h"

#include <math.h>

/* Nine points of the colour map "magma" by Stefan van der Walt and Nathaniel
 * Smith (CC0), between which we interpolate: equal steps in value look equally
 * large, in grey too. */
static const guint8 magma[][3] = {
  { 0, 0, 4 },      { 28, 16, 68 },    { 79, 18, 123 },
  { 129, 37, 129 }, { 181, 54, 122 },  { 229, 80, 100 },
  { 251, 135, 97 }, { 254, 194, 135 }, { 252, 253, 191 },
};

static guint32
scale_colour (gdouble part)
{
  gdouble at = CLAMP (part, 0, 1) * (G_N_ELEMENTS (magma) - 1);
  guint i = MIN ((guint) at, G_N_ELEMENTS (magma) - 2);
  guint32 pixel = 0;

  for (guint c = 0; c < 3; c++)
    pixel = pixel << 8
            | (guint) (magma[i][c] + (at - i) * (magma[i + 1][c] - magma[i][c])
                       + 0.5);
  return pixel;
}

static void
clip_to (AncPicture *self, const AncPlot *plot)
{
  const AncRectangle *a = &plot->area;

  cairo_save (self->cr);
  cairo_rectangle (self->cr, a->x, a->y, a->width, a->height);
  cairo_clip (self->cr);
}

void
anc_picture_line (AncPicture *self, const AncPlot *plot, const gdouble *x,
                  const gdouble *y, gsize n, AncColour colour)
{
  clip_to (self, plot);
  anc_picture_set_colour (self, colour, 1);
  cairo_set_line_width (self->cr, 2);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  for (gsize i = 0; i < n; i++)
    cairo_line_to (self->cr, anc_picture_x (plot, x[i]),
                   anc_picture_y (plot, y[i]));
  cairo_stroke (self->cr);
  cairo_restore (self->cr);
}

void
anc_picture_band (AncPicture *self, const AncPlot *plot, const gfloat *low,
                  const gfloat *high, gsize n, AncColour colour)
{
  gdouble step = plot->area.width / n;

  clip_to (self, plot);
  anc_picture_set_colour (self, colour, 1);
  for (gsize i = 0; i < n; i++) {
    gdouble top = anc_picture_y (plot, high[i]);
    /* Silence shows as a hairline, not as nothing. */
    gdouble height = MAX (anc_picture_y (plot, low[i]) - top, 1);
    cairo_rectangle (self->cr, plot->area.x + i * step, top, step, height);
  }
  cairo_fill (self->cr);
  cairo_restore (self->cr);
}

/* The rows of a matrix that fall on pixel i of n; at least one. */
static void
rows_of_pixel (guint rows, guint i, guint n, guint *first, guint *last)
{
  *first = (guint64) i * rows / n;
  *last = MAX ((guint64) (i + 1) * rows / n, *first + 1);
}

static cairo_surface_t *
paint_matrix (const gfloat *value, guint columns, guint rows, guint width,
              guint height, gdouble min, gdouble max)
{
  cairo_surface_t *image
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  guint8 *data = cairo_image_surface_get_data (image);
  gint stride = cairo_image_surface_get_stride (image);

  for (guint y = 0; y < height; y++) {
    guint32 *line = (guint32 *) (data + (gsize) y * stride);
    guint first, last;

    rows_of_pixel (rows, height - 1 - y, height, &first, &last);
    for (guint x = 0; x < width; x++) {
      const gfloat *column = value + (guint64) x * columns / width * rows;
      gfloat largest = column[first];
      for (guint row = first + 1; row < last; row++)
        largest = MAX (largest, column[row]);
      line[x] = scale_colour ((largest - min) / (max - min));
    }
  }
  cairo_surface_mark_dirty (image);
  return image;
}

void
anc_picture_matrix (AncPicture *self, const AncPlot *plot, const gfloat *value,
                    guint columns, guint rows, gdouble min, gdouble max)
{
  cairo_surface_t *image = paint_matrix (value, columns, rows, plot->area.width,
                                         plot->area.height, min, max);

  cairo_set_source_surface (self->cr, image, floor (plot->area.x),
                            floor (plot->area.y));
  cairo_paint (self->cr);
  cairo_surface_destroy (image);
}

void
anc_picture_scale (AncPicture *self, const AncPlot *plot)
{
  gfloat steps[256];

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    steps[i] = i;
  anc_picture_matrix (self, plot, steps, 1, G_N_ELEMENTS (steps), 0,
                      G_N_ELEMENTS (steps) - 1);
  anc_picture_axes (self, plot, FALSE);
}
