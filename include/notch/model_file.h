/* notch/model_file.h - models from INI files, and the memory that training one takes.
 * SPDX-License-Identifier: MIT
 *
 * The hosted companion of notch/model.h. Functions here may allocate; what they reserve they free.
 */
#ifndef NOTCH_MODEL_FILE_H
#define NOTCH_MODEL_FILE_H

#include <notch/engine.h>
#include <notch/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Models as text
 * --------------------------------------------------------------------------------------------- */

#define NOTCH_MODEL_FILE_MAX 1048576u /* bytes of a file */
#define NOTCH_MODEL_LINE_MAX 198u     /* bytes of a line, without its end */

/* What a model is to fit, as far as it is known: usually a data set. */
typedef struct notch_model_context {
    notch_shape input; /* of the images: taken where the text has none, compared where it has; all
                          zero: not known */
    uint32_t classes;  /* what `outputs = classes` stands for; 0: not known */
} notch_model_context;

/* The model that text[0 .. length) describes in the grammar of docs/models.md. name: what messages
 * call the text. Where the text names no model, it is called "model". context: NULL is all zero.
 * The model passes notch_model_check, for the context's classes or, if they are not known, for its
 * own number of outputs.
 * Errors, with the model as it was: ARGUMENT, INPUT (the sentence begins with NAME:LINE), MEMORY,
 * UNSUPPORTED (a build without inih). */
NOTCH_API notch_status notch_model_parse(const char *text, size_t length, const char *name,
                                         const notch_model_context *context, notch_model *model,
                                         notch_error *error);

/* The same for a file. Where the file names no model, the model has the file's name without its
 * ending. Errors: as above, and INPUT if it cannot be read. */
NOTCH_API notch_status notch_model_read(const char *path, const notch_model_context *context,
                                        notch_model *model, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Memory
 * --------------------------------------------------------------------------------------------- */

/* How a model is to be trained or used. */
typedef struct notch_memory_request {
    const notch_model *model;
    notch_engine_options engine;
    const notch_lattice *lattice; /* of all weights; NULL: they are 32-bit floats */
    bool momentum;                /* of sgd: a float beside each weight; floats in training only */
    bool accumulators;            /* of rule bold: 32 bits beside each weight; lattices only */
    notch_scope scope;            /* of discrete updates: how many calibrations they keep */
    bool rows;                    /* updates go row by row: mode `paper`, scope `layer` */
    uint64_t dataset;             /* bytes of images and labels that the caller holds; 0: none */
} notch_memory_request;

/* Bytes. The parts add up to `total`. */
typedef struct notch_memory_plan {
    uint64_t weights; /* on their lattice or as floats */
    notch_engine_memory engine;
    uint64_t optimiser;        /* what the update rule keeps from step to step */
    uint64_t update_workspace; /* of notch_update_step */
    uint64_t batch;            /* images and labels of one batch, as bytes */
    uint64_t dataset;          /* as requested */
    uint64_t total;
    bool engine_known; /* false: this build cannot say what the engine needs, and its parts are 0 */
} notch_memory_plan;

/* What training (request->engine.training) or evaluating a model takes, without reserving it: a
 * function of the request, the number of processors where engine.threads is 0, and, for the
 * engine's part, the machine. Where the engine is not in this build, the plan is filled without it
 * and engine_known is false. Errors: ARGUMENT, RANGE, MEMORY. */
NOTCH_API notch_status notch_memory_plan_make(const notch_memory_request *request,
                                              notch_memory_plan *plan, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
