/* parts.h - what stages are computed with: rows of values, norms, pools, columns, rounding.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_ENGINE_INTEGER_PARTS_H
#define NOTCH_ENGINE_INTEGER_PARTS_H

#include "engine/integer/stage.h"

enum {
    NOTCH_SCRATCH_LEAST = 64,
    NOTCH_GRADIENT_BITS = 15, /* of a gradient before a norm's backward pass */
    NOTCH_EXPONENT_NONE = -1000000000
};

/* Whether the stage ends in int32 logits, without int8 values. */
static inline bool notch_makes_logits(const notch_stage *stage)
{
    return stage->end == NOTCH_END_LOGITS || (stage->end == NOTCH_END_LAYER_NORM && stage->last);
}

/* The product for the error of the input: D[rows][back outputs] = E[rows][back columns] W. */
static inline uint32_t notch_back_columns(const notch_stage *stage)
{
    return stage->direct ? stage->outputs
                         : stage->window.kernel[0] * stage->window.kernel[1] * stage->outputs;
}

static inline uint32_t notch_back_outputs(const notch_stage *stage)
{
    return stage->direct ? stage->columns : stage->window.in.channels;
}

static inline uint32_t notch_back_rows(const notch_stage *stage)
{
    return stage->direct ? stage->positions : stage->window.in.height * stage->window.in.width;
}

/* How the left operand of these products lies, and the bits that are flipped in it. */
static inline notch_terms notch_left_terms(const notch_integer *engine, const notch_stage *stage,
                                           uint8_t *flip)
{
    const bool ready = notch_matrix_takes_rows(engine->matrix, flip) && !stage->direct;
    *flip = ready ? *flip : 0;
    return ready ? NOTCH_TERMS_READY : NOTCH_TERMS_ALONG;
}

/* Samples of an item of that product. */
uint32_t notch_back_block(const notch_integer *engine, const notch_stage *stage);

/* Bytes of scratch of a worker: forward.c and weights_back.c. */
uint64_t notch_forward_scratch(const notch_integer *engine, const notch_stage *stage);
uint64_t notch_backward_scratch(const notch_integer *engine, const notch_stage *stage);
uint64_t notch_pass_back_scratch(const notch_integer *engine, const notch_stage *stage);

/* pass_back.c: of the gradient of a stage without weights to those of its inputs. */
void notch_pass_back(notch_integer *engine, notch_stage *stage);

/* layer_norm.c. x: overwritten by what is left of it after centring, d with |d| < 2^16; returns
 * 1 / (standard deviation of x), mantissa 0 where x is constant. *rate: y = d rate has 2^steps_log
 * steps a deviation. |x| < 2^30, 1 <= n <= 2^24. */
notch_factor notch_centre(const notch_row_kernels *rows, int32_t *x, uint32_t n, uint32_t steps_log,
                          notch_factor *rate);
/* y = clamp(round(d rate)) */
void notch_normalise_row(const notch_row_kernels *rows, const int32_t *d, uint32_t n,
                         notch_factor rate, int8_t *y);
/* In place: g becomes what has to be multiplied with *factor, whose exponent takes up a shift.
 * y: the output of the norm in front, or NULL where there is none. routes: NULL, or where dead, 0.
 * Returns the largest magnitude, below 2^19. |g| < 2^31. */
int32_t notch_normalise_row_back(const notch_row_kernels *rows, int32_t *g, uint32_t n,
                                 const int8_t *y, const uint16_t *routes, notch_factor *factor);

/* g becomes g - mean(g) - y mean(g y), y in 2^-12 with mean(y^2) = 1: gradients before the norm of
 * the logits. |g| <= 2^30; |g| < 2^31 afterwards. */
void notch_project_logits(int32_t *g, uint32_t n, const int32_t *y);

/* batch_norm.c: of shared->sums. */
void notch_batch_norm(notch_integer *engine, notch_stage *stage);
/* batch_norm_back.c: from the stage's gradient to shared->errors. */
void notch_batch_norm_back(notch_integer *engine, notch_stage *stage, int32_t *error_exponent);

/* pool.c, of one sample. relu: of the results. */
void notch_pool_sums(const notch_row_kernels *rows, const notch_window *w, const int32_t *in,
                     bool relu, int32_t *out, uint16_t *routes);
void notch_max_pool(const notch_row_kernels *rows, const notch_window *w, const int8_t *in,
                    int8_t *out, uint16_t *routes);
void notch_average_pool(const notch_window *w, const int8_t *in, int8_t *out);
/* Of windows without overlap: errors go where their routes lead, all else becomes 0. */
void notch_unpool(const notch_row_kernels *rows, const notch_window *w, const int8_t *errors,
                  const uint16_t *routes, int8_t *out);

/* Where tap (ky, kx) of output (oy, ox) lies in the input, first channel. */
static inline size_t notch_window_place(const notch_window *w, uint32_t oy, uint32_t ox,
                                        uint32_t ky, uint32_t kx)
{
    const int64_t y = (int64_t)oy * w->stride[0] - w->padding[0] + ky;
    const int64_t x = (int64_t)ox * w->stride[1] - w->padding[1] + kx;
    return (size_t)(y * w->in.width + x) * w->in.channels;
}

/* columns.c: out[position][kernel height][kernel width][channels] of one sample, with
 * the bits of `flip` flipped in each value. scratch: notch_columns_scratch bytes. */
void notch_columns(const notch_row_kernels *rows, const notch_window *w, const int8_t *in,
                   uint8_t flip, void *scratch, int8_t *out);
uint64_t notch_columns_scratch(const notch_window *w);
/* The same for the error of the input: positions are those of w->in, `errors` has the shape of
 * w->out, taps come in the order of rising error positions: from the last to the first. */
void notch_back_gather(const notch_row_kernels *rows, const notch_window *w, const int8_t *errors,
                       uint8_t flip, void *scratch, int8_t *out);

/* order.c: weights in the order of columns, and as the error of the input needs them, to
 * shared.reordered; gradients back to the order of the tensor. */
void notch_order_weights(notch_integer *engine, const notch_stage *stage, const int8_t *weights);
void notch_order_back(notch_integer *engine, const notch_stage *stage, const int8_t *weights);
void notch_order_gradient(const notch_integer *engine, const notch_stage *stage,
                          const int32_t *products, int32_t *gradient);

/* error.c: int32 gradients to int8 errors, rounded stochastically. */
/* factor: of the real number x factor / 2^exponent. |x| < 2^19. */
notch_rounding notch_rounding_of(notch_factor factor, int32_t exponent);
/* The larger one of `exponent` and the least e with largest factor <= 127 2^e, if that is not 0. */
int32_t notch_error_exponent(int32_t exponent, uint32_t largest, notch_factor factor);
/* Values number [first, first + n) of a stage; the numbers decide which random halves are used. */
void notch_round_errors(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                        uint64_t first, uint32_t n, const notch_rounding *rounding, int8_t *errors);
/* The same with a rounding for each channel, by the plan of rows.h; whole positions. */
void notch_round_channels(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                          uint64_t first, uint32_t n, const int32_t *plan, int8_t *errors);

/* units.c: marks of a sample whose values went through a ReLU; in training, none. */
uint64_t notch_units_bytes(const notch_integer *engine, const notch_stage *stage);
/* stage: weights with a ReLU */
void notch_units_mark_sums(const notch_integer *engine, const notch_stage *stage, const int32_t *x,
                           uint32_t worker);
/* stage: a ReLU, watched or not */
void notch_units_mark_values(const notch_integer *engine, const notch_stage *stage,
                             const int8_t *values, uint32_t worker);

/* gradient_sums.c: of weights, where sums are long and the columns of a chunk need not be there. */
bool notch_sums_by_sample(const notch_stage *stage);
uint64_t notch_sums_scratch(const notch_integer *engine, const notch_stage *stage);
/* What a part of the batch contributes, in the order of columns. */
typedef struct notch_gradient_part {
    uint64_t first; /* sample, and how many: at most a chunk */
    uint32_t samples;
    const int8_t *errors; /* [samples][positions][outputs] */
    int32_t *result;
    bool accumulate; /* add to the result */
} notch_gradient_part;
void notch_sum_gradient(const notch_integer *engine, const notch_stage *stage,
                        const notch_gradient_part *part);

/* weights_back.c: from errors to gradients of weights and of the input. */
void notch_weights_back(notch_integer *engine, const notch_stage *stage, int32_t error_exponent);

/* join.c: gradients of a tensor with several users. Where the stage has none yet, `x` becomes it;
 * else both are brought to one exponent. */
typedef struct notch_join {
    int32_t *gradient;
    int32_t old_shift, new_shift; /* 2^shift times old and new; old: NOTCH_JOIN_NONE */
} notch_join;
enum {
    NOTCH_JOIN_NONE = INT32_MIN
};
/* bits: |x| < 2^bits, at most 31. Sets the stage's gradient exponent and bits. */
notch_join notch_join_gradient(notch_stage *stage, int32_t exponent, uint32_t bits);
void notch_join_values(const notch_join *join, uint64_t first, uint64_t count, const int32_t *x);

#endif
