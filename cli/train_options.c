/* train_options.c - the options of `notch train`: one table for command line, files and help.
 * SPDX-License-Identifier: MIT
 */
#include "train_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "common_options.h"
#include "config.h"
#include "data_search.h"
#include "model_open.h"

#define NUMBER_MAX (UINT64_C(1) << 48) /* of numbers with 32 fractional bits */

enum {
    INT_BITS_MAX = 8,
    UPDATE_SGD = 4, /* NOTCH_RULE_USER, where the rules of integer weights end */
    AUGMENT_NONE = 0,
    AUGMENT_SHIFT,
    SHIFT_DEFAULT = 2,
    BITS_PAPER = 16, /* the paper's weights have no bound; 16 bits are enough for its networks */
    SHARPNESS_MAX = 6
};

/* ---- names ----------------------------------------------------------------------------------- */

const char *train_engines(uint64_t value)
{
    return notch_engine_type_name((notch_engine_type)value);
}

const char *train_updates(uint64_t value)
{
    return value == UPDATE_SGD  ? "sgd"
           : value < UPDATE_SGD ? notch_rule_name((notch_rule)value)
                                : NULL;
}

const char *train_modes(uint64_t value)
{
    return notch_mode_name((notch_mode)value);
}

const char *train_scopes(uint64_t value)
{
    return notch_scope_name((notch_scope)value);
}

static const char *schedules(uint64_t value)
{
    return notch_schedule_name((notch_schedule_kind)value);
}

static const char *initialisations(uint64_t value)
{
    static const char *const names[] = {"uniform", "he"};
    return value < sizeof names / sizeof names[0] ? names[value] : NULL;
}

static const char *augmentations(uint64_t value)
{
    static const char *const names[] = {"none", "shift"};
    return value < sizeof names / sizeof names[0] ? names[value] : NULL;
}

/* ---- the table ------------------------------------------------------------------------------- */

void train_settings_default(train_settings *s)
{
    s->options = notch_train_options_default();
    const notch_train_options *o = &s->options;
    s->model = "cnn";
    s->data = DATA_DIGITS;
    s->engine = (uint64_t)o->engine;
    s->threads = o->threads;
    s->isa = (uint64_t)o->isa;
    s->batch = o->batch;
    s->update = (uint64_t)o->update.rule;
    s->mode = (uint64_t)o->update.mode;
    s->sampler = (uint64_t)o->update.sampler;
    s->inflation = (uint64_t)o->update.inflation;
    s->scope = (uint64_t)o->update.scope;
    s->trials[0] = o->trials_start;
    s->trials[1] = o->trials_end;
    s->trials_count = 2;
    s->trials_schedule = (uint64_t)o->trials_schedule;
    s->calibration_steps = o->update.calibration_steps;
    s->bits = o->bits;
    s->learning_rate_schedule = (uint64_t)o->learning_rate_schedule;
    s->initialisation = (uint64_t)o->initialisation;
    s->sharpness = o->sharpness;
    s->augment = AUGMENT_NONE;
    s->shift = SHIFT_DEFAULT;
}

/* The entries; returns how many. */
static size_t describe(train_settings *s, option_entry entries[OPTIONS_MAX])
{
    const option_entry all[] = {
        {.kind = OPTION_HEADING, .help = "What to train"},
        {.kind = OPTION_TEXT,
         .name = "model",
         .argument = "NAME",
         .text = &s->model,
         .help = "the network: " MODEL_NAMES "; a model file's weights are the first ones"},
        option_data(&s->data),
        option_data_dir(&s->data_dir),
        {.kind = OPTION_CHOICE,
         .name = "augment",
         .argument = "NAME",
         .value = &s->augment,
         .choices = augmentations,
         .help = "how to vary training images"},
        {.kind = OPTION_NUMBER,
         .name = "shift",
         .argument = "N",
         .value = &s->shift,
         .minimum = 1,
         .maximum = NOTCH_SHIFT_MAX,
         .help = "augment shift: by at most N rows and columns"},

        {.kind = OPTION_HEADING, .help = "How long"},
        {.kind = OPTION_NUMBER,
         .name = "epochs",
         .argument = "N",
         .value = &s->options.epochs,
         .minimum = 1,
         .maximum = UINT32_MAX,
         .help = "passes over the training images"},
        {.kind = OPTION_NUMBER,
         .name = "steps",
         .argument = "N",
         .value = &s->options.steps,
         .maximum = UINT32_MAX,
         .help = "end after N batches; 0: after all epochs"},
        option_batch(&s->batch, "images a step"),
        {.kind = OPTION_NUMBER,
         .name = "eval-every",
         .argument = "N",
         .value = &s->options.evaluate_every,
         .maximum = UINT32_MAX,
         .help = "steps from one evaluation to the next; 0: an epoch"},
        {.kind = OPTION_NUMBER,
         .name = "eval-images",
         .argument = "N",
         .value = &s->options.evaluation_count,
         .maximum = NOTCH_DATASET_COUNT_MAX,
         .help = "evaluate on the first N test images; 0: on all"},

        {.kind = OPTION_HEADING, .help = "The update"},
        {.kind = OPTION_CHOICE,
         .name = "update",
         .argument = "NAME",
         .value = &s->update,
         .choices = train_updates,
         .help = "how a gradient changes weights; fewer than 8 bits have bold unless given; sgd: "
                 "floats, for comparison"},
        {.kind = OPTION_NUMBER,
         .name = "bits",
         .argument = "B",
         .value = &s->bits,
         .minimum = 1,
         .maximum = 16,
         .help =
             "of a weight: 1, 2, 4, 8 or 16; unless given zim-mode paper on engine float has 16, "
             "and update bold 1"},
        {.kind = OPTION_FIXED,
         .name = "trials",
         .argument = "RHO0[:RHO1]",
         .value = s->trials,
         .list_count = &s->trials_count,
         .list_capacity = TRAIN_TRIALS_MAX,
         .separator = ':',
         .maximum = NUMBER_MAX,
         .help = "trials per parameter at the start and at the end: the size of a step; unless "
                 "given 0.1:0.001 for 4 bits, and for fewer 0.03:0.001 (bold) or 0.01:0.0001"},
        {.kind = OPTION_CHOICE,
         .name = "trials-schedule",
         .argument = "NAME",
         .value = &s->trials_schedule,
         .choices = schedules,
         .help = "on which way"},
        {.kind = OPTION_CHOICE,
         .name = "zim-mode",
         .argument = "NAME",
         .value = &s->mode,
         .choices = train_modes,
         .help = "what the size of a gradient means; unless given engine float and update bold "
                 "have unbiased"},
        {.kind = OPTION_CHOICE,
         .name = "scope",
         .argument = "NAME",
         .value = &s->scope,
         .choices = train_scopes,
         .help = "which tensors share their trials"},
        option_sampler(&s->sampler,
                       "zim: how to draw; zim-mode paper has multinomial unless given"),
        {.kind = OPTION_CHOICE,
         .name = "inflation",
         .argument = "NAME",
         .value = &s->inflation,
         .choices = option_inflations,
         .help = "zim: what the null category takes"},
        {.kind = OPTION_FIXED,
         .name = "smoothing",
         .argument = "C",
         .value = &s->smoothing,
         .maximum = NUMBER_MAX,
         .help = "added to every magnitude of a gradient"},
        {.kind = OPTION_NUMBER,
         .name = "calibration-steps",
         .argument = "N",
         .value = &s->calibration_steps,
         .minimum = 1,
         .maximum = UINT32_MAX,
         .help = "zim-mode unbiased: how many steps set the scale"},
        {.kind = OPTION_FIXED,
         .name = "learning-rate",
         .argument = "R",
         .value = &s->options.learning_rate,
         .maximum = NUMBER_MAX,
         .help = "sgd"},
        {.kind = OPTION_CHOICE,
         .name = "learning-rate-schedule",
         .argument = "NAME",
         .value = &s->learning_rate_schedule,
         .choices = schedules,
         .help = "sgd: on which way to 0"},
        {.kind = OPTION_FIXED,
         .name = "momentum",
         .argument = "M",
         .value = &s->options.momentum,
         .maximum = NOTCH_TRIALS_ONE,
         .help = "sgd"},
        {.kind = OPTION_CHOICE,
         .name = "initialisation",
         .argument = "NAME",
         .value = &s->initialisation,
         .choices = initialisations,
         .help = "of floating-point weights; resnet18 has he unless given"},
        option_seed(&s->options.seed, "of all random numbers"),

        {.kind = OPTION_HEADING, .help = "The machine"},
        {.kind = OPTION_CHOICE,
         .name = "engine",
         .argument = "NAME",
         .value = &s->engine,
         .choices = train_engines,
         .help = "what computes gradients; update sgd, zim-mode paper and 16 bits have float "
                 "unless given"},
        {.kind = OPTION_NUMBER,
         .name = "sharpness",
         .argument = "N",
         .value = &s->sharpness,
         .maximum = SHARPNESS_MAX,
         .help = "engine int: logits are multiplied by 2^N"},
        option_workers(&s->threads),
        option_isa(&s->isa, "instruction set"),
        {.kind = OPTION_SIZE,
         .name = "max-ram",
         .argument = "BYTES",
         .value = &s->max_ram,
         .maximum = UINT64_C(1) << 50,
         .help = "do not begin what needs more memory; 0: begin anyway"},

        {.kind = OPTION_HEADING, .help = "What to keep"},
        {.kind = OPTION_TEXT,
         .name = "out",
         .argument = "DIR",
         .text = &s->out,
         .unsaved = true,
         .help = "the folder of the run: configuration, metrics, last and best model"},
        {.kind = OPTION_FLAG,
         .name = "overwrite",
         .flag = &s->overwrite,
         .unsaved = true,
         .help = "replace the run that is in that folder"},
        {.kind = OPTION_TEXT,
         .name = "resume",
         .argument = "DIR",
         .text = &s->resume,
         .unsaved = true,
         .help = "go on with the run in this folder, with its configuration"},
        {.kind = OPTION_TEXT,
         .name = "config",
         .argument = "FILE",
         .text = &s->config.path,
         .help = "take options from this file, such as a run's config.ini"},
        {.kind = OPTION_NUMBER,
         .name = "hash-every",
         .argument = "K",
         .value = &s->hash_every,
         .maximum = UINT32_MAX,
         .help = "tell the hash of all weights after every K steps, in the metrics; 0: never"},
        {.kind = OPTION_TEXT,
         .name = "expect",
         .argument = "HASH|FILE",
         .text = &s->expect,
         .unsaved = true,
         .help = "fail unless the last weights have this hash, or at the first step whose weights "
                 "differ from those that a run's metrics.jsonl tells of"},
        {.kind = OPTION_FLAG,
         .name = "quiet",
         .flag = &s->quiet,
         .unsaved = true,
         .help = "print the summary only"},
    };
    const size_t count = sizeof all / sizeof all[0];
    _Static_assert(sizeof all / sizeof all[0] <= OPTIONS_MAX, "the table is too long");
    memcpy(entries, all, sizeof all);
    for (size_t k = 0; k < count; k++) {
        entries[k].given = &s->given[k];
    }
    return count;
}

/* ---- defaults that depend on others ---------------------------------------------------------- */

static bool is_given(const option_table *table, const uint64_t *value)
{
    for (size_t k = 0; k < table->entry_count; k++) {
        if (table->entries[k].value == value) {
            return table->entries[k].given != NULL && *table->entries[k].given;
        }
    }
    return false;
}

static void settle_defaults(train_settings *s, const option_table *table)
{
    const bool paper = s->mode == (uint64_t)NOTCH_MODE_PAPER && s->update != UPDATE_SGD;
    if ((s->update == UPDATE_SGD || paper || s->bits > INT_BITS_MAX) &&
        !is_given(table, &s->engine)) {
        s->engine = NOTCH_ENGINE_FLOAT;
    }
    if (s->bits < INT_BITS_MAX && !is_given(table, &s->update)) {
        s->update = NOTCH_RULE_BOLD;
    }
    if (paper && !is_given(table, &s->sampler)) {
        s->sampler = NOTCH_SAMPLER_MULTINOMIAL;
    }
    if (paper && s->engine == NOTCH_ENGINE_FLOAT && !is_given(table, &s->bits)) {
        s->bits = BITS_PAPER;
    }
    if (s->update == NOTCH_RULE_BOLD && !is_given(table, &s->bits)) {
        s->bits = 1;
    }
    const notch_train_options fitting = notch_train_options_for(
        (notch_engine_type)s->engine, (notch_rule)s->update, (uint32_t)s->bits);
    if (!is_given(table, &s->mode)) {
        s->mode = (uint64_t)fitting.update.mode;
    }
    if (!is_given(table, s->trials)) {
        s->trials[0] = fitting.trials_start;
        s->trials[1] = fitting.trials_end;
    }
    if (strcmp(s->model, "resnet18") == 0 && !is_given(table, &s->initialisation)) {
        s->initialisation = NOTCH_INITIALISATION_HE;
    }
    if (s->trials_count == 1) {
        s->trials[1] = s->trials[0];
    }
}

/* value * 2^-32 */
static notch_scaled scaled(uint64_t value)
{
    return (notch_scaled){value, value == 0 ? 0 : -32};
}

static void make_options(train_settings *s)
{
    notch_train_options *o = &s->options;
    o->engine = (notch_engine_type)s->engine;
    o->threads = (uint32_t)s->threads;
    o->isa = (notch_isa)s->isa;
    o->sharpness = (uint32_t)s->sharpness;
    o->batch = (uint32_t)s->batch;
    o->shift = s->augment == AUGMENT_SHIFT ? (uint32_t)s->shift : 0;
    o->sgd = s->update == UPDATE_SGD;
    o->initialisation = (notch_initialisation)s->initialisation;
    o->update.rule = o->sgd ? NOTCH_RULE_ZIM : (notch_rule)s->update;
    o->update.mode = (notch_mode)s->mode;
    o->update.scope = (notch_scope)s->scope;
    o->update.sampler = (notch_sampler)s->sampler;
    o->update.inflation = (notch_inflation)s->inflation;
    o->update.smoothing = scaled(s->smoothing);
    o->update.calibration_steps = (uint32_t)s->calibration_steps;
    o->bits = (uint32_t)s->bits;
    o->trials_start = s->trials[0];
    o->trials_end = s->trials[1];
    o->trials_schedule = (notch_schedule_kind)s->trials_schedule;
    o->learning_rate_schedule = (notch_schedule_kind)s->learning_rate_schedule;
}

void train_settings_settle(train_settings *s, const option_table *table)
{
    settle_defaults(s, table);
    make_options(s);
}

/* ---- going on with a run --------------------------------------------------------------------- */

bool train_option_is_aside(const char *name)
{
    static const char *const names[] = {"resume",  "data-dir",   "threads", "isa",
                                        "max-ram", "hash-every", "expect",  "quiet"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (strcmp(names[k], name) == 0) {
            return true;
        }
    }
    return false;
}

static int check_resume(const option_table *table)
{
    for (size_t k = 0; k < table->entry_count; k++) {
        const option_entry *entry = &table->entries[k];
        if (entry->kind != OPTION_HEADING && *entry->given && !train_option_is_aside(entry->name)) {
            return options_refuse(TRAIN_COMMAND,
                                  "--%s cannot be given with --resume, which goes on as the run "
                                  "was begun",
                                  entry->name);
        }
    }
    return OPTIONS_GO_ON;
}

/* FOLDER/name in path[0 .. capacity). */
static notch_status join_path(const char *folder, const char *name, char *path, size_t capacity,
                              notch_error *error)
{
    if ((size_t)snprintf(path, capacity, "%s/%s", folder, name) >= capacity) {
        (void)snprintf(error->message, sizeof error->message, "%.100s...: the name is too long",
                       folder);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return NOTCH_OK;
}

/* The run's last state, and where its configuration is. */
static notch_status read_run(train_settings *s, notch_error *error)
{
    char path[TRAIN_PATH];
    notch_status status =
        join_path(s->resume, NOTCH_RUN_CONFIG, s->config_path, sizeof s->config_path, error);
    if (status == NOTCH_OK) {
        status = join_path(s->resume, NOTCH_RUN_LAST, path, sizeof path, error);
    }
    s->config.path = s->config_path;
    return status == NOTCH_OK ? notch_checkpoint_read(path, &s->checkpoint, error) : status;
}

/* The options of the command line are taken again, after those of the run. */
static int go_on(train_settings *s, const option_table *table, int argc, char **argv)
{
    notch_error error = {NOTCH_OK, ""};
    char **operands;
    const char *folder = s->resume;
    int code = check_resume(table);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    if (read_run(s, &error) != NOTCH_OK) {
        return command_fail(TRAIN_COMMAND, &error);
    }
    train_settings_default(s);
    s->data_dir = s->expect = NULL;
    s->quiet = false;
    s->hash_every = s->max_ram = 0;
    code = options_parse(table, argc, argv, &operands);
    s->out = NULL;
    s->overwrite = false;
    s->resume = folder;
    return code;
}

/* ---- parsing --------------------------------------------------------------------------------- */

static int check_combination(const train_settings *s)
{
    if (s->overwrite && s->out == NULL) {
        return options_refuse(TRAIN_COMMAND, "--overwrite needs --out DIR");
    }
    return OPTIONS_GO_ON;
}

static int parse(train_settings *s, const option_table *table, int argc, char **argv)
{
    notch_error error = {NOTCH_OK, ""};
    char **operands;
    int code = options_parse(table, argc, argv, &operands);
    if (code == OPTIONS_GO_ON && s->resume != NULL) {
        code = go_on(s, table, argc, argv);
    }
    if (code == OPTIONS_GO_ON) {
        code = check_combination(s);
    }
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    train_settings_settle(s, table);
    return config_format(table, &s->text, &error) == NOTCH_OK ? OPTIONS_GO_ON
                                                              : command_fail(TRAIN_COMMAND, &error);
}

size_t train_settings_table(train_settings *settings, option_entry entries[OPTIONS_MAX])
{
    *settings = (train_settings){.config = {.section = "train"}};
    train_settings_default(settings);
    return describe(settings, entries);
}

int train_settings_parse(int argc, char **argv, train_settings *settings)
{
    option_entry entries[OPTIONS_MAX];
    const size_t entry_count = train_settings_table(settings, entries);
    const option_table table = {
        .command = TRAIN_COMMAND,
        .purpose = TRAIN_PURPOSE,
        .notes =
            "Examples:\n"
            "  notch train\n"
            "  notch train --model mlp --data mnist --out runs/mlp\n"
            "  notch train --resume runs/mlp\n"
            "  notch train --update sgd --learning-rate 0.01 --momentum 0.9\n\n"
            "Ctrl-C saves the run and ends it with exit code 130; docs/training.md tells more.",
        .entries = entries,
        .entry_count = entry_count,
        .config = &settings->config};
    return parse(settings, &table, argc, argv);
}

void train_settings_free(train_settings *settings)
{
    free(settings->config.content);
    free(settings->text);
    notch_checkpoint_destroy(settings->checkpoint);
}
