/* scratch.h - the working memory of one worker.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_SCRATCH_H
#define NOTCH_UPDATE_SCRATCH_H

#include "kernels/kernels.h"

enum {
    NOTCH_GUIDE_CELLS = 2 * NOTCH_BLOCK,
    NOTCH_POINTS_BEYOND = 32 /* see notch_kernels.point_counts */
};

typedef struct notch_scratch {
    union {
        _Alignas(64) uint32_t masses[NOTCH_BLOCK];
        uint32_t last[NOTCH_BLOCK]; /* words, while trials are thrown; see notch_throw */
    };
    uint32_t counts[NOTCH_BLOCK];      /* saturated at 2^32 - 1; `last` may be read on into it */
    uint64_t wide_counts[NOTCH_BLOCK]; /* in full, where asked for */
    int32_t updates[NOTCH_BLOCK];
    uint64_t cumulative[NOTCH_BLOCK];
    /* points of the strata that a narrow block touches, or words of trials */
    uint32_t words[NOTCH_NARROW_STRATA + 8 + NOTCH_POINTS_BEYOND + 1];
    uint16_t guide[NOTCH_GUIDE_CELLS + 1];
} notch_scratch;

#endif
