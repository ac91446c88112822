/* target.h - functions that may use more than the baseline instruction set.
 * SPDX-License-Identifier: MIT
 *
 * The attribute stands on each function, so that no file needs flags of its own and plain
 * `cc *.c` builds everything.
 */
#ifndef NOTCH_KERNELS_X86_TARGET_H
#define NOTCH_KERNELS_X86_TARGET_H

#include "kernels/unroll.h"

#include <immintrin.h>

#define NOTCH_TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define NOTCH_TARGET_AVX512                                                                        \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx2,popcnt")))

#endif
