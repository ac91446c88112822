/* plan.h - one draw over a whole group: how its trials are spread over the blocks.
 * SPDX-License-Identifier: MIT
 *
 * Three stages, each of which the caller runs after the one before has finished everywhere:
 * notch_plan_spread once; if it says so, notch_plan_remainders for every block and
 * notch_plan_spread_remainders once; then notch_plan_draw for every block.
 */
#ifndef NOTCH_UPDATE_SAMPLE_PLAN_H
#define NOTCH_UPDATE_SAMPLE_PLAN_H

#include "update/block.h"
#include "update/scratch.h"

typedef struct notch_plan {
    notch_sampler sampler;
    notch_inflation inflation;
    notch_key key;   /* of the group */
    uint64_t trials; /* n */
    uint64_t total;  /* sum of the blocks' weights; total + null_mass < 2^63 */
    uint64_t null_mass;
    notch_block *blocks; /* block_count of them and the end; weight and before are set */
    uint64_t block_count;
    uint64_t drawn; /* trials thrown at random over the blocks and the null */
} notch_plan;

/* Sets weight-before sums; returns the total. */
uint64_t notch_plan_accumulate(notch_block *blocks, uint64_t block_count);

/* Spreads the trials over the blocks: positions, or a binomial tree. Resolves vector inflation and
 * the samplers that coincide for one trial, so that plan->sampler, trials and null_mass may change.
 * True if the remainders stage is needed. */
bool notch_plan_spread(notch_plan *plan, const notch_kernels *kernels,
                       const notch_executor *executor);

/* Without randomness: where every block lies on the axis of the trials. plan->total > 0. */
void notch_plan_place(notch_plan *plan);

/* Residual: weight and trials of the block become its remainders and its whole counts. */
void notch_plan_remainders(const notch_plan *plan, notch_block *block, const uint32_t *masses,
                           notch_scratch *scratch);
void notch_plan_spread_remainders(notch_plan *plan, const notch_kernels *kernels,
                                  const notch_executor *executor);

/* The counts of a block that notch_plan_touches, from its masses: scratch->counts, and
 * scratch->wide_counts where `wide`. The masses may stand in scratch->masses. */
void notch_plan_draw(const notch_plan *plan, const notch_kernels *kernels, const notch_block *block,
                     const uint32_t *masses, bool wide, notch_scratch *scratch);

/* Whether the block can have counts at all: its masses need not be looked at otherwise. */
bool notch_plan_touches(const notch_plan *plan, const notch_block *block);

#endif
