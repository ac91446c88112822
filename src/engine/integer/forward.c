/* forward.c - the forward pass, stage by stage.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/aligned.h"
#include "engine/integer/parts.h"

enum {
    MAGNITUDE_LOG = 12, /* state of a shift: mean magnitude in 2^-12 */
    MAGNITUDE_DECAY = 16,
    MAGNITUDE_BITS = 4, /* of the mean magnitude after a shift, half of it behind a ReLU */
    SHIFT_MAX = 24,
    LOGIT_MAX = 1 << 26
};

/* One stage of one call. */
typedef struct pass {
    notch_integer *engine;
    notch_stage *stage;
    const notch_stage *inputs[2];
    const int8_t *weights; /* in the order of columns */
    bool has_bias;
    uint32_t shift; /* NOTCH_END_SHIFT */
    const uint8_t *images;
} pass;

static int8_t *values_of(const notch_stage *stage, uint64_t sample)
{
    return stage->values + sample * stage->values_a_sample;
}

static uint16_t *routes_of(const pass *p, uint64_t sample)
{
    return p->engine->training && p->stage->routes != NULL
               ? p->stage->routes + sample * p->stage->values_a_sample
               : NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Ends
 * --------------------------------------------------------------------------------------------- */

static void end_layer_norm(const pass *p, uint64_t sample, int32_t *x)
{
    notch_stage *stage = p->stage;
    const uint32_t n = stage->values_a_sample;
    notch_factor rate;
    const uint32_t steps_log = stage->last ? NOTCH_LOGIT_STEPS_LOG : NOTCH_STAGE_STEPS_LOG;
    notch_factor factor = notch_centre(p->engine->rows, x, n, steps_log, &rate);
    factor.exponent -= stage->sums_exponent;
    if (stage->factors != NULL) {
        stage->factors[sample] = factor;
    }
    if (!stage->last) {
        notch_normalise_row(p->engine->rows, x, n, rate, values_of(stage, sample));
        return;
    }
    int32_t *logits = p->engine->shared.logits + sample * n;
    for (uint32_t i = 0; i < n; i++) {
        logits[i] = notch_round32(x[i] * rate.mantissa, (uint32_t)-rate.exponent);
    }
}

static void end_shift(const pass *p, uint64_t sample, const int32_t *x)
{
    const uint32_t n = p->stage->values_a_sample;
    int8_t *values = values_of(p->stage, sample);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += (uint32_t)notch_absolute(x[i]);
        values[i] = (int8_t)notch_clamp(notch_round32(x[i], p->shift), 127);
    }
    p->engine->shared.sample_sums[sample] = sum;
}

static void end_logits(const pass *p, uint64_t sample, const int32_t *x)
{
    const uint32_t n = p->stage->values_a_sample;
    int32_t *logits = p->engine->shared.logits + sample * n;
    const int32_t shift = p->stage->sums_exponent + NOTCH_LOGIT_STEPS_LOG;
    const int64_t bound = LOGIT_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t logit = notch_scale64(x[i], shift < 32 ? shift : 32);
        logits[i] = (int32_t)(logit > bound ? bound : logit < -bound ? -bound : logit);
    }
}

static void end_sample(const pass *p, uint64_t sample, int32_t *x)
{
    switch (p->stage->end) {
    case NOTCH_END_LAYER_NORM:
        end_layer_norm(p, sample, x);
        break;
    case NOTCH_END_SHIFT:
        end_shift(p, sample, x);
        break;
    case NOTCH_END_LOGITS:
        end_logits(p, sample, x);
        break;
    default: /* a batch norm takes them when all are there */
        break;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Weight layers
 * --------------------------------------------------------------------------------------------- */

/* Scratch of a worker: frame and columns, sums, pooled sums of a sample, workspace. */
typedef struct forward_scratch {
    uint64_t frame, columns, sums, pooled, matrix, bytes;
} forward_scratch;

static forward_scratch scratch_of(const notch_integer *engine, const notch_stage *stage)
{
    const uint64_t rows = (uint64_t)stage->block * stage->positions;
    forward_scratch s = {.frame = 0};
    s.columns = s.frame + (stage->direct ? 0 : notch_columns_scratch(&stage->window));
    s.sums = s.columns + (stage->direct ? 0 : notch_aligned(rows * stage->columns));
    s.pooled = s.sums + notch_aligned(rows * stage->outputs * sizeof(int32_t));
    s.matrix =
        s.pooled + (stage->pools ? notch_aligned(stage->values_a_sample * sizeof(int32_t)) : 0);
    s.bytes = s.matrix + notch_matrix_workspace(engine->matrix, (uint32_t)rows, stage->outputs,
                                                stage->columns, true, 1);
    return s;
}

uint64_t notch_forward_scratch(const notch_integer *engine, const notch_stage *stage)
{
    return scratch_of(engine, stage).bytes;
}

/* Samples [first, first + samples): their sums, [sample][position][output]. */
static int32_t *multiply(const pass *p, uint64_t first, uint32_t samples, unsigned char *scratch)
{
    const notch_stage *stage = p->stage;
    const forward_scratch s = scratch_of(p->engine, stage);
    int8_t *columns = (int8_t *)scratch + s.columns;
    int32_t *sums = (void *)(scratch + s.sums);
    const size_t columns_a_sample = (size_t)stage->positions * stage->columns;
    uint8_t flip;
    const notch_terms terms = notch_left_terms(p->engine, stage, &flip);
    for (uint32_t k = 0; k < samples && !stage->direct; k++) {
        notch_columns(p->engine->rows, &stage->window, values_of(p->inputs[0], first + k), flip,
                      scratch + s.frame, columns + k * columns_a_sample);
    }
    const notch_product product = {
        .rows = samples * stage->positions,
        .columns = stage->outputs,
        .terms = stage->columns,
        .left = {stage->direct ? values_of(p->inputs[0], first) : columns, stage->columns, terms},
        .packed = p->engine->shared.packed,
        .result = sums,
        .stride = stage->outputs};
    notch_matrix_multiply(p->engine->matrix, &product, NULL, scratch + s.matrix);
    return sums;
}

/* ReLU and pool of one sample, if any; where the result is. */
static int32_t *reduce(const pass *p, uint64_t sample, int32_t *sums, uint32_t worker)
{
    unsigned char *scratch = notch_scratch_of(p->engine, worker);
    const notch_stage *stage = p->stage;
    const uint32_t n = stage->values_a_sample;
    uint16_t *routes = routes_of(p, sample);
    int32_t *result = sums;
    if (stage->pools) {
        result = (void *)(scratch + scratch_of(p->engine, stage).pooled);
        notch_pool_sums(p->engine->rows, &stage->pool, sums, stage->relu, result, routes);
    } else if (stage->relu) {
        if (routes != NULL) {
            memset(routes, 0, n * sizeof *routes);
        }
        p->engine->rows->relu(sums, n, routes);
    }
    if (stage->relu) {
        notch_units_mark_sums(p->engine, stage, result, worker);
    }
    if (stage->end == NOTCH_END_BATCH_NORM) {
        memcpy(p->engine->shared.sums + sample * n, result, n * sizeof *result);
    }
    return result;
}

static void weights_item(void *argument, uint64_t item, uint32_t worker)
{
    const pass *p = argument;
    const notch_stage *stage = p->stage;
    unsigned char *scratch = notch_scratch_of(p->engine, worker);
    const uint64_t first = item * stage->block;
    const uint32_t samples = notch_least(p->engine->count - first, stage->block);
    int32_t *sums = multiply(p, first, samples, scratch);
    for (uint32_t k = 0; k < samples; k++) {
        int32_t *own = sums + (size_t)k * stage->positions * stage->outputs;
        end_sample(p, first + k, reduce(p, first + k, own, worker));
    }
}

/* The shift of a stage, from the mean magnitude of earlier batches. */
static uint64_t read_magnitude(const notch_stage *stage)
{
    return stage->state[0] | (uint64_t)stage->state[1] << 32;
}

static uint32_t shift_of(const notch_stage *stage)
{
    uint64_t mean = read_magnitude(stage);
    mean = mean < (UINT64_C(1) << 61) ? mean : UINT64_C(1) << 61;
    const int64_t sums = notch_scale64((int64_t)mean, -MAGNITUDE_LOG - stage->sums_exponent < 0
                                                          ? -MAGNITUDE_LOG - stage->sums_exponent
                                                          : 0);
    const int32_t shift =
        (int32_t)notch_bit_length((uint64_t)sums) - MAGNITUDE_BITS + (stage->relu ? 1 : 0);
    return shift < 0 ? 0 : shift > SHIFT_MAX ? SHIFT_MAX : (uint32_t)shift;
}

static void learn_magnitude(const notch_integer *engine, notch_stage *stage)
{
    uint64_t sum = 0; /* at most 2^40 values below 2^30 would not fit: saturates */
    for (uint32_t i = 0; i < engine->count; i++) {
        const uint64_t more = engine->shared.sample_sums[i];
        sum = sum + more < sum ? UINT64_MAX : sum + more;
    }
    const uint64_t values = (uint64_t)engine->count * stage->values_a_sample;
    const int32_t up = MAGNITUDE_LOG + stage->sums_exponent; /* 8 or more */
    const uint64_t mean = sum / values;
    const uint64_t bounded = notch_bit_length(mean) + (uint32_t)up > 60 ? UINT64_C(1) << 60
                             : sum >> (63 - up) == 0                    ? (sum << up) / values
                                                                        : mean << up;
    const uint64_t old = read_magnitude(stage) & (UINT64_MAX >> 3);
    const int64_t change =
        notch_divide_round((int64_t)bounded - (int64_t)old, old == 0 ? 1 : MAGNITUDE_DECAY);
    const uint64_t now = (uint64_t)((int64_t)old + change);
    stage->state[0] = (uint32_t)now;
    stage->state[1] = (uint32_t)(now >> 32);
}

/* In steps of sums: no exponent is below that of norms, so the shift is at most 4. */
static void prepare_bias(pass *p, uint32_t tensor)
{
    const int32_t shift = -p->stage->sums_exponent;
    p->has_bias = tensor != NOTCH_NO_TENSOR;
    for (uint32_t c = 0; p->has_bias && c < p->stage->outputs; c++) {
        p->engine->shared.bias[c] = notch_scale32(p->engine->weights[tensor][c], shift);
    }
}

static void prepare_weights(pass *p)
{
    notch_integer *engine = p->engine;
    const notch_stage *stage = p->stage;
    const uint32_t *tensors = engine->model.layers[stage->layer].tensors;
    p->weights = engine->weights[tensors[0]];
    prepare_bias(p, tensors[1]);
    if (stage->reordered) {
        notch_order_weights(engine, stage, p->weights);
        p->weights = engine->shared.reordered;
    }
    const notch_operand right = {p->weights, stage->columns, NOTCH_TERMS_ALONG};
    notch_matrix_pack(engine->matrix, &right, stage->outputs, stage->columns, engine->shared.packed,
                      engine->executor);
    if (p->has_bias) {
        notch_matrix_pack_start(engine->matrix, stage->outputs, stage->columns,
                                engine->shared.packed, engine->shared.bias);
    }
}

static void forward_weights(pass *p)
{
    notch_integer *engine = p->engine;
    notch_stage *stage = p->stage;
    stage->sums_exponent = p->inputs[0]->exponent;
    if (stage->end == NOTCH_END_SHIFT) {
        p->shift = shift_of(stage);
    }
    prepare_weights(p);
    notch_integer_run(engine, weights_item, p, (engine->count + stage->block - 1) / stage->block);
    if (stage->end == NOTCH_END_SHIFT) {
        stage->exponent = stage->sums_exponent + (int32_t)p->shift;
        if (engine->training) {
            learn_magnitude(engine, stage);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Other stages
 * --------------------------------------------------------------------------------------------- */

static void input_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const pass *p = argument;
    const notch_shape *shape = &p->stage->shape;
    const uint64_t plane = (uint64_t)shape->height * shape->width;
    const uint8_t *image = p->images + sample * p->stage->values_a_sample;
    int8_t *out = values_of(p->stage, sample);
    for (uint64_t i = 0; i < plane; i++) {
        for (uint32_t c = 0; c < shape->channels; c++) {
            *out++ = p->engine->pixels[image[c * plane + i]];
        }
    }
}

static void norm_item(void *argument, uint64_t sample, uint32_t worker)
{
    const pass *p = argument;
    const uint32_t n = p->stage->values_a_sample;
    const int8_t *values = values_of(p->inputs[0], sample);
    const bool batch = p->stage->end == NOTCH_END_BATCH_NORM;
    int32_t *x =
        batch ? p->engine->shared.sums + sample * n : (void *)notch_scratch_of(p->engine, worker);
    for (uint32_t i = 0; i < n; i++) {
        x[i] = values[i];
    }
    end_sample(p, sample, x);
}

static void relu_item(void *argument, uint64_t sample, uint32_t worker)
{
    const pass *p = argument;
    const int8_t *in = values_of(p->inputs[0], sample);
    int8_t *out = values_of(p->stage, sample);
    for (uint32_t i = 0; i < p->stage->values_a_sample; i++) {
        out[i] = in[i] > 0 ? in[i] : 0;
    }
    notch_units_mark_values(p->engine, p->stage, out, worker);
}

static void pool_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const pass *p = argument;
    const int8_t *in = values_of(p->inputs[0], sample);
    int8_t *out = values_of(p->stage, sample);
    if (p->stage->kind == NOTCH_STAGE_MAX_POOL) {
        notch_max_pool(p->engine->rows, &p->stage->pool, in, out, routes_of(p, sample));
    } else {
        notch_average_pool(&p->stage->pool, in, out);
    }
}

/* The sum in the coarser one of the operands' steps, saturated. */
static void add_item(void *argument, uint64_t sample, uint32_t worker)
{
    (void)worker;
    const pass *p = argument;
    const int8_t *a = values_of(p->inputs[0], sample), *b = values_of(p->inputs[1], sample);
    const int32_t shift_a = p->inputs[0]->exponent - p->stage->exponent;
    const int32_t shift_b = p->inputs[1]->exponent - p->stage->exponent;
    int8_t *out = values_of(p->stage, sample);
    for (uint32_t i = 0; i < p->stage->values_a_sample; i++) {
        out[i] =
            (int8_t)notch_clamp(notch_scale32(a[i], shift_a) + notch_scale32(b[i], shift_b), 127);
    }
}

static void forward_stage(pass *p)
{
    notch_integer *engine = p->engine;
    notch_stage *stage = p->stage;
    stage->exponent = p->inputs[0] != NULL && stage->end == NOTCH_END_NONE ? p->inputs[0]->exponent
                                                                           : -NOTCH_STAGE_STEPS_LOG;
    switch (stage->kind) {
    case NOTCH_STAGE_INPUT:
        notch_integer_run(engine, input_item, p, engine->count);
        break;
    case NOTCH_STAGE_WEIGHTS:
        forward_weights(p);
        break;
    case NOTCH_STAGE_NORM:
        stage->sums_exponent = p->inputs[0]->exponent;
        notch_integer_run(engine, norm_item, p, engine->count);
        break;
    case NOTCH_STAGE_RELU:
        notch_integer_run(engine, relu_item, p, engine->count);
        break;
    case NOTCH_STAGE_MAX_POOL:
    case NOTCH_STAGE_AVERAGE_POOL:
        notch_integer_run(engine, pool_item, p, engine->count);
        break;
    case NOTCH_STAGE_ADD:
        if (p->inputs[1]->exponent > stage->exponent) {
            stage->exponent = p->inputs[1]->exponent;
        }
        notch_integer_run(engine, add_item, p, engine->count);
        break;
    }
    if (stage->end == NOTCH_END_BATCH_NORM) {
        notch_batch_norm(engine, stage);
    }
}

/* Logits of a model that ends in int8 values. */
static void logits_of_values(notch_integer *engine, const notch_stage *stage)
{
    const uint64_t count = (uint64_t)engine->count * stage->values_a_sample;
    const int32_t shift = stage->exponent + NOTCH_LOGIT_STEPS_LOG; /* 8 or more */
    for (uint64_t i = 0; i < count; i++) {
        engine->shared.logits[i] = notch_scale32(stage->values[i], shift < 19 ? shift : 19);
    }
}

void notch_integer_forward(notch_integer *engine, const uint8_t *images)
{
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        notch_stage *stage = &engine->stages[i];
        pass p = {.engine = engine, .stage = stage, .images = images};
        for (uint32_t k = 0; k < 2; k++) {
            p.inputs[k] =
                stage->inputs[k] == NOTCH_NO_STAGE ? NULL : &engine->stages[stage->inputs[k]];
        }
        notch_integer_begins(engine, NOTCH_PASS_FORWARD, stage);
        forward_stage(&p);
    }
    const notch_stage *last = &engine->stages[engine->stage_count - 1];
    if (!notch_makes_logits(last)) {
        logits_of_values(engine, last);
    }
}
