/* run_lines.h - the lines of metrics.jsonl, out and in.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_RUN_LINES_H
#define NOTCH_HOST_RUN_LINES_H

#include <notch/train.h>

enum {
    NOTCH_RUN_LINE_MAX = 65536 /* bytes of a line, without its end */
};

/* A line, with its end; to be freed. NULL: no memory. */
char *notch_run_format_evaluation(const notch_checkpoint *checkpoint,
                                  const notch_train_evaluation *evaluation,
                                  const notch_run_cost *cost);
char *notch_run_format_hash(uint64_t step, const uint8_t digest[32], const uint8_t chain[32]);

/* What is read of a line. */
typedef struct notch_run_line {
    uint64_t step;
    bool has_digest, has_chain;
    uint8_t digest[32], chain[32];
    const char *text; /* the line itself, [length] */
    size_t length;
} notch_run_line;

/* line[0 .. length), without its end. False if it is not as this library writes them. */
bool notch_run_parse_line(const char *line, size_t length, notch_run_line *parsed);

/* What an evaluation's line tells. False for lines of another kind, or with a number that is
 * none. */
bool notch_run_parse_evaluation(const char *line, size_t length, notch_run_evaluation *parsed);

/* The lines of text[0 .. length): calls take(self, line, end) for each one that is complete, where
 * text[end] is what follows it; a last one without end is left out. `name` is that of the file in
 * messages. Errors: INPUT (a line that is not as this library writes them, or a step below the one
 * before: the sentence has its number), and what `take` returns. */
typedef notch_status notch_run_take(void *self, const notch_run_line *line, size_t end,
                                    notch_error *error);
notch_status notch_run_parse(const char *text, size_t length, const char *name,
                             notch_run_take *take, void *self, notch_error *error);

/* The content of a metrics.jsonl, to be freed. Errors: INPUT, MEMORY. */
notch_status notch_run_read_metrics(const char *path, char **text, size_t *length,
                                    notch_error *error);

#endif
