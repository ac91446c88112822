/* sameness.h - one draw repeated on other instruction sets and thread counts.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_SAMENESS_H
#define NOTCH_SAMENESS_H

#include <notch/notch.h>
#include <stdlib.h>

#include "chance.h"
#include "isas.h"
#include "test.h"

enum {
    SAMENESS_LARGEST = 600000, /* 293 blocks: 37 tasks, and a tree that is split between workers */
    SAMENESS_POOLS = 4
};
static const uint32_t sameness_threads[SAMENESS_POOLS] = {1, 2, 3, 8};

typedef struct sameness {
    notch_threads *pools[SAMENESS_POOLS];
    unsigned char *workspace;
    size_t bytes;
    uint32_t *masses;
    uint64_t *expected, *found;
    uint32_t runs; /* so far: the workspace starts from other bytes in each */
} sameness;

static inline void sameness_close(sameness *same)
{
    for (int k = 0; k < SAMENESS_POOLS; k++) {
        notch_threads_destroy(same->pools[k]);
    }
    free(same->workspace);
    free(same->masses);
    free(same->expected);
    free(same->found);
    *same = (sameness){0};
}

static inline void sameness_open(sameness *same, uint64_t categories)
{
    *same = (sameness){0};
    same->bytes = notch_sample_workspace(categories, 8);
    same->workspace = aligned_alloc(64, (same->bytes + 63) / 64 * 64);
    same->masses = calloc(categories, sizeof same->masses[0]);
    same->expected = calloc(categories, sizeof same->expected[0]);
    same->found = calloc(categories, sizeof same->found[0]);
    bool complete = same->workspace != NULL && same->masses != NULL && same->expected != NULL &&
                    same->found != NULL;
    for (int k = 0; k < SAMENESS_POOLS; k++) {
        complete &= notch_threads_create(sameness_threads[k], &same->pools[k], NULL) == NOTCH_OK;
    }
    if (!complete) {
        sameness_close(same);
        TEST_FAIL("memory or threads are not to be had");
    }
}

/* Masses of all sizes up to 2^32 - 1, a quarter of them 0. Returns their sum. */
static inline uint64_t sameness_masses(uint32_t *masses, uint64_t categories, uint64_t seed)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < categories; i++) {
        const uint64_t random = scramble(&seed);
        masses[i] = random % 4 == 0 && i > 0 ? 0 : (uint32_t)((random >> 32) >> (random / 4 % 28));
        sum += masses[i];
    }
    return sum;
}

/* One run; pool SAMENESS_POOLS stands for no executor. */
static inline uint64_t sameness_run(sameness *same, const notch_sample_request *request,
                                    notch_isa isa, int pool, uint64_t *counts)
{
    const notch_runtime runtime = {
        isa, pool < SAMENESS_POOLS ? notch_threads_executor(same->pools[pool]) : NULL};
    notch_error error = {0};
    uint64_t null_count = 0;
    memset(same->workspace, (int)(same->runs++ % 251), same->bytes);
    memset(counts, 0xee, request->categories * sizeof counts[0]);
    const notch_status status =
        notch_sample(request, &runtime, same->workspace, same->bytes, counts, &null_count, &error);
    if (status != NOTCH_OK) {
        sameness_close(same);
        TEST_FAIL("%s", error.message);
    }
    return null_count;
}

/* Runs the request by isa `isa` in that pool and compares with same->expected. */
static inline void sameness_check(sameness *same, const notch_sample_request *request,
                                  uint64_t null_expected, notch_isa isa, int pool)
{
    const uint64_t null_found = sameness_run(same, request, isa, pool, same->found);
    uint64_t i = 0;
    while (i < request->categories && same->found[i] == same->expected[i]) {
        i++;
    }
    if (i < request->categories || null_found != null_expected) {
        const uint64_t found = i < request->categories ? same->found[i] : null_found;
        const uint64_t expected = i < request->categories ? same->expected[i] : null_expected;
        sameness_close(same);
        TEST_FAIL("%s, %" PRIu64 " trials over %" PRIu64 " categories by %s with %d threads: "
                  "category %" PRIu64 " has %" PRIu64 ", expected %" PRIu64,
                  notch_sampler_name(request->sampler), request->trials, request->categories,
                  notch_isa_name(isa), pool < SAMENESS_POOLS ? (int)sameness_threads[pool] : 0, i,
                  found, expected);
    }
}

/* Every isa of this machine, alone and in every pool, gives what the reference gives alone. With
 * `thorough` false, each isa meets one pool and each pool one isa. */
static inline void sameness_check_all(sameness *same, const notch_sample_request *request,
                                      bool thorough)
{
    const uint64_t null_expected =
        sameness_run(same, request, NOTCH_ISA_REF, SAMENESS_POOLS, same->expected);
    FOR_EACH_ISA(isa)
    {
        for (int pool = 0; pool <= SAMENESS_POOLS; pool++) {
            const bool best = isa == notch_isa_best();
            if (thorough || (best ? pool < SAMENESS_POOLS : pool == (int)isa % SAMENESS_POOLS)) {
                sameness_check(same, request, null_expected, isa, pool);
            }
        }
    }
}

#endif
