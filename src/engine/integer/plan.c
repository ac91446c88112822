/* plan.c - stages of a model: which layers go together, sizes, and proofs that sums fit.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "engine/integer/stage.h"

enum {
    /* Products of two int8 of -127..127, and a bias of up to 127 * 2^4, stay below 2^30:
     * 66,560 * 127^2 + 127 * 16 = 1,073,548,272. */
    TERMS_MAX = 66560,
    STATE_WORDS_A_CHANNEL = 4,
    STATE_WORDS_OF_NORM = 1,
    STATE_WORDS_OF_SHIFT = 2,
    ITEM_ROWS = 256, /* of a product that a worker does at once */
    ITEM_SAMPLES = 32,
    GRADIENT_SUM_BITS = 30 /* with rounding of each chunk below 31 */
};

typedef struct planner {
    notch_integer *engine;
    notch_error *error;
    uint32_t users[NOTCH_LAYERS_MAX]; /* of layers, by layers */
    uint32_t only[NOTCH_LAYERS_MAX];  /* the last one of them */
    uint32_t stage_of[NOTCH_LAYERS_MAX];
    bool taken[NOTCH_LAYERS_MAX];
} planner;

static const notch_layer *layer_at(const planner *p, uint32_t number)
{
    return &p->engine->model.layers[number];
}

static uint32_t inputs_of(const notch_layer *layer)
{
    return layer->type == NOTCH_LAYER_INPUT ? 0 : layer->type == NOTCH_LAYER_ADD ? 2 : 1;
}

static void count_users(planner *p)
{
    for (uint32_t i = 0; i < p->engine->model.layer_count; i++) {
        const notch_layer *layer = layer_at(p, i);
        for (uint32_t k = 0; k < inputs_of(layer); k++) {
            p->users[layer->inputs[k]]++;
            p->only[layer->inputs[k]] = i;
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Windows
 * --------------------------------------------------------------------------------------------- */

static notch_window window_of(const notch_layer *layer, const notch_shape *in)
{
    return (notch_window){.in = *in,
                          .out = layer->shape,
                          .kernel = {layer->kernel[0], layer->kernel[1]},
                          .stride = {layer->stride[0], layer->stride[1]},
                          .padding = {(int32_t)layer->padding[0], (int32_t)layer->padding[1]}};
}

/* Whether tap t of side d meets a position that is not padding, for some output. */
static bool tap_used(const notch_window *w, uint32_t d, uint32_t t)
{
    const int64_t in = d == 0 ? w->in.height : w->in.width;
    const int64_t out = d == 0 ? w->out.height : w->out.width;
    for (int64_t o = 0; o < out; o++) {
        const int64_t place = o * w->stride[d] - w->padding[d] + t;
        if (place >= 0 && place < in) {
            return true;
        }
    }
    return false;
}

/* Cuts taps off both ends that only ever meet padding: on small maps most of them. Tap `padding`
 * always meets position 0, so padding stays >= 0. */
static void trim_window(notch_window *w, uint32_t first[2])
{
    for (uint32_t d = 0; d < 2; d++) {
        uint32_t low = 0, high = w->kernel[d];
        while (!tap_used(w, d, low)) {
            low++;
        }
        while (high > low + 1 && !tap_used(w, d, high - 1)) {
            high--;
        }
        first[d] = low;
        w->kernel[d] = high - low;
        w->padding[d] -= (int32_t)low;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Weights
 * --------------------------------------------------------------------------------------------- */

/* Takes in what follows the weight layer: ReLUs, a max-pool without overlaps, a norm. */
static void absorb(planner *p, notch_stage *stage)
{
    uint32_t current = stage->layer;
    while (stage->norm == NOTCH_NO_LAYER && p->users[current] == 1) {
        const uint32_t next = p->only[current];
        const notch_layer *layer = layer_at(p, next);
        if (layer->type == NOTCH_LAYER_RELU) {
            stage->relu = true;
        } else if (layer->type == NOTCH_LAYER_MAX_POOL && !stage->pools &&
                   layer->kernel[0] <= layer->stride[0] && layer->kernel[1] <= layer->stride[1]) {
            stage->pools = true;
            stage->pool = window_of(layer, &layer_at(p, current)->shape);
        } else if (layer->type == NOTCH_LAYER_LAYER_NORM) {
            stage->end = NOTCH_END_LAYER_NORM;
            stage->norm = next;
        } else if (layer->type == NOTCH_LAYER_BATCH_NORM) {
            stage->end = NOTCH_END_BATCH_NORM;
            stage->norm = next;
        } else {
            break;
        }
        p->taken[next] = true;
        current = next;
    }
    stage->output = current;
}

static notch_status check_sums(const planner *p, const notch_stage *stage)
{
    const char *name = layer_at(p, stage->layer)->name;
    const uint64_t back =
        (uint64_t)stage->window.kernel[0] * stage->window.kernel[1] * stage->outputs;
    const uint64_t most = stage->columns > back ? stage->columns : back;
    if (stage->positions > NOTCH_GRADIENT_TERMS) {
        return notch_fail(p->error, NOTCH_ERROR_UNSUPPORTED,
                          "layer '%s': has %u positions, engine int takes %u at most", name,
                          (uint64_t)stage->positions, (uint64_t)NOTCH_GRADIENT_TERMS);
    }
    if (most > TERMS_MAX) {
        return notch_fail(p->error, NOTCH_ERROR_UNSUPPORTED,
                          "layer '%s': its sums of %u products can overflow, engine int takes %u "
                          "at most",
                          name, most, (uint64_t)TERMS_MAX);
    }
    return NOTCH_OK;
}

/* Sums over a batch's positions of values below 2^31 have to fit 62 bits. */
static notch_status check_norm(const planner *p, uint32_t number)
{
    const notch_layer *layer = layer_at(p, number);
    const uint64_t values =
        (uint64_t)layer->shape.height * layer->shape.width * p->engine->options.batch;
    if (layer->type != NOTCH_LAYER_BATCH_NORM) {
        return NOTCH_OK;
    }
    if (layer->affine) {
        return notch_fail(p->error, NOTCH_ERROR_UNSUPPORTED,
                          "layer '%s': engine int has batch norms without parameters only; write "
                          "affine = no",
                          layer->name);
    }
    if (values >> 31 != 0) {
        return notch_fail(p->error, NOTCH_ERROR_UNSUPPORTED,
                          "layer '%s': a batch has %u values of a channel, engine int takes less "
                          "than 2^31",
                          layer->name, values);
    }
    return NOTCH_OK;
}

static void plan_convolution(const planner *p, notch_stage *stage, const notch_shape *in)
{
    const notch_layer *layer = layer_at(p, stage->layer);
    notch_window *w = &stage->window;
    *w = window_of(layer, in);
    trim_window(w, stage->first_tap);
    stage->columns = w->kernel[0] * w->kernel[1] * in->channels;
    stage->positions = w->out.height * w->out.width;
    stage->direct = w->kernel[0] == 1 && w->kernel[1] == 1 && w->stride[0] == 1 &&
                    w->stride[1] == 1 && w->padding[0] == 0 && w->padding[1] == 0;
    stage->reordered = layer->kernel[0] != 1 || layer->kernel[1] != 1;
}

static void plan_dense(const planner *p, notch_stage *stage, const notch_shape *in)
{
    (void)p;
    stage->window = (notch_window){.in = *in,
                                   .out = {stage->outputs, 1, 1},
                                   .kernel = {1, 1},
                                   .stride = {1, 1},
                                   .padding = {0, 0}};
    stage->columns = (uint32_t)notch_shape_size(in);
    stage->positions = 1;
    stage->direct = true;
    stage->reordered = in->channels > 1 && (uint64_t)in->height * in->width > 1;
}

/* Products of a chunk fit 31 bits; those of all chunks do after the shift:
 * terms 127^2 <= terms 2^14 < 2^(bits + 14). */
static void plan_gradient(notch_stage *stage, uint32_t batch)
{
    const uint64_t terms = (uint64_t)batch * stage->positions;
    stage->chunk = notch_least(NOTCH_CHUNK_MAX, batch);
    stage->chunk = notch_least(stage->chunk, NOTCH_GRADIENT_TERMS / stage->positions);
    stage->gradient_shift =
        terms <= NOTCH_GRADIENT_TERMS ? 0 : notch_bit_length(terms) + 14 - GRADIENT_SUM_BITS;
}

static notch_status plan_weights(planner *p, notch_stage *stage)
{
    const notch_layer *layer = layer_at(p, stage->layer);
    const notch_shape *in = &layer_at(p, layer->inputs[0])->shape;
    const uint32_t batch = p->engine->options.batch;
    stage->kind = NOTCH_STAGE_WEIGHTS;
    stage->end = NOTCH_END_SHIFT;
    stage->outputs = layer->outputs;
    if (layer->type == NOTCH_LAYER_CONVOLUTION) {
        plan_convolution(p, stage, in);
    } else {
        plan_dense(p, stage, in);
    }
    const uint32_t rows = (ITEM_ROWS + stage->positions - 1) / stage->positions;
    stage->block = notch_least(rows < ITEM_SAMPLES ? rows : ITEM_SAMPLES, batch);
    absorb(p, stage);
    const notch_status status = check_sums(p, stage);
    if (status == NOTCH_OK) {
        plan_gradient(stage, batch);
    }
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * Other layers
 * --------------------------------------------------------------------------------------------- */

static notch_status plan_plain(planner *p, notch_stage *stage)
{
    const notch_layer *layer = layer_at(p, stage->layer);
    switch (layer->type) {
    case NOTCH_LAYER_RELU:
        stage->kind = NOTCH_STAGE_RELU;
        break;
    case NOTCH_LAYER_MAX_POOL:
    case NOTCH_LAYER_AVERAGE_POOL:
        stage->kind =
            layer->type == NOTCH_LAYER_MAX_POOL ? NOTCH_STAGE_MAX_POOL : NOTCH_STAGE_AVERAGE_POOL;
        stage->pool = window_of(layer, &layer_at(p, layer->inputs[0])->shape);
        break;
    case NOTCH_LAYER_LAYER_NORM:
    case NOTCH_LAYER_BATCH_NORM:
        stage->kind = NOTCH_STAGE_NORM;
        stage->norm = stage->layer;
        stage->end =
            layer->type == NOTCH_LAYER_LAYER_NORM ? NOTCH_END_LAYER_NORM : NOTCH_END_BATCH_NORM;
        break;
    case NOTCH_LAYER_ADD:
        stage->kind = NOTCH_STAGE_ADD;
        break;
    default:
        return notch_fail(p->error, NOTCH_ERROR_UNSUPPORTED,
                          "layer '%s': engine int does not know this type of layer", layer->name);
    }
    return NOTCH_OK;
}

/* Errors of a stage: sums over samples and positions of 127 |error| have to fit 31 bits. */
static notch_status check_window(const planner *p, const notch_stage *stage)
{
    if ((stage->pools || stage->kind == NOTCH_STAGE_MAX_POOL) &&
        (uint64_t)stage->pool.kernel[0] * stage->pool.kernel[1] > NOTCH_ROUTES_MAX) {
        return notch_fail(p->error, NOTCH_ERROR_UNSUPPORTED,
                          "layer '%s': a window of more than %u positions, engine int takes no "
                          "larger ones",
                          layer_at(p, stage->output)->name, (uint64_t)NOTCH_ROUTES_MAX);
    }
    return NOTCH_OK;
}

static bool has_parameters(const planner *p, uint32_t layer)
{
    return layer != NOTCH_NO_LAYER && layer_at(p, layer)->tensors[0] != NOTCH_NO_TENSOR;
}

static void finish_stage(planner *p, notch_stage *stage, uint32_t number)
{
    notch_integer *engine = p->engine;
    const notch_layer *first = layer_at(p, stage->layer);
    stage->shape = layer_at(p, stage->output)->shape;
    stage->values_a_sample = (uint32_t)notch_shape_size(&stage->shape);
    stage->last = stage->output == engine->model.layer_count - 1;
    if (stage->last && stage->end == NOTCH_END_SHIFT) {
        stage->end = NOTCH_END_LOGITS;
    }
    stage->state_words = stage->end == NOTCH_END_BATCH_NORM
                             ? STATE_WORDS_OF_NORM + STATE_WORDS_A_CHANNEL * stage->shape.channels
                         : stage->end == NOTCH_END_SHIFT ? STATE_WORDS_OF_SHIFT
                                                         : 0;
    stage->reaches = has_parameters(p, stage->layer) || has_parameters(p, stage->norm);
    for (uint32_t k = 0; k < 2; k++) {
        stage->inputs[k] = k < inputs_of(first) ? p->stage_of[first->inputs[k]] : NOTCH_NO_STAGE;
        if (stage->inputs[k] != NOTCH_NO_STAGE) {
            engine->stages[stage->inputs[k]].users++;
            stage->reaches = stage->reaches || engine->stages[stage->inputs[k]].reaches;
        }
    }
    p->stage_of[stage->output] = number;
}

notch_status notch_integer_plan(notch_integer *engine, notch_error *error)
{
    planner p = {.engine = engine, .error = error};
    notch_status status = NOTCH_OK;
    count_users(&p);
    engine->stage_count = 0;
    for (uint32_t i = 0; i < engine->model.layer_count && status == NOTCH_OK; i++) {
        if (p.taken[i]) {
            continue;
        }
        notch_stage *stage = &engine->stages[engine->stage_count];
        *stage = (notch_stage){.layer = i, .output = i, .norm = NOTCH_NO_LAYER};
        const notch_layer_type type = engine->model.layers[i].type;
        if (type == NOTCH_LAYER_CONVOLUTION || type == NOTCH_LAYER_DENSE) {
            status = plan_weights(&p, stage);
        } else if (type != NOTCH_LAYER_INPUT) {
            status = plan_plain(&p, stage);
        }
        if (status == NOTCH_OK) {
            status = check_window(&p, stage);
        }
        if (status == NOTCH_OK && stage->norm != NOTCH_NO_LAYER) {
            status = check_norm(&p, stage->norm);
        }
        if (status == NOTCH_OK) {
            finish_stage(&p, stage, engine->stage_count++);
        }
    }
    return status;
}
