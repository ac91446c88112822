/* positions.c - categories as intervals on the axis of the trials.
 * SPDX-License-Identifier: MIT
 */
#include "update/sample/positions.h"

#include <assert.h>

#include "rng/philox.h"

void notch_position_of(uint64_t cumulative, uint64_t total, uint64_t trials, uint64_t *stratum,
                       uint64_t *fraction)
{
    uint64_t rest, ignored;
    /* cumulative <= total makes the quotient at most trials <= 2^40, and rest < total < 2^63 */
    *stratum = notch_div128(notch_mul64(cumulative, trials), total, &rest);
    *fraction =
        notch_div128(notch_mul64(rest, UINT64_C(1) << NOTCH_POSITION_BITS), total, &ignored);
}

bool notch_block_is_narrow(const notch_block *block)
{
    return block[1].stratum - block[0].stratum < NOTCH_NARROW_STRATA;
}

notch_positions notch_block_positions(const notch_block *block)
{
    notch_positions positions;
    uint64_t ignored;
    positions.start = block->fraction;
    positions.width = ((block[1].stratum - block->stratum) << NOTCH_POSITION_BITS) +
                      block[1].fraction - block->fraction;
    /* mass_sum < 2^43 */
    positions.shift = 52 - notch_bit_length(block->mass_sum);
    const uint64_t sum = block->mass_sum << positions.shift;
    /* width <= 2^51 - 1 and sum >= 2^51: at most 2^52 - 1. Rounded up, so that the last category
     * reaches the block's end; notch_positions cuts off what goes beyond. */
    const notch_u128 scaled = notch_mul64(positions.width, UINT64_C(1) << 52);
    positions.ratio = notch_div128(scaled, sum, &ignored) + 1;
    assert(positions.width >> 51 == 0 && positions.ratio >> 52 == 0);
    return positions;
}

/* A position in a block of any width, relative to the stratum in which the block starts. */
typedef struct place {
    uint64_t stratum;
    uint32_t fraction;
} place;

static place place_narrow(const notch_positions *positions, uint64_t cumulative)
{
    const notch_u128 product = notch_mul64(cumulative << positions->shift, positions->ratio);
    uint64_t offset = (product.high << 12) | (product.low >> 52);
    offset = offset < positions->width ? offset : positions->width;
    const uint64_t rounded = (positions->start + offset) >> NOTCH_POSITION_EXTRA_BITS;
    return (place){rounded >> 32, (uint32_t)rounded};
}

static place place_wide(const notch_block *block, uint64_t cumulative)
{
    const notch_u128 strata = notch_shift_left128(
        (notch_u128){0, block[1].stratum - block->stratum}, NOTCH_POSITION_BITS);
    const notch_u128 width = notch_sub128(notch_add128(strata, (notch_u128){0, block[1].fraction}),
                                          (notch_u128){0, block->fraction});
    /* width < 2^79 and cumulative < 2^43 */
    const notch_u128 offset = notch_div128_wide(notch_mul128(width, cumulative), block->mass_sum);
    const notch_u128 rounded = notch_shift_right128(
        notch_add128(offset, (notch_u128){0, block->fraction}), NOTCH_POSITION_EXTRA_BITS);
    return (place){notch_shift_right128(rounded, 32).low, (uint32_t)rounded.low};
}

/* The exact end of a category, rounded down: `factor` * mass_sum is the block's weight. */
static place place_exact(const notch_block *block, uint64_t factor, uint64_t total, uint64_t trials,
                         uint64_t cumulative)
{
    uint64_t stratum, fraction;
    notch_position_of(block->before + cumulative * factor, total, trials, &stratum, &fraction);
    return (place){stratum - block->stratum, (uint32_t)(fraction >> NOTCH_POSITION_EXTRA_BITS)};
}

/* Whether place_narrow may be on the wrong side of a unit: the true position is more than 1 below
 * to less than 2 above it, in 2^-NOTCH_POSITION_BITS. */
static bool is_doubtful(const notch_positions *positions, uint64_t cumulative)
{
    const notch_u128 product = notch_mul64(cumulative << positions->shift, positions->ratio);
    const uint64_t offset = (product.high << 12) | (product.low >> 52);
    const uint64_t extra = (positions->start + offset) & ((1u << NOTCH_POSITION_EXTRA_BITS) - 1);
    return extra == 0 || extra >= (1u << NOTCH_POSITION_EXTRA_BITS) - 2;
}

void notch_block_expected(const notch_block *block, uint64_t total, uint64_t trials,
                          const uint32_t *masses, uint64_t *whole, uint32_t *remainders)
{
    const bool narrow = notch_block_is_narrow(block);
    const bool exact = block->weight % block->mass_sum == 0;
    const uint64_t factor = block->weight / block->mass_sum;
    notch_positions positions = {0, 0, 0, 0};
    if (narrow) {
        positions = notch_block_positions(block);
    }
    uint64_t cumulative = 0;
    place before = {0, (uint32_t)(block->fraction >> NOTCH_POSITION_EXTRA_BITS)};
    for (uint32_t i = 0; i < block->count; i++) {
        cumulative += masses[i];
        place at;
        if (exact && (!narrow || is_doubtful(&positions, cumulative))) {
            at = place_exact(block, factor, total, trials, cumulative);
        } else {
            at = narrow ? place_narrow(&positions, cumulative) : place_wide(block, cumulative);
        }
        whole[i] = at.stratum - before.stratum - (at.fraction < before.fraction ? 1 : 0);
        remainders[i] = at.fraction - before.fraction;
        before = at;
    }
}

static uint64_t points_below(const notch_key *key, uint64_t first_stratum, place at, bool shared)
{
    const uint64_t stratum = first_stratum + at.stratum;
    const uint32_t point = notch_random_word(key, shared ? 0 : stratum);
    return at.stratum + (at.fraction > point ? 1 : 0);
}

static void points_wide(const notch_key *key, const notch_block *block, const uint32_t *masses,
                        bool shared, notch_scratch *scratch)
{
    uint64_t cumulative = 0;
    uint64_t below = points_below(key, block->stratum, place_wide(block, 0), shared);
    for (uint32_t i = 0; i < block->count; i++) {
        uint64_t next = below;
        cumulative += masses[i];
        if (masses[i] != 0) {
            next = points_below(key, block->stratum, place_wide(block, cumulative), shared);
        }
        scratch->wide_counts[i] = next - below;
        scratch->counts[i] = next - below > UINT32_MAX ? UINT32_MAX : (uint32_t)(next - below);
        below = next;
    }
}

const uint32_t *notch_stratum_points(const notch_kernels *kernels, const notch_key *key,
                                     const notch_block *block, bool shared, notch_scratch *scratch)
{
    const notch_key own = notch_key_for(key, NOTCH_PURPOSE_STRATUM);
    if (shared) {
        scratch->words[0] = notch_random_word(&own, 0);
        return scratch->words;
    }
    const uint64_t first = block->stratum / 4, last = block[1].stratum / 4;
    kernels->random_blocks(&own, first, last - first + 1, scratch->words);
    return scratch->words + block->stratum % 4;
}

void notch_points_block(const notch_kernels *kernels, const notch_key *key,
                        const notch_block *block, const uint32_t *masses, bool shared, bool wide,
                        notch_scratch *scratch)
{
    if (!notch_block_is_narrow(block)) {
        const notch_key own = notch_key_for(key, NOTCH_PURPOSE_STRATUM);
        points_wide(&own, block, masses, shared, scratch);
        return;
    }
    const notch_positions positions = notch_block_positions(block);
    const uint32_t *points = notch_stratum_points(kernels, key, block, shared, scratch);
    kernels->point_counts(&positions, masses, block->count, points, shared ? 0 : 1,
                          scratch->counts);
    if (wide) {
        for (uint32_t i = 0; i < block->count; i++) {
            scratch->wide_counts[i] = scratch->counts[i];
        }
    }
}
