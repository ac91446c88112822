/* units.c - which units of a weight layer ever were above zero behind their ReLU, in evaluations.
 * SPDX-License-Identifier: MIT
 *
 * A unit is an output of a dense layer or a channel of a convolution. Workers mark on their own, so
 * that no two of them write to the same place.
 */
#include "engine/integer/parts.h"

/* The weight layer whose units show behind the stage's ReLU, if that is one. */
static uint32_t watched_layer(const notch_integer *engine, const notch_stage *stage)
{
    if (stage->kind == NOTCH_STAGE_WEIGHTS && stage->relu) {
        return stage->layer;
    }
    if (stage->kind == NOTCH_STAGE_RELU) {
        const notch_stage *input = &engine->stages[stage->inputs[0]];
        return input->kind == NOTCH_STAGE_WEIGHTS ? input->layer : NOTCH_NO_LAYER;
    }
    return NOTCH_NO_LAYER;
}

uint64_t notch_units_bytes(const notch_integer *engine, const notch_stage *stage)
{
    return watched_layer(engine, stage) == NOTCH_NO_LAYER
               ? 0
               : (uint64_t)engine->options.workers * stage->shape.channels;
}

void notch_units_mark_sums(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                           uint32_t worker)
{
    const uint32_t channels = stage->shape.channels;
    uint8_t *alive = stage->alive + (size_t)worker * channels;
    for (uint32_t i = 0; i < stage->values_a_sample && !engine->training; i += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            alive[c] |= x[i + c] > 0;
        }
    }
}

void notch_units_mark_values(const notch_integer *engine, const notch_stage *stage,
                             const int8_t *values, uint32_t worker)
{
    const uint32_t channels = stage->shape.channels;
    if (stage->alive == NULL || engine->training) {
        return;
    }
    uint8_t *alive = stage->alive + (size_t)worker * channels;
    for (uint32_t i = 0; i < stage->values_a_sample; i += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            alive[c] |= values[i + c] > 0;
        }
    }
}

void notch_integer_watch_units(notch_integer *engine)
{
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        const notch_stage *stage = &engine->stages[i];
        const uint64_t bytes = notch_units_bytes(engine, stage);
        for (uint64_t k = 0; k < bytes; k++) {
            stage->alive[k] = 0;
        }
    }
}

static uint32_t count_dead(const notch_integer *engine, const notch_stage *stage)
{
    uint32_t dead = 0;
    for (uint32_t c = 0; c < stage->shape.channels; c++) {
        uint8_t alive = 0;
        for (uint32_t worker = 0; worker < engine->options.workers; worker++) {
            alive |= stage->alive[(size_t)worker * stage->shape.channels + c];
        }
        dead += alive == 0;
    }
    return dead;
}

notch_units notch_integer_units(const notch_integer *engine, uint32_t layer)
{
    notch_units units = {.count = 0};
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        const notch_stage *stage = &engine->stages[i];
        if (layer != NOTCH_NO_LAYER && watched_layer(engine, stage) == layer) {
            units.count += stage->shape.channels;
            units.dead += count_dead(engine, stage);
        }
    }
    return units;
}
