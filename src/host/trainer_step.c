/* trainer_step.c - one step of a training run: a batch, its gradient, an update.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/message.h"
#include "host/trainer.h"
#include "host/trainer_rows.h"
#include "host/trainer_sgd.h"
#include "model/observe.h"

notch_train_progress notch_trainer_progress(const notch_trainer *t)
{
    const uint64_t step = t->state->step, last = step == 0 ? 0 : step - 1;
    return (notch_train_progress){
        .step = step,
        .steps = t->steps,
        .epoch = last / t->steps_per_epoch + 1,
        .epochs = (t->steps + t->steps_per_epoch - 1) / t->steps_per_epoch,
        .images = t->images_seen,
        .loss = t->last_count == 0 ? 0 : t->last.loss / (double)t->last_count,
        .batch_count = t->last_count,
        .correct = t->last.correct,
        .evaluated = t->evaluated,
        .evaluation_count = t->evaluation_count,
    };
}

/* Copies the images of the step into the batch. */
static notch_status gather(notch_trainer *t, notch_batch *batch, notch_error *error)
{
    const uint64_t step = t->state->step, epoch = step / t->steps_per_epoch + 1;
    const uint64_t first = step % t->steps_per_epoch * t->options.batch;
    const uint64_t left = t->train->count - first;
    const uint32_t count = (uint32_t)(left < t->options.batch ? left : t->options.batch);
    const notch_key key = {t->options.seed, (uint32_t)epoch, NOTCH_STREAM_SHUFFLE};
    notch_permutation order;
    const notch_status status = notch_permutation_init(&order, &key, t->train->count, error);
    if (status != NOTCH_OK) {
        return status;
    }
    for (uint32_t k = 0; k < count; k++) {
        const size_t image = (size_t)notch_permutation_at(&order, first + k);
        notch_trainer_shifted(t, epoch, image, t->images + k * t->image_bytes);
        t->labels[k] = t->train->labels[image];
    }
    *batch = (notch_batch){.images = t->images,
                           .labels = t->labels,
                           .count = count,
                           .key = {t->options.seed, (uint32_t)step, NOTCH_STREAM_ENGINE}};
    return NOTCH_OK;
}

/* One update of all tensors, or of all their rows. */
static notch_status update_parameters(notch_trainer *t, uint64_t trials, notch_error *error)
{
    const notch_model *model = &t->state->model;
    const notch_runtime runtime = {t->options.isa, notch_engine_executor(t->engine)};
    notch_key key = {t->options.seed, (uint32_t)t->state->step, NOTCH_STREAM_UPDATE};
    if (t->rows != NULL) {
        key.stream = NOTCH_STREAM_UPDATE_ROWS;
        notch_train_rows(model, t->parameters, t->rows);
        const notch_status status = notch_update_step(
            &t->options.update, t->rows, t->row_count, trials, &key, &runtime,
            t->state->calibrations, t->workspace, t->workspace_bytes, NULL, error);
        if (status == NOTCH_OK) {
            notch_train_rows_tell(model, t->rows, t->parameters);
        }
        if (status != NOTCH_ERROR_NOT_FINITE) {
            return status;
        }
        /* The whole tensors fail likewise, with a sentence that has the element's index in one. */
    }
    return notch_update_step(&t->options.update, t->parameters, model->tensor_count, trials, &key,
                             &runtime, t->state->calibrations, t->workspace, t->workspace_bytes,
                             NULL, error);
}

static notch_status update_integers(notch_trainer *t, notch_error *error)
{
    const uint64_t step = t->state->step;
    const uint32_t tensors = t->state->model.tensor_count;
    const notch_schedule schedule = {t->options.trials_schedule, t->options.trials_start,
                                     t->options.trials_end, t->steps};
    uint64_t trials;
    for (uint32_t i = 0; i < tensors; i++) {
        t->parameters[i].gradient = notch_engine_gradient(t->engine, i);
    }
    notch_status status = notch_schedule_at(&schedule, step, &trials, error);
    if (status == NOTCH_OK) {
        status = update_parameters(t, trials, error);
    }
    for (uint32_t i = 0; status == NOTCH_OK && i < tensors; i++) {
        notch_trainer_count(t, i, t->parameters[i].moved, t->parameters[i].has_gradient);
    }
    return status;
}

static bool has_gradient(const float *gradient, uint64_t count)
{
    uint64_t i = 0;
    while (i < count && gradient[i] == 0) {
        i++;
    }
    return i < count;
}

static notch_status update_floats(notch_trainer *t, notch_error *error)
{
    const notch_model *model = &t->state->model;
    const notch_schedule schedule = {t->options.learning_rate_schedule, t->options.learning_rate, 0,
                                     t->steps};
    uint64_t rate;
    const notch_status status = notch_schedule_at(&schedule, t->state->step, &rate, error);
    if (status != NOTCH_OK) {
        return status;
    }
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        const notch_tensor *tensor = &model->tensors[i];
        const float *gradient = notch_engine_gradient(t->engine, i).values;
        float *velocity =
            t->state->momentum == NULL ? NULL : t->state->momentum + (size_t)tensor->offset;
        const uint64_t moved = notch_sgd_step(t->state->tensors[i].values, velocity, gradient,
                                              tensor->count, (float)((double)rate / 4294967296.0),
                                              (float)((double)t->options.momentum / 4294967296.0),
                                              notch_engine_executor(t->engine));
        notch_trainer_count(t, i, moved, has_gradient(gradient, tensor->count));
    }
    return NOTCH_OK;
}

/* Puts the step's number before the sentence. */
static notch_status fail_in_step(const notch_trainer *t, notch_status status, notch_error *error)
{
    if (error != NULL) {
        const notch_error cause = *error;
        return notch_fail(error, status, "step %u: %s", t->state->step + 1, cause.message);
    }
    return status;
}

notch_status notch_trainer_step(notch_trainer *t, notch_error *error)
{
    notch_batch batch;
    notch_batch_result result;
    if (t->state->step >= t->steps) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "training: all %u steps have been done",
                          t->steps);
    }
    notch_observe(t->options.observer, NOTCH_PASS_DATA, 0);
    notch_status status = gather(t, &batch, error);
    if (status == NOTCH_OK) {
        status = notch_engine_train(t->engine, t->values, &batch, &result, error);
    }
    notch_observe(t->options.observer, NOTCH_PASS_UPDATE, 0);
    if (status == NOTCH_OK) {
        status = (t->options.sgd ? update_floats : update_integers)(t, error);
    }
    notch_observe(t->options.observer, NOTCH_PASSES, 0);
    if (status != NOTCH_OK) {
        return fail_in_step(t, status, error);
    }
    t->state->step++;
    t->state->test_count = 0; /* no longer of these weights */
    t->images_seen += batch.count;
    t->last = result;
    t->last_count = batch.count;
    t->loss_sum += result.loss;
    t->correct_sum += result.correct;
    t->count_sum += batch.count;
    notch_trainer_count_step(t);
    return NOTCH_OK;
}
