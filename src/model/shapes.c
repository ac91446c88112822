/* shapes.c - which shapes layers take and give.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "model/layers.h"

notch_status notch_shape_check(const notch_shape *shape, const char *what, const char *name,
                               notch_error *error)
{
    const uint32_t sides[3] = {shape->channels, shape->height, shape->width};
    bool possible = true;
    for (int i = 0; i < 3; i++) {
        possible = possible && sides[i] >= 1 && sides[i] <= NOTCH_MODEL_SIDE_MAX;
    }
    if (possible && notch_shape_values(shape) <= NOTCH_MODEL_VALUES_MAX) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_RANGE,
                      "%s '%s': its shape is %u x %u x %u (channels, height, width), expected "
                      "sides of 1 to %u and at most %u values",
                      what, name, (uint64_t)sides[0], (uint64_t)sides[1], (uint64_t)sides[2],
                      (uint64_t)NOTCH_MODEL_SIDE_MAX, (uint64_t)NOTCH_MODEL_VALUES_MAX);
}

/* The window of a convolution or pool, which has to fit its padded input. */
static notch_status slide(const notch_layer *layer, const notch_layer *input, notch_shape *shape,
                          notch_error *error)
{
    const uint32_t sides[2] = {input->shape.height, input->shape.width};
    uint32_t results[2];
    for (int i = 0; i < 2; i++) {
        /* all terms are at most 2^16, so sums fit */
        const uint32_t padded = sides[i] + 2 * layer->padding[i];
        if (layer->kernel[i] > padded) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "layer '%s': a kernel of %u x %u with padding %u, %u does not fit "
                              "layer '%s' before it, whose shape is %u x %u x %u",
                              layer->name, (uint64_t)layer->kernel[0], (uint64_t)layer->kernel[1],
                              (uint64_t)layer->padding[0], (uint64_t)layer->padding[1], input->name,
                              (uint64_t)input->shape.channels, (uint64_t)sides[0],
                              (uint64_t)sides[1]);
        }
        results[i] = (padded - layer->kernel[i]) / layer->stride[i] + 1;
    }
    shape->height = results[0];
    shape->width = results[1];
    return NOTCH_OK;
}

static notch_status sum(const notch_layer *layer, const notch_layer *first,
                        const notch_layer *second, notch_error *error)
{
    const notch_shape *a = &first->shape, *b = &second->shape;
    if (a->channels == b->channels && a->height == b->height && a->width == b->width) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                      "layer '%s': cannot add layer '%s' of shape %u x %u x %u and layer '%s' of "
                      "shape %u x %u x %u, expected the same shape",
                      layer->name, first->name, (uint64_t)a->channels, (uint64_t)a->height,
                      (uint64_t)a->width, second->name, (uint64_t)b->channels, (uint64_t)b->height,
                      (uint64_t)b->width);
}

notch_status notch_layer_output(const notch_model *model, const notch_layer *layer,
                                notch_shape *shape, notch_error *error)
{
    const notch_layer *input = &model->layers[layer->inputs[0]];
    notch_shape result = input->shape;
    notch_status status = NOTCH_OK;
    switch (layer->type) {
    case NOTCH_LAYER_CONVOLUTION:
        result.channels = layer->outputs;
        status = slide(layer, input, &result, error);
        break;
    case NOTCH_LAYER_MAX_POOL:
    case NOTCH_LAYER_AVERAGE_POOL:
        status = slide(layer, input, &result, error);
        break;
    case NOTCH_LAYER_DENSE:
        result = (notch_shape){layer->outputs, 1, 1};
        break;
    case NOTCH_LAYER_ADD:
        status = sum(layer, input, &model->layers[layer->inputs[1]], error);
        break;
    case NOTCH_LAYER_INPUT:
    case NOTCH_LAYER_RELU:
    case NOTCH_LAYER_LAYER_NORM:
    case NOTCH_LAYER_BATCH_NORM:
        break;
    }
    if (status == NOTCH_OK) {
        status = notch_shape_check(&result, "layer", layer->name, error);
    }
    if (status == NOTCH_OK) {
        *shape = result;
    }
    return status;
}
