/* batch_norm.h - what batch_norm.c and batch_norm_back.c share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_ENGINE_INTEGER_BATCH_NORM_H
#define NOTCH_ENGINE_INTEGER_BATCH_NORM_H

#include "engine/integer/parts.h"

/* Sums of a worker, channel by channel: rows of shared->channels. */
enum {
    NOTCH_SUM_FIRST,
    NOTCH_SUM_SECOND,
    NOTCH_SUM_LEAST,
    NOTCH_SUM_MOST
};

/* What is done with the values of a channel: rows of shared->channel_plan. Forward:
 *     d = ((clamp(x - mean, bound) + half) >> right) << left) - fraction
 *     y = clamp(round(d mantissa / 2^shift), 127)
 * Backward:
 *     g = round(g << left >> right);   g = g - mean - round(y slope / 2^12) */
enum {
    NOTCH_PLAN_MEAN,
    NOTCH_PLAN_BOUND,
    NOTCH_PLAN_HALF,
    NOTCH_PLAN_RIGHT,
    NOTCH_PLAN_LEFT,
    NOTCH_PLAN_FRACTION,
    NOTCH_PLAN_MANTISSA,
    NOTCH_PLAN_SHIFT,
    NOTCH_PLAN_SLOPE = NOTCH_PLAN_MANTISSA
};

typedef struct notch_channel_job {
    notch_integer *engine;
    notch_stage *stage;
} notch_channel_job;

static inline int64_t *notch_channel_sums(const notch_integer *engine, const notch_stage *stage,
                                          uint32_t worker, uint32_t row)
{
    const uint64_t first = (uint64_t)worker * NOTCH_CHANNEL_SUMS + row;
    return engine->shared.channels + first * stage->shape.channels;
}

static inline int32_t *notch_channel_plan(const notch_integer *engine, const notch_stage *stage,
                                          uint32_t row)
{
    return engine->shared.channel_plan + (uint64_t)row * stage->shape.channels;
}

/* Workers whose sums have to be added up. */
static inline uint32_t notch_channel_workers(const notch_integer *engine)
{
    return engine->executor == NULL ? 1 : engine->executor->workers;
}

/* Sums become 0, the least one INT64_MAX, the most one INT64_MIN. */
void notch_channels_clear(const notch_integer *engine, const notch_stage *stage);
/* One row of all workers, added up in the first one's, which is returned. */
int64_t *notch_channels_join(const notch_integer *engine, const notch_stage *stage, uint32_t row);

#endif
