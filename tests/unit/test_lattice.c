/* test_lattice.c - the integers a weight may be: every width, its bounds, and what stands at them.
 * SPDX-License-Identifier: MIT
 */
#include <notch/core.h>

#include "test.h"

typedef struct width {
    uint32_t bits;
    int16_t maximum, spacing;
    uint8_t bytes;
} width;

/* As the table of notch_lattice_init says; the minimum is -maximum. */
static const width widths[] = {
    {1, 1, 2, 1}, {2, 1, 1, 1}, {4, 7, 1, 1}, {8, 127, 1, 1}, {16, 32767, 1, 2}};

enum {
    WIDTHS = sizeof widths / sizeof widths[0]
};

static notch_lattice lattice_of(uint32_t bits)
{
    notch_lattice lattice;
    notch_error error = {.message = ""};
    if (notch_lattice_init(&lattice, bits, &error) != NOTCH_OK) {
        TEST_FAIL("%u bits: %s", bits, error.message);
    }
    return lattice;
}

/* Stores `value` as element `i` of weights of this lattice. */
static void put(const notch_lattice *lattice, void *weights, uint64_t i, int32_t value)
{
    if (lattice->bytes == 2) {
        ((int16_t *)weights)[i] = (int16_t)value;
    } else {
        ((int8_t *)weights)[i] = (int8_t)value;
    }
}

TEST(widths_have_their_documented_bounds)
{
    for (int w = 0; w < WIDTHS; w++) {
        const notch_lattice lattice = lattice_of(widths[w].bits);
        NOTE("%u bits", widths[w].bits);
        CHECK_EQUAL_U64(lattice.bits, widths[w].bits);
        CHECK_EQUAL_I64(lattice.maximum, widths[w].maximum);
        CHECK_EQUAL_I64(lattice.minimum, -widths[w].maximum);
        CHECK_EQUAL_I64(lattice.spacing, widths[w].spacing);
        CHECK_EQUAL_U64(lattice.bytes, widths[w].bytes);
    }
}

/* The points minimum, minimum + spacing, ... end at the maximum, and `bits` bits can count them. */
TEST(points_fill_the_width)
{
    for (int w = 0; w < WIDTHS; w++) {
        const notch_lattice lattice = lattice_of(widths[w].bits);
        const int32_t range = lattice.maximum - lattice.minimum;
        NOTE("%u bits", widths[w].bits);
        CHECK_EQUAL_I64(range % lattice.spacing, 0);
        const int32_t points = range / lattice.spacing + 1;
        CHECK(points <= INT32_C(1) << lattice.bits);
        CHECK(points > INT32_C(1) << (lattice.bits - 1));
        /* zero is a point wherever the width has room for it */
        CHECK_EQUAL_I64(lattice.maximum % lattice.spacing == 0, lattice.bits != 1);
    }
}

TEST(other_widths_are_refused)
{
    const notch_lattice before = lattice_of(4);
    for (uint32_t bits = 0; bits <= 300; bits++) {
        if (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16) {
            continue;
        }
        notch_lattice lattice = before;
        notch_error error = {.message = ""};
        char number[16];
        (void)snprintf(number, sizeof number, " %u bits", bits);
        NOTE("%u bits", bits);
        CHECK_EQUAL_I64(notch_lattice_init(&lattice, bits, &error), NOTCH_ERROR_RANGE);
        CHECK_EQUAL_I64(error.status, NOTCH_ERROR_RANGE);
        CHECK(strstr(error.message, number) != NULL);
        CHECK(strstr(error.message, "1, 2, 4, 8 or 16") != NULL);
        CHECK(memcmp(&lattice, &before, sizeof lattice) == 0);
        CHECK_EQUAL_I64(notch_lattice_init(&lattice, bits, NULL), NOTCH_ERROR_RANGE);
    }
    notch_lattice lattice = before;
    CHECK_EQUAL_I64(notch_lattice_init(&lattice, UINT32_MAX, NULL), NOTCH_ERROR_RANGE);
    CHECK_EQUAL_I64(notch_lattice_init(&lattice, 256 + 8, NULL), NOTCH_ERROR_RANGE);
    notch_error error = {.message = ""};
    CHECK_EQUAL_I64(notch_lattice_init(NULL, 8, &error), NOTCH_ERROR_ARGUMENT);
    CHECK(error.message[0] != '\0');
}

/* One weight of each value: every bin but those at the ends holds `width` of them, the middle one
 * is around zero, and what is below zero mirrors what is above. */
TEST(histograms_cover_the_lattice)
{
    static const struct {
        uint32_t bins, width;
    } expected[WIDTHS] = {{2, 2}, {3, 1}, {15, 1}, {29, 9}, {31, 2115}};
    static int16_t weights[65536];
    for (int w = 0; w < WIDTHS; w++) {
        const notch_lattice lattice = lattice_of(widths[w].bits);
        notch_histogram h;
        uint64_t count = 0, sum = 0;
        for (int32_t value = lattice.minimum; value <= lattice.maximum; value += lattice.spacing) {
            put(&lattice, weights, count++, value);
        }
        NOTE("%u bits", widths[w].bits);
        notch_histogram_init(&h, &lattice);
        notch_histogram_add(&h, &lattice, weights, count);
        CHECK_EQUAL_U64(h.bins, expected[w].bins);
        CHECK_EQUAL_U64(h.width, expected[w].width);
        for (uint32_t k = 0; k < h.bins; k++) {
            sum += h.counts[k];
            CHECK_EQUAL_U64(h.counts[k], h.counts[h.bins - 1 - k]);
            CHECK(k == 0 || k == h.bins - 1 || h.counts[k] == h.width);
        }
        CHECK_EQUAL_U64(sum, count);
        CHECK(lattice.bits == 1 || 2 * h.first + (int32_t)(h.bins * h.width) - 1 == 0);
    }
}

/* Each value falls into the bin that holds it. */
TEST(histograms_put_values_where_they_belong)
{
    for (int w = 0; w < WIDTHS; w++) {
        const notch_lattice lattice = lattice_of(widths[w].bits);
        for (int32_t value = lattice.minimum; value <= lattice.maximum; value += lattice.spacing) {
            notch_histogram h;
            int16_t weight[1];
            put(&lattice, weight, 0, value);
            notch_histogram_init(&h, &lattice);
            notch_histogram_add(&h, &lattice, weight, 1);
            uint32_t bin = 0;
            while (value >= h.first + (int32_t)((bin + 1) * h.width)) {
                bin++;
            }
            CHECK(bin < h.bins && h.counts[bin] == 1);
        }
    }
}

/* One weight of each value: two of them stand at a bound. */
TEST(saturated_counts_both_bounds_once)
{
    static int16_t weights[65536];
    for (int w = 0; w < WIDTHS; w++) {
        const notch_lattice lattice = lattice_of(widths[w].bits);
        uint64_t count = 0;
        NOTE("%u bits", widths[w].bits);
        for (int32_t value = lattice.minimum; value <= lattice.maximum; value += lattice.spacing) {
            put(&lattice, weights, count++, value);
        }
        CHECK_EQUAL_U64(notch_lattice_saturated(&lattice, weights, count), 2);
        CHECK_EQUAL_U64(notch_lattice_saturated(&lattice, weights, count - 1), 1);
        CHECK_EQUAL_U64(notch_lattice_saturated(&lattice, weights, 1), 1);
        CHECK_EQUAL_U64(notch_lattice_saturated(&lattice, weights, 0), 0);
    }
}

TEST(saturated_counts_every_weight_at_a_bound)
{
    static int16_t weights[4099];
    const uint64_t count = sizeof weights / sizeof weights[0];
    for (int w = 0; w < WIDTHS; w++) {
        const notch_lattice lattice = lattice_of(widths[w].bits);
        NOTE("%u bits", widths[w].bits);
        /* every third weight at the maximum, every seventh of the others at the minimum */
        const int32_t inside = lattice.bits == 1 ? lattice.maximum : lattice.maximum - 1;
        uint64_t expected = 0;
        for (uint64_t i = 0; i < count; i++) {
            const bool high = i % 3 == 0, low = !high && i % 7 == 0;
            put(&lattice, weights, i, high ? lattice.maximum : low ? lattice.minimum : inside);
            expected += high || low || lattice.bits == 1;
        }
        CHECK_EQUAL_U64(notch_lattice_saturated(&lattice, weights, count), expected);
    }
}

TEST_MAIN(RUN(histograms_cover_the_lattice), RUN(histograms_put_values_where_they_belong),
          RUN(widths_have_their_documented_bounds), RUN(points_fill_the_width),
          RUN(other_widths_are_refused), RUN(saturated_counts_both_bounds_once),
          RUN(saturated_counts_every_weight_at_a_bound))
