/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Between the sheet (anc-picture.c) and the data on it (anc-picture-data.c). */
#pragma once

#include "anc-picture.h"

struct _AncPicture {
  cairo_surface_t *surface;
  cairo_t *cr;
};

gdouble anc_picture_x (const AncPlot *plot, gdouble value);
gdouble anc_picture_y (const AncPlot *plot, gdouble value);
void anc_picture_set_colour (AncPicture *self, AncColour colour, gdouble alpha);
