/* pass_back.c - stages without weights backward: the gradients of their inputs.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "engine/integer/parts.h"

typedef struct pass_job {
    notch_integer *engine;
    notch_stage *stage;
    const notch_stage *input;
    notch_join join;
    uint32_t shift;    /* pools: of values before they are added up */
    uint32_t halvings; /* average: floor(log2(area)) */
} pass_job;

static int32_t *gradient_of(const pass_job *job, uint64_t sample)
{
    return job->stage->gradient + sample * job->stage->values_a_sample;
}

static void join_sample(const pass_job *job, uint64_t sample, const int32_t *x)
{
    const uint32_t n = job->input->values_a_sample;
    notch_join_values(&job->join, sample * n, n, x);
}

uint64_t notch_pass_back_scratch(const notch_integer *engine, const notch_stage *stage)
{
    const bool small = stage->kind == NOTCH_STAGE_RELU || stage->kind == NOTCH_STAGE_ADD;
    return small ? 0 : engine->stages[stage->inputs[0]].values_a_sample * sizeof(int32_t);
}

/* ------------------------------------------------------------------------------------------------
 * ReLU, sum, norm
 * --------------------------------------------------------------------------------------------- */

static void relu_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const pass_job *job = argument;
    const uint32_t n = job->stage->values_a_sample;
    const int8_t *values = job->stage->values + sample * n;
    int32_t *g = gradient_of(job, sample);
    for (uint32_t i = 0; i < n; i++) {
        g[i] = values[i] > 0 ? g[i] : 0;
    }
    join_sample(job, sample, g);
}

static void add_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const pass_job *job = argument;
    join_sample(job, sample, gradient_of(job, sample));
}

static void norm_item(void *argument, uint64_t sample, uint32_t worker)
{
    const pass_job *job = argument;
    const uint32_t n = job->stage->values_a_sample;
    const int8_t *errors = job->engine->shared.errors + sample * n;
    int32_t *x = (void *)notch_scratch_of(job->engine, worker);
    for (uint32_t i = 0; i < n; i++) {
        x[i] = errors[i];
    }
    join_sample(job, sample, x);
}

/* ------------------------------------------------------------------------------------------------
 * Pools
 * --------------------------------------------------------------------------------------------- */

static int32_t shifted(int32_t g, uint32_t shift)
{
    return (int32_t)notch_round64(g, shift);
}

static void max_item(void *argument, uint64_t sample, uint32_t worker)
{
    const pass_job *job = argument;
    const notch_window *w = &job->stage->pool;
    const uint16_t *routes = job->stage->routes + sample * job->stage->values_a_sample;
    const int32_t *g = gradient_of(job, sample);
    int32_t *x = (void *)notch_scratch_of(job->engine, worker);
    memset(x, 0, job->input->values_a_sample * sizeof *x);
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        for (uint32_t ox = 0; ox < w->out.width; ox++) {
            for (uint32_t c = 0; c < w->in.channels; c++, g++, routes++) {
                const uint32_t ky = *routes / w->kernel[1], kx = *routes % w->kernel[1];
                x[notch_window_place(w, oy, ox, ky, kx) + c] += shifted(*g, job->shift);
            }
        }
    }
    join_sample(job, sample, x);
}

static void average_item(void *argument, uint64_t sample, uint32_t worker)
{
    const pass_job *job = argument;
    const notch_window *w = &job->stage->pool;
    const uint32_t channels = w->in.channels;
    const int64_t area = (int64_t)w->kernel[0] * w->kernel[1];
    const int32_t *g = gradient_of(job, sample);
    int32_t *x = (void *)notch_scratch_of(job->engine, worker);
    memset(x, 0, job->input->values_a_sample * sizeof *x);
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        for (uint32_t ox = 0; ox < w->out.width; ox++, g += channels) {
            for (uint32_t c = 0; c < channels; c++) {
                /* 2^halvings <= area < 2^25 */
                const int64_t share = shifted(g[c], job->shift) * (INT64_C(1) << job->halvings);
                const int32_t part = (int32_t)notch_divide_round(share, area);
                for (uint32_t tap = 0; tap < area; tap++) {
                    x[notch_window_place(w, oy, ox, tap / w->kernel[1], tap % w->kernel[1]) + c] +=
                        part;
                }
            }
        }
    }
    join_sample(job, sample, x);
}

/* Windows that hold one position, at most. */
static uint64_t overlap(const notch_window *w)
{
    const uint64_t rows = (w->kernel[0] + w->stride[0] - 1) / w->stride[0];
    const uint64_t columns = (w->kernel[1] + w->stride[1] - 1) / w->stride[1];
    return rows * columns;
}

static void pool_back(pass_job *job)
{
    notch_stage *stage = job->stage;
    notch_stage *input = &job->engine->stages[stage->inputs[0]];
    const bool average = stage->kind == NOTCH_STAGE_AVERAGE_POOL;
    const uint32_t more = notch_bit_length(overlap(&stage->pool) - 1) + (average ? 1 : 0);
    const uint32_t bits = stage->gradient_bits + more;
    job->shift = bits > 31 ? bits - 31 : 0;
    if (average) {
        const uint64_t area = (uint64_t)stage->pool.kernel[0] * stage->pool.kernel[1];
        job->halvings = notch_bit_length(area) - 1;
    }
    job->join = notch_join_gradient(
        input, stage->gradient_exponent + (int32_t)job->shift - (int32_t)job->halvings,
        bits > 31 ? 31 : bits);
    notch_integer_run(job->engine, average ? average_item : max_item, job, job->engine->count);
}

/* ------------------------------------------------------------------------------------------------
 * All of them
 * --------------------------------------------------------------------------------------------- */

static void to_input(pass_job *job, uint32_t k, notch_task *task)
{
    notch_stage *input = &job->engine->stages[job->stage->inputs[k]];
    if (input->reaches) {
        job->input = input;
        job->join =
            notch_join_gradient(input, job->stage->gradient_exponent, job->stage->gradient_bits);
        notch_integer_run(job->engine, task, job, job->engine->count);
    }
}

void notch_pass_back(notch_integer *engine, notch_stage *stage)
{
    pass_job job = {.engine = engine, .stage = stage, .input = &engine->stages[stage->inputs[0]]};
    switch (stage->kind) {
    case NOTCH_STAGE_NORM: /* its errors are there */
        to_input(&job, 0, norm_item);
        break;
    case NOTCH_STAGE_RELU:
        to_input(&job, 0, relu_item);
        break;
    case NOTCH_STAGE_ADD:
        to_input(&job, 0, add_item);
        to_input(&job, 1, add_item);
        break;
    case NOTCH_STAGE_MAX_POOL:
    case NOTCH_STAGE_AVERAGE_POOL:
        pool_back(&job);
        break;
    default: /* the input, and stages with weights */
        break;
    }
}
