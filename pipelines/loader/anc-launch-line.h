/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * In which line of a launch text a mistake is; gst_parse_launch does not say.
 * -1 where that cannot be told. */
#pragma once

#include <glib.h>

/* A link "!" without an element before or behind it. To be asked before
 * parsing: on some of these texts the parser of GStreamer 1.22 crashes. */
gint anc_launch_find_loose_link (GStrv lines);

/* FALSE for a text of references ("a. ! b.") alone, another of those. */
gboolean anc_launch_has_element (GStrv lines);

/* The words of a text. */
typedef enum {
  ANC_WORD_LINK,  /* ! */
  ANC_WORD_OPEN,  /* of a bin */
  ANC_WORD_CLOSE, /* of a bin */
  ANC_WORD_ELEMENT,
  ANC_WORD_SETTING, /* property=value */
  ANC_WORD_OTHER,   /* caps, a reference, a preset */
} AncWord;
typedef void (*AncWordFunc) (AncWord kind, gint line, const gchar *word,
                             gpointer data);
void anc_launch_each_word (GStrv lines, AncWordFunc func, gpointer data);

/* Calls `func` with each element of the text and what is set in it, in the
 * words of the text: "FACTORY" alone first, then "FACTORY PROPERTY=VALUE" for
 * each. */
typedef void (*AncLaunchFunc) (gint line, const gchar *text, gpointer data);
void anc_launch_each_setting (GStrv lines, AncLaunchFunc func, gpointer data);

/* The only line with that word; `after` is a pattern for what follows it. */
gint anc_launch_find_word (GStrv lines, const gchar *word, const gchar *after);
