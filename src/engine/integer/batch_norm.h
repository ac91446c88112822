/* batch_norm.h - what batch_norm.c and batch_norm_back.c share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_ENGINE_INTEGER_BATCH_NORM_H
#define NOTCH_ENGINE_INTEGER_BATCH_NORM_H

#include "engine/integer/parts.h"

typedef struct notch_channel_job {
    notch_integer *engine;
    notch_stage *stage;
} notch_channel_job;

static inline int64_t *notch_channel_sums(const notch_integer *engine, const notch_stage *stage,
                                          uint32_t worker, uint32_t row)
{
    const uint64_t first = (uint64_t)worker * NOTCH_SUM_FIELDS + row;
    return engine->shared.channels + first * stage->shape.channels;
}

static inline int32_t *notch_channel_plan(const notch_integer *engine, const notch_stage *stage,
                                          uint32_t row)
{
    return engine->shared.channel_plan + (uint64_t)row * stage->shape.channels;
}

/* Positions of a sample. */
static inline uint32_t notch_channel_rows(const notch_stage *stage)
{
    return stage->shape.height * stage->shape.width;
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
