/* binomial.c - exact binomial counts from fair bits.
 * SPDX-License-Identifier: MIT
 *
 * Every trial compares the binary digits of a uniform number with those of the probability, most
 * significant first; only how many trials have which digit matters, and that is a count of fair
 * bits. At each digit about half the trials are decided, so log2(trials) + 2 counts do on average.
 *
 * Counts of fewer than COUNTED bits look at every bit. Larger ones are drawn by rejection from the
 * exact ratio of binomial coefficients, evaluated in fixed point.
 */
#include "update/sample/binomial.h"

#include <assert.h>

#include "base/wide.h"
#include "rng/philox.h"

enum {
    COUNTED = 4096,
    COUNTED_WORDS = COUNTED / 32
};

/* Random blocks in the order of use. */
typedef struct source {
    const notch_kernels *kernels;
    notch_key key;
    uint64_t next;
} source;

static uint64_t count_bits(source *from, uint32_t bits)
{
    uint32_t words[COUNTED_WORDS];
    const uint32_t whole = bits / 32, blocks = (bits + 127) / 128;
    from->kernels->random_blocks(&from->key, from->next, blocks, words);
    from->next += blocks;
    uint64_t ones = 0;
    for (uint32_t i = 0; i < whole; i++) {
        ones += notch_popcount32(words[i]);
    }
    if (bits % 32 != 0) {
        ones += notch_popcount32(words[whole] & ((UINT32_C(1) << bits % 32) - 1));
    }
    return ones;
}

/* a * b / 2^62 for a < 2^64, b < 2^62. */
static uint64_t multiply_q62(uint64_t a, uint64_t b)
{
    const notch_u128 product = notch_mul64(a, b);
    return (product.high << 2) | (product.low >> 62);
}

/* exp(-x), x with 56 fraction bits and below 2^7, the result with 62: the error is below 2^-48 of
 * the result plus 2^-60. */
static uint64_t exp_minus(uint64_t x)
{
    const uint64_t ln2 = 0xB17217F7D1CF7A; /* 2^56 ln 2 */
    const uint64_t one = UINT64_C(1) << 62;
    const uint64_t halvings = x / ln2;
    const uint64_t rest = (x - halvings * ln2) << 6;
    /* 1 - r (1 - r/2 (1 - r/3 (...))): 20 terms leave r^20 / 20! < 2^-71 for r < ln 2 */
    uint64_t value = one;
    for (uint64_t j = 20; j > 0; j--) {
        value = one - multiply_q62(rest, value) / j;
    }
    return halvings < 62 ? value >> halvings : 0;
}

/* -ln of C(2h, h+k) / C(2h, h), with 56 fraction bits, for h >= COUNTED / 2 and k^2 < 128 h.
 *
 * With Stirling's series, x = k/h, y = x^2 and t = k^2/h it is
 *   t sum_{j>=1} y^(j-1) / (j (2j-1))  -  1/2 sum_{j>=1} y^j / j  +  y / (1-y) / (6h)  -  r,
 * where r, from the next term of the series, is below 12 y / (360 h^3 (1-y)^3) < 2^-41.
 * Here y < 128/h <= 1/16, so each sum ends after at most 16 terms. */
static uint64_t minus_log_ratio(uint64_t h, uint64_t k)
{
    uint64_t remainder;
    const uint64_t t = notch_div128(notch_mul64(k * k, UINT64_C(1) << 56), h, &remainder);
    const uint64_t y = notch_div128(notch_mul64(t, UINT64_C(1) << 6), h, &remainder); /* Q62 */
    uint64_t first = t, first_power = t, logarithm = 0, geometric = 0, power = y >> 6;
    for (uint64_t j = 1; power != 0 || first_power != 0; j++) {
        logarithm += power / j;
        geometric += power;
        power = multiply_q62(power, y);
        first_power = multiply_q62(first_power, y);
        first += first_power / ((j + 1) * (2 * j + 1));
    }
    return first - logarithm / 2 + geometric / (6 * h);
}

/* A proposal |k| lies in cell j = floor(|k| / width), width >= sigma = sqrt(h/2). Its probability
 * is `weight[j]` / 2^`shift[j]` of that of cell 0, which is above exp(-j^2/2) and so above the
 * ratio of coefficients everywhere in the cell. Eight cells reach to 8 sigma at least; what lies
 * beyond has probability below 2^-49. */
static const struct {
    uint32_t weight, shift;
} envelope[8] = {{1, 0}, {40, 6}, {9, 6}, {1, 6}, {31, 16}, {31, 21}, {31, 26}, {1, 26}};

/* The cell of a proposal from 28 random bits, or 8 for none: 64, 40, 9 and 1 of 128 for the first
 * four, and of one more 128th, 31/2^10, 31/2^15, 31/2^20 and 2^-20 for the others. */
static uint32_t choose_cell(uint32_t bits)
{
    const uint32_t low = bits & 127;
    if (low < 114) {
        return low < 64 ? 0 : low < 104 ? 1 : low < 113 ? 2 : 3;
    }
    if (low > 114) {
        return 8;
    }
    uint32_t zeros = 0;
    for (bits >>= 7; zeros < 4 && (bits & 31) == 0; bits >>= 5) {
        zeros++;
    }
    return zeros == 0 ? 8 : 3 + zeros;
}

static uint64_t count_many(source *from, uint64_t bits)
{
    const uint64_t h = bits / 2;
    uint32_t width_bits = 0;
    while ((UINT64_C(1) << (2 * width_bits)) < (h + 1) / 2) {
        width_bits++;
    }
    for (;;) {
        uint32_t words[4];
        notch_random_block(&from->key, from->next++, words);
        const uint32_t cell = choose_cell(words[0] >> 4);
        if (cell == 8) {
            continue;
        }
        const uint64_t offset = words[1] >> (32 - width_bits);
        const uint64_t above = ((uint64_t)cell << width_bits) + offset;
        /* the lower side starts at -1, so that 0 is not proposed twice */
        const bool lower = (words[0] & 1) != 0;
        const uint64_t k = above + (lower ? 1 : 0);
        const uint64_t ratio = exp_minus(minus_log_ratio(h, k));
        const uint64_t uniform = ((uint64_t)words[3] << 32) | words[2];
        /* accept if uniform / 2^64 * weight / 2^shift < ratio / 2^62 */
        const notch_u128 left = notch_mul64(uniform, envelope[cell].weight);
        const notch_u128 right =
            notch_shift_left128((notch_u128){0, ratio}, 2 + envelope[cell].shift);
        if (left.high < right.high || (left.high == right.high && left.low < right.low)) {
            const uint64_t ones = lower ? h - k : h + k;
            /* an odd last bit decides for itself */
            return ones + (bits % 2 != 0 ? (words[0] >> 1) & 1 : 0);
        }
    }
}

static uint64_t count_fair(source *from, uint64_t bits)
{
    return bits < COUNTED ? count_bits(from, (uint32_t)bits) : count_many(from, bits);
}

uint64_t notch_binomial_fair(const notch_kernels *kernels, const notch_key *key,
                             uint64_t first_block, uint64_t bits)
{
    source from = {kernels, notch_key_for(key, NOTCH_PURPOSE_BINOMIAL), first_block};
    return count_fair(&from, bits);
}

uint64_t notch_binomial(const notch_kernels *kernels, const notch_key *key, uint64_t node,
                        uint64_t trials, uint64_t numerator, uint64_t denominator)
{
    assert(trials <= NOTCH_TRIALS_MAX && denominator < (UINT64_C(1) << 63) && node >> 36 == 0);
    if (numerator >= denominator) {
        return trials;
    }
    source from = {kernels, notch_key_for(key, NOTCH_PURPOSE_BINOMIAL), node << 28};
    uint64_t successes = 0, undecided = trials, rest = numerator;
    /* invariant: rest / denominator is the probability's digits still to come; when none are left,
     * the undecided trials are not below it. */
    while (undecided != 0 && rest != 0) {
        rest *= 2;
        const bool digit = rest >= denominator;
        rest -= digit ? denominator : 0;
        const uint64_t zeros = count_fair(&from, undecided);
        if (digit) {
            successes += zeros;
            undecided -= zeros;
        } else {
            undecided = zeros;
        }
    }
    return successes;
}
