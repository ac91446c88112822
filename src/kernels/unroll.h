/* unroll.h - loops over arrays of vectors that have to become registers.
 * SPDX-License-Identifier: MIT
 *
 * NOTCH_UNROLL stands in front of short loops with a constant number of turns, NOTCH_ALWAYS_INLINE
 * in front of functions whose arguments are such numbers. NOTCH_NO_UNROLL makes files compile
 * faster and run slower; AddressSanitizer brings it: with a check at each of the accesses in
 * unrolled loops a file would take minutes.
 */
#ifndef NOTCH_KERNELS_UNROLL_H
#define NOTCH_KERNELS_UNROLL_H

#if !defined(NOTCH_NO_UNROLL)
#if defined(__SANITIZE_ADDRESS__)
#define NOTCH_NO_UNROLL
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NOTCH_NO_UNROLL
#endif
#endif
#endif

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
