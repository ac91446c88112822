/* batch_norm_back.c - batch norm backward.
 * SPDX-License-Identifier: MIT
 *
 * As layer_norm.c, with channels in the place of samples: dx = (g - mean(g) - y mean(g y)) / s,
 * where means go over the batch and all positions, and y^2 has a mean of 2^8.
 */
#include "engine/integer/batch_norm.h"

enum {
    SLOPE_FRACTION = 12,
    SLOPE_SPARE = SLOPE_FRACTION - 2 * NOTCH_STAGE_STEPS_LOG
};

/* The bits of all magnitudes of a channel. */
static void bits_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint32_t channels = stage->shape.channels, n = stage->values_a_sample;
    const int32_t *g = stage->gradient + sample * n;
    int64_t *all = notch_channel_sums(job->engine, stage, worker, NOTCH_SUM_MOST);
    for (uint32_t i = 0; i < n; i += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            const int32_t magnitude = g[i + c] < 0 ? ~g[i + c] : g[i + c];
            all[c] = magnitude > all[c] ? magnitude : all[c];
        }
    }
}

static int32_t shift_by(int32_t g, int32_t left, int32_t right)
{
    return right > 0 ? (g >> right) + ((g >> (right - 1)) & 1) : g * (INT32_C(1) << left);
}

/* Brings g to 15 bits in place; sums of g and g y. */
static void sums_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint32_t channels = stage->shape.channels, n = stage->values_a_sample;
    const int32_t *left = notch_channel_plan(job->engine, stage, NOTCH_PLAN_LEFT);
    const int32_t *right = notch_channel_plan(job->engine, stage, NOTCH_PLAN_RIGHT);
    const int8_t *y = stage->values + sample * n;
    int32_t *g = stage->gradient + sample * n;
    int64_t *sum = notch_channel_sums(job->engine, stage, worker, NOTCH_SUM_FIRST);
    int64_t *dot = notch_channel_sums(job->engine, stage, worker, NOTCH_SUM_SECOND);
    for (uint32_t i = 0; i < n; i += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            const int32_t value = shift_by(g[i + c], left[c], right[c]);
            g[i + c] = value;
            sum[c] += value;
            dot[c] += value * y[i + c]; /* at most 2^15 2^7, 2^31 of them */
        }
    }
}

/* Bounds of mean and slope as in layer_norm.c; the largest magnitude of a channel. */
static void project_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint32_t channels = stage->shape.channels, n = stage->values_a_sample;
    const int32_t *mean = notch_channel_plan(job->engine, stage, NOTCH_PLAN_MEAN);
    const int32_t *slope = notch_channel_plan(job->engine, stage, NOTCH_PLAN_SLOPE);
    const int8_t *y = stage->values + sample * n;
    const uint16_t *routes = stage->routes == NULL ? NULL : stage->routes + sample * n;
    int32_t *g = stage->gradient + sample * n;
    int64_t *most = notch_channel_sums(job->engine, stage, worker, NOTCH_SUM_MOST);
    for (uint32_t i = 0; i < n; i += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            int32_t value = g[i + c] - mean[c] - notch_round32(y[i + c] * slope[c], SLOPE_FRACTION);
            value = routes != NULL && routes[i + c] == NOTCH_ROUTE_DEAD ? 0 : value;
            g[i + c] = value;
            most[c] = notch_absolute(value) > most[c] ? notch_absolute(value) : most[c];
        }
    }
}

static void plan_shifts(const notch_channel_job *job)
{
    notch_stage *stage = job->stage;
    const int64_t *all = notch_channels_join(job->engine, stage, NOTCH_SUM_MOST);
    int32_t *left = notch_channel_plan(job->engine, stage, NOTCH_PLAN_LEFT);
    int32_t *right = notch_channel_plan(job->engine, stage, NOTCH_PLAN_RIGHT);
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        const uint64_t magnitude = all[c] < 0 ? 0 : (uint64_t)all[c];
        const int32_t shift = NOTCH_GRADIENT_BITS - (int32_t)notch_bit_length(magnitude);
        left[c] = shift > 0 ? shift : 0;
        right[c] = shift < 0 ? -shift : 0;
        stage->factors[c].exponent -= shift;
    }
}

static void plan_projections(const notch_channel_job *job, int64_t n)
{
    const notch_stage *stage = job->stage;
    const int64_t *sum = notch_channels_join(job->engine, stage, NOTCH_SUM_FIRST);
    const int64_t *dot = notch_channels_join(job->engine, stage, NOTCH_SUM_SECOND);
    int32_t *mean = notch_channel_plan(job->engine, stage, NOTCH_PLAN_MEAN);
    int32_t *slope = notch_channel_plan(job->engine, stage, NOTCH_PLAN_SLOPE);
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        mean[c] = (int32_t)notch_divide_round(sum[c], n);
        slope[c] = (int32_t)notch_divide_round(dot[c] * (INT64_C(1) << SLOPE_SPARE), n);
    }
}

typedef struct rounding_job {
    const notch_integer *engine;
    const notch_stage *stage;
    const notch_rounding *roundings;
} rounding_job;

static void round_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const rounding_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint32_t n = stage->values_a_sample;
    notch_round_errors(job->engine, stage, stage->gradient + sample * n, sample * n, n,
                       job->roundings, stage->shape.channels,
                       job->engine->shared.errors + sample * n);
}

/* What all channels need, and errors in it. */
static int32_t round_all(const notch_channel_job *job)
{
    const notch_integer *engine = job->engine;
    const notch_stage *stage = job->stage;
    const int64_t *most = notch_channels_join(engine, stage, NOTCH_SUM_MOST);
    notch_rounding *roundings = (void *)engine->shared.channel_plan;
    int32_t exponent = NOTCH_EXPONENT_NONE;
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        exponent = notch_error_exponent(exponent, (uint32_t)(most[c] < 0 ? 0 : most[c]),
                                        stage->factors[c]);
    }
    exponent = exponent == NOTCH_EXPONENT_NONE ? 0 : exponent;
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        roundings[c] = notch_rounding_of(stage->factors[c], exponent);
    }
    rounding_job rounding = {engine, stage, roundings};
    notch_integer_run(engine, round_item, &rounding, engine->count);
    return exponent;
}

void notch_batch_norm_back(notch_integer *engine, notch_stage *stage, int32_t *error_exponent)
{
    notch_channel_job job = {engine, stage};
    const int64_t n = (int64_t)engine->count * stage->shape.height * stage->shape.width;
    notch_channels_clear(engine, stage);
    notch_integer_run(engine, bits_item, &job, engine->count);
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        stage->factors[c].exponent += stage->gradient_exponent;
    }
    plan_shifts(&job);
    notch_integer_run(engine, sums_item, &job, engine->count);
    plan_projections(&job, n);
    notch_channels_clear(engine, stage);
    notch_integer_run(engine, project_item, &job, engine->count);
    *error_exponent = round_all(&job);
}
