/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define PLAIN_RLS_MAX 256

typedef struct {
  float p[PLAIN_RLS_MAX * PLAIN_RLS_MAX];
  float w[PLAIN_RLS_MAX];
  float h[PLAIN_RLS_MAX];
} PlainRls;

void plain_rls_reset (PlainRls *self, int n, float variance);
void plain_rls_project_axpy (PlainRls *self, const float *x, int n);
void plain_rls_project_dot (PlainRls *self, const float *x, int n);
float plain_rls_adapt (PlainRls *self, const float *x, float d, int n,
                       float lambda);
