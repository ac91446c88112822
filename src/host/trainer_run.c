/* trainer_run.c - evaluations, and runs of steps and evaluations.
 * SPDX-License-Identifier: MIT
 */
#include "host/trainer.h"

static uint64_t count_saturated(const notch_trainer *t)
{
    uint64_t saturated = 0;
    for (uint32_t i = 0; !t->options.sgd && i < t->state->model.tensor_count; i++) {
        saturated += notch_lattice_saturated(&t->parameters[i].lattice, t->parameters[i].weights,
                                             t->state->model.tensors[i].count);
    }
    return saturated;
}

static bool goes_on(const notch_trainer *t, const notch_train_callbacks *callbacks)
{
    if (callbacks == NULL || callbacks->progress == NULL) {
        return true;
    }
    const notch_train_progress progress = notch_trainer_progress(t);
    return callbacks->progress(callbacks->self, &progress);
}

static notch_train_evaluation summarise(const notch_trainer *t, double loss, uint64_t correct)
{
    const double trained = t->count_sum == 0 ? 1 : (double)t->count_sum;
    const double tested = (double)t->evaluation_count;
    return (notch_train_evaluation){
        .step = t->state->step,
        .epoch = notch_trainer_progress(t).epoch,
        .train_loss = t->loss_sum / trained,
        .train_accuracy = (double)t->correct_sum / trained,
        .test_loss = loss / tested,
        .test_accuracy = (double)correct / tested,
        .test_count = t->evaluation_count,
        .test_correct = correct,
        .saturated = count_saturated(t),
        .moved = t->moved,
    };
}

notch_status notch_trainer_evaluate_while(notch_trainer *t, const notch_train_callbacks *callbacks,
                                          bool *finished, notch_train_evaluation *evaluation,
                                          notch_error *error)
{
    double loss = 0;
    uint64_t correct = 0;
    *finished = false;
    for (uint64_t first = 0; first < t->evaluation_count;) {
        const uint64_t left = t->evaluation_count - first;
        const uint32_t count = (uint32_t)(left < t->options.batch ? left : t->options.batch);
        const notch_batch batch = {.images = t->test->images + (size_t)first * t->image_bytes,
                                   .labels = t->test->labels + first,
                                   .count = count};
        notch_batch_result result;
        const notch_status status =
            notch_engine_evaluate(t->engine, t->values, &batch, &result, NULL, error);
        if (status != NOTCH_OK) {
            t->evaluated = 0;
            return status;
        }
        loss += result.loss;
        correct += result.correct;
        first += count;
        t->evaluated = first;
        if (!goes_on(t, callbacks)) {
            t->evaluated = 0;
            return NOTCH_OK;
        }
    }
    t->evaluated = 0;
    *evaluation = summarise(t, loss, correct);
    *finished = true;
    t->state->test_count = t->evaluation_count;
    t->state->test_correct = correct;
    t->state->test_loss = evaluation->test_loss;
    t->loss_sum = 0;
    t->correct_sum = t->count_sum = t->moved = 0;
    return NOTCH_OK;
}

notch_status notch_trainer_evaluate(notch_trainer *trainer, notch_train_evaluation *evaluation,
                                    notch_error *error)
{
    bool finished;
    return notch_trainer_evaluate_while(trainer, NULL, &finished, evaluation, error);
}

/* *finished: whether the run may go on. */
static notch_status evaluate_and_report(notch_trainer *t, const notch_train_callbacks *callbacks,
                                        bool *finished, notch_error *error)
{
    notch_train_evaluation evaluation;
    notch_status status = notch_trainer_evaluate_while(t, callbacks, finished, &evaluation, error);
    if (status == NOTCH_OK && *finished && callbacks != NULL && callbacks->evaluation != NULL) {
        status = callbacks->evaluation(callbacks->self, &evaluation, error);
    }
    return status;
}

notch_status notch_trainer_run(notch_trainer *t, const notch_train_callbacks *callbacks,
                               bool *finished, notch_error *error)
{
    bool going_on = true;
    notch_status status = NOTCH_OK;
    *finished = false;
    while (status == NOTCH_OK && going_on && t->state->step < t->steps) {
        status = notch_trainer_step(t, error);
        going_on = status == NOTCH_OK && goes_on(t, callbacks);
        const bool due = t->state->step % t->evaluate_every == 0 || t->state->step == t->steps;
        if (going_on && due) {
            status = evaluate_and_report(t, callbacks, &going_on, error);
        }
    }
    *finished = status == NOTCH_OK && going_on;
    return status;
}
