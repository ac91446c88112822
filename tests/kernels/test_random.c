/* test_random.c - random_blocks of every instruction set against Philox as published.
 * SPDX-License-Identifier: MIT
 */
#include "kernel_test.h"

/* Philox4x32-10, as in section 3.3 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3":
 * words (L0, R0, L1, R1), of which R are multiplied. */
static void philox(const notch_key *key, uint64_t block, uint32_t out[4])
{
    uint32_t r0 = (uint32_t)block, l0 = (uint32_t)(block >> 32), r1 = key->step, l1 = key->stream;
    for (uint32_t round = 0; round < 10; round++) {
        const uint32_t k0 = (uint32_t)key->seed + 0x9E3779B9u * round;
        const uint32_t k1 = (uint32_t)(key->seed >> 32) + 0xBB67AE85u * round;
        const uint64_t product0 = UINT64_C(0xD2511F53) * r0, product1 = UINT64_C(0xCD9E8D57) * r1;
        r0 = (uint32_t)(product1 >> 32) ^ k0 ^ l0;
        l0 = (uint32_t)product1;
        r1 = (uint32_t)(product0 >> 32) ^ k1 ^ l1;
        l1 = (uint32_t)product0;
    }
    out[0] = r0;
    out[1] = l0;
    out[2] = r1;
    out[3] = l1;
}

static void check_stream(struct region *region, const notch_key *key, uint64_t first)
{
    static uint32_t expected[4 * NOTCH_BLOCK];
    char inputs[120];
    snprintf(inputs, sizeof inputs,
             "seed %#" PRIx64 ", step %#" PRIx32 ", stream %#" PRIx32 ", from %#" PRIx64, key->seed,
             key->step, key->stream, first);
    for (uint32_t k = 0; k < NOTCH_BLOCK; k++) {
        philox(key, first + k, expected + 4 * k);
    }
    FOR_EACH_SIZE(size)
    {
        FOR_EACH_CASE(place, kernels)
        {
            note_case(kernels, "random_blocks", inputs, size, place);
            uint32_t *words = region_place(region, place, 4 * size, sizeof words[0]);
            kernels->random_blocks(key, first, size, words);
            check_words(words, expected, 4 * size);
            region_check(region, 4 * size * sizeof words[0]);
        }
    }
}

TEST(random_blocks)
{
    const notch_key keys[] = {{0, 0, 0},
                              {UINT64_MAX, UINT32_MAX, UINT32_MAX},
                              {draw64(), draw(), draw()},
                              {draw64(), draw(), draw()}};
    /* words have numbers of 64 bits, so blocks have numbers below 2^62 */
    const uint64_t firsts[] = {0, (UINT64_C(1) << 32) - 11, draw64() >> 2,
                               (UINT64_C(1) << 62) - NOTCH_BLOCK};
    static struct region region;
    region_create(&region, 16 * NOTCH_BLOCK);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        for (size_t f = 0; f < sizeof firsts / sizeof firsts[0]; f++) {
            check_stream(&region, &keys[k], firsts[f]);
        }
    }
}

TEST_MAIN(RUN(random_blocks))
