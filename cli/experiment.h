/* experiment.h - a grid of training runs, described in an INI file.
 * SPDX-License-Identifier: MIT
 *
 * A condition is a set of options of `notch train`; each condition has a run for each of its seeds.
 * docs/experiment-files.md has the grammar. All texts live as long as the experiment.
 */
#ifndef NOTCH_CLI_EXPERIMENT_H
#define NOTCH_CLI_EXPERIMENT_H

#include <notch/train.h>

#include <stdio.h>

#define EXPERIMENT_COMMAND "notch experiment"

enum {
    EXPERIMENT_KEYS = 48,        /* options of a condition */
    EXPERIMENT_VALUE = 200,      /* bytes of a value: a line is shorter */
    EXPERIMENT_NAME = 128,       /* bytes of a condition's name */
    EXPERIMENT_PATH = 1024,      /* bytes of a run's folder */
    EXPERIMENT_CONDITIONS = 256, /* of a file */
    EXPERIMENT_SEEDS = 256,      /* of a condition */
    EXPERIMENT_RUNS = 4096
};

typedef struct experiment_key {
    const char *key, *value; /* an option of `notch train` without dashes */
    unsigned line;
} experiment_key;

typedef struct experiment_condition {
    char name[EXPERIMENT_NAME];
    experiment_key keys[EXPERIMENT_KEYS];
    size_t key_count;
    uint64_t seeds[EXPERIMENT_SEEDS];
    size_t seed_count;
} experiment_condition;

typedef enum experiment_state {
    EXPERIMENT_WAITS = 0,
    EXPERIMENT_RUNS_NOW,
    EXPERIMENT_FINISHED,
    EXPERIMENT_STOPPED, /* saved, to be gone on with */
    EXPERIMENT_FAILED
} experiment_state;

typedef struct experiment_run {
    const experiment_condition *condition;
    uint64_t seed;
    char folder[EXPERIMENT_PATH];
    experiment_state state;
    long process;
} experiment_run;

typedef struct experiment {
    const char *file, *folder;
    experiment_condition *conditions;
    size_t condition_count;
    experiment_run *runs; /* condition by condition, by seeds */
    size_t run_count;
    char *texts; /* what keys and values point into */
} experiment;

/* experiment_file.c: reads the file and expands its grids. Returns EXIT_DONE, or the exit code
 * after one sentence on standard error. Either way to be freed with experiment_free. */
int experiment_read(const char *file, const char *folder, experiment *made);
void experiment_free(experiment *e);

/* experiment_arguments.c: what `notch train` is called with for a run. The texts of argv are copies
 * in *arguments: taking options cuts lists. */
typedef struct experiment_arguments {
    char options[EXPERIMENT_KEYS][40], values[EXPERIMENT_KEYS][EXPERIMENT_VALUE];
    char folder[EXPERIMENT_PATH];
    char seed[24];
    char *argv[2 * EXPERIMENT_KEYS + 16];
    int argc;
} experiment_arguments;
void experiment_arguments_of(const experiment_run *run, bool resume, experiment_arguments *to);

/* Whether all runs can be begun, or gone on with: their options are right together, and folders
 * that are there were made with them. Marks those that are finished. Returns as experiment_read. */
int experiment_check(experiment *e);

/* experiment_runs.c: does all runs that are not finished, `jobs` at a time. Returns EXIT_DONE,
 * EXIT_FAILED (some run failed) or EXIT_INTERRUPTED. */
int experiment_run_all(experiment *e, uint64_t jobs, bool quiet);

/* The file in a run's folder that says that the run is finished. */
#define EXPERIMENT_MARK "finished"

/* FOLDER/name; false if it is too long. */
bool experiment_path(const char *folder, const char *name, char path[EXPERIMENT_PATH]);

/* experiment_table.c: the results of finished runs as a table on standard output, and as runs.csv,
 * summary.csv and summary.json in the experiment's folder. Returns as experiment_read. */
int experiment_report(const experiment *e);

#endif
