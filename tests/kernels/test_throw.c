/* test_throw.c - words of random bits to categories, for every instruction set.
 * SPDX-License-Identifier: MIT
 */
#include "kernel_test.h"

enum {
    CATEGORIES = 300,
    WORDS = 3000,
    CELL_BITS = 6,
    BEYOND = NOTCH_WINDOW_MOST - 1
};

/* The mass that a word means. */
static uint64_t mass_of(uint32_t word, uint64_t total)
{
    return word * (total >> 32) + ((word * (total & UINT32_MAX)) >> 32);
}

/* ------------------------------------------------------------------------------------------------
 * Last words
 * --------------------------------------------------------------------------------------------- */

static struct region cumulative_region, last_region;

/* That `last` is the last word with a mass below `mass`. */
static void check_last(uint32_t last, uint64_t mass, uint64_t total)
{
    if (mass_of(last, total) >= mass) {
        TEST_FAIL("word %#" PRIx32 " is beyond mass %#" PRIx64 " of %#" PRIx64, last, mass, total);
    }
    if (last < UINT32_MAX && mass_of(last + 1, total) < mass) {
        TEST_FAIL("word %#" PRIx32 " is not the last below mass %#" PRIx64 " of %#" PRIx64, last,
                  mass, total);
    }
}

static void check_last_words(const uint64_t *cumulative, uint32_t size, uint64_t base)
{
    const uint64_t total = cumulative[size - 1] - base;
    char what[80];
    snprintf(what, sizeof what, "base %#" PRIx64 ", total %#" PRIx64, base, total);
    FOR_EACH_CASE(place, kernels)
    {
        note_case(kernels, "last_words", what, size, place);
        const uint64_t *array = region_copy(&cumulative_region, place, cumulative, size, 8);
        uint32_t *last = region_place(&last_region, place, size, 4);
        notch_lean lean;
        kernels->last_words(array, size, base, last, &lean);
        int64_t least = INT64_MAX, most = INT64_MIN;
        for (uint32_t i = 0; i < size; i++) {
            check_last(last[i], cumulative[i] - base, total);
            const int64_t ahead = (int64_t)((uint64_t)last[i] * size >> 32) - i;
            least = ahead < least ? ahead : least;
            most = ahead > most ? ahead : most;
        }
        CHECK_EQUAL_I64(lean.least, least);
        CHECK_EQUAL_I64(lean.most, most);
        region_check_copy(&cumulative_region, cumulative, 8 * size);
        region_check(&last_region, 4 * size);
    }
}

/* Masses that add up to at most 2^43 - 1: of one bit, of any length, the same ones, and one that
 * takes nearly all. */
TEST(last_words)
{
    static uint64_t cumulative[NOTCH_BLOCK];
    const uint64_t most = (UINT64_C(1) << 43) - 1;
    region_create(&cumulative_region, sizeof cumulative);
    region_create(&last_region, sizeof cumulative / 2);
    FOR_EACH_SIZE(size)
    {
        for (uint32_t kind = 0; size > 0 && kind < 8; kind++) {
            const uint64_t base = draw64() >> draw_below(64) >> 1;
            const uint64_t same = 1 + (draw64() >> (33 + draw_below(31)));
            uint64_t sum = 0;
            for (uint32_t i = 0; i < size; i++) {
                uint64_t mass = kind == 0   ? draw_below(2)
                                : kind == 1 ? draw_any_length()
                                : kind == 2 ? draw() >> 1
                                : kind < 5  ? same
                                            : draw64() >> (21 + draw_below(43));
                if (kind == 5 && i == size / 2) {
                    mass = most - draw_below(2) * draw_below(1000);
                } else if (kind == 6 && i == size / 2) {
                    mass = (UINT64_C(1) << draw_below(43)) + draw_below(3) - 1;
                }
                mass = i == 0 && mass == 0 ? 1 : mass;
                sum = mass < most - sum ? sum + mass : most;
                cumulative[i] = base + sum;
            }
            check_last_words(cumulative, size, base);
        }
    }
}

/* All masses of small totals, and the smallest ones of totals of all lengths. */
TEST(last_words_small)
{
    region_create(&cumulative_region, 8 * NOTCH_BLOCK);
    region_create(&last_region, 4 * NOTCH_BLOCK);
    for (uint32_t total = 1; total <= 40; total++) {
        uint64_t cumulative[40];
        for (uint32_t i = 0; i < total; i++) {
            cumulative[i] = i + 1;
        }
        check_last_words(cumulative, total, 0);
        for (uint32_t shift = 1; shift <= 37; shift++) {
            const uint64_t one[2] = {1 + draw_below(2), (uint64_t)total << shift};
            check_last_words(one, 2, 0);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Throws
 * --------------------------------------------------------------------------------------------- */

static struct region words_region, counts_region;

static uint32_t category_of(const uint32_t *last, uint32_t word)
{
    uint32_t i = 0;
    while (last[i] < word) {
        i++;
    }
    return i;
}

/* Cells lead to the right category, or to one some places before it. */
static void fill_guide(const uint32_t *last, uint16_t guide[1 << CELL_BITS])
{
    for (uint32_t cell = 0; cell < 1 << CELL_BITS; cell++) {
        const uint32_t first = category_of(last, cell << (32 - CELL_BITS));
        const uint32_t back = draw_below(2) * draw_below(40);
        guide[cell] = (uint16_t)(first > back ? first - back : 0);
    }
}

/* How far the first place to look at has to be moved back for all words. */
static uint32_t back_for(const uint32_t *last, uint32_t categories)
{
    uint32_t back = 0;
    for (uint32_t i = 0; i < categories; i++) {
        const uint32_t even = (uint32_t)((uint64_t)last[i] * categories >> 32);
        back = even > i && even - i > back ? even - i : back;
    }
    return back;
}

/* How far a category can be from the first place for its first word. */
static uint32_t reach_for(const uint32_t *last, uint32_t categories, uint32_t back)
{
    uint32_t reach = 0;
    for (uint32_t i = 1; i < categories; i++) {
        const uint32_t even = (uint32_t)(((uint64_t)last[i - 1] + 1) * categories >> 32);
        const uint32_t first = even > back ? even - back : 0;
        reach = last[i] > last[i - 1] && i > first && i - first > reach ? i - first : reach;
    }
    return reach;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void check_throw(const notch_kernels *kernels, uint32_t categories, bool even, bool guided)
{
    static uint32_t last[CATEGORIES + BEYOND], words[WORDS], expected[CATEGORIES];
    uint16_t guide[1 << CELL_BITS];
    for (uint32_t i = 0; i < categories; i++) {
        const uint32_t each = UINT32_MAX / categories;
        last[i] = even ? (i + 1) * each - draw_below(each / 2 + 1) : draw_any_length();
    }
    qsort(last, categories, sizeof last[0], by_size);
    last[categories - 1] = UINT32_MAX;
    for (uint32_t i = categories; i < categories + BEYOND; i++) {
        last[i] = draw(); /* of no meaning */
    }
    notch_throw how = {.categories = categories, .shift = 32 - CELL_BITS};
    how.last = region_copy(&last_region, AT_END, last, categories + BEYOND, sizeof last[0]);
    how.back = back_for(last, categories) + draw_below(2);
    how.reach = reach_for(last, categories, how.back) + draw_below(2);
    if (guided) {
        fill_guide(last, guide);
        how.guide = guide;
    }
    const uint32_t count = draw_below(WORDS) + 1;
    memset(expected, 0, sizeof expected);
    for (uint32_t t = 0; t < count; t++) {
        const uint32_t edge = last[draw_below(categories)];
        words[t] = t == 0 ? 0 : t == 1 ? UINT32_MAX : t % 4 == 0 ? edge + t % 8 / 4 : draw();
        expected[category_of(last, words[t])]++;
    }
    const uint32_t *at_end = region_copy(&words_region, AT_END, words, count, sizeof(uint32_t));
    uint32_t *counts = region_place(&counts_region, AT_END, categories, sizeof(uint32_t));
    memset(counts, 0, categories * sizeof *counts);
    NOTE("%s: %u categories%s, %u words, back %u, %s", notch_isa_name(kernels->isa),
         (unsigned)categories, even ? " of the same mass" : "", (unsigned)count, (unsigned)how.back,
         guided ? "by a table" : "without a table");
    kernels->throw_words(&how, at_end, count, counts);
    check_words(counts, expected, categories);
    region_check(&counts_region, categories * sizeof(uint32_t));
}

TEST(throws)
{
    region_create(&last_region, 4 * NOTCH_BLOCK);
    region_create(&words_region, WORDS * sizeof(uint32_t));
    region_create(&counts_region, CATEGORIES * sizeof(uint32_t));
    FOR_EACH_KERNELS(kernels)
    {
        for (uint32_t k = 0; k < 400; k++) {
            check_throw(kernels, 1 + draw_below(CATEGORIES), k % 4 < 2, k % 2 == 0);
        }
    }
}

TEST_MAIN(RUN(last_words), RUN(last_words_small), RUN(throws))
