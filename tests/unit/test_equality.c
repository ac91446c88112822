/* test_equality.c - the same counts on every instruction set, thread count and byte order.
 * SPDX-License-Identifier: MIT
 *
 * tests/stat/test_equality_at_scale.c repeats it with as many trials as large models take.
 */
#include "sameness.h"

enum {
    SAMPLERS = 4,
    SIZES = 8,
    RATES = 4
};
static const uint64_t sizes[SIZES] = {1, 100, 2047, 2048, 2049, 20000, SAMENESS_LARGEST, 70000};
static const uint64_t rates[RATES] = {1, 100, 500, 10000}; /* trials for 100 categories */

/* The request number `at` below 8 * 4 * 4; one in three has vector inflation. */
static notch_sample_request request_of(int at, uint32_t *masses)
{
    notch_sample_request request = {.masses = masses};
    request.sampler = (notch_sampler)(at % SAMPLERS);
    const uint64_t rate = rates[at / SAMPLERS % RATES];
    request.categories = sizes[at / SAMPLERS / RATES];
    request.inflation = at % 3 == 0 ? NOTCH_INFLATION_VECTOR : NOTCH_INFLATION_TRIAL;
    request.trials = (request.categories * rate + 99) / 100;
    const uint64_t sum = sameness_masses(masses, request.categories, (uint64_t)at);
    const uint64_t nulls[] = {0, sum / 7, sum * 3};
    request.null_mass = nulls[at / 5 % (request.inflation == NOTCH_INFLATION_VECTOR ? 2 : 3)];
    request.key = (notch_key){.seed = UINT64_C(0x123456789abcdef0) + (uint64_t)at,
                              .step = 1000 + (uint32_t)at,
                              .stream = 0xfffff0 + (uint32_t)at % 16};
    return request;
}

/* Few trials where there are many categories. */
TEST(every_isa_and_thread_count_gives_the_same)
{
    sameness same;
    sameness_open(&same, SAMENESS_LARGEST);
    for (int at = 0; at < SIZES * RATES * SAMPLERS; at++) {
        const notch_sample_request request = request_of(at, same.masses);
        if (request.trials <= SAMENESS_LARGEST) {
            sameness_check_all(&same, &request, request.categories < 20000);
        }
    }
    sameness_close(&same);
}

/* More trials than 32 bits count, in the group and in single categories. */
TEST(counts_beyond_32_bits)
{
    enum {
        CATEGORIES = 60
    };
    const uint64_t trials[] = {UINT32_MAX, UINT64_C(1) << 32, UINT64_C(1) << 37, NOTCH_TRIALS_MAX};
    sameness same;
    sameness_open(&same, CATEGORIES);
    for (int at = 0; at < 4 * SAMPLERS; at++) {
        const uint64_t sum = sameness_masses(same.masses, CATEGORIES, (uint64_t)at);
        const notch_sample_request request = {.sampler = (notch_sampler)(at % SAMPLERS),
                                              .masses = same.masses,
                                              .categories = CATEGORIES,
                                              .null_mass = at % 3 == 0 ? sum / 1000 : 0,
                                              .trials = trials[at / SAMPLERS],
                                              .key = {.seed = 3, .step = (uint32_t)at}};
        sameness_check_all(&same, &request, true);
    }
    sameness_close(&same);
}

/* FNV-1a of 64 bits, over the number's bytes from the least significant on. */
static uint64_t hash_number(uint64_t hash, uint64_t number)
{
    for (int k = 0; k < 8; k++) {
        hash = (hash ^ ((number >> (8 * k)) & 0xff)) * 0x100000001b3u;
    }
    return hash;
}

/* Counts and null counts of all the rates, from the reference kernels. They change only with the
 * meaning of a draw, and then knowingly: the test prints the new ones. */
static const uint64_t golden[SIZES][SAMPLERS] = {
    {0x934614d779f24ce4, 0x75fafa926c7f5d12, 0xffafbcd7500372d6, 0x6f0f617dadaf18a0},
    {0xf4db8f18e5dfe01f, 0xf358e7c2d3a8c219, 0x4488121015ce43ec, 0x81c1fa9d2b55d556},
    {0xccdff4da180ed35a, 0xb4f2cd831af73dd6, 0xd36e48c175d26b08, 0x7ff62d37085f44d6},
    {0xd027927b57a73a3d, 0xb1673b8c5578d32e, 0x2c741d84d3ac2911, 0x427ce05f6c0e7188},
    {0x692f8a268ea5203b, 0x8e0673d79c966c7b, 0x4b57d42e1a918093, 0xe380aad4d67dfb84},
    {0x7a462779043a2702, 0xfc64b664b6daf434, 0x8da059708f57578b, 0x93c69181cd059f75},
    {0xff92fd435f6e6321, 0x5ba02d286d8b4021, 0xbea7aed9dea98c01, 0x71a3306dacfb99c5},
    {0x0c7b6da961f70ff3, 0xdf10784dac388073, 0x12748e05e7ba4b68, 0xa56385650d8df390},
};

TEST(every_machine_gives_these)
{
    uint64_t hashes[SIZES][SAMPLERS];
    bool equal = true;
    sameness same;
    sameness_open(&same, SAMENESS_LARGEST);
    for (int size = 0; size < SIZES; size++) {
        for (int sampler = 0; sampler < SAMPLERS; sampler++) {
            uint64_t hash = 0xcbf29ce484222325u;
            for (int rate = 0; rate < RATES; rate++) {
                const notch_sample_request request =
                    request_of((size * RATES + rate) * SAMPLERS + sampler, same.masses);
                if (request.trials > SAMENESS_LARGEST / 2) {
                    continue;
                }
                const uint64_t null_count =
                    sameness_run(&same, &request, NOTCH_ISA_REF, SAMENESS_POOLS, same.expected);
                for (uint64_t i = 0; i < request.categories; i++) {
                    hash = hash_number(hash, same.expected[i]);
                }
                hash = hash_number(hash, null_count);
            }
            hashes[size][sampler] = hash;
            equal &= hash == golden[size][sampler];
        }
    }
    sameness_close(&same);
    for (int size = 0; size < SIZES && !equal; size++) {
        const uint64_t *row = hashes[size];
        printf("# {0x%016" PRIx64 ", 0x%016" PRIx64 ", 0x%016" PRIx64 ", 0x%016" PRIx64 "},\n",
               row[0], row[1], row[2], row[3]);
    }
    CHECK(equal);
}

TEST_MAIN(RUN(every_isa_and_thread_count_gives_the_same), RUN(counts_beyond_32_bits),
          RUN(every_machine_gives_these))
