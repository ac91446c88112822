/* layers.h - what the files of a model share: checks of one layer, and its parameter tensors.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_MODEL_LAYERS_H
#define NOTCH_MODEL_LAYERS_H

#include <notch/model.h>

/* a * b, or UINT64_MAX where that is less. */
static inline uint64_t notch_saturating_product(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static inline uint64_t notch_shape_values(const notch_shape *shape)
{
    return (uint64_t)shape->channels * shape->height * shape->width; /* at most 2^48 */
}

/* Whether a shape has sides of 1 to NOTCH_MODEL_SIDE_MAX and no more values than allowed; `what`
 * begins the sentence if not ("layer"), followed by `name` in quotes. RANGE. */
notch_status notch_shape_check(const notch_shape *shape, const char *what, const char *name,
                               notch_error *error);

/* Whether the layer's fields suit its type: what the type uses is in range, all else is zero.
 * ARGUMENT, RANGE. */
notch_status notch_layer_check(const notch_layer *layer, notch_error *error);

/* The shape of the output of a layer whose inputs are in the model. ARGUMENT, RANGE. */
notch_status notch_layer_output(const notch_model *model, const notch_layer *layer,
                                notch_shape *shape, notch_error *error);

/* Fills tensors[0 .. *count), the weight and the bias of a layer that is to be number `number` of
 * the model, without name and offset. RANGE where the model would have too many parameters. */
notch_status notch_layer_tensors(const notch_model *model, const notch_layer *layer,
                                 uint32_t number, notch_tensor tensors[2], uint32_t *count,
                                 notch_error *error);

/* Whether 1 to NOTCH_LAYER_NAME_MAX letters, digits, '-', '_', '.' and a NUL. */
bool notch_layer_name_valid(const char *name);

/* Appends a layer that is known to fit, or stops at the first failure: for presets. */
typedef struct notch_builder {
    notch_model *model;
    notch_error *error;
    notch_status status;
} notch_builder;

/* Appends *layer, whose first input is the last layer so far unless it says another. Returns its
 * number. */
uint32_t notch_builder_add(notch_builder *builder, notch_layer layer, const char *name);

/* All but the input of ResNet-18. */
void notch_build_resnet18(notch_builder *builder, uint32_t classes);

#endif
