/* test_sums.c - running sums of masses, sums of runs and the search in them, for every
 * instruction set.
 * SPDX-License-Identifier: MIT
 */
#include "kernel_test.h"

static uint32_t masses[NOTCH_BLOCK];
static struct region inputs, outputs;

static const char *const kinds[] = {"zeros",    "ones",        "largest ones",
                                    "any bits", "any lengths", "mostly zeros"};

enum {
    KINDS = sizeof kinds / sizeof kinds[0]
};

static void draw_masses(int kind)
{
    region_create(&inputs, 8 * NOTCH_BLOCK);
    region_create(&outputs, 8 * NOTCH_BLOCK);
    for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
        const uint32_t rare = draw_below(30) == 0 ? draw() : 0;
        masses[i] = kind == 0   ? 0
                    : kind == 1 ? 1
                    : kind == 2 ? UINT32_MAX
                    : kind == 3 ? draw()
                    : kind == 4 ? draw_any_length()
                                : rare;
    }
}

/* masses[first] + ... + masses[end - 1], from the last one down. */
static uint64_t sum_of(uint32_t first, uint32_t end)
{
    uint64_t sum = 0;
    while (end > first) {
        sum += masses[--end];
    }
    return sum;
}

TEST(cumulate)
{
    static uint64_t expected[NOTCH_BLOCK];
    for (int kind = 0; kind < KINDS; kind++) {
        draw_masses(kind);
        for (uint32_t i = 0; i < NOTCH_BLOCK; i++) {
            expected[i] = sum_of(0, i + 1);
        }
        FOR_EACH_SIZE(size)
        {
            FOR_EACH_CASE(place, kernels)
            {
                note_case(kernels, "cumulate", kinds[kind], size, place);
                const uint32_t *array = region_copy(&inputs, place, masses, size, 4);
                uint64_t *cumulative = region_place(&outputs, place, size, 8);
                kernels->cumulate(array, size, cumulative);
                check_words64(cumulative, expected, size);
                region_check_copy(&inputs, masses, 4 * size);
                region_check(&outputs, 8 * size);
            }
        }
    }
}

TEST(run_sums)
{
    static uint64_t expected[NOTCH_BLOCK_RUNS];
    for (int kind = 0; kind < KINDS; kind++) {
        draw_masses(kind);
        for (uint32_t size = 0; size <= NOTCH_BLOCK; size += size < 1200 ? REPEATED(1, 13) : 53) {
            uint32_t runs = 0;
            for (uint32_t first = 0; first < size; first += NOTCH_RUN) {
                const uint32_t end = size - first < NOTCH_RUN ? size : first + NOTCH_RUN;
                expected[runs++] = sum_of(first, end);
            }
            const uint64_t sum = sum_of(0, size);
            FOR_EACH_CASE(place, kernels)
            {
                note_case(kernels, "run_sums", kinds[kind], size, place);
                const uint32_t *array = region_copy(&inputs, place, masses, size, 4);
                uint64_t *sums = region_place(&outputs, place, runs, 8);
                check_equal(kernels->run_sums(array, size, NULL), sum, "the sum alone");
                check_equal(kernels->run_sums(array, size, sums), sum, "the sum");
                check_words64(sums, expected, runs);
                region_check_copy(&inputs, masses, 4 * size);
                region_check(&outputs, 8 * runs);
            }
        }
    }
}

static void check_find(const char *kind, const uint32_t *array, uint32_t count, enum place place,
                       uint64_t target)
{
    uint32_t expected = 0;
    while (sum_of(0, expected + 1) <= target) {
        expected++;
    }
    FOR_EACH_KERNELS(kernels)
    {
        note_case(kernels, "find", kind, count, place);
        check_equal(kernels->find(array, count, target), expected, "the index");
    }
}

TEST(find)
{
    for (int kind = 1; kind < KINDS; kind++) {
        for (uint32_t count = 1; count <= NOTCH_RUN; count++) {
            draw_masses(kind);
            masses[draw_below(count)] |= 1; /* some target exists */
            const uint64_t total = sum_of(0, count);
            for (enum place place = 0; place < PLACES; place++) {
                const uint32_t *array = region_copy(&inputs, place, masses, count, 4);
                for (uint32_t i = 0; i < count; i++) {
                    const uint64_t sum = sum_of(0, i + 1);
                    if (sum != 0) {
                        check_find(kinds[kind], array, count, place, sum - 1);
                    }
                    if (sum < total) {
                        check_find(kinds[kind], array, count, place, sum);
                    }
                }
                check_find(kinds[kind], array, count, place, 0);
                region_check_copy(&inputs, masses, 4 * count);
            }
        }
    }
}

/* `some` of them different, so that there are ties if that is less than `count`. */
static void draw_rising(uint64_t *rising, uint32_t count, uint32_t some)
{
    for (uint32_t i = 0; i < count; i++) {
        rising[i] = draw_below(count) < some || i == 0 ? draw64() >> draw_below(64) : rising[i - 1];
        for (uint32_t k = i; k > 0 && rising[k] < rising[k - 1]; k--) {
            const uint64_t larger = rising[k - 1];
            rising[k - 1] = rising[k];
            rising[k] = larger;
        }
    }
}

static void check_rank(const uint64_t *rising, uint32_t count, uint64_t target)
{
    uint32_t expected = 0;
    for (uint32_t i = 0; i < count; i++) {
        expected += rising[i] <= target ? 1 : 0;
    }
    FOR_EACH_CASE(place, kernels)
    {
        char what[60];
        snprintf(what, sizeof what, "target %#" PRIx64, target);
        note_case(kernels, "rank", what, count, place);
        const uint64_t *array = region_copy(&inputs, place, rising, count, 8);
        check_equal(kernels->rank(array, count, target), expected, "the rank");
        region_check_copy(&inputs, rising, 8 * count);
    }
}

TEST(rank)
{
    uint64_t rising[128];
    region_create(&inputs, 8 * NOTCH_BLOCK);
    for (uint32_t count = 0; count <= 128; count += REPEATED(8, 32)) {
        for (uint32_t some = 1; some <= count + 1; some += 1 + count / 4) {
            draw_rising(rising, count, some);
            for (uint32_t i = 0; i < count; i++) {
                check_rank(rising, count, rising[i]);
                check_rank(rising, count, rising[i] - 1);
                check_rank(rising, count, rising[i] + 1);
            }
            check_rank(rising, count, 0);
            check_rank(rising, count, UINT64_MAX);
        }
    }
}

TEST_MAIN(RUN(cumulate), RUN(run_sums), RUN(find), RUN(rank))
