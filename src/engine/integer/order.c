/* order.c - weights in the order of columns, and gradients in that of tensors.
 * SPDX-License-Identifier: MIT
 *
 * Tensors lie as [output][input channel][height][width]; columns as [height][width][channel]. Taps
 * that only ever meet padding have no column, and a gradient of zero.
 */
#include <string.h>

#include "engine/integer/parts.h"

/* The tensor of a weight layer as [outputs][channels][plane], and which part of the plane has
 * columns. */
typedef struct tensor_order {
    uint32_t channels;
    uint32_t height, width; /* of a plane */
    uint32_t first[2], taps[2];
} tensor_order;

static tensor_order order_of(const notch_integer *engine, const notch_stage *stage)
{
    const notch_layer *layer = &engine->model.layers[stage->layer];
    const notch_shape *in = &stage->window.in;
    if (layer->type == NOTCH_LAYER_DENSE) {
        return (tensor_order){in->channels, in->height, in->width, {0, 0}, {in->height, in->width}};
    }
    return (tensor_order){in->channels,
                          layer->kernel[0],
                          layer->kernel[1],
                          {stage->first_tap[0], stage->first_tap[1]},
                          {stage->window.kernel[0], stage->window.kernel[1]}};
}

typedef struct ordering {
    tensor_order order;
    const int8_t *weights;
    int8_t *out;
    const int32_t *products;
    int32_t *gradient;
    uint32_t outputs;
    const notch_row_kernels *rows;
} ordering;

static size_t tensor_place(const tensor_order *o, uint32_t ty, uint32_t tx)
{
    return (size_t)(o->first[0] + ty) * o->width + o->first[1] + tx;
}

/* Taps that lie next to each other in a plane: all of them, or those of one row. */
static uint32_t lines_of(const tensor_order *o)
{
    return o->taps[1] == o->width ? 1 : o->taps[0];
}

static uint32_t line_taps(const tensor_order *o)
{
    return o->taps[0] * o->taps[1] / lines_of(o);
}

static void order_output(void *argument, uint64_t output, uint32_t worker)
{
    (void)worker;
    const ordering *job = argument;
    const tensor_order *o = &job->order;
    const size_t plane = (size_t)o->height * o->width;
    const int8_t *from = job->weights + output * o->channels * plane;
    int8_t *out = job->out + output * o->taps[0] * o->taps[1] * o->channels;
    for (uint32_t line = 0; line < lines_of(o); line++) {
        job->rows->transpose_bytes(from + tensor_place(o, line, 0), plane, o->channels,
                                   line_taps(o), out, (ptrdiff_t)o->channels);
        out += (size_t)line_taps(o) * o->channels;
    }
}

void notch_order_weights(notch_integer *engine, const notch_stage *stage, const int8_t *weights)
{
    ordering job = {.order = order_of(engine, stage),
                    .weights = weights,
                    .out = engine->shared.reordered,
                    .rows = engine->rows};
    if (engine->ordered != stage) {
        notch_integer_run(engine, order_output, &job, stage->outputs);
        engine->ordered = stage;
    }
}

/* Of input channel `channel`: [taps from last to first][outputs]. */
static void order_channel(void *argument, uint64_t channel, uint32_t worker)
{
    (void)worker;
    const ordering *job = argument;
    const tensor_order *o = &job->order;
    const size_t plane = (size_t)o->height * o->width, step = o->channels * plane;
    int8_t *end = job->out + (channel + 1) * o->taps[0] * o->taps[1] * job->outputs;
    for (uint32_t line = 0; line < lines_of(o); line++) {
        const int8_t *from = job->weights + channel * plane + tensor_place(o, line, 0);
        job->rows->transpose_bytes(from, step, job->outputs, line_taps(o), end - job->outputs,
                                   -(ptrdiff_t)job->outputs);
        end -= (size_t)line_taps(o) * job->outputs;
    }
}

void notch_order_back(notch_integer *engine, const notch_stage *stage, const int8_t *weights)
{
    ordering job = {.order = order_of(engine, stage),
                    .weights = weights,
                    .out = engine->shared.reordered,
                    .outputs = stage->outputs,
                    .rows = engine->rows};
    engine->ordered = NULL;
    notch_integer_run(engine, order_channel, &job, job.order.channels);
}

static void order_gradient_of(void *argument, uint64_t output, uint32_t worker)
{
    (void)worker;
    const ordering *job = argument;
    const tensor_order *o = &job->order;
    const size_t plane = (size_t)o->height * o->width;
    const int32_t *from = job->products + output * o->taps[0] * o->taps[1] * o->channels;
    int32_t *out = job->gradient + output * o->channels * plane;
    if ((size_t)o->taps[0] * o->taps[1] < plane) {
        memset(out, 0, o->channels * plane * sizeof *out);
    }
    for (uint32_t line = 0; line < lines_of(o); line++) {
        job->rows->transpose_words(from, o->channels, line_taps(o), o->channels,
                                   out + tensor_place(o, line, 0), plane);
        from += (size_t)line_taps(o) * o->channels;
    }
}

void notch_order_gradient(const notch_integer *engine, const notch_stage *stage,
                          const int32_t *products, int32_t *gradient)
{
    ordering job = {.order = order_of(engine, stage),
                    .products = products,
                    .gradient = gradient,
                    .rows = engine->rows};
    notch_integer_run(engine, order_gradient_of, &job, stage->outputs);
}
