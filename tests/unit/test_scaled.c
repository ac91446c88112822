/* test_scaled.c - mantissa * 2^exponent against exact arithmetic in 128 bits.
 * SPDX-License-Identifier: MIT
 */
#include "base/scaled.h"

#include "test.h"

static const notch_key key = {0x5ca1ed, 0, 0};

/* Random bits in number `index`, of a random length from 1 to 64. */
static uint64_t mantissa_at(uint64_t index)
{
    const uint64_t bits = notch_random_word64(&key, 2 * index);
    const uint64_t length = 1 + notch_random_word64(&key, 2 * index + 1) % 64;
    return (bits | UINT64_C(1) << 63) >> (64 - length);
}

static uint64_t below(uint64_t index, uint64_t bound)
{
    return notch_random_word64(&key, (UINT64_C(1) << 40) + index) % bound;
}

static int compare(notch_u128 a, notch_u128 b)
{
    if (a.high != b.high) {
        return a.high < b.high ? -1 : 1;
    }
    return a.low < b.low ? -1 : a.low > b.low;
}

/* number * 2^power, which fits. */
static notch_u128 times(uint64_t number, uint32_t power)
{
    notch_u128 result = {0, number};
    for (uint32_t i = 0; i < power; i++) {
        result = notch_add128(result, result);
    }
    return result;
}

/* x / 2^unit, which is whole and fits. */
static notch_u128 whole(notch_scaled x, int32_t unit)
{
    if (x.mantissa == 0) {
        return (notch_u128){0, 0};
    }
    CHECK(x.exponent >= unit && notch_scaled_top(&x) - unit <= 128);
    return times(x.mantissa, (uint32_t)(x.exponent - unit));
}

static void check_scaled(notch_scaled found, uint64_t mantissa, int32_t exponent)
{
    CHECK_EQUAL_U64(found.mantissa, mantissa);
    CHECK_EQUAL_I64(found.exponent, exponent);
}

TEST(top_is_the_least_power_above)
{
    CHECK_EQUAL_I64(notch_scaled_top(&(notch_scaled){0, 500}), NOTCH_SCALED_NOTHING);
    CHECK_EQUAL_I64(notch_scaled_top(&(notch_scaled){1, 0}), 1);
    CHECK_EQUAL_I64(notch_scaled_top(&(notch_scaled){1, -1000}), -999);
    CHECK_EQUAL_I64(notch_scaled_top(&(notch_scaled){UINT64_MAX, 1000}), 1064);
    for (int32_t bits = 1; bits < 64; bits++) {
        const uint64_t power = UINT64_C(1) << bits;
        CHECK_EQUAL_I64(notch_scaled_top(&(notch_scaled){power - 1, -7}), bits - 7);
        CHECK_EQUAL_I64(notch_scaled_top(&(notch_scaled){power, -7}), bits + 1 - 7);
    }
}

TEST(units_are_rounded_down_and_up)
{
    /* x = 0b1011.01 = 45 / 4 in units of 2^unit */
    static const struct {
        int32_t unit;
        uint64_t down, up;
    } cases[] = {{-40, UINT64_C(45) << 38, UINT64_C(45) << 38},
                 {-3, 90, 90},
                 {-2, 45, 45},
                 {-1, 22, 23},
                 {0, 11, 12},
                 {1, 5, 6},
                 {2, 2, 3},
                 {3, 1, 2},
                 {4, 0, 1},
                 {61, 0, 1},
                 {62, 0, 1},
                 {1000, 0, 1}};
    const notch_scaled x = {45, -2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        NOTE("in units of 2^%d", cases[i].unit);
        CHECK_EQUAL_U64(notch_scaled_units(&x, cases[i].unit), cases[i].down);
        CHECK_EQUAL_U64(notch_scaled_units_up(&x, cases[i].unit), cases[i].up);
    }
    const int32_t units[] = {-1000, -1, 0, 1, 1000};
    for (int i = 0; i < 5; i++) {
        const notch_scaled zero = {0, i - 2};
        CHECK_EQUAL_U64(notch_scaled_units(&zero, units[i]), 0);
        CHECK_EQUAL_U64(notch_scaled_units_up(&zero, units[i]), 0);
    }
    const notch_scaled most = {UINT64_MAX, 5};
    CHECK_EQUAL_U64(notch_scaled_units(&most, 5), UINT64_MAX);
    CHECK_EQUAL_U64(notch_scaled_units_up(&most, 6), UINT64_C(1) << 63);
    CHECK_EQUAL_U64(notch_scaled_units(&most, 68), 1);
    CHECK_EQUAL_U64(notch_scaled_units_up(&most, 68), 2);
    CHECK_EQUAL_U64(notch_scaled_units(&most, 69), 0);
    CHECK_EQUAL_U64(notch_scaled_units_up(&most, 69), 1);
    const notch_scaled one = {1, 0};
    CHECK_EQUAL_U64(notch_scaled_units(&one, -63), UINT64_C(1) << 63);
    CHECK_EQUAL_U64(notch_scaled_units_up(&one, -62), UINT64_C(1) << 62);
}

/* down * 2^unit <= x <= up * 2^unit, less than one unit apart, equal only if x is whole. */
TEST(units_hold_for_random_numbers)
{
    for (uint64_t i = 0; i < 2000; i++) {
        const notch_scaled x = {mantissa_at(i), (int32_t)below(2 * i, 201) - 100};
        const int32_t shift = (int32_t)below(2 * i + 1, 64); /* from 0 to 63 bits are lost */
        const uint64_t down = notch_scaled_units(&x, x.exponent + shift);
        const uint64_t up = notch_scaled_units_up(&x, x.exponent + shift);
        const notch_u128 exact = {0, x.mantissa};
        NOTE("%" PRIu64 " * 2^%d, %d bits lost", x.mantissa, x.exponent, shift);
        CHECK(compare(times(down, (uint32_t)shift), exact) <= 0);
        CHECK(compare(times(up, (uint32_t)shift), exact) >= 0);
        const bool is_whole = (x.mantissa & ((UINT64_C(1) << shift) - 1)) == 0;
        CHECK_EQUAL_U64(up - down, is_whole ? 0 : 1);
    }
}

TEST(reduced_is_the_same_number)
{
    check_scaled(notch_scaled_reduced((notch_scaled){0, 77}), 0, 0);
    check_scaled(notch_scaled_reduced((notch_scaled){1, -5}), 1, -5);
    check_scaled(notch_scaled_reduced((notch_scaled){96, 3}), 3, 8);
    check_scaled(notch_scaled_reduced((notch_scaled){UINT64_C(1) << 63, -63}), 1, 0);
    check_scaled(notch_scaled_reduced((notch_scaled){UINT64_MAX, 1}), UINT64_MAX, 1);
}

TEST(sums_are_exact_where_they_fit)
{
    check_scaled(notch_scaled_add((notch_scaled){0, 9}, (notch_scaled){0, -9}), 0, 0);
    check_scaled(notch_scaled_add((notch_scaled){0, 99}, (notch_scaled){6, -3}), 3, -2);
    check_scaled(notch_scaled_add((notch_scaled){6, -3}, (notch_scaled){0, 99}), 3, -2);
    check_scaled(notch_scaled_add((notch_scaled){3, 1}, (notch_scaled){1, 0}), 7, 0);
    check_scaled(notch_scaled_add((notch_scaled){3, 1}, (notch_scaled){2, 0}), 1, 3);
    /* the full width on either side: 2^61 + 1 */
    check_scaled(notch_scaled_add((notch_scaled){1, 61}, (notch_scaled){1, 0}),
                 (UINT64_C(1) << 61) + 1, 0);
    check_scaled(notch_scaled_add((notch_scaled){1, -1000}, (notch_scaled){1, -939}),
                 (UINT64_C(1) << 61) + 1, -1000);
    /* beyond it the small one is lost */
    check_scaled(notch_scaled_add((notch_scaled){1, 62}, (notch_scaled){1, 0}), 1, 62);
    check_scaled(notch_scaled_add((notch_scaled){1, 1000}, (notch_scaled){UINT64_MAX, -1000}), 1,
                 1000);
}

/* Each term loses less than one unit of 2^(top - 62). */
TEST(sums_are_rounded_down_to_62_bits)
{
    for (uint64_t i = 0; i < 3000; i++) {
        const notch_scaled a = {mantissa_at(3 * i), 10 + (int32_t)below(2 * i, 50)};
        const notch_scaled b = {mantissa_at(3 * i + 1), 10 + (int32_t)below(2 * i + 1, 50)};
        const notch_scaled sum = notch_scaled_add(a, b), turned = notch_scaled_add(b, a);
        NOTE("%" PRIu64 " * 2^%d + %" PRIu64 " * 2^%d", a.mantissa, a.exponent, b.mantissa,
             b.exponent);
        check_scaled(turned, sum.mantissa, sum.exponent);
        CHECK_EQUAL_U64(sum.mantissa & 1, 1);
        const notch_u128 exact = notch_add128(whole(a, 0), whole(b, 0)), found = whole(sum, 0);
        const int32_t top_a = notch_scaled_top(&a), top_b = notch_scaled_top(&b);
        const int32_t unit = (top_a > top_b ? top_a : top_b) - 62;
        CHECK(compare(found, exact) <= 0);
        const notch_u128 lost = notch_sub128(exact, found);
        const notch_u128 allowed = times(2, unit > 0 ? (uint32_t)unit : 0);
        CHECK(unit > 0 ? compare(lost, allowed) < 0 : (lost.high | lost.low) == 0);
    }
}

TEST(quotients_of_small_numbers)
{
    check_scaled(notch_scaled_divide((notch_scaled){0, 44}, 3), 0, 0);
    check_scaled(notch_scaled_divide((notch_scaled){12, 0}, 3), 1, 2);
    check_scaled(notch_scaled_divide((notch_scaled){35, -9}, 7), 5, -9);
    check_scaled(notch_scaled_divide((notch_scaled){7, 100}, 1), 7, 100);
    check_scaled(notch_scaled_divide((notch_scaled){1, 1000}, UINT32_C(1) << 31), 1, 969);
    check_scaled(notch_scaled_divide((notch_scaled){UINT32_MAX, -1000}, UINT32_MAX), 1, -1000);
    for (uint32_t divisor = 1; divisor <= 300; divisor++) {
        for (uint64_t quotient = 1; quotient <= 50; quotient++) {
            const notch_scaled reduced = notch_scaled_reduced((notch_scaled){quotient, -3});
            NOTE("%" PRIu64 " * %u", quotient, divisor);
            check_scaled(notch_scaled_divide((notch_scaled){quotient * divisor, -3}, divisor),
                         reduced.mantissa, reduced.exponent);
        }
    }
}

/* The dividend loses less than 2^-61 of itself, the quotient of at least 61 bits as much again and
 * what is cut off a quotient of more than 64 bits less: less than 2^-59 in all, and downwards. */
TEST(quotients_are_rounded_down_to_about_62_bits)
{
    for (uint64_t i = 0; i < 3000; i++) {
        const uint64_t mantissa = mantissa_at(i);
        const uint32_t divisor =
            i % 16 == 0 ? UINT32_MAX : (uint32_t)(mantissa_at(i + 5000) >> 32) + 1;
        const notch_scaled found = notch_scaled_divide((notch_scaled){mantissa, 0}, divisor);
        NOTE("%" PRIu64 " / %u", mantissa, divisor);
        CHECK(found.mantissa != 0);
        /* found = q * 2^exponent with q of 63 or 64 bits; compare q * divisor with the dividend in
         * units of 2^exponent, exponent < 0: at most 64 + 32 bits */
        const uint32_t room = 64 - notch_bit_length(found.mantissa);
        const uint64_t q = found.mantissa << room;
        const int32_t exponent = found.exponent - (int32_t)room;
        CHECK(exponent <= 0 && exponent > -96);
        const notch_u128 product = notch_mul64(q, divisor);
        const notch_u128 dividend = times(mantissa, (uint32_t)-exponent);
        CHECK(compare(product, dividend) <= 0);
        const notch_u128 lost = notch_sub128(dividend, product);
        CHECK(compare(lost, notch_shift_right128(dividend, 59)) < 0 || (lost.high | lost.low) == 0);
    }
}

TEST_MAIN(RUN(top_is_the_least_power_above), RUN(units_are_rounded_down_and_up),
          RUN(units_hold_for_random_numbers), RUN(reduced_is_the_same_number),
          RUN(sums_are_exact_where_they_fit), RUN(sums_are_rounded_down_to_62_bits),
          RUN(quotients_of_small_numbers), RUN(quotients_are_rounded_down_to_about_62_bits))
