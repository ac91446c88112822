/* trainer.c - making a trainer: checks, memory, first weights.
 * SPDX-License-Identifier: MIT
 */
#include "host/trainer.h"

#include <stdlib.h>

#include "base/message.h"
#include "host/initialise_float.h"
#include "host/initialise_paper.h"
#include "host/trainer_rows.h"

enum {
    ALIGNMENT = 64
};

/* ---- checks ---------------------------------------------------------------------------------- */

static notch_status check_data(const notch_model *model, const notch_dataset *data,
                               const char *part, notch_error *error)
{
    const notch_shape *shape = &model->layers[0].shape;
    const uint32_t classes = model->layers[model->layer_count - 1].shape.channels;
    if (data->channels != shape->channels || data->height != shape->height ||
        data->width != shape->width) {
        return notch_fail(
            error, NOTCH_ERROR_ARGUMENT,
            "the %s images of %s are %u x %u x %u, expected %u x %u x %u as the model "
            "%s takes them",
            part, data->name, (uint64_t)data->channels, (uint64_t)data->height,
            (uint64_t)data->width, (uint64_t)shape->channels, (uint64_t)shape->height,
            (uint64_t)shape->width, model->name);
    }
    if (data->classes > classes) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "the %s images of %s have %u classes, the model %s tells only %u apart",
                          part, data->name, (uint64_t)data->classes, model->name,
                          (uint64_t)classes);
    }
    return NOTCH_OK;
}

static notch_status check_all(const notch_model *model, const notch_train_options *options,
                              const notch_dataset *train, const notch_dataset *test,
                              notch_lattice *lattice, notch_error *error)
{
    if (model == NULL || train == NULL || test == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "training: the %s is missing",
                          model == NULL   ? "model"
                          : train == NULL ? "training set"
                                          : "test set");
    }
    notch_status status = notch_train_options_check(options, lattice, error);
    if (status == NOTCH_OK) {
        status =
            notch_model_check(model, model->layers[model->layer_count - 1].shape.channels, error);
    }
    if (status == NOTCH_OK) {
        status = check_data(model, train, "training", error);
    }
    if (status == NOTCH_OK && !options->sgd && notch_train_by_rows(&options->update)) {
        status = notch_train_rows_check(model, error);
    }
    return status == NOTCH_OK ? check_data(model, test, "test", error) : status;
}

/* ---- first weights --------------------------------------------------------------------------- */

static notch_key first_key(const notch_trainer *t, uint32_t stream)
{
    return (notch_key){.seed = t->options.seed, .stream = stream};
}

/* notch_initialise_rows on the floating-point weights of one tensor. */
static notch_status draw_paper(notch_trainer *t, uint32_t tensor, notch_error *error)
{
    const notch_parameter *parameter = &t->parameters[tensor];
    const notch_key float_key = first_key(t, NOTCH_STREAM_INITIALISE);
    const notch_key key = first_key(t, NOTCH_STREAM_INITIALISE_PAPER + tensor);
    if (t->state->model.tensors[tensor].role == NOTCH_TENSOR_BIAS) {
        return NOTCH_OK; /* 0 from the start */
    }
    float *values = malloc((size_t)parameter->gradient.count * sizeof *values);
    if (values == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "training: no memory for the first weights");
    }
    notch_initialise_float(&t->state->model, tensor, t->options.initialisation, &float_key, values);
    const notch_status status =
        notch_initialise_rows(&t->state->model.tensors[tensor], values, &parameter->lattice, &key,
                              parameter->weights, error);
    free(values);
    return status;
}

notch_status notch_trainer_initialise(notch_trainer *t, notch_error *error)
{
    const notch_key key = first_key(t, NOTCH_STREAM_INITIALISE);
    notch_status status = NOTCH_OK;
    for (uint32_t i = 0; status == NOTCH_OK && i < t->state->model.tensor_count; i++) {
        void *values = t->state->tensors[i].values;
        if (t->options.sgd) {
            notch_initialise_float(&t->state->model, i, t->options.initialisation, &key, values);
        } else if (t->options.update.mode == NOTCH_MODE_PAPER) {
            status = draw_paper(t, i, error);
        } else {
            status = notch_initialise_tensor(&t->state->model, i, &t->parameters[i].lattice, &key,
                                             values, error);
        }
    }
    return status;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static uint64_t steps_of(const notch_train_options *options, uint64_t steps_per_epoch)
{
    const uint64_t all = options->epochs * steps_per_epoch; /* below 2^32 * 2^24 */
    return options->steps != 0 && options->steps < all ? options->steps : all;
}

static notch_status plan_run(notch_trainer *t, notch_error *error)
{
    const notch_train_options *o = &t->options;
    t->steps_per_epoch = (t->train->count + o->batch - 1) / o->batch;
    t->steps = steps_of(o, t->steps_per_epoch);
    t->evaluate_every = o->evaluate_every == 0 ? t->steps_per_epoch : o->evaluate_every;
    t->evaluation_count = o->evaluation_count == 0 || o->evaluation_count > t->test->count
                              ? t->test->count
                              : o->evaluation_count;
    t->image_bytes = (size_t)t->train->channels * t->train->height * t->train->width;
    if (t->steps > UINT32_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "training: %u epochs have %u steps, expected less than 2^32", o->epochs,
                          t->steps);
    }
    return NOTCH_OK;
}

static notch_status create_engine(notch_trainer *t, const notch_model *model, notch_error *error)
{
    const notch_engine_options options = {.type = t->options.engine,
                                          .batch = t->options.batch,
                                          .threads = t->options.threads,
                                          .isa = t->options.isa,
                                          .training = true,
                                          .pixels = t->state->pixels,
                                          .sharpness = t->options.sharpness,
                                          .observer = t->options.observer};
    return notch_engine_create(model, &options, &t->engine, error);
}

static bool reserve_update(notch_trainer *t)
{
    const notch_model *model = &t->state->model;
    const uint32_t workers = notch_engine_executor(t->engine)->workers;
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        t->parameters[i].weights = t->state->tensors[i].values;
        t->parameters[i].accumulators = t->state->accumulators == NULL
                                            ? NULL
                                            : t->state->accumulators + model->tensors[i].offset;
    }
    t->workspace_bytes = notch_update_workspace(t->parameters, model->tensor_count, workers);
    if (notch_train_by_rows(&t->options.update)) {
        t->row_count = notch_train_row_count(model);
        t->rows = malloc((size_t)t->row_count * sizeof *t->rows);
        if (t->rows == NULL) {
            return false;
        }
        notch_train_rows(model, t->parameters, t->rows);
        t->workspace_bytes = notch_update_workspace(t->rows, t->row_count, workers);
    }
    t->workspace =
        aligned_alloc(ALIGNMENT, (t->workspace_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    if (notch_train_calibrates(&t->options)) {
        t->state->calibration_count =
            (size_t)notch_update_groups(&t->options.update, model->tensor_count);
        t->state->calibrations =
            calloc(t->state->calibration_count, sizeof *t->state->calibrations);
    }
    return t->workspace != NULL &&
           (t->state->calibration_count == 0 || t->state->calibrations != NULL);
}

static bool reserve(notch_trainer *t)
{
    size_t state_count;
    (void)notch_engine_state(t->engine, &state_count);
    t->images = malloc(t->options.batch * t->image_bytes);
    t->labels = malloc(t->options.batch);
    t->state->state_count = state_count;
    t->state->state = state_count == 0 ? NULL : calloc(state_count, sizeof *t->state->state);
    if (notch_train_has_momentum(&t->options)) {
        t->state->momentum_count = (size_t)t->state->model.parameters;
        t->state->momentum = calloc(t->state->momentum_count, sizeof *t->state->momentum);
    }
    if (notch_train_accumulates(&t->options)) {
        t->state->accumulator_count = (size_t)t->state->model.parameters;
        t->state->accumulators =
            calloc(t->state->accumulator_count, sizeof *t->state->accumulators);
    }
    return t->images != NULL && t->labels != NULL &&
           (t->state->accumulator_count == 0 || t->state->accumulators != NULL) &&
           (state_count == 0 || t->state->state != NULL) &&
           (t->state->momentum_count == 0 || t->state->momentum != NULL) &&
           (t->options.sgd || reserve_update(t));
}

static notch_status create(notch_trainer *t, const notch_model *model, const notch_lattice *lattice,
                           notch_error *error)
{
    notch_status status = plan_run(t, error);
    if (status == NOTCH_OK) {
        status = notch_checkpoint_create(model, t->options.sgd ? NULL : lattice, &t->state, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    t->state->engine = t->options.engine;
    t->state->seed = t->options.seed;
    t->state->sharpness = t->options.sharpness;
    t->state->pixels = notch_dataset_standardisation(t->train);
    notch_train_parameters(model, lattice, t->parameters);
    notch_checkpoint_values(t->state, t->values);
    status = create_engine(t, model, error);
    if (status == NOTCH_OK && !reserve(t)) {
        status = notch_fail(error, NOTCH_ERROR_MEMORY, "training: no memory for %u parameters",
                            model->parameters);
    }
    notch_trainer_forget(t);
    return status == NOTCH_OK ? notch_trainer_initialise(t, error) : status;
}

notch_status notch_trainer_create(const notch_model *model, const notch_train_options *options,
                                  const notch_dataset *train, const notch_dataset *test,
                                  notch_trainer **trainer, notch_error *error)
{
    notch_lattice lattice;
    notch_status status =
        trainer == NULL ? notch_fail(error, NOTCH_ERROR_ARGUMENT, "training: the result is missing")
                        : check_all(model, options, train, test, &lattice, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_trainer *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "training: no memory for a trainer");
    }
    t->options = *options;
    t->train = train;
    t->test = test;
    status = create(t, model, &lattice, error);
    if (status != NOTCH_OK) {
        notch_trainer_destroy(t);
        return status;
    }
    *trainer = t;
    return NOTCH_OK;
}

void notch_trainer_destroy(notch_trainer *trainer)
{
    if (trainer == NULL) {
        return;
    }
    notch_engine_destroy(trainer->engine);
    notch_checkpoint_destroy(trainer->state);
    free(trainer->workspace);
    free(trainer->rows);
    free(trainer->images);
    free(trainer->labels);
    free(trainer);
}
