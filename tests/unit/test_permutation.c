/* test_permutation.c - keyed permutations: one to one, with an inverse, and all equally likely.
 * SPDX-License-Identifier: MIT
 *
 * Statistical tests fail permutations of the law they expect once in 10^9 seeds, and the seeds are
 * fixed.
 */
#include <math.h>
#include <notch/core.h>

#include "../chance.h"
#include "../test.h"

static notch_permutation permutation_of(notch_key key, uint64_t size)
{
    notch_permutation permutation;
    CHECK(notch_permutation_init(&permutation, &key, size, NULL) == NOTCH_OK);
    return permutation;
}

/* ------------------------------------------------------------------------------------------------
 * One to one
 * --------------------------------------------------------------------------------------------- */

TEST(every_small_size)
{
    static const notch_key keys[] = {
        {0, 0, 0}, {UINT64_MAX, UINT32_MAX, (1 << 24) - 1}, {12345, 678, 9}};
    for (int k = 0; k < 3; k++) {
        for (uint64_t size = 1; size <= 1030; size += REPEATED(1, 1 + size / 16)) {
            const notch_permutation permutation = permutation_of(keys[k], size);
            bool taken[1030] = {false};
            for (uint64_t index = 0; index < size; index++) {
                NOTE("key %d, size %" PRIu64 ", index %" PRIu64, k, size, index);
                const uint64_t value = notch_permutation_at(&permutation, index);
                CHECK(value < size && !taken[value]);
                taken[value] = true;
                CHECK_EQUAL_U64(notch_permutation_find(&permutation, value), index);
            }
        }
    }
}

static void check_there_and_back(const notch_permutation *permutation, uint64_t index)
{
    NOTE("size %" PRIu64 ", index %" PRIu64, permutation->size, index);
    const uint64_t value = notch_permutation_at(permutation, index);
    CHECK(value < permutation->size);
    CHECK_EQUAL_U64(notch_permutation_find(permutation, value), index);
    const uint64_t found = notch_permutation_find(permutation, index);
    CHECK(found < permutation->size);
    CHECK_EQUAL_U64(notch_permutation_at(permutation, found), index);
}

TEST(large_sizes)
{
    static const uint64_t sizes[] = {60000,
                                     UINT64_C(1) << 31,
                                     (UINT64_C(1) << 32) + 1,
                                     (UINT64_C(1) << 40) + 1,
                                     UINT64_C(3) << 59,
                                     (UINT64_C(1) << 62) - 1,
                                     UINT64_C(1) << 62};
    const notch_key key = {77, 5, 3}, other = {1, 2, 3};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const notch_permutation permutation = permutation_of(key, sizes[s]);
        for (uint64_t i = 0; i < 50; i++) {
            check_there_and_back(&permutation, i);
            check_there_and_back(&permutation, sizes[s] - 1 - i);
        }
        for (uint64_t i = 0; i < 2000; i++) {
            check_there_and_back(&permutation, notch_random_below64(&other, i, sizes[s]));
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Random
 * --------------------------------------------------------------------------------------------- */

/* Draws that take each of the cells alike. */
static void check_uniform(const uint32_t *counts, uint32_t cells)
{
    double sum = 0;
    pearson test = {0};
    for (uint32_t i = 0; i < cells; i++) {
        sum += counts[i];
    }
    for (uint32_t i = 0; i < cells; i++) {
        pearson_add(&test, sum / cells, counts[i]);
    }
    const double chance = pearson_chance(&test);
    if (chance < 1e-9) {
        TEST_FAIL("chi-square of %" PRIu32 " cells is %g, chance %g", cells, test.statistic,
                  chance);
    }
}

/* Number of a permutation among all size! (its Lehmer code). */
static uint32_t number_of(const notch_permutation *permutation)
{
    uint32_t number = 0;
    for (uint64_t i = 0; i < permutation->size; i++) {
        uint32_t smaller = 0;
        for (uint64_t j = i + 1; j < permutation->size; j++) {
            smaller += notch_permutation_at(permutation, j) < notch_permutation_at(permutation, i);
        }
        number = number * (uint32_t)(permutation->size - i) + smaller;
    }
    return number;
}

TEST(all_permutations_are_equally_likely)
{
    uint32_t factorial = 1;
    for (uint32_t size = 2; size <= 5; size++) {
        uint32_t counts[120] = {0};
        factorial *= size;
        for (uint32_t k = 0; k < REPEATED(120000, 12000); k++) {
            /* consecutive seeds and consecutive epochs */
            const notch_key key = {k / 10, k % 10, 0};
            const notch_permutation permutation = permutation_of(key, size);
            counts[number_of(&permutation)]++;
        }
        NOTE("size %" PRIu32, size);
        check_uniform(counts, factorial);
    }
}

/* The network of larger sizes consists of even permutations, up to one swap. */
TEST(half_of_the_permutations_are_even)
{
    static const uint32_t sizes[] = {16, 64, 100, 128, 256};
    enum {
        KEYS = REPEATED(1000, 100)
    };
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        uint32_t even = 0;
        for (uint32_t k = 0; k < KEYS; k++) {
            const notch_permutation permutation = permutation_of((notch_key){k, 0, 0}, sizes[s]);
            bool seen[256] = {false};
            uint32_t cycles = 0;
            for (uint64_t start = 0; start < sizes[s]; start++) {
                cycles += seen[start] ? 0 : 1;
                for (uint64_t i = start; !seen[i]; i = notch_permutation_at(&permutation, i)) {
                    seen[i] = true;
                }
            }
            even += (sizes[s] - cycles) % 2 == 0 ? 1 : 0;
        }
        NOTE("size %" PRIu32 ", %" PRIu32 " of %d are even", sizes[s], even, KEYS);
        CHECK(chance_normal((even - KEYS / 2.0) / sqrt(KEYS / 4.0)) > 1e-9);
    }
}

/* Where each position goes, for sizes of both constructions. */
TEST(positions_are_uniform)
{
    static const uint32_t sizes[] = {10, 60, 65, 100};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        static uint32_t counts[100][100];
        const uint32_t size = sizes[s];
        memset(counts, 0, sizeof counts);
        for (uint32_t k = 0; k < REPEATED(40, 10) * size; k++) {
            const notch_permutation permutation = permutation_of((notch_key){k, 1, 2}, size);
            for (uint32_t i = 0; i < size; i++) {
                counts[i][notch_permutation_at(&permutation, i)]++;
            }
        }
        for (uint32_t i = 0; i < size; i++) {
            NOTE("size %" PRIu32 ", index %" PRIu32, size, i);
            check_uniform(counts[i], size);
        }
    }
}

/* Where pairs of neighbours go. */
TEST(pairs_are_uniform)
{
    enum {
        SIZE = 10
    };
    uint32_t counts[SIZE * (SIZE - 1)] = {0};
    for (uint32_t k = 0; k < REPEATED(100000, 10000); k++) {
        const notch_permutation permutation = permutation_of((notch_key){5, k, 0}, SIZE);
        const uint64_t a = notch_permutation_at(&permutation, k % (SIZE - 1));
        const uint64_t b = notch_permutation_at(&permutation, k % (SIZE - 1) + 1);
        counts[a * (SIZE - 1) + b - (b > a ? 1 : 0)]++;
    }
    check_uniform(counts, SIZE * (SIZE - 1));
}

/* What the network mixes most slowly, see permutation.c: pairs that agree in their low bits and
 * have a certain difference in the others. Counted are those that go to another such pair, which is
 * one in 127 on average. */
TEST(differences_are_not_kept)
{
    enum {
        SIZE = 128,
        LOW = 8,
        KEYS = REPEATED(10000, 1000)
    };
    const double expected = SIZE * (SIZE / LOW - 1) / 2.0 / (SIZE - 1);
    double sum = 0, squares = 0;
    for (uint32_t k = 0; k < KEYS; k++) {
        const notch_permutation permutation = permutation_of((notch_key){k, 0, 0}, SIZE);
        uint64_t to[SIZE];
        uint32_t kept = 0;
        for (uint64_t i = 0; i < SIZE; i++) {
            to[i] = notch_permutation_at(&permutation, i);
        }
        for (uint32_t i = 0; i < SIZE; i++) {
            for (uint32_t j = i % LOW; j < i; j += LOW) {
                kept += (to[i] ^ to[j]) == (i ^ j) ? 1 : 0;
            }
        }
        sum += kept;
        squares += (kept - expected) * (kept - expected);
    }
    NOTE("%g pairs a key, expected %g", sum / KEYS, expected);
    CHECK(chance_normal((sum - KEYS * expected) / sqrt(squares)) > 1e-9);
}

/* ------------------------------------------------------------------------------------------------
 * Keys
 * --------------------------------------------------------------------------------------------- */

static uint32_t agreements(notch_key a, notch_key b, uint64_t size)
{
    const notch_permutation first = permutation_of(a, size), second = permutation_of(b, size);
    uint32_t equal = 0;
    for (uint64_t i = 0; i < size; i++) {
        equal += notch_permutation_at(&first, i) == notch_permutation_at(&second, i) ? 1 : 0;
    }
    return equal;
}

/* Two random permutations agree in one place on average, with variance 1. */
TEST(keys_give_different_permutations)
{
    static const uint64_t sizes[] = {60, 1000};
    const notch_key key = {3, 4, 5};
    for (int s = 0; s < 2; s++) {
        for (int field = 0; field < 3; field++) {
            uint32_t sum = 0;
            for (uint32_t k = 0; k < 100; k++) {
                notch_key here = key, next = key;
                uint32_t *const step = field == 1 ? &here.step : &here.stream;
                if (field == 0) {
                    here.seed = k;
                    next.seed = k + 1;
                } else {
                    *step = k;
                    *(field == 1 ? &next.step : &next.stream) = k + 1;
                }
                const uint32_t equal = agreements(here, next, sizes[s]);
                CHECK(equal < 12); /* 1 / 12! = 2e-9 */
                sum += equal;
            }
            NOTE("size %" PRIu64 ", field %d: %" PRIu32 " agreements", sizes[s], field, sum);
            CHECK(chance_normal((sum - 100.0) / sqrt(100)) > 1e-9);
        }
    }
}

TEST(refused)
{
    const notch_key key = {1, 2, 3}, late = {1, 2, 1 << 24};
    notch_permutation permutation, before;
    notch_error error;
    memset(&permutation, 0x11, sizeof permutation);
    before = permutation;
    CHECK(notch_permutation_init(NULL, &key, 5, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "result") != NULL);
    CHECK(notch_permutation_init(&permutation, NULL, 5, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "key") != NULL);
    CHECK(notch_permutation_init(&permutation, &key, 0, &error) == NOTCH_ERROR_RANGE);
    CHECK(strstr(error.message, "size") != NULL);
    CHECK(notch_permutation_init(&permutation, &key, (UINT64_C(1) << 62) + 1, &error) ==
          NOTCH_ERROR_RANGE);
    CHECK(notch_permutation_init(&permutation, &late, 5, &error) == NOTCH_ERROR_RANGE);
    CHECK(strstr(error.message, "stream") != NULL);
    CHECK(notch_permutation_init(&permutation, &late, 5, NULL) == NOTCH_ERROR_RANGE);
    CHECK(memcmp(&permutation, &before, sizeof permutation) == 0);
}

TEST_MAIN(RUN(every_small_size), RUN(large_sizes), RUN(all_permutations_are_equally_likely),
          RUN(half_of_the_permutations_are_even), RUN(positions_are_uniform),
          RUN(pairs_are_uniform), RUN(differences_are_not_kept),
          RUN(keys_give_different_permutations), RUN(refused))
