/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-s3-types.h"

/* Attributes that own their strings, and how a spool keeps them. */
typedef struct {
  AncS3Attributes attributes; /* borrows what is below */
  GStringChunk *strings;
  AncAwsFields *metadata, *tags;
} AncS3Description;

AncS3Description *anc_s3_description_new (const AncS3Attributes *attributes);
void anc_s3_description_free (AncS3Description *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Description, anc_s3_description_free)
