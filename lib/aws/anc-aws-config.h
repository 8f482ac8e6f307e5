/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The shared configuration of AWS tools: ~/.aws/config and ~/.aws/credentials.
 * AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
 * Sections in brackets; key = value; # and ; begin comments at the start of a
 * line, in values after white space; an empty value followed by indented lines
 * is a nested section. Untrusted input: anything is parsed or refused with file
 * and line, nothing crashes. Values (they may be secrets) are wiped when freed
 * and never in messages. */
typedef struct _AncAwsConfig AncAwsConfig;

typedef enum {
  ANC_AWS_CONFIG_FILE,     /* [default], [profile x], [services x], ... */
  ANC_AWS_CREDENTIALS_FILE /* [x]: every section is a profile */
} AncAwsConfigKind;

AncAwsConfig *anc_aws_config_new (void);
AncAwsConfig *anc_aws_config_ref (AncAwsConfig *self);
void anc_aws_config_unref (AncAwsConfig *self);

/* Adds the text of a file. The same key in a profile of the credentials file
 * wins over the config file, whichever was added first; within one kind the
 * later one wins. `name` is the file in messages. ANC_AWS_ERROR_CREDENTIALS
 * when the text is no such file. */
gboolean anc_aws_config_add (AncAwsConfig *self, AncAwsConfigKind kind,
                             const gchar *name, const gchar *text, gsize size,
                             GError **error);

gboolean anc_aws_config_has_profile (const AncAwsConfig *self,
                                     const gchar *profile);
/* NULL: not there or empty. */
const gchar *anc_aws_config_get (const AncAwsConfig *self, const gchar *profile,
                                 const gchar *key);
/* From any section type: "profile", "services", "sso-session". `outer` NULL: a
 * plain key; else the nested section of that name. */
const gchar *anc_aws_config_get_nested (const AncAwsConfig *self,
                                        const gchar *type, const gchar *name,
                                        const gchar *outer, const gchar *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsConfig, anc_aws_config_unref)
