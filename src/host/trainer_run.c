/* trainer_run.c - evaluations, and runs of steps and evaluations.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "host/trainer.h"

static bool goes_on(const notch_trainer *t, const notch_train_callbacks *callbacks)
{
    if (callbacks == NULL || callbacks->progress == NULL) {
        return true;
    }
    const notch_train_progress progress = notch_trainer_progress(t);
    return callbacks->progress(callbacks->self, &progress);
}

/* Whether the steps since the evaluation before have reached another 32nd of all steps. */
static bool is_milestone(const notch_trainer *t)
{
    enum {
        MILESTONES = 32
    };
    const uint64_t step = t->state->step;
    const uint64_t last = step == 0 ? 0 : step - 1 - (step - 1) % t->evaluate_every;
    return step == t->steps || step * MILESTONES / t->steps != last * MILESTONES / t->steps;
}

static void summarise(const notch_trainer *t, double loss, uint64_t correct,
                      notch_train_evaluation *evaluation)
{
    const double trained = t->count_sum == 0 ? (double)NAN : (double)t->count_sum;
    const double tested = (double)t->evaluation_count;
    *evaluation = (notch_train_evaluation){
        .step = t->state->step,
        .epoch = notch_trainer_progress(t).epoch,
        .steps = t->steps_since,
        .train_loss = t->loss_sum / trained,
        .train_accuracy = (double)t->correct_sum / trained,
        .test_loss = loss / tested,
        .test_accuracy = (double)correct / tested,
        .test_count = t->evaluation_count,
        .test_correct = correct,
        .is_milestone = is_milestone(t),
    };
    notch_trainer_tell_health(t, evaluation);
}

notch_status notch_trainer_evaluate_while(notch_trainer *t, const notch_train_callbacks *callbacks,
                                          bool *finished, notch_train_evaluation *evaluation,
                                          notch_error *error)
{
    double loss = 0;
    uint64_t correct = 0;
    *finished = false;
    notch_engine_watch_units(t->engine);
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
    summarise(t, loss, correct, evaluation);
    *finished = true;
    t->state->test_count = t->evaluation_count;
    t->state->test_correct = correct;
    t->state->test_loss = evaluation->test_loss;
    notch_trainer_forget(t);
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

/* Whether an evaluation belongs to the step that was the last one. */
static bool is_due(const notch_trainer *t)
{
    const uint64_t step = t->state->step;
    return step % t->evaluate_every == 0 || step == t->steps;
}

notch_status notch_trainer_run(notch_trainer *t, const notch_train_callbacks *callbacks,
                               bool *finished, notch_error *error)
{
    bool going_on = true;
    notch_status status = NOTCH_OK;
    *finished = false;
    if (t->state->step != 0 && t->state->test_count == 0 && is_due(t)) {
        status = evaluate_and_report(t, callbacks, &going_on, error); /* cut short, or lost */
    }
    while (status == NOTCH_OK && going_on && t->state->step < t->steps) {
        status = notch_trainer_step(t, error);
        going_on = status == NOTCH_OK && goes_on(t, callbacks);
        if (going_on && is_due(t)) {
            status = evaluate_and_report(t, callbacks, &going_on, error);
        }
    }
    *finished = status == NOTCH_OK && going_on;
    return status;
}
