/* cmd_report.c - `notch report`: one page about training runs.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <notch/notch.h>
#include <stdlib.h>

#include "commands.h"
#include "data_search.h"
#include "json.h"
#include "options.h"
#include "report.h"

static const char description[] =
    "RUN is the folder of a run, as `notch train --out` makes it. DIR/index.html is one\n"
    "file that needs no other one and no network: configuration, learning curves,\n"
    "mistakes on the test images, weights and moves of each layer, time, memory, machine,\n"
    "and the hash of the parameters. Several runs are compared.";

static notch_status put_all(FILE *file, const report_request *request, char **runs,
                            notch_error *error)
{
    notch_status status = NOTCH_OK;
    (void)fputs("{\"program\":\"notch ", file);
    (void)fputs(notch_version(), file);
    (void)fputs("\",\"runs\":[", file);
    for (size_t k = 0; status == NOTCH_OK && runs[k] != NULL; k++) {
        (void)fputs(k == 0 ? "\n" : ",\n", file);
        status = report_put_run(file, request, runs[k], error);
    }
    (void)fputs("\n]}", file);
    return status;
}

static notch_status make(const report_request *request, char **runs, notch_error *error)
{
    char *json = NULL;
    size_t size = 0;
    notch_status status = notch_run_check(request->out, request->overwrite, error);
    if (status != NOTCH_OK) {
        return status;
    }
    FILE *file = open_memstream(&json, &size);
    if (file != NULL) {
        status = put_all(file, request, runs, error);
    }
    if (file == NULL || fclose(file) != 0) {
        (void)snprintf(error->message, sizeof error->message, "no memory for a report");
        status = error->status = NOTCH_ERROR_MEMORY;
    }
    if (status == NOTCH_OK) {
        status = report_write_page(request->out, json, size, error);
    }
    free(json);
    return status;
}

static int report(const report_request *request, char **runs)
{
    notch_error error = {NOTCH_OK, ""};
    size_t count = 0;
    while (runs[count] != NULL) {
        count++;
    }
    if (request->out == NULL) {
        return options_refuse(REPORT_COMMAND, "--out is missing, expected DIR");
    }
    if (count > REPORT_RUNS_MAX) {
        return options_refuse(REPORT_COMMAND, "%zu runs, expected at most %d", count,
                              REPORT_RUNS_MAX);
    }
    if (make(request, runs, &error) != NOTCH_OK) {
        return command_fail(REPORT_COMMAND, &error);
    }
    printf("%s/index.html\n", request->out);
    return EXIT_DONE;
}

int cmd_report(int argc, char **argv)
{
    report_request request = {.out = NULL};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "out",
         .letter = 'o',
         .argument = "DIR",
         .text = &request.out,
         .help = "the folder of the page, index.html"},
        {.kind = OPTION_FLAG,
         .name = "overwrite",
         .flag = &request.overwrite,
         .help = "write into a folder that is not empty; a page in it is replaced"},
        {.kind = OPTION_TEXT,
         .name = "data-dir",
         .argument = "DIR",
         .text = &request.data_dir,
         .help = DATA_DIR_HELP},
        {.kind = OPTION_NUMBER,
         .name = "threads",
         .argument = "N",
         .value = &request.threads,
         .maximum = 1024,
         .help = "threads; 0 stands for one on each processor"},
        {.kind = OPTION_CHOICE,
         .name = "isa",
         .argument = "NAME",
         .value = &request.isa,
         .choices = option_isas,
         .help = "instruction set of the int engine"},
    };
    const option_table table = {.command = REPORT_COMMAND,
                                .purpose = REPORT_PURPOSE,
                                .operands = "RUN...",
                                .operand_count = 1,
                                .operand_many = true,
                                .description = description,
                                .notes = "Examples:\n"
                                         "  notch report runs/mlp -o report\n"
                                         "  notch report runs/* -o report --overwrite",
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    return code == OPTIONS_GO_ON ? report(&request, operands) : code;
}
