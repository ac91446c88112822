/* test_throw.c - words of random bits to categories.
 * SPDX-License-Identifier: MIT
 *
 * Tables that have no such kernel leave the work to the loop of update/sample/trials.c, which the
 * tests of the samplers cover.
 */
#include "kernel_test.h"

enum {
    CATEGORIES = 300,
    WORDS = 3000,
    CELL_BITS = 6,
    BEYOND = 7
};

static struct region cumulative_region, words_region, counts_region;

static uint32_t category_of(const notch_throw *how, uint32_t word)
{
    const uint64_t high = word * (how->total >> 32);
    const uint64_t at = how->base + high + ((word * (how->total & UINT32_MAX)) >> 32);
    uint32_t i = 0;
    while (how->cumulative[i] <= at) {
        i++;
    }
    return i;
}

/* Cells lead to the right category, or to one some places before it. */
static void fill_guide(const notch_throw *how, uint16_t guide[1 << CELL_BITS])
{
    for (uint32_t cell = 0; cell < 1 << CELL_BITS; cell++) {
        const uint32_t first = category_of(how, cell << (32 - CELL_BITS));
        const uint32_t back = draw_below(2) * draw_below(20);
        guide[cell] = (uint16_t)(first > back ? first - back : 0);
    }
}

static void check_throw(const notch_kernels *kernels, uint32_t categories, uint32_t mass_bits)
{
    static uint64_t cumulative[CATEGORIES + BEYOND];
    static uint32_t words[WORDS], expected[CATEGORIES];
    uint16_t guide[1 << CELL_BITS];
    const uint64_t base = draw64() >> 22;
    uint64_t sum = base;
    for (uint32_t i = 0; i < categories; i++) {
        sum += draw_below(4) == 0 ? 0 : 1 + (draw() >> (32 - mass_bits));
        cumulative[i] = sum + (i + 1 == categories);
    }
    for (uint32_t i = categories; i < categories + BEYOND; i++) {
        cumulative[i] = draw64(); /* of no meaning */
    }
    notch_throw how = {.guide = guide, .base = base, .shift = 32 - CELL_BITS};
    how.total = cumulative[categories - 1] - base;
    how.cumulative =
        region_copy(&cumulative_region, AT_END, cumulative, categories + BEYOND, sizeof(uint64_t));
    fill_guide(&how, guide);
    const uint32_t count = draw_below(WORDS) + 1;
    memset(expected, 0, sizeof expected);
    for (uint32_t t = 0; t < count; t++) {
        words[t] = t == 0 ? 0 : t == 1 ? UINT32_MAX : draw();
        expected[category_of(&how, words[t])]++;
    }
    const uint32_t *at_end = region_copy(&words_region, AT_END, words, count, sizeof(uint32_t));
    uint32_t *counts = region_place(&counts_region, AT_END, categories, sizeof(uint32_t));
    memset(counts, 0, categories * sizeof *counts);
    NOTE("%s: %u categories, %u bits, %u words", notch_isa_name(kernels->isa), (unsigned)categories,
         (unsigned)mass_bits, (unsigned)count);
    kernels->throw_words(&how, at_end, count, counts);
    check_words(counts, expected, categories);
    region_check(&counts_region, categories * sizeof(uint32_t));
}

TEST(throws)
{
    static const notch_isa sets[] = {NOTCH_ISA_REF, NOTCH_ISA_AVX2, NOTCH_ISA_AVX512};
    uint32_t tested = 0;
    region_create(&cumulative_region, (CATEGORIES + BEYOND) * sizeof(uint64_t));
    region_create(&words_region, WORDS * sizeof(uint32_t));
    region_create(&counts_region, CATEGORIES * sizeof(uint32_t));
    for (size_t s = 0; s < sizeof sets / sizeof sets[0]; s++) {
        const notch_kernels *kernels = NULL;
        if (notch_kernels_select(sets[s], &kernels, NULL) != NOTCH_OK ||
            kernels->throw_words == NULL) {
            continue;
        }
        for (uint32_t k = 0; k < 200; k++) {
            check_throw(kernels, 1 + draw_below(CATEGORIES), 1 + draw_below(32));
        }
        tested++;
    }
    if (tested == 0) {
        SKIP("no instruction set of this machine has a kernel for it");
    }
}

TEST_MAIN(RUN(throws))
