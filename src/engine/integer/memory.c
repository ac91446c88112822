/* memory.c - where everything of an integer engine lies in the caller's memory.
 * SPDX-License-Identifier: MIT
 *
 * Gradients of stage outputs live from the stage's last user back to the stage itself, and share
 * memory where their lives do not meet; so do outputs, when there is no backward pass.
 */
#include "base/aligned.h"
#include "engine/integer/parts.h"

typedef struct arena {
    unsigned char *base; /* NULL: only measures */
    uint64_t used;
} arena;

static void *take(arena *a, uint64_t bytes)
{
    void *place = a->base == NULL ? NULL : a->base + a->used;
    a->used += notch_aligned(bytes);
    return place;
}

/* ------------------------------------------------------------------------------------------------
 * Things with a life
 * --------------------------------------------------------------------------------------------- */

typedef struct tenant {
    uint64_t offset, bytes; /* bytes 0: none */
    uint32_t first, last;   /* stages of its life */
} tenant;

/* The lowest place for tenants[k] that meets none of those before it while both live. */
static void place_tenant(tenant *tenants, uint32_t k)
{
    tenant *own = &tenants[k];
    own->offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t i = 0; i < k; i++) {
            const tenant *other = &tenants[i];
            const bool together = own->first <= other->last && other->first <= own->last;
            const bool meet = own->offset < other->offset + other->bytes &&
                              other->offset < own->offset + own->bytes;
            if (other->bytes != 0 && together && meet) {
                own->offset = other->offset + other->bytes;
                moved = true;
            }
        }
    }
}

static uint32_t last_user(const notch_integer *engine, uint32_t stage)
{
    uint32_t last = stage;
    for (uint32_t i = stage + 1; i < engine->stage_count; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            last = engine->stages[i].inputs[k] == stage ? i : last;
        }
    }
    return last;
}

typedef uint64_t tenant_bytes(const notch_integer *engine, const notch_stage *stage);

/* Places one thing of each stage; returns the memory that all of them take. */
static uint64_t place_all(const notch_integer *engine, tenant_bytes *bytes, tenant *tenants)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        tenants[i] = (tenant){.bytes = notch_aligned(bytes(engine, &engine->stages[i])),
                              .first = i,
                              .last = last_user(engine, i)};
        place_tenant(tenants, i);
        const uint64_t end = tenants[i].offset + tenants[i].bytes;
        most = end > most ? end : most;
    }
    return most;
}

static uint64_t batch_values(const notch_integer *engine, const notch_stage *stage)
{
    return (uint64_t)engine->options.batch * stage->values_a_sample;
}

static uint64_t bytes_of_values(const notch_integer *engine, const notch_stage *stage)
{
    return notch_makes_logits(stage) ? 0 : batch_values(engine, stage);
}

static uint64_t bytes_of_gradient(const notch_integer *engine, const notch_stage *stage)
{
    return stage->reaches ? batch_values(engine, stage) * sizeof(int32_t) : 0;
}

static void lay_values(notch_integer *engine, arena *a)
{
    tenant tenants[NOTCH_LAYERS_MAX];
    if (engine->options.training) {
        for (uint32_t i = 0; i < engine->stage_count; i++) {
            notch_stage *stage = &engine->stages[i];
            stage->values = take(a, bytes_of_values(engine, stage));
        }
        return;
    }
    unsigned char *place = take(a, place_all(engine, bytes_of_values, tenants));
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        engine->stages[i].values = place == NULL ? NULL : (int8_t *)(place + tenants[i].offset);
    }
}

static void lay_gradients(notch_integer *engine, arena *a)
{
    tenant tenants[NOTCH_LAYERS_MAX];
    unsigned char *place = take(a, place_all(engine, bytes_of_gradient, tenants));
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        engine->stages[i].gradient = place == NULL ? NULL : (void *)(place + tenants[i].offset);
    }
}

/* What the backward pass wants to know of the forward pass, besides outputs. */
static void lay_routes(notch_integer *engine, notch_stage *stage, arena *a)
{
    const uint64_t values = batch_values(engine, stage);
    if (stage->relu || stage->pools || stage->kind == NOTCH_STAGE_MAX_POOL) {
        stage->routes = take(a, values * sizeof(uint16_t));
    }
    if (stage->end != NOTCH_END_NONE) {
        const uint64_t factors =
            stage->end == NOTCH_END_BATCH_NORM ? stage->shape.channels : engine->options.batch;
        stage->factors = take(a, factors * sizeof(notch_factor));
    }
}

/* ------------------------------------------------------------------------------------------------
 * Shared memory
 * --------------------------------------------------------------------------------------------- */

static void raise(uint64_t *size, uint64_t least)
{
    *size = *size < least ? least : *size;
}

/* The most workspace of the product for a weight gradient, for any number of samples. */
static uint64_t gradient_workspace(const notch_integer *engine, const notch_stage *stage)
{
    uint64_t most = 0;
    for (uint32_t samples = 1; samples <= stage->chunk; samples++) {
        raise(&most,
              notch_matrix_workspace(engine->matrix, stage->outputs, stage->columns,
                                     samples * stage->positions, false, engine->options.workers));
    }
    return most;
}

static void measure_weights(const notch_integer *engine, const notch_stage *stage,
                            notch_shared_sizes *sizes)
{
    const uint64_t weights = (uint64_t)stage->outputs * stage->columns;
    const uint32_t back = notch_back_columns(stage);
    if (stage->reordered) {
        raise(&sizes->reordered, weights);
    }
    raise(&sizes->packed, notch_matrix_pack_size(engine->matrix, stage->outputs, stage->columns));
    raise(&sizes->scratch, notch_forward_scratch(engine, stage));
    raise(&sizes->bias, stage->outputs * sizeof(int32_t));
    if (!engine->options.training) {
        return;
    }
    raise(&sizes->errors, batch_values(engine, stage));
    if (stage->pools) {
        raise(&sizes->unpooled, (uint64_t)stage->chunk * stage->positions * stage->outputs);
    }
    if (notch_sums_by_sample(stage)) {
        raise(&sizes->scratch, notch_sums_scratch(engine, stage));
    } else {
        raise(&sizes->matrix, gradient_workspace(engine, stage));
    }
    if (!stage->direct && !notch_sums_by_sample(stage)) {
        raise(&sizes->columns, (uint64_t)stage->chunk * stage->positions * stage->columns);
        raise(&sizes->scratch, notch_columns_scratch(&stage->window));
    }
    if (stage->reordered || stage->gradient_shift > 0) {
        raise(&sizes->products, weights * sizeof(int32_t));
    }
    if (stage->gradient_shift > 0) {
        raise(&sizes->partial, weights * sizeof(int32_t));
    }
    raise(&sizes->channels, (uint64_t)stage->outputs * engine->options.workers * sizeof(int64_t));
    if (engine->stages[stage->inputs[0]].reaches) {
        raise(&sizes->reordered, weights);
        raise(&sizes->packed,
              notch_matrix_pack_size(engine->matrix, notch_back_outputs(stage), back));
        raise(&sizes->scratch, notch_backward_scratch(engine, stage));
    }
}

static notch_shared_sizes measure(const notch_integer *engine)
{
    notch_shared_sizes sizes = {.scratch = NOTCH_SCRATCH_LEAST};
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        const notch_stage *stage = &engine->stages[i];
        if (stage->kind == NOTCH_STAGE_WEIGHTS) {
            measure_weights(engine, stage, &sizes);
        }
        if (stage->end == NOTCH_END_BATCH_NORM) {
            raise(&sizes.sums, batch_values(engine, stage) * sizeof(int32_t));
            raise(&sizes.channels, (uint64_t)NOTCH_SUM_FIELDS * stage->shape.channels *
                                       engine->options.workers * sizeof(int64_t));
            raise(&sizes.channel_plan,
                  (uint64_t)NOTCH_PLAN_FIELDS * stage->shape.channels * sizeof(int32_t));
        }
        if (stage->kind == NOTCH_STAGE_NORM) {
            raise(&sizes.scratch, (uint64_t)stage->values_a_sample * sizeof(int32_t));
        }
        if (engine->options.training && stage->kind != NOTCH_STAGE_INPUT &&
            stage->kind != NOTCH_STAGE_WEIGHTS) {
            raise(&sizes.scratch, notch_pass_back_scratch(engine, stage));
            raise(&sizes.errors, stage->kind == NOTCH_STAGE_NORM ? batch_values(engine, stage) : 0);
        }
    }
    return sizes;
}

/* ------------------------------------------------------------------------------------------------
 * Everything
 * --------------------------------------------------------------------------------------------- */

static void lay_weights(notch_integer *engine, const notch_shared_sizes *needed, arena *a)
{
    engine->shared.reordered = take(a, needed->reordered);
    engine->shared.packed = take(a, needed->packed);
}

static void lay_activations(notch_integer *engine, arena *a)
{
    lay_values(engine, a);
    for (uint32_t i = 0; i < engine->stage_count && engine->options.training; i++) {
        lay_routes(engine, &engine->stages[i], a);
    }
}

static void lay_parameter_gradients(notch_integer *engine, arena *a)
{
    for (uint32_t t = 0; t < engine->model.tensor_count && engine->options.training; t++) {
        engine->gradients[t] = take(a, engine->model.tensors[t].count * sizeof(int32_t));
    }
}

static void lay_state(notch_integer *engine, arena *a)
{
    uint32_t words = 0;
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        words += engine->stages[i].state_words;
    }
    engine->state_words = words;
    engine->state = take(a, words * sizeof(uint32_t));
    for (uint32_t i = 0, at = 0; i < engine->stage_count && engine->state != NULL; i++) {
        engine->stages[i].state = engine->state + at;
        at += engine->stages[i].state_words;
    }
}

static void lay_units(notch_integer *engine, arena *a)
{
    for (uint32_t i = 0; i < engine->stage_count; i++) {
        notch_stage *stage = &engine->stages[i];
        const uint64_t bytes = notch_units_bytes(engine, stage);
        stage->alive = bytes == 0 ? NULL : take(a, bytes);
    }
}

static void lay_workspace(notch_integer *engine, const notch_shared_sizes *needed, arena *a)
{
    notch_shared *shared = &engine->shared;
    const uint64_t batch = engine->options.batch;
    if (engine->options.training) {
        lay_gradients(engine, a);
    }
    shared->sums = take(a, needed->sums);
    shared->errors = take(a, needed->errors);
    shared->unpooled = take(a, needed->unpooled);
    shared->columns = take(a, needed->columns);
    shared->products = take(a, needed->products);
    shared->matrix = take(a, needed->matrix);
    shared->partial = take(a, needed->partial);
    shared->channels = take(a, needed->channels);
    shared->channel_plan = take(a, needed->channel_plan);
    shared->bias = take(a, needed->bias);
    engine->scratch_bytes = notch_aligned(needed->scratch);
    shared->scratch = take(a, engine->scratch_bytes * engine->options.workers);
    shared->logits = take(a, batch * engine->classes * sizeof(int32_t));
    shared->losses = take(a, batch * sizeof(uint64_t));
    shared->largest = take(a, batch * sizeof(int32_t));
    shared->sample_sums = take(a, batch * sizeof(uint64_t));
    shared->right = take(a, batch);
    lay_units(engine, a);
}

void notch_integer_layout(notch_integer *engine, unsigned char *base, notch_integer_sizes *sizes)
{
    const notch_shared_sizes needed = measure(engine);
    arena a = {base, notch_aligned(sizeof *engine)};
    uint64_t mark = a.used;
    lay_weights(engine, &needed, &a);
    sizes->weights = a.used - mark;
    mark = a.used;
    lay_activations(engine, &a);
    sizes->activations = a.used - mark;
    mark = a.used;
    lay_parameter_gradients(engine, &a);
    sizes->gradients = a.used - mark;
    mark = a.used;
    lay_state(engine, &a);
    sizes->state = a.used - mark;
    mark = a.used;
    lay_workspace(engine, &needed, &a);
    sizes->workspace = a.used - mark;
    sizes->total = a.used;
}
