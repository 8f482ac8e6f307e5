/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-report-picture.h"

#include <math.h>

#define WIDTH 1600
#define HEIGHT 1115
#define LEFT 100
#define GAP 60
#define COLUMN ANC_TRACK_COLUMNS
#define RANGE_DB 80.0

/* Rows: waves, spectrograms, level over time. */
static const struct {
  gdouble y, height;
} rows[] = { { 165, 190 }, { 410, 330 }, { 855, 190 } };

/* What both halves share, so that they can be compared by eye. */
typedef struct {
  gdouble seconds;
  gdouble max_hz;
  gdouble amplitude;
  gdouble top_db;
} Scales;

static Scales
common_scales (const AncTrack *const *tracks)
{
  Scales scales = { 0 };
  gdouble peak = ANC_LEVELS_SILENCE, loudest = ANC_LEVELS_SILENCE;

  for (guint i = 0; i < 2; i++) {
    scales.seconds = MAX (scales.seconds, tracks[i]->seconds);
    scales.max_hz = MAX (scales.max_hz, tracks[i]->spectrogram->max_hz);
    peak = MAX (peak, tracks[i]->levels->peak);
    loudest = MAX (loudest, anc_spectrogram_peak (tracks[i]->spectrogram));
  }
  scales.amplitude = pow (10, MAX (peak, -60) / 20) * 1.02;
  scales.top_db = ceil (MAX (loudest, -60) / 10) * 10;
  return scales;
}

static AncPlot
cell (guint row, guint column, const gchar *title, AncAxis x, AncAxis y)
{
  AncPlot plot = { .title = title, .x = x, .y = y };

  plot.area = (AncRectangle){ LEFT + column * (COLUMN + GAP), rows[row].y,
                              COLUMN, rows[row].height };
  return plot;
}

/* The part of a plot that a shorter recording fills. */
static AncPlot
filled_part (const AncPlot *plot, const AncTrack *track)
{
  AncPlot part = *plot;

  part.x.max = track->seconds;
  part.area.width *= track->seconds / plot->x.max;
  return part;
}

static void
draw_wave (AncPicture *picture, const AncTrack *track, guint column,
           const Scales *scales, const gchar *name)
{
  AncPlot plot
      = cell (0, column, name, (AncAxis){ .label = "", .max = scales->seconds },
              (AncAxis){ .label = column == 0 ? "amplitude" : NULL,
                         .min = -scales->amplitude,
                         .max = scales->amplitude });
  AncPlot part = filled_part (&plot, track);

  anc_picture_axes (picture, &plot, TRUE);
  anc_picture_band (picture, &part, track->low, track->high, COLUMN,
                    column == 0 ? ANC_COLOUR_BEFORE : ANC_COLOUR_AFTER);
}

static void
draw_spectrogram (AncPicture *picture, const AncTrack *track, guint column,
                  const Scales *scales)
{
  const AncSpectrogram *s = track->spectrogram;
  AncPlot plot = cell (1, column, NULL,
                       (AncAxis){ .label = "seconds", .max = scales->seconds },
                       (AncAxis){ .label = column == 0 ? "kHz" : NULL,
                                  .max = scales->max_hz / 1000 });
  AncPlot part = filled_part (&plot, track);
  gdouble height = plot.area.height * s->max_hz / scales->max_hz;

  part.area.y += part.area.height - height;
  part.area.height = height;
  anc_picture_matrix (picture, &part, s->level, s->columns, s->bands,
                      scales->top_db - RANGE_DB, scales->top_db);
  anc_picture_axes (picture, &plot, FALSE);
}

static void
draw_colour_scale (AncPicture *picture, const Scales *scales)
{
  AncPlot plot = { .area = { LEFT + 2 * COLUMN + GAP + 20, rows[1].y, 22,
                             rows[1].height },
                   .y = { .label = "dB of full scale",
                          .min = scales->top_db - RANGE_DB,
                          .max = scales->top_db } };

  anc_picture_scale (picture, &plot);
}

/* Frames are averaged, in power, to at most one point per two pixels. */
static void
draw_level (AncPicture *picture, const AncPlot *plot, const AncTrack *track,
            AncColour colour)
{
  const AncLevels *levels = track->levels;
  gsize points = MIN (levels->n_frames, plot->area.width / 2);
  g_autofree gdouble *x = g_new (gdouble, points);
  g_autofree gdouble *y = g_new (gdouble, points);

  for (gsize i = 0; i < points; i++) {
    gsize from = i * levels->n_frames / points;
    gsize to = (i + 1) * levels->n_frames / points;
    gdouble power = 0;

    for (gsize f = from; f < to; f++)
      power += pow (10, levels->frames[f] / 10);
    x[i] = (from + to) * 0.5 * ANC_LEVELS_FRAME_SECONDS;
    y[i] = anc_levels_from_power (power / (to - from));
  }
  anc_picture_line (picture, plot, x, y, points, colour);
}

static void
draw_levels (AncPicture *picture, const AncTrack *const *tracks,
             const Scales *scales)
{
  const AncColour colours[] = { ANC_COLOUR_BEFORE, ANC_COLOUR_AFTER };
  const gchar *names[] = { "before", "after" };
  gdouble high = ANC_LEVELS_SILENCE, low = 0;
  AncPlot plot;

  for (guint i = 0; i < 2; i++) {
    high = MAX (high, tracks[i]->levels->high + 6);
    low = MIN (low, tracks[i]->levels->floor - 3);
  }
  high = ceil (MAX (high, -60) / 10) * 10;
  low = MAX (floor (low / 10) * 10, high - 100);
  plot = cell (
      2, 0, "Level", (AncAxis){ .label = "seconds", .max = scales->seconds },
      (AncAxis){ .label = "dB of full scale", .min = low, .max = high });
  plot.area.width = 2 * COLUMN + GAP;
  anc_picture_axes (picture, &plot, TRUE);
  for (guint i = 0; i < 2; i++)
    draw_level (picture, &plot, tracks[i], colours[i]);
  anc_picture_legend (picture, &plot, names, colours, 2);
}

/* "12.3 dB lower", or higher. */
static gchar *
describe_change (gdouble fall)
{
  return g_strdup_printf ("%.1f dB %s", ABS (fall),
                          fall < 0 ? "higher" : "lower");
}

static void
draw_heading (AncPicture *picture, const AncTrack *const *tracks,
              const gchar *title)
{
  const AncLevels *before = tracks[0]->levels, *after = tracks[1]->levels;
  g_autofree gchar *noise = describe_change (before->floor - after->floor);
  g_autofree gchar *level = describe_change (before->rms - after->rms);
  g_autofree gchar *figures = g_strdup_printf (
      "noise floor %s \302\267 overall level %s", noise, level);

  anc_picture_text_within (picture, LEFT, 56, 2 * COLUMN + GAP,
                           ANC_TEXT_HEADING, ANC_COLOUR_TEXT, title);
  anc_picture_text (picture, LEFT, 90, 0, ANC_TEXT_NORMAL, ANC_COLOUR_FAINT,
                    figures);
}

AncPicture *
anc_report_picture_new (const AncTrack *before, const AncTrack *after,
                        const gchar *title)
{
  const AncTrack *const tracks[] = { before, after };
  const gchar *const words[] = { "Before", "After" };
  AncPicture *picture = anc_picture_new (WIDTH, HEIGHT);
  Scales scales = common_scales (tracks);

  draw_heading (picture, tracks, title);
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *base = g_path_get_basename (tracks[i]->filename);
    g_autofree gchar *name = g_strdup_printf ("%s: %s", words[i], base);
    draw_wave (picture, tracks[i], i, &scales, name);
    draw_spectrogram (picture, tracks[i], i, &scales);
  }
  draw_colour_scale (picture, &scales);
  draw_levels (picture, tracks, &scales);
  return picture;
}
