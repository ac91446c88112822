/* positions.c - categories as intervals on the axis of the trials.
 * SPDX-License-Identifier: MIT
 */
#include "update/sample/positions.h"

#include <assert.h>
#include <string.h>

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

/* `strata` whole strata and from fraction `start` to fraction `end`, for a mass of `sum` > 0. */
static notch_positions positions_between(uint64_t start, uint64_t strata, uint64_t end,
                                         uint64_t sum)
{
    notch_positions positions;
    uint64_t ignored;
    positions.start = start;
    positions.width = (strata << NOTCH_POSITION_BITS) + end - start;
    /* sum < 2^43 */
    positions.shift = 52 - notch_bit_length(sum);
    /* width <= 2^51 - 1 and the shifted sum >= 2^51: at most 2^52 - 1. Rounded up, so that the last
     * category reaches the end; what goes beyond is cut off. */
    const notch_u128 scaled = notch_mul64(positions.width, UINT64_C(1) << 52);
    positions.ratio = notch_div128(scaled, sum << positions.shift, &ignored) + 1;
    assert(positions.width >> 51 == 0 && positions.ratio >> 52 == 0);
    return positions;
}

notch_positions notch_block_positions(const notch_block *block)
{
    return positions_between(block->fraction, block[1].stratum - block->stratum, block[1].fraction,
                             block->mass_sum);
}

/* The points of strata first to last; see notch_stratum_points. `own` is the strata's key. */
static const uint32_t *load_points(const notch_kernels *kernels, const notch_key *own,
                                   uint64_t first, uint64_t last, bool shared,
                                   notch_scratch *scratch)
{
    if (shared) {
        scratch->words[0] = notch_random_word(own, 0);
        return scratch->words;
    }
    kernels->random_blocks(own, first / 4, last / 4 - first / 4 + 1, scratch->words);
    return scratch->words + first % 4;
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

/* Where the block ends, in 2^-NOTCH_POSITION_BITS from the stratum in which it starts. */
static notch_u128 wide_end(const notch_block *block)
{
    const notch_u128 strata = notch_shift_left128(
        (notch_u128){0, block[1].stratum - block->stratum}, NOTCH_POSITION_BITS);
    return notch_add128(strata, (notch_u128){0, block[1].fraction});
}

/* The position of a cumulative mass in a block of any width, rounded down. */
static notch_u128 wide_position(const notch_block *block, uint64_t cumulative)
{
    const notch_u128 width = notch_sub128(wide_end(block), (notch_u128){0, block->fraction});
    /* width < 2^79 and cumulative < 2^43 */
    const notch_u128 offset = notch_div128_wide(notch_mul128(width, cumulative), block->mass_sum);
    return notch_add128(offset, (notch_u128){0, block->fraction});
}

static place place_wide(const notch_block *block, uint64_t cumulative)
{
    const notch_u128 position = wide_position(block, cumulative);
    const uint64_t fraction = position.low & ((UINT64_C(1) << NOTCH_POSITION_BITS) - 1);
    return (place){notch_shift_right128(position, NOTCH_POSITION_BITS).low,
                   (uint32_t)(fraction >> NOTCH_POSITION_EXTRA_BITS)};
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

/* A block of many strata, cut into pieces of few. Positions are in 2^-NOTCH_POSITION_BITS, counted
 * from the stratum in which the block starts. */
typedef struct points_draw {
    const notch_kernels *kernels;
    notch_key key; /* of the strata's points */
    const notch_block *block;
    const uint32_t *masses;
    bool shared, wide;
    notch_scratch *scratch;
} points_draw;

/* Elements [low, high), from cumulative mass `base` and the position it has to `end_base` and
 * its. */
typedef struct piece {
    uint32_t low, high;
    uint64_t base, end_base;
    notch_u128 start, end;
} piece;

static uint64_t stratum_at(notch_u128 position)
{
    return notch_shift_right128(position, NOTCH_POSITION_BITS).low;
}

static uint64_t fraction_at(notch_u128 position)
{
    return position.low & ((UINT64_C(1) << NOTCH_POSITION_BITS) - 1);
}

static uint64_t points_below(const points_draw *draw, notch_u128 position)
{
    const uint64_t stratum = stratum_at(position);
    const uint64_t index = draw->shared ? 0 : draw->block->stratum + stratum;
    const uint32_t point = notch_random_word(&draw->key, index);
    return stratum + (fraction_at(position) >> NOTCH_POSITION_EXTRA_BITS > point ? 1 : 0);
}

static void draw_element(const points_draw *draw, const piece *of)
{
    const uint64_t count = points_below(draw, of->end) - points_below(draw, of->start);
    draw->scratch->counts[of->low] = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
    if (draw->wide) {
        draw->scratch->wide_counts[of->low] = count;
    }
}

static void draw_narrow_piece(const points_draw *draw, const piece *of)
{
    const uint64_t first = stratum_at(of->start), last = stratum_at(of->end);
    const notch_positions positions = positions_between(
        fraction_at(of->start), last - first, fraction_at(of->end), of->end_base - of->base);
    const uint32_t *points = load_points(draw->kernels, &draw->key, draw->block->stratum + first,
                                         draw->block->stratum + last, draw->shared, draw->scratch);
    uint32_t *counts = draw->scratch->counts + of->low;
    const uint32_t count = of->high - of->low;
    draw->kernels->point_counts(&positions, draw->masses + of->low, count, points,
                                draw->shared ? 0 : 1, counts);
    if (draw->wide) {
        (void)draw->kernels->widen(counts, count, draw->scratch->wide_counts + of->low, false);
    }
}

/* Pieces whose masses are all 0 are no longer than a position, and so narrow. */
static void draw_piece(const points_draw *draw, const piece *of)
{
    const uint32_t length = of->high - of->low;
    if (of->end_base == of->base) {
        memset(draw->scratch->counts + of->low, 0, length * sizeof draw->scratch->counts[0]);
        memset(draw->scratch->wide_counts + of->low, 0,
               length * sizeof draw->scratch->wide_counts[0]);
    } else if (stratum_at(of->end) - stratum_at(of->start) < NOTCH_NARROW_STRATA) {
        draw_narrow_piece(draw, of);
    } else if (length == 1) {
        draw_element(draw, of);
    } else {
        const uint32_t middle = of->low + length / 2;
        const uint64_t base = draw->scratch->cumulative[middle - 1];
        const notch_u128 cut = wide_position(draw->block, base);
        draw_piece(draw, &(piece){of->low, middle, of->base, base, of->start, cut});
        draw_piece(draw, &(piece){middle, of->high, base, of->end_base, cut, of->end});
    }
}

static void points_wide(const points_draw *draw)
{
    const notch_block *block = draw->block;
    draw->kernels->cumulate(draw->masses, block->count, draw->scratch->cumulative);
    const piece all = {0, block->count, 0, block->mass_sum, {0, block->fraction}, wide_end(block)};
    draw_piece(draw, &all);
}

const uint32_t *notch_stratum_points(const notch_kernels *kernels, const notch_key *key,
                                     const notch_block *block, bool shared, notch_scratch *scratch)
{
    const notch_key own = notch_key_for(key, NOTCH_PURPOSE_STRATUM);
    return load_points(kernels, &own, block->stratum, block[1].stratum, shared, scratch);
}

void notch_points_block(const notch_kernels *kernels, const notch_key *key,
                        const notch_block *block, const uint32_t *masses, bool shared, bool wide,
                        notch_scratch *scratch)
{
    const notch_key own = notch_key_for(key, NOTCH_PURPOSE_STRATUM);
    const points_draw draw = {kernels, own, block, masses, shared, wide, scratch};
    if (notch_block_is_narrow(block)) {
        draw_narrow_piece(
            &draw,
            &(piece){0, block->count, 0, block->mass_sum, {0, block->fraction}, wide_end(block)});
    } else {
        points_wide(&draw);
    }
}
