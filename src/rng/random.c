/* random.c - random words and unbiased bounded draws, all stateless.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "base/wide.h"
#include "rng/philox.h"

void notch_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    notch_philox_block(counter, key, out);
}

uint32_t notch_random_word(const notch_key *key, uint64_t index)
{
    uint32_t words[4];
    notch_random_block(key, index / 4, words);
    return words[index % 4];
}

uint64_t notch_random_word64(const notch_key *key, uint64_t index)
{
    uint32_t words[4];
    notch_random_block(key, index / 2, words);
    const uint32_t *pair = words + 2 * (index % 2);
    return ((uint64_t)pair[1] << 32) | pair[0];
}

/* Retry number `attempt` / (draws a block) of bounded draw `index` reads block
 * attempt_block * 2^48 + index. The chance that a retry is needed is below 1/2 each time, so the
 * 2^16 blocks of an index end no draw early in practice (2^-131072). */
static void bounded_block(const notch_key *key, uint64_t index, uint64_t attempt_block,
                          uint32_t words[4])
{
    notch_random_block(key, (attempt_block << 48) | index, words);
}

uint32_t notch_random_below32(const notch_key *key, uint64_t index, uint32_t bound)
{
    uint32_t words[4];
    if (bound == 0) {
        bounded_block(key, index, 0, words);
        return words[0];
    }
    /* Of the 2^32 products word * bound, those with a low half below 2^32 mod bound are surplus. */
    const uint32_t surplus = (uint32_t)(0u - bound) % bound;
    for (uint64_t attempt = 0;; attempt++) {
        if (attempt % 4 == 0) {
            bounded_block(key, index, attempt / 4, words);
        }
        const uint64_t product = (uint64_t)words[attempt % 4] * bound;
        if ((uint32_t)product >= surplus) {
            return (uint32_t)(product >> 32);
        }
    }
}

uint64_t notch_random_below64(const notch_key *key, uint64_t index, uint64_t bound)
{
    uint32_t words[4];
    const uint64_t surplus = bound == 0 ? 0 : (UINT64_C(0) - bound) % bound;
    for (uint64_t attempt = 0;; attempt++) {
        if (attempt % 2 == 0) {
            bounded_block(key, index, attempt / 2, words);
        }
        const uint32_t *pair = words + 2 * (attempt % 2);
        const uint64_t word = ((uint64_t)pair[1] << 32) | pair[0];
        if (bound == 0) {
            return word;
        }
        const notch_u128 product = notch_mul64(word, bound);
        if (product.low >= surplus) {
            return product.high;
        }
    }
}
