/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Keys of objects from a template. In braces:
 *
 *   {time:FORMAT}  when the object began, UTC, by g_date_time_format; {time}
 *                  is {time:%Y%m%dT%H%M%SZ}
 *   {index:N}      the object's number in N digits or more; {index} has 5
 *   {uuid}         a random one for each object
 *   {element}      the element's name
 *   {tag:NAME}     a tag of the stream, or "unknown"
 *
 * {{ and }} stand for braces. A slash in a name or tag becomes "_". */
typedef struct _AncS3Key AncS3Key;

/* NULL if nothing has that name. */
typedef const gchar *(*AncS3KeyTag) (const gchar *name, gpointer data);

typedef struct {
  GDateTime *time;
  guint64 index;
  const gchar *element;
  AncS3KeyTag tag; /* may be NULL */
  gpointer tag_data;
} AncS3KeyValues;

/* Errors: ANC_AWS_ERROR_ARGUMENT, what is wrong and what there is. */
AncS3Key *anc_s3_key_parse (const gchar *pattern, GError **error);
void anc_s3_key_free (AncS3Key *self);

/* Whether it gives each object of one stream a name of its own: it has an
 * index, a uuid or a time. */
gboolean anc_s3_key_varies (const AncS3Key *self);

/* Whether no other stream gets the same names: a uuid, or a time with seconds. */
gboolean anc_s3_key_is_unique (const AncS3Key *self);

/* The key of one object: an error if it is longer than a key may be. */
gchar *anc_s3_key_resolve (const AncS3Key *self, const AncS3KeyValues *values,
                           GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncS3Key, anc_s3_key_free)
