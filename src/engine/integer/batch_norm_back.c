/* batch_norm_back.c - batch norm backward.
 * SPDX-License-Identifier: MIT
 *
 * As layer_norm.c, with channels in the place of samples: dx = (g - mean(g) - y mean(g y)) / s,
 * where means go over the batch and all positions, and y^2 has a mean of 2^8.
 */
#include "engine/integer/batch_norm.h"

enum {
    SLOPE_SPARE = NOTCH_SLOPE_FRACTION - 2 * NOTCH_STAGE_STEPS_LOG
};

static int32_t *gradient_of(const notch_channel_job *job, uint64_t sample)
{
    return job->stage->gradient + sample * job->stage->values_a_sample;
}

static const int8_t *values_of(const notch_channel_job *job, uint64_t sample)
{
    return job->stage->values + sample * job->stage->values_a_sample;
}

static void bits_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    job->engine->rows->channel_bits(gradient_of(job, sample), notch_channel_rows(job->stage),
                                    job->stage->shape.channels,
                                    notch_channel_sums(job->engine, job->stage, worker, 0));
}

/* Sums of at most 2^15 2^7, 2^31 of them. */
static void scale_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    job->engine->rows->channel_scale(gradient_of(job, sample), notch_channel_rows(job->stage),
                                     job->stage->shape.channels, job->engine->shared.channel_plan,
                                     values_of(job, sample),
                                     notch_channel_sums(job->engine, job->stage, worker, 0));
}

/* Bounds of mean and slope as in layer_norm.c. */
static void project_item(void *argument, uint64_t sample, uint32_t worker)
{
    const notch_channel_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint16_t *routes =
        stage->routes == NULL ? NULL : stage->routes + sample * stage->values_a_sample;
    job->engine->rows->channel_project(gradient_of(job, sample), notch_channel_rows(stage),
                                       stage->shape.channels, job->engine->shared.channel_plan,
                                       values_of(job, sample), routes,
                                       notch_channel_sums(job->engine, stage, worker, 0));
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

static void round_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const notch_channel_job *job = argument;
    const notch_stage *stage = job->stage;
    const uint32_t n = stage->values_a_sample;
    notch_round_channels(job->engine, stage, gradient_of(job, sample), sample * n, n,
                         job->engine->shared.channel_plan, job->engine->shared.errors + sample * n);
}

static void plan_rounding(const notch_channel_job *job, uint32_t channel, int32_t exponent)
{
    const notch_rounding r = notch_rounding_of(job->stage->factors[channel], exponent);
    const struct {
        uint32_t row;
        int32_t value;
    } fields[] = {{NOTCH_PLAN_MANTISSA, r.mantissa},
                  {NOTCH_PLAN_LEFT, r.left},
                  {NOTCH_PLAN_RIGHT, r.right},
                  {NOTCH_PLAN_CENTRE, r.centre},
                  {NOTCH_PLAN_SHIFT, r.shift}};
    for (size_t k = 0; k < sizeof fields / sizeof fields[0]; k++) {
        notch_channel_plan(job->engine, job->stage, fields[k].row)[channel] = fields[k].value;
    }
}

/* The exponent that all channels need, and errors in it. */
static int32_t round_all(notch_channel_job *job)
{
    const notch_integer *engine = job->engine;
    const notch_stage *stage = job->stage;
    const int64_t *most = notch_channels_join(engine, stage, NOTCH_SUM_MOST);
    int32_t exponent = NOTCH_EXPONENT_NONE;
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        exponent = notch_error_exponent(exponent, (uint32_t)(most[c] < 0 ? 0 : most[c]),
                                        stage->factors[c]);
    }
    exponent = exponent == NOTCH_EXPONENT_NONE ? 0 : exponent;
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        plan_rounding(job, c, exponent);
    }
    notch_integer_run(engine, round_item, job, engine->count);
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
    notch_integer_run(engine, scale_item, &job, engine->count);
    plan_projections(&job, n);
    notch_channels_clear(engine, stage);
    notch_integer_run(engine, project_item, &job, engine->count);
    *error_exponent = round_all(&job);
}
