/* wide.h - 128-bit unsigned integers, with and without compiler support.
 * SPDX-License-Identifier: MIT
 *
 * Exact, with the same results on every machine. NOTCH_NO_INT128 forces the portable versions, so
 * that tests can compare both.
 */
#ifndef NOTCH_BASE_WIDE_H
#define NOTCH_BASE_WIDE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct notch_u128 {
    uint64_t high, low;
} notch_u128;

#if defined(__SIZEOF_INT128__) && !defined(NOTCH_NO_INT128)
#define NOTCH_HAS_INT128 1
__extension__ typedef unsigned __int128 notch_native_u128;
#else
#define NOTCH_HAS_INT128 0
#endif
/* Compilers call a run-time routine to divide 128 bits, which freestanding code has to do
 * without. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(NOTCH_NO_INT128)
#define NOTCH_HAS_DIVQ 1
#else
#define NOTCH_HAS_DIVQ 0
#endif

/* Number of bits of x: 0 for 0, 64 for 2^63 and above. */
static inline uint32_t notch_bit_length(uint64_t x)
{
    uint32_t length = 0;
    for (uint32_t step = 32; step != 0; step /= 2) {
        if (x >> step != 0) {
            x >>= step;
            length += step;
        }
    }
    return length + (uint32_t)x;
}

static inline uint32_t notch_popcount32(uint32_t x)
{
    x -= (x >> 1) & 0x55555555u;
    x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0fu;
    return (x * 0x01010101u) >> 24;
}

static inline notch_u128 notch_mul64(uint64_t a, uint64_t b)
{
#if NOTCH_HAS_INT128
    const notch_native_u128 product = (notch_native_u128)a * b;
    return (notch_u128){(uint64_t)(product >> 64), (uint64_t)product};
#else
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32); /* at most (2^32-1)^2 + 2^32-1 */
    const uint64_t middle = a0 * b1 + (uint32_t)cross;
    return (notch_u128){a1 * b1 + (cross >> 32) + (middle >> 32), (middle << 32) | (uint32_t)low};
#endif
}

static inline notch_u128 notch_add128(notch_u128 a, notch_u128 b)
{
    notch_u128 sum = {a.high + b.high, a.low + b.low};
    sum.high += sum.low < b.low;
    return sum;
}

static inline notch_u128 notch_sub128(notch_u128 a, notch_u128 b)
{
    notch_u128 difference = {a.high - b.high, a.low - b.low};
    difference.high -= a.low < b.low;
    return difference;
}

/* 0 <= shift < 64 */
static inline notch_u128 notch_shift_left128(notch_u128 a, uint32_t shift)
{
    if (shift == 0) {
        return a;
    }
    return (notch_u128){(a.high << shift) | (a.low >> (64 - shift)), a.low << shift};
}

/* 0 <= shift < 64 */
static inline notch_u128 notch_shift_right128(notch_u128 a, uint32_t shift)
{
    if (shift == 0) {
        return a;
    }
    return (notch_u128){a.high >> shift, (a.low >> shift) | (a.high << (64 - shift))};
}

/* floor(a / divisor) where the quotient fits 64 bits, that is a.high < divisor < 2^63. */
static inline uint64_t notch_div128(notch_u128 a, uint64_t divisor, uint64_t *remainder)
{
    assert(a.high < divisor && divisor < (UINT64_C(1) << 63));
#if NOTCH_HAS_DIVQ
    uint64_t quotient, rest;
    __asm__("divq %4" : "=a"(quotient), "=d"(rest) : "0"(a.low), "1"(a.high), "r"(divisor) : "cc");
    *remainder = rest;
    return quotient;
#else
    /* Two digits of 32 bits (Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D).
     * The divisor is brought to 63 bits, so that the first estimate of a digit is at most 2 too
     * large and no sum overflows. */
    uint32_t shift = 0;
    while ((divisor << shift) >> 62 == 0) {
        shift++;
    }
    const uint64_t d = divisor << shift, d1 = d >> 32, d0 = (uint32_t)d;
    uint64_t rest = shift == 0 ? a.high : (a.high << shift) | (a.low >> (64 - shift));
    const uint64_t low = a.low << shift;
    uint64_t quotient = 0;
    for (int digit = 1; digit >= 0; digit--) {
        const uint64_t next = (uint32_t)(low >> (32 * digit));
        uint64_t q = rest / d1, r = rest % d1;
        while (q >> 32 != 0 || q * d0 > ((r << 32) | next)) {
            q--;
            r += d1;
            if (r >> 32 != 0) {
                break;
            }
        }
        rest = ((rest << 32) | next) - q * d; /* modulo 2^64; the result is below d */
        quotient = (quotient << 32) | q;
    }
    rest >>= shift;
    *remainder = rest;
    return quotient;
#endif
}

/* floor(a / divisor) in full width, divisor < 2^63. */
static inline notch_u128 notch_div128_wide(notch_u128 a, uint64_t divisor)
{
    notch_u128 quotient;
    uint64_t remainder;
    quotient.high = a.high / divisor;
    quotient.low = notch_div128((notch_u128){a.high % divisor, a.low}, divisor, &remainder);
    return quotient;
}

/* a * b, where the product fits 128 bits. */
static inline notch_u128 notch_mul128(notch_u128 a, uint64_t b)
{
    notch_u128 product = notch_mul64(a.low, b);
    product.high += a.high * b;
    return product;
}

#endif
