/* stage.h - the integer engine's view of a model: stages, and the memory of each.
 * SPDX-License-Identifier: MIT
 *
 * A stage makes one int8 tensor. The input is stage 0. A weight layer forms a stage together with
 * the ReLUs, the max-pool and the norm that follow it and have no other user: its int32 sums go
 * through them before they become int8, so they never leave a worker's scratch, unless a batch norm
 * needs those of the whole batch first. All other layers are stages of their own, int8 to int8.
 *
 * Tensors lie as [sample][height][width][channel].
 */
#ifndef NOTCH_ENGINE_INTEGER_STAGE_H
#define NOTCH_ENGINE_INTEGER_STAGE_H

#include <notch/integer.h>

#include "engine/integer/factor.h"
#include "kernels/kernels.h"
#include "kernels/matrix.h"
#include "model/observe.h"

enum {
    NOTCH_STAGE_STEPS_LOG = 4,  /* norms: 2^4 steps a standard deviation */
    NOTCH_LOGIT_STEPS_LOG = 12, /* logits: 2^12 steps for 1 */
    NOTCH_ERROR_LOG = 30,       /* errors of logits: 2^30 steps for 1 */
    NOTCH_LOSS_LOG = 24,        /* losses: 2^24 steps for 1 */
    NOTCH_SUM_BITS = 30,        /* sums of weight layers: |x| < 2^30 */
    NOTCH_ROUTES_MAX = 0xffff,  /* positions of a window */
    NOTCH_SHARPNESS_MAX = 6,
    NOTCH_BATCH_MAX = 65536,
    NOTCH_WORKERS_OF_ENGINE_MAX = 1024,
    NOTCH_PIXEL_MAX = 255 << 16,
    NOTCH_STREAM_MAX = 65535,     /* of a batch's key */
    NOTCH_STREAMS_A_CALL = 256,   /* random streams of a batch */
    NOTCH_CHUNK_MAX = 256,        /* samples whose columns are there at the same time */
    NOTCH_GRADIENT_TERMS = 131071 /* of a sum of products of two int8: 127^2 131,071 < 2^31 */
};

#define NOTCH_NO_STAGE UINT32_MAX
#define NOTCH_NO_LAYER UINT32_MAX

typedef enum notch_stage_kind {
    NOTCH_STAGE_INPUT,
    NOTCH_STAGE_WEIGHTS, /* convolution or dense, then ReLU, max-pool, end */
    NOTCH_STAGE_NORM,    /* a norm of int8 values */
    NOTCH_STAGE_RELU,
    NOTCH_STAGE_MAX_POOL,
    NOTCH_STAGE_AVERAGE_POOL,
    NOTCH_STAGE_ADD
} notch_stage_kind;

/* How int32 values become the stage's output. */
typedef enum notch_stage_end {
    NOTCH_END_NONE,       /* they do not: int8 to int8 */
    NOTCH_END_LAYER_NORM, /* 16 steps a deviation */
    NOTCH_END_BATCH_NORM,
    NOTCH_END_SHIFT, /* int8 by a power of two that follows their mean magnitude */
    NOTCH_END_LOGITS /* nothing: the last layer's, as int32 */
} notch_stage_end;

/* A window that slides over a tensor: convolutions (as far as some position is not padding) and
 * pools. */
typedef struct notch_window {
    notch_shape in, out;
    uint32_t kernel[2], stride[2];
    int32_t padding[2];
} notch_window;

typedef struct notch_stage {
    notch_stage_kind kind;
    notch_stage_end end;
    uint32_t layer;     /* of the weights; else the only one */
    uint32_t norm;      /* the norm of the end, or NOTCH_NO_LAYER */
    uint32_t output;    /* the layer whose output this is */
    uint32_t inputs[2]; /* stages */
    bool relu, pools;   /* weights: what comes between */
    bool last;          /* its output are the logits */
    bool reaches;       /* backward: some parameter lies before or in it */
    uint32_t users;

    notch_shape shape; /* of the output */
    uint32_t values_a_sample;

    /* Weights. The result of a sample is [positions][outputs]. */
    notch_window window;                  /* kernel: without taps that only ever meet padding */
    uint32_t first_tap[2];                /* of the layer's kernel */
    uint32_t outputs, positions, columns; /* columns: products of one output */
    bool direct;                          /* a sample's columns are its input as it lies */
    bool reordered;                       /* weights lie in another order than in the tensor */
    uint32_t block, chunk;                /* samples of an item, of a pass backward */
    uint32_t gradient_shift; /* of a whole batch's products, so that they fit 31 bits */
    notch_window pool;

    /* Memory. */
    int8_t *values;        /* [batch][values_a_sample]; none for NOTCH_END_LOGITS */
    uint16_t *routes;      /* [batch][values_a_sample]: place in the window, or dead */
    int32_t *gradient;     /* [batch][values_a_sample] */
    notch_factor *factors; /* what a gradient is multiplied with behind the norm: one a sample
                              (layer norm, shift) or a channel (batch norm) */
    uint32_t *state;       /* its part of the engine's */
    uint32_t state_words;
    uint8_t *alive; /* [workers][channels]: units above zero, see units.c; NULL: not watched */

    /* Of the call. */
    int32_t exponent; /* of values; of int32 values before the end: sums */
    int32_t sums_exponent;
    int32_t gradient_exponent;
    uint32_t gradient_bits; /* |gradient| < 2^gradient_bits */
    bool has_gradient;
    uint64_t magnitude; /* NOTCH_END_SHIFT: sum of |x| in a training batch */
} notch_stage;

/* Shared memory, used by one stage at a time. */
typedef struct notch_shared {
    int8_t *reordered;      /* weights in the order of columns */
    void *packed;           /* for products */
    int32_t *sums;          /* [batch][values_a_sample] before a batch norm */
    int8_t *errors;         /* [batch][values_a_sample] */
    int8_t *unpooled;       /* [chunk][positions][outputs] */
    int8_t *columns;        /* [chunk][positions][columns] */
    int32_t *products;      /* a weight gradient in the order of columns */
    int32_t *partial;       /* the same, of one chunk */
    int32_t *channel_plan;  /* NOTCH_PLAN_FIELDS a channel, see rows.h */
    int32_t *bias;          /* [outputs], in steps of sums */
    void *matrix;           /* workspace of the product with all workers */
    int64_t *channels;      /* NOTCH_SUM_FIELDS sums a channel and worker, see rows.h */
    unsigned char *scratch; /* scratch_bytes a worker */
    int32_t *logits;        /* [batch][classes], in 2^-12 */
    uint64_t *losses;       /* [batch], in 2^-24 */
    int32_t *largest;       /* [batch]: largest magnitudes */
    uint64_t *sample_sums;  /* [batch] */
    uint8_t *right;         /* [batch]: whether an image is classified rightly */
} notch_shared;

typedef struct notch_shared_sizes {
    uint64_t reordered, packed, sums, errors, unpooled, columns, products, partial, matrix,
        channels, channel_plan, bias, scratch;
} notch_shared_sizes;

struct notch_integer {
    notch_model model;
    notch_integer_options options;
    const notch_kernels *kernels;
    const notch_row_kernels *rows; /* those of kernels */
    const notch_matrix_kernels *matrix;
    uint32_t classes;
    uint32_t stage_count;
    notch_stage stages[NOTCH_LAYERS_MAX];
    notch_shared shared;
    uint64_t scratch_bytes; /* of a worker */
    int8_t pixels[256];
    uint32_t *state;
    uint32_t state_words;
    int32_t *gradients[NOTCH_TENSORS_MAX];
    int32_t gradient_exponents[NOTCH_TENSORS_MAX];

    /* Of the call. */
    const int8_t *const *weights;
    const notch_stage *ordered; /* whose weights lie in shared.reordered as columns */
    const notch_executor *executor;
    notch_key key;
    uint32_t count;
    bool training;
};

static inline uint64_t notch_shape_size(const notch_shape *shape)
{
    return (uint64_t)shape->channels * shape->height * shape->width;
}

/* Runs items on the call's executor. */
static inline void notch_integer_run(const notch_integer *engine, notch_task *task, void *argument,
                                     uint64_t items)
{
    if (engine->executor != NULL && items > 1) {
        engine->executor->run(engine->executor->self, task, argument, items);
        return;
    }
    for (uint64_t i = 0; i < items; i++) {
        task(argument, i, 0);
    }
}

/* Tells the observer of a training call what begins. */
static inline void notch_integer_begins(const notch_integer *engine, notch_pass pass,
                                        const notch_stage *stage)
{
    if (engine->training) {
        notch_observe(engine->options.observer, pass, stage == NULL ? 0 : stage->layer);
    }
}

static inline unsigned char *notch_scratch_of(const notch_integer *engine, uint32_t worker)
{
    return engine->shared.scratch + worker * engine->scratch_bytes;
}

static inline uint32_t notch_least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* plan.c: stages of a model, without memory. UNSUPPORTED, naming a layer. */
notch_status notch_integer_plan(notch_integer *engine, notch_error *error);

/* memory.c: where everything lies. base NULL: sizes only. */
void notch_integer_layout(notch_integer *engine, unsigned char *base, notch_integer_sizes *sizes);

/* forward.c: all stages up to the logits. */
void notch_integer_forward(notch_integer *engine, const uint8_t *images);

/* loss.c: losses and, in training, the gradient of the logits. probabilities may be NULL. */
void notch_integer_loss(notch_integer *engine, const uint8_t *labels, notch_integer_result *result,
                        uint32_t *probabilities);

/* backward.c: from the gradient of the logits to those of the parameters. */
void notch_integer_backward(notch_integer *engine);

#endif
