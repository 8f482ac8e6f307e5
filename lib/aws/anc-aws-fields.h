/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* An ordered list of names and values: HTTP headers, query parameters, user
 * metadata, tags. A name may occur more than once. Not locked: one thread fills
 * it, after that many may read. */
typedef struct _AncAwsFields AncAwsFields;

AncAwsFields *anc_aws_fields_new (void);
AncAwsFields *anc_aws_fields_ref (AncAwsFields *self);
void anc_aws_fields_unref (AncAwsFields *self);
AncAwsFields *anc_aws_fields_copy (const AncAwsFields *self);

/* Appends; both strings are copied. */
void anc_aws_fields_add (AncAwsFields *self, const gchar *name,
                         const gchar *value);
/* Appends unless `value` is NULL. */
void anc_aws_fields_add_optional (AncAwsFields *self, const gchar *name,
                                  const gchar *value);
/* Takes the place of all fields of that name. */
void anc_aws_fields_set (AncAwsFields *self, const gchar *name,
                         const gchar *value);

guint anc_aws_fields_length (const AncAwsFields *self);
const gchar *anc_aws_fields_name (const AncAwsFields *self, guint index);
const gchar *anc_aws_fields_value (const AncAwsFields *self, guint index);
/* The first value of that name, letter case ignored; NULL: none. `self` may be
 * NULL. */
const gchar *anc_aws_fields_get (const AncAwsFields *self, const gchar *name);

/* name=value&..., each percent-encoded after RFC 3986 (space is %20). */
gchar *anc_aws_fields_to_query (const AncAwsFields *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsFields, anc_aws_fields_unref)

/* Percent-encodes all but the unreserved characters of RFC 3986 and those in
 * `kept`, with upper-case digits: the encoding of AWS signatures. */
gchar *anc_aws_uri_encode (const gchar *text, const gchar *kept);
void anc_aws_uri_append (GString *encoded, guchar c, const gchar *kept);
