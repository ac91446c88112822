/* experiment_arguments.c - what `notch train` is called with for a run, and whether it can be.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "config.h"
#include "experiment.h"
#include "train_options.h"

/* ---- arguments ------------------------------------------------------------------------------- */

static void put(experiment_arguments *to, char *text)
{
    to->argv[to->argc++] = text;
    to->argv[to->argc] = NULL;
}

/* A text that stays as it is. */
static void put_word(experiment_arguments *to, const char *text)
{
    put(to, (char *)(uintptr_t)text);
}

static bool has_key(const experiment_condition *condition, const char *key)
{
    for (size_t k = 0; k < condition->key_count; k++) {
        if (strcmp(condition->keys[k].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static void put_options(const experiment_run *run, bool aside, experiment_arguments *to)
{
    for (size_t k = 0; k < run->condition->key_count; k++) {
        const experiment_key *key = &run->condition->keys[k];
        if (!aside || train_option_is_aside(key->key)) {
            (void)snprintf(to->options[k], sizeof to->options[k], "--%s", key->key);
            (void)snprintf(to->values[k], sizeof to->values[k], "%s", key->value);
            put(to, to->options[k]);
            put(to, to->values[k]);
        }
    }
    if (!has_key(run->condition, "threads")) {
        put_word(to, "--threads");
        put_word(to, "1");
    }
    put_word(to, "--quiet");
}

void experiment_arguments_of(const experiment_run *run, bool resume, experiment_arguments *to)
{
    to->argc = 0;
    (void)snprintf(to->folder, sizeof to->folder, "%s", run->folder);
    put_word(to, "train");
    put_options(run, resume, to);
    if (resume) {
        put_word(to, "--resume");
        put(to, to->folder);
        return;
    }
    (void)snprintf(to->seed, sizeof to->seed, "%" PRIu64, run->seed);
    put_word(to, "--seed");
    put(to, to->seed);
    put_word(to, "--out");
    put(to, to->folder);
    put_word(to, "--overwrite"); /* what a run left behind that was killed before it could save */
}

/* ---- folders that are there ------------------------------------------------------------------ */

static bool exists(const char *folder, const char *name)
{
    char path[EXPERIMENT_PATH];
    struct stat facts;
    return experiment_path(folder, name, path) && stat(path, &facts) == 0;
}

/* The next line of *text that changes what a run computes, and its length; NULL at the end. */
static const char *next_key(const char **text, size_t *length)
{
    while (**text != '\0') {
        const char *line = *text;
        *length = strcspn(line, "\n");
        *text += *length + (line[*length] == '\n');
        char key[48] = "";
        (void)sscanf(line, "%47[a-z-] =", key);
        if (key[0] != '\0' && !train_option_is_aside(key)) {
            return line;
        }
    }
    return NULL;
}

/* Compares two configurations; NULL if they are the same, else what differs. */
static const char *difference(const char *had, const char *wanted, char text[256])
{
    for (;;) {
        size_t had_length = 0, wanted_length = 0;
        const char *one = next_key(&had, &had_length), *two = next_key(&wanted, &wanted_length);
        if (one == NULL && two == NULL) {
            return NULL;
        }
        if (one == NULL || two == NULL || had_length != wanted_length ||
            memcmp(one, two, had_length) != 0) {
            (void)snprintf(text, 256, "was begun with '%.*s', the experiment wants '%.*s'",
                           one == NULL ? 0 : (int)(had_length < 90 ? had_length : 90),
                           one == NULL ? "" : one,
                           two == NULL ? 0 : (int)(wanted_length < 90 ? wanted_length : 90),
                           two == NULL ? "" : two);
            return text;
        }
    }
}

static notch_status check_folder(experiment_run *run, const char *wanted, notch_error *error)
{
    char path[EXPERIMENT_PATH], *had = NULL, problem[256];
    size_t length = 0;
    const bool finished = exists(run->folder, EXPERIMENT_MARK);
    if (!exists(run->folder, NOTCH_RUN_CONFIG) ||
        (!finished && !exists(run->folder, NOTCH_RUN_LAST))) {
        return NOTCH_OK; /* it begins anew; of a finished one, models may have been deleted */
    }
    (void)experiment_path(run->folder, NOTCH_RUN_CONFIG, path);
    const notch_status status = config_load(path, &had, &length, error);
    if (status == NOTCH_OK) {
        had[length] = '\0'; /* there is room: CONFIG_BYTES_MAX + 1 */
        const char *differs = difference(had, wanted, problem);
        if (differs != NULL) {
            (void)snprintf(error->message, sizeof error->message,
                           "%.70s: %.140s; give another --out", run->folder, differs);
            free(had);
            return error->status = NOTCH_ERROR_INPUT;
        }
    }
    free(had);
    run->state = finished ? EXPERIMENT_FINISHED : EXPERIMENT_WAITS;
    return status;
}

/* Whether the options can be together, on whatever network. */
static notch_status check_options(const train_settings *settings, notch_error *error)
{
    static notch_model model; /* too large for a small stack */
    const notch_shape input = {1, 28, 28};
    notch_memory_plan plan;
    notch_status status = notch_model_preset(&model, "linear", input, 10, error);
    if (status == NOTCH_OK) {
        status = notch_train_memory_plan(&model, &settings->options, 0, &plan, error);
    }
    return status;
}

static int check_run(experiment_run *run)
{
    static train_settings settings; /* too large for a small stack */
    experiment_arguments arguments;
    notch_error error = {NOTCH_OK, ""};
    experiment_arguments_of(run, false, &arguments);
    int code = train_settings_parse(arguments.argc, arguments.argv, &settings);
    if (code == OPTIONS_GO_ON) {
        notch_status status = check_options(&settings, &error);
        if (status == NOTCH_ERROR_ARGUMENT || status == NOTCH_ERROR_RANGE) {
            const notch_error cause = error;
            (void)snprintf(error.message, sizeof error.message, "[%.60s]: %.160s",
                           run->condition->name, cause.message);
            error.status = NOTCH_ERROR_INPUT;
        } else if (status == NOTCH_OK) {
            status = check_folder(run, settings.text, &error);
        }
        code = status == NOTCH_OK ? EXIT_DONE : command_fail(EXPERIMENT_COMMAND, &error);
    } else {
        code = EXIT_INPUT;
    }
    train_settings_free(&settings);
    return code;
}

int experiment_check(experiment *e)
{
    int code = EXIT_DONE;
    for (size_t k = 0; code == EXIT_DONE && k < e->run_count; k++) {
        code = check_run(&e->runs[k]);
    }
    return code;
}
