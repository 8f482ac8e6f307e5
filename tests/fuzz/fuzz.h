/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The name that libFuzzer and tests/support/fuzz-main.c call. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* In every build, and without GLib. */
#define FUZZ_CHECK(condition)                                                  \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf (stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      abort ();                                                                \
    }                                                                          \
  } while (0)
