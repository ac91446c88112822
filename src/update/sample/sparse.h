/* sparse.h - draws of few trials, without looking at the whole block.
 * SPDX-License-Identifier: MIT
 *
 * Gives the counts that notch_plan_draw would, as a list of those that are not 0: every trial of a
 * block is a cumulative mass to be exceeded, and the sums of runs lead to the few elements whose
 * masses have to be known.
 */
#ifndef NOTCH_UPDATE_SAMPLE_SPARSE_H
#define NOTCH_UPDATE_SAMPLE_SPARSE_H

#include "update/sample/plan.h"

enum {
    NOTCH_SPARSE_SHARE = 16, /* categories a trial, at least */
    NOTCH_SPARSE_TRIALS = NOTCH_BLOCK / NOTCH_SPARSE_SHARE
};

/* scratch->counts[k] trials fell on element indices[k] of the block, k < *count. */
typedef struct notch_moves {
    uint32_t count;
    uint32_t indices[NOTCH_SPARSE_TRIALS];
} notch_moves;

/* Whether a group of so many parameters and trials is worth the sums of runs. */
bool notch_sparse_worthwhile(notch_sampler sampler, uint64_t trials, uint64_t parameters);

/* False if the block has too many trials, or the sampler needs all masses: nothing is written then.
 * run_sums are those of notch_block_survey. The tensor's weights are only prefetched. */
bool notch_sparse_draw(const notch_plan *plan, const notch_kernels *kernels,
                       const notch_gradient *gradient, const void *weights, size_t weight_bytes,
                       const notch_block *block, const uint64_t *run_sums, notch_moves *moves,
                       notch_scratch *scratch);

#endif
