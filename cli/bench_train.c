/* bench_train.c - where the time of a training step goes: layer by layer, pass by pass.
 * SPDX-License-Identifier: MIT
 *
 * The library tells an observer what begins; the clock is read here. The time from one call to the
 * next belongs to what the first one announced. Every cell of the table is a median over steps, so
 * that what disturbs single steps leaves no trace; medians need not add up to that of the step.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <notch/notch.h>

#include "bench.h"
#include "commands.h"
#include "data_search.h"
#include "model_open.h"
#include "rows.h"
#include "train_display.h"

#define COMMAND BENCH_TRAIN_COMMAND
#define MIB 1048576.0

typedef struct cell_times {
    double cells[NOTCH_PASSES][NOTCH_LAYERS_MAX]; /* milliseconds */
    double all;
} cell_times;

/* What the observer writes to. */
typedef struct stopwatch {
    cell_times *now; /* NULL: the step is not timed */
    double since;
    notch_pass pass; /* NOTCH_PASSES: none */
    uint32_t layer;
} stopwatch;

typedef struct bench {
    const bench_train_options *options;
    model_source source;
    notch_dataset *train, *test;
    notch_memory_plan plan;
    notch_trainer *trainer;
    stopwatch watch;
    notch_observer observer;
    cell_times *steps;
    cell_times medians;
    double least;
    double resident_before; /* bytes of the process without the trainer */
} bench;

/* ---- measuring ------------------------------------------------------------------------------- */

static void begins(void *self, notch_pass pass, uint32_t layer)
{
    stopwatch *watch = self;
    const double now = train_clock();
    if (watch->now != NULL && watch->pass != NOTCH_PASSES) {
        watch->now->cells[watch->pass][watch->layer] += (now - watch->since) * 1e3;
    }
    watch->since = now;
    watch->pass = pass;
    watch->layer = layer;
}

static notch_status measure(bench *b, notch_error *error)
{
    notch_status status = NOTCH_OK;
    for (uint64_t k = 0; k < b->options->warm_up && status == NOTCH_OK; k++) {
        status = notch_trainer_step(b->trainer, error);
    }
    for (uint64_t k = 0; k < b->options->steps && status == NOTCH_OK; k++) {
        const double start = train_clock();
        b->watch.now = &b->steps[k];
        status = notch_trainer_step(b->trainer, error);
        b->watch.now = NULL;
        b->steps[k].all = (train_clock() - start) * 1e3;
    }
    return status;
}

static int compare(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of the double at `offset` in each step's times; *least may be NULL. */
static double median_of(const bench *b, size_t offset, double *least)
{
    double sorted[BENCH_STEPS_MAX];
    const uint64_t count = b->options->steps;
    for (uint64_t k = 0; k < count; k++) {
        memcpy(&sorted[k], (const unsigned char *)&b->steps[k] + offset, sizeof sorted[k]);
    }
    qsort(sorted, count, sizeof sorted[0], compare);
    if (least != NULL) {
        *least = sorted[0];
    }
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

static void find_medians(bench *b)
{
    for (uint32_t pass = 0; pass < NOTCH_PASSES; pass++) {
        for (uint32_t layer = 0; layer < b->source.model.layer_count; layer++) {
            const double *cell = &b->steps[0].cells[pass][layer];
            const size_t offset = (size_t)((const char *)cell - (const char *)&b->steps[0]);
            b->medians.cells[pass][layer] = median_of(b, offset, NULL);
        }
    }
    b->medians.all = median_of(b, offsetof(cell_times, all), &b->least);
}

/* ---- printing -------------------------------------------------------------------------------- */

static double sum_of(const bench *b, uint32_t first_layer, uint32_t end_layer, uint32_t first_pass,
                     uint32_t end_pass)
{
    double sum = 0;
    for (uint32_t pass = first_pass; pass < end_pass; pass++) {
        for (uint32_t layer = first_layer; layer < end_layer; layer++) {
            sum += b->medians.cells[pass][layer];
        }
    }
    return sum;
}

static double sum_of_pass(const bench *b, uint32_t pass)
{
    return sum_of(b, 0, b->source.model.layer_count, pass, pass + 1);
}

static double sum_of_all(const bench *b)
{
    return sum_of(b, 0, b->source.model.layer_count, 0, NOTCH_PASSES);
}

static uint32_t threads_of(const bench *b)
{
    const uint32_t threads = b->options->train.threads;
    return threads == 0 ? notch_threads_usable() : threads;
}

static const char *isa_of(const bench *b)
{
    const notch_isa isa = b->options->train.isa;
    return notch_isa_name(isa == NOTCH_ISA_BEST ? notch_isa_best() : isa);
}

static const char *update_of(const bench *b)
{
    return b->options->train.sgd ? "sgd" : notch_rule_name(b->options->train.update.rule);
}

static bool is_layers(uint32_t pass)
{
    return pass == NOTCH_PASS_FORWARD || pass == NOTCH_PASS_ERRORS || pass == NOTCH_PASS_GRADIENTS;
}

static void print_layer(const bench *b, uint32_t layer)
{
    static const uint32_t passes[] = {NOTCH_PASS_FORWARD, NOTCH_PASS_ERRORS, NOTCH_PASS_GRADIENTS};
    double sum = 0;
    for (size_t k = 0; k < 3; k++) {
        sum += b->medians.cells[passes[k]][layer];
    }
    if (sum == 0) { /* computed together with the layer before */
        return;
    }
    printf("%-24s", b->source.model.layers[layer].name);
    for (size_t k = 0; k < 3; k++) {
        printf(" %10.3f", b->medians.cells[passes[k]][layer]);
    }
    printf(" %10.3f %6.1f %%\n", sum, 100 * sum / sum_of_all(b));
}

static void print_text(const bench *b)
{
    const notch_memory_plan *m = &b->plan;
    const notch_engine_memory *e = &m->engine;
    printf("%s, engine %s, update %s, batches of %" PRIu32 ", %" PRIu32 " threads, %s; "
           "medians of %" PRIu64 " steps\n\n",
           b->source.model.name, notch_engine_type_name(b->options->train.engine), update_of(b),
           b->options->train.batch, threads_of(b), isa_of(b), b->options->steps);
    printf("%-24s %10s %10s %10s %10s %8s\n", "layer", "forward", "errors", "gradients", "ms",
           "share");
    for (uint32_t layer = 0; layer < b->source.model.layer_count; layer++) {
        print_layer(b, layer);
    }
    printf("%-24s %10.3f %10.3f %10.3f\n", "all layers", sum_of_pass(b, NOTCH_PASS_FORWARD),
           sum_of_pass(b, NOTCH_PASS_ERRORS), sum_of_pass(b, NOTCH_PASS_GRADIENTS));
    for (uint32_t pass = 0; pass < NOTCH_PASSES; pass++) {
        if (!is_layers(pass)) {
            printf("%-24s %10s %10s %10s %10.3f %6.1f %%\n", notch_pass_name((notch_pass)pass), "",
                   "", "", sum_of_pass(b, pass), 100 * sum_of_pass(b, pass) / sum_of_all(b));
        }
    }
    printf("\nstep    %.3f ms (least %.3f), %.0f images a second\n", b->medians.all, b->least,
           1e3 * (double)b->options->train.batch / b->medians.all);
    printf("memory  %.2f MiB without the data: weights %.2f, copies of weights %.2f, activations "
           "%.2f,\n        gradients %.2f, update %.2f, rest %.2f; peak of the process %.2f MiB\n",
           (double)(m->total - m->dataset) / MIB, (double)m->weights / MIB,
           (double)e->weights / MIB, (double)e->activations / MIB, (double)e->gradients / MIB,
           (double)(m->optimiser + m->update_workspace) / MIB,
           (double)(e->state + e->workspace + m->batch) / MIB, bench_peak_bytes() / MIB);
}

static void print_rows(const bench *b)
{
    static const rows_column columns[] = {
        {"pass", 10, true}, {"layer", 24, true}, {"ms", 10, false}, {"share", 10, false}};
    const notch_memory_plan *m = &b->plan;
    const notch_train_options *o = &b->options->train;
    rows r = rows_begin(false, true, columns, 4);
    rows_key_name(&r, "model", b->source.model.name);
    rows_key_number(&r, "parameters", (double)b->source.model.parameters);
    rows_key_name(&r, "engine", notch_engine_type_name(o->engine));
    rows_key_name(&r, "update", update_of(b));
    rows_key_number(&r, "batch", o->batch);
    rows_key_number(&r, "threads", threads_of(b));
    rows_key_name(&r, "isa", isa_of(b));
    rows_key_number(&r, "median_ms", b->medians.all);
    rows_key_number(&r, "min_ms", b->least);
    printf("  \"ms\": [");
    for (uint64_t k = 0; k < b->options->steps; k++) {
        printf("%s%.5f", k == 0 ? "" : ", ", b->steps[k].all);
    }
    printf("],\n");
    for (uint32_t pass = 0; pass < NOTCH_PASSES; pass++) {
        char key[32];
        (void)snprintf(key, sizeof key, "%s_ms", notch_pass_name((notch_pass)pass));
        rows_key_number(&r, key, sum_of_pass(b, pass));
    }
    rows_key_number(&r, "bytes_weights", (double)m->weights);
    rows_key_number(&r, "bytes_weight_copies", (double)m->engine.weights);
    rows_key_number(&r, "bytes_activations", (double)m->engine.activations);
    rows_key_number(&r, "bytes_gradients", (double)m->engine.gradients);
    rows_key_number(&r, "bytes_workspace", (double)m->engine.workspace);
    rows_key_number(&r, "bytes_update", (double)(m->optimiser + m->update_workspace));
    rows_key_number(&r, "bytes_total", (double)(m->total - m->dataset));
    rows_key_number(&r, "bytes_before", b->resident_before);
    rows_key_number(&r, "bytes_peak", bench_peak_bytes());
    rows_head(&r);
    for (uint32_t pass = 0; pass < NOTCH_PASSES; pass++) {
        for (uint32_t layer = 0; layer < b->source.model.layer_count; layer++) {
            const double ms = b->medians.cells[pass][layer];
            const rows_cell cells[] = {
                {notch_pass_name((notch_pass)pass), 0},
                {is_layers(pass) ? b->source.model.layers[layer].name : "", 0},
                {NULL, ms},
                {NULL, ms / sum_of_all(b)}};
            if (ms != 0) {
                rows_add(&r, cells);
            }
        }
    }
    rows_foot(&r);
    rows_end(&r, "complete", true);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static notch_status prepare(bench *b, notch_error *error)
{
    notch_train_options train = b->options->train;
    b->observer = (notch_observer){&b->watch, begins};
    b->watch.pass = NOTCH_PASSES;
    train.observer = &b->observer;
    train.steps = b->options->warm_up + b->options->steps;
    train.epochs = train.steps * train.batch / b->train->count + 1;
    b->steps = calloc(b->options->steps, sizeof *b->steps);
    if (b->steps == NULL) {
        (void)snprintf(error->message, sizeof error->message,
                       "this machine has not enough memory for the times of %" PRIu64 " steps",
                       b->options->steps);
        return error->status = NOTCH_ERROR_MEMORY;
    }
    b->resident_before = bench_resident_bytes();
    const notch_status status =
        notch_train_memory_plan(&b->source.model, &train, 0, &b->plan, error);
    return status == NOTCH_OK ? notch_trainer_create(&b->source.model, &train, b->train, b->test,
                                                     &b->trainer, error)
                              : status;
}

static int run(bench *b)
{
    notch_error error = {NOTCH_OK, ""};
    notch_status status = prepare(b, &error);
    if (status == NOTCH_OK) {
        status = measure(b, &error);
    }
    if (status != NOTCH_OK) {
        return command_fail(COMMAND, &error);
    }
    find_medians(b);
    if (b->options->json) {
        print_rows(b);
    } else {
        print_text(b);
    }
    return EXIT_DONE;
}

int bench_train(const bench_train_options *options)
{
    static bench b; /* models are too large for small stacks */
    memset(&b, 0, sizeof b);
    b.options = options;
    int code = data_search_open(COMMAND, options->data, options->data_dir, &b.train, &b.test);
    if (code == EXIT_DONE) {
        const notch_model_context context = model_context(b.train);
        code = model_open(COMMAND, options->model, &context, &b.source);
    }
    if (code == EXIT_DONE) {
        code = model_suit(COMMAND, options->train.engine, &b.source);
    }
    if (code == EXIT_DONE) {
        code = run(&b);
    }
    notch_trainer_destroy(b.trainer);
    model_close(&b.source);
    notch_dataset_destroy(b.train);
    notch_dataset_destroy(b.test);
    free(b.steps);
    return code;
}
