/* test_wide.c - 128-bit arithmetic, the portable versions and those with compiler support.
 * SPDX-License-Identifier: MIT
 *
 * Both are compared with each other, and with definitions that need no wide arithmetic, since on
 * some machines both are the same.
 */
#define NOTCH_NO_INT128
#define notch_u128 portable_u128
#define notch_bit_length portable_bit_length
#define notch_popcount32 portable_popcount32
#define notch_mul64 portable_mul64
#define notch_add128 portable_add128
#define notch_sub128 portable_sub128
#define notch_shift_left128 portable_shift_left128
#define notch_shift_right128 portable_shift_right128
#define notch_div128 portable_div128
#define notch_div128_wide portable_div128_wide
#define notch_mul128 portable_mul128
#include "base/wide.h"
#undef NOTCH_NO_INT128
#undef notch_u128
#undef notch_bit_length
#undef notch_popcount32
#undef notch_mul64
#undef notch_add128
#undef notch_sub128
#undef notch_shift_left128
#undef notch_shift_right128
#undef notch_div128
#undef notch_div128_wide
#undef notch_mul128

#undef NOTCH_BASE_WIDE_H
#undef NOTCH_HAS_INT128
#undef NOTCH_HAS_DIVQ
#include "base/wide.h"

#include <notch/core.h>

#include "../test.h"

/* ------------------------------------------------------------------------------------------------
 * Operands
 * --------------------------------------------------------------------------------------------- */

static const uint64_t extremes[] = {0,
                                    1,
                                    2,
                                    3,
                                    UINT32_MAX - 1,
                                    UINT32_MAX,
                                    UINT64_C(1) << 32,
                                    (UINT64_C(1) << 32) + 1,
                                    UINT64_C(0xaaaaaaaaaaaaaaaa),
                                    UINT64_C(0xffffffff00000000),
                                    INT64_MAX - 1,
                                    INT64_MAX,
                                    UINT64_C(1) << 63,
                                    (UINT64_C(1) << 63) + 1,
                                    UINT64_MAX - 1,
                                    UINT64_MAX};

enum {
    EXTREMES = sizeof extremes / sizeof extremes[0],
    RANDOM_CASES = 20000
};

/* Of random length. */
static uint64_t random_number(void)
{
    static uint64_t index;
    const notch_key key = {128, 0, 0};
    index++;
    return notch_random_word64(&key, index) >> (notch_random_word64(&key, ~index >> 1) % 64);
}

/* ------------------------------------------------------------------------------------------------
 * Checks of one case
 * --------------------------------------------------------------------------------------------- */

static void check_same(notch_u128 native, portable_u128 portable)
{
    CHECK_EQUAL_U64(native.high, portable.high);
    CHECK_EQUAL_U64(native.low, portable.low);
}

static void check_value(notch_u128 found, uint64_t high, uint64_t low)
{
    CHECK_EQUAL_U64(found.high, high);
    CHECK_EQUAL_U64(found.low, low);
}

static bool bit_of(notch_u128 a, uint32_t bit)
{
    return (((bit < 64 ? a.low : a.high) >> (bit % 64)) & 1) != 0;
}

/* Adds 16 bits at a time, without a carry beyond 2^128. */
static notch_u128 plain_sum(notch_u128 a, notch_u128 b)
{
    notch_u128 sum = {0, 0};
    uint64_t carry = 0;
    for (uint32_t place = 0; place < 128; place += 16) {
        const uint64_t x = (place < 64 ? a.low : a.high) >> (place % 64);
        const uint64_t y = (place < 64 ? b.low : b.high) >> (place % 64);
        carry += (x & 0xffff) + (y & 0xffff);
        *(place < 64 ? &sum.low : &sum.high) |= (carry & 0xffff) << (place % 64);
        carry >>= 16;
    }
    return sum;
}

/* The product by shifting and adding. */
static notch_u128 plain_product(notch_u128 a, uint64_t b)
{
    notch_u128 sum = {0, 0};
    for (int bit = 63; bit >= 0; bit--) {
        sum = plain_sum(sum, sum);
        if (((b >> bit) & 1) != 0) {
            sum = plain_sum(sum, a);
        }
    }
    return sum;
}

static void check_sums(uint64_t a_high, uint64_t a_low, uint64_t b_high, uint64_t b_low)
{
    NOTE("%#" PRIx64 ":%#" PRIx64 " and %#" PRIx64 ":%#" PRIx64, a_high, a_low, b_high, b_low);
    const notch_u128 a = {a_high, a_low}, b = {b_high, b_low};
    const portable_u128 pa = {a_high, a_low}, pb = {b_high, b_low};
    const notch_u128 sum = notch_add128(a, b), expected = plain_sum(a, b);
    check_same(sum, portable_add128(pa, pb));
    check_value(sum, expected.high, expected.low);
    const notch_u128 difference = notch_sub128(a, b);
    check_same(difference, portable_sub128(pa, pb));
    const notch_u128 back = plain_sum(difference, b);
    check_value(back, a_high, a_low);
}

static void check_shifts(uint64_t high, uint64_t low)
{
    const notch_u128 a = {high, low};
    for (uint32_t shift = 0; shift < 64; shift++) {
        NOTE("%#" PRIx64 ":%#" PRIx64 " by %" PRIu32, high, low, shift);
        const notch_u128 left = notch_shift_left128(a, shift);
        const notch_u128 right = notch_shift_right128(a, shift);
        check_same(left, portable_shift_left128((portable_u128){high, low}, shift));
        check_same(right, portable_shift_right128((portable_u128){high, low}, shift));
        for (uint32_t bit = 0; bit < 128; bit++) {
            CHECK(bit_of(left, bit) == (bit >= shift && bit_of(a, bit - shift)));
            CHECK(bit_of(right, bit) == (bit + shift < 128 && bit_of(a, bit + shift)));
        }
    }
}

static void check_product(uint64_t a, uint64_t b)
{
    NOTE("%#" PRIx64 " times %#" PRIx64, a, b);
    const notch_u128 product = notch_mul64(a, b), expected = plain_product((notch_u128){0, a}, b);
    check_same(product, portable_mul64(a, b));
    check_value(product, expected.high, expected.low);
}

/* The part of a that keeps the product below 2^128. */
static void check_wide_product(uint64_t high, uint64_t low, uint64_t b)
{
    const notch_u128 a = notch_shift_right128((notch_u128){high, low}, notch_bit_length(b) % 64);
    if (notch_bit_length(b) == 64) {
        return;
    }
    NOTE("%#" PRIx64 ":%#" PRIx64 " times %#" PRIx64, a.high, a.low, b);
    const notch_u128 product = notch_mul128(a, b), expected = plain_product(a, b);
    check_same(product, portable_mul128((portable_u128){a.high, a.low}, b));
    check_value(product, expected.high, expected.low);
}

/* Quotient * divisor + remainder = dividend, and remainder < divisor, determine both. */
static void check_quotient(uint64_t high, uint64_t low, uint64_t divisor)
{
    if (divisor == 0 || divisor >> 63 != 0) {
        return;
    }
    NOTE("%#" PRIx64 ":%#" PRIx64 " by %#" PRIx64, high, low, divisor);
    const notch_u128 narrow = {high % divisor, low};
    uint64_t rest = 1, portable_rest = 2;
    const uint64_t quotient = notch_div128(narrow, divisor, &rest);
    CHECK_EQUAL_U64(quotient,
                    portable_div128((portable_u128){narrow.high, low}, divisor, &portable_rest));
    CHECK_EQUAL_U64(rest, portable_rest);
    CHECK(rest < divisor);
    const notch_u128 back =
        plain_sum(plain_product((notch_u128){0, divisor}, quotient), (notch_u128){0, rest});
    check_value(back, narrow.high, narrow.low);

    const notch_u128 wide = notch_div128_wide((notch_u128){high, low}, divisor);
    check_same(wide, portable_div128_wide((portable_u128){high, low}, divisor));
    check_value(wide, high / divisor, quotient);
}

/* ------------------------------------------------------------------------------------------------
 * All together
 * --------------------------------------------------------------------------------------------- */

TEST(bits)
{
    for (uint32_t length = 0; length <= 64; length++) {
        const uint64_t most = length == 64 ? UINT64_MAX : (UINT64_C(1) << length) - 1;
        CHECK_EQUAL_U64(notch_bit_length(most), length);
        CHECK_EQUAL_U64(portable_bit_length(most), length);
        CHECK_EQUAL_U64(notch_bit_length(most / 2 + 1), length == 0 ? 1 : length);
    }
    for (uint64_t i = 0; i < RANDOM_CASES; i++) {
        const uint32_t x = i < EXTREMES ? (uint32_t)extremes[i] : (uint32_t)random_number();
        uint32_t count = 0;
        for (uint32_t bit = 0; bit < 32; bit++) {
            count += (x >> bit) & 1;
        }
        CHECK_EQUAL_U64(notch_popcount32(x), count);
        CHECK_EQUAL_U64(portable_popcount32(x), count);
    }
}

TEST(extreme_operands)
{
    for (int i = 0; i < EXTREMES; i++) {
        for (int j = 0; j < EXTREMES; j++) {
            check_product(extremes[i], extremes[j]);
            check_shifts(extremes[i], extremes[j]);
            for (int k = 0; k < EXTREMES; k++) {
                check_quotient(extremes[i], extremes[j], extremes[k]);
                check_wide_product(extremes[i], extremes[j], extremes[k]);
                for (int l = 0; l < EXTREMES; l++) {
                    check_sums(extremes[i], extremes[j], extremes[k], extremes[l]);
                }
            }
        }
    }
}

TEST(random_operands)
{
    for (int i = 0; i < RANDOM_CASES; i++) {
        const uint64_t a = random_number(), b = random_number(), c = random_number();
        check_product(a, b);
        check_sums(a, b, c, random_number());
        check_wide_product(a, b, c);
        check_quotient(a, b, c);
        check_quotient(c == 0 ? 0 : c - 1, b, c);
        if (i % 100 == 0) {
            check_shifts(a, b);
        }
    }
}

TEST_MAIN(RUN(bits), RUN(extreme_operands), RUN(random_operands))
