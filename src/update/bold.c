/* bold.c - the rule bold: weights that move when a whole notch has come together.
 * SPDX-License-Identifier: MIT
 *
 * Nguyen et al., "BOLD: Boolean Logic Deep Learning", arXiv 2405.16339; docs/theory.md, section 6.
 * An accumulator gathers lambda_i, what other rules expect a weight to move, until it is 1. On 1
 * bit that is their rule: where weight and accumulator agree, the weight flips. Wider lattices move
 * by one notch.
 */
#include "base/wide.h"
#include "update/rules.h"
#include "update/sample/positions.h"

enum {
    FRACTION_BITS = 24, /* of an accumulator */
    ONE = 1 << FRACTION_BITS
};

/* scratch->counts[i] = lambda_i in units of an accumulator, rounded down, at most 2^31 - 1. */
static void expected(const notch_plan *plan, const notch_kernels *kernels,
                     const notch_gradient *gradient, const notch_block *block,
                     notch_scratch *scratch)
{
    const uint32_t *masses =
        notch_block_masses(kernels, gradient, block, 0, block->count, scratch->masses);
    notch_block_expected(block, plan->total + plan->null_mass, plan->trials, masses,
                         scratch->wide_counts, scratch->masses);
    for (uint32_t i = 0; i < block->count; i++) {
        const uint64_t whole = scratch->wide_counts[i];
        const uint32_t part = scratch->masses[i] >> (32 - FRACTION_BITS);
        scratch->counts[i] = whole > INT32_MAX >> FRACTION_BITS
                                 ? INT32_MAX
                                 : (uint32_t)(whole << FRACTION_BITS) + part;
    }
}

/* value * kept / 2^32, towards 0. |value| < 2^31 and kept <= 2^32: the product is below 2^63. */
static int32_t decayed(int32_t value, uint64_t kept)
{
    const uint64_t magnitude = value < 0 ? (uint64_t) - (int64_t)value : (uint64_t)value;
    const int32_t result = (int32_t)((magnitude * kept) >> 32);
    return value < 0 ? -result : result;
}

static int32_t added(int32_t a, int32_t b)
{
    const int64_t sum = (int64_t)a + b;
    return sum > INT32_MAX ? INT32_MAX : sum < -INT32_MAX ? -INT32_MAX : (int32_t)sum;
}

/* 1 or -1 where the sum asks for a notch down or up that the lattice has, else 0. */
static int32_t notch_due(int32_t sum, int8_t weight, const notch_lattice *lattice)
{
    return (sum >= ONE && weight > lattice->minimum) - (sum <= -ONE && weight < lattice->maximum);
}

uint32_t notch_rule_bold(const notch_plan *plan, const notch_kernels *kernels,
                         const notch_parameter *parameter, const notch_block *block,
                         uint32_t moved_share, notch_scratch *scratch)
{
    const int8_t *weights = (const int8_t *)parameter->weights + block->first;
    int32_t *accumulators = parameter->accumulators + block->first;
    const bool grows = plan->trials != 0 && block->weight != 0;
    const uint64_t kept = (UINT64_C(1) << 32) - moved_share;
    uint32_t moves = 0;
    if (grows) {
        expected(plan, kernels, &parameter->gradient, block, scratch);
        notch_gradient_signed(kernels, &parameter->gradient, block->first, scratch->counts,
                              block->count, scratch->updates);
    }
    for (uint32_t i = 0; i < block->count; i++) {
        const int32_t sum = added(decayed(accumulators[i], kept), grows ? scratch->updates[i] : 0);
        const int32_t due = notch_due(sum, weights[i], &parameter->lattice);
        accumulators[i] = due != 0 ? 0 : sum;
        scratch->updates[i] = due;
        moves += due != 0;
    }
    return moves;
}

uint32_t notch_bold_share(uint64_t moves, uint64_t parameters)
{
    uint64_t ignored;
    const notch_u128 scaled = notch_shift_left128((notch_u128){0, moves}, 32);
    const uint64_t share =
        moves == parameters ? UINT32_MAX : notch_div128(scaled, parameters, &ignored);
    return (uint32_t)share;
}
