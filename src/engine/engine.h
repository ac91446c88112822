/* engine.h - what every engine implements, and what notch_engine_* check on its behalf.
 * SPDX-License-Identifier: MIT
 *
 * An engine's own structure begins with a notch_engine. Arguments that reach its functions have
 * been checked: the model fits its classes, pointers are there, counts and labels are in range.
 */
#ifndef NOTCH_ENGINE_ENGINE_H
#define NOTCH_ENGINE_ENGINE_H

#include <notch/engine.h>

#define NOTCH_ENGINE_BATCH_MAX 65536u
#define NOTCH_ENGINE_THREADS_MAX 1024u
#define NOTCH_ENGINE_SHARPNESS_MAX 6u

/* The functions of one type of engine; as in notch/engine.h. */
typedef struct notch_engine_functions {
    notch_status (*memory_needed)(const notch_model *model, const notch_engine_options *options,
                                  notch_engine_memory *memory, notch_error *error);
    notch_status (*create)(const notch_model *model, const notch_engine_options *options,
                           notch_engine **engine, notch_error *error);
    void (*destroy)(notch_engine *engine);
    const notch_executor *(*executor)(const notch_engine *engine);
    notch_status (*train)(notch_engine *engine, const notch_values *values,
                          const notch_batch *batch, notch_batch_result *result, notch_error *error);
    notch_gradient (*gradient)(const notch_engine *engine, uint32_t tensor);
    notch_status (*evaluate)(notch_engine *engine, const notch_values *values,
                             const notch_batch *batch, notch_batch_result *result,
                             float *probabilities, notch_error *error);
    void *(*state)(notch_engine *engine, size_t *count);
    /* NULL: the engine does not tell. */
    void (*watch_units)(notch_engine *engine);
    double (*dead_units)(const notch_engine *engine, uint32_t layer);
} notch_engine_functions;

struct notch_engine {
    const notch_engine_functions *functions;
    notch_engine_options options; /* threads: the number, never 0 */
    uint32_t classes;
    notch_model model;
};

extern const notch_engine_functions notch_engine_int;
#ifndef NOTCH_NO_ONEDNN
extern const notch_engine_functions notch_engine_float;
#endif

#endif
