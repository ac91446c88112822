/* weights_back.c - weight layers backward: from errors to gradients of weights, bias and input.
 * SPDX-License-Identifier: MIT
 *
 * With E the errors before the pool, A the columns and W the weights of a stage:
 *     G[outputs][columns] = E^T A      and      D = the gather of E, times W
 * over a chunk of samples at a time.
 */
#include "base/aligned.h"
#include "engine/integer/parts.h"

typedef struct back_pass {
    notch_integer *engine;
    const notch_stage *stage;
    const notch_stage *input;
    uint64_t first; /* sample of the chunk, and how many */
    uint32_t samples;
    const int8_t *errors;  /* of the chunk: [samples][positions][outputs] */
    const int8_t *columns; /* of the chunk: [samples][positions][columns] */
    notch_join join;
} back_pass;

/* ------------------------------------------------------------------------------------------------
 * A chunk
 * --------------------------------------------------------------------------------------------- */

static void unpool_item(void *argument, uint64_t k, uint32_t worker)
{
    (void)worker;
    const back_pass *p = argument;
    const notch_stage *stage = p->stage;
    const uint64_t at = (p->first + k) * stage->values_a_sample;
    notch_unpool(p->engine->rows, &stage->pool, p->engine->shared.errors + at, stage->routes + at,
                 p->engine->shared.unpooled + k * stage->positions * stage->outputs);
}

static void columns_item(void *argument, uint64_t k, uint32_t worker)
{
    const back_pass *p = argument;
    const notch_stage *stage = p->stage;
    notch_columns(p->engine->rows, &stage->window,
                  p->input->values + (p->first + k) * p->input->values_a_sample, 0,
                  notch_scratch_of(p->engine, worker),
                  p->engine->shared.columns + k * stage->positions * stage->columns);
}

static void prepare_chunk(back_pass *p)
{
    const notch_stage *stage = p->stage;
    const notch_shared *shared = &p->engine->shared;
    p->errors = shared->errors + p->first * stage->values_a_sample;
    p->columns = p->input->values + p->first * p->input->values_a_sample;
    if (stage->pools) {
        notch_integer_run(p->engine, unpool_item, p, p->samples);
        p->errors = shared->unpooled;
    }
    notch_integer_begins(p->engine, NOTCH_PASS_GRADIENTS, stage);
    if (!stage->direct && !notch_sums_by_sample(stage)) {
        notch_integer_run(p->engine, columns_item, p, p->samples);
        p->columns = shared->columns;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Weights and bias
 * --------------------------------------------------------------------------------------------- */

static void add_shifted(int32_t *sum, const int32_t *part, uint64_t count, uint32_t shift,
                        bool first)
{
    for (uint64_t i = 0; i < count; i++) {
        sum[i] = (first ? 0 : sum[i]) + (int32_t)notch_round64(part[i], shift);
    }
}

/* The chunk's share of G, in the order of columns. */
static void multiply_weights(const back_pass *p, int32_t *gradient)
{
    const notch_stage *stage = p->stage;
    const notch_shared *shared = &p->engine->shared;
    const bool shifts = stage->gradient_shift > 0, first = p->first == 0;
    const notch_gradient_part part = {.first = p->first,
                                      .samples = p->samples,
                                      .errors = p->errors,
                                      .result = shifts ? shared->partial : gradient,
                                      .accumulate = !shifts && !first};
    const notch_product product = {
        .rows = stage->outputs,
        .columns = stage->columns,
        .terms = p->samples * stage->positions, /* plan.c: at most NOTCH_GRADIENT_TERMS */
        .left = {p->errors, stage->outputs, NOTCH_TERMS_ACROSS},
        .right = {p->columns, stage->columns, NOTCH_TERMS_ACROSS},
        .result = part.result,
        .stride = stage->columns,
        .accumulate = part.accumulate};
    if (notch_sums_by_sample(stage)) {
        notch_sum_gradient(p->engine, stage, &part);
    } else {
        notch_matrix_multiply(p->engine->matrix, &product, p->engine->executor, shared->matrix);
    }
    if (shifts) {
        add_shifted(gradient, shared->partial, (uint64_t)stage->outputs * stage->columns,
                    stage->gradient_shift, first);
    }
}

/* |errors| <= 127, at most 2^40 of them. */
static void bias_item(void *argument, uint64_t sample, uint32_t worker)
{
    const back_pass *p = argument;
    const notch_stage *stage = p->stage;
    const uint32_t outputs = stage->outputs;
    const int8_t *errors = p->engine->shared.errors + sample * stage->values_a_sample;
    int64_t *sums = p->engine->shared.channels + (uint64_t)worker * outputs;
    p->engine->rows->channel_sums(errors, stage->values_a_sample / outputs, outputs, sums);
}

static void gradient_of_bias(back_pass *p, uint32_t tensor, int32_t error_exponent)
{
    notch_integer *engine = p->engine;
    const uint32_t outputs = p->stage->outputs;
    const uint32_t workers = engine->executor == NULL ? 1 : engine->executor->workers;
    int64_t *sums = engine->shared.channels;
    const uint64_t most = (uint64_t)engine->count * p->stage->values_a_sample / outputs * 127;
    const uint32_t bits = notch_bit_length(most), shift = bits > 30 ? bits - 30 : 0;
    for (uint64_t i = 0; i < (uint64_t)workers * outputs; i++) {
        sums[i] = 0;
    }
    notch_integer_run(engine, bias_item, p, engine->count);
    for (uint32_t c = 0; c < outputs; c++) {
        for (uint32_t worker = 1; worker < workers; worker++) {
            sums[c] += sums[(uint64_t)worker * outputs + c];
        }
        engine->gradients[tensor][c] = (int32_t)notch_round64(sums[c], shift);
    }
    engine->gradient_exponents[tensor] = error_exponent + (int32_t)shift;
}

/* ------------------------------------------------------------------------------------------------
 * Input
 * --------------------------------------------------------------------------------------------- */

uint32_t notch_back_block(const notch_integer *engine, const notch_stage *stage)
{
    enum {
        ROWS = 256,
        SAMPLES = 32
    };
    const uint32_t rows = notch_back_rows(stage);
    const uint32_t block = (ROWS + rows - 1) / rows;
    return notch_least(block < SAMPLES ? block : SAMPLES, engine->options.batch);
}

typedef struct back_scratch {
    uint64_t frame, gathered, results, matrix, bytes;
} back_scratch;

static back_scratch scratch_of(const notch_integer *engine, const notch_stage *stage)
{
    const uint64_t rows = (uint64_t)notch_back_block(engine, stage) * notch_back_rows(stage);
    const uint32_t outputs = notch_back_outputs(stage), terms = notch_back_columns(stage);
    back_scratch s = {.frame = 0};
    s.gathered = s.frame + (stage->direct ? 0 : notch_columns_scratch(&stage->window));
    s.results = s.gathered + (stage->direct ? 0 : notch_aligned(rows * terms));
    s.matrix = s.results + notch_aligned(rows * outputs * sizeof(int32_t));
    s.bytes =
        s.matrix + notch_matrix_workspace(engine->matrix, (uint32_t)rows, outputs, terms, true, 1);
    return s;
}

uint64_t notch_backward_scratch(const notch_integer *engine, const notch_stage *stage)
{
    return scratch_of(engine, stage).bytes;
}

static void pack_weights(const back_pass *p)
{
    notch_integer *engine = p->engine;
    const notch_stage *stage = p->stage;
    const int8_t *weights = engine->weights[engine->model.layers[stage->layer].tensors[0]];
    notch_operand right = {weights, stage->columns, NOTCH_TERMS_ACROSS};
    if (!stage->direct) {
        notch_order_back(engine, stage, weights);
        right =
            (notch_operand){engine->shared.reordered, notch_back_columns(stage), NOTCH_TERMS_ALONG};
    } else if (stage->reordered) {
        notch_order_weights(engine, stage, weights);
        right.values = engine->shared.reordered;
    }
    notch_matrix_pack(engine->matrix, &right, notch_back_outputs(stage), notch_back_columns(stage),
                      engine->shared.packed, engine->executor);
}

/* D of some samples of the chunk. */
static void input_item(void *argument, uint64_t item, uint32_t worker)
{
    const back_pass *p = argument;
    const notch_stage *stage = p->stage;
    const uint32_t block = notch_back_block(p->engine, stage);
    const uint64_t k = item * block;
    const uint32_t samples = notch_least(p->samples - k, block);
    const uint32_t terms = notch_back_columns(stage), outputs = notch_back_outputs(stage);
    const size_t errors_a_sample = (size_t)stage->positions * stage->outputs;
    const back_scratch s = scratch_of(p->engine, stage);
    unsigned char *scratch = notch_scratch_of(p->engine, worker);
    const uint64_t values = p->input->values_a_sample;
    const bool alone = p->join.old_shift == NOTCH_JOIN_NONE;
    const int8_t *left = p->errors + k * errors_a_sample;
    int32_t *results =
        alone ? p->join.gradient + (p->first + k) * values : (void *)(scratch + s.results);
    uint8_t flip;
    const notch_terms left_terms = notch_left_terms(p->engine, stage, &flip);
    if (!stage->direct) {
        int8_t *gathered = (int8_t *)scratch + s.gathered;
        for (uint32_t i = 0; i < samples; i++) {
            notch_back_gather(p->engine->rows, &stage->window, left + i * errors_a_sample, flip,
                              scratch + s.frame,
                              gathered + (size_t)i * notch_back_rows(stage) * terms);
        }
        left = gathered;
    }
    const notch_product product = {.rows = samples * notch_back_rows(stage),
                                   .columns = outputs,
                                   .terms = terms,
                                   .left = {left, terms, left_terms},
                                   .packed = p->engine->shared.packed,
                                   .result = results,
                                   .stride = outputs};
    notch_matrix_multiply(p->engine->matrix, &product, NULL, scratch + s.matrix);
    if (!alone) {
        notch_join_values(&p->join, (p->first + k) * values, samples * values, results);
    }
}

/* ------------------------------------------------------------------------------------------------
 * All of it
 * --------------------------------------------------------------------------------------------- */

void notch_weights_back(notch_integer *engine, const notch_stage *stage, int32_t error_exponent)
{
    const uint32_t *tensors = engine->model.layers[stage->layer].tensors;
    notch_stage *input = &engine->stages[stage->inputs[0]];
    back_pass p = {.engine = engine, .stage = stage, .input = input};
    const bool through = stage->reordered; /* another order of its own first */
    int32_t *gradient = through ? engine->shared.products : engine->gradients[tensors[0]];
    if (input->reaches) {
        /* |E| |W| <= 127^2 < 2^14 */
        const uint32_t bits = 14 + notch_bit_length(notch_back_columns(stage));
        pack_weights(&p);
        p.join = notch_join_gradient(input, error_exponent, bits < 31 ? bits : 31);
    }
    for (p.first = 0; p.first < engine->count; p.first += stage->chunk) {
        p.samples = notch_least(engine->count - p.first, stage->chunk);
        prepare_chunk(&p);
        multiply_weights(&p, gradient);
        if (input->reaches) {
            const uint32_t block = notch_back_block(engine, stage);
            notch_integer_begins(engine, NOTCH_PASS_ERRORS, stage);
            notch_integer_run(engine, input_item, &p, (p.samples + block - 1) / block);
        }
    }
    notch_integer_begins(engine, NOTCH_PASS_GRADIENTS, stage);
    if (through) {
        notch_order_gradient(engine, stage, gradient, engine->gradients[tensors[0]]);
    }
    engine->gradient_exponents[tensors[0]] =
        error_exponent + input->exponent + (int32_t)stage->gradient_shift;
    if (tensors[1] != NOTCH_NO_TENSOR) {
        gradient_of_bias(&p, tensors[1], error_exponent);
    }
}
