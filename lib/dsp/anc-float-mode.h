/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Denormal numbers cost a hundred cycles each and carry nothing that is heard:
 * between enter and leave the processor takes and makes zeros instead. Where
 * it cannot (WebAssembly, say) the pair does nothing. */
#if defined(__SSE2__)
#include <xmmintrin.h>

typedef unsigned AncFloatMode;

static inline AncFloatMode
anc_float_mode_enter (void)
{
  AncFloatMode mode = _mm_getcsr ();

  _mm_setcsr (mode | 0x8040); /* flush to zero, denormals are zero */
  return mode;
}

static inline void
anc_float_mode_leave (AncFloatMode mode)
{
  _mm_setcsr (mode);
}
#elif defined(__aarch64__)
typedef uint64_t AncFloatMode;

static inline AncFloatMode
anc_float_mode_enter (void)
{
  AncFloatMode mode;

  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | UINT64_C (1) << 24));
  return mode;
}

static inline void
anc_float_mode_leave (AncFloatMode mode)
{
  __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
#else
typedef int AncFloatMode;

static inline AncFloatMode
anc_float_mode_enter (void)
{
  return 0;
}

static inline void
anc_float_mode_leave (AncFloatMode mode)
{
  (void) mode;
}
#endif
