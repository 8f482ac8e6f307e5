/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run came to: the record that `anc run --json` prints and a cloud
 * function hands back. */
#pragma once

#include "anc-gauge.h"

#include <gst/gst.h>
#include <json-glib/json-glib.h>

typedef enum {
  ANC_OUTCOME_OK,
  ANC_OUTCOME_INTERRUPTED, /* stopped on request; what came out is whole */
  ANC_OUTCOME_FAILED,
} AncOutcome;

typedef struct {
  AncOutcome outcome;
  gchar *pipeline; /* name */
  gdouble audio_seconds;
  gdouble wall_seconds;
  GHashTable *elements; /* name -> GstStructure, of those that have stats */
  AncFigures figures;   /* of the first canceller */
  GPtrArray *warnings;  /* of gchar *, one sentence each */
  GPtrArray *objects;   /* of GstStructure, what was uploaded; the last ones */
  GError *error;        /* NULL unless failed */
  gchar *error_element; /* name, or NULL */
  gchar *error_debug;   /* or NULL */
  gboolean not_written; /* the error is that of a sink */
} AncResult;

AncResult *anc_result_new (const gchar *pipeline);
void anc_result_free (AncResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncResult, anc_result_free)

/* 0 if nothing ran. */
gdouble anc_result_get_realtime_factor (const AncResult *self);

/* A number among the stats of the first element that has it; FALSE if none
 * does. */
gboolean anc_result_find_number (const AncResult *self, const gchar *field,
                                 gdouble *ret);

/* Takes the structure. A run of weeks has too many to keep them all. */
void anc_result_add_object (AncResult *self, GstStructure *object);

JsonNode *anc_result_to_json (const AncResult *self);
/* {domain, message, element, debug}; works for an error without a run. */
JsonNode *anc_error_to_json (const GError *error, const gchar *element,
                             const gchar *debug);
JsonNode *anc_structure_to_json (const GstStructure *structure);
