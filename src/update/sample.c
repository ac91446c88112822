/* sample.c - one draw from given masses.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/message.h"
#include "update/parallel.h"
#include "update/sample/plan.h"

#define CATEGORIES_MAX (UINT64_C(1) << 31)
#define TOTAL_MAX ((UINT64_C(1) << 63) - 1)
/* Counts of more bytes than this would only push everything else out of the caches. */
#define CACHES (UINT64_C(1) << 24)

typedef struct draw {
    const notch_kernels *kernels;
    notch_gradient masses;
    notch_plan plan;
    notch_scratch *scratch; /* one a worker */
    uint64_t *counts;
} draw;

size_t notch_sample_workspace(uint64_t categories, uint32_t workers)
{
    if (categories == 0 || categories > CATEGORIES_MAX || workers == 0 ||
        workers > NOTCH_WORKERS_MAX) {
        return 0;
    }
    const uint64_t blocks = notch_block_count(categories) + 1;
    const uint64_t bytes = notch_aligned(blocks * sizeof(notch_block)) +
                           (uint64_t)workers * notch_aligned(sizeof(notch_scratch));
    return bytes <= SIZE_MAX ? (size_t)bytes : 0;
}

static notch_status check(const notch_sample_request *request, const uint64_t *counts,
                          notch_error *error)
{
    if (request == NULL || counts == NULL || request->masses == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "sample: %s missing",
                          request == NULL  ? "the request is"
                          : counts == NULL ? "the counts are"
                                           : "the masses are");
    }
    if (notch_sampler_name(request->sampler) == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "sample: unknown sampler");
    }
    if (notch_inflation_name(request->inflation) == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "sample: unknown inflation");
    }
    if (request->categories == 0 || request->categories > CATEGORIES_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "sample: %u categories, expected 1 to 2^31",
                          request->categories);
    }
    if (request->trials > NOTCH_TRIALS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "sample: %u trials, expected at most 2^40",
                          request->trials);
    }
    if (request->key.stream >> 24 != 0) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "sample: stream %u, expected less than 2^24",
                          (uint64_t)request->key.stream);
    }
    return NOTCH_OK;
}

static void survey_task(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    const draw *d = argument;
    notch_surveyor surveyor = {
        d->kernels, {0, 0}, {0, 0, 0}, NULL}; /* masses stay where they are */
    const uint64_t end = (item + 1) * NOTCH_BLOCKS_A_TASK;
    for (uint64_t b = item * NOTCH_BLOCKS_A_TASK; b < end && b < d->plan.block_count; b++) {
        notch_block *block = &d->plan.blocks[b];
        (void)notch_block_survey(&surveyor, &d->masses, block, NULL);
        block->weight = block->mass_sum;
    }
}

static void remainders_task(void *argument, uint64_t item, uint32_t worker)
{
    const draw *d = argument;
    notch_scratch *scratch = &d->scratch[worker];
    const uint64_t end = (item + 1) * NOTCH_BLOCKS_A_TASK;
    for (uint64_t b = item * NOTCH_BLOCKS_A_TASK; b < end && b < d->plan.block_count; b++) {
        notch_block *block = &d->plan.blocks[b];
        notch_plan_remainders(&d->plan, block, (const uint32_t *)d->masses.values + block->first,
                              scratch);
    }
}

/* More trials than 32 bits can count in one category. */
static bool needs_wide_counts(const notch_plan *plan)
{
    return plan->trials > UINT32_MAX;
}

/* Draws a block into its place and returns the sum of its counts. */
static uint64_t draw_block(const draw *d, const notch_block *block, notch_scratch *scratch)
{
    uint64_t *counts = d->counts + block->first;
    if (!notch_plan_touches(&d->plan, block)) {
        memset(counts, 0, block->count * sizeof counts[0]);
        return 0;
    }
    const uint32_t *masses = (const uint32_t *)d->masses.values + block->first;
    const bool wide = needs_wide_counts(&d->plan);
    notch_plan_draw(&d->plan, d->kernels, block, masses, wide, scratch);
    if (!wide) {
        const bool streaming = d->masses.count * sizeof counts[0] > CACHES;
        return d->kernels->widen(scratch->counts, block->count, counts, streaming);
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; i < block->count; i++) {
        counts[i] = scratch->wide_counts[i];
        sum += counts[i];
    }
    return sum;
}

static void draw_task(void *argument, uint64_t item, uint32_t worker)
{
    const draw *d = argument;
    const uint64_t end = (item + 1) * NOTCH_BLOCKS_A_TASK;
    for (uint64_t b = item * NOTCH_BLOCKS_A_TASK; b < end && b < d->plan.block_count; b++) {
        notch_block *block = &d->plan.blocks[b];
        block->trials = draw_block(d, block, &d->scratch[worker]);
    }
}

static void cut_into_blocks(notch_block *blocks, uint64_t categories)
{
    const uint64_t block_count = notch_block_count(categories);
    memset(blocks, 0, (block_count + 1) * sizeof blocks[0]);
    for (uint64_t b = 0; b < block_count; b++) {
        const uint64_t first = b * NOTCH_BLOCK, left = categories - first;
        blocks[b].first = blocks[b].index = first;
        blocks[b].count = (uint32_t)(left < NOTCH_BLOCK ? left : NOTCH_BLOCK);
    }
}

notch_status notch_sample(const notch_sample_request *request, const notch_runtime *runtime,
                          void *workspace, size_t workspace_bytes, uint64_t *counts,
                          uint64_t *null_count, notch_error *error)
{
    const notch_executor *executor;
    draw d;
    notch_status status = check(request, counts, error);
    if (status == NOTCH_OK) {
        status = notch_runtime_resolve(runtime, &d.kernels, &executor, error);
    }
    if (status == NOTCH_OK) {
        status = notch_workspace_check(
            workspace, workspace_bytes,
            notch_sample_workspace(request->categories, executor->workers), error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    const uint64_t block_count = notch_block_count(request->categories);
    d.masses = (notch_gradient){NOTCH_GRADIENT_U32, 0, request->masses, request->categories};
    d.counts = counts;
    d.scratch = (notch_scratch *)(void *)((unsigned char *)workspace +
                                          notch_aligned((block_count + 1) * sizeof(notch_block)));
    d.plan = (notch_plan){.sampler = request->sampler,
                          .inflation = request->inflation,
                          .key = request->key,
                          .trials = request->trials,
                          .null_mass = request->null_mass,
                          .blocks = workspace,
                          .block_count = block_count};
    cut_into_blocks(d.plan.blocks, request->categories);

    const uint64_t tasks = notch_tasks_of(block_count);
    executor->run(executor->self, survey_task, &d, tasks);
    d.plan.total = notch_plan_accumulate(d.plan.blocks, block_count);
    if (request->null_mass > TOTAL_MAX - d.plan.total) {
        return notch_fail(error, NOTCH_ERROR_OVERFLOW,
                          "sample: the masses add up to %u and the null mass is %u, expected a "
                          "total of at most 2^63 - 1",
                          d.plan.total, request->null_mass);
    }
    if (notch_plan_spread(&d.plan, d.kernels, executor)) {
        executor->run(executor->self, remainders_task, &d, tasks);
        notch_plan_spread_remainders(&d.plan, d.kernels, executor);
    }
    executor->run(executor->self, draw_task, &d, tasks);
    if (null_count != NULL) {
        uint64_t drawn = 0;
        for (uint64_t b = 0; b < block_count; b++) {
            drawn += d.plan.blocks[b].trials; /* by now the sum of the block's counts */
        }
        *null_count = request->trials - drawn;
    }
    return NOTCH_OK;
}
