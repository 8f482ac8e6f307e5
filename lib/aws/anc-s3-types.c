/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-types.h"

void
anc_s3_object_info_clear (AncS3ObjectInfo *self)
{
  g_free (self->etag);
  g_free (self->version_id);
  g_free (self->content_type);
  g_free (self->storage_class);
  g_free (self->checksum);
  g_clear_pointer (&self->metadata, anc_aws_fields_unref);
  *self = (AncS3ObjectInfo){ 0 };
}

AncS3Part *
anc_s3_part_copy (const AncS3Part *self)
{
  AncS3Part *copy = g_new (AncS3Part, 1);

  *copy = *self;
  copy->etag = g_strdup (self->etag);
  copy->checksum = g_strdup (self->checksum);
  return copy;
}

void
anc_s3_part_clear (AncS3Part *self)
{
  g_free (self->etag);
  g_free (self->checksum);
  *self = (AncS3Part){ 0 };
}

void
anc_s3_part_free (AncS3Part *self)
{
  if (self == NULL)
    return;
  anc_s3_part_clear (self);
  g_free (self);
}

void
anc_s3_upload_free (AncS3Upload *self)
{
  if (self == NULL)
    return;
  g_free (self->key);
  g_free (self->upload_id);
  g_free (self);
}

void
anc_s3_object_free (AncS3Object *self)
{
  if (self == NULL)
    return;
  g_free (self->key);
  g_free (self->etag);
  g_free (self->storage_class);
  g_free (self);
}
