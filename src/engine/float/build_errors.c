/* build_errors.c - errors of layers: sums where outputs are used twice, masks of ReLUs.
 * SPDX-License-Identifier: MIT
 */
#include "engine/float/build.h"

#include "engine/float/vector.h"

static const notch_place none = {NOTCH_PLACE_NONE, 0, 0};

/* Floats in a layout, padding included: what functions that go element by element work on. */
static uint64_t floats_of(const dnnl_memory_desc_t *layout)
{
    return dnnl_memory_desc_get_size(layout) / sizeof(float);
}

notch_tensor_value notch_build_error(notch_builder *b, uint32_t layer,
                                     const dnnl_memory_desc_t *wanted)
{
    notch_tensor_value *error = &b->layers[layer].error;
    *error = notch_build_reorder(b, error, wanted, NOTCH_AREA_WORKSPACE);
    return *error;
}

static void sum(const notch_run *run, const notch_step *step)
{
    notch_sum(notch_place_pointer(run, step->places[0]), notch_place_pointer(run, step->places[1]),
              notch_place_pointer(run, step->places[2]), step->count);
}

void notch_build_contribute(notch_builder *b, uint32_t layer, notch_tensor_value contribution)
{
    notch_tensor_value *error = &b->layers[layer].error;
    if (!b->layers[layer].needs_error || b->status != NOTCH_OK) {
        return;
    }
    if (error->place.kind == NOTCH_PLACE_NONE) {
        *error = contribution;
        return;
    }
    const notch_tensor_value added =
        notch_build_reorder(b, &contribution, &error->layout, NOTCH_AREA_WORKSPACE);
    notch_tensor_value total = added.shared ? *error : added;
    if (total.shared) {
        total = (notch_tensor_value){
            error->layout, notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, &error->layout), false};
    }
    notch_build_function(b, sum, error->place, added.place, total.place, none)->count =
        floats_of(&error->layout);
    *error = total;
}

static void mask(const notch_run *run, const notch_step *step)
{
    notch_mask(notch_place_pointer(run, step->places[0]), notch_place_pointer(run, step->places[1]),
               notch_place_pointer(run, step->places[2]), step->count);
}

notch_tensor_value notch_build_mask(notch_builder *b, const notch_tensor_value *error,
                                    const notch_tensor_value *value)
{
    notch_tensor_value masked = *error;
    if (error->shared) {
        masked.place = notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, &error->layout);
        masked.shared = false;
    }
    notch_build_function(b, mask, error->place, value->place, masked.place, none)->count =
        floats_of(&error->layout);
    return masked;
}
