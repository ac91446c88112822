/* integer.c - the integer engine's public functions: checks, and the order of passes.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/aligned.h"
#include "base/message.h"
#include "engine/integer/parts.h"

/* ------------------------------------------------------------------------------------------------
 * Making
 * --------------------------------------------------------------------------------------------- */

static notch_status check_range(const char *what, uint64_t value, uint64_t least, uint64_t most,
                                notch_error *error)
{
    if (value < least || value > most) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "engine int: %s is %u, expected %u to %u", what,
                          value, least, most);
    }
    return NOTCH_OK;
}

static notch_status check_options(const notch_integer_options *o, notch_error *error)
{
    const struct {
        const char *what;
        uint64_t value, least, most;
    } ranges[] = {{"the batch", o->batch, 1, NOTCH_BATCH_MAX},
                  {"the number of workers", o->workers, 1, NOTCH_WORKERS_OF_ENGINE_MAX},
                  {"the mean of pixels", o->mean, 0, NOTCH_PIXEL_MAX},
                  {"the deviation of pixels", o->deviation, 1, NOTCH_PIXEL_MAX},
                  {"the sharpness", o->sharpness, 0, NOTCH_SHARPNESS_MAX}};
    notch_status status = NOTCH_OK;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && status == NOTCH_OK; i++) {
        status =
            check_range(ranges[i].what, ranges[i].value, ranges[i].least, ranges[i].most, error);
    }
    return status;
}

static notch_status check_arguments(const notch_model *model, const notch_integer_options *options,
                                    const void *result, notch_error *error)
{
    if (model == NULL || options == NULL || result == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine int: %s missing",
                          model == NULL     ? "the model is"
                          : options == NULL ? "the options are"
                                            : "the result is");
    }
    if (model->layer_count < 1 || model->layer_count > NOTCH_LAYERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "engine int: a model of %u layers, expected 1 to %u",
                          (uint64_t)model->layer_count, (uint64_t)NOTCH_LAYERS_MAX);
    }
    const uint32_t classes = model->layers[model->layer_count - 1].shape.channels;
    const notch_status status = check_options(options, error);
    return status == NOTCH_OK ? notch_model_check(model, classes, error) : status;
}

/* round((pixel - mean) / deviation) in steps of 2^-4 */
static void fill_pixels(notch_integer *engine)
{
    const int64_t mean = engine->options.mean, deviation = engine->options.deviation;
    for (int64_t pixel = 0; pixel < 256; pixel++) {
        const int64_t centred = (pixel * 65536 - mean) * (1 << NOTCH_STAGE_STEPS_LOG);
        const int64_t value = notch_divide_round(centred, deviation);
        engine->pixels[pixel] = (int8_t)(value > 127 ? 127 : value < -127 ? -127 : value);
    }
}

/* All that is known without memory. */
static notch_status prepare(notch_integer *engine, const notch_model *model,
                            const notch_integer_options *options, notch_error *error)
{
    memset(engine, 0, sizeof *engine);
    engine->model = *model;
    engine->options = *options;
    engine->classes = model->layers[model->layer_count - 1].shape.channels;
    notch_status status = notch_kernels_select(options->isa, &engine->kernels, error);
    if (status == NOTCH_OK) {
        engine->rows = engine->kernels->rows;
        status = notch_matrix_select(options->isa, &engine->matrix, error);
    }
    return status == NOTCH_OK ? notch_integer_plan(engine, error) : status;
}

notch_status notch_integer_memory(const notch_model *model, const notch_integer_options *options,
                                  notch_integer_sizes *sizes, notch_error *error)
{
    notch_integer engine;
    notch_status status = check_arguments(model, options, sizes, error);
    if (status == NOTCH_OK) {
        status = prepare(&engine, model, options, error);
    }
    if (status == NOTCH_OK) {
        notch_integer_layout(&engine, NULL, sizes);
    }
    return status;
}

notch_status notch_integer_init(const notch_model *model, const notch_integer_options *options,
                                void *memory, uint64_t bytes, notch_integer **engine,
                                notch_error *error)
{
    notch_integer_sizes sizes;
    notch_status status = check_arguments(model, options, engine, error);
    if (status == NOTCH_OK) {
        status = notch_integer_memory(model, options, &sizes, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    if (memory == NULL || (uintptr_t)memory % 64 != 0 || bytes < sizes.total) {
        return notch_fail(error, NOTCH_ERROR_MEMORY,
                          "engine int: %u bytes of memory%s, expected %u aligned to 64",
                          memory == NULL ? 0 : bytes,
                          memory != NULL && (uintptr_t)memory % 64 != 0 ? " that is not aligned"
                                                                        : "",
                          sizes.total);
    }
    notch_integer *made = memory;
    (void)prepare(made, model, options, NULL);
    notch_integer_layout(made, memory, &sizes);
    fill_pixels(made);
    for (uint32_t i = 0; i < made->state_words; i++) {
        made->state[i] = 0;
    }
    notch_integer_watch_units(made);
    *engine = made;
    return NOTCH_OK;
}

/* ------------------------------------------------------------------------------------------------
 * Calls
 * --------------------------------------------------------------------------------------------- */

enum {
    CHECK_CHUNK = 1 << 16 /* weights */
};

/* The least weight that a worker has seen lies in its scratch. */
typedef struct weights_check {
    notch_integer *engine;
    const int8_t *weights;
    uint64_t count;
} weights_check;

static void check_item(void *argument, uint64_t item, uint32_t worker)
{
    const weights_check *check = argument;
    int8_t *least = (int8_t *)notch_scratch_of(check->engine, worker);
    const uint64_t first = item * CHECK_CHUNK;
    const int8_t own = check->engine->rows->least(check->weights + first,
                                                  notch_least(check->count - first, CHECK_CHUNK));
    *least = own < *least ? own : *least;
}

static int8_t least_weight(notch_integer *engine, const int8_t *weights, uint64_t count,
                           const notch_executor *executor)
{
    weights_check check = {engine, weights, count};
    const uint32_t workers = executor == NULL ? 1 : executor->workers;
    int8_t least = 0;
    for (uint32_t worker = 0; worker < workers; worker++) {
        *notch_scratch_of(engine, worker) = 0;
    }
    engine->executor = executor;
    notch_integer_run(engine, check_item, &check, (count + CHECK_CHUNK - 1) / CHECK_CHUNK);
    for (uint32_t worker = 0; worker < workers; worker++) {
        const int8_t own = *(int8_t *)notch_scratch_of(engine, worker);
        least = own < least ? own : least;
    }
    return least;
}

static notch_status check_weights(notch_integer *engine, const int8_t *const *weights,
                                  const notch_executor *executor, notch_error *error)
{
    for (uint32_t t = 0; t < engine->model.tensor_count; t++) {
        const notch_tensor *tensor = &engine->model.tensors[t];
        if (weights == NULL || weights[t] == NULL) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "engine int: the weights of %s are "
                              "missing",
                              tensor->name);
        }
        if (least_weight(engine, weights[t], tensor->count, executor) < -127) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "engine int: a weight of %s is -128, expected -127 to 127",
                              tensor->name);
        }
    }
    return NOTCH_OK;
}

static notch_status check_labels(const notch_integer *engine, const notch_integer_batch *batch,
                                 notch_error *error)
{
    for (uint32_t i = 0; batch->labels != NULL && i < batch->count; i++) {
        if (batch->labels[i] >= engine->classes) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "engine int: label %u of the batch is %u, expected less than %u",
                              (uint64_t)i, (uint64_t)batch->labels[i], (uint64_t)engine->classes);
        }
    }
    return NOTCH_OK;
}

static notch_status check_call(notch_integer *engine, const int8_t *const *weights,
                               const notch_integer_batch *batch, const notch_executor *executor,
                               const notch_integer_result *result, notch_error *error)
{
    if (engine == NULL || batch == NULL || batch->images == NULL || result == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine int: %s missing",
                          engine == NULL   ? "the engine is"
                          : batch == NULL  ? "the batch is"
                          : result == NULL ? "the result is"
                                           : "the images are");
    }
    notch_status status =
        check_range("the number of images", batch->count, 1, engine->options.batch, error);
    if (status == NOTCH_OK && executor != NULL) {
        status = check_range("the number of the executor's workers", executor->workers, 1,
                             engine->options.workers, error);
    }
    if (status == NOTCH_OK) {
        status = check_labels(engine, batch, error);
    }
    return status == NOTCH_OK ? check_weights(engine, weights, executor, error) : status;
}

static void begin_call(notch_integer *engine, const int8_t *const *weights,
                       const notch_integer_batch *batch, const notch_executor *executor,
                       bool training)
{
    engine->weights = weights;
    engine->ordered = NULL;
    engine->executor = executor;
    engine->key = batch->key;
    engine->key.stream *= NOTCH_STREAMS_A_CALL;
    engine->count = batch->count;
    engine->training = training;
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        engine->stages[i].has_gradient = false;
    }
}

notch_status notch_integer_train(notch_integer *engine, const int8_t *const *weights,
                                 const notch_integer_batch *batch, const notch_executor *executor,
                                 notch_integer_result *result, notch_error *error)
{
    notch_status status = check_call(engine, weights, batch, executor, result, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (!engine->options.training || batch->labels == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          engine->options.training
                              ? "engine int: the labels are missing"
                              : "engine int: was made for evaluation, it cannot train");
    }
    status = check_range("the stream of the batch", batch->key.stream, 0, NOTCH_STREAM_MAX, error);
    if (status != NOTCH_OK) {
        return status;
    }
    begin_call(engine, weights, batch, executor, true);
    notch_integer_forward(engine, batch->images);
    notch_integer_begins(engine, NOTCH_PASS_LOSS, NULL);
    notch_integer_loss(engine, batch->labels, result, NULL);
    notch_integer_backward(engine);
    notch_integer_begins(engine, NOTCH_PASSES, NULL);
    return NOTCH_OK;
}

notch_gradient notch_integer_gradient(const notch_integer *engine, uint32_t tensor)
{
    return (notch_gradient){.type = NOTCH_GRADIENT_I32,
                            .exponent = engine->gradient_exponents[tensor],
                            .values = engine->gradients[tensor],
                            .count = engine->model.tensors[tensor].count};
}

notch_status notch_integer_evaluate(notch_integer *engine, const int8_t *const *weights,
                                    const notch_integer_batch *batch,
                                    const notch_executor *executor, notch_integer_result *result,
                                    uint32_t *probabilities, notch_error *error)
{
    const notch_status status = check_call(engine, weights, batch, executor, result, error);
    if (status != NOTCH_OK) {
        return status;
    }
    begin_call(engine, weights, batch, executor, false);
    notch_integer_forward(engine, batch->images);
    notch_integer_loss(engine, batch->labels, result, probabilities);
    return NOTCH_OK;
}

uint32_t *notch_integer_state(notch_integer *engine, size_t *count)
{
    *count = engine->state_words;
    return engine->state_words == 0 ? NULL : engine->state;
}
