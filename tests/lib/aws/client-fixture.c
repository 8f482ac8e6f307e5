/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client-fixture.h"

#include <string.h>

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

static AncAwsClient *
make_client (Fixture *self, guint attempts, AncAwsProvider *provider)
{
  g_autoptr (AncAwsProvider) keys
      = anc_aws_provider_static ("AKIDEXAMPLE", SECRET, "token/secret");
  AncAwsClientOptions options = {
    .service = "s3",
    .region = "eu-west-1",
    .endpoint = peer_url (self->peer),
    .provider = provider != NULL ? provider : keys,
    .max_attempts = attempts,
    .timeout_seconds = self->timeout_seconds,
  };
  g_autoptr (GError) error = NULL;
  AncAwsClient *client = anc_aws_client_new (self->context, &options, &error);

  g_assert_no_error (error);
  return client;
}

void
fixture_set_up (Fixture *self, gconstpointer data)
{
  static const gchar *const environment[] = { "HOME=/nonexistent", NULL };

  self->timeout_seconds = 1;
  fake_clock_init (&self->clock);
  self->peer = peer_new (NULL, FALSE);
  self->context = anc_aws_context_new (environment, NULL, &self->clock.clock);
  self->client = make_client (self, 3, NULL);
}

void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  anc_aws_client_unref (self->client);
  anc_aws_context_unref (self->context);
  peer_free (self->peer);
  fake_clock_clear (&self->clock);
  g_clear_error (&self->error);
  g_clear_pointer (&self->response, anc_aws_response_free);
}

void
fixture_replace_client (Fixture *self, guint attempts, AncAwsProvider *provider)
{
  anc_aws_client_unref (self->client);
  self->client = make_client (self, attempts, provider);
}

void
fixture_replace_with_patient (Fixture *self)
{
  self->timeout_seconds = 600;
  fixture_replace_client (self, 3, NULL);
}

void
fixture_send (Fixture *self, const AncAwsRequest *request)
{
  AncAwsRequest whole = *request;

  whole.operation = "PutThing";
  whole.resource = "s3://bucket/key";
  if (whole.method == NULL)
    whole.method = "GET";
  g_clear_error (&self->error);
  g_clear_pointer (&self->response, anc_aws_response_free);
  self->response
      = anc_aws_client_send (self->client, &whole, NULL, &self->error);
  if (self->error != NULL)
    g_test_message ("%s", self->error->message);
}

void
fixture_succeeds (Fixture *self, guint requests)
{
  g_assert_no_error (self->error);
  g_assert_nonnull (self->response);
  g_assert_cmpuint (peer_count (self->peer), ==, requests);
  g_assert_cmpuint (self->response->attempts, ==, requests);
}

void
fixture_fails (Fixture *self, AncAwsError code, guint requests)
{
  g_assert_null (self->response);
  g_assert_error (self->error, ANC_AWS_ERROR, (gint) code);
  g_assert_cmpuint (peer_count (self->peer), ==, requests);
  g_assert_nonnull (strstr (self->error->message, "s3://bucket/key"));
  g_assert_null (strstr (self->error->message, SECRET));
  g_assert_null (strstr (self->error->message, "token/secret"));
  g_assert_null (strstr (self->error->message, "Signature="));
}
