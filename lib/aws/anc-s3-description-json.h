/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-description.h"

#include <json-glib/json-glib.h>

/* How a spool keeps them, for the library's own files. */

/* Adds the members of `attributes` that are set to the open object. */
void anc_s3_description_to_json (const AncS3Attributes *attributes,
                                 JsonBuilder *builder);
/* Unknown members are left alone; FALSE: one has the wrong type or value. */
AncS3Description *anc_s3_description_from_json (JsonObject *object);
