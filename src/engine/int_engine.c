/* int_engine.c - the integer engine behind the interface of all engines: memory and threads.
 * SPDX-License-Identifier: MIT
 *
 * What is computed is in engine/integer; nothing here has an influence on it. Floating point is
 * only what results are reported in.
 */
#include <notch/integer.h>
#include <notch/notch.h>

#include <math.h>
#include <stdlib.h>

#include "base/message.h"
#include "engine/engine.h"

enum {
    ALIGNMENT = 64,
    LOSS_LOG = 24,
    PROBABILITY_LOG = 30
};

typedef struct int_engine {
    notch_engine base;
    notch_threads *threads;
    notch_integer *integer;
    void *memory;
    uint32_t *probabilities; /* of a batch */
} int_engine;

static notch_integer_options options_of(const notch_engine_options *options)
{
    const uint32_t threads = options->threads;
    return (notch_integer_options){.batch = options->batch,
                                   .workers = threads == 0 ? notch_threads_usable() : threads,
                                   .isa = options->isa,
                                   .training = options->training,
                                   .mean = options->pixels.mean,
                                   .deviation = options->pixels.deviation,
                                   .sharpness = options->sharpness,
                                   .observer = options->observer};
}

static uint64_t probability_bytes(const notch_model *model, const notch_engine_options *options)
{
    const uint32_t classes = model->layers[model->layer_count - 1].shape.channels;
    return (uint64_t)options->batch * classes * sizeof(uint32_t);
}

static notch_status memory_needed(const notch_model *model, const notch_engine_options *options,
                                  notch_engine_memory *memory, notch_error *error)
{
    const notch_integer_options own = options_of(options);
    notch_integer_sizes sizes;
    const notch_status status = notch_integer_memory(model, &own, &sizes, error);
    if (status == NOTCH_OK) {
        const uint64_t parts = sizes.weights + sizes.activations + sizes.gradients + sizes.state;
        *memory = (notch_engine_memory){.weights = sizes.weights,
                                        .activations = sizes.activations,
                                        .gradients = sizes.gradients,
                                        .state = sizes.state,
                                        .workspace = sizes.total - parts +
                                                     probability_bytes(model, options)};
    }
    return status;
}

static void destroy(notch_engine *engine)
{
    int_engine *e = (int_engine *)engine;
    notch_threads_destroy(e->threads);
    free(e->probabilities);
    free(e->memory);
    free(e);
}

static notch_status start(int_engine *e, const notch_integer_options *own, uint64_t bytes,
                          notch_error *error)
{
    e->memory = bytes > SIZE_MAX - ALIGNMENT ? NULL : aligned_alloc(ALIGNMENT, (size_t)bytes);
    e->probabilities = malloc((size_t)probability_bytes(&e->base.model, &e->base.options));
    if (e->memory == NULL || e->probabilities == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "engine int: no memory for %u bytes", bytes);
    }
    const notch_status status =
        notch_integer_init(&e->base.model, own, e->memory, bytes, &e->integer, error);
    return status == NOTCH_OK ? notch_threads_create(own->workers, &e->threads, error) : status;
}

static notch_status create(const notch_model *model, const notch_engine_options *options,
                           notch_engine **engine, notch_error *error)
{
    const notch_integer_options own = options_of(options);
    notch_integer_sizes sizes;
    notch_status status = notch_integer_memory(model, &own, &sizes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    int_engine *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "engine int: no memory");
    }
    e->base = (notch_engine){.functions = &notch_engine_int,
                             .options = *options,
                             .classes = model->layers[model->layer_count - 1].shape.channels,
                             .model = *model};
    e->base.options.threads = own.workers;
    status = start(e, &own, sizes.total, error);
    if (status != NOTCH_OK) {
        destroy(&e->base);
        return status;
    }
    *engine = &e->base;
    return NOTCH_OK;
}

static const notch_executor *executor(const notch_engine *engine)
{
    return notch_threads_executor(((const int_engine *)engine)->threads);
}

static notch_status take_weights(const int_engine *e, const notch_values *values,
                                 const int8_t **weights, notch_error *error)
{
    for (uint32_t t = 0; t < e->base.model.tensor_count; t++) {
        if (values[t].type != NOTCH_VALUE_I8) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "engine int: the values of %s are %s, expected integers of 8 bits "
                              "or less; engine float takes them",
                              e->base.model.tensors[t].name,
                              values[t].type == NOTCH_VALUE_I16 ? "integers of 16 bits" : "floats");
        }
        weights[t] = values[t].values;
    }
    return NOTCH_OK;
}

static notch_integer_batch batch_of(const notch_batch *batch)
{
    return (notch_integer_batch){
        .images = batch->images, .labels = batch->labels, .count = batch->count, .key = batch->key};
}

static notch_batch_result result_of(const notch_integer_result *result)
{
    return (notch_batch_result){.loss = (double)result->loss / (double)(1 << LOSS_LOG),
                                .correct = result->correct};
}

static notch_status train(notch_engine *engine, const notch_values *values,
                          const notch_batch *batch, notch_batch_result *result, notch_error *error)
{
    int_engine *e = (int_engine *)engine;
    const int8_t *weights[NOTCH_TENSORS_MAX];
    const notch_integer_batch own = batch_of(batch);
    notch_integer_result computed;
    notch_status status = take_weights(e, values, weights, error);
    if (status == NOTCH_OK) {
        status = notch_integer_train(e->integer, weights, &own, executor(engine), &computed, error);
    }
    if (status == NOTCH_OK) {
        *result = result_of(&computed);
    }
    return status;
}

static notch_gradient gradient(const notch_engine *engine, uint32_t tensor)
{
    return notch_integer_gradient(((const int_engine *)engine)->integer, tensor);
}

static notch_status evaluate(notch_engine *engine, const notch_values *values,
                             const notch_batch *batch, notch_batch_result *result,
                             float *probabilities, notch_error *error)
{
    int_engine *e = (int_engine *)engine;
    const int8_t *weights[NOTCH_TENSORS_MAX];
    const notch_integer_batch own = batch_of(batch);
    notch_integer_result computed;
    uint32_t *raw = probabilities == NULL ? NULL : e->probabilities;
    notch_status status = take_weights(e, values, weights, error);
    if (status == NOTCH_OK) {
        status = notch_integer_evaluate(e->integer, weights, &own, executor(engine), &computed, raw,
                                        error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    *result = result_of(&computed);
    for (uint64_t i = 0; raw != NULL && i < (uint64_t)batch->count * e->base.classes; i++) {
        probabilities[i] = (float)raw[i] / (float)(1 << PROBABILITY_LOG);
    }
    return NOTCH_OK;
}

static void watch_units(notch_engine *engine)
{
    notch_integer_watch_units(((int_engine *)engine)->integer);
}

static double dead_units(const notch_engine *engine, uint32_t layer)
{
    const notch_units units = notch_integer_units(((const int_engine *)engine)->integer, layer);
    return units.count == 0 ? (double)NAN : (double)units.dead / units.count;
}

static void *state(notch_engine *engine, size_t *count)
{
    return notch_integer_state(((int_engine *)engine)->integer, count);
}

const notch_engine_functions notch_engine_int = {.memory_needed = memory_needed,
                                                 .create = create,
                                                 .destroy = destroy,
                                                 .executor = executor,
                                                 .train = train,
                                                 .gradient = gradient,
                                                 .evaluate = evaluate,
                                                 .state = state,
                                                 .watch_units = watch_units,
                                                 .dead_units = dead_units};
