/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* An XML answer as a tree: names without prefix, text, children; attributes are
 * of no use in AWS's answers. Untrusted input: depth and number are limited. */
typedef struct _AncAwsXml AncAwsXml;
struct _AncAwsXml {
  gchar *name;
  gchar *text;         /* all text directly inside, never NULL */
  GPtrArray *children; /* of AncAwsXml */
};

/* The root element; ANC_AWS_ERROR_MALFORMED. */
AncAwsXml *anc_aws_xml_parse (const gchar *text, gsize size, GError **error);
void anc_aws_xml_free (AncAwsXml *self);

/* The first child of that name; NULL: none. `self` may be NULL. */
const AncAwsXml *anc_aws_xml_child (const AncAwsXml *self, const gchar *name);
/* Its text; NULL: none. */
const gchar *anc_aws_xml_text (const AncAwsXml *self, const gchar *name);
/* The first element of that name at any depth, self included. */
const AncAwsXml *anc_aws_xml_find (const AncAwsXml *self, const gchar *name);
/* FALSE unless the text is a whole number. */
gboolean anc_aws_xml_number (const AncAwsXml *self, const gchar *name,
                             guint64 *ret_number);
/* ISO 8601 to microseconds since 1970; 0: not there or not valid. */
gint64 anc_aws_xml_time (const AncAwsXml *self, const gchar *name);

/* Appends <name>text</name>, escaped; what XML 1.0 cannot hold is written as a
 * character reference. NULL: nothing. */
void anc_aws_xml_append (GString *xml, const gchar *name, const gchar *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsXml, anc_aws_xml_free)
