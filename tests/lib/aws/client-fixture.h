/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "anc-aws-client.h"
#include "anc-aws-error.h"
#include "fake-clock.h"
#include "peer.h"

/* A client with three tries and a time-out of one second against a server that
 * plays a script. */
typedef struct {
  FakeClock clock;
  Peer *peer;
  AncAwsContext *context;
  AncAwsClient *client;
  guint timeout_seconds;
  GError *error;
  AncAwsResponse *response;
} Fixture;

#define OK_REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

void fixture_set_up (Fixture *self, gconstpointer data);
void fixture_tear_down (Fixture *self, gconstpointer data);
/* Another client, for S3. `provider` NULL: keys that must not show up. */
void fixture_replace_client (Fixture *self, guint attempts,
                             AncAwsProvider *provider);
/* As it is, but with a time-out longer than any test takes. */
void fixture_replace_with_patient (Fixture *self);
/* Names the operation and resource, and keeps what came of it. */
void fixture_send (Fixture *self, const AncAwsRequest *request);
void fixture_succeeds (Fixture *self, guint requests);
/* No error may show a secret. */
void fixture_fails (Fixture *self, AncAwsError code, guint requests);
