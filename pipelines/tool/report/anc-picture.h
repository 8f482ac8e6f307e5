/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one renderer of the project's pictures: plots on a sheet of paper, drawn
 * in PNG. Coordinates of a sheet are pixels, those of a plot are its data's. */
#pragma once

#include <cairo.h>
#include <gio/gio.h>

typedef struct _AncPicture AncPicture;

AncPicture *anc_picture_new (guint width, guint height);
void anc_picture_free (AncPicture *self);
gboolean anc_picture_write (AncPicture *self, const gchar *filename,
                            GError **error);

typedef struct {
  gdouble x, y, width, height;
} AncRectangle;

typedef struct {
  const gchar *label; /* NULL: neither label nor numbers */
  gdouble min, max;
  gboolean logarithmic;
} AncAxis;

/* The part of the sheet where data is drawn; numbers and labels go around. */
typedef struct {
  AncRectangle area;
  const gchar *title;
  AncAxis x, y;
} AncPlot;

typedef enum {
  ANC_COLOUR_TEXT,
  ANC_COLOUR_FAINT,
  ANC_COLOUR_BEFORE,
  ANC_COLOUR_AFTER,
  ANC_COLOUR_THIRD,
  ANC_COLOUR_FOURTH,
  ANC_N_COLOURS
} AncColour;

typedef enum {
  ANC_TEXT_HEADING,
  ANC_TEXT_TITLE,
  ANC_TEXT_NORMAL,
  ANC_TEXT_SMALL
} AncTextSize;

/* align: 0 starts at x, 0.5 is centred there, 1 ends there. */
void anc_picture_text (AncPicture *self, gdouble x, gdouble y, gdouble align,
                       AncTextSize size, AncColour colour, const gchar *text);

/* Any bytes, such as a file's name; what is too long loses its middle. */
void anc_picture_text_within (AncPicture *self, gdouble x, gdouble y,
                              gdouble width, AncTextSize size, AncColour colour,
                              const gchar *text);

/* Draws frame, grid, numbers and labels. Data first, then this over pictures;
 * this first, then the data over a grid. */
void anc_picture_axes (AncPicture *self, const AncPlot *plot, gboolean grid);

void anc_picture_line (AncPicture *self, const AncPlot *plot, const gdouble *x,
                       const gdouble *y, gsize n, AncColour colour);
/* A filled band from low[i] to high[i], i over the whole width. */
void anc_picture_band (AncPicture *self, const AncPlot *plot, const gfloat *low,
                       const gfloat *high, gsize n, AncColour colour);
/* value[c * rows + r], r from the bottom, min..max over the colour scale;
 * each pixel shows the largest value that falls on it. */
void anc_picture_matrix (AncPicture *self, const AncPlot *plot,
                         const gfloat *value, guint columns, guint rows,
                         gdouble min, gdouble max);
/* The colour scale as a plot of its own: axis y carries its numbers. */
void anc_picture_scale (AncPicture *self, const AncPlot *plot);
/* Names of lines, side by side, ending at the area's upper right corner. */
void anc_picture_legend (AncPicture *self, const AncPlot *plot,
                         const gchar *const *names, const AncColour *colours,
                         guint n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncPicture, anc_picture_free)
