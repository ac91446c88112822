/* cmd_experiment.c - `notch experiment`: a grid of training runs and a table of their results.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <notch/notch.h>
#include <string.h>

#include "commands.h"
#include "experiment.h"
#include "files.h"
#include "options.h"

typedef struct experiment_request {
    const char *out, *only;
    uint64_t jobs;
    bool dry_run, quiet;
} experiment_request;

/* runs/NAME for a file FOLDER/NAME.ini */
static const char *usual_folder(const char *file, char folder[EXPERIMENT_PATH])
{
    const char *slash = strrchr(file, '/');
    const char *name = slash == NULL ? file : slash + 1;
    const char *dot = strrchr(name, '.');
    const int length = dot == NULL || dot == name ? (int)strlen(name) : (int)(dot - name);
    (void)snprintf(folder, EXPERIMENT_PATH, "runs/%.*s", length, name);
    return folder;
}

static void list(const experiment *e)
{
    static const char *const states[] = {"waits", "runs", "finished", "stopped", "failed"};
    for (size_t k = 0; k < e->run_count; k++) {
        const experiment_run *run = &e->runs[k];
        printf("%-8s  %s:", states[run->state], run->folder);
        for (size_t i = 0; i < run->condition->key_count; i++) {
            printf(" --%s %s", run->condition->keys[i].key, run->condition->keys[i].value);
        }
        printf(" --seed %" PRIu64 "\n", run->seed);
    }
}

/* Leaves out the runs of conditions without `text` in their names. */
static int keep_only(experiment *e, const char *text)
{
    size_t kept = 0;
    for (size_t k = 0; k < e->run_count; k++) {
        if (strstr(e->runs[k].condition->name, text) != NULL) {
            e->runs[kept++] = e->runs[k];
        }
    }
    e->run_count = kept;
    return kept > 0 ? EXIT_DONE
                    : options_refuse(EXPERIMENT_COMMAND,
                                     "--only is '%s', which no condition has in "
                                     "its name",
                                     text);
}

static int run(experiment *e, const experiment_request *request)
{
    int code = request->only == NULL ? EXIT_DONE : keep_only(e, request->only);
    if (code == EXIT_DONE) {
        code = experiment_check(e);
    }
    if (code == EXIT_DONE && request->dry_run) {
        list(e);
        return code;
    }
    if (code == EXIT_DONE) {
        notch_error error = {NOTCH_OK, ""};
        code = folder_make(e->folder, &error) == NOTCH_OK
                   ? EXIT_DONE
                   : command_fail(EXPERIMENT_COMMAND, &error);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    const uint64_t jobs = request->jobs == 0 ? notch_threads_usable() : request->jobs;
    code = experiment_run_all(e, jobs, request->quiet);
    const int reported = experiment_report(e);
    if (code == EXIT_INTERRUPTED) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "%s: interrupted and saved; the same command goes on\n",
                      EXPERIMENT_COMMAND);
    }
    return code == EXIT_DONE ? reported : code;
}

int cmd_experiment(int argc, char **argv)
{
    static experiment e;
    experiment_request request = {.jobs = 0};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "out",
         .argument = "DIR",
         .text = &request.out,
         .default_text = "runs/NAME of NAME.ini",
         .help = "where the runs and the table go"},
        {.kind = OPTION_NUMBER,
         .name = "jobs",
         .argument = "N",
         .value = &request.jobs,
         .maximum = 1024,
         .help = "runs at a time; 0: one for each processor"},
        {.kind = OPTION_TEXT,
         .name = "only",
         .argument = "TEXT",
         .text = &request.only,
         .help = "only runs of conditions with this in their names"},
        {.kind = OPTION_FLAG,
         .name = "dry-run",
         .flag = &request.dry_run,
         .help = "list the runs and what they are called with, and begin none"},
        {.kind = OPTION_FLAG,
         .name = "quiet",
         .flag = &request.quiet,
         .help = "print the table only"},
    };
    const option_table table = {
        .command = EXPERIMENT_COMMAND,
        .purpose = EXPERIMENT_PURPOSE,
        .operands = "FILE.ini",
        .description = "Each run is a folder as `notch train --out` makes it, with one thread "
                       "unless the file says\n"
                       "otherwise. What is finished is not done again; what was interrupted or "
                       "killed goes on\n"
                       "from its last evaluation. docs/experiment-files.md describes the file.",
        .notes = "Examples:\n"
                 "  notch experiment experiments/bits.ini\n"
                 "  notch experiment experiments/figure1.ini --jobs 4 --out results/figure1\n",
        .entries = entries,
        .entry_count = sizeof entries / sizeof entries[0],
        .operand_count = 1};
    char **operands, folder[EXPERIMENT_PATH];
    int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    const char *out = request.out != NULL ? request.out : usual_folder(operands[0], folder);
    code = experiment_read(operands[0], out, &e);
    if (code == EXIT_DONE) {
        code = run(&e, &request);
    }
    experiment_free(&e);
    return code;
}
