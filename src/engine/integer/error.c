/* error.c - int32 gradients to int8 errors with stochastic rounding.
 * SPDX-License-Identifier: MIT
 *
 * Value number i of a stage's output takes 16 random bits: half i mod 2 (low first) of random word
 * floor(i / 2) of the stream 256 * key.stream + stage, purpose "error", so that results do not
 * depend on who computes what.
 */
#include "engine/integer/parts.h"

#include "rng/philox.h"

enum {
    PIECE = 2048, /* values whose random words are there at once */
    RANDOM_BITS = 16,
    MANTISSA_DROP = 3, /* 14 bits to 11: |x| < 2^19, so products stay below 2^30 */
    SHIFT_MAX = 30,
    ERROR_BITS = 7
};

notch_rounding notch_rounding_of(notch_factor factor, int32_t exponent)
{
    int32_t mantissa = (factor.mantissa + (1 << (MANTISSA_DROP - 1))) >> MANTISSA_DROP;
    int32_t shift = exponent - factor.exponent - MANTISSA_DROP;
    if (shift > SHIFT_MAX) {
        mantissa = shift - SHIFT_MAX > RANDOM_BITS ? 0 : mantissa >> (shift - SHIFT_MAX);
        shift = SHIFT_MAX;
    }
    if (shift < 0) { /* only where all of x is 0 */
        mantissa = 0;
        shift = 0;
    }
    const int32_t left = shift > RANDOM_BITS ? shift - RANDOM_BITS : 0;
    return (notch_rounding){.mantissa = mantissa,
                            .left = left,
                            .right = shift < RANDOM_BITS ? RANDOM_BITS - shift : 0,
                            .centre = left > 0 ? 1 << (left - 1) : 0,
                            .shift = shift};
}

int32_t notch_error_exponent(int32_t exponent, uint32_t largest, notch_factor factor)
{
    const uint64_t product = (uint64_t)largest * (uint32_t)factor.mantissa;
    if (product == 0) {
        return exponent;
    }
    const uint32_t bits = notch_bit_length(product);
    int32_t own = factor.exponent + (int32_t)bits - ERROR_BITS;
    const bool over = bits > ERROR_BITS ? product > (uint64_t)127 << (bits - ERROR_BITS)
                                        : product << (ERROR_BITS - bits) > 127;
    own += over ? 1 : 0;
    return own > exponent ? own : exponent;
}

/* floor(x mantissa / 2^shift + u) with u uniform on [0, 1): |x mantissa| < 2^30 and the random
 * part is below 2^30. */
static int8_t round_error(int32_t x, int32_t random, const notch_rounding *r)
{
    const int32_t part = ((random << r->left) >> r->right) + r->centre;
    return (int8_t)notch_clamp((x * r->mantissa + part) >> r->shift, 127);
}

static int32_t half(const uint32_t *words, uint64_t number)
{
    return (int32_t)(words[number / 2] >> (number % 2 * 16) & 0xffff);
}

void notch_round_errors(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                        uint64_t first, uint32_t n, const notch_rounding *roundings,
                        uint32_t channels, int8_t *errors)
{
    uint32_t words[PIECE / 2 + 8];
    notch_key key = notch_key_for(&engine->key, NOTCH_PURPOSE_ERROR);
    key.stream += (uint32_t)(stage - engine->stages);
    uint32_t channel = 0;
    for (uint32_t done = 0; done < n;) {
        const uint32_t count = notch_least(n - done, PIECE);
        const uint64_t start = (first + done) & ~UINT64_C(7); /* 8 halves a block */
        const uint32_t skip = (uint32_t)(first + done - start);
        engine->kernels->random_blocks(&key, start / 8, (skip + count + 7) / 8, words);
        for (uint32_t i = 0; i < count; i++) {
            errors[done + i] = round_error(x[done + i], half(words, skip + i), &roundings[channel]);
            channel = channel + 1 == channels ? 0 : channel + 1;
        }
        done += count;
    }
}
