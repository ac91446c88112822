/* permutation.c - a keyed permutation of [0, size) with random access and constant memory.
 * SPDX-License-Identifier: MIT
 *
 * Sizes up to SMALL: one position is followed through the swaps of a Fisher-Yates shuffle, which
 * makes all size! permutations equally likely.
 *
 * Larger ones: a Feistel network permutes the 2^bits values that cover [0, size); values at or
 * above `size` are sent through again until they fall below (cycle walking), at most twice on
 * average since 2^bits < 2 * size. Round function: Philox, so every round of every key is
 * independent. Where a value goes is uniform after two rounds; where a pair of values goes is the
 * slowest to follow. Two values with the same low half keep the difference of their high halves in
 * one round, and meet again in the low half in the next with chance 2^-low_bits, so that is what
 * two rounds leave of any bias. PAIR_BITS / low_bits + 1 of them (at least 4) leave each pair
 * within about 2^-20 of its probability. Rounds are even permutations; one swap by the toss of a
 * coin makes odd ones as likely.
 */
#include "base/message.h"
#include "base/wide.h"
#include "rng/philox.h"

enum {
    SMALL = 64,
    PAIR_BITS = 24,
    LEAST_ROUNDS = 8
};

notch_status notch_permutation_init(notch_permutation *permutation, const notch_key *key,
                                    uint64_t size, notch_error *error)
{
    if (permutation == NULL || key == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "permutation: %s is missing",
                          permutation == NULL ? "the result" : "the key");
    }
    if (size == 0 || size > (UINT64_C(1) << 62)) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "permutation: size is %u, expected 1 to 2^62",
                          size);
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

static uint32_t rounds_of(const notch_permutation *permutation)
{
    const uint32_t rounds = 2 * (PAIR_BITS / permutation->low_bits + 1);
    return rounds > LEAST_ROUNDS ? rounds : LEAST_ROUNDS;
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

/* Swaps 0 and 1, or does not. `round` is one that no half uses. */
static uint64_t swap_by_coin(const notch_permutation *permutation, uint32_t round, uint64_t value)
{
    return value < 2 ? value ^ (round_word(permutation, round, 0) & 1) : value;
}

static uint64_t permute_once(const notch_permutation *permutation, uint64_t value)
{
    const uint32_t rounds = rounds_of(permutation);
    uint64_t low = value & mask(permutation->low_bits), high = value >> permutation->low_bits;
    for (uint32_t round = 0; round < rounds; round += 2) {
        high ^= round_word(permutation, round, low) & mask(permutation->high_bits);
        low ^= round_word(permutation, round + 1, high) & mask(permutation->low_bits);
    }
    return swap_by_coin(permutation, rounds, (high << permutation->low_bits) | low);
}

static uint64_t unpermute_once(const notch_permutation *permutation, uint64_t value)
{
    const uint32_t rounds = rounds_of(permutation);
    value = swap_by_coin(permutation, rounds, value);
    uint64_t low = value & mask(permutation->low_bits), high = value >> permutation->low_bits;
    for (uint32_t round = rounds; round > 0; round -= 2) {
        low ^= round_word(permutation, round - 1, high) & mask(permutation->low_bits);
        high ^= round_word(permutation, round - 2, low) & mask(permutation->high_bits);
    }
    return (high << permutation->low_bits) | low;
}

/* Where swap number `last` of the shuffle, of positions `last` and a random one up to it, takes
 * `position`. */
static uint64_t swapped(const notch_permutation *permutation, uint64_t last, uint64_t position)
{
    const uint64_t other = notch_random_below32(&permutation->key, last, (uint32_t)last + 1);
    return position == last ? other : position == other ? last : position;
}

uint64_t notch_permutation_at(const notch_permutation *permutation, uint64_t index)
{
    if (permutation->size <= SMALL) {
        for (uint64_t last = permutation->size - 1; last > 0; last--) {
            index = swapped(permutation, last, index);
        }
        return index;
    }
    do {
        index = permute_once(permutation, index);
    } while (index >= permutation->size);
    return index;
}

uint64_t notch_permutation_find(const notch_permutation *permutation, uint64_t value)
{
    if (permutation->size <= SMALL) {
        for (uint64_t last = 1; last < permutation->size; last++) {
            value = swapped(permutation, last, value);
        }
        return value;
    }
    do {
        value = unpermute_once(permutation, value);
    } while (value >= permutation->size);
    return value;
}
