/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The adaptive filters behind one small class: C references, R primaries, one
 * error per primary. Signals are planar 32-bit float, full scale 1.0. */

#define ANC_MAX_CHANNELS 64
#define ANC_MAX_FILTER_LENGTH 1048576

/* Status of the verbs that can fail (init and the loading of a state). */
enum {
  ANC_OK = 0,
  ANC_ERROR_ARGUMENT = -1, /* a layout or tuning value is out of range */
  ANC_ERROR_MEMORY = -2,
  ANC_ERROR_STATE = -3, /* not a state, damaged, or of another layout */
};

typedef enum {
  ANC_REGULARIZATION_RELATIVE, /* eps x slow power envelope x length */
  ANC_REGULARIZATION_ABSOLUTE, /* eps itself, as in textbooks */
} AncRegularizationMode;

typedef enum {
  ANC_SIGN_NONE,
  ANC_SIGN_DATA,  /* w += mu e sign(x) */
  ANC_SIGN_ERROR, /* w += mu sign(e) x */
  ANC_SIGN_SIGN,  /* w += mu sign(e) sign(x) */
} AncSignMode;

/* Fixed from init to clear. */
typedef struct {
  unsigned rate;           /* Hz, 1 and up */
  unsigned n_primaries;    /* 1..ANC_MAX_CHANNELS */
  unsigned n_references;   /* 1..ANC_MAX_CHANNELS */
  bool paired;             /* primary i hears reference i alone; else all */
  unsigned filter_length;  /* taps per reference, 1..ANC_MAX_FILTER_LENGTH */
  double initial_variance; /* RLS: P(0) = value x I, > 0 */
} AncFilterLayout;

/* May change between any two calls of process. */
typedef struct {
  double step_size;      /* mu, >= 0 */
  double leakage;        /* w <- (1 - leakage) w + ..., 0..1 */
  double regularization; /* eps, >= 0 */
  AncRegularizationMode regularization_mode;
  AncSignMode sign_mode;    /* LMS */
  double forgetting_factor; /* lambda of RLS, 0 < lambda <= 1 */
  bool guard;               /* see anc-guard.h; false is the textbook */
} AncFilterTuning;

typedef struct AncFilterClass AncFilterClass;

extern const AncFilterClass anc_null_class; /* error = primary: the baseline */
extern const AncFilterClass anc_lms_class;
extern const AncFilterClass anc_nlms_class;
extern const AncFilterClass anc_rls_class;

/* The class of that name ("null", "lms", "nlms", "rls") or NULL. */
const AncFilterClass *anc_filter_class_find (const char *name);
const char *anc_filter_class_name (const AncFilterClass *klass);

/* The tuning an element starts with: what its properties show as defaults. */
AncFilterTuning anc_filter_class_default_tuning (const AncFilterClass *klass);
