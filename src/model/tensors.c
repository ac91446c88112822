/* tensors.c - the parameter tensors that layers need.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "model/layers.h"

/* Sizes of the weight; returns how many there are, 0 for a layer without parameters. */
static uint32_t weight_sizes(const notch_layer *layer, const notch_shape *input, uint32_t sizes[4])
{
    switch (layer->type) {
    case NOTCH_LAYER_CONVOLUTION:
        sizes[0] = layer->outputs;
        sizes[1] = input->channels;
        sizes[2] = layer->kernel[0];
        sizes[3] = layer->kernel[1];
        return 4;
    case NOTCH_LAYER_DENSE:
        sizes[0] = layer->outputs;
        sizes[1] = (uint32_t)notch_shape_values(input); /* at most NOTCH_MODEL_VALUES_MAX */
        return 2;
    case NOTCH_LAYER_BATCH_NORM:
        sizes[0] = input->channels;
        return layer->affine ? 1 : 0;
    case NOTCH_LAYER_INPUT:
    case NOTCH_LAYER_RELU:
    case NOTCH_LAYER_MAX_POOL:
    case NOTCH_LAYER_AVERAGE_POOL:
    case NOTCH_LAYER_LAYER_NORM:
    case NOTCH_LAYER_ADD:
        break;
    }
    return 0;
}

notch_status notch_layer_tensors(const notch_model *model, const notch_layer *layer,
                                 uint32_t number, notch_tensor tensors[2], uint32_t *count,
                                 notch_error *error)
{
    notch_tensor weight = {.role = NOTCH_TENSOR_WEIGHT, .layer = number, .fan_in = 1, .count = 1};
    const notch_shape *input = &model->layers[layer->inputs[0]].shape;
    weight.dimensions = weight_sizes(layer, input, weight.sizes);
    *count = 0;
    if (weight.dimensions == 0) {
        return NOTCH_OK;
    }
    uint64_t fan_in = 1;
    for (uint32_t i = 0; i < weight.dimensions; i++) {
        weight.count = notch_saturating_product(weight.count, weight.sizes[i]);
        fan_in = notch_saturating_product(fan_in, i == 0 ? 1 : weight.sizes[i]);
    }
    const bool has_bias = layer->bias || layer->affine;
    const uint64_t room = NOTCH_MODEL_PARAMETERS_MAX - model->parameters;
    if (weight.count > room || (has_bias && weight.sizes[0] > room - weight.count)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "layer '%s': its parameters and the %u of the layers before are more "
                          "than %u",
                          layer->name, model->parameters, NOTCH_MODEL_PARAMETERS_MAX);
    }
    weight.fan_in = (uint32_t)fan_in; /* a factor of count, which is at most 2^31 */
    tensors[(*count)++] = weight;
    if (has_bias) {
        tensors[(*count)++] = (notch_tensor){.role = NOTCH_TENSOR_BIAS,
                                             .layer = number,
                                             .dimensions = 1,
                                             .sizes = {weight.sizes[0]},
                                             .fan_in = weight.fan_in,
                                             .count = weight.sizes[0]};
    }
    return NOTCH_OK;
}
