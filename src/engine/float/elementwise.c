/* elementwise.c - ReLUs that no other layer does on the way, and sums of two layers.
 * SPDX-License-Identifier: MIT
 */
#include "engine/float/build.h"

#include "engine/float/vector.h"

static const notch_place none = {NOTCH_PLACE_NONE, 0, 0};

static uint64_t floats_of(const dnnl_memory_desc_t *layout)
{
    return dnnl_memory_desc_get_size(layout) / sizeof(float);
}

static void rectify(const notch_run *run, const notch_step *step)
{
    notch_rectify(notch_place_pointer(run, step->places[0]),
                  notch_place_pointer(run, step->places[1]), step->count);
}

void notch_build_relu(notch_builder *b, uint32_t number)
{
    notch_layer_build *own = &b->layers[number];
    const notch_layer_build *input = &b->layers[b->model->layers[number].inputs[0]];
    own->value = input->value;
    if (!input->rectified) {
        own->value.place = notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &own->value.layout);
        notch_build_function(b, rectify, input->value.place, own->value.place, none, none)->count =
            floats_of(&own->value.layout);
    }
}

void notch_build_relu_backward(notch_builder *b, uint32_t number)
{
    notch_layer_build *own = &b->layers[number];
    const uint32_t input = b->model->layers[number].inputs[0];
    const bool by_input =
        b->layers[input].rectified && b->model->layers[input].type == NOTCH_LAYER_BATCH_NORM;
    notch_tensor_value error = own->error;
    if (!own->masked && !by_input) {
        error = notch_build_error(b, number, &own->value.layout);
        error = notch_build_mask(b, &error, &own->value);
    }
    notch_build_contribute(b, input, error);
}

static void add(const notch_run *run, const notch_step *step)
{
    const float *left = notch_place_pointer(run, step->places[0]);
    const float *right = notch_place_pointer(run, step->places[1]);
    float *sum = notch_place_pointer(run, step->places[2]);
    if (step->flags != 0) {
        notch_sum_rectified(left, right, sum, step->count);
    } else {
        notch_sum(left, right, sum, step->count);
    }
}

void notch_build_add(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    const notch_tensor_value *left = &b->layers[layer->inputs[0]].value;
    const notch_tensor_value right = notch_build_reorder(b, &b->layers[layer->inputs[1]].value,
                                                         &left->layout, NOTCH_AREA_WORKSPACE);
    own->value = (notch_tensor_value){
        left->layout, notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &left->layout), false};
    notch_step *step =
        notch_build_function(b, add, left->place, right.place, own->value.place, none);
    step->count = floats_of(&left->layout);
    step->flags = own->rectified;
}

/* Both inputs have the sum's error; if both want it, neither may write it. */
void notch_build_add_backward(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_tensor_value error = b->layers[number].error;
    error.shared |=
        b->layers[layer->inputs[0]].needs_error && b->layers[layer->inputs[1]].needs_error;
    notch_build_contribute(b, layer->inputs[0], error);
    notch_build_contribute(b, layer->inputs[1], error);
}
