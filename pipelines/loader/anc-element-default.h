/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an element starts with where neither the user nor the file says
 * anything. Choices decide which elements there are, and so the value. */
#pragma once

#include "anc-pipeline-file.h"

typedef struct {
  gchar *factory;
  gchar *text; /* as it would be written; NULL: an empty string or object */
} AncElementDefault;

typedef struct _AncElementDefaults AncElementDefaults;

/* Builds the pipelines that single choices lead to; what cannot be built here
 * is left out. */
AncElementDefaults *anc_element_defaults_new (AncPipelineFile *file);
void anc_element_defaults_free (AncElementDefaults *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncElementDefaults, anc_element_defaults_free)

/* Of AncElementDefault, one for each kind of element; NULL if the file gives
 * a default, or if nothing is known. */
const GPtrArray *anc_element_defaults_get (const AncElementDefaults *self,
                                           const gchar *parameter);
