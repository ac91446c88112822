/* gradient_sums.c - gradients of convolutions with long sums: workers add up samples of their own.
 * SPDX-License-Identifier: MIT
 *
 * The columns of a few samples are made, multiplied and forgotten while a cache holds them, and
 * nobody needs those of a whole chunk. Sums of int8 products fit 31 bits for a whole chunk
 * (plan.c), so those of parts do, and their order has no influence.
 */
#include <string.h>

#include "base/aligned.h"
#include "engine/integer/parts.h"

enum {
    LONG_SUM = 2048,         /* positions of a chunk, from which on sums of workers pay */
    SUMS_MAX = 1 << 16,      /* weights, of which each worker has sums */
    COLUMNS_BYTES = 1 << 18, /* of samples that are there at the same time */
    PARTS = 8                /* of a chunk, at least, so that workers finish together */
};

typedef struct sums_job {
    const notch_integer *engine;
    const notch_stage *stage;
    const notch_gradient_part *part;
} sums_job;

bool notch_sums_by_sample(const notch_stage *stage)
{
    return !stage->direct && (uint64_t)stage->chunk * stage->positions >= LONG_SUM &&
           (uint64_t)stage->outputs * stage->columns <= SUMS_MAX;
}

/* Samples of an item. */
static uint32_t group_of(const notch_stage *stage)
{
    const uint64_t bytes = (uint64_t)stage->positions * stage->columns;
    const uint32_t some = notch_least(COLUMNS_BYTES / bytes, stage->chunk / PARTS);
    return some < 1 ? 1 : some;
}

/* Scratch of a worker: whether there are sums comes first. */
typedef struct sums_scratch {
    uint64_t sums, frame, columns, matrix, bytes;
} sums_scratch;

static sums_scratch scratch_of(const notch_integer *engine, const notch_stage *stage)
{
    const uint32_t group = group_of(stage);
    const uint64_t weights = (uint64_t)stage->outputs * stage->columns;
    sums_scratch s = {.sums = notch_aligned(sizeof(uint32_t))};
    s.frame = s.sums + notch_aligned(weights * sizeof(int32_t));
    s.columns = s.frame + notch_columns_scratch(&stage->window);
    s.matrix = s.columns + notch_aligned((uint64_t)group * stage->positions * stage->columns);
    uint64_t most = 0;
    for (uint32_t samples = 1; samples <= group; samples++) {
        const uint64_t bytes = notch_matrix_workspace(
            engine->matrix, stage->outputs, stage->columns, samples * stage->positions, false, 1);
        most = bytes > most ? bytes : most;
    }
    s.bytes = s.matrix + most;
    return s;
}

uint64_t notch_sums_scratch(const notch_integer *engine, const notch_stage *stage)
{
    return scratch_of(engine, stage).bytes;
}

static uint32_t *any_of(const notch_integer *engine, uint32_t worker)
{
    return (void *)notch_scratch_of(engine, worker);
}

/* A few samples' products, added to the worker's sums. */
static void sum_item(void *argument, uint64_t item, uint32_t worker)
{
    const sums_job *job = argument;
    const notch_integer *engine = job->engine;
    const notch_stage *stage = job->stage;
    const notch_stage *input = &engine->stages[stage->inputs[0]];
    const uint32_t group = group_of(stage);
    const uint64_t k = item * group;
    const uint32_t samples = notch_least(job->part->samples - k, group);
    const size_t columns_a_sample = (size_t)stage->positions * stage->columns;
    const sums_scratch s = scratch_of(engine, stage);
    unsigned char *scratch = notch_scratch_of(engine, worker);
    int8_t *columns = (int8_t *)scratch + s.columns;
    for (uint32_t i = 0; i < samples; i++) {
        const uint64_t sample = job->part->first + k + i;
        notch_columns(engine->rows, &stage->window, input->values + sample * input->values_a_sample,
                      0, scratch + s.frame, columns + i * columns_a_sample);
    }
    const notch_product product = {
        .rows = stage->outputs,
        .columns = stage->columns,
        .terms = samples * stage->positions,
        .left = {job->part->errors + k * stage->positions * stage->outputs, stage->outputs,
                 NOTCH_TERMS_ACROSS},
        .right = {columns, stage->columns, NOTCH_TERMS_ACROSS},
        .result = (void *)(scratch + s.sums),
        .stride = stage->columns,
        .accumulate = *any_of(engine, worker) != 0};
    notch_matrix_multiply(engine->matrix, &product, NULL, scratch + s.matrix);
    *any_of(engine, worker) = 1;
}

/* One output's sums of all workers. */
static void add_item(void *argument, uint64_t output, uint32_t own)
{
    (void)own;
    const sums_job *job = argument;
    const notch_integer *engine = job->engine;
    const uint32_t columns = job->stage->columns;
    const uint32_t workers = engine->executor == NULL ? 1 : engine->executor->workers;
    const uint64_t sums = scratch_of(engine, job->stage).sums;
    int32_t *result = job->part->result + output * columns;
    bool add = job->part->accumulate;
    for (uint32_t worker = 0; worker < workers; worker++) {
        const int32_t *more =
            (const void *)(notch_scratch_of(engine, worker) + sums + output * columns * 4);
        if (*any_of(engine, worker) == 0) {
            continue;
        }
        if (add) {
            engine->rows->add(result, columns, more);
        } else {
            memcpy(result, more, columns * sizeof *result);
        }
        add = true;
    }
}

void notch_sum_gradient(const notch_integer *engine, const notch_stage *stage,
                        const notch_gradient_part *part)
{
    sums_job job = {engine, stage, part};
    const uint32_t workers = engine->executor == NULL ? 1 : engine->executor->workers;
    const uint32_t group = group_of(stage);
    for (uint32_t worker = 0; worker < workers; worker++) {
        *any_of(engine, worker) = 0;
    }
    notch_integer_run(engine, sum_item, &job, (part->samples + group - 1) / group);
    notch_integer_run(engine, add_item, &job, stage->outputs);
}
