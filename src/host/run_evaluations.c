/* run_evaluations.c - the evaluations that a run has left behind.
 * SPDX-License-Identifier: MIT
 */
#include <notch/train.h>

#include <stdlib.h>
#include <sys/stat.h>

#include "base/message.h"
#include "host/run.h"
#include "host/run_lines.h"

typedef struct visit {
    notch_run_take_evaluation *take;
    void *self;
    const char *name; /* of the file */
} visit;

static notch_status take_line(void *self, const notch_run_line *line, size_t end,
                              notch_error *error)
{
    const visit *v = self;
    notch_run_evaluation evaluation;
    (void)end;
    if (line->has_chain) {
        return NOTCH_OK; /* a hash */
    }
    if (!notch_run_parse_evaluation(line->text, line->length, &evaluation)) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: what it tells of step %u is no evaluation of a training run",
                          v->name, line->step);
    }
    return v->take(v->self, &evaluation, line->text, line->length, error);
}

static notch_status read_file(visit *v, notch_error *error)
{
    char *text = NULL;
    size_t length = 0;
    notch_status status = notch_run_read_metrics(v->name, &text, &length, error);
    if (status == NOTCH_OK) {
        status = notch_run_parse(text, length, v->name, take_line, v, error);
    }
    free(text);
    return status;
}

notch_status notch_run_visit_evaluations(const char *path, notch_run_take_evaluation *take,
                                         void *self, notch_error *error)
{
    struct stat facts;
    if (path == NULL || take == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s is missing",
                          path == NULL ? "path" : "function");
    }
    const bool is_folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    char *file = notch_run_path(path, is_folder ? NOTCH_RUN_METRICS : NULL);
    if (file == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
    }
    visit v = {take, self, file};
    const notch_status status = read_file(&v, error);
    free(file);
    return status;
}

/* ---- all of them ----------------------------------------------------------------------------- */

typedef struct collection {
    notch_run_evaluation *evaluations;
    size_t count, room;
} collection;

static notch_status add(void *self, const notch_run_evaluation *evaluation, const char *line,
                        size_t length, notch_error *error)
{
    collection *c = self;
    (void)line, (void)length;
    if (c->count == c->room) {
        const size_t room = c->room == 0 ? 64 : 2 * c->room;
        notch_run_evaluation *larger = realloc(c->evaluations, room * sizeof *larger);
        if (larger == NULL) {
            return notch_fail(error, NOTCH_ERROR_MEMORY, "no memory for a run's evaluations");
        }
        c->evaluations = larger;
        c->room = room;
    }
    c->evaluations[c->count++] = *evaluation;
    return NOTCH_OK;
}

notch_status notch_run_read_evaluations(const char *path, notch_run_evaluation **evaluations,
                                        size_t *count, notch_error *error)
{
    if (path == NULL || evaluations == NULL || count == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s missing",
                          path == NULL ? "path is" : "results are");
    }
    collection c = {.count = 0};
    const notch_status status = notch_run_visit_evaluations(path, add, &c, error);
    if (status != NOTCH_OK) {
        free(c.evaluations);
        return status;
    }
    *evaluations = c.evaluations;
    *count = c.count;
    return NOTCH_OK;
}
