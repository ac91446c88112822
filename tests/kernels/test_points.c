/* test_points.c - point_counts of every instruction set against counting point by point.
 * SPDX-License-Identifier: MIT
 */
#include "kernel_test.h"

#include "base/wide.h"

enum {
    FRACTION_BITS = NOTCH_POSITION_BITS,
    BEYOND = 32, /* readable words beyond the block's strata */
    /* a width below 2^13 strata, from anywhere in a stratum */
    POINTS_MOST = (1 << 13) + 1 + BEYOND
};

#define STRATUM (UINT64_C(1) << FRACTION_BITS)
#define WIDTH_MOST ((UINT64_C(1) << 51) - 1)
#define RATIO_MOST ((UINT64_C(1) << 52) - 1)

static uint32_t masses[NOTCH_BLOCK], points[POINTS_MOST], expected[NOTCH_BLOCK];
static struct region mass_region, point_region, count_region;

/* ------------------------------------------------------------------------------------------------
 * What is expected
 * --------------------------------------------------------------------------------------------- */

/* floor(a * b / 2^52) for a, b < 2^52, a bit of b at a time: halving and rounding down after each
 * is the same as dividing by 2^52 and rounding down once. */
static uint64_t times_over_2_to_52(uint64_t a, uint64_t b)
{
    uint64_t sum = 0;
    for (int bit = 0; bit < 52; bit++) {
        sum = (sum + ((b >> bit) & 1) * a) >> 1;
    }
    return sum;
}

/* In units of 2^-32 strata. */
static uint64_t position_of(const notch_positions *positions, uint64_t cumulative)
{
    const uint64_t offset = times_over_2_to_52(cumulative << positions->shift, positions->ratio);
    const uint64_t within = offset < positions->width ? offset : positions->width;
    return (positions->start + within) >> NOTCH_POSITION_EXTRA_BITS;
}

static uint32_t strata_of(const notch_positions *positions)
{
    return (uint32_t)((positions->start + positions->width + STRATUM - 1) >> FRACTION_BITS);
}

/* Goes through the points of all strata in order and through the categories along with them. */
static void count_points(const notch_positions *positions, uint32_t size, uint32_t stride)
{
    const uint32_t strata = strata_of(positions);
    uint64_t cumulative = 0, end = position_of(positions, 0);
    uint32_t stratum = 0;
    for (int64_t i = -1; i < (int64_t)size; i++) {
        if (i >= 0) {
            cumulative += masses[i];
            end = position_of(positions, cumulative);
        }
        uint32_t count = 0;
        while (stratum < strata && (((uint64_t)stratum << 32) | points[stratum * stride]) < end) {
            stratum++;
            count++;
        }
        if (i >= 0) {
            expected[i] = count;
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Cases
 * --------------------------------------------------------------------------------------------- */

static const char *const mass_kinds[] = {"any bits",     "zeros",         "ones",
                                         "largest ones", "any lengths",   "mostly zeros",
                                         "one large",    "first and last"};
static const char *const point_kinds[] = {"any points", "points 0", "largest points", "ties"};
static const char *const ratio_kinds[] = {"exact",     "ends early", "largest ratio",
                                          "ends late", "ratio 0",    "any ratio"};

static void draw_masses(uint32_t kind, uint32_t size)
{
    const uint32_t large = size == 0 ? 0 : draw_below(size);
    for (uint32_t i = 0; i < size; i++) {
        const bool at_end = i == 0 || i + 1 == size;
        const uint32_t rare = draw_below(30) == 0 ? draw() : 0;
        masses[i] = kind == 0   ? draw()
                    : kind == 1 ? 0
                    : kind == 2 ? 1
                    : kind == 3 ? UINT32_MAX
                    : kind == 4 ? draw_any_length()
                    : kind == 5 ? rare
                    : kind == 6 ? (i == large ? UINT32_MAX : draw() >> 20)
                                : (at_end ? draw() : 0);
    }
}

/* Positions for a block of `width`; `sum` is that of the masses. */
static notch_positions place_block(uint64_t width, uint64_t sum, uint32_t ratio_kind)
{
    static const uint64_t starts[] = {0, 1, STRATUM - 1, STRATUM / 2};
    notch_positions positions;
    uint64_t ignored, ratio = 0;
    positions.start = draw_below(2) == 0 ? starts[draw_below(4)] : draw64() >> (64 - FRACTION_BITS);
    positions.width = width < WIDTH_MOST ? width : WIDTH_MOST;
    const uint32_t most_shift = 52 - notch_bit_length(sum);
    positions.shift = draw_below(4) == 0 ? draw_below(most_shift) : most_shift;
    if (positions.shift == 52) {
        positions.shift = 51; /* no mass at all */
    }
    if (sum != 0) {
        const notch_u128 scaled = notch_mul64(positions.width, UINT64_C(1) << 52);
        const uint64_t whole = sum << positions.shift;
        ratio = scaled.high < whole ? notch_div128(scaled, whole, &ignored) + 1 : RATIO_MOST;
    }
    switch (ratio_kind) {
    case 0:
        break;
    case 1:
        ratio += ratio / 3 + 1;
        break;
    case 2:
        ratio = RATIO_MOST;
        break;
    case 3:
        ratio -= ratio / 5;
        break;
    case 4:
        ratio = 0;
        break;
    default:
        ratio = draw64() >> (12 + draw_below(52));
    }
    positions.ratio = ratio < RATIO_MOST ? ratio : RATIO_MOST;
    return positions;
}

static void draw_points(const notch_positions *positions, uint32_t kind, uint32_t size)
{
    const uint32_t strata = strata_of(positions);
    for (uint32_t k = 0; k < strata + BEYOND; k++) {
        points[k] = kind == 1 ? 0 : kind == 2 ? UINT32_MAX : draw();
    }
    if (kind == 3) { /* points at and next to the positions that they are compared with */
        uint64_t cumulative = 0;
        for (uint32_t i = 0; i < size; i++) {
            cumulative += masses[i];
            const uint64_t position = position_of(positions, cumulative);
            points[position >> 32] = (uint32_t)position + draw_below(3) - 1;
        }
    }
}

static void check_case(const notch_positions *positions, uint32_t size, uint32_t stride,
                       const char *what)
{
    /* one readable word is all that stride 0 needs */
    const uint32_t readable = stride == 0 ? 1 : strata_of(positions) + BEYOND;
    count_points(positions, size, stride);
    FOR_EACH_CASE(place, kernels)
    {
        note_case(kernels, "point_counts", what, size, place);
        const uint32_t *m = region_copy(&mass_region, place, masses, size, 4);
        const uint32_t *p = region_copy(&point_region, place, points, readable, 4);
        uint32_t *counts = region_place(&count_region, place, size, 4);
        kernels->point_counts(positions, m, size, p, stride, counts);
        check_words(counts, expected, size);
        region_check_copy(&mass_region, masses, 4 * size);
        region_check_copy(&point_region, points, 4 * readable);
        region_check(&count_region, 4 * size);
    }
}

static void draw_case(uint32_t mass_kind, uint32_t size, uint64_t width)
{
    region_create(&mass_region, sizeof masses);
    region_create(&point_region, sizeof points);
    region_create(&count_region, sizeof expected);
    const uint32_t stride = draw_below(4) != 0 ? 1 : 0, point_kind = draw_below(4);
    const uint32_t ratio_kind = draw_below(2) == 0 ? 0 : draw_below(6);
    uint64_t sum = 0;
    char what[160];
    draw_masses(mass_kind, size);
    for (uint32_t i = 0; i < size; i++) {
        sum += masses[i];
    }
    const notch_positions positions = place_block(width, sum, ratio_kind);
    draw_points(&positions, point_kind, size);
    snprintf(what, sizeof what,
             "masses: %s, %s, %s, stride %" PRIu32 ", start %#" PRIx64 ", width %#" PRIx64,
             mass_kinds[mass_kind], point_kinds[point_kind], ratio_kinds[ratio_kind], stride,
             positions.start, positions.width);
    check_case(&positions, size, stride, what);
}

/* Strata a category from so few that most blocks have no point to so many that there is no way
 * around reading points one by one. */
TEST(densities)
{
    static const double densities[] = {0, 0.001, 0.01, 0.1, 0.5, 1, 1.5, 2, 2.5, 3, 3.99};
    FOR_EACH_SIZE(size)
    {
        for (size_t d = 0; d < sizeof densities / sizeof densities[0]; d++) {
            const uint64_t width = (uint64_t)(densities[d] * size * (double)STRATUM);
            for (uint32_t kind = 0; kind < 8; kind++) {
                draw_case(kind, size, width + draw_below(2) * draw());
            }
        }
    }
}

/* Up to all strata that a narrow block may have, so that a category spans thousands of them. */
TEST(wide_categories)
{
    FOR_EACH_SIZE(size)
    {
        for (uint32_t kind = 0; kind < 8; kind++) {
            draw_case(kind, size, WIDTH_MOST);
            draw_case(kind, size, draw64() >> (13 + draw_below(13)));
            draw_case(kind, size, (uint64_t)draw_below(NOTCH_NARROW_STRATA) << FRACTION_BITS);
        }
    }
}

TEST_MAIN(RUN(densities), RUN(wide_categories))
