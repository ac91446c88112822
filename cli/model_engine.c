/* model_engine.c - an engine that evaluates the model of a model file.
 * SPDX-License-Identifier: MIT
 */
#include "model_engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

static notch_status refuse_graph(const char *name, notch_error *error)
{
    (void)snprintf(error->message, sizeof error->message,
                   "%.100s: is a graph without weights, expected a model file such as the "
                   "last.notch or best.notch of a run",
                   name);
    return error->status = NOTCH_ERROR_INPUT;
}

static notch_status restore_state(const char *name, const notch_checkpoint *c, notch_engine *engine,
                                  notch_error *error)
{
    size_t count;
    void *state = notch_engine_state(engine, &count);
    if (count != c->state_count) {
        (void)snprintf(error->message, sizeof error->message,
                       "%.100s: holds %zu words of engine state, expected %zu", name,
                       c->state_count, count);
        return error->status = NOTCH_ERROR_INPUT;
    }
    if (count != 0) {
        memcpy(state, c->state, count * sizeof *c->state);
    }
    return NOTCH_OK;
}

int model_engine_expect(const char *command, const char *name, const model_source *source)
{
    notch_error error = {NOTCH_OK, ""};
    if (source->checkpoint != NULL) {
        return EXIT_DONE;
    }
    (void)refuse_graph(name, &error);
    return command_fail(command, &error);
}

notch_status model_engine_make(const char *name, const notch_checkpoint *c,
                               const model_running *running, notch_engine **engine,
                               notch_error *error)
{
    const notch_engine_options options = {.type = c->engine,
                                          .batch = (uint32_t)running->batch,
                                          .threads = (uint32_t)running->threads,
                                          .isa = (notch_isa)running->isa,
                                          .training = false,
                                          .pixels = c->pixels,
                                          .sharpness = c->sharpness};
    notch_engine *made = NULL;
    notch_status status = notch_engine_create(&c->model, &options, &made, error);
    if (status == NOTCH_OK) {
        status = restore_state(name, c, made, error);
    }
    if (status != NOTCH_OK) {
        notch_engine_destroy(made);
        return status;
    }
    *engine = made;
    return NOTCH_OK;
}

int model_engine_create(const char *command, const char *name, const model_source *source,
                        const model_running *running, notch_engine **engine)
{
    notch_error error = {NOTCH_OK, ""};
    return model_engine_make(name, source->checkpoint, running, engine, &error) == NOTCH_OK
               ? EXIT_DONE
               : command_fail(command, &error);
}

uint32_t model_engine_class(const float *probabilities, uint32_t classes)
{
    uint32_t best = 0;
    for (uint32_t k = 1; k < classes; k++) {
        best = probabilities[k] > probabilities[best] ? k : best;
    }
    return best;
}

notch_status model_engine_classify(notch_engine *engine, const notch_checkpoint *checkpoint,
                                   const notch_dataset *dataset, const model_task *task,
                                   notch_batch_result *sum, notch_error *error)
{
    const size_t image = (size_t)dataset->channels * dataset->height * dataset->width;
    const uint32_t classes = checkpoint->classes;
    notch_values values[NOTCH_TENSORS_MAX];
    float *probabilities = calloc((size_t)task->batch * classes, sizeof *probabilities);
    notch_status status = NOTCH_OK;
    if (probabilities == NULL) {
        (void)snprintf(error->message, sizeof error->message, "no memory for the results");
        return error->status = NOTCH_ERROR_MEMORY;
    }
    notch_checkpoint_values(checkpoint, values);
    *sum = (notch_batch_result){.loss = 0};
    for (uint64_t first = 0; status == NOTCH_OK && first < task->count; first += task->batch) {
        const uint64_t left = task->count - first;
        const notch_batch batch = {.images = dataset->images + first * image,
                                   .labels = dataset->labels + first,
                                   .count = left < task->batch ? (uint32_t)left : task->batch};
        notch_batch_result result;
        status = notch_engine_evaluate(engine, values, &batch, &result, probabilities, error);
        if (status == NOTCH_OK) {
            sum->loss += result.loss;
            sum->correct += result.correct;
            for (uint32_t i = 0; i < batch.count; i++) {
                task->take(task->self, first + i, probabilities + (size_t)i * classes);
            }
        }
    }
    free(probabilities);
    return status;
}
