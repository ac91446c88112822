/* engine.c - the engines behind one interface: checks of arguments, then the engine's function.
 * SPDX-License-Identifier: MIT
 */
#include "engine/engine.h"

#include <math.h>

#include "base/message.h"
#include "base/names.h"

static const char *const type_names[] = {"int", "float"};
static const notch_names type_table = {"engine", type_names, 2};

const char *notch_engine_type_name(notch_engine_type type)
{
    return notch_names_get(&type_table, (int64_t)type);
}

notch_status notch_engine_type_parse(const char *name, notch_engine_type *type, notch_error *error)
{
    uint32_t value;
    const notch_status status = notch_names_parse(&type_table, name, &value, error);
    if (status == NOTCH_OK) {
        *type = (notch_engine_type)value;
    }
    return status;
}

static notch_status check_range(const char *what, uint64_t value, uint64_t least, uint64_t most,
                                notch_error *error)
{
    if (value < least || value > most) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "engine: %s is %u, expected %u to %u", what,
                          value, least, most);
    }
    return NOTCH_OK;
}

static notch_status check_options(const notch_engine_options *o, notch_error *error)
{
    notch_status status = check_range("the batch", o->batch, 1, NOTCH_ENGINE_BATCH_MAX, error);
    if (status == NOTCH_OK) {
        status =
            check_range("the number of threads", o->threads, 0, NOTCH_ENGINE_THREADS_MAX, error);
    }
    if (status == NOTCH_OK) {
        status = check_range("the mean of pixels", o->pixels.mean, 0, 255u << 16, error);
    }
    if (status == NOTCH_OK) {
        status = check_range("the deviation of pixels", o->pixels.deviation, 1, 255u << 16, error);
    }
    if (status == NOTCH_OK) {
        status = check_range("the sharpness", o->sharpness, 0, NOTCH_ENGINE_SHARPNESS_MAX, error);
    }
    return status;
}

/* The functions of the engine that the options ask for, if model and options are sound. */
static notch_status find_engine(const notch_model *model, const notch_engine_options *options,
                                const notch_engine_functions **functions, notch_error *error)
{
    if (model == NULL || options == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine: %s missing",
                          model == NULL ? "the model is" : "the options are");
    }
    if (model->layer_count < 1 || model->layer_count > NOTCH_LAYERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "engine: a model of %u layers, expected 1 to %u",
                          (uint64_t)model->layer_count, (uint64_t)NOTCH_LAYERS_MAX);
    }
    notch_status status = check_options(options, error);
    if (status == NOTCH_OK) {
        const uint32_t classes = model->layers[model->layer_count - 1].shape.channels;
        status = notch_model_check(model, classes, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    if (options->type == NOTCH_ENGINE_FLOAT) {
#ifndef NOTCH_NO_ONEDNN
        *functions = &notch_engine_float;
        return NOTCH_OK;
#else
        return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                          "engine float is not in this build, which was made without oneDNN "
                          "(Debian package libdnnl-dev)");
#endif
    }
    if (options->type == NOTCH_ENGINE_INT) {
        *functions = &notch_engine_int;
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_ARGUMENT, "unknown engine number");
}

notch_status notch_engine_memory_needed(const notch_model *model,
                                        const notch_engine_options *options,
                                        notch_engine_memory *memory, notch_error *error)
{
    const notch_engine_functions *functions = NULL;
    if (memory == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine: the result is missing");
    }
    const notch_status status = find_engine(model, options, &functions, error);
    return status == NOTCH_OK ? functions->memory_needed(model, options, memory, error) : status;
}

notch_status notch_engine_create(const notch_model *model, const notch_engine_options *options,
                                 notch_engine **engine, notch_error *error)
{
    const notch_engine_functions *functions = NULL;
    if (engine == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine: the result is missing");
    }
    const notch_status status = find_engine(model, options, &functions, error);
    return status == NOTCH_OK ? functions->create(model, options, engine, error) : status;
}

void notch_engine_destroy(notch_engine *engine)
{
    if (engine != NULL) {
        engine->functions->destroy(engine);
    }
}

const notch_executor *notch_engine_executor(const notch_engine *engine)
{
    return engine->functions->executor(engine);
}

static notch_status check_values(const notch_engine *engine, const notch_values *values,
                                 notch_error *error)
{
    for (uint32_t k = 0; k < engine->model.tensor_count; k++) {
        const char *name = engine->model.tensors[k].name;
        if (values[k].values == NULL) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine: the values of %s are missing",
                              name);
        }
        if ((uint32_t)values[k].type > NOTCH_VALUE_F32) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "engine: the values of %s are of an unknown type", name);
        }
    }
    return NOTCH_OK;
}

static notch_status check_labels(const notch_engine *engine, const notch_batch *batch,
                                 notch_error *error)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        if (batch->labels[i] >= engine->classes) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "engine: label %u of the batch is %u, expected less than %u",
                              (uint64_t)i, (uint64_t)batch->labels[i], (uint64_t)engine->classes);
        }
    }
    return NOTCH_OK;
}

static notch_status check_call(const notch_engine *engine, const notch_values *values,
                               const notch_batch *batch, const notch_batch_result *result,
                               notch_error *error)
{
    const char *missing = engine == NULL                                      ? "the engine is"
                          : values == NULL && engine->model.tensor_count != 0 ? "the values are"
                          : batch == NULL                                     ? "the batch is"
                          : batch->images == NULL                             ? "the images are"
                          : result == NULL                                    ? "the result is"
                                                                              : NULL;
    if (missing != NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine: %s missing", missing);
    }
    notch_status status =
        check_range("the number of images", batch->count, 1, engine->options.batch, error);
    if (status == NOTCH_OK) {
        status = check_values(engine, values, error);
    }
    if (status == NOTCH_OK && batch->labels != NULL) {
        status = check_labels(engine, batch, error);
    }
    return status;
}

notch_status notch_engine_train(notch_engine *engine, const notch_values *values,
                                const notch_batch *batch, notch_batch_result *result,
                                notch_error *error)
{
    const notch_status status = check_call(engine, values, batch, result, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (!engine->options.training) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "engine: was created for evaluation, it cannot train");
    }
    if (batch->labels == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "engine: the labels are missing");
    }
    return engine->functions->train(engine, values, batch, result, error);
}

notch_gradient notch_engine_gradient(const notch_engine *engine, uint32_t tensor)
{
    return engine->functions->gradient(engine, tensor);
}

notch_status notch_engine_evaluate(notch_engine *engine, const notch_values *values,
                                   const notch_batch *batch, notch_batch_result *result,
                                   float *probabilities, notch_error *error)
{
    const notch_status status = check_call(engine, values, batch, result, error);
    return status == NOTCH_OK
               ? engine->functions->evaluate(engine, values, batch, result, probabilities, error)
               : status;
}

void notch_engine_watch_units(notch_engine *engine)
{
    if (engine->functions->watch_units != NULL) {
        engine->functions->watch_units(engine);
    }
}

double notch_engine_dead_units(const notch_engine *engine, uint32_t layer)
{
    return engine->functions->dead_units == NULL ? (double)NAN
                                                 : engine->functions->dead_units(engine, layer);
}

void *notch_engine_state(notch_engine *engine, size_t *count)
{
    return engine->functions->state(engine, count);
}
