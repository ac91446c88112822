/* presets.c - the models that come with the library.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/message.h"
#include "base/names.h"
#include "base/text.h"
#include "model/layers.h"

static const char *const preset_names[] = {"linear", "mlp", "cnn", "resnet18"};
static const notch_names presets = {"model", preset_names,
                                    sizeof preset_names / sizeof preset_names[0]};

enum {
    LINEAR,
    MLP,
    CNN,
    RESNET18
};

uint32_t notch_builder_add(notch_builder *builder, notch_layer layer, const char *name)
{
    notch_model *model = builder->model;
    if (layer.inputs[0] == 0) {
        layer.inputs[0] = model->layer_count - 1;
    }
    (void)notch_text_append(layer.name, sizeof layer.name, 0, name);
    if (builder->status == NOTCH_OK) {
        builder->status = notch_model_add(model, &layer, builder->error);
    }
    return model->layer_count - 1;
}

static void add_dense(notch_builder *builder, const char *name, uint32_t outputs)
{
    (void)notch_builder_add(
        builder, (notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = outputs, .bias = true}, name);
}

static void add_plain(notch_builder *builder, const char *name, notch_layer_type type)
{
    (void)notch_builder_add(builder, (notch_layer){.type = type}, name);
}

/* names: of the convolution, ReLU, max-pool and layer norm. */
static void add_stage(notch_builder *builder, const char *const names[4], uint32_t outputs)
{
    (void)notch_builder_add(builder,
                            (notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                                          .outputs = outputs,
                                          .kernel = {3, 3},
                                          .stride = {1, 1},
                                          .padding = {1, 1},
                                          .bias = true},
                            names[0]);
    add_plain(builder, names[1], NOTCH_LAYER_RELU);
    (void)notch_builder_add(
        builder, (notch_layer){.type = NOTCH_LAYER_MAX_POOL, .kernel = {2, 2}, .stride = {2, 2}},
        names[2]);
    add_plain(builder, names[3], NOTCH_LAYER_LAYER_NORM);
}

static void build_linear(notch_builder *builder, uint32_t classes)
{
    add_dense(builder, "dense", classes);
    add_plain(builder, "norm", NOTCH_LAYER_LAYER_NORM);
}

static void build_mlp(notch_builder *builder, uint32_t classes)
{
    add_dense(builder, "dense1", 128);
    add_plain(builder, "relu", NOTCH_LAYER_RELU);
    add_dense(builder, "dense2", classes);
    add_plain(builder, "norm", NOTCH_LAYER_LAYER_NORM);
}

static void build_cnn(notch_builder *builder, uint32_t classes)
{
    add_stage(builder, (const char *const[]){"conv1", "relu1", "pool1", "norm1"}, 32);
    add_stage(builder, (const char *const[]){"conv2", "relu2", "pool2", "norm2"}, 64);
    add_dense(builder, "dense1", 128);
    add_plain(builder, "relu3", NOTCH_LAYER_RELU);
    add_plain(builder, "norm3", NOTCH_LAYER_LAYER_NORM);
    add_dense(builder, "dense2", classes);
    add_plain(builder, "norm4", NOTCH_LAYER_LAYER_NORM);
}

const char *notch_model_preset_name(size_t index)
{
    return index < presets.count ? preset_names[index] : NULL;
}

notch_status notch_model_preset(notch_model *model, const char *name, notch_shape input,
                                uint32_t classes, notch_error *error)
{
    uint32_t preset;
    if (model == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: the result is missing");
    }
    notch_status status = notch_names_parse(&presets, name, &preset, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_model built;
    status = notch_model_init(&built, preset_names[preset], input, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_builder builder = {.model = &built, .error = error, .status = NOTCH_OK};
    static void (*const builds[])(notch_builder *, uint32_t) = {[LINEAR] = build_linear,
                                                                [MLP] = build_mlp,
                                                                [CNN] = build_cnn,
                                                                [RESNET18] = notch_build_resnet18};
    builds[preset](&builder, classes);
    if (builder.status == NOTCH_OK) {
        memcpy(model, &built, sizeof built);
    }
    return builder.status;
}
