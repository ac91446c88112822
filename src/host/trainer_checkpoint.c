/* trainer_checkpoint.c - the state of a training run, out and in.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/message.h"
#include "host/trainer.h"

notch_checkpoint *notch_trainer_checkpoint(notch_trainer *t)
{
    size_t count;
    const void *state = notch_engine_state(t->engine, &count);
    if (count != 0) {
        memcpy(t->state->state, state, count * sizeof *t->state->state);
    }
    if (t->state->test_count == 0) {
        t->state->test_correct = 0;
        t->state->test_loss = 0;
    }
    return t->state;
}

static bool same_lattice(const notch_lattice *a, const notch_lattice *b)
{
    return a->minimum == b->minimum && a->maximum == b->maximum && a->spacing == b->spacing &&
           a->bits == b->bits && a->bytes == b->bytes;
}

static notch_status check_tensors(const notch_checkpoint *own, const notch_checkpoint *other,
                                  notch_error *error)
{
    for (uint32_t i = 0; i < own->model.tensor_count; i++) {
        const notch_stored_tensor *a = &own->tensors[i], *b = &other->tensors[i];
        if (a->type != b->type ||
            (a->type != NOTCH_VALUE_F32 && !same_lattice(&a->lattice, &b->lattice))) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "checkpoint: %s has %s weights of another kind than the run's",
                              own->model.tensors[i].name,
                              b->type == NOTCH_VALUE_F32 ? "float" : "integer");
        }
    }
    return NOTCH_OK;
}

static notch_status check_match(const notch_trainer *t, const notch_checkpoint *c,
                                notch_error *error)
{
    const notch_checkpoint *own = t->state;
    notch_status status = notch_model_same(&own->model, &c->model, error);
    if (status == NOTCH_OK) {
        status = check_tensors(own, c, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    const char *other =
        c->engine != own->engine ? "another engine"
        : c->seed != own->seed   ? "another seed"
        : c->step > t->steps     ? "more steps"
        : c->pixels.mean != own->pixels.mean || c->pixels.deviation != own->pixels.deviation
            ? "another training set"
        : c->sharpness != own->sharpness                 ? "another sharpness"
        : c->state_count != own->state_count             ? "another engine state"
        : c->calibration_count != own->calibration_count ? "other calibrations"
        : c->momentum_count != own->momentum_count       ? "another momentum"
        : c->accumulator_count != own->accumulator_count ? "other accumulators"
                                                         : NULL;
    if (other != NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "checkpoint: it has %s than this run",
                          other);
    }
    return NOTCH_OK;
}

static void copy(void *to, const void *from, size_t bytes)
{
    if (bytes != 0) {
        memcpy(to, from, bytes);
    }
}

static void copy_weights(notch_checkpoint *own, const notch_checkpoint *c)
{
    for (uint32_t i = 0; i < own->model.tensor_count; i++) {
        const size_t bytes = own->tensors[i].type == NOTCH_VALUE_F32   ? sizeof(float)
                             : own->tensors[i].type == NOTCH_VALUE_I16 ? sizeof(int16_t)
                                                                       : sizeof(int8_t);
        copy(own->tensors[i].values, c->tensors[i].values,
             (size_t)own->model.tensors[i].count * bytes);
    }
}

notch_status notch_trainer_restore(notch_trainer *t, const notch_checkpoint *c, notch_error *error)
{
    notch_checkpoint *own = t->state;
    size_t count;
    if (c == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "checkpoint: it is missing");
    }
    const notch_status status = check_match(t, c, error);
    if (status != NOTCH_OK) {
        return status;
    }
    copy_weights(own, c);
    void *state = notch_engine_state(t->engine, &count);
    copy(state, c->state, count * sizeof *c->state);
    copy(own->calibrations, c->calibrations, own->calibration_count * sizeof *own->calibrations);
    copy(own->momentum, c->momentum, own->momentum_count * sizeof *own->momentum);
    copy(own->accumulators, c->accumulators, own->accumulator_count * sizeof *own->accumulators);
    own->step = c->step;
    own->test_count = c->test_count;
    own->test_correct = c->test_correct;
    own->test_loss = c->test_loss;
    t->last_count = 0;
    notch_trainer_forget(t);
    return NOTCH_OK;
}

notch_status notch_trainer_adopt(notch_trainer *t, const notch_checkpoint *c, notch_error *error)
{
    notch_checkpoint *own = t->state;
    if (c == NULL || own->step != 0) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "checkpoint: %s",
                          c == NULL ? "it is missing" : "training has begun already");
    }
    notch_status status = notch_model_same(&own->model, &c->model, error);
    if (status == NOTCH_OK) {
        status = check_tensors(own, c, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    copy_weights(own, c);
    size_t count;
    void *state = notch_engine_state(t->engine, &count);
    if (c->engine == own->engine && c->state_count == count) {
        copy(state, c->state, count * sizeof *c->state);
    }
    return NOTCH_OK;
}
