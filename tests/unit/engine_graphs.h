/* engine_graphs.h - small models, layer by layer, for the tests of engines.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_TEST_ENGINE_GRAPHS_H
#define NOTCH_TEST_ENGINE_GRAPHS_H

#include "test.h"

#include <notch/engine.h>

static notch_model test_model;
static uint32_t last_layer;

static inline void begin(uint32_t channels, uint32_t height, uint32_t width)
{
    notch_error error = {NOTCH_OK, ""};
    const notch_shape shape = {channels, height, width};
    CHECK(notch_model_init(&test_model, "test", shape, &error) == NOTCH_OK);
    last_layer = 0;
}

/* Appends a layer on the last one, or on those it names. */
static inline uint32_t append(notch_layer layer)
{
    notch_error error = {NOTCH_OK, ""};
    (void)snprintf(layer.name, sizeof layer.name, "layer%u", (unsigned)test_model.layer_count);
    if (layer.inputs[0] == 0) {
        layer.inputs[0] = last_layer;
    }
    const notch_status status = notch_model_add(&test_model, &layer, &error);
    CHECK_STRING(error.message, "");
    CHECK(status == NOTCH_OK);
    return last_layer = test_model.layer_count - 1;
}

static inline uint32_t convolution(uint32_t outputs, uint32_t kernel, uint32_t stride,
                                   uint32_t padding, bool bias)
{
    return append((notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                                .outputs = outputs,
                                .kernel = {kernel, kernel},
                                .stride = {stride, stride},
                                .padding = {padding, padding},
                                .bias = bias});
}

static inline uint32_t dense(uint32_t outputs, bool bias)
{
    return append((notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = outputs, .bias = bias});
}

static inline uint32_t relu(void)
{
    return append((notch_layer){.type = NOTCH_LAYER_RELU});
}

static inline uint32_t pool(notch_layer_type type, uint32_t kernel, uint32_t stride,
                            uint32_t padding)
{
    return append((notch_layer){.type = type,
                                .kernel = {kernel, kernel},
                                .stride = {stride, stride},
                                .padding = {padding, padding}});
}

static inline uint32_t layer_norm(void)
{
    return append((notch_layer){.type = NOTCH_LAYER_LAYER_NORM});
}

static inline uint32_t batch_norm(bool affine)
{
    return append((notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .affine = affine});
}

static inline uint32_t add(uint32_t left, uint32_t right)
{
    return append((notch_layer){.type = NOTCH_LAYER_ADD, .inputs = {left, right}});
}

#endif
