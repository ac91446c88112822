/* cmd_bench_train.c - `notch bench train`: the options of the stage table.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "bench.h"
#include "commands.h"
#include "common_options.h"
#include "model_open.h"
#include "train_options.h"

enum {
    WARM_UP = 5,
    STEPS = 40
};

static const char description[] =
    "Trains for some steps and prints how long each layer takes in each pass, in milliseconds:\n"
    "  forward    from inputs to outputs, weights being brought into order included\n"
    "  errors     backward: the loss's derivative by the inputs of layers\n"
    "  gradients  backward: its derivative by weights and biases\n"
    "and how long loss, update and gathering the batch take. Layers that are computed together,\n"
    "such as convolution, ReLU, pool and norm with engine int, count as the first of them. Every\n"
    "figure is a median over the steps.";

/* The table; returns how many entries there are. */
static size_t describe(train_settings *s, bench_train_options *o, option_entry entries[OPTIONS_MAX])
{
    const option_entry all[] = {
        {.kind = OPTION_HEADING, .help = "What to train"},
        {.kind = OPTION_TEXT,
         .name = "model",
         .argument = "NAME",
         .text = &s->model,
         .help = "the network: " MODEL_NAMES},
        option_data(&s->data),
        option_data_dir(&s->data_dir),
        {.kind = OPTION_CHOICE,
         .name = "engine",
         .argument = "NAME",
         .value = &s->engine,
         .choices = train_engines,
         .help = "what computes gradients; as `notch train` chooses unless given"},
        {.kind = OPTION_CHOICE,
         .name = "update",
         .argument = "NAME",
         .value = &s->update,
         .choices = train_updates,
         .help = "how a gradient changes weights"},
        {.kind = OPTION_FIXED,
         .name = "trials",
         .argument = "RHO",
         .value = s->trials,
         .maximum = UINT64_C(1) << 48,
         .help = "trials per parameter, in every step"},
        {.kind = OPTION_CHOICE,
         .name = "zim-mode",
         .argument = "NAME",
         .value = &s->mode,
         .choices = train_modes,
         .help = "what the size of a gradient means"},
        {.kind = OPTION_CHOICE,
         .name = "scope",
         .argument = "NAME",
         .value = &s->scope,
         .choices = train_scopes,
         .help = "which tensors share their trials"},
        option_sampler(&s->sampler,
                       "zim: how to draw; zim-mode paper has multinomial unless given"),
        option_batch(&s->batch, "images a step"),
        option_seed(&s->options.seed, "of all random numbers"),

        {.kind = OPTION_HEADING, .help = "How to measure"},
        {.kind = OPTION_NUMBER,
         .name = "steps",
         .argument = "N",
         .value = &o->steps,
         .minimum = 1,
         .maximum = BENCH_STEPS_MAX,
         .help = "timed steps"},
        {.kind = OPTION_NUMBER,
         .name = "warm-up",
         .argument = "N",
         .value = &o->warm_up,
         .maximum = BENCH_STEPS_MAX,
         .help = "steps before them"},
        option_workers(&s->threads),
        option_isa(&s->isa, "instruction set"),
        {.kind = OPTION_FLAG,
         .name = "json",
         .flag = &o->json,
         .help = "print one JSON object, with the times of all steps"},
    };
    _Static_assert(sizeof all / sizeof all[0] <= OPTIONS_MAX, "the table is too long");
    memcpy(entries, all, sizeof all);
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        entries[k].given = &s->given[k];
    }
    return sizeof all / sizeof all[0];
}

int cmd_bench_train(int argc, char **argv)
{
    static train_settings settings; /* too large for small stacks */
    bench_train_options o = {.warm_up = WARM_UP, .steps = STEPS};
    option_entry entries[OPTIONS_MAX];
    memset(&settings, 0, sizeof settings);
    train_settings_default(&settings);
    settings.trials_count = 1;
    const option_table table = {.command = BENCH_TRAIN_COMMAND,
                                .purpose = "times the stages of a training step",
                                .description = description,
                                .entries = entries,
                                .entry_count = describe(&settings, &o, entries)};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    train_settings_settle(&settings, &table);
    o.model = settings.model;
    o.data = settings.data;
    o.data_dir = settings.data_dir;
    o.train = settings.options;
    return bench_train(&o);
}
