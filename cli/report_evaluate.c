/* report_evaluate.c - what the last model of a run makes of its test data.
 * SPDX-License-Identifier: MIT
 */
#include <notch/train.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data_search.h"
#include "report.h"

typedef struct taking {
    report_evaluation *evaluation;
    uint32_t classes;
} taking;

/* Among the mistakes, which are sorted by the probability of their labels, the first images first.
 * The last one makes room. */
static void add_mistake(report_evaluation *e, const report_mistake *mistake)
{
    size_t place = e->mistake_count;
    while (place > 0 && e->mistakes[place - 1].of_label > mistake->of_label) {
        place--;
    }
    if (place == REPORT_MISTAKES) {
        return;
    }
    const size_t last =
        e->mistake_count < REPORT_MISTAKES ? e->mistake_count++ : REPORT_MISTAKES - 1;
    memmove(&e->mistakes[place + 1], &e->mistakes[place], (last - place) * sizeof e->mistakes[0]);
    e->mistakes[place] = *mistake;
}

static void take_image(void *self, uint64_t image, const float *probabilities)
{
    const taking *t = self;
    report_evaluation *e = t->evaluation;
    const uint8_t label = e->test->labels[image];
    const uint32_t class = model_engine_class(probabilities, t->classes);
    e->confusion[(size_t)label * t->classes + class]++;
    if (class != label) {
        const report_mistake mistake = {image, label, class, probabilities[class],
                                        probabilities[label]};
        add_mistake(e, &mistake);
    }
}

static notch_status open_data(report_run *run, const report_request *request, notch_error *error)
{
    report_evaluation *e = &run->evaluation;
    const char *folder = request->data_dir != NULL ? request->data_dir : run->folder_of_data;
    const notch_model *model = &run->checkpoint->model;
    const notch_shape *shape = &model->layers[0].shape;
    const notch_status status = data_search_find(run->data, folder, NULL, &e->test, error);
    if (status == NOTCH_OK &&
        (e->test->channels != shape->channels || e->test->height != shape->height ||
         e->test->width != shape->width || e->test->classes > run->checkpoint->classes)) {
        (void)snprintf(
            error->message, sizeof error->message,
            "the data set %.40s has images of %" PRIu32 " x %" PRIu32 " x %" PRIu32 " in %" PRIu32
            " classes, the model takes %" PRIu32 " x %" PRIu32 " x %" PRIu32 " in %" PRIu32,
            e->test->name, e->test->channels, e->test->height, e->test->width, e->test->classes,
            shape->channels, shape->height, shape->width, run->checkpoint->classes);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return status;
}

static notch_status evaluate(report_run *run, const report_request *request, notch_error *error)
{
    report_evaluation *e = &run->evaluation;
    const notch_checkpoint *c = run->checkpoint;
    taking t = {e, c->classes};
    notch_engine *engine = NULL;
    notch_status status = open_data(run, request, error);
    if (status == NOTCH_OK) {
        status = model_engine_make(NOTCH_RUN_LAST, c, &request->running, &engine, error);
    }
    if (status == NOTCH_OK) {
        e->confusion = calloc((size_t)c->classes * c->classes, sizeof *e->confusion);
        if (e->confusion == NULL) {
            (void)snprintf(error->message, sizeof error->message, "no memory for the results");
            status = error->status = NOTCH_ERROR_MEMORY;
        }
    }
    if (status == NOTCH_OK) {
        const bool all = request->count == 0 || request->count > e->test->count;
        e->count = all ? e->test->count : request->count;
        const model_task task = {e->count, (uint32_t)request->running.batch, take_image, &t};
        status = model_engine_classify(engine, c, e->test, &task, &e->sum, error);
    }
    notch_engine_destroy(engine);
    return status;
}

notch_status report_evaluate(report_run *run, const report_request *request, notch_error *error)
{
    char *problem = run->evaluation.problem;
    notch_error cause = {NOTCH_OK, ""};
    if (run->checkpoint == NULL) {
        (void)snprintf(problem, sizeof run->evaluation.problem, "The run has no model file %s.",
                       NOTCH_RUN_LAST);
        return NOTCH_OK;
    }
    if (run->data == NULL) {
        (void)snprintf(problem, sizeof run->evaluation.problem,
                       "The run's configuration names no data set.");
        return NOTCH_OK;
    }
    const notch_status status = evaluate(run, request, &cause);
    if (status == NOTCH_ERROR_MEMORY) {
        *error = cause;
        return status;
    }
    if (status != NOTCH_OK) {
        (void)snprintf(problem, sizeof run->evaluation.problem, "%s", cause.message);
    }
    return NOTCH_OK;
}
