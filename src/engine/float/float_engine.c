/* float_engine.c - the float engine: programs, their arena, and the calls that run them.
 * SPDX-License-Identifier: MIT
 *
 * All memory is one arena, reserved at creation: gradients, state, and the three areas of the
 * programs, which are as large as the largest of them needs. Programs exist for training with the
 * full batch and for evaluation; further ones, for training with fewer images, are compiled when
 * they are first wanted and kept while there is room for them. Evaluation of fewer images runs the
 * full program and looks at the first samples alone.
 */
#include "engine/engine.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "engine/float/build.h"
#include "model/observe.h"

enum {
    PARTIAL_PROGRAMS = 4,
    PAGE = 4096
};

typedef struct float_engine {
    notch_engine base;
    notch_executor executor;
    dnnl_engine_t onednn;
    dnnl_stream_t stream;
    notch_program train, evaluate;
    notch_program partial[PARTIAL_PROGRAMS]; /* images 0: free */
    uint32_t partial_next;                   /* the one to be replaced next */
    float pixels[256];
    unsigned char *arena;
    unsigned char *areas[NOTCH_AREAS];
    uint64_t area_bytes[NOTCH_AREAS];
    float *gradients[NOTCH_TENSORS_MAX];
    float *state;
    size_t state_count;
} float_engine;

/* ---- threads --------------------------------------------------------------------------------- */

/* oneDNN asks OpenMP how many threads the calling thread wants; the answer is put back afterwards.
 * It belongs to the calling thread alone. */
static int use_threads(uint32_t threads)
{
    const int before = omp_get_max_threads();
    omp_set_num_threads((int)threads);
    return before;
}

static void run_tasks(void *self, notch_task *task, void *argument, uint64_t items)
{
    const float_engine *e = self;
#pragma omp parallel for schedule(dynamic) num_threads((int)e->executor.workers) if (items > 1)
    for (int64_t i = 0; i < (int64_t)items; i++) {
        task(argument, (uint64_t)i, (uint32_t)omp_get_thread_num());
    }
}

static const notch_executor *executor(const notch_engine *engine)
{
    return &((const float_engine *)engine)->executor;
}

/* ---- creation -------------------------------------------------------------------------------- */

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + NOTCH_ALIGNMENT - 1) / NOTCH_ALIGNMENT * NOTCH_ALIGNMENT;
}

static uint64_t gradient_bytes(const float_engine *e)
{
    const notch_model *model = &e->base.model;
    uint64_t bytes = 0;
    for (uint32_t k = 0; k < model->tensor_count && e->base.options.training; k++) {
        bytes += round_up(model->tensors[k].count * sizeof(float));
    }
    return bytes;
}

static size_t count_state(const notch_model *model)
{
    size_t count = 0;
    for (uint32_t l = 0; l < model->layer_count; l++) {
        const notch_layer *layer = &model->layers[l];
        count += layer->type == NOTCH_LAYER_BATCH_NORM ? 2 * (size_t)layer->shape.channels : 0;
    }
    return count;
}

static void set_pixels(float_engine *e)
{
    const notch_standardisation *s = &e->base.options.pixels;
    for (uint32_t k = 0; k < 256; k++) {
        const double pixel = (double)k * 65536;
        e->pixels[k] = (float)((pixel - (double)s->mean) / (double)s->deviation);
    }
}

static void destroy(notch_engine *engine)
{
    float_engine *e = (float_engine *)engine;
    notch_program_clear(&e->train);
    notch_program_clear(&e->evaluate);
    for (uint32_t k = 0; k < PARTIAL_PROGRAMS; k++) {
        notch_program_clear(&e->partial[k]);
    }
    (void)dnnl_stream_destroy(e->stream);
    (void)dnnl_engine_destroy(e->onednn);
    free(e->arena);
    free(e);
}

static notch_status compile(float_engine *e, notch_program *program, uint32_t images, bool training,
                            bool dry, notch_error *error)
{
    const int before = use_threads(e->executor.workers);
    program->images = images;
    const notch_status status =
        notch_program_build(program, &e->base.model, e->onednn, training, dry, error);
    omp_set_num_threads(before);
    return status;
}

static notch_status compile_all(float_engine *e, bool dry, notch_error *error)
{
    const uint32_t batch = e->base.options.batch;
    notch_status status = compile(e, &e->evaluate, batch, false, dry, error);
    if (status == NOTCH_OK && e->base.options.training) {
        status = compile(e, &e->train, batch, true, dry, error);
    }
    for (uint32_t k = 0; k < NOTCH_AREAS; k++) {
        const uint64_t train = e->train.area_bytes[k], evaluate = e->evaluate.area_bytes[k];
        e->area_bytes[k] = train > evaluate ? train : evaluate;
    }
    return status;
}

/* Everything but the arena. */
static notch_status prepare(const notch_model *model, const notch_engine_options *options, bool dry,
                            float_engine **engine, notch_error *error)
{
    float_engine *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "engine: no memory for %s", model->name);
    }
    e->base.functions = &notch_engine_float;
    e->base.model = *model;
    e->base.options = *options;
    if (options->threads == 0) {
        const int processors = omp_get_num_procs();
        e->base.options.threads = processors < 1 ? 1
                                  : processors > (int)NOTCH_ENGINE_THREADS_MAX
                                      ? NOTCH_ENGINE_THREADS_MAX
                                      : (uint32_t)processors;
    }
    e->base.classes = model->layers[model->layer_count - 1].shape.channels;
    e->executor = (notch_executor){run_tasks, e, e->base.options.threads};
    e->state_count = count_state(model);
    set_pixels(e);
    notch_status status = NOTCH_OK;
    if (dnnl_engine_create(&e->onednn, dnnl_cpu, 0) != dnnl_success ||
        dnnl_stream_create(&e->stream, e->onednn, dnnl_stream_in_order) != dnnl_success) {
        status = notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                            "engine float: oneDNN does not start on this machine");
    }
    if (status == NOTCH_OK) {
        status = compile_all(e, dry, error);
    }
    if (status != NOTCH_OK) {
        destroy(&e->base);
        return status;
    }
    *engine = e;
    return NOTCH_OK;
}

static notch_engine_memory memory_of(const float_engine *e)
{
    return (notch_engine_memory){.weights = e->area_bytes[NOTCH_AREA_WEIGHTS],
                                 .activations = e->area_bytes[NOTCH_AREA_ACTIVATIONS],
                                 .gradients = gradient_bytes(e),
                                 .state = round_up(e->state_count * sizeof(float)),
                                 .workspace = e->area_bytes[NOTCH_AREA_WORKSPACE]};
}

static notch_status memory_needed(const notch_model *model, const notch_engine_options *options,
                                  notch_engine_memory *memory, notch_error *error)
{
    float_engine *e;
    const notch_status status = prepare(model, options, true, &e, error);
    if (status == NOTCH_OK) {
        *memory = memory_of(e);
        destroy(&e->base);
    }
    return status;
}

/* Reserves the arena and gives out its parts. Nothing is touched but the state, so that pages which
 * stay unused cost nothing. */
static bool reserve(float_engine *e)
{
    const notch_engine_memory m = memory_of(e);
    const uint64_t bytes = m.weights + m.activations + m.gradients + m.state + m.workspace;
    if (bytes > SIZE_MAX - PAGE) {
        return false;
    }
    e->arena = aligned_alloc(PAGE, (size_t)(bytes / PAGE + 1) * PAGE);
    if (e->arena == NULL) {
        return false;
    }
    unsigned char *next = e->arena;
    for (uint32_t k = 0; k < NOTCH_AREAS; k++) {
        e->areas[k] = next;
        next += e->area_bytes[k];
    }
    e->state = (float *)(void *)next;
    next += m.state;
    for (uint32_t k = 0; k < e->base.model.tensor_count && e->base.options.training; k++) {
        e->gradients[k] = (float *)(void *)next;
        next += round_up(e->base.model.tensors[k].count * sizeof(float));
    }
    return true;
}

/* Running means 0, running variances 1. */
static void reset_state(float_engine *e)
{
    float *next = e->state;
    for (uint32_t l = 0; l < e->base.model.layer_count; l++) {
        const notch_layer *layer = &e->base.model.layers[l];
        if (layer->type == NOTCH_LAYER_BATCH_NORM) {
            for (uint32_t c = 0; c < 2 * layer->shape.channels; c++) {
                *next++ = c < layer->shape.channels ? 0.0F : 1.0F;
            }
        }
    }
}

static notch_status create(const notch_model *model, const notch_engine_options *options,
                           notch_engine **engine, notch_error *error)
{
    float_engine *e;
    const notch_status status = prepare(model, options, false, &e, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (!reserve(e)) {
        const notch_engine_memory m = memory_of(e);
        destroy(&e->base);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "engine: no memory for the %u bytes of %s",
                          m.weights + m.activations + m.gradients + m.state + m.workspace,
                          model->name);
    }
    reset_state(e);
    /* a tensor of which the loss is no function has no step that writes its gradient */
    for (uint32_t k = 0; k < model->tensor_count && options->training; k++) {
        memset(e->gradients[k], 0, (size_t)model->tensors[k].count * sizeof(float));
    }
    *engine = &e->base;
    return NOTCH_OK;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static notch_status run_program(float_engine *e, notch_run *run, uint32_t first, uint32_t end,
                                notch_error *error)
{
    const int before = use_threads(e->executor.workers);
    const dnnl_status_t status = notch_program_run(run, e->stream, first, end);
    omp_set_num_threads(before);
    if (status != dnnl_success) {
        return notch_fail(
            error, status == dnnl_out_of_memory ? NOTCH_ERROR_MEMORY : NOTCH_ERROR_UNSUPPORTED,
            "engine float: oneDNN failed with status %u", (uint64_t)status);
    }
    return NOTCH_OK;
}

static notch_run run_of(float_engine *e, const notch_program *program, const notch_values *values,
                        const notch_batch *batch, notch_batch_result *result)
{
    *result = (notch_batch_result){0, 0};
    return (notch_run){
        .program = program,
        .engine = &e->base,
        .areas = e->areas,
        .gradients = e->gradients,
        .state = e->state,
        .pixels = e->pixels,
        .values = values,
        .batch = batch,
        .result = result,
        .observer = program->backward < program->step_count ? e->base.options.observer : NULL};
}

/* A program for training with so many images. */
static notch_status find_program(float_engine *e, uint32_t images, const notch_program **program,
                                 notch_error *error)
{
    if (images == e->train.images) {
        *program = &e->train;
        return NOTCH_OK;
    }
    for (uint32_t k = 0; k < PARTIAL_PROGRAMS; k++) {
        if (e->partial[k].images == images) {
            *program = &e->partial[k];
            return NOTCH_OK;
        }
    }
    notch_program *fresh = &e->partial[e->partial_next];
    notch_program_clear(fresh);
    notch_status status = compile(e, fresh, images, true, false, error);
    for (uint32_t k = 0; k < NOTCH_AREAS && status == NOTCH_OK; k++) {
        if (fresh->area_bytes[k] > e->area_bytes[k]) {
            status = notch_fail(error, NOTCH_ERROR_MEMORY,
                                "engine: a batch of %u images needs more memory than one of %u",
                                (uint64_t)images, (uint64_t)e->train.images);
        }
    }
    if (status != NOTCH_OK) {
        notch_program_clear(fresh);
        return status;
    }
    e->partial_next = (e->partial_next + 1) % PARTIAL_PROGRAMS;
    *program = fresh;
    return NOTCH_OK;
}

static notch_status train(notch_engine *engine, const notch_values *values,
                          const notch_batch *batch, notch_batch_result *result, notch_error *error)
{
    float_engine *e = (float_engine *)engine;
    const notch_program *program;
    notch_status status = find_program(e, batch->count, &program, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_batch_result computed;
    notch_run run = run_of(e, program, values, batch, &computed);
    status = run_program(e, &run, 0, program->backward, error);
    if (status == NOTCH_OK && !isfinite(computed.loss)) {
        status = notch_fail(error, NOTCH_ERROR_NOT_FINITE,
                            "engine: the loss of the batch is not a finite number");
    }
    if (status == NOTCH_OK) {
        status = run_program(e, &run, program->backward, program->step_count, error);
    }
    if (status == NOTCH_OK) {
        *result = computed;
    }
    notch_observe(run.observer, NOTCH_PASSES, 0);
    return status;
}

static notch_gradient gradient(const notch_engine *engine, uint32_t tensor)
{
    const float_engine *e = (const float_engine *)engine;
    if (tensor >= engine->model.tensor_count || !engine->options.training) {
        return (notch_gradient){0};
    }
    return (notch_gradient){.type = NOTCH_GRADIENT_F32,
                            .values = e->gradients[tensor],
                            .count = engine->model.tensors[tensor].count};
}

static notch_status evaluate(notch_engine *engine, const notch_values *values,
                             const notch_batch *batch, notch_batch_result *result,
                             float *probabilities, notch_error *error)
{
    float_engine *e = (float_engine *)engine;
    notch_batch_result computed;
    notch_run run = run_of(e, &e->evaluate, values, batch, &computed);
    run.probabilities = probabilities;
    const notch_status status = run_program(e, &run, 0, e->evaluate.step_count, error);
    if (status == NOTCH_OK) {
        *result = computed;
    }
    return status;
}

static void *state(notch_engine *engine, size_t *count)
{
    const float_engine *e = (float_engine *)engine;
    *count = e->state_count;
    return e->state_count == 0 ? NULL : e->state;
}

const notch_engine_functions notch_engine_float = {.memory_needed = memory_needed,
                                                   .create = create,
                                                   .destroy = destroy,
                                                   .executor = executor,
                                                   .train = train,
                                                   .gradient = gradient,
                                                   .evaluate = evaluate,
                                                   .state = state};
