/* report.h - training runs on a page.
 * SPDX-License-Identifier: MIT
 *
 * The page is the file cli/report/page.html, in the program since it was built, with all that there
 * is to show as one JSON object: what report_json.c writes and report/page.js reads.
 */
#ifndef NOTCH_CLI_REPORT_H
#define NOTCH_CLI_REPORT_H

#include <notch/checkpoint.h>

#include "model_engine.h"

#define REPORT_COMMAND "notch report"
#define REPORT_PAGE "index.html"

enum {
    REPORT_RUNS_MAX = 256,
    REPORT_MISTAKES = 24, /* shown, the worst ones */
    REPORT_SENTENCE = sizeof((notch_error *)0)->message
};

/* An image of the test data that was not recognised. */
typedef struct report_mistake {
    uint64_t image;
    uint8_t label;
    uint32_t taken_for;
    float probability, of_label; /* of the class that it was taken for, and of its label */
} report_mistake;

/* What the last model of a run makes of its test data. */
typedef struct report_evaluation {
    char problem[REPORT_SENTENCE]; /* why there is none; or "" */
    notch_dataset *test;
    uint64_t count; /* of the first images */
    notch_batch_result sum;
    uint64_t *confusion; /* [label][class] */
    report_mistake mistakes[REPORT_MISTAKES];
    size_t mistake_count;
} report_evaluation;

typedef struct report_run {
    const char *folder;
    char *metrics;     /* the evaluations of metrics.jsonl, as a JSON list */
    char *environment; /* environment.json; NULL: there is none */
    char *config;      /* config.ini as a JSON list of [section, key, value]; NULL: none */
    char *data, *folder_of_data;  /* `data` and `data-dir` of the configuration; or NULL */
    notch_checkpoint *checkpoint; /* last.notch; NULL: there is none */
    report_evaluation evaluation;
} report_run;

typedef struct report_request {
    const char *out, *data_dir;
    uint64_t count; /* images to evaluate; 0: all */
    model_running running;
    bool overwrite, quiet;
} report_request;

/* report_run.c: reads the folder of a run. Errors: INPUT, MEMORY; the sentence names the file. The
 * run is to be freed in any case. */
notch_status report_run_read(const char *folder, report_run *run, notch_error *error);
void report_run_free(report_run *run);

/* report_evaluate.c: runs the run's model on its test data. That this cannot be done is no error
 * but told in evaluation.problem. Errors: MEMORY. */
notch_status report_evaluate(report_run *run, const report_request *request, notch_error *error);

/* report_json.c: all that the page shows. */
void report_write_json(FILE *file, const report_run *runs, size_t count);

/* report_page.c: the page. NULL: no memory. */
bool report_write_page(FILE *file, const report_run *runs, size_t count);

#endif
