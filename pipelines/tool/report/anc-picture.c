/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-picture-private.h"

#include <math.h>

#define TICK_SPACING_X 110.0 /* pixels; about the width of two numbers */
#define TICK_SPACING_Y 45.0

/* Told apart also by those who do not see red and green: after Okabe and Ito,
 * "Color Universal Design" (2008), darkened for thin lines on white. */
static const gdouble colours[ANC_N_COLOURS][3] = {
  [ANC_COLOUR_TEXT] = { 0.13, 0.15, 0.18 },
  [ANC_COLOUR_FAINT] = { 0.45, 0.48, 0.52 },
  [ANC_COLOUR_BEFORE] = { 0.84, 0.37, 0.00 },
  [ANC_COLOUR_AFTER] = { 0.00, 0.45, 0.70 },
  [ANC_COLOUR_THIRD] = { 0.00, 0.55, 0.41 },
  [ANC_COLOUR_FOURTH] = { 0.72, 0.36, 0.59 },
};

static const gdouble text_sizes[] = {
  [ANC_TEXT_HEADING] = 30,
  [ANC_TEXT_TITLE] = 21,
  [ANC_TEXT_NORMAL] = 17,
  [ANC_TEXT_SMALL] = 15,
};

AncPicture *
anc_picture_new (guint width, guint height)
{
  AncPicture *self = g_new0 (AncPicture, 1);

  self->surface
      = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  self->cr = cairo_create (self->surface);
  cairo_set_source_rgb (self->cr, 1, 1, 1);
  cairo_paint (self->cr);
  return self;
}

void
anc_picture_free (AncPicture *self)
{
  cairo_destroy (self->cr);
  cairo_surface_destroy (self->surface);
  g_free (self);
}

static cairo_status_t
write_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* g_file_set_contents writes a temporary file and renames it. */
gboolean
anc_picture_write (AncPicture *self, const gchar *filename, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) cause = NULL;
  const gchar *reason;
  cairo_status_t status;

  cairo_surface_flush (self->surface);
  status = cairo_status (self->cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status
        = cairo_surface_write_to_png_stream (self->surface, write_bytes, bytes);
  if (status != CAIRO_STATUS_SUCCESS) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", filename,
                 cairo_status_to_string (status));
    return FALSE;
  }
  if (g_file_set_contents (filename, (const gchar *) bytes->data, bytes->len,
                           &cause))
    return TRUE;
  /* It tells of a temporary file and, behind the last colon, why. */
  reason = g_strrstr (cause->message, ": ");
  g_set_error (error, cause->domain, cause->code, "%s could not be written: %s",
               filename, reason != NULL ? reason + 2 : cause->message);
  return FALSE;
}

void
anc_picture_set_colour (AncPicture *self, AncColour colour, gdouble alpha)
{
  const gdouble *c = colours[colour];

  cairo_set_source_rgba (self->cr, c[0], c[1], c[2], alpha);
}

static gdouble
text_width (AncPicture *self, AncTextSize size, const gchar *text)
{
  cairo_text_extents_t extents;
  gboolean bold = size == ANC_TEXT_HEADING || size == ANC_TEXT_TITLE;

  cairo_select_font_face (self->cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                          bold ? CAIRO_FONT_WEIGHT_BOLD
                               : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size (self->cr, text_sizes[size]);
  cairo_text_extents (self->cr, text, &extents);
  return extents.x_advance;
}

void
anc_picture_text (AncPicture *self, gdouble x, gdouble y, gdouble align,
                  AncTextSize size, AncColour colour, const gchar *text)
{
  gdouble width = text_width (self, size, text);

  anc_picture_set_colour (self, colour, 1);
  cairo_move_to (self->cr, x - align * width, y);
  cairo_show_text (self->cr, text);
}

/* Without `left_out` characters in its middle. */
static gchar *
leave_out (const gchar *text, glong left_out)
{
  const glong kept = g_utf8_strlen (text, -1) - left_out;
  g_autofree gchar *begin = g_utf8_substring (text, 0, kept / 2);

  return g_strconcat (begin, "\342\200\246",
                      g_utf8_offset_to_pointer (text, kept / 2 + left_out),
                      NULL);
}

void
anc_picture_text_within (AncPicture *self, gdouble x, gdouble y, gdouble width,
                         AncTextSize size, AncColour colour, const gchar *text)
{
  /* cairo stops drawing for good at what is not UTF-8. */
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  g_autofree gchar *shown = g_strdup (valid);
  const glong length = g_utf8_strlen (valid, -1);

  for (glong i = 1; i < length && text_width (self, size, shown) > width; i++) {
    g_free (shown);
    shown = leave_out (valid, i);
  }
  anc_picture_text (self, x, y, 0, size, colour, shown);
}

static gdouble
along (const AncAxis *axis, gdouble value)
{
  if (axis->logarithmic)
    return log (value / axis->min) / log (axis->max / axis->min);
  return (value - axis->min) / (axis->max - axis->min);
}

gdouble
anc_picture_x (const AncPlot *plot, gdouble value)
{
  return plot->area.x + along (&plot->x, value) * plot->area.width;
}

gdouble
anc_picture_y (const AncPlot *plot, gdouble value)
{
  return plot->area.y + (1 - along (&plot->y, value)) * plot->area.height;
}

/* The smallest of 1, 2, 5 times a power of ten that is no less than `least`:
 * the steps that people count in. */
static gdouble
round_step (gdouble least)
{
  gdouble power = pow (10, floor (log10 (least)));

  for (guint i = 0; i < 3; i++)
    if (power * (const gdouble[]){ 1, 2, 5 }[i] >= least * 0.999)
      return power * (const gdouble[]){ 1, 2, 5 }[i];
  return power * 10;
}

static gboolean
next_tick (const AncAxis *axis, gdouble length, gdouble spacing, gdouble *value)
{
  gdouble step = round_step ((axis->max - axis->min) * spacing / length);
  gdouble slack = (axis->max - axis->min) * 1e-9;

  if (axis->logarithmic)
    *value = isnan (*value) ? axis->min : *value * 2;
  else if (isnan (*value))
    *value = ceil ((axis->min - slack) / step) * step;
  else
    *value += step;
  return *value <= axis->max + slack;
}

static void
format_number (gchar *text, gsize size, gdouble value, gdouble range)
{
  gint digits = CLAMP (1 - (gint) floor (log10 (range)), 0, 6);

  if (fabs (value) < range * 1e-9)
    value = 0;
  if (value == floor (value))
    digits = 0;
  /* A minus sign as wide as the digits. */
  g_snprintf (text, size, "%s%.*f", value < 0 ? "\342\210\222" : "", digits,
              fabs (value));
}

static void
stroke_rule (AncPicture *self, gdouble x0, gdouble y0, gdouble x1, gdouble y1,
             AncColour colour, gdouble alpha)
{
  anc_picture_set_colour (self, colour, alpha);
  cairo_set_line_width (self->cr, 1);
  cairo_move_to (self->cr, floor (x0) + 0.5, floor (y0) + 0.5);
  cairo_line_to (self->cr, floor (x1) + 0.5, floor (y1) + 0.5);
  cairo_stroke (self->cr);
}

static void
draw_x_axis (AncPicture *self, const AncPlot *plot, gboolean grid)
{
  const AncRectangle *a = &plot->area;
  gdouble bottom = a->y + a->height;
  gchar text[32];

  for (gdouble v = NAN; next_tick (&plot->x, a->width, TICK_SPACING_X, &v);) {
    gdouble x = anc_picture_x (plot, v);
    if (grid)
      stroke_rule (self, x, a->y, x, bottom, ANC_COLOUR_FAINT, 0.22);
    stroke_rule (self, x, bottom, x, bottom + 5, ANC_COLOUR_FAINT, 1);
    format_number (text, sizeof text, v, plot->x.max - plot->x.min);
    anc_picture_text (self, x, bottom + 23, 0.5, ANC_TEXT_SMALL,
                      ANC_COLOUR_TEXT, text);
  }
  anc_picture_text (self, a->x + a->width / 2, bottom + 46, 0.5, ANC_TEXT_SMALL,
                    ANC_COLOUR_FAINT, plot->x.label);
}

/* Numbers of a narrow plot, a colour scale, stand on its right. */
static void
draw_y_axis (AncPicture *self, const AncPlot *plot, gboolean grid)
{
  const AncRectangle *a = &plot->area;
  gboolean right = a->width < 40;
  gdouble at = right ? a->x + a->width : a->x - 5;
  gchar text[32];

  for (gdouble v = NAN; next_tick (&plot->y, a->height, TICK_SPACING_Y, &v);) {
    gdouble y = anc_picture_y (plot, v);
    if (grid)
      stroke_rule (self, a->x, y, a->x + a->width, y, ANC_COLOUR_FAINT, 0.22);
    stroke_rule (self, at, y, at + 5, y, ANC_COLOUR_FAINT, 1);
    format_number (text, sizeof text, v, plot->y.max - plot->y.min);
    anc_picture_text (self, right ? at + 10 : at - 5, y + 5, right ? 0 : 1,
                      ANC_TEXT_SMALL, ANC_COLOUR_TEXT, text);
  }
  cairo_save (self->cr);
  cairo_translate (self->cr, right ? at + 68 : a->x - 62, a->y + a->height / 2);
  cairo_rotate (self->cr, -G_PI / 2);
  anc_picture_text (self, 0, 0, 0.5, ANC_TEXT_SMALL, ANC_COLOUR_FAINT,
                    plot->y.label);
  cairo_restore (self->cr);
}

void
anc_picture_axes (AncPicture *self, const AncPlot *plot, gboolean grid)
{
  const AncRectangle *a = &plot->area;

  if (plot->x.label != NULL)
    draw_x_axis (self, plot, grid);
  if (plot->y.label != NULL)
    draw_y_axis (self, plot, grid);
  anc_picture_set_colour (self, ANC_COLOUR_FAINT, 1);
  cairo_set_line_width (self->cr, 1);
  cairo_rectangle (self->cr, floor (a->x) + 0.5, floor (a->y) + 0.5,
                   floor (a->width), floor (a->height));
  cairo_stroke (self->cr);
  if (plot->title != NULL)
    anc_picture_text_within (self, a->x, a->y - 12, a->width, ANC_TEXT_TITLE,
                             ANC_COLOUR_TEXT, plot->title);
}

void
anc_picture_legend (AncPicture *self, const AncPlot *plot,
                    const gchar *const *names, const AncColour *line_colours,
                    guint n)
{
  gdouble x = plot->area.x + plot->area.width, y = plot->area.y - 13;

  for (guint i = n; i-- > 0;) {
    anc_picture_text (self, x, y, 1, ANC_TEXT_NORMAL, ANC_COLOUR_TEXT,
                      names[i]);
    x -= text_width (self, ANC_TEXT_NORMAL, names[i]) + 10;
    anc_picture_set_colour (self, line_colours[i], 1);
    cairo_set_line_width (self->cr, 4);
    cairo_move_to (self->cr, x - 28, y - 6);
    cairo_line_to (self->cr, x, y - 6);
    cairo_stroke (self->cr);
    x -= 28 + 26;
  }
}
