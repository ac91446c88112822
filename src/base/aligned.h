/* aligned.h - sizes whose end is aligned.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BASE_ALIGNED_H
#define NOTCH_BASE_ALIGNED_H

#include <stdint.h>

/* Bytes rounded up to a multiple of 64, so that what follows is aligned. */
static inline uint64_t notch_aligned(uint64_t bytes)
{
    return (bytes + 63) & ~UINT64_C(63);
}

#endif
