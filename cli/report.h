/* report.h - what the parts of `notch report` share.
 * SPDX-License-Identifier: MIT
 *
 * A page is page.html with its parts put in. One part is JSON, which page.js draws:
 *
 *     {"program": "notch 0.1.0",
 *      "runs": [{"folder": "runs/a",
 *                "config": [["model", "cnn"], ...] or null, "config_problem": a sentence or null,
 *                "environment": the run's environment.json or null,
 *                "model": {"name", "parameters", "engine", "bits": 0 for floats, "classes",
 *                          "step", "bytes"} or null,
 *                "test": {"data", "count", "correct", "loss", "confusion": [label][class],
 *                         "channels", "height", "width", "maximum",
 *                         "mistakes": [{"image", "label", "class", "probability",
 *                                       "label_probability", "pixels": base64}, ...]} or null,
 *                "test_problem": a sentence or null,
 *                "evaluations": [lines of metrics.jsonl, but for some "layers"]}, ...]}
 */
#ifndef NOTCH_CLI_REPORT_H
#define NOTCH_CLI_REPORT_H

#include <notch/train.h>

#include <stdio.h>

#define REPORT_COMMAND "notch report"

enum {
    REPORT_RUNS_MAX = 64,
    REPORT_LAYERS_KEPT = 100, /* evaluations of a run whose "layers" are in the page */
    REPORT_MISTAKES = 24,
    REPORT_SIDE_MAX = 64 /* pixels of a picture's side; larger ones are thinned out */
};

typedef struct report_request {
    const char *out, *data_dir;
    uint64_t threads, isa;
    bool overwrite;
} report_request;

/* Writes the JSON object of one run. What a page can do without becomes a sentence in it. Errors:
 * INPUT (no metrics.jsonl, or not what it should hold), MEMORY. */
notch_status report_put_run(FILE *file, const report_request *request, const char *folder,
                            notch_error *error);

/* Writes the members "model", "test" and "test_problem" of a run, from its last.notch and its data
 * set. data: the data set's name, NULL if it is not known; data_dir: as for data_search_find. */
void report_put_model(FILE *file, const report_request *request, const char *folder,
                      const char *data, const char *data_dir);

/* Writes bytes as text of base64 (RFC 4648) in quotes. */
void report_put_base64(FILE *file, const uint8_t *bytes, size_t count);

/* Writes DIR/index.html, complete or not at all, and the folder if it is not there. json: what the
 * page shows. Errors: INPUT, MEMORY, UNSUPPORTED (a build without pages). */
notch_status report_write_page(const char *folder, const char *json, size_t size,
                               notch_error *error);

#endif
