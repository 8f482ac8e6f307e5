/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-signer.h"

/* The parts of a canonical request; what both forms of signing share. */

/* The path as it is signed. */
gchar *anc_aws_canonical_path (const gchar *path, AncAwsSignFlags flags);
/* Both queries may be NULL; pairs sorted by name, then value. */
gchar *anc_aws_canonical_query (const gchar *query, const gchar *more);
/* "name:value\n" of all signed headers; `ret_names` is "a;b;c". */
gchar *anc_aws_canonical_headers (const AncAwsFields *headers,
                                  const AncAwsFields *more, gchar **ret_names);
