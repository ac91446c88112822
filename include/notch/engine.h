/* notch/engine.h - engines: weights and a batch of images in, a loss and a gradient out.
 * SPDX-License-Identifier: MIT
 *
 * An engine runs a model (notch/model.h). It owns activations, gradients and workspace; the weights
 * stay the caller's and are read at each call, never kept from one call to the next. Engines know
 * nothing of update rules: an engine's gradients are handed to notch_update_step.
 *
 * What is reproducible: see docs/determinism.md. The int engine gives the same bits on every
 * machine with any number of threads; the float engine promises them on the same machine and build
 * for the same thread count.
 */
#ifndef NOTCH_ENGINE_H
#define NOTCH_ENGINE_H

#include <notch/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum notch_engine_type {
    NOTCH_ENGINE_INT = 0,  /* integers from end to end, the same bits everywhere */
    NOTCH_ENGINE_FLOAT = 1 /* 32-bit floats on oneDNN: the paper's setting */
} notch_engine_type;

/* "int", "float"; NULL for a value that is none of these. */
NOTCH_API const char *notch_engine_type_name(notch_engine_type type);
NOTCH_API notch_status notch_engine_type_parse(const char *name, notch_engine_type *type,
                                               notch_error *error);

/* How pixels become numbers: (pixel - mean) / deviation, both in units of 2^-16 of a pixel step. */
typedef struct notch_standardisation {
    uint32_t mean;      /* 0 to 255 * 2^16 */
    uint32_t deviation; /* 1 to 255 * 2^16 */
} notch_standardisation;

typedef struct notch_engine_options {
    notch_engine_type type;
    uint32_t batch;   /* the most images in one call, 1 to 65,536 */
    uint32_t threads; /* 0: one for each processor that this process may use */
    notch_isa isa;    /* int engine; oneDNN chooses for itself */
    bool training;    /* false: only notch_engine_evaluate will be called */
    notch_standardisation pixels;
    uint32_t sharpness; /* int engine: logits are those of the model times 2^sharpness, 0 to 6 */
    const notch_observer *observer; /* of training calls; stays the caller's, NULL: none */
} notch_engine_options;

/* Bytes. */
typedef struct notch_engine_memory {
    uint64_t weights;     /* the float engine's copy for the length of a call */
    uint64_t activations; /* outputs of layers and what backward passes need of them */
    uint64_t gradients;   /* of the parameters */
    uint64_t state;       /* running statistics of batch norms */
    uint64_t workspace;   /* the rest: errors of layers, scratch of kernels, the batch itself */
} notch_engine_memory;

/* What notch_engine_create would reserve, without reserving it. Errors as there. */
NOTCH_API notch_status notch_engine_memory_needed(const notch_model *model,
                                                  const notch_engine_options *options,
                                                  notch_engine_memory *memory, notch_error *error);

typedef struct notch_engine notch_engine;

/* The model is copied. Errors: ARGUMENT, RANGE, MEMORY, UNSUPPORTED (no such engine in this build,
 * or a layer that it cannot run: the sentence names it). */
NOTCH_API notch_status notch_engine_create(const notch_model *model,
                                           const notch_engine_options *options,
                                           notch_engine **engine, notch_error *error);
/* NULL is fine. */
NOTCH_API void notch_engine_destroy(notch_engine *engine);

/* The engine's own threads for the caller's work between its calls (updates): two pools would take
 * processors from each other. Valid until the engine is destroyed. */
NOTCH_API const notch_executor *notch_engine_executor(const notch_engine *engine);

typedef enum notch_value_type {
    NOTCH_VALUE_I8 = 0,
    NOTCH_VALUE_I16 = 1,
    NOTCH_VALUE_F32 = 2
} notch_value_type;

/* The values of one parameter tensor: integers stand for themselves. Any alignment that suits the
 * type. */
typedef struct notch_values {
    notch_value_type type;
    const void *values; /* as many as the model's tensor has */
} notch_values;

typedef struct notch_batch {
    const uint8_t *images; /* [count][channels][height][width] */
    const uint8_t *labels; /* [count], each below the number of classes */
    uint32_t count;        /* 1 to options.batch */
    notch_key key;         /* randomness of a training call: seed and number of the step, a stream
                              below 2^16; the float engine draws nothing */
} notch_batch;

typedef struct notch_batch_result {
    double loss;      /* sum over the batch of the softmax cross-entropy, natural logarithm */
    uint64_t correct; /* images whose largest logit is the label's (the first one, among equals) */
} notch_batch_result;

/* Forward and backward pass in training mode (batch norms use the batch's statistics and update
 * their running ones). values: one for each tensor of the model. The gradients are those of the
 * mean loss of the batch; read them with notch_engine_gradient before the next call.
 * Errors: ARGUMENT, RANGE (a label), NOT_FINITE (the loss). */
NOTCH_API notch_status notch_engine_train(notch_engine *engine, const notch_values *values,
                                          const notch_batch *batch, notch_batch_result *result,
                                          notch_error *error);

/* View of the gradient of tensor number `tensor` after notch_engine_train: count values in the
 * order of the tensor, owned by the engine. */
NOTCH_API notch_gradient notch_engine_gradient(const notch_engine *engine, uint32_t tensor);

/* Forward pass in evaluation mode (batch norms use their running statistics). labels may be NULL:
 * the result is then zero. probabilities: NULL, or [count][classes], filled with the softmax of the
 * logits. Errors: ARGUMENT, RANGE. */
NOTCH_API notch_status notch_engine_evaluate(notch_engine *engine, const notch_values *values,
                                             const notch_batch *batch, notch_batch_result *result,
                                             float *probabilities, notch_error *error);

/* Counting dead units begins anew: outputs of dense layers and channels of convolutions that are
 * not above zero behind their ReLU for any image. */
NOTCH_API void notch_engine_watch_units(notch_engine *engine);

/* The share of layer number `layer`'s units, 0 to 1, that were dead in all calls of
 * notch_engine_evaluate since. NaN where the engine does not tell (float), and for layers without a
 * ReLU behind them. */
NOTCH_API double notch_engine_dead_units(const notch_engine *engine, uint32_t layer);

/* The engine's state between calls, to be kept with a checkpoint: *count words of 32 bits, to be
 * copied from and to. The float engine's are running means and variances of all batch norms in
 * layer order, as floats; the int engine's are those of notch_integer_state. NULL and 0 if it has
 * none. */
NOTCH_API void *notch_engine_state(notch_engine *engine, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
