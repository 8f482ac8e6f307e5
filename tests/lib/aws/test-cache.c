/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What keeps credentials, with a clock that the test moves. */
#include "anc-aws-error.h"
#include "anc-aws-provider.h"
#include "fake-clock.h"

#include <string.h>

#define THREADS 8
#define HOUR 3600

/* A source that counts, fails on demand and can be held back. */
typedef struct {
  FakeClock *clock;
  gint fetches;        /* atomic */
  gint fails;          /* atomic: with this error code, -1 does not */
  gint64 life_seconds; /* 0: for ever */
  GMutex gate;         /* held by the test: fetching waits */
} Source;

static AncAwsCredentials *
fetch (gpointer data, GCancellable *cancellable, GError **error)
{
  Source *self = data;
  gint number = g_atomic_int_add (&self->fetches, 1) + 1;
  gint fails = g_atomic_int_get (&self->fails);
  g_autofree gchar *id = g_strdup_printf ("AKID%d", number);
  gint64 now = self->clock->clock.now (self->clock);

  g_mutex_lock (&self->gate);
  g_mutex_unlock (&self->gate);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (fails >= 0) {
    anc_aws_error_set (error, (AncAwsError) fails, NULL, "Number %d fails.",
                       number);
    return NULL;
  }
  return anc_aws_credentials_new (
      id, "secret", NULL,
      self->life_seconds != 0 ? now + self->life_seconds * G_USEC_PER_SEC : 0);
}

typedef struct {
  FakeClock clock;
  Source source;
  AncAwsProvider *cache;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  static const AncAwsProviderClass klass = { .name = "a test", .fetch = fetch };
  g_autoptr (AncAwsProvider) provider = NULL;

  fake_clock_init (&self->clock);
  self->source
      = (Source){ .clock = &self->clock, .fails = -1, .life_seconds = HOUR };
  g_mutex_init (&self->source.gate);
  provider = anc_aws_provider_new (&klass, &self->source);
  self->cache = anc_aws_provider_cached (provider, &self->clock.clock);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  anc_aws_provider_unref (self->cache);
  g_mutex_clear (&self->source.gate);
  fake_clock_clear (&self->clock);
}

static void
assert_id (Fixture *self, const gchar *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AncAwsCredentials) credentials
      = anc_aws_provider_get (self->cache, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (anc_aws_credentials_access_key_id (credentials), ==, id);
}

static void
assert_fails (Fixture *self, AncAwsError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (anc_aws_provider_get (self->cache, NULL, &error));
  g_assert_error (error, ANC_AWS_ERROR, (gint) code);
}

static void
test_early (Fixture *self, gconstpointer data)
{
  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, HOUR - 301);
  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, 2);
  assert_id (self, "AKID2");
}

static void
test_short_life (Fixture *self, gconstpointer data)
{
  self->source.life_seconds = 60;
  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, 29);
  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, 2);
  assert_id (self, "AKID2");
}

static void
test_for_ever (Fixture *self, gconstpointer data)
{
  self->source.life_seconds = 0;
  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, 1000 * HOUR);
  assert_id (self, "AKID1");
}

static void
test_stale (Fixture *self, gconstpointer data)
{
  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, HOUR - 100);
  g_atomic_int_set (&self->source.fails, ANC_AWS_ERROR_CONNECTION);
  assert_id (self, "AKID1");
  assert_id (self, "AKID1");
  /* Not asked at every call, but again after some seconds. */
  g_assert_cmpint (self->source.fetches, ==, 2);
  fake_clock_advance (&self->clock, 11);
  assert_id (self, "AKID1");
  g_assert_cmpint (self->source.fetches, ==, 3);
  fake_clock_advance (&self->clock, 90);
  assert_fails (self, ANC_AWS_ERROR_CONNECTION);
  g_atomic_int_set (&self->source.fails, -1);
  assert_id (self, "AKID5");
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (AncAwsCredentials) first
      = anc_aws_provider_get (self->cache, NULL, NULL);

  anc_aws_provider_invalidate (self->cache, first);
  assert_id (self, "AKID2");
  /* Ones that are not held any more change nothing. */
  anc_aws_provider_invalidate (self->cache, first);
  assert_id (self, "AKID2");
}

static gpointer
get_in_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  AncAwsCredentials *credentials = anc_aws_provider_get (data, NULL, &error);

  g_assert_true ((credentials == NULL) == (error != NULL));
  return credentials;
}

static void
start_all (Fixture *self, GThread **threads)
{
  g_mutex_lock (&self->source.gate);
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("caller", get_in_thread, self->cache);
  while (g_atomic_int_get (&self->source.fetches) == 0)
    g_usleep (1000);
  g_usleep (100 * 1000);
  g_mutex_unlock (&self->source.gate);
}

static void
test_single_flight (Fixture *self, gconstpointer data)
{
  GThread *threads[THREADS];

  start_all (self, threads);
  for (guint i = 0; i < THREADS; i++) {
    g_autoptr (AncAwsCredentials) credentials = g_thread_join (threads[i]);

    g_assert_cmpstr (anc_aws_credentials_access_key_id (credentials), ==,
                     "AKID1");
  }
  g_assert_cmpint (self->source.fetches, ==, 1);
}

static void
test_single_failure (Fixture *self, gconstpointer data)
{
  GThread *threads[THREADS];

  self->source.fails = ANC_AWS_ERROR_CREDENTIALS;
  start_all (self, threads);
  for (guint i = 0; i < THREADS; i++)
    g_assert_null (g_thread_join (threads[i]));
  g_assert_cmpint (self->source.fetches, ==, 1);
}

/* While one thread refreshes, the others go on with what is still good. */
static void
test_refresh_does_not_block (Fixture *self, gconstpointer data)
{
  GThread *thread;
  AncAwsCredentials *credentials;

  assert_id (self, "AKID1");
  fake_clock_advance (&self->clock, HOUR - 100);
  g_mutex_lock (&self->source.gate);
  thread = g_thread_new ("refresher", get_in_thread, self->cache);
  while (g_atomic_int_get (&self->source.fetches) == 1)
    g_usleep (1000);
  assert_id (self, "AKID1");
  g_mutex_unlock (&self->source.gate);
  credentials = g_thread_join (thread);
  g_assert_cmpstr (anc_aws_credentials_access_key_id (credentials), ==,
                   "AKID2");
  anc_aws_credentials_unref (credentials);
}

/* One who waits is cancelled at once, and one who is cancelled while fetching
 * does not fail the others. */
static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;
  AncAwsCredentials *credentials;

  g_mutex_lock (&self->source.gate);
  thread = g_thread_new ("fetcher", get_in_thread, self->cache);
  while (g_atomic_int_get (&self->source.fetches) == 0)
    g_usleep (1000);
  g_cancellable_cancel (cancellable);
  g_assert_null (anc_aws_provider_get (self->cache, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_mutex_unlock (&self->source.gate);
  credentials = g_thread_join (thread);
  g_assert_nonnull (credentials);
  anc_aws_credentials_unref (credentials);
}

static void
test_chain (Fixture *self, gconstpointer data)
{
  static const AncAwsProviderClass klass = { .name = "a test", .fetch = fetch };
  Source first = self->source, second = self->source;
  AncAwsProvider *sources[] = { anc_aws_provider_new (&klass, &first),
                                anc_aws_provider_new (&klass, &second) };
  g_autoptr (AncAwsProvider) chain = anc_aws_provider_chain (sources, 2);
  g_autoptr (AncAwsCredentials) credentials = NULL;
  g_autoptr (GError) error = NULL;

  /* What is broken stops the chain; what is not configured does not. */
  first.fails = ANC_AWS_ERROR_CREDENTIALS;
  g_assert_null (anc_aws_provider_get (chain, NULL, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_CREDENTIALS);
  g_clear_error (&error);
  first.fails = second.fails = ANC_AWS_ERROR_NO_CREDENTIALS;
  g_assert_null (anc_aws_provider_get (chain, NULL, &error));
  g_assert_error (error, ANC_AWS_ERROR, ANC_AWS_ERROR_NO_CREDENTIALS);
  g_assert_nonnull (strstr (error->message, "a test and a test"));
  second.fails = -1;
  credentials = anc_aws_provider_get (chain, NULL, NULL);
  g_assert_nonnull (credentials);
  /* From now on the one that had some is asked. */
  first.fetches = 0;
  anc_aws_credentials_unref (credentials);
  credentials = anc_aws_provider_get (chain, NULL, NULL);
  g_assert_cmpint (first.fetches, ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *path;
    void (*test) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/cache/early", test_early },
    { "/cache/short-life", test_short_life },
    { "/cache/for-ever", test_for_ever },
    { "/cache/stale", test_stale },
    { "/cache/refused", test_refused },
    { "/cache/single-flight", test_single_flight },
    { "/cache/single-failure", test_single_failure },
    { "/cache/refresh-does-not-block", test_refresh_does_not_block },
    { "/cache/cancel", test_cancel },
    { "/chain", test_chain },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
