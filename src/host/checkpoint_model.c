/* checkpoint_model.c - a graph as bytes.
 * SPDX-License-Identifier: MIT
 *
 * Header: name (32 bytes, zero-padded), classes, layers, tensors, 0 (32 bits each), parameters (64
 * bits). Each layer: name (32 bytes), then in 32 bits each type, 2 inputs, outputs, 2 kernel, 2
 * stride, 2 padding, flags, 3 shape.
 */
#include "host/checkpoint_model.h"

#include <string.h>

#include "base/message.h"
#include "host/checkpoint_bytes.h"

enum {
    NAME = NOTCH_LAYER_NAME_MAX + 1,
    FLAG_BIAS = 1,
    FLAG_AFFINE = 2
};

size_t notch_stored_model_bytes(uint32_t layers)
{
    return NOTCH_FORMAT_MODEL_HEADER + (size_t)layers * NOTCH_FORMAT_LAYER;
}

/* ---- encoding -------------------------------------------------------------------------------- */

static uint8_t *put_name(uint8_t *to, const char name[NAME])
{
    const char *end = memchr(name, '\0', NAME);
    memset(to, 0, NAME);
    memcpy(to, name, end == NULL ? NAME : (size_t)(end - name));
    return to + NAME;
}

static uint8_t *put(uint8_t *to, uint32_t value)
{
    notch_put_u32(to, value);
    return to + 4;
}

static uint8_t *put_pair(uint8_t *to, const uint32_t values[2])
{
    return put(put(to, values[0]), values[1]);
}

static uint8_t *put_layer(uint8_t *to, const notch_layer *layer)
{
    to = put_name(to, layer->name);
    to = put(to, (uint32_t)layer->type);
    to = put_pair(to, layer->inputs);
    to = put(to, layer->outputs);
    to = put_pair(to, layer->kernel);
    to = put_pair(to, layer->stride);
    to = put_pair(to, layer->padding);
    to = put(to, (layer->bias ? FLAG_BIAS : 0u) | (layer->affine ? FLAG_AFFINE : 0u));
    to = put(to, layer->shape.channels);
    to = put(to, layer->shape.height);
    return put(to, layer->shape.width);
}

void notch_stored_model_encode(const notch_model *model, uint32_t classes, uint8_t *bytes)
{
    uint8_t *to = put_name(bytes, model->name);
    to = put(to, classes);
    to = put(to, model->layer_count);
    to = put(to, model->tensor_count);
    to = put(to, 0);
    notch_put_u64(to, model->parameters);
    to += 8;
    for (uint32_t i = 0; i < model->layer_count; i++) {
        to = put_layer(to, &model->layers[i]);
    }
}

/* ---- decoding -------------------------------------------------------------------------------- */

static uint32_t get(const uint8_t **from)
{
    const uint32_t value = notch_get_u32(*from);
    *from += 4;
    return value;
}

static void get_pair(const uint8_t **from, uint32_t values[2])
{
    values[0] = get(from);
    values[1] = get(from);
}

static notch_status get_name(const uint8_t **from, const char *what, uint64_t number,
                             char name[NAME], notch_error *error)
{
    if (memchr(*from, '\0', NAME) == NULL) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s %u: the name has no end, expected at most %u bytes", what, number,
                          (uint64_t)NOTCH_LAYER_NAME_MAX);
    }
    memcpy(name, *from, NAME);
    *from += NAME;
    return NOTCH_OK;
}

static notch_status get_layer(const uint8_t **from, uint32_t number, notch_layer *layer,
                              notch_error *error)
{
    memset(layer, 0, sizeof *layer);
    const notch_status status = get_name(from, "layer", number, layer->name, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const uint32_t type = get(from);
    if (type > INT32_MAX || notch_layer_type_name((notch_layer_type)type) == NULL) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "layer %s: type %u is not known to this version", layer->name,
                          (uint64_t)type);
    }
    layer->type = (notch_layer_type)type;
    get_pair(from, layer->inputs);
    layer->outputs = get(from);
    get_pair(from, layer->kernel);
    get_pair(from, layer->stride);
    get_pair(from, layer->padding);
    const uint32_t flags = get(from);
    layer->bias = (flags & FLAG_BIAS) != 0;
    layer->affine = (flags & FLAG_AFFINE) != 0;
    layer->shape.channels = get(from);
    layer->shape.height = get(from);
    layer->shape.width = get(from);
    return NOTCH_OK;
}

static bool same_shape(notch_shape a, notch_shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

/* Appends `layer`; its shape is that of the file. */
static notch_status add_layer(notch_model *model, const notch_layer *layer, notch_error *error)
{
    notch_layer bare = *layer;
    bare.shape = (notch_shape){0};
    notch_status status = notch_model_add(model, &bare, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const notch_shape made = model->layers[model->layer_count - 1].shape;
    if (same_shape(made, layer->shape)) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "layer %s: its shape is given as %u x %u x %u, expected %u x %u x %u",
                      layer->name, (uint64_t)layer->shape.channels, (uint64_t)layer->shape.height,
                      (uint64_t)layer->shape.width, (uint64_t)made.channels, (uint64_t)made.height,
                      (uint64_t)made.width);
}

static notch_status build(const uint8_t *from, uint32_t layers, const char *name,
                          notch_model *model, notch_error *error)
{
    notch_layer layer;
    notch_status status = get_layer(&from, 0, &layer, error);
    if (status == NOTCH_OK && layer.type != NOTCH_LAYER_INPUT) {
        status = notch_fail(error, NOTCH_ERROR_INPUT, "layer %s: is the first, expected an input",
                            layer.name);
    }
    if (status == NOTCH_OK) {
        status = notch_model_init(model, name, layer.shape, error);
    }
    for (uint32_t i = 1; i < layers && status == NOTCH_OK; i++) {
        status = get_layer(&from, i, &layer, error);
        if (status == NOTCH_OK) {
            status = add_layer(model, &layer, error);
        }
    }
    return status;
}

notch_status notch_stored_model_decode(const uint8_t *bytes, uint64_t count, notch_model *model,
                                       uint32_t *classes, notch_error *error)
{
    const uint8_t *from = bytes;
    char name[NAME];
    uint8_t again[NOTCH_STORED_MODEL_MAX];
    notch_status status = NOTCH_OK;
    const uint32_t layers = count < NOTCH_FORMAT_MODEL_HEADER ? 0 : notch_get_u32(bytes + NAME + 4);
    if (layers < 1 || layers > NOTCH_LAYERS_MAX || count != notch_stored_model_bytes(layers)) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%u layers in %u bytes, expected 1 to %u of %u bytes each after %u bytes",
                          (uint64_t)layers, count, (uint64_t)NOTCH_LAYERS_MAX,
                          (uint64_t)NOTCH_FORMAT_LAYER, (uint64_t)NOTCH_FORMAT_MODEL_HEADER);
    }
    status = get_name(&from, "model", 0, name, error);
    if (status == NOTCH_OK) {
        *classes = notch_get_u32(from);
        status = build(bytes + NOTCH_FORMAT_MODEL_HEADER, layers, name, model, error);
    }
    if (status == NOTCH_OK) {
        status = notch_model_check(model, *classes, error);
    }
    if (status != NOTCH_OK) {
        if (error != NULL) {
            error->status = NOTCH_ERROR_INPUT;
        }
        return NOTCH_ERROR_INPUT;
    }
    /* Numbers of tensors and parameters, fields that a type does not use, flags, names. */
    notch_stored_model_encode(model, *classes, again);
    if (memcmp(again, bytes, (size_t)count) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "the graph says more than its layers need, expected zeros, %u tensors "
                          "and %u parameters",
                          (uint64_t)model->tensor_count, model->parameters);
    }
    return NOTCH_OK;
}
