/* target.h - functions that may use more than the baseline instruction set.
 * SPDX-License-Identifier: MIT
 *
 * The attribute stands on each function, so that no file needs flags of its own and plain
 * `cc *.c` builds everything.
 */
#ifndef NOTCH_KERNELS_X86_TARGET_H
#define NOTCH_KERNELS_X86_TARGET_H

#include <immintrin.h>

#define NOTCH_TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define NOTCH_TARGET_AVX512                                                                        \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx2,popcnt")))

/* NOTCH_NO_UNROLL makes files compile faster and run slower. Sanitizers bring it: with a check at
 * each of the accesses in unrolled loops a file would take minutes. */
#if !defined(NOTCH_NO_UNROLL)
#if defined(__SANITIZE_ADDRESS__)
#define NOTCH_NO_UNROLL
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NOTCH_NO_UNROLL
#endif
#endif
#endif

/* NOTCH_UNROLL stands in front of short loops over arrays of vectors, which have to become
 * registers, NOTCH_ALWAYS_INLINE in front of functions whose arguments are the lengths of such
 * loops. */
#if defined(NOTCH_NO_UNROLL)
#define NOTCH_UNROLL
#define NOTCH_ALWAYS_INLINE
#elif defined(__clang__)
#define NOTCH_UNROLL _Pragma("unroll")
#define NOTCH_ALWAYS_INLINE __attribute__((always_inline))
#else
#define NOTCH_UNROLL _Pragma("GCC unroll 16")
#define NOTCH_ALWAYS_INLINE __attribute__((always_inline))
#endif

#endif
