/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs a pipeline to its end: main loop, bus, progress, time limit, output
 * files that appear only when whole. One runner, one run. */
#pragma once

#include "anc-parameters.h"
#include "anc-result.h"

typedef struct _AncRunner AncRunner;

typedef struct {
  gboolean overwrite;
  guint timeout_seconds; /* 0: none */
  /* Building may take long, and nothing can interrupt it: this comes after
   * it, before there is any file. May be NULL. */
  void (*on_built) (gpointer data);
  /* A few times a second; duration < 0: not known (live). May be NULL. */
  void (*on_progress) (gdouble position, gdouble duration, gpointer data);
  /* As it happens, what is in the result too: an object in a bucket is whole;
   * something is wrong that does not end the run. May be NULL. */
  void (*on_object) (const GstStructure *object, gpointer data);
  void (*on_warning) (const gchar *sentence, gpointer data);
  gpointer data;
  const AncVoice *voice; /* for the figures; may be NULL */
} AncRunnerOptions;

/* Resolved values in, a pipeline ready to go out; NULL with an error that
 * says what is wrong with values or file. Creates the temporary files. */
AncRunner *anc_runner_new (AncParameters *parameters,
                           const AncRunnerOptions *options, GError **error);
void anc_runner_free (AncRunner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncRunner, anc_runner_free)

/* Blocks, with a main loop on the thread-default main context. Never NULL; a
 * failure is in the result. */
AncResult *anc_runner_run (AncRunner *self);

/* From a callback of that context. First call: the stream is ended, so that
 * the output is a whole file, or what was uploaded a whole object, or, before
 * any sound, there is none, and a warning in the result says so; second
 * call: the run returns at once, without output; freeing the runner may then
 * wait for an element that hangs. An upload is first taken back, unless it
 * can be finished within the element's own timeout; a third call does not wait
 * for that. */
void anc_runner_interrupt (AncRunner *self);
