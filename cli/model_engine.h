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

/* The same for what a model file holds, without a word. Errors: those of notch_engine_create, INPUT
 * (the engine's state is not the model's). */
notch_status model_engine_make(const char *name, const notch_checkpoint *checkpoint,
                               const model_running *running, notch_engine **engine,
                               notch_error *error);

/* The class of largest probability, the first of several. */
uint32_t model_engine_class(const float *probabilities, uint32_t classes);

#endif
