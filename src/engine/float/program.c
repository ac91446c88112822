/* program.c - where the buffers of a program stand, and how its steps run.
 * SPDX-License-Identifier: MIT
 */
#include "engine/float/program.h"

#include <stdlib.h>

#include "model/observe.h"

void *notch_place_pointer(const notch_run *run, notch_place place)
{
    switch (place.kind) {
    case NOTCH_PLACE_VALUES:
        if (run->values[place.index].type == NOTCH_VALUE_F32) {
            /* oneDNN's interface knows no const; values are only ever a source */
            return (void *)(uintptr_t)run->values[place.index].values;
        }
        place.index = place.buffer;
        /* fall through */
    case NOTCH_PLACE_BUFFER: {
        const notch_buffer *buffer = &run->program->buffers[place.index];
        return run->areas[buffer->area] + buffer->offset;
    }
    case NOTCH_PLACE_GRADIENT:
        return run->gradients[place.index];
    case NOTCH_PLACE_STATE:
        return run->state + place.index;
    case NOTCH_PLACE_NONE:
        break;
    }
    return NULL;
}

/* ---- placing --------------------------------------------------------------------------------- */

static bool meet(const notch_buffer *a, const notch_buffer *b)
{
    return a->area == b->area && a->first <= b->last && b->first <= a->last;
}

/* The lowest offset at which `buffer` is clear of the first `count` buffers of `order`. */
static uint64_t lowest_offset(const notch_buffer *buffer, notch_buffer *const *order,
                              uint32_t count)
{
    uint64_t offset = 0;
    bool moved = true;
    while (moved) {
        moved = false;
        for (uint32_t k = 0; k < count; k++) {
            const notch_buffer *other = order[k];
            if (meet(buffer, other) && offset < other->offset + other->bytes &&
                other->offset < offset + buffer->bytes) {
                offset = other->offset + other->bytes;
                moved = true;
            }
        }
    }
    return offset;
}

static int compare_sizes(const void *left, const void *right)
{
    const notch_buffer *const *a = left, *const *b = right;
    if ((*a)->bytes != (*b)->bytes) {
        return (*a)->bytes > (*b)->bytes ? -1 : 1;
    }
    return *a < *b ? -1 : *a > *b; /* a total order: results do not depend on the sort */
}

/* Large ones first, each as low as it goes. */
bool notch_program_place(notch_program *program)
{
    notch_buffer **order = malloc((program->buffer_count + 1) * sizeof *order);
    uint32_t placed = 0;
    if (order == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < program->buffer_count; k++) {
        order[k] = &program->buffers[k];
    }
    qsort(order, program->buffer_count, sizeof *order, compare_sizes);
    for (uint32_t k = 0; k < NOTCH_AREAS; k++) {
        program->area_bytes[k] = 0;
    }
    for (uint32_t k = 0; k < program->buffer_count; k++) {
        notch_buffer *buffer = order[k];
        if (buffer->first > buffer->last) {
            continue;
        }
        buffer->offset = lowest_offset(buffer, order, placed);
        order[placed++] = buffer;
        uint64_t *bytes = &program->area_bytes[buffer->area];
        if (*bytes < buffer->offset + buffer->bytes) {
            *bytes = buffer->offset + buffer->bytes;
        }
    }
    free(order);
    return true;
}

/* ---- running --------------------------------------------------------------------------------- */

/* Points the arguments of a primitive at their data, which may have moved since the last run. */
static dnnl_status_t bind(const notch_run *run, const notch_step *step)
{
    for (uint32_t k = 0; k < step->argument_count; k++) {
        const dnnl_memory_t memory = step->arguments[k].memory;
        void *wanted = notch_place_pointer(run, step->argument_places[k]), *now = NULL;
        dnnl_status_t status = dnnl_memory_get_data_handle(memory, &now);
        if (status == dnnl_success && now != wanted) {
            status = dnnl_memory_set_data_handle(memory, wanted);
        }
        if (status != dnnl_success) {
            return status;
        }
    }
    return dnnl_success;
}

dnnl_status_t notch_program_run(const notch_run *run, dnnl_stream_t stream, uint32_t first,
                                uint32_t end)
{
    dnnl_status_t status = dnnl_success;
    for (uint32_t k = first; k < end && status == dnnl_success; k++) {
        const notch_step *step = &run->program->steps[k];
        if (k == first || step[-1].layer != step->layer || step[-1].pass != step->pass) {
            notch_observe(run->observer, step->pass, step->layer);
        }
        if (step->function != NULL) {
            step->function(run, step);
            continue;
        }
        status = bind(run, step);
        if (status == dnnl_success) {
            status = dnnl_primitive_execute(step->primitive, stream, (int)step->argument_count,
                                            step->arguments);
        }
    }
    return status;
}

void notch_program_clear(notch_program *program)
{
    for (uint32_t k = 0; k < program->step_count; k++) {
        notch_step *step = &program->steps[k];
        for (uint32_t i = 0; i < step->argument_count; i++) {
            (void)dnnl_memory_destroy(step->arguments[i].memory);
        }
        (void)dnnl_primitive_destroy(step->primitive);
    }
    free(program->steps);
    free(program->buffers);
    *program = (notch_program){0};
}
