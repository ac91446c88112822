/* theory_constants.c - `notch theory constants`: where a real network meets the theory.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>

#include "commands.h"
#include "common_options.h"
#include "data_search.h"
#include "model_open.h"
#include "rows.h"
#include "theory.h"
#include "theory_network.h"

enum {
    COLUMNS = 15,
    FAILURES = 64,
    POINTS_MAX = 1000
};

static const double tolerance = 0.05; /* shares and relative differences below count as none */

typedef struct constants_settings {
    const char *model, *data, *data_dir;
    uint64_t bits, steps, points, batches, batch, sampler, seed, threads;
    bool json, csv;
} constants_settings;

static const char notes[] =
    "Trains on the float engine, mode unbiased, scope layer, and looks at the gradients\n"
    "of the same minibatches at several points. alpha is 1, the value of one notch.\n"
    "  n/d         trials a parameter\n"
    "  gF2, V      |gF|^2 and E |g|^2 - |gF|^2\n"
    "  mu          <gF, E u> / |gF|^2 with all that bounds cut off\n"
    "  n/Z         the least of a tensor: what A2 promises\n"
    "  M           E |u|^2\n"
    "  L           largest curvature at the weights, from power iteration\n"
    "  largest     mu / (L M_G): the largest alpha that Proposition 4 admits\n"
    "  floor       L M / mu\n"
    "  at bounds   share of weights that stand at a bound\n"
    "  lost        share of the mean step that bounds cut off\n"
    "  above Z     share of minibatches and tensors with |g|_1 > Z\n"
    "  bias        of mode normalised: relative distance of its mean direction from gF\n"
    "  fails       conditions of the theory that do not hold there:\n"
    "    scale     Z is still being calibrated, or |g|_1 is above it in over 5 %\n"
    "    bounds    over 5 % of the mean step are lost to bounds of the lattice\n"
    "    A2        mu is below n/Z by over 5 %, or a tensor has no trials left\n"
    "    alpha     is above the largest\n"
    "    bias      of normalised is over 5 %: A2 is not to be had with that mode\n"
    "L is local: that A1 holds with it everywhere is not shown.";

static const rows_column columns[COLUMNS] = {
    {"step", 6, false},    {"n/d", 7, false},   {"gF2", 9, false},       {"V", 9, false},
    {"mu", 9, false},      {"n/Z", 9, false},   {"M", 9, false},         {"L", 9, false},
    {"largest", 9, false}, {"floor", 9, false}, {"at_bounds", 9, false}, {"lost", 9, false},
    {"above_Z", 7, false}, {"bias", 7, false},  {"fails", 12, true}};

static int parse(int argc, char **argv, constants_settings *s)
{
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "model",
         .argument = "NAME",
         .text = &s->model,
         .help = "the network: a preset or FILE.ini"},
        {.kind = OPTION_TEXT,
         .name = "data",
         .argument = DATA_NAMES,
         .text = &s->data,
         .help = "the data set"},
        option_data_dir(&s->data_dir),
        {.kind = OPTION_NUMBER,
         .name = "bits",
         .argument = "B",
         .value = &s->bits,
         .minimum = 1,
         .maximum = 16,
         .help = "of a weight: 1, 2, 4, 8 or 16"},
        option_sampler(&s->sampler, "how the trials are drawn"),
        {.kind = OPTION_NUMBER,
         .name = "steps",
         .argument = "K",
         .value = &s->steps,
         .minimum = 1,
         .maximum = UINT32_MAX,
         .help = "of the training run"},
        option_batch(&s->batch, "images a step"),
        {.kind = OPTION_NUMBER,
         .name = "points",
         .argument = "P",
         .value = &s->points,
         .minimum = 1,
         .maximum = POINTS_MAX,
         .help = "at which to look, the start included"},
        {.kind = OPTION_NUMBER,
         .name = "batches",
         .argument = "N",
         .value = &s->batches,
         .minimum = 2,
         .maximum = 65536,
         .help = "minibatches to look at; an odd number is raised by one"},
        option_seed(&s->seed, "seed of the run"),
        option_threads(&s->threads),
        option_csv(&s->csv),
        option_json(&s->json),
    };
    const option_table table = {.command = "notch theory constants",
                                .purpose = THEORY_PURPOSE_CONSTANTS,
                                .notes = notes,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    return options_parse(&table, argc, argv, &operands);
}

static void name_failures(const network_constants *c, char text[FAILURES])
{
    const struct {
        bool fails;
        const char *name;
    } conditions[] = {
        {c->calibrating || c->exceeded > tolerance, "scale"},
        {c->lost > tolerance, "bounds"},
        {!(c->nominal > 0 && c->direction >= (1 - tolerance) * c->nominal), "A2"},
        {!(c->largest_rate >= 1), "alpha"},
        {c->bias > tolerance, "bias"},
    };
    size_t used = 0;
    text[0] = '\0';
    for (size_t k = 0; k < sizeof conditions / sizeof conditions[0]; k++) {
        if (conditions[k].fails) {
            used += (size_t)snprintf(text + used, FAILURES - used, "%s%s", used == 0 ? "" : " ",
                                     conditions[k].name);
        }
    }
    if (used == 0) {
        (void)snprintf(text, FAILURES, "none");
    }
}

static void print_point(rows *table, const network_constants *c)
{
    char failures[FAILURES];
    name_failures(c, failures);
    const rows_cell cells[COLUMNS] = {
        {NULL, (double)c->step},  {NULL, c->trials},     {NULL, c->gradient},
        {NULL, c->variance},      {NULL, c->direction},  {NULL, c->nominal},
        {NULL, c->second_moment}, {NULL, c->smoothness}, {NULL, c->largest_rate},
        {NULL, c->floor},         {NULL, c->saturated},  {NULL, c->lost},
        {NULL, c->exceeded},      {NULL, c->bias},       {failures, 0}};
    rows_add(table, cells);
}

/* Looks at the points, training from each to the next. */
static notch_status follow(const constants_settings *s, const network_probe *probe,
                           notch_trainer *trainer, notch_error *error)
{
    network_constants constants;
    notch_status status = NOTCH_OK;
    rows table = rows_begin(s->csv, s->json, columns, COLUMNS);
    rows_key_number(&table, "batch", (double)s->batch);
    rows_key_number(&table, "batches", probe->batches);
    rows_head(&table);
    for (uint64_t point = 0; point < s->points && status == NOTCH_OK; point++) {
        const uint64_t until = s->points == 1 ? 0 : s->steps * point / (s->points - 1);
        while (status == NOTCH_OK && notch_trainer_progress(trainer).step < until) {
            status = notch_trainer_step(trainer, error);
        }
        if (status == NOTCH_OK) {
            status = network_measure(probe, trainer, &constants, error);
        }
        if (status == NOTCH_OK) {
            print_point(&table, &constants);
        }
    }
    rows_foot(&table);
    rows_end(&table, "complete", status == NOTCH_OK);
    return status;
}

static notch_status measure(const constants_settings *s, const notch_model *model,
                            const notch_dataset *train, const notch_dataset *test,
                            notch_error *error)
{
    network_probe probe = {.data = train,
                           .options =
                               notch_train_options_for(NOTCH_ENGINE_FLOAT, NOTCH_RULE_ZIM, 8),
                           .batches = (uint32_t)(s->batches + s->batches % 2)};
    notch_train_options *o = &probe.options;
    notch_trainer *trainer = NULL;
    o->bits = (uint32_t)s->bits;
    o->batch = (uint32_t)s->batch;
    o->epochs = s->steps;
    o->steps = s->steps;
    o->seed = s->seed;
    o->threads = (uint32_t)s->threads;
    o->update.sampler = (notch_sampler)s->sampler;
    const notch_engine_options looking = {.type = NOTCH_ENGINE_FLOAT,
                                          .batch = o->batch,
                                          .threads = o->threads,
                                          .training = true,
                                          .pixels = notch_dataset_standardisation(train)};
    notch_status status = notch_trainer_create(model, o, train, test, &trainer, error);
    if (status == NOTCH_OK) {
        status = notch_engine_create(model, &looking, &probe.engine, error);
    }
    if (status == NOTCH_OK) {
        probe.steps = notch_trainer_progress(trainer).steps;
        status = follow(s, &probe, trainer, error);
    }
    notch_engine_destroy(probe.engine);
    notch_trainer_destroy(trainer);
    return status;
}

int theory_constants(int argc, char **argv)
{
    static const char command[] = "notch theory constants";
    constants_settings s = {.model = "mlp",
                            .data = DATA_DIGITS,
                            .bits = 8,
                            .steps = 600,
                            .points = 7,
                            .batches = 64,
                            .batch = 64,
                            .sampler = NOTCH_SAMPLER_STRATIFIED,
                            .seed = 1};
    notch_dataset *train = NULL, *test = NULL;
    model_source source;
    notch_error error = {NOTCH_OK, ""};
    int code = parse(argc, argv, &s);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    code = data_search_open(command, s.data, s.data_dir, &train, &test);
    if (code != EXIT_DONE) {
        return code;
    }
    const notch_model_context context = model_context(train);
    code = model_open(command, s.model, &context, &source);
    if (code == EXIT_DONE) {
        const notch_status status = measure(&s, &source.model, train, test, &error);
        model_close(&source);
        code = status == NOTCH_OK ? EXIT_DONE : command_fail(command, &error);
    }
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
    return code;
}
