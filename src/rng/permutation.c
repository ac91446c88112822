/* permutation.c - a keyed permutation of [0, size) with random access and constant memory.
 * SPDX-License-Identifier: MIT
 *
 * A Feistel network permutes the 2^bits values that cover [0, size); values at or above `size` are
 * sent through again until they fall below (cycle walking), at most twice on average since
 * 2^bits < 2 * size. Round function: Philox, so every round of every key is independent.
 */
#include "base/message.h"
#include "base/wide.h"
#include "rng/philox.h"

enum {
    ROUNDS = 8
};

notch_status notch_permutation_init(notch_permutation *permutation, const notch_key *key,
                                    uint64_t size, notch_error *error)
{
    if (permutation == NULL || key == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "permutation: %s is missing",
                          permutation == NULL ? "the result" : "the key");
    }
    if (size == 0 || size > (UINT64_C(1) << 62)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "permutation: size is %u, expected 1 to 2^62", size);
    }
    if (key->stream >> 24 != 0) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "permutation: stream is %u, expected less than 2^24",
                          (uint64_t)key->stream);
    }
    const uint32_t bits = notch_bit_length(size - 1);
    permutation->key = notch_key_for(key, NOTCH_PURPOSE_PERMUTATION);
    permutation->size = size;
    permutation->low_bits = bits / 2;
    permutation->high_bits = bits - bits / 2;
    return NOTCH_OK;
}

/* Round number `round` adds a pseudo-random function of one half to the other, in turn. The half
 * and the round together make the block number; halves have at most 31 bits. */
static uint64_t round_word(const notch_permutation *permutation, uint32_t round, uint64_t half)
{
    uint32_t words[4];
    notch_random_block(&permutation->key, ((uint64_t)round << 32) | half, words);
    return words[0];
}

static uint64_t mask(uint32_t bits)
{
    return (UINT64_C(1) << bits) - 1;
}

static uint64_t permute_once(const notch_permutation *permutation, uint64_t value)
{
    uint64_t low = value & mask(permutation->low_bits), high = value >> permutation->low_bits;
    for (uint32_t round = 0; round < ROUNDS; round += 2) {
        high ^= round_word(permutation, round, low) & mask(permutation->high_bits);
        low ^= round_word(permutation, round + 1, high) & mask(permutation->low_bits);
    }
    return (high << permutation->low_bits) | low;
}

static uint64_t unpermute_once(const notch_permutation *permutation, uint64_t value)
{
    uint64_t low = value & mask(permutation->low_bits), high = value >> permutation->low_bits;
    for (uint32_t round = ROUNDS; round > 0; round -= 2) {
        low ^= round_word(permutation, round - 1, high) & mask(permutation->low_bits);
        high ^= round_word(permutation, round - 2, low) & mask(permutation->high_bits);
    }
    return (high << permutation->low_bits) | low;
}

uint64_t notch_permutation_at(const notch_permutation *permutation, uint64_t index)
{
    do {
        index = permute_once(permutation, index);
    } while (index >= permutation->size);
    return index;
}

uint64_t notch_permutation_find(const notch_permutation *permutation, uint64_t value)
{
    do {
        value = unpermute_once(permutation, value);
    } while (value >= permutation->size);
    return value;
}
