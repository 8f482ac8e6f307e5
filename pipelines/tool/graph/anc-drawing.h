/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pipeline as boxes and arrows in the language of dot(1), from top to bottom
 * so that it fits a page. */
#pragma once

#include "anc-parameters.h"

#include <gst/gst.h>

typedef struct _AncDrawing AncDrawing;

typedef enum {
  ANC_BOX_ELEMENT,
  ANC_BOX_OWN,  /* one of gst-plugins-anc */
  ANC_BOX_CAPS, /* what may pass */
  ANC_BOX_OPEN, /* not decided yet */
} AncBox;

/* `note` (may be NULL) stands below the title. */
AncDrawing *anc_drawing_new (const gchar *title, const gchar *note);
/* The text, and an end to the drawing. */
gchar *anc_drawing_finish (AncDrawing *self);

/* Returns the number of the box. The first line is its name. */
guint anc_drawing_add (AncDrawing *self, AncBox kind, GPtrArray *lines);
/* `label` may be NULL. */
void anc_drawing_link (AncDrawing *self, guint from, guint to,
                       const gchar *label);
/* The boxes until then are parts of one element. */
void anc_drawing_open_group (AncDrawing *self, const gchar *label);
void anc_drawing_close_group (AncDrawing *self);

/* "property=value", or how it ends where it is too long. */
gchar *anc_drawing_setting (const gchar *property, const gchar *value);

/* What the file and the values given so far say: what waits for a value that
 * is not known yet is drawn as open. */
gchar *anc_draw_text (const AncParameters *parameters);

/* What was built of it, as far as it has come. */
gchar *anc_draw_pipeline (const AncParameters *parameters,
                          GstElement *pipeline);
