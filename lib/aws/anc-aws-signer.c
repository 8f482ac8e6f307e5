/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-signer.h"

#include "anc-aws-canonical.h"
#include "anc-aws-hash.h"
#include "anc-secret.h"

#include <string.h>
#include <time.h>

#define ALGORITHM "AWS4-HMAC-SHA256"

/* What is the same for all stages of one signature. */
typedef struct {
  gchar *timestamp; /* 20150830T123600Z */
  gchar *scope;     /* 20150830/us-east-1/service/aws4_request */
  gchar *date;      /* 20150830 */
} Moment;

static void
moment_init (Moment *self, const AncAwsSignable *request)
{
  time_t seconds = (time_t) (request->time / G_USEC_PER_SEC);
  gchar timestamp[sizeof "20150830T123600Z"] = "";
  struct tm utc;

  gmtime_r (&seconds, &utc);
  strftime (timestamp, sizeof timestamp, "%Y%m%dT%H%M%SZ", &utc);
  self->timestamp = g_strdup (timestamp);
  self->date = g_strndup (timestamp, strlen ("20150830"));
  self->scope = g_strdup_printf ("%s/%s/%s/aws4_request", self->date,
                                 request->region, request->service);
}

static void
moment_clear (Moment *self)
{
  g_free (self->timestamp);
  g_free (self->scope);
  g_free (self->date);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Moment, moment_clear)

static gchar *
string_to_sign (const Moment *moment, const gchar *canonical)
{
  g_autofree gchar *hash = anc_aws_sha256_hex (canonical, strlen (canonical));

  return g_strdup_printf (ALGORITHM "\n%s\n%s\n%s", moment->timestamp,
                          moment->scope, hash);
}

static gchar *
compute_signature (const Moment *moment, const AncAwsSignable *request,
                   AncAwsCredentials *credentials, const gchar *text)
{
  gchar *secret = g_strconcat (
      "AWS4", anc_aws_credentials_secret_access_key (credentials), NULL);
  const gchar *steps[] = { moment->date, request->region, request->service,
                           "aws4_request", text };
  guint8 key[ANC_AWS_SHA256_SIZE], next[ANC_AWS_SHA256_SIZE];
  gchar *signature;

  anc_aws_hmac_sha256 (secret, strlen (secret), steps[0], key);
  for (guint i = 1; i < G_N_ELEMENTS (steps); i++) {
    anc_aws_hmac_sha256 (key, sizeof key, steps[i], next);
    memcpy (key, next, sizeof key);
  }
  signature = anc_aws_hex (key, sizeof key);
  anc_secret_free (secret);
  explicit_bzero (key, sizeof key);
  explicit_bzero (next, sizeof next);
  return signature;
}

/* From the parts on; returns the signed headers' names. */
static AncAwsSignature *
finish (const Moment *moment, const AncAwsSignable *request,
        AncAwsCredentials *credentials, const gchar *query,
        const gchar *header_lines, const gchar *names)
{
  AncAwsSignature *self = g_new0 (AncAwsSignature, 1);
  g_autofree gchar *path
      = anc_aws_canonical_path (request->path, request->flags);

  self->canonical_request
      = g_strdup_printf ("%s\n%s\n%s\n%s\n%s\n%s", request->method, path, query,
                         header_lines, names, request->payload_hash);
  self->string_to_sign = string_to_sign (moment, self->canonical_request);
  self->signature
      = compute_signature (moment, request, credentials, self->string_to_sign);
  return self;
}

AncAwsSignature *
anc_aws_sign_headers (const AncAwsSignable *request,
                      AncAwsCredentials *credentials)
{
  const gchar *token = anc_aws_credentials_session_token (credentials);
  gboolean late = (request->flags & ANC_AWS_SIGN_OMIT_TOKEN) != 0;
  g_autoptr (AncAwsFields) added = anc_aws_fields_new ();
  g_autofree gchar *names = NULL;
  g_autofree gchar *lines = NULL;
  g_autofree gchar *query = anc_aws_canonical_query (request->query, NULL);
  g_autofree gchar *authorization = NULL;
  g_auto (Moment) moment = { 0 };
  AncAwsSignature *self;

  moment_init (&moment, request);
  anc_aws_fields_add (added, "X-Amz-Date", moment.timestamp);
  if (request->flags & ANC_AWS_SIGN_CONTENT_SHA256)
    anc_aws_fields_add (added, "X-Amz-Content-Sha256", request->payload_hash);
  if (!late)
    anc_aws_fields_add_optional (added, "X-Amz-Security-Token", token);
  lines = anc_aws_canonical_headers (request->headers, added, &names);
  self = finish (&moment, request, credentials, query, lines, names);
  if (late)
    anc_aws_fields_add_optional (added, "X-Amz-Security-Token", token);
  authorization = g_strdup_printf (
      ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
      anc_aws_credentials_access_key_id (credentials), moment.scope, names,
      self->signature);
  anc_aws_fields_add (added, "Authorization", authorization);
  self->headers = g_steal_pointer (&added);
  return self;
}

/* The parameters of the query form, in the order that AWS shows them. */
static AncAwsFields *
query_parameters (const Moment *moment, const AncAwsSignable *request,
                  AncAwsCredentials *credentials, const gchar *names)
{
  AncAwsFields *fields = anc_aws_fields_new ();
  g_autofree gchar *credential = g_strdup_printf (
      "%s/%s", anc_aws_credentials_access_key_id (credentials), moment->scope);

  anc_aws_fields_add (fields, "X-Amz-Algorithm", ALGORITHM);
  anc_aws_fields_add (fields, "X-Amz-Credential", credential);
  anc_aws_fields_add (fields, "X-Amz-Date", moment->timestamp);
  anc_aws_fields_add (fields, "X-Amz-SignedHeaders", names);
  if (request->expires_seconds > 0) {
    g_autofree gchar *expires
        = g_strdup_printf ("%u", request->expires_seconds);

    anc_aws_fields_add (fields, "X-Amz-Expires", expires);
  }
  return fields;
}

AncAwsSignature *
anc_aws_sign_query (const AncAwsSignable *request,
                    AncAwsCredentials *credentials)
{
  const gchar *token = anc_aws_credentials_session_token (credentials);
  gboolean late = (request->flags & ANC_AWS_SIGN_OMIT_TOKEN) != 0;
  const gchar *given = request->query != NULL ? request->query : "";
  g_autoptr (AncAwsFields) fields = NULL;
  g_autofree gchar *names = NULL;
  g_autofree gchar *lines
      = anc_aws_canonical_headers (request->headers, NULL, &names);
  g_autofree gchar *more = NULL;
  g_autofree gchar *query = NULL;
  g_autofree gchar *sent = NULL;
  g_auto (Moment) moment = { 0 };
  AncAwsSignature *self;

  moment_init (&moment, request);
  fields = query_parameters (&moment, request, credentials, names);
  if (!late)
    anc_aws_fields_add_optional (fields, "X-Amz-Security-Token", token);
  more = anc_aws_fields_to_query (fields);
  query = anc_aws_canonical_query (given, more);
  self = finish (&moment, request, credentials, query, lines, names);
  if (late)
    anc_aws_fields_add_optional (fields, "X-Amz-Security-Token", token);
  anc_aws_fields_add (fields, "X-Amz-Signature", self->signature);
  sent = anc_aws_fields_to_query (fields);
  self->query = g_strconcat (given, *given != '\0' ? "&" : "", sent, NULL);
  return self;
}

void
anc_aws_signature_free (AncAwsSignature *self)
{
  if (self == NULL)
    return;
  anc_secret_free (self->canonical_request);
  anc_secret_free (self->string_to_sign);
  anc_secret_free (self->signature);
  anc_secret_free (self->query);
  g_clear_pointer (&self->headers, anc_aws_fields_unref);
  g_free (self);
}
