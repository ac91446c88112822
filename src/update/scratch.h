/* scratch.h - the working memory of one worker.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_SCRATCH_H
#define NOTCH_UPDATE_SCRATCH_H

#include "kernels/kernels.h"

enum {
    NOTCH_GUIDE_CELLS = 2 * NOTCH_BLOCK,
    NOTCH_GUIDE_RUN = 8,     /* cells written at a time */
    NOTCH_POINTS_BEYOND = 32 /* see notch_kernels.point_counts */
};

typedef struct notch_scratch {
    _Alignas(64) uint32_t masses[NOTCH_BLOCK];
    uint32_t counts[NOTCH_BLOCK];      /* saturated at 2^32 - 1 */
    uint64_t wide_counts[NOTCH_BLOCK]; /* in full, where asked for */
    int32_t updates[NOTCH_BLOCK];
    uint64_t cumulative[NOTCH_BLOCK]; /* what follows may be read as more, see notch_throw */
    /* points of the strata that a narrow block touches, or words of trials */
    uint32_t words[NOTCH_NARROW_STRATA + 8 + NOTCH_POINTS_BEYOND + 1];
    uint16_t guide[NOTCH_GUIDE_CELLS + NOTCH_GUIDE_RUN];
} notch_scratch;

#endif
