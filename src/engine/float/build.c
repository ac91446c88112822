/* build.c - from a model to a program: which layers are merged, and in which order steps come.
 * SPDX-License-Identifier: MIT
 */
#include "engine/float/build.h"

#include <stdlib.h>

#include "base/message.h"

typedef struct layer_builders {
    notch_layer_builder *forward, *backward;
} layer_builders;

static const layer_builders builders[] = {
    [NOTCH_LAYER_INPUT] = {notch_build_input, NULL},
    [NOTCH_LAYER_CONVOLUTION] = {notch_build_convolution, notch_build_convolution_backward},
    [NOTCH_LAYER_DENSE] = {notch_build_dense, notch_build_dense_backward},
    [NOTCH_LAYER_RELU] = {notch_build_relu, notch_build_relu_backward},
    [NOTCH_LAYER_MAX_POOL] = {notch_build_pool, notch_build_pool_backward},
    [NOTCH_LAYER_AVERAGE_POOL] = {notch_build_pool, notch_build_pool_backward},
    [NOTCH_LAYER_LAYER_NORM] = {notch_build_layer_norm, notch_build_layer_norm_backward},
    [NOTCH_LAYER_BATCH_NORM] = {notch_build_batch_norm, notch_build_batch_norm_backward},
    [NOTCH_LAYER_ADD] = {notch_build_add, notch_build_add_backward},
};

/* Whether the layer can apply the ReLU that follows it at no cost. */
static bool can_rectify(notch_layer_type type)
{
    return type == NOTCH_LAYER_CONVOLUTION || type == NOTCH_LAYER_DENSE ||
           type == NOTCH_LAYER_BATCH_NORM || type == NOTCH_LAYER_ADD;
}

static uint32_t input_count(const notch_layer *layer)
{
    return layer->type == NOTCH_LAYER_INPUT ? 0 : layer->type == NOTCH_LAYER_ADD ? 2 : 1;
}

static void survey(notch_builder *b)
{
    const notch_model *model = b->model;
    for (uint32_t l = 0; l < model->layer_count; l++) {
        const notch_layer *layer = &model->layers[l];
        b->layers[l].needs_error =
            layer->tensors[0] != NOTCH_NO_TENSOR || layer->tensors[1] != NOTCH_NO_TENSOR;
        for (uint32_t k = 0; k < input_count(layer); k++) {
            notch_layer_build *input = &b->layers[layer->inputs[k]];
            input->consumers++;
            b->layers[l].needs_error |= input->needs_error;
        }
    }
    b->layers[0].needs_error = false;
    for (uint32_t l = 1; l < model->layer_count; l++) {
        const uint32_t input = model->layers[l].inputs[0];
        if (model->layers[l].type == NOTCH_LAYER_RELU && b->layers[input].consumers == 1) {
            b->layers[input].rectified = can_rectify(model->layers[input].type);
        }
    }
}

static void build_passes(notch_builder *b)
{
    const notch_model *model = b->model;
    b->pass = NOTCH_PASS_FORWARD;
    for (uint32_t l = 0; l < model->layer_count && b->status == NOTCH_OK; l++) {
        b->layer = l;
        builders[model->layers[l].type].forward(b, l);
    }
    b->pass = NOTCH_PASS_LOSS;
    if (b->status == NOTCH_OK) {
        notch_build_loss(b);
    }
    b->pass = NOTCH_PASS_UPDATE;
    b->program->backward = b->program->step_count;
    for (uint32_t l = 1; b->training && l < model->layer_count && b->status == NOTCH_OK; l++) {
        b->layer = l;
        if (model->layers[l].type == NOTCH_LAYER_BATCH_NORM) {
            notch_build_running_statistics(b, l);
        }
    }
    b->pass = NOTCH_PASS_ERRORS;
    for (uint32_t l = model->layer_count; b->training && l-- > 1 && b->status == NOTCH_OK;) {
        b->layer = l;
        if (b->layers[l].needs_error) {
            builders[model->layers[l].type].backward(b, l);
        }
    }
}

notch_status notch_program_build(notch_program *program, const notch_model *model,
                                 dnnl_engine_t onednn, bool training, bool dry, notch_error *error)
{
    notch_builder *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "engine: no memory to plan %s in",
                          model->name);
    }
    b->model = model;
    b->onednn = onednn;
    b->program = program;
    b->training = training;
    b->dry = dry;
    b->error = error;
    survey(b);
    build_passes(b);
    for (uint32_t l = 0; l < model->layer_count; l++) {
        (void)dnnl_primitive_desc_destroy(b->layers[l].forward);
    }
    if (b->status == NOTCH_OK && !notch_program_place(program)) {
        b->status =
            notch_fail(error, NOTCH_ERROR_MEMORY, "engine: no memory to plan %s in", model->name);
    }
    const notch_status status = b->status;
    if (status != NOTCH_OK) {
        notch_program_clear(program);
    }
    free(b);
    return status;
}
