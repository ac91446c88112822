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

/* ---- targets: a trial falls on the first category whose cumulative mass is above its target
 * ---- */

/* Both functions fill targets in rising order and return how many there are. */
static uint32_t trial_targets(const notch_plan *plan, const notch_kernels *kernels,
                              const notch_block *block, uint64_t *targets, notch_scratch *scratch)
{
    const uint32_t count = (uint32_t)block->trials;
    const uint64_t number = (uint64_t)(block - plan->blocks);
    notch_trial_words(kernels, &plan->key, number, count, scratch->words);
    for (uint32_t t = 0; t < count; t++) {
        /* few, and sorted so that equal categories meet: each goes to its place as it comes */
        const uint64_t target = notch_trial_target(scratch->words[t], block->mass_sum);
        uint32_t at = t;
        for (; at > 0 && targets[at - 1] > target; at--) {
            targets[at] = targets[at - 1];
        }
        targets[at] = target;
    }
    return count;
}

/* floor(2^(62 + bits of ratio) / ratio) <= 2^63: a division a block instead of one a point. */
static uint64_t inverse_ratio(const notch_positions *positions)
{
    uint64_t ignored;
    const uint32_t bits = notch_bit_length(positions->ratio);
    return notch_div128(notch_mul64(UINT64_C(1) << 62, UINT64_C(1) << bits), positions->ratio,
                        &ignored);
}

/* The largest cumulative mass C whose position is not yet start + offset, that is with
 * floor((C << shift) * ratio / 2^52) < offset, or C * ratio < offset * 2^(52 - shift) =: bound,
 * where 0 < offset < 2^51 and bound < 2^94. */
static uint64_t last_mass_before(const notch_positions *positions, uint64_t inverse,
                                 uint64_t offset)
{
    const notch_u128 bound = notch_mul64(offset, UINT64_C(1) << (52 - positions->shift));
    /* bound / ratio from below: offset * 2^13 * inverse / 2^drop, less than 2 too small */
    const notch_u128 product = notch_mul64(offset << 13, inverse);
    const uint32_t drop = 23 + notch_bit_length(positions->ratio) + positions->shift;
    const uint64_t quotient =
        drop < 64 ? notch_shift_right128(product, drop).low : product.high >> (drop - 64);
    uint64_t mass = quotient > 0 ? quotient - 1 : 0;
    for (;;) {
        const notch_u128 next = notch_mul64(mass + 1, positions->ratio);
        if (next.high > bound.high || (next.high == bound.high && next.low >= bound.low)) {
            return mass;
        }
        mass++;
    }
}

static uint32_t point_targets(const notch_plan *plan, const notch_kernels *kernels,
                              const notch_block *block, uint64_t *targets, notch_scratch *scratch)
{
    const bool shared = plan->sampler == NOTCH_SAMPLER_SYSTEMATIC;
    const notch_positions positions = notch_block_positions(block);
    const uint64_t inverse = inverse_ratio(&positions);
    const uint32_t *points = notch_stratum_points(kernels, &plan->key, block, shared, scratch);
    const uint64_t begin = positions.start >> NOTCH_POSITION_EXTRA_BITS;
    const uint64_t end = (positions.start + positions.width) >> NOTCH_POSITION_EXTRA_BITS;
    uint32_t count = 0;
    for (uint64_t stratum = 0; stratum <= end >> 32; stratum++) {
        const uint64_t point = (stratum << 32) | points[shared ? 0 : stratum];
        if (point < begin || point >= end) {
            continue;
        }
        /* The category's end is the first whose position, at the points' resolution, is above. */
        const uint64_t offset = ((point + 1) << NOTCH_POSITION_EXTRA_BITS) - positions.start;
        targets[count++] = last_mass_before(&positions, inverse, offset);
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

/* ---- from targets to elements
 * ----------------------------------------------------------------- */

/* Where a trial falls: the run, and the mass of the block's runs before it. */
typedef struct notch_visit {
    uint32_t run;
    uint64_t base;
} notch_visit;

/* Finds the runs of all trials before any is looked at, so that memory delivers them meanwhile. */
static void plan_visits(const notch_kernels *kernels, const notch_gradient *gradient,
                        const void *weights, size_t weight_bytes, const notch_block *block,
                        const uint64_t *run_sums, const uint64_t *targets, uint32_t trials,
                        notch_visit *visits)
{
    uint64_t ends[NOTCH_BLOCK_RUNS]; /* mass up to the end of each run, the last ones empty */
    const uint32_t runs = (block->count + NOTCH_RUN - 1) / NOTCH_RUN;
    uint64_t mass = 0;
    for (uint32_t run = 0; run < NOTCH_BLOCK_RUNS; run++) {
        mass += run < runs ? run_sums[run] : 0;
        ends[run] = mass;
    }
    for (uint32_t t = 0; t < trials; t++) {
        const uint32_t run = kernels->rank(ends, NOTCH_BLOCK_RUNS, targets[t]);
        const uint64_t first = block->first + (uint64_t)run * NOTCH_RUN;
        visits[t] = (notch_visit){run, ends[run] - run_sums[run]};
        notch_prefetch((const uint32_t *)gradient->values + first, 4 * NOTCH_RUN);
        notch_prefetch((const unsigned char *)weights + first * weight_bytes,
                       NOTCH_RUN * weight_bytes);
    }
}

static uint32_t find_in_run(const notch_kernels *kernels, const notch_gradient *gradient,
                            const notch_block *block, uint32_t run, uint64_t target,
                            uint32_t *buffer)
{
    const uint32_t offset = run * NOTCH_RUN, left = block->count - offset;
    const uint32_t length = left < NOTCH_RUN ? left : NOTCH_RUN;
    if (gradient->type == NOTCH_GRADIENT_F32) {
        const float *values = (const float *)gradient->values + block->first + offset;
        return offset + kernels->f32_find(values, length, &block->scale, target);
    }
    const uint32_t *masses = notch_block_masses(kernels, gradient, block, offset, length, buffer);
    return offset + kernels->find(masses, length, target);
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
    plan_visits(kernels, gradient, weights, weight_bytes, block, run_sums, targets, trials, visits);
    moves->count = 0;
    for (uint32_t t = 0; t < trials; t++) {
        const uint32_t index = find_in_run(kernels, gradient, block, visits[t].run,
                                           targets[t] - visits[t].base, scratch->masses);
        add_move(moves, index, scratch);
    }
    return true;
}
