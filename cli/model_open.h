/* model_open.h - the model that a command is given: a preset, a graph in an INI file, a model file.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_MODEL_OPEN_H
#define NOTCH_CLI_MODEL_OPEN_H

#include <notch/checkpoint.h>
#include <notch/data.h>
#include <notch/engine.h>
#include <notch/model_file.h>

/* For the help of options. */
#define MODEL_NAMES "linear|mlp|cnn|resnet18|FILE.ini|FILE.notch"

typedef struct model_source {
    notch_model model;
    notch_checkpoint *checkpoint; /* the whole model file, whose graph `model` is; NULL if the name
                                     is that of a preset or an INI file */
    uint64_t left_out;            /* parameters that the graph had before model_suit */
} model_source;

/* What a model for this data set has to fit. */
notch_model_context model_context(const notch_dataset *dataset);

/* Opens the model called `name`. The content of a file tells what it is, not its name.
 * context: what it has to fit, or NULL; where a part of it is not known (all zero), presets are
 * made for grey images of 28 x 28 in 10 classes, and others are taken as they are.
 * Returns EXIT_DONE, or the exit code with which to end after one sentence on standard error that
 * begins with `command`, such as "notch eval"; *source then needs no model_close. */
int model_open(const char *command, const char *name, const notch_model_context *context,
               model_source *source);

/* Makes the graph one that the engine takes: on engine int, batch norms have no weights and biases
 * of their own (affine = no). The graph of a model file stays as it is. Returns as model_open. */
int model_suit(const char *command, notch_engine_type engine, model_source *source);

/* Frees the model file's content. */
void model_close(model_source *source);

#endif
