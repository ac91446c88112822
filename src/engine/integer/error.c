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

/* Random words, and their halves in the order that memory gives them. */
typedef union random_halves {
    uint32_t words[PIECE / 2 + 8];
    uint16_t halves[PIECE + 16];
} random_halves;

/* Halves of words in the order low, high, whatever the byte order. */
static void order_halves(random_halves *random, uint32_t words)
{
    const union {
        uint32_t word;
        uint16_t halves[2];
    } probe = {1};
    for (uint32_t i = 0; probe.halves[0] != 1 && i < words; i++) {
        const uint32_t word = random->words[i];
        random->halves[2 * (size_t)i] = (uint16_t)word;
        random->halves[2 * (size_t)i + 1] = (uint16_t)(word >> 16);
    }
}

/* Random halves [first, first + count) of the stage; where the first one lies. */
static const uint16_t *draw_halves(const notch_integer *engine, const notch_stage *stage,
                                   uint64_t first, uint32_t count, random_halves *random)
{
    const uint64_t start = first & ~UINT64_C(7); /* 8 halves a block */
    const uint32_t skip = (uint32_t)(first - start), blocks = (skip + count + 7) / 8;
    notch_key key = notch_key_for(&engine->key, NOTCH_PURPOSE_ERROR);
    key.stream += (uint32_t)(stage - engine->stages);
    engine->kernels->random_blocks(&key, start / 8, blocks, random->words);
    order_halves(random, 4 * blocks);
    return random->halves + skip;
}

/* |x mantissa| < 2^30, and the random part is below 2^30. */
void notch_round_errors(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                        uint64_t first, uint32_t n, const notch_rounding *rounding, int8_t *errors)
{
    random_halves random;
    for (uint32_t done = 0; done < n; done += PIECE) {
        const uint32_t count = notch_least(n - done, PIECE);
        const uint16_t *halves = draw_halves(engine, stage, first + done, count, &random);
        engine->rows->round(x + done, halves, count, rounding, errors + done);
    }
}

void notch_round_channels(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                          uint64_t first, uint32_t n, const int32_t *plan, int8_t *errors)
{
    const uint32_t channels = stage->shape.channels;
    const uint32_t width = notch_least(channels, PIECE), rows = PIECE / width;
    random_halves random;
    for (uint32_t c = 0; c < channels; c += width) {
        const uint32_t part = notch_least(channels - c, width);
        const uint32_t each = (part == channels ? rows : 1) * channels;
        for (uint32_t done = 0; done < n; done += each) {
            const uint32_t some = notch_least(n - done, each) / channels;
            const uint16_t *halves =
                draw_halves(engine, stage, first + done + c, (some - 1) * channels + part, &random);
            engine->rows->channel_round(x + done + c, halves, some, part, channels, plan + c,
                                        errors + done + c);
        }
    }
}
