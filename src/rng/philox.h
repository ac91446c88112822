/* philox.h - Philox4x32-10 inline, and the streams that the library draws from.
 * SPDX-License-Identifier: MIT
 *
 * Constants and rounds as published: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011.
 */
#ifndef NOTCH_RNG_PHILOX_H
#define NOTCH_RNG_PHILOX_H

#include <notch/core.h>

enum {
    NOTCH_PHILOX_ROUNDS = 10
};
#define NOTCH_PHILOX_MULTIPLIER_0 0xD2511F53u
#define NOTCH_PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define NOTCH_PHILOX_KEY_STEP_0 0x9E3779B9u
#define NOTCH_PHILOX_KEY_STEP_1 0xBB67AE85u

static inline void notch_philox_block(const uint32_t counter[4], const uint32_t key[2],
                                      uint32_t out[4])
{
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < NOTCH_PHILOX_ROUNDS; round++) {
        const uint64_t p0 = (uint64_t)NOTCH_PHILOX_MULTIPLIER_0 * x0;
        const uint64_t p1 = (uint64_t)NOTCH_PHILOX_MULTIPLIER_1 * x2;
        x0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)p1;
        x2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)p0;
        k0 += NOTCH_PHILOX_KEY_STEP_0;
        k1 += NOTCH_PHILOX_KEY_STEP_1;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

/* The block of four words with number `block` of the stream. */
static inline void notch_random_block(const notch_key *key, uint64_t block, uint32_t out[4])
{
    const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), key->step, key->stream};
    const uint32_t words[2] = {(uint32_t)key->seed, (uint32_t)(key->seed >> 32)};
    notch_philox_block(counter, words, out);
}

/* What the library draws for, in bits 24 to 31 of the stream; callers' own streams leave them 0 and
 * user rules take 0x80 and above. */
typedef enum notch_purpose {
    NOTCH_PURPOSE_TRIAL = 1,       /* which category of its block a multinomial trial falls into */
    NOTCH_PURPOSE_BINOMIAL = 2,    /* how many trials fall into each half of a range of blocks */
    NOTCH_PURPOSE_STRATUM = 3,     /* the point of each stratum; word 0 is that of systematic */
    NOTCH_PURPOSE_INFLATION = 4,   /* whether a vector-inflated draw is zero */
    NOTCH_PURPOSE_ROUNDING = 5,    /* stochastic rounding, a word for each element */
    NOTCH_PURPOSE_PERMUTATION = 6, /* round function of permutations */
    NOTCH_PURPOSE_ERROR = 7        /* the integer engine's errors, half a word for each */
} notch_purpose;

static inline notch_key notch_key_for(const notch_key *key, notch_purpose purpose)
{
    notch_key own = *key;
    own.stream |= (uint32_t)purpose << 24;
    return own;
}

#endif
