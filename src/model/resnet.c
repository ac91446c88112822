/* resnet.c - ResNet-18 of He, Zhang, Ren, Sun, "Deep residual learning for image recognition"
 * (2015), arXiv 1512.03385, with a layer norm on its outputs.
 * SPDX-License-Identifier: MIT
 */
#include "base/text.h"
#include "model/layers.h"

/* Names of layers in one block are those of the block with an ending. */
typedef struct block {
    notch_builder *builder;
    char name[16];
} block;

static uint32_t add(const block *b, notch_layer layer, const char *ending)
{
    char name[NOTCH_LAYER_NAME_MAX + 1];
    const size_t length = notch_text_append(name, sizeof name, 0, b->name);
    (void)notch_text_append(name, sizeof name, length, ending);
    return notch_builder_add(b->builder, layer, name);
}

static void add_relu(const block *b, const char *ending)
{
    (void)add(b, (notch_layer){.type = NOTCH_LAYER_RELU}, ending);
}

static uint32_t add_norm(const block *b, const char *ending)
{
    return add(b, (notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .affine = true}, ending);
}

/* A convolution of layer `input` with padding that keeps the size at stride 1. */
static void add_convolution(const block *b, uint32_t input, uint32_t outputs, uint32_t kernel,
                            uint32_t stride, const char *ending)
{
    (void)add(b,
              (notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                            .inputs = {input, 0},
                            .outputs = outputs,
                            .kernel = {kernel, kernel},
                            .stride = {stride, stride},
                            .padding = {kernel / 2, kernel / 2}},
              ending);
}

/* Two convolutions and a shortcut, which is itself a convolution where the shape changes. */
static void add_block(const block *b, uint32_t outputs, uint32_t stride, bool same_shape)
{
    const uint32_t input = b->builder->model->layer_count - 1;
    uint32_t shortcut = input;
    add_convolution(b, input, outputs, 3, stride, ".conv1");
    (void)add_norm(b, ".norm1");
    add_relu(b, ".relu1");
    add_convolution(b, b->builder->model->layer_count - 1, outputs, 3, 1, ".conv2");
    const uint32_t last = add_norm(b, ".norm2");
    if (!same_shape) {
        add_convolution(b, input, outputs, 1, stride, ".shortcut-conv");
        shortcut = add_norm(b, ".shortcut-norm");
    }
    (void)add(b, (notch_layer){.type = NOTCH_LAYER_ADD, .inputs = {last, shortcut}}, ".add");
    add_relu(b, ".relu2");
}

void notch_build_resnet18(notch_builder *builder, uint32_t classes)
{
    const block stem = {builder, "stem"};
    add_convolution(&stem, 0, 64, 7, 2, ".conv");
    (void)add_norm(&stem, ".norm");
    add_relu(&stem, ".relu");
    (void)add(
        &stem,
        (notch_layer){
            .type = NOTCH_LAYER_MAX_POOL, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}},
        ".pool");
    block b = {builder, "stage0.block0"};
    for (uint32_t stage = 0; stage < 4; stage++) {
        for (uint32_t i = 0; i < 2; i++) {
            b.name[5] = (char)('1' + stage);
            b.name[12] = (char)('1' + i);
            const bool narrows = stage > 0 && i == 0;
            add_block(&b, UINT32_C(64) << stage, narrows ? 2 : 1, !narrows);
        }
    }
    const notch_shape shape = builder->model->layers[builder->model->layer_count - 1].shape;
    (void)notch_builder_add(builder,
                            (notch_layer){.type = NOTCH_LAYER_AVERAGE_POOL,
                                          .kernel = {shape.height, shape.width},
                                          .stride = {1, 1}},
                            "pool");
    (void)notch_builder_add(
        builder, (notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = classes, .bias = true},
        "dense");
    (void)notch_builder_add(builder, (notch_layer){.type = NOTCH_LAYER_LAYER_NORM}, "norm");
}
