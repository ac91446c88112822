/* program.h - a model compiled for one number of images: steps that run on places in one arena.
 * SPDX-License-Identifier: MIT
 *
 * A step is a primitive of oneDNN or a function of ours. Its data stand at places: a buffer of the
 * arena, a parameter tensor of the caller's, a gradient, or the engine's state. A buffer lives from
 * the first step that names it to the last one; buffers whose lives do not meet share memory.
 */
#ifndef NOTCH_ENGINE_FLOAT_PROGRAM_H
#define NOTCH_ENGINE_FLOAT_PROGRAM_H

#include "engine/engine.h"

#include <oneapi/dnnl/dnnl.h>

#define NOTCH_ALIGNMENT 64u /* of everything in the arena: a cache line, an AVX-512 register */

/* What a buffer counts as in notch_engine_memory. Each area is one stretch of the arena. */
typedef enum notch_area {
    NOTCH_AREA_WEIGHTS = 0,
    NOTCH_AREA_ACTIVATIONS = 1,
    NOTCH_AREA_WORKSPACE = 2,
    NOTCH_AREAS = 3
} notch_area;

typedef enum notch_place_kind {
    NOTCH_PLACE_NONE = 0,
    NOTCH_PLACE_BUFFER,   /* index: number of the buffer */
    NOTCH_PLACE_VALUES,   /* index: tensor; floats are the caller's, integers widened in `buffer` */
    NOTCH_PLACE_GRADIENT, /* index: tensor */
    NOTCH_PLACE_STATE     /* index: the first float */
} notch_place_kind;

typedef struct notch_place {
    notch_place_kind kind;
    uint32_t index, buffer;
} notch_place;

typedef struct notch_buffer {
    notch_area area;
    uint64_t bytes;
    uint64_t offset;      /* in its area, once placed */
    uint32_t first, last; /* steps between which it lives; first > last: no step names it */
} notch_buffer;

enum {
    NOTCH_STEP_ARGUMENTS = 14, /* of a primitive */
    NOTCH_STEP_PLACES = 4      /* of a function of ours */
};

typedef struct notch_run notch_run;
typedef struct notch_step notch_step;
typedef void notch_step_function(const notch_run *run, const notch_step *step);

struct notch_step {
    uint32_t layer;
    notch_pass pass;
    notch_step_function *function; /* NULL: the primitive */
    notch_place places[NOTCH_STEP_PLACES];
    uint64_t count; /* of values, as the function understands it */
    uint32_t flags;

    dnnl_primitive_t primitive;
    uint32_t argument_count;
    dnnl_exec_arg_t arguments[NOTCH_STEP_ARGUMENTS];
    notch_place argument_places[NOTCH_STEP_ARGUMENTS];
};

typedef struct notch_program {
    uint32_t images; /* the number it was compiled for */
    notch_step *steps;
    uint32_t step_count, step_capacity;
    uint32_t backward; /* the first step of the backward pass; step_count if there is none */
    notch_buffer *buffers;
    uint32_t buffer_count, buffer_capacity;
    uint64_t area_bytes[NOTCH_AREAS]; /* once placed */
} notch_program;

/* What the steps of one call see. */
struct notch_run {
    const notch_program *program;
    const notch_engine *engine;
    unsigned char *const *areas; /* [NOTCH_AREAS] */
    float *const *gradients;     /* [tensors] */
    float *state;
    const float *pixels; /* [256]: what each value of a pixel stands for */
    const notch_values *values;
    const notch_batch *batch;
    notch_batch_result *result;
    float *probabilities;
    const notch_observer *observer; /* NULL: none */
};

void *notch_place_pointer(const notch_run *run, notch_place place);

/* Assigns offsets to buffers and sizes to areas; false if there is no memory to work in. */
bool notch_program_place(notch_program *program);

/* Runs the steps from `first` to the one before `end`. */
dnnl_status_t notch_program_run(const notch_run *run, dnnl_stream_t stream, uint32_t first,
                                uint32_t end);

/* Frees what the program holds. */
void notch_program_clear(notch_program *program);

#endif
