/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-types.h"

#include <json-glib/json-glib.h>

/* Attributes that own their strings, and how a spool keeps them. */
typedef struct {
  AncS3Attributes attributes; /* borrows what is below */
  GStringChunk *strings;
  AncAwsFields *metadata, *tags;
} AncS3Description;

AncS3Description *anc_s3_description_new (const AncS3Attributes *attributes);
void anc_s3_description_free (AncS3Description *self);

/* Adds the members of `attributes` that are set to the open object. */
void anc_s3_description_to_json (const AncS3Attributes *attributes,
                                 JsonBuilder *builder);
/* Unknown members are left alone; FALSE: one has the wrong type or value. */
AncS3Description *anc_s3_description_from_json (JsonObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Description, anc_s3_description_free)
