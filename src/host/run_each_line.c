/* run_each_line.c - the lines of metrics.jsonl, one by one.
 * SPDX-License-Identifier: MIT
 */
#include <notch/train.h>

#include <stdlib.h>

#include "base/message.h"
#include "host/run.h"
#include "host/run_lines.h"

typedef struct caller {
    notch_run_line_function *function;
    void *self;
} caller;

static notch_status take(void *self, const notch_run_line *line, size_t end, notch_error *error)
{
    const caller *c = self;
    (void)end;
    return c->function(c->self, line->step, line->text, line->length, error);
}

notch_status notch_run_each_line(const char *path, notch_run_line_function *function, void *self,
                                 notch_error *error)
{
    char *text = NULL;
    size_t length = 0;
    caller c = {function, self};
    if (path == NULL || function == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s is missing",
                          path == NULL ? "path" : "function");
    }
    char *file = notch_run_metrics_path(path);
    if (file == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
    }
    notch_status status = notch_run_read_metrics(file, &text, &length, error);
    if (status == NOTCH_OK) {
        status = notch_run_parse(text, length, file, take, &c, error);
    }
    free(text);
    free(file);
    return status;
}
