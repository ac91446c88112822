/* layer_norm.c - layer norms over all values of a sample, without parameters.
 * SPDX-License-Identifier: MIT
 *
 * y = (x - m) r, r = 1 / sqrt(v + epsilon), with the mean m and the variance v of the sample's
 * values. Backward, with <.> the mean over the sample: dx = r (dy - <dy> - y <dy y>).
 * The order of values makes no difference, so that any layout without padding will do.
 */
#include "engine/float/build.h"

#include "engine/float/vector.h"

static const float epsilon = 1e-5F;

static const notch_place none = {NOTCH_PLACE_NONE, 0, 0};

static uint64_t values_of(const notch_shape *shape)
{
    return (uint64_t)shape->channels * shape->height * shape->width;
}

static void normalise(const notch_run *run, const notch_step *step)
{
    const uint64_t values = values_of(&run->engine->model.layers[step->layer].shape);
    notch_normalise(notch_place_pointer(run, step->places[0]),
                    notch_place_pointer(run, step->places[1]),
                    notch_place_pointer(run, step->places[2]), step->count, values, epsilon);
}

void notch_build_layer_norm(notch_builder *b, uint32_t number)
{
    const notch_layer *layer = &b->model->layers[number];
    notch_layer_build *own = &b->layers[number];
    notch_tensor_value from = b->layers[layer->inputs[0]].value;
    if (!notch_build_is_compact(&from.layout)) {
        const dnnl_memory_desc_t plain = notch_build_plain_value(b, &layer->shape);
        from = notch_build_reorder(b, &from, &plain, NOTCH_AREA_WORKSPACE);
    }
    const uint64_t images = b->program->images;
    own->value = (notch_tensor_value){
        from.layout, notch_build_buffer_for(b, NOTCH_AREA_ACTIVATIONS, &from.layout), false};
    if (b->training) { /* r of each sample */
        own->kept = notch_build_buffer(b, NOTCH_AREA_ACTIVATIONS, images * sizeof(float));
    }
    notch_build_function(b, normalise, from.place, own->value.place, own->kept, none)->count =
        images;
}

static void normalise_backward(const notch_run *run, const notch_step *step)
{
    const uint64_t values = values_of(&run->engine->model.layers[step->layer].shape);
    notch_normalise_backward(notch_place_pointer(run, step->places[0]),
                             notch_place_pointer(run, step->places[1]),
                             notch_place_pointer(run, step->places[2]),
                             notch_place_pointer(run, step->places[3]), step->count, values);
}

void notch_build_layer_norm_backward(notch_builder *b, uint32_t number)
{
    notch_layer_build *own = &b->layers[number];
    const notch_tensor_value error = notch_build_error(b, number, &own->value.layout);
    notch_tensor_value to = error;
    if (error.shared) {
        to.place = notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, &to.layout);
        to.shared = false;
    }
    notch_build_function(b, normalise_backward, error.place, own->value.place, own->kept, to.place)
        ->count = b->program->images;
    notch_build_contribute(b, b->model->layers[number].inputs[0], to);
}
