/* run_evaluations.c - the evaluations that a run has left behind.
 * SPDX-License-Identifier: MIT
 */
#include <notch/train.h>

#include <stdlib.h>

#include "base/message.h"
#include "host/run.h"
#include "host/run_lines.h"

typedef struct collection {
    notch_run_evaluation *evaluations;
    size_t count, room;
    const char *name;
} collection;

static notch_status take(void *self, const notch_run_line *line, size_t end, notch_error *error)
{
    collection *c = self;
    (void)end;
    if (line->has_chain) {
        return NOTCH_OK; /* a hash */
    }
    if (c->count == c->room) {
        const size_t room = c->room == 0 ? 64 : 2 * c->room;
        notch_run_evaluation *larger = realloc(c->evaluations, room * sizeof *larger);
        if (larger == NULL) {
            return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory for its evaluations",
                              c->name);
        }
        c->evaluations = larger;
        c->room = room;
    }
    if (!notch_run_parse_evaluation(line->text, line->length, &c->evaluations[c->count])) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: what it tells of step %u is no evaluation of a training run",
                          c->name, line->step);
    }
    c->count++;
    return NOTCH_OK;
}

static notch_status read_file(collection *c, notch_error *error)
{
    char *text = NULL;
    size_t length = 0;
    notch_status status = notch_run_read_metrics(c->name, &text, &length, error);
    if (status == NOTCH_OK) {
        status = notch_run_parse(text, length, c->name, take, c, error);
    }
    free(text);
    return status;
}

notch_status notch_run_read_evaluations(const char *path, notch_run_evaluation **evaluations,
                                        size_t *count, notch_error *error)
{
    if (path == NULL || evaluations == NULL || count == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s missing",
                          path == NULL ? "path is" : "results are");
    }
    char *file = notch_run_metrics_path(path);
    if (file == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
    }
    collection c = {.name = file};
    const notch_status status = read_file(&c, error);
    free(file);
    if (status != NOTCH_OK) {
        free(c.evaluations);
        return status;
    }
    *evaluations = c.evaluations;
    *count = c.count;
    return NOTCH_OK;
}
