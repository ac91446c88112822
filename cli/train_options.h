/* train_options.h - the options of `notch train`: one table for command line, files and help.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_TRAIN_OPTIONS_H
#define NOTCH_CLI_TRAIN_OPTIONS_H

#include <notch/train.h>

#include "options.h"

#define TRAIN_COMMAND "notch train"

enum {
    TRAIN_TRIALS_MAX = 2, /* RHO0[:RHO1] */
    TRAIN_PATH = 4096
};

/* What a training run is asked to do. Texts point into argv and config.content. */
typedef struct train_settings {
    option_config config;
    const char *model, *data, *data_dir;
    const char *out;    /* NULL: nothing is kept */
    const char *resume; /* the folder of a run to go on with; `out` is NULL then */
    const char *expect; /* a hash, or where to find some; NULL: none */
    bool overwrite, quiet;
    uint64_t hash_every; /* steps; 0: never */
    uint64_t max_ram;    /* bytes; 0: as much as there is */

    notch_train_options options;
    char *text;                   /* the whole configuration, as an INI file */
    notch_checkpoint *checkpoint; /* resume: of the run's last.notch */

    /* As the table knows them, before they become `options`. */
    uint64_t engine, threads, isa, batch, update, mode, sampler, inflation, scope;
    uint64_t trials[TRAIN_TRIALS_MAX], trials_schedule, smoothing, calibration_steps, bits;
    uint64_t learning_rate_schedule, initialisation, sharpness, augment, shift;
    size_t trials_count;
    char config_path[TRAIN_PATH]; /* resume: of the run's config.ini */
    bool given[OPTIONS_MAX];      /* options of the table, by their place */
} train_settings;

/* The options of `notch train` with their defaults in `settings`; returns how many entries. */
size_t train_settings_table(train_settings *settings, option_entry entries[OPTIONS_MAX]);

/* Whether the option changes nothing in what a run computes (with engine float, other threads
 * may). */
bool train_option_is_aside(const char *name);

/* For other commands that train: names of engines, updates (rules, then sgd), modes and scopes; the
 * defaults; and s->options from the values of a table whose entries stand for fields of *s, where
 * what is not given may depend on what is. */
option_choices train_engines, train_updates, train_modes, train_scopes;
void train_settings_default(train_settings *s);
void train_settings_settle(train_settings *s, const option_table *table);

/* Fills the settings from the command line, or from the run that it says to go on with.
 * Returns OPTIONS_GO_ON, or the exit code with which to end: after --help, or after one sentence on
 * standard error. Either way to be freed with train_settings_free. */
int train_settings_parse(int argc, char **argv, train_settings *settings);
void train_settings_free(train_settings *settings);

#endif
