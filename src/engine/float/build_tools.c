/* build_tools.c - buffers, layouts and steps of a program under construction.
 * SPDX-License-Identifier: MIT
 */
#include "engine/float/build.h"

#include <stdlib.h>

#include "base/message.h"
#include "engine/float/vector.h"

bool notch_build_good(notch_builder *b, dnnl_status_t status)
{
    if (b->status == NOTCH_OK && status != dnnl_success) {
        const char *layer = b->model->layers[b->layer].name;
        b->status =
            status == dnnl_out_of_memory
                ? notch_fail(b->error, NOTCH_ERROR_MEMORY, "engine: no memory for layer %s", layer)
                : notch_fail(b->error, NOTCH_ERROR_UNSUPPORTED,
                             "engine float: oneDNN cannot run layer %s on batches of %u", layer,
                             (uint64_t)b->program->images);
    }
    return b->status == NOTCH_OK;
}

/* ---- buffers --------------------------------------------------------------------------------- */

/* Room for one more element in an array; false if there is no memory. */
static bool grow(void **array, uint32_t count, uint32_t *capacity, size_t element)
{
    if (count < *capacity) {
        return true;
    }
    const uint32_t more = *capacity == 0 ? 64 : *capacity * 2;
    void *grown = realloc(*array, more * element);
    if (grown != NULL) {
        *array = grown;
        *capacity = more;
    }
    return grown != NULL;
}

notch_place notch_build_buffer(notch_builder *b, notch_area area, uint64_t bytes)
{
    notch_program *p = b->program;
    void *buffers = p->buffers;
    const bool room = grow(&buffers, p->buffer_count, &p->buffer_capacity, sizeof *p->buffers);
    p->buffers = buffers;
    if (!room) {
        (void)notch_build_good(b, dnnl_out_of_memory);
        return (notch_place){NOTCH_PLACE_NONE, 0, 0};
    }
    p->buffers[p->buffer_count] =
        (notch_buffer){.area = area,
                       .bytes = (bytes + NOTCH_ALIGNMENT - 1) / NOTCH_ALIGNMENT * NOTCH_ALIGNMENT,
                       .first = UINT32_MAX};
    return (notch_place){NOTCH_PLACE_BUFFER, p->buffer_count++, 0};
}

notch_place notch_build_buffer_for(notch_builder *b, notch_area area,
                                   const dnnl_memory_desc_t *layout)
{
    return notch_build_buffer(b, area, dnnl_memory_desc_get_size(layout));
}

/* Notes that step number `step` uses the place. */
static void use(notch_program *program, notch_place place, uint32_t step)
{
    if (place.kind == NOTCH_PLACE_BUFFER || place.kind == NOTCH_PLACE_VALUES) {
        const uint32_t index = place.kind == NOTCH_PLACE_BUFFER ? place.index : place.buffer;
        notch_buffer *buffer = &program->buffers[index];
        if (buffer->first > step) {
            buffer->first = step;
        }
        if (buffer->last < step) {
            buffer->last = step;
        }
    }
}

/* ---- layouts --------------------------------------------------------------------------------- */

dnnl_memory_desc_t notch_build_plain(notch_builder *b, int dimensions, const dnnl_dims_t sizes)
{
    static const dnnl_format_tag_t tags[] = {dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc,
                                             dnnl_abcd};
    dnnl_memory_desc_t layout = {0};
    (void)notch_build_good(
        b, dnnl_memory_desc_init_by_tag(&layout, dimensions, sizes, dnnl_f32, tags[dimensions]));
    return layout;
}

dnnl_memory_desc_t notch_build_any(const dnnl_memory_desc_t *layout)
{
    dnnl_memory_desc_t any = {0};
    (void)dnnl_memory_desc_init_by_tag(&any, layout->ndims, layout->dims, dnnl_f32,
                                       dnnl_format_tag_any);
    return any;
}

dnnl_memory_desc_t notch_build_plain_value(notch_builder *b, const notch_shape *shape)
{
    const dnnl_dims_t sizes = {b->program->images, shape->channels, shape->height, shape->width};
    return notch_build_plain(b, 4, sizes);
}

bool notch_build_same(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b)
{
    return dnnl_memory_desc_equal(a, b) != 0;
}

bool notch_build_is_compact(const dnnl_memory_desc_t *layout)
{
    uint64_t count = 1;
    for (int k = 0; k < layout->ndims; k++) {
        count *= (uint64_t)layout->dims[k];
    }
    return dnnl_memory_desc_get_size(layout) == count * sizeof(float);
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Never NULL: after a failure it is a step that nobody runs. */
static notch_step *append(notch_builder *b)
{
    notch_program *p = b->program;
    void *steps = p->steps;
    const bool room = grow(&steps, p->step_count, &p->step_capacity, sizeof *p->steps);
    p->steps = steps;
    if (!room) {
        (void)notch_build_good(b, dnnl_out_of_memory);
        b->nobody = (notch_step){0};
        return &b->nobody;
    }
    notch_step *step = &p->steps[p->step_count++];
    *step = (notch_step){.layer = b->layer, .pass = b->pass};
    return step;
}

dnnl_primitive_desc_t notch_build_descriptor(notch_builder *b, const_dnnl_op_desc_t operation,
                                             const_dnnl_primitive_desc_t hint, bool rectify)
{
    dnnl_primitive_desc_t descriptor = NULL;
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t after = NULL;
    if (b->status != NOTCH_OK) {
        return NULL;
    }
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status == dnnl_success) {
        status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    }
    if (rectify && status == dnnl_success) {
        status = dnnl_post_ops_create(&after);
        if (status == dnnl_success) {
            status = dnnl_post_ops_append_eltwise(after, 1.0F, dnnl_eltwise_relu, 0.0F, 0.0F);
        }
        if (status == dnnl_success) {
            status = dnnl_primitive_attr_set_post_ops(attributes, after);
        }
    }
    if (status == dnnl_success) {
        status = dnnl_primitive_desc_create(&descriptor, operation, attributes, b->onednn, hint);
    }
    (void)dnnl_post_ops_destroy(after);
    (void)dnnl_primitive_attr_destroy(attributes);
    (void)notch_build_good(b, status);
    return descriptor;
}

const dnnl_memory_desc_t *notch_build_layout(dnnl_primitive_desc_t descriptor, dnnl_query_t query)
{
    return dnnl_primitive_desc_query_md(descriptor, query, 0);
}

notch_step *notch_build_primitive(notch_builder *b, dnnl_primitive_desc_t descriptor)
{
    notch_step *step = append(b);
    if (b->status != NOTCH_OK) {
        return step;
    }
    if (!b->dry) {
        (void)notch_build_good(b, dnnl_primitive_create(&step->primitive, descriptor));
    }
    const dnnl_memory_desc_t *scratchpad = notch_build_layout(descriptor, dnnl_query_scratchpad_md);
    if (scratchpad != NULL && dnnl_memory_desc_get_size(scratchpad) != 0) {
        notch_build_argument(b, step, DNNL_ARG_SCRATCHPAD, scratchpad,
                             notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, scratchpad));
    }
    return step;
}

void notch_build_argument(notch_builder *b, notch_step *step, int number,
                          const dnnl_memory_desc_t *layout, notch_place place)
{
    dnnl_memory_t memory = NULL;
    if (b->status != NOTCH_OK) {
        return;
    }
    if (!b->dry &&
        !notch_build_good(b, dnnl_memory_create(&memory, layout, b->onednn, DNNL_MEMORY_NONE))) {
        return;
    }
    step->arguments[step->argument_count] = (dnnl_exec_arg_t){number, memory};
    step->argument_places[step->argument_count] = place;
    step->argument_count++;
    use(b->program, place, b->program->step_count - 1);
}

notch_step *notch_build_function(notch_builder *b, notch_step_function *function, notch_place p0,
                                 notch_place p1, notch_place p2, notch_place p3)
{
    const notch_place places[NOTCH_STEP_PLACES] = {p0, p1, p2, p3};
    notch_step *step = append(b);
    step->function = function;
    for (uint32_t k = 0; k < NOTCH_STEP_PLACES && b->status == NOTCH_OK; k++) {
        step->places[k] = places[k];
        use(b->program, places[k], b->program->step_count - 1);
    }
    return step;
}

/* ---- reorders, weights, gradients ------------------------------------------------------------ */

void notch_build_reorder_to(notch_builder *b, const notch_tensor_value *from,
                            const notch_tensor_value *to)
{
    dnnl_primitive_desc_t descriptor = NULL;
    dnnl_primitive_attr_t attributes = NULL;
    if (b->status != NOTCH_OK) {
        return;
    }
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status == dnnl_success) {
        status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    }
    if (status == dnnl_success) {
        status = dnnl_reorder_primitive_desc_create(&descriptor, &from->layout, b->onednn,
                                                    &to->layout, b->onednn, attributes);
    }
    (void)dnnl_primitive_attr_destroy(attributes);
    if (notch_build_good(b, status)) {
        notch_step *step = notch_build_primitive(b, descriptor);
        notch_build_argument(b, step, DNNL_ARG_FROM, &from->layout, from->place);
        notch_build_argument(b, step, DNNL_ARG_TO, &to->layout, to->place);
    }
    (void)dnnl_primitive_desc_destroy(descriptor);
}

notch_tensor_value notch_build_reorder(notch_builder *b, const notch_tensor_value *value,
                                       const dnnl_memory_desc_t *wanted, notch_area area)
{
    if (b->status != NOTCH_OK || notch_build_same(&value->layout, wanted)) {
        return *value;
    }
    const notch_tensor_value copy = {*wanted, notch_build_buffer_for(b, area, wanted), false};
    notch_build_reorder_to(b, value, &copy);
    return copy;
}

static void widen(const notch_run *run, const notch_step *step)
{
    const notch_values *values = &run->values[step->places[0].index];
    float *wide = notch_place_pointer(run, step->places[0]);
    if (values->type == NOTCH_VALUE_I8) {
        notch_widen8(values->values, wide, step->count);
    } else if (values->type == NOTCH_VALUE_I16) {
        notch_widen16(values->values, wide, step->count);
    }
}

notch_place notch_build_weights(notch_builder *b, uint32_t tensor, const dnnl_memory_desc_t *plain,
                                const dnnl_memory_desc_t *wanted)
{
    const notch_place none = {NOTCH_PLACE_NONE, 0, 0};
    const uint64_t count = b->model->tensors[tensor].count;
    const notch_place buffer = notch_build_buffer(b, NOTCH_AREA_WEIGHTS, count * sizeof(float));
    const notch_tensor_value wide = {*plain, {NOTCH_PLACE_VALUES, tensor, buffer.index}, false};
    notch_build_function(b, widen, wide.place, none, none, none)->count = count;
    return notch_build_reorder(b, &wide, wanted, NOTCH_AREA_WEIGHTS).place;
}

notch_place notch_build_gradient(notch_builder *b, uint32_t tensor, const dnnl_memory_desc_t *plain,
                                 const dnnl_memory_desc_t *layout)
{
    if (notch_build_same(plain, layout)) {
        return (notch_place){NOTCH_PLACE_GRADIENT, tensor, 0};
    }
    return notch_build_buffer_for(b, NOTCH_AREA_WORKSPACE, layout);
}

void notch_build_gradient_done(notch_builder *b, uint32_t tensor, const dnnl_memory_desc_t *plain,
                               const dnnl_memory_desc_t *layout, notch_place place)
{
    if (b->status == NOTCH_OK && place.kind != NOTCH_PLACE_GRADIENT) {
        const notch_tensor_value from = {*layout, place, false};
        const notch_tensor_value to = {*plain, {NOTCH_PLACE_GRADIENT, tensor, 0}, false};
        notch_build_reorder_to(b, &from, &to);
    }
}
