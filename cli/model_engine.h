/* model_engine.h - an engine that evaluates the model of a model file.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_MODEL_ENGINE_H
#define NOTCH_CLI_MODEL_ENGINE_H

#include <notch/checkpoint.h>

#include "model_open.h"

/* How to run it: changes no result of the int engine. */
typedef struct model_running {
    uint64_t batch, threads, isa;
} model_running;

/* Whether there are weights. Returns EXIT_DONE, or an exit code after one sentence as below. */
int model_engine_expect(const char *command, const char *name, const model_source *source);

/* The engine that trained the model, with the state it had then. name: of the model, for sentences.
 * Returns EXIT_DONE and *engine, or the exit code with which to end after one sentence on standard
 * error that begins with `command`, such as "notch eval". */
int model_engine_create(const char *command, const char *name, const model_source *source,
                        const model_running *running, notch_engine **engine);

/* The same without printing. Errors: INPUT, and those of notch_engine_create. */
notch_status model_engine_make(const char *name, const notch_checkpoint *checkpoint,
                               const model_running *running, notch_engine **engine,
                               notch_error *error);

/* What to classify, and who is told: take(self, image, probabilities[classes]) in order. */
typedef struct model_task {
    uint64_t count; /* the first images of the data set */
    uint32_t batch; /* images at a time, as the engine was made for */
    void (*take)(void *self, uint64_t image, const float *probabilities);
    void *self;
} model_task;

/* Runs the images of a data set that fits the model. sum: over all of them. Errors: MEMORY, and
 * those of notch_engine_evaluate. */
notch_status model_engine_classify(notch_engine *engine, const notch_checkpoint *checkpoint,
                                   const notch_dataset *dataset, const model_task *task,
                                   notch_batch_result *sum, notch_error *error);

/* The class of largest probability, the first of several. */
uint32_t model_engine_class(const float *probabilities, uint32_t classes);

#endif
