/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-pipeline-file.h"

/* What concerns several parts of a file at once: placeholders, choices,
 * targets, and the parameters that defaults refer to. What only follows from
 * an earlier mistake is none: `parameters` and `choices` say whether all of
 * them could be read, at least by name. FALSE if it is not known which
 * pipelines the file describes. */
gboolean anc_pipeline_check (const AncPipelineFile *self, gboolean parameters,
                             gboolean choices, AncMistakes *mistakes);
