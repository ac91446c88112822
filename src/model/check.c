/* check.c - whether the fields of one layer suit its type.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "base/text.h"
#include "model/layers.h"

/* Which fields a type uses. */
typedef struct type_fields {
    bool outputs, window, padding, bias, affine;
} type_fields;

static const type_fields fields_of[] = {
    [NOTCH_LAYER_CONVOLUTION] = {.outputs = true, .window = true, .padding = true, .bias = true},
    [NOTCH_LAYER_DENSE] = {.outputs = true, .bias = true},
    [NOTCH_LAYER_RELU] = {.outputs = false},
    [NOTCH_LAYER_MAX_POOL] = {.window = true, .padding = true},
    [NOTCH_LAYER_AVERAGE_POOL] = {.window = true},
    [NOTCH_LAYER_LAYER_NORM] = {.outputs = false},
    [NOTCH_LAYER_BATCH_NORM] = {.affine = true},
    [NOTCH_LAYER_ADD] = {.outputs = false},
};

bool notch_layer_name_valid(const char *name)
{
    const size_t length =
        name == NULL ? 0 : notch_text_length(name, (size_t)NOTCH_LAYER_NAME_MAX + 1);
    for (size_t i = 0; i < length; i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.') {
            return false;
        }
    }
    return length >= 1 && length <= NOTCH_LAYER_NAME_MAX;
}

static notch_status refuse_unused(const notch_layer *layer, const char *field, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_ARGUMENT, "layer '%s': type %s has no %s", layer->name,
                      notch_layer_type_name(layer->type), field);
}

/* One size that has to be from 1 to the longest side, or zero where the type has no such field. */
static notch_status check_size(const notch_layer *layer, const char *field, bool used,
                               uint32_t value, notch_error *error)
{
    if (!used) {
        return value == 0 ? NOTCH_OK : refuse_unused(layer, field, error);
    }
    if (value >= 1 && value <= NOTCH_MODEL_SIDE_MAX) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_RANGE, "layer '%s': %s is %u, expected 1 to %u",
                      layer->name, field, (uint64_t)value, (uint64_t)NOTCH_MODEL_SIDE_MAX);
}

static notch_status check_padding(const notch_layer *layer, bool used, int i, notch_error *error)
{
    if (!used) {
        return layer->padding[i] == 0 ? NOTCH_OK : refuse_unused(layer, "padding", error);
    }
    if (layer->padding[i] < layer->kernel[i]) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_RANGE,
                      "layer '%s': padding is %u, expected less than the kernel's %u", layer->name,
                      (uint64_t)layer->padding[i], (uint64_t)layer->kernel[i]);
}

notch_status notch_layer_check(const notch_layer *layer, notch_error *error)
{
    if (layer->type == NOTCH_LAYER_INPUT || notch_layer_type_name(layer->type) == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "layer '%s': type number %u, expected %u to %u", layer->name,
                          (uint64_t)layer->type, (uint64_t)NOTCH_LAYER_CONVOLUTION,
                          (uint64_t)NOTCH_LAYER_ADD);
    }
    const type_fields *fields = &fields_of[layer->type];
    notch_status status = check_size(layer, "outputs", fields->outputs, layer->outputs, error);
    for (int i = 0; i < 2 && status == NOTCH_OK; i++) {
        status = check_size(layer, "kernel", fields->window, layer->kernel[i], error);
        if (status == NOTCH_OK) {
            status = check_size(layer, "stride", fields->window, layer->stride[i], error);
        }
        if (status == NOTCH_OK) {
            status = check_padding(layer, fields->padding, i, error);
        }
    }
    if (status == NOTCH_OK && layer->bias && !fields->bias) {
        status = refuse_unused(layer, "bias", error);
    }
    if (status == NOTCH_OK && layer->affine && !fields->affine) {
        status = refuse_unused(layer, "affine", error);
    }
    return status;
}
