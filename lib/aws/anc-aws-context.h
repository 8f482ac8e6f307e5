/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-clock.h"
#include "anc-aws-config.h"

#include <gio/gio.h>

/* Where settings come from: environment, profile, shared files, clock. Immutable
 * after it is made (the files are read once, at the first need) and safe to use
 * from several threads. Clients of several services share one. */
typedef struct _AncAwsContext AncAwsContext;

/* `environment`: NULL for the process's own, copied now; else NAME=VALUE
 * strings. `profile`: NULL for AWS_PROFILE, then AWS_DEFAULT_PROFILE, then
 * "default". `clock`: NULL for the system's; must outlive the context. */
AncAwsContext *anc_aws_context_new (const gchar *const *environment,
                                    const gchar *profile,
                                    const AncAwsClock *clock);
AncAwsContext *anc_aws_context_ref (AncAwsContext *self);
void anc_aws_context_unref (AncAwsContext *self);

const AncAwsClock *anc_aws_context_clock (const AncAwsContext *self);
/* An environment variable; NULL: not set or empty. */
const gchar *anc_aws_context_getenv (const AncAwsContext *self,
                                     const gchar *name);
/* TRUE for "true" in any letter case, or "1". */
gboolean anc_aws_context_getenv_boolean (const AncAwsContext *self,
                                         const gchar *name);
const gchar *anc_aws_context_profile (const AncAwsContext *self);
/* The user named the profile: that it is missing is an error. */
gboolean anc_aws_context_profile_is_explicit (const AncAwsContext *self);
/* It was given to anc_aws_context_new (), not by a variable: it comes before
 * keys in the environment. */
gboolean anc_aws_context_profile_is_argument (const AncAwsContext *self);
/* All variables, NAME=VALUE; owned by the context. For child processes. */
const gchar *const *anc_aws_context_environment (const AncAwsContext *self);

/* The parsed files AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, by default
 * below ~/.aws; owned by the context. Missing files are empty; unreadable or
 * malformed ones are ANC_AWS_ERROR_CREDENTIALS. */
const AncAwsConfig *anc_aws_context_config (AncAwsContext *self,
                                            GError **error);
/* The profile's value of `key`, NULL without; broken files count as empty. */
const gchar *anc_aws_context_setting (AncAwsContext *self, const gchar *key);

/* `explicit` if set, else AWS_REGION, AWS_DEFAULT_REGION, the profile's region.
 * ANC_AWS_ERROR_NO_REGION names these places; a region that cannot be part of a
 * host name is ANC_AWS_ERROR_ARGUMENT. Free with g_free (). */
gchar *anc_aws_context_resolve_region (AncAwsContext *self,
                                       const gchar *explicit_region,
                                       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsContext, anc_aws_context_unref)
