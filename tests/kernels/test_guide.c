/* test_guide.c - counts in full width, and cells of cumulative masses, for every instruction set.
 * SPDX-License-Identifier: MIT
 */
#include "kernel_test.h"

static struct region inputs, outputs;

TEST(widen)
{
    static uint32_t counts[NOTCH_BLOCK];
    static uint64_t expected[NOTCH_BLOCK];
    static const char *const kinds[] = {"zeros", "largest ones", "any bits", "any lengths"};
    region_create(&inputs, 8 * NOTCH_BLOCK);
    region_create(&outputs, 8 * NOTCH_BLOCK);
    for (int kind = 0; kind < 4; kind++) {
        for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
            counts[i] = kind == 0   ? 0
                        : kind == 1 ? UINT32_MAX
                        : kind == 2 ? draw()
                                    : draw_any_length();
            expected[i] = counts[i];
        }
        uint64_t sum = 0;
        uint32_t done = 0;
        FOR_EACH_SIZE(size)
        {
            for (; done < size; done++) {
                sum += counts[done];
            }
            FOR_EACH_CASE(place, kernels)
            {
                note_case(kernels, "widen", kinds[kind], size, place);
                const uint32_t *array = region_copy(&inputs, place, counts, size, 4);
                uint64_t *wide = region_place(&outputs, place, size, 8);
                check_equal(kernels->widen(array, size, wide, size % 2 == 0), sum, "the sum");
                check_words64(wide, expected, size);
                region_check_copy(&inputs, counts, 4 * size);
                region_check(&outputs, 8 * size);
            }
        }
    }
}

static void check_cells(const uint64_t *cumulative, uint32_t size, const notch_guide *guide)
{
    static uint32_t expected[NOTCH_BLOCK];
    char what[160];
    snprintf(what, sizeof what,
             "base %#" PRIx64 ", drop %" PRIu32 ", reciprocal %#" PRIx32 ", last %" PRIu32,
             guide->base, guide->drop, guide->reciprocal, guide->last);
    for (uint32_t i = 0; i < size; i++) {
        const uint64_t unit = UINT64_C(1) << guide->drop;
        const uint64_t mass = (cumulative[i] - guide->base) / unit + (unit > 1 ? 1 : 0);
        const uint64_t cell = mass * guide->reciprocal / (UINT64_C(1) << 32) + 1;
        expected[i] = (uint32_t)(cell < guide->last ? cell : guide->last);
    }
    FOR_EACH_CASE(place, kernels)
    {
        note_case(kernels, "guide_cells", what, size, place);
        const uint64_t *array = region_copy(&inputs, place, cumulative, size, 8);
        uint32_t *cells = region_place(&outputs, place, size, 4);
        kernels->guide_cells(array, size, guide, cells);
        check_words(cells, expected, size);
        region_check_copy(&inputs, cumulative, 8 * size);
        region_check(&outputs, 4 * size);
    }
}

/* Masses from the base up to the largest that are allowed, which add up to less than 2^43. */
TEST(guide_cells)
{
    static uint64_t cumulative[NOTCH_BLOCK];
    region_create(&inputs, 8 * NOTCH_BLOCK);
    region_create(&outputs, 8 * NOTCH_BLOCK);
    FOR_EACH_SIZE(size)
    {
        for (uint32_t drop = 0; drop <= 12; drop++) {
            const uint64_t most = (UINT64_C(1) << (31 + drop)) - 1;
            const uint32_t any_last = draw_any_length();
            const notch_guide guides[] = {
                {0, drop, UINT32_MAX, UINT32_MAX},
                {draw64() >> 20, drop, draw(), 4 * NOTCH_BLOCK},
                {draw64() >> 1, drop, draw_any_length(), any_last},
                {draw64() >> 20, drop, 0, 0},
            };
            for (size_t g = 0; g < sizeof guides / sizeof guides[0]; g++) {
                for (uint32_t i = 0; i < size; i++) {
                    const uint32_t kind = draw_below(8);
                    const uint64_t mass = kind == 0   ? most
                                          : kind == 1 ? 0
                                                      : draw64() >> (33 - drop + draw_below(20));
                    cumulative[i] = guides[g].base + mass;
                }
                check_cells(cumulative, size, &guides[g]);
            }
        }
    }
}

TEST_MAIN(RUN(widen), RUN(guide_cells))
