/* fuzz_metrics.c - no text makes the reader of metrics.jsonl fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * Lines that are taken end where a line ends, and their steps never fall.
 */
#include <stdlib.h>
#include <string.h>

#include "host/run_lines.h"

typedef struct reading {
    const char *text;
    size_t end;
    uint64_t step;
} reading;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static notch_status take(void *self, const notch_run_line *line, size_t end, notch_error *error)
{
    reading *r = self;
    (void)error;
    require(end > r->end && r->text[end - 1] == '\n' && line->step >= r->step);
    notch_run_evaluation evaluation;
    if (notch_run_parse_evaluation(line->text, line->length, &evaluation)) {
        require(evaluation.step == line->step);
    }
    r->end = end;
    r->step = line->step;
    return NOTCH_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    notch_error error = {.message = ""};
    reading r = {.text = (const char *)data};
    const notch_status status = notch_run_parse((const char *)data, size, "fuzz", take, &r, &error);
    require(status == NOTCH_OK || (status == NOTCH_ERROR_INPUT && error.message[0] != '\0'));
    return 0;
}
