/* graph.c - models: a layer after the other, each checked when it is added.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "model/layers.h"

static notch_status refuse_name(const char *what, const char *name, notch_error *error)
{
    char shown[NOTCH_LAYER_NAME_MAX + 2] = "";
    if (name != NULL) {
        const size_t length = notch_text_length(name, sizeof shown - 1);
        memcpy(shown, name, length);
        shown[length] = '\0';
    }
    return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                      "%s '%s': expected a name of 1 to %u letters, digits, '-', '_' and '.'", what,
                      shown, (uint64_t)NOTCH_LAYER_NAME_MAX);
}

notch_status notch_model_init(notch_model *model, const char *name, notch_shape input,
                              notch_error *error)
{
    if (model == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: the result is missing");
    }
    if (!notch_layer_name_valid(name)) {
        return refuse_name("model", name, error);
    }
    const notch_status status = notch_shape_check(&input, "layer", "input", error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_layer first = {.name = "input", .shape = input};
    first.tensors[0] = first.tensors[1] = NOTCH_NO_TENSOR;
    char kept[NOTCH_LAYER_NAME_MAX + 1]; /* `name` may be the model's own */
    (void)notch_text_append(kept, sizeof kept, 0, name);
    memset(model, 0, sizeof *model);
    memcpy(model->name, kept, sizeof kept);
    model->layers[0] = first;
    model->layer_count = 1;
    return NOTCH_OK;
}

static notch_status check_inputs(const notch_model *model, const notch_layer *layer,
                                 notch_error *error)
{
    const bool two = layer->type == NOTCH_LAYER_ADD;
    for (int i = 0; i < (two ? 2 : 1); i++) {
        if (layer->inputs[i] >= model->layer_count) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "layer '%s': input number %u, expected an earlier layer, 0 to %u",
                              layer->name, (uint64_t)layer->inputs[i],
                              (uint64_t)model->layer_count - 1);
        }
    }
    if (two && layer->inputs[0] == layer->inputs[1]) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "layer '%s': adds layer '%s' to itself, expected two different layers",
                          layer->name, model->layers[layer->inputs[0]].name);
    }
    if (!two && layer->inputs[1] != 0) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "layer '%s': type %s has no second input",
                          layer->name, notch_layer_type_name(layer->type));
    }
    return NOTCH_OK;
}

static notch_status check_layer(const notch_model *model, const notch_layer *layer,
                                notch_error *error)
{
    if (!notch_layer_name_valid(layer->name)) {
        return refuse_name("layer", layer->name, error);
    }
    if (notch_text_equal(layer->name, "model")) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "layer 'model': this name is kept for the model, expected another");
    }
    if (notch_model_find(model, layer->name) != NOTCH_LAYERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "layer '%s': there is a layer of this name already", layer->name);
    }
    if (model->layer_count >= NOTCH_LAYERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "layer '%s': is one too many, expected at most %u", layer->name,
                          (uint64_t)NOTCH_LAYERS_MAX);
    }
    const notch_status status = notch_layer_check(layer, error);
    return status != NOTCH_OK ? status : check_inputs(model, layer, error);
}

/* Cannot fail: a layer has at most two tensors, and NOTCH_TENSORS_MAX is twice NOTCH_LAYERS_MAX. */
static void append_tensor(notch_model *model, const notch_layer *layer, notch_tensor tensor)
{
    const size_t length = notch_text_append(tensor.name, sizeof tensor.name, 0, layer->name);
    (void)notch_text_append(tensor.name, sizeof tensor.name, length,
                            tensor.role == NOTCH_TENSOR_WEIGHT ? ".weight" : ".bias");
    tensor.offset = model->parameters;
    model->parameters += tensor.count;
    model->tensors[model->tensor_count++] = tensor;
}

notch_status notch_model_add(notch_model *model, const notch_layer *layer, notch_error *error)
{
    if (model == NULL || layer == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: %s is missing",
                          model == NULL ? "it" : "the layer to add");
    }
    notch_layer added = *layer;
    notch_tensor tensors[2];
    uint32_t tensor_count = 0;
    notch_status status = check_layer(model, layer, error);
    if (status == NOTCH_OK) {
        status = notch_layer_output(model, layer, &added.shape, error);
    }
    if (status == NOTCH_OK) {
        status =
            notch_layer_tensors(model, layer, model->layer_count, tensors, &tensor_count, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    const size_t length = notch_text_length(added.name, sizeof added.name);
    memset(added.name + length, 0, sizeof added.name - length);
    added.tensors[0] = added.tensors[1] = NOTCH_NO_TENSOR;
    for (uint32_t i = 0; i < tensor_count; i++) {
        added.tensors[i] = model->tensor_count;
        append_tensor(model, &added, tensors[i]);
    }
    model->layers[model->layer_count++] = added;
    return NOTCH_OK;
}

uint32_t notch_model_find(const notch_model *model, const char *name)
{
    for (uint32_t i = 0; model != NULL && name != NULL && i < model->layer_count; i++) {
        if (notch_text_equal(model->layers[i].name, name)) {
            return i;
        }
    }
    return NOTCH_LAYERS_MAX;
}

uint64_t notch_model_multiply_adds(const notch_model *model, uint32_t layer)
{
    if (model == NULL || layer >= model->layer_count) {
        return 0;
    }
    const notch_layer *l = &model->layers[layer];
    if (l->type != NOTCH_LAYER_CONVOLUTION && l->type != NOTCH_LAYER_DENSE) {
        return 0;
    }
    /* at most 2^31 weights, each used at up to 2^24 positions */
    return model->tensors[l->tensors[0]].count * l->shape.height * l->shape.width;
}

static notch_status check_used(const notch_model *model, notch_error *error)
{
    bool used[NOTCH_LAYERS_MAX] = {false};
    for (uint32_t i = 1; i < model->layer_count; i++) {
        const notch_layer *layer = &model->layers[i];
        used[layer->inputs[0]] = true;
        used[layer->inputs[layer->type == NOTCH_LAYER_ADD ? 1 : 0]] = true;
    }
    for (uint32_t i = 0; i + 1 < model->layer_count; i++) {
        if (!used[i]) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "layer '%s': no other layer uses its output, expected that of all "
                              "but the last layer",
                              model->layers[i].name);
        }
    }
    return NOTCH_OK;
}

notch_status notch_model_check(const notch_model *model, uint32_t classes, notch_error *error)
{
    if (model == NULL || model->layer_count == 0 || model->layer_count > NOTCH_LAYERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: it is missing");
    }
    const notch_layer *last = &model->layers[model->layer_count - 1];
    if (last->shape.channels != classes || last->shape.height != 1 || last->shape.width != 1) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "layer '%s': the last layer's shape is %u x %u x %u, expected "
                          "%u x 1 x 1: one output for each class",
                          last->name, (uint64_t)last->shape.channels, (uint64_t)last->shape.height,
                          (uint64_t)last->shape.width, (uint64_t)classes);
    }
    const notch_status status = check_used(model, error);
    if (status == NOTCH_OK && model->parameters == 0) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "model '%s': no layer has parameters, expected one to train",
                          model->name);
    }
    return status;
}
