/* test_random.c - random words as published, unbiased bounded draws, independent streams.
 * SPDX-License-Identifier: MIT
 *
 * Statistical tests fail a generator of the law they expect once in 10^9 seeds, and the seeds are
 * fixed.
 */
#include <math.h>
#include <notch/core.h>
#include <stdlib.h>

#include "../chance.h"
#include "../isas.h"
#include "../test.h"

#ifdef NOTCH_HAVE_RANDOM123
#include <Random123/philox.h>
#endif

static const notch_key some_key = {UINT64_C(0x0123456789abcdef), 17, 0x42};

/* ------------------------------------------------------------------------------------------------
 * Philox
 * --------------------------------------------------------------------------------------------- */

/* The lines "philox4x32 10" of tests/kat_vectors in Random123 by D. E. Shaw Research. */
TEST(known_answers)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } answers[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (int a = 0; a < 3; a++) {
        uint32_t out[4];
        notch_philox4x32(answers[a].counter, answers[a].key, out);
        for (int k = 0; k < 4; k++) {
            NOTE("answer %d, word %d", a, k);
            CHECK_EQUAL_U64(out[k], answers[a].out[k]);
        }
    }
}

TEST(equals_random123)
{
#ifdef NOTCH_HAVE_RANDOM123
    for (uint64_t i = 0; i < 1000000; i++) {
        /* every tenth counter and key from the words of another stream, the others consecutive */
        const notch_key other = {99, 1, 1};
        uint32_t counter[4] = {(uint32_t)i, 0, 7, 8}, key[2] = {9, 10}, out[4];
        for (uint64_t k = 0; k < 6 && i % 10 == 0; k++) {
            *(k < 4 ? &counter[k] : &key[k - 4]) = notch_random_word(&other, 6 * i + k);
        }
        notch_philox4x32(counter, key, out);
        const philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
        const philox4x32_key_t k = {{key[0], key[1]}};
        const philox4x32_ctr_t expected = philox4x32(c, k);
        for (int w = 0; w < 4; w++) {
            NOTE("counter number %" PRIu64 ", word %d", i, w);
            CHECK_EQUAL_U64(out[w], expected.v[w]);
        }
    }
#else
    SKIP("built without Random123");
#endif
}

/* ------------------------------------------------------------------------------------------------
 * Words
 * --------------------------------------------------------------------------------------------- */

/* As core.h says: which word of which block. */
TEST(words)
{
    static const uint64_t indices[] = {0,
                                       1,
                                       2,
                                       3,
                                       4,
                                       7,
                                       UINT32_MAX,
                                       UINT64_C(1) << 32,
                                       (UINT64_C(1) << 34) - 1,
                                       (UINT64_C(1) << 34) + 5,
                                       UINT64_C(0x123456789abcdef0),
                                       UINT64_MAX};
    for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
        const uint64_t index = indices[i];
        const uint32_t counter[4] = {(uint32_t)(index / 4), (uint32_t)(index >> 34), some_key.step,
                                     some_key.stream};
        const uint32_t key[2] = {(uint32_t)some_key.seed, (uint32_t)(some_key.seed >> 32)};
        uint32_t out[4];
        notch_philox4x32(counter, key, out);
        NOTE("index %" PRIu64, index);
        CHECK_EQUAL_U64(notch_random_word(&some_key, index), out[index % 4]);
    }
}

TEST(words_of_64_bits)
{
    static const uint64_t starts[] = {0, (UINT64_C(1) << 33) - 50, (UINT64_C(1) << 63) - 100};
    for (int s = 0; s < 3; s++) {
        for (uint64_t index = starts[s]; index < starts[s] + 100; index++) {
            const uint64_t low = notch_random_word(&some_key, 2 * index);
            const uint64_t high = notch_random_word(&some_key, 2 * index + 1);
            NOTE("index %" PRIu64, index);
            CHECK_EQUAL_U64(notch_random_word64(&some_key, index), (high << 32) | low);
        }
    }
}

enum {
    FILL_MOST = 600,
    FILL_MARGIN = 8,
    UNTOUCHED = 0x5a5a5a5a
};

static void check_fill(uint64_t first, uint32_t count, notch_isa isa)
{
    uint32_t words[FILL_MOST + 2 * FILL_MARGIN];
    for (uint32_t i = 0; i < FILL_MOST + 2 * FILL_MARGIN; i++) {
        words[i] = UNTOUCHED;
    }
    CHECK(notch_random_fill(&some_key, first, count, words + FILL_MARGIN, isa, NULL) == NOTCH_OK);
    for (uint32_t i = 0; i < count + 2 * FILL_MARGIN; i++) {
        const bool inside = i >= FILL_MARGIN && i < FILL_MARGIN + count;
        NOTE("%s: %" PRIu32 " words from %" PRIu64 ", place %" PRIu32, notch_isa_name(isa), count,
             first, i);
        CHECK_EQUAL_U64(words[i],
                        inside ? notch_random_word(&some_key, first + i - FILL_MARGIN) : UNTOUCHED);
    }
}

TEST(fill)
{
    static const uint64_t firsts[] = {0, (UINT64_C(1) << 34) - 30, UINT64_MAX - 700};
    check_fill(0, FILL_MOST, NOTCH_ISA_BEST);
    FOR_EACH_ISA(isa)
    {
        for (uint64_t f = 0; f < 3; f++) {
            for (uint64_t offset = 0; offset < 5; offset++) {
                for (uint32_t count = 0; count < 140; count++) {
                    check_fill(firsts[f] + offset, count, isa);
                }
                check_fill(firsts[f] + offset, FILL_MOST, isa);
            }
        }
    }
}

TEST(fill_refused)
{
    notch_error error;
    uint32_t word = UNTOUCHED;
    CHECK(notch_random_fill(NULL, 0, 1, &word, NOTCH_ISA_REF, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "key") != NULL);
    CHECK(notch_random_fill(&some_key, 0, 1, NULL, NOTCH_ISA_REF, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "words") != NULL);
    CHECK(notch_random_fill(&some_key, UINT64_MAX, 2, &word, NOTCH_ISA_REF, &error) ==
          NOTCH_ERROR_RANGE);
    CHECK(notch_random_fill(&some_key, 0, 1, &word, (notch_isa)77, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_random_fill(&some_key, 0, 1, &word, (notch_isa)77, NULL) == NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_U64(word, UNTOUCHED);
    CHECK(notch_random_fill(&some_key, 5, 0, NULL, NOTCH_ISA_REF, &error) == NOTCH_OK);
}

/* ------------------------------------------------------------------------------------------------
 * Statistics
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

enum {
    CELLS = 1024,
    A_CELL = 1000 /* draws */
};

/* Draws below `bound`, sorted into `cells` classes: by remainder, which shows a lack of rejection,
 * or by quotient. Classes that differ in size by one element have 2^20 or more. */
static void check_bounded(uint32_t width, uint64_t bound, uint32_t cells, bool by_remainder)
{
    static uint32_t counts[CELLS];
    notch_key key = some_key;
    memset(counts, 0, sizeof counts);
    key.stream = width + by_remainder;
    NOTE("%" PRIu32 " bits, bound %" PRIu64 ", %" PRIu32 " classes by %s", width, bound, cells,
         by_remainder ? "remainder" : "quotient");
    for (uint64_t i = 0; i < (uint64_t)cells * A_CELL; i++) {
        const uint64_t drawn = width == 32 ? notch_random_below32(&key, i, (uint32_t)bound)
                                           : notch_random_below64(&key, i, bound);
        const uint64_t last = bound == 0 ? (width == 32 ? UINT32_MAX : UINT64_MAX) : bound - 1;
        if (drawn > last) {
            TEST_FAIL("drew %" PRIu64, drawn);
        }
        counts[by_remainder ? drawn % cells : drawn / (last / cells + 1)]++;
    }
    check_uniform(counts, cells);
}

TEST(small_bounds)
{
    static const uint32_t bounds[] = {2, 3, 6, 7, 1000, CELLS};
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        check_bounded(32, bounds[b], bounds[b], true);
        check_bounded(64, bounds[b], bounds[b], true);
    }
}

/* Without rejection a third of the numbers below 3 * 2^30 would come twice as often as the rest. */
TEST(large_bounds)
{
    static const uint64_t bounds[] = {(UINT64_C(1) << 31) + 1, UINT32_MAX, UINT64_C(3) << 30, 0};
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        check_bounded(32, bounds[b], 64, true);
        check_bounded(32, bounds[b], 3, true);
        check_bounded(32, bounds[b], 64, false);
    }
    static const uint64_t wide[] = {(UINT64_C(1) << 63) + 1, UINT64_MAX, UINT64_C(3) << 62,
                                    (UINT64_C(1) << 31) + 1, 0};
    for (size_t b = 0; b < sizeof wide / sizeof wide[0]; b++) {
        check_bounded(64, wide[b], 64, true);
        check_bounded(64, wide[b], 3, true);
        check_bounded(64, wide[b], 64, false);
    }
}

/* That is, word * 3 * 2^30 / 2^32 has remainder 0 by 3 as often as 1 and 2 together. */
TEST(bias_would_show)
{
    uint32_t counts[3] = {0, 0, 0};
    for (uint64_t i = 0; i < 3 * A_CELL; i++) {
        const uint64_t word = notch_random_word(&some_key, i);
        counts[((word * (UINT64_C(3) << 30)) >> 32) % 3]++;
    }
    CHECK(counts[0] > counts[1] * 3 / 2 && counts[0] > counts[2] * 3 / 2);
}

TEST(trivial_bounds)
{
    uint32_t upper = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        CHECK_EQUAL_U64(notch_random_below32(&some_key, i, 1), 0);
        CHECK_EQUAL_U64(notch_random_below64(&some_key, i, 1), 0);
        CHECK(notch_random_below32(&some_key, (UINT64_C(1) << 48) - 1 - i, 1000) < 1000);
        upper += notch_random_below32(&some_key, i, 0) >> 31;
        upper += (uint32_t)(notch_random_below64(&some_key, i, 0) >> 63);
    }
    /* 2,000 tosses of a coin, with variance 500 */
    CHECK(chance_normal((upper - 1000.0) / sqrt(500)) > 1e-9);
}

/* ------------------------------------------------------------------------------------------------
 * Streams that differ in one field
 * --------------------------------------------------------------------------------------------- */

enum {
    PAIR_CELLS = 256 /* 4 bits of each of two words */
};

/* Words with the same index of both streams: pairs of their upper and of their lower bits are
 * uniform, and the words agree in half of the bits. */
static void check_independent(const notch_key *a, const notch_key *b)
{
    uint32_t upper[PAIR_CELLS] = {0}, lower[PAIR_CELLS] = {0};
    int64_t agreements = 0, bits = 0;
    for (uint64_t i = 0; i < (uint64_t)PAIR_CELLS * 100; i++) {
        const uint32_t x = notch_random_word(a, i), y = notch_random_word(b, i);
        upper[((x >> 28) << 4) | (y >> 28)]++;
        lower[((x & 15) << 4) | (y & 15)]++;
        for (uint32_t bit = 0; bit < 32; bit++) {
            agreements += (((x ^ y) >> bit) & 1) == 0 ? 1 : 0;
            bits++;
        }
    }
    check_uniform(upper, PAIR_CELLS);
    check_uniform(lower, PAIR_CELLS);
    CHECK(chance_normal((double)(2 * agreements - bits) / sqrt((double)bits)) > 1e-9);
}

TEST(streams_are_independent)
{
    for (uint32_t bit = 0; bit < 128; bit += REPEATED(1, 9)) {
        notch_key other = some_key;
        NOTE("bit %" PRIu32 " of seed, step and stream", bit);
        if (bit < 64) {
            other.seed ^= UINT64_C(1) << bit;
        } else if (bit < 96) {
            other.step ^= UINT32_C(1) << (bit - 64);
        } else {
            other.stream ^= UINT32_C(1) << (bit - 96);
        }
        check_independent(&some_key, &other);
    }
}

TEST(neighbours_are_independent)
{
    static const notch_key keys[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {2, 0, 0}};
    const notch_key none = {0, 0, 0};
    for (int k = 0; k < 4; k++) {
        NOTE("key %d", k);
        check_independent(&none, &keys[k]);
        check_independent(&keys[3], &keys[k == 3 ? 0 : k]);
    }
}

TEST_MAIN(RUN(known_answers), RUN(equals_random123), RUN(words), RUN(words_of_64_bits), RUN(fill),
          RUN(fill_refused), RUN(small_bounds), RUN(large_bounds), RUN(bias_would_show),
          RUN(trivial_bounds), RUN(streams_are_independent), RUN(neighbours_are_independent))
