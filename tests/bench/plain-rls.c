/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RLS as anyone would write it: full matrix, plain loops, left to the
 * compiler's optimiser. What anc-rls.c is measured against. */

#include "plain-rls.h"

#include <string.h>

void
plain_rls_reset (PlainRls *self, int n, float variance)
{
  int i;

  memset (self, 0, sizeof *self);
  for (i = 0; i < n; i++)
    self->p[i * n + i] = variance;
}

/* h = P x, column by column (P is symmetric). */
void
plain_rls_project_axpy (PlainRls *self, const float *x, int n)
{
  int i, j;

  memset (self->h, 0, (size_t) n * sizeof (float));
  for (j = 0; j < n; j++) {
    const float *row = self->p + j * n;
    float a = x[j];

    for (i = 0; i < n; i++)
      self->h[i] += a * row[i];
  }
}

/* The same, row by row. */
void
plain_rls_project_dot (PlainRls *self, const float *x, int n)
{
  int i, j;

  for (i = 0; i < n; i++) {
    const float *row = self->p + i * n;
    float sum = 0.0f;

    for (j = 0; j < n; j++)
      sum += row[j] * x[j];
    self->h[i] = sum;
  }
}

float
plain_rls_adapt (PlainRls *self, const float *x, float d, int n, float lambda)
{
  float power = lambda, error = d, inverse = 1.0f / lambda;
  int i, j;

  for (i = 0; i < n; i++) {
    power += x[i] * self->h[i];
    error -= self->w[i] * x[i];
  }
  for (i = 0; i < n; i++)
    self->w[i] += error / power * self->h[i];
  for (j = 0; j < n; j++) {
    float *row = self->p + j * n, a = self->h[j] / power;

    for (i = 0; i < n; i++)
      row[i] = inverse * (row[i] - a * self->h[i]);
  }
  return error;
}
