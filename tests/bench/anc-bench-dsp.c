/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Speed of the filters of lib/dsp: NLMS for each kernel set and length, RLS
 * against a plain full-matrix loop. Runs are interleaved, so that a busy
 * machine slows all alike; no verdicts. */

#include "anc-canceller-private.h"
#include "plain-rls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 5
#define FRAMES 16384
#define MAX_CASES 64

typedef struct Case Case;
struct Case {
  char name[32];
  const char *unit;
  unsigned taps;
  double work;  /* units of 1e6 for each sample */
  size_t count; /* samples a run */
  double rates[RUNS];
  void *object;
  void (*run) (Case *self);
};

static float noise[FRAMES], primary[FRAMES], output[FRAMES];
static volatile float kept;

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static void
fill_signals (void)
{
  uint32_t seed = 1;
  size_t i;

  for (i = 0; i < FRAMES; i++) {
    seed = seed * 1664525u + 1013904223u;
    noise[i] = (float) (int32_t) seed / 4294967296.0f;
    primary[i] = i > 0 ? 0.5f * noise[i - 1] + 0.1f * noise[i] : 0.0f;
  }
}

static void
run_canceller (Case *self)
{
  const float *in = primary, *reference = noise;
  float *out = output;

  anc_canceller_process (self->object, &in, &reference, &out, self->count,
                         true);
  kept = output[self->count - 1];
}

static void
run_plain (Case *self, void (*project) (PlainRls *, const float *, int))
{
  PlainRls *rls = self->object;
  int n = (int) self->taps;
  size_t i;

  /* Anew each time: it would not live through many samples. */
  plain_rls_reset (rls, n, 1.0f);
  for (i = 0; i < self->count; i++) {
    project (rls, noise + i, n);
    output[i] = plain_rls_adapt (rls, noise + i, primary[i], n, 0.999f);
  }
  kept = output[self->count - 1];
}

static void
run_plain_axpy (Case *self)
{
  run_plain (self, plain_rls_project_axpy);
}

static void
run_plain_dot (Case *self)
{
  run_plain (self, plain_rls_project_dot);
}

static Case cases[MAX_CASES];
static unsigned n_cases;

static Case *
add_case (unsigned taps, const char *unit, double work, size_t count,
          void (*run) (Case *))
{
  Case *self = &cases[n_cases++];

  self->taps = taps;
  self->unit = unit;
  self->work = work;
  self->count = count;
  self->run = run;
  return self;
}

static AncCanceller *
new_canceller (const AncFilterClass *klass, unsigned taps,
               const AncKernels *kernels)
{
  AncFilterLayout layout = { .rate = 16000,
                             .n_primaries = 1,
                             .n_references = 1,
                             .filter_length = taps,
                             .initial_variance = 1.0 };
  AncCanceller *canceller = NULL;

  if (anc_canceller_new (klass, &layout, &canceller) != ANC_OK)
    exit (2);
  anc_canceller_filter (canceller)->kernels = kernels;
  return canceller;
}

static void
add_nlms_cases (void)
{
  static const unsigned lengths[] = { 64, 256, 1024, 4096 };
  const AncKernels *kernels;
  unsigned k;
  size_t i;

  for (k = 0; (kernels = anc_kernels_nth (k)) != NULL; k++) {
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
      unsigned taps = lengths[i];
      Case *self = add_case (taps, "GMAC/s", 2e-3 * taps,
                             taps > 1000 ? FRAMES / 4 : FRAMES, run_canceller);

      snprintf (self->name, sizeof self->name, "nlms %s", kernels->name);
      self->object = new_canceller (&anc_nlms_class, taps, kernels);
    }
  }
}

static void
add_rls_cases (void)
{
  static const unsigned lengths[] = { 16, 64, 128, 256 };
  PlainRls *plain = calloc (1, sizeof *plain);
  size_t i;

  for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    unsigned taps = lengths[i];
    size_t count = 4096 / taps * 32;
    Case *self = add_case (taps, "Msample/s", 1.0, count, run_canceller);

    snprintf (self->name, sizeof self->name, "rls %s",
              anc_kernels_best ()->name);
    self->object = new_canceller (&anc_rls_class, taps, anc_kernels_best ());
    self = add_case (taps, "Msample/s", 1.0, count, run_plain_axpy);
    strcpy (self->name, "rls plain, axpy");
    self->object = plain;
    self = add_case (taps, "Msample/s", 1.0, count, run_plain_dot);
    strcpy (self->name, "rls plain, dot");
    self->object = plain;
  }
}

static void
measure (Case *self, int run)
{
  double start = now (), seconds;
  unsigned repeats = 0;

  do {
    self->run (self);
    repeats++;
    seconds = now () - start;
  } while (seconds < 0.02);
  self->rates[run]
      = (double) repeats * (double) self->count / seconds * 1e-6 * self->work;
}

static int
compare_rates (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
sort_rates (Case *self)
{
  qsort (self->rates, RUNS, sizeof (double), compare_rates);
}

/* Against the case that its group is measured by: for NLMS the plain C set,
 * for RLS the axpy loop, at the same length. */
static double
ratio_of (const Case *self)
{
  const char *base
      = strncmp (self->name, "nlms", 4) == 0 ? "nlms c" : "rls plain, axpy";
  unsigned i;

  for (i = 0; i < n_cases; i++) {
    if (cases[i].taps == self->taps && strcmp (cases[i].name, base) == 0)
      return self->rates[RUNS / 2] / cases[i].rates[RUNS / 2];
  }
  return 0.0;
}

static void
print_table (FILE *json)
{
  unsigned i;

  printf ("%-18s %6s %10s %10s %10s  %-10s %s\n", "filter", "taps", "min",
          "median", "max", "unit", "ratio");
  if (json != NULL)
    fputs ("[", json);
  for (i = 0; i < n_cases; i++) {
    Case *c = &cases[i];
    double ratio = ratio_of (c);

    printf ("%-18s %6u %10.3f %10.3f %10.3f  %-10s %.2f\n", c->name, c->taps,
            c->rates[0], c->rates[RUNS / 2], c->rates[RUNS - 1], c->unit,
            ratio);
    if (json != NULL)
      fprintf (json,
               "%s\n  {\"name\": \"%s\", \"taps\": %u, \"unit\": \"%s\", "
               "\"min\": %g, \"median\": %g, \"max\": %g, \"ratio\": %g}",
               i > 0 ? "," : "", c->name, c->taps, c->unit, c->rates[0],
               c->rates[RUNS / 2], c->rates[RUNS - 1], ratio);
  }
  if (json != NULL)
    fputs ("\n]\n", json);
}

int
main (int argc, char **argv)
{
  FILE *json = NULL;
  unsigned i;
  int run;

  if (argc == 3 && strcmp (argv[1], "--json") == 0)
    json = fopen (argv[2], "w");
  if (argc != 1 && json == NULL) {
    fprintf (stderr, "usage: %s [--json FILE]\n", argv[0]);
    return 2;
  }
  fill_signals ();
  add_nlms_cases ();
  add_rls_cases ();
  for (run = 0; run < RUNS; run++) {
    for (i = 0; i < n_cases; i++)
      measure (&cases[i], run);
  }
  for (i = 0; i < n_cases; i++)
    sort_rates (&cases[i]);
  print_table (json);
  if (json != NULL)
    fclose (json);
  return 0;
}
