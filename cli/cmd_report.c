/* cmd_report.c - `notch report`: runs on a page that needs nothing but itself.
 * SPDX-License-Identifier: MIT
 *
 * All runs are read before anything is written.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "common_options.h"
#include "files.h"
#include "options.h"
#include "report.h"

typedef struct report {
    const report_request *request;
    report_run *runs;
    size_t count;
    char *path; /* of the page */
} report;

static bool write_page(FILE *file, const void *self)
{
    const report *r = self;
    return report_write_page(file, r->runs, r->count);
}

/* Whether the page may be written, as far as that can be told before. */
static notch_status check_out(const report *r, notch_error *error)
{
    if (access(r->path, F_OK) == 0 && !r->request->overwrite) {
        (void)snprintf(error->message, sizeof error->message,
                       "%.140s: is there already; --overwrite replaces it", r->path);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return NOTCH_OK;
}

static notch_status read_runs(report *r, char **folders, notch_error *error)
{
    notch_status status = NOTCH_OK;
    for (size_t k = 0; folders[k] != NULL && status == NOTCH_OK; k++) {
        r->count = k + 1;
        status = report_run_read(folders[k], &r->runs[k], error);
    }
    return status;
}

static notch_status evaluate_runs(report *r, notch_error *error)
{
    notch_status status = NOTCH_OK;
    for (size_t k = 0; k < r->count && status == NOTCH_OK; k++) {
        status = report_evaluate(&r->runs[k], r->request, error);
        if (r->runs[k].evaluation.problem[0] != '\0' && !r->request->quiet) {
            (void)fprintf(stderr, "%s: %s: no confusion matrix and no mistakes: %s\n",
                          REPORT_COMMAND, r->runs[k].folder, r->runs[k].evaluation.problem);
        }
    }
    return status;
}

static int make(report *r, char **folders)
{
    notch_error error = {NOTCH_OK, ""};
    notch_status status = check_out(r, &error);
    if (status == NOTCH_OK) {
        status = read_runs(r, folders, &error);
    }
    if (status == NOTCH_OK) {
        status = evaluate_runs(r, &error);
    }
    if (status == NOTCH_OK) {
        status = folder_make(r->request->out, &error);
    }
    if (status == NOTCH_OK) {
        status = file_replace(r->path, write_page, r, &error);
    }
    if (status != NOTCH_OK) {
        return command_fail(REPORT_COMMAND, &error);
    }
    if (!r->request->quiet) {
        printf("%s: %zu run%s\n", r->path, r->count, r->count == 1 ? "" : "s");
    }
    return EXIT_DONE;
}

static int make_report(const report_request *request, char **folders)
{
    size_t count = 0;
    while (folders[count] != NULL) {
        count++;
    }
    if (count > REPORT_RUNS_MAX) {
        return options_refuse(REPORT_COMMAND, "%zu runs, expected at most %d", count,
                              REPORT_RUNS_MAX);
    }
    report r = {.request = request,
                .runs = calloc(count, sizeof *r.runs),
                .path = file_path(request->out, REPORT_PAGE)};
    notch_error error = {NOTCH_ERROR_MEMORY, "no memory for the runs"};
    const int code =
        r.runs == NULL || r.path == NULL ? command_fail(REPORT_COMMAND, &error) : make(&r, folders);
    for (size_t k = 0; k < r.count; k++) {
        report_run_free(&r.runs[k]);
    }
    free(r.runs);
    free(r.path);
    return code;
}

int cmd_report(int argc, char **argv)
{
    report_request request = {.running = {.batch = 64}};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "out",
         .letter = 'o',
         .argument = "DIR",
         .text = &request.out,
         .help = "the folder in which the page becomes " REPORT_PAGE "; needed"},
        {.kind = OPTION_FLAG,
         .name = "overwrite",
         .flag = &request.overwrite,
         .help = "replace a page that is there"},
        option_data_dir(&request.data_dir),
        {.kind = OPTION_NUMBER,
         .name = "count",
         .argument = "N",
         .value = &request.count,
         .default_text = "all",
         .minimum = 1,
         .maximum = NOTCH_DATASET_COUNT_MAX,
         .help = "test images for the confusion matrix and the mistakes: the first N only"},
        option_threads(&request.running.threads),
        option_isa(&request.running.isa, "instruction set of the int engine"),
        {.kind = OPTION_FLAG,
         .name = "quiet",
         .flag = &request.quiet,
         .help = "print nothing but errors"},
    };
    const option_table table = {
        .command = REPORT_COMMAND,
        .purpose = REPORT_PURPOSE,
        .operands = "RUN...",
        .description =
            "Each RUN is a folder as 'notch train --out' makes it. The page needs no network: a\n"
            "browser shows it from the file. Its confusion matrix and its worst mistakes come "
            "from\n"
            "running last.notch on the test data of the run.",
        .notes = "Examples:\n"
                 "  notch report runs/mlp -o report\n"
                 "  notch report results/figure1/* -o report --overwrite\n\n"
                 "docs/report.md tells what is on the page.",
        .entries = entries,
        .entry_count = sizeof entries / sizeof entries[0],
        .operand_count = 1,
        .operand_many = true};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    if (request.out == NULL) {
        return options_refuse(REPORT_COMMAND, "--out is missing, expected the folder of the page");
    }
    return make_report(&request, operands);
}
