/* notch/integer.h - the integer engine: forward pass, loss and backward pass without floats.
 * SPDX-License-Identifier: MIT
 *
 * Freestanding, like notch/core.h: no allocation, no C library, no floating-point instruction. The
 * caller asks for the size, gives the memory, and keeps weights and batches. Every result is a pure
 * function of the arguments: equal on every instruction set, thread count, compiler, byte order.
 *
 *     notch_integer_memory(&model, &options, &memory, &error);
 *     notch_integer_init(&model, &options, block, memory.total, &engine, &error);
 *     for each step:
 *         notch_integer_train(engine, weights, &batch, executor, &result, &error);
 *         parameters[t].gradient = notch_integer_gradient(engine, t);
 *         notch_update_step(...);
 *
 * docs/integer-engine.md says what is computed, and proves that nothing overflows. In short: an
 * integer weight stands for itself; a tensor of int8 values q has an exponent e and stands for
 * q 2^e; weight layers sum in int32; norms produce 16 steps a standard deviation; errors are int8
 * with one exponent a tensor, rounded stochastically with random words of the batch's key.
 */
#ifndef NOTCH_INTEGER_H
#define NOTCH_INTEGER_H

#include <notch/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct notch_integer notch_integer; /* lives in the caller's memory */

typedef struct notch_integer_options {
    uint32_t batch;   /* the most images in one call, 1 to 65,536 */
    uint32_t workers; /* the most workers of an executor, 1 to 1,024 */
    notch_isa isa;
    bool training; /* false: notch_integer_train is not available, less memory is needed */
    /* A pixel p stands for (p - mean) / deviation, both in units of 2^-16 of a pixel step. */
    uint32_t mean;      /* 0 to 255 * 2^16 */
    uint32_t deviation; /* 1 to 255 * 2^16 */
    /* Logits are those of the model times 2^sharpness, 0 to 6. */
    uint32_t sharpness;
    const notch_observer *observer; /* of training calls; stays the caller's, NULL: none */
} notch_integer_options;

/* Bytes. */
typedef struct notch_integer_sizes {
    uint64_t total;       /* what notch_integer_init wants, the parts below and the engine itself */
    uint64_t weights;     /* packed copies for the length of a call */
    uint64_t activations; /* outputs of layers and what the backward pass needs beside them */
    uint64_t gradients;   /* of the parameters */
    uint64_t state;       /* running statistics */
    uint64_t workspace;   /* errors of layers, scratch of workers */
} notch_integer_sizes;

/* What an engine for this model needs. ARGUMENT, RANGE; UNSUPPORTED, naming the layer, for a model
 * whose sums could overflow or whose layers do not fit together in integers. */
NOTCH_API notch_status notch_integer_memory(const notch_model *model,
                                            const notch_integer_options *options,
                                            notch_integer_sizes *sizes, notch_error *error);

/* Makes an engine in memory[0 .. bytes), which is aligned to 64 and at least sizes.total. The model
 * is copied. Nothing has to be undone: an engine ends with its memory. Errors: those above,
 * MEMORY. */
NOTCH_API notch_status notch_integer_init(const notch_model *model,
                                          const notch_integer_options *options, void *memory,
                                          uint64_t bytes, notch_integer **engine,
                                          notch_error *error);

typedef struct notch_integer_batch {
    const uint8_t *images; /* [count][channels][height][width] */
    const uint8_t *labels; /* [count]; evaluation: may be NULL */
    uint32_t count;        /* 1 to options.batch */
    notch_key key;         /* training: seed and step of stochastic rounding, stream below 2^16 */
} notch_integer_batch;

typedef struct notch_integer_result {
    uint64_t loss;    /* sum of the softmax cross-entropy over the batch, in 2^-24 (natural log) */
    uint64_t correct; /* images whose largest logit is the label's (the first one, among equals) */
} notch_integer_result;

/* Forward and backward pass. weights[t]: tensor t of the model in its order, on a lattice of up to
 * 8 bits (-127 to 127). executor: NULL for the calling thread. Gradients are those of the mean loss
 * of the batch and stay until the next call. Errors, before anything changes: ARGUMENT, RANGE. */
NOTCH_API notch_status notch_integer_train(notch_integer *engine, const int8_t *const *weights,
                                           const notch_integer_batch *batch,
                                           const notch_executor *executor,
                                           notch_integer_result *result, notch_error *error);

/* The gradient of tensor `tensor` after notch_integer_train: NOTCH_GRADIENT_I32 in the tensor's
 * order. The exponent is the step's own, so that norms compare across steps. */
NOTCH_API notch_gradient notch_integer_gradient(const notch_integer *engine, uint32_t tensor);

/* Forward pass with running statistics; the result for an image does not depend on the others.
 * Without labels the result is zero. probabilities: NULL, or [count][classes] in units of 2^-30. */
NOTCH_API notch_status notch_integer_evaluate(notch_integer *engine, const int8_t *const *weights,
                                              const notch_integer_batch *batch,
                                              const notch_executor *executor,
                                              notch_integer_result *result, uint32_t *probabilities,
                                              notch_error *error);

/* Units of a weight layer: outputs of a dense layer, channels of a convolution. */
typedef struct notch_units {
    uint32_t count; /* 0 where no ReLU follows the layer, at most a norm or a pool in between */
    uint32_t dead;  /* of them: not above zero behind the ReLU for any image evaluated */
} notch_units;

/* Counting the dead among the units of all layers begins anew. */
NOTCH_API void notch_integer_watch_units(notch_integer *engine);

/* Of layer number `layer`, over all calls of notch_integer_evaluate since. */
NOTCH_API notch_units notch_integer_units(const notch_integer *engine, uint32_t layer);

/* The engine's state between calls, to be kept with a checkpoint: running statistics of batch norms
 * and magnitudes from which activations get their exponents, in layer order. Writable; any content
 * is safe. *count words, NULL if 0. */
NOTCH_API uint32_t *notch_integer_state(notch_integer *engine, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
