/* sparse.c - draws of few trials, without looking at the whole block.
 * SPDX-License-Identifier: MIT
 */
#include "update/sample/sparse.h"

#include "base/prefetch.h"
#include "base/wide.h"
#include "rng/philox.h"
#include "update/sample/positions.h"
#include "update/sample/trials.h"

bool notch_sparse_worthwhile(notch_sampler sampler, uint64_t trials, uint64_t parameters)
{
    return sampler != NOTCH_SAMPLER_RESIDUAL && trials <= parameters / NOTCH_SPARSE_SHARE;
}

/* targets[t]: the trial falls on the first category whose cumulative mass is above it. */
static uint32_t trial_targets(const notch_plan *plan, const notch_kernels *kernels,
                              const notch_block *block, uint64_t *targets, notch_scratch *scratch)
{
    const uint32_t count = (uint32_t)block->trials;
    const uint64_t number = (uint64_t)(block - plan->blocks);
    notch_trial_words(kernels, &plan->key, number, count, scratch->words);
    for (uint32_t t = 0; t < count; t++) {
        /* few, and sorted so that runs are visited once: each goes to its place as it comes */
        const uint64_t target = notch_trial_target(scratch->words[t], block->mass_sum);
        uint32_t at = t;
        for (; at > 0 && targets[at - 1] > target; at--) {
            targets[at] = targets[at - 1];
        }
        targets[at] = target;
    }
    return count;
}

static uint32_t point_targets(const notch_plan *plan, const notch_kernels *kernels,
                              const notch_block *block, uint64_t *targets, notch_scratch *scratch)
{
    const bool shared = plan->sampler == NOTCH_SAMPLER_SYSTEMATIC;
    const notch_positions positions = notch_block_positions(block);
    const uint32_t *points = notch_stratum_points(kernels, &plan->key, block, shared, scratch);
    const uint64_t begin = positions.start >> NOTCH_POSITION_EXTRA_BITS;
    const uint64_t end = (positions.start + positions.width) >> NOTCH_POSITION_EXTRA_BITS;
    uint32_t count = 0;
    for (uint64_t stratum = 0; stratum <= end >> 32; stratum++) {
        const uint64_t point = (stratum << 32) | points[shared ? 0 : stratum];
        if (point < begin || point >= end) {
            continue;
        }
        /* The category's end is the first whose position, rounded to the resolution of points, is
         * above the point: floor((C << shift) * ratio / 2^52) >= offset, so C * ratio >=
         * offset * 2^(52 - shift) < 2^51 * 2^43. */
        const uint64_t offset = ((point + 1) << NOTCH_POSITION_EXTRA_BITS) - positions.start;
        uint64_t rest;
        const uint64_t least = notch_div128(
            notch_mul64(offset, UINT64_C(1) << (52 - positions.shift)), positions.ratio, &rest);
        targets[count++] = rest == 0 ? least - 1 : least;
    }
    return count;
}

static bool few_enough(const notch_plan *plan, const notch_block *block)
{
    const uint64_t most = block->count / NOTCH_SPARSE_SHARE;
    if (plan->sampler == NOTCH_SAMPLER_MULTINOMIAL) {
        return block->trials <= most;
    }
    /* as many strata as points, and one more that the block only begins */
    return plan->sampler != NOTCH_SAMPLER_RESIDUAL && block[1].stratum - block->stratum < most;
}

/* A run on which some trials fall. */
typedef struct notch_visit {
    uint32_t run, end; /* the trials before number `end` that no earlier visit had */
    uint64_t base;     /* mass of the block's earlier runs */
} notch_visit;

/* Finds the runs of all trials before any is looked at, so that memory delivers them meanwhile. */
static uint32_t plan_visits(const notch_gradient *gradient, const void *weights,
                            size_t weight_bytes, const notch_block *block, const uint64_t *run_sums,
                            const uint64_t *targets, uint32_t trials, notch_visit *visits)
{
    uint32_t run = 0, visit_count = 0;
    uint64_t base = 0;
    for (uint32_t t = 0; t < trials; t++) {
        while (base + run_sums[run] <= targets[t]) {
            base += run_sums[run++];
        }
        if (visit_count == 0 || visits[visit_count - 1].run != run) {
            const uint64_t first = block->first + (uint64_t)run * NOTCH_RUN;
            notch_prefetch((const uint32_t *)gradient->values + first, 4 * NOTCH_RUN);
            notch_prefetch((const unsigned char *)weights + first * weight_bytes,
                           NOTCH_RUN * weight_bytes);
            visits[visit_count++] = (notch_visit){run, t, base};
        }
        visits[visit_count - 1].end = t + 1;
    }
    return visit_count;
}

static void add_move(notch_moves *moves, uint32_t index, notch_scratch *scratch)
{
    if (moves->count != 0 && moves->indices[moves->count - 1] == index) {
        scratch->counts[moves->count - 1]++;
        return;
    }
    moves->indices[moves->count] = index;
    scratch->counts[moves->count++] = 1;
}

bool notch_sparse_draw(const notch_plan *plan, const notch_kernels *kernels,
                       const notch_gradient *gradient, const void *weights, size_t weight_bytes,
                       const notch_block *block, const uint64_t *run_sums, notch_moves *moves,
                       notch_scratch *scratch)
{
    if (!few_enough(plan, block)) {
        return false;
    }
    uint64_t targets[NOTCH_SPARSE_TRIALS];
    const uint32_t trials = plan->sampler == NOTCH_SAMPLER_MULTINOMIAL
                                ? trial_targets(plan, kernels, block, targets, scratch)
                                : point_targets(plan, kernels, block, targets, scratch);
    notch_visit visits[NOTCH_SPARSE_TRIALS];
    const uint32_t visit_count =
        plan_visits(gradient, weights, weight_bytes, block, run_sums, targets, trials, visits);
    moves->count = 0;
    uint32_t t = 0;
    for (uint32_t v = 0; v < visit_count; v++) {
        const uint32_t offset = visits[v].run * NOTCH_RUN, left = block->count - offset;
        const uint32_t length = left < NOTCH_RUN ? left : NOTCH_RUN;
        const uint32_t *masses =
            notch_block_masses(kernels, gradient, block, offset, length, scratch->masses);
        for (; t < visits[v].end; t++) {
            add_move(moves, offset + kernels->find(masses, length, targets[t] - visits[v].base),
                     scratch);
        }
    }
    return true;
}
