/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-pipeline-file.h"

/* What concerns several parts of a file at once: placeholders, choices,
 * targets, and the parameters that defaults refer to. */
gboolean anc_pipeline_check (const AncPipelineFile *self, GError **error);
