/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-context.h"

/* Where a service answers. */
typedef struct {
  gchar *scheme; /* "https" or "http" */
  gchar *host;   /* without brackets, lower case */
  guint port;    /* 0: the scheme's own */
  gchar *path;   /* prefix of all paths, without a last slash: "" or "/x" */
  /* The URL came from the user (argument, environment, profile). */
  gboolean custom;
  gboolean dualstack, fips; /* of an AWS host */
} AncAwsEndpoint;

typedef enum {
  ANC_AWS_ENDPOINT_DUALSTACK = 1 << 0, /* IPv4 and IPv6 */
  ANC_AWS_ENDPOINT_FIPS = 1 << 1,
} AncAwsEndpointFlags;

void anc_aws_endpoint_free (AncAwsEndpoint *self);
AncAwsEndpoint *anc_aws_endpoint_copy (const AncAwsEndpoint *self);

/* A URL as users write it: http or https, host, port, path; no user, query or
 * fragment. ANC_AWS_ERROR_ARGUMENT. */
AncAwsEndpoint *anc_aws_endpoint_parse (const gchar *url, GError **error);

/* For an AWS host that is not in the table of services here the name is its
 * host name prefix ("dynamodb", "execute-api"). In order: `url`;
 * AWS_ENDPOINT_URL_<SERVICE>; AWS_ENDPOINT_URL; the profile's services section;
 * its endpoint_url (the last four unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS
 * or ignore_configured_endpoint_urls); the region's AWS host. Dual stack and
 * FIPS also come from AWS_USE_DUALSTACK_ENDPOINT, AWS_USE_FIPS_ENDPOINT and the
 * profile. */
AncAwsEndpoint *anc_aws_endpoint_resolve (AncAwsContext *context,
                                          const gchar *service,
                                          const gchar *region, const gchar *url,
                                          AncAwsEndpointFlags flags,
                                          GError **error);

/* host[:port], IPv6 in brackets, as the Host header has it. */
gchar *anc_aws_endpoint_authority (const AncAwsEndpoint *self);

/* What a region's names end with; every region belongs to one, unknown ones to
 * "aws". */
typedef struct {
  const gchar *name;             /* "aws", "aws-cn", ... */
  const gchar *dns_suffix;       /* "amazonaws.com" */
  const gchar *dualstack_suffix; /* "api.aws"; NULL: none */
  const gchar *global_region;    /* "us-east-1" */
} AncAwsPartition;
const AncAwsPartition *anc_aws_partition_of (const gchar *region);

/* arn:partition:service:region:account:resource */
typedef struct {
  gchar *partition, *service, *region, *account, *resource;
} AncAwsArn;
gboolean anc_aws_is_arn (const gchar *text);
AncAwsArn *anc_aws_arn_parse (const gchar *text, GError **error);
void anc_aws_arn_free (AncAwsArn *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsEndpoint, anc_aws_endpoint_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncAwsArn, anc_aws_arn_free)
