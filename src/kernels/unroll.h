/* unroll.h - loops over arrays of vectors that have to become registers.
 * SPDX-License-Identifier: MIT
 *
 * NOTCH_UNROLL stands in front of short loops with a constant number of turns, NOTCH_ALWAYS_INLINE
 * in front of functions whose arguments are such numbers.
 */
#ifndef NOTCH_KERNELS_UNROLL_H
#define NOTCH_KERNELS_UNROLL_H

#if defined(__clang__)
#define NOTCH_UNROLL _Pragma("unroll")
#else
#define NOTCH_UNROLL _Pragma("GCC unroll 16")
#endif
#define NOTCH_ALWAYS_INLINE __attribute__((always_inline))

#endif
