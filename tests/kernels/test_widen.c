/* test_widen.c - counts in full width, for every instruction set.
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

TEST_MAIN(RUN(widen))
