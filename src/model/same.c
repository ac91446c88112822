/* same.c - whether two models are the same graph.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "model/layers.h"

/* A field of a layer that has to agree. */
typedef struct field {
    const char *name;
    uint64_t left, right;
} field;

static notch_status compare_layers(const notch_layer *a, const notch_layer *b, uint32_t number,
                                   notch_error *error)
{
    if (a->type != b->type) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "layer %u differs: '%s' of type %s, and '%s' of type %s",
                          (uint64_t)number, a->name, notch_layer_type_name(a->type), b->name,
                          notch_layer_type_name(b->type));
    }
    const field fields[] = {
        {"channels", a->shape.channels, b->shape.channels},
        {"height", a->shape.height, b->shape.height},
        {"width", a->shape.width, b->shape.width},
        {"input", a->inputs[0], b->inputs[0]},
        {"second input", a->inputs[1], b->inputs[1]},
        {"kernel height", a->kernel[0], b->kernel[0]},
        {"kernel width", a->kernel[1], b->kernel[1]},
        {"vertical stride", a->stride[0], b->stride[0]},
        {"horizontal stride", a->stride[1], b->stride[1]},
        {"vertical padding", a->padding[0], b->padding[0]},
        {"horizontal padding", a->padding[1], b->padding[1]},
        {"bias", a->bias, b->bias},
        {"affine", a->affine, b->affine},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].left != fields[i].right) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "layer %u differs: '%s' has %s %u, and '%s' has %u", (uint64_t)number,
                              a->name, fields[i].name, fields[i].left, b->name, fields[i].right);
        }
    }
    return NOTCH_OK;
}

notch_status notch_model_same(const notch_model *model, const notch_model *other,
                              notch_error *error)
{
    if (model == NULL || other == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: it is missing");
    }
    for (uint32_t i = 0; i < model->layer_count && i < other->layer_count; i++) {
        const notch_status status = compare_layers(&model->layers[i], &other->layers[i], i, error);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    if (model->layer_count != other->layer_count) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model '%s' has %u layers, and '%s' has %u",
                          model->name, (uint64_t)model->layer_count, other->name,
                          (uint64_t)other->layer_count);
    }
    return NOTCH_OK;
}
