/* train_display.h - what a training run shows while it goes on, and at its end.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_TRAIN_DISPLAY_H
#define NOTCH_CLI_TRAIN_DISPLAY_H

#include <notch/train.h>

#include "train_options.h"

/* Seconds on a clock that only goes forward. */
double train_clock(void);

typedef struct train_display {
    bool lines;            /* one for each evaluation; off: the summary only */
    bool bar;              /* standard output is a terminal: a line that changes */
    bool blocks;           /* it shows block characters */
    bool shown;            /* there is a bar on the terminal now */
    double start, drawn;   /* when the run began, and when the bar was drawn last */
    double loss, accuracy; /* of the last batches, weighted with their age; below 0: none yet */
    uint64_t steps_start;  /* done before the display began */
    bool headed;           /* the table of evaluations has its head */
    bool warned[NOTCH_LAYERS_MAX];
    double best_accuracy; /* of the evaluations seen; below 0: none */
    uint64_t best_step;
    notch_train_evaluation last; /* of the evaluations seen */
} train_display;

/* Begins to count the time. steps: done before. */
void train_display_begin(train_display *display, const train_settings *settings, uint64_t steps);

/* What will be trained, in a few lines. */
void train_display_introduce(const train_display *display, const train_settings *settings,
                             const notch_model *model, const notch_dataset *train,
                             const notch_dataset *test, const notch_memory_plan *plan);

/* After each step and each batch of an evaluation. */
void train_display_progress(train_display *display, const notch_train_progress *progress);

/* After an evaluation: a line, and a warning on standard error about each layer without gradient,
 * once. */
void train_display_evaluation(train_display *display, const train_settings *settings,
                              const notch_model *model, const notch_train_progress *progress,
                              const notch_train_evaluation *evaluation);

/* After --hash-every steps, where no file keeps it. */
void train_display_hash(train_display *display, uint64_t step, const char *hash);

/* Takes the bar off the terminal. */
void train_display_clear(train_display *display);

/* The last lines. images: trained on since the display began. */
void train_display_summarise(train_display *display, const notch_checkpoint *checkpoint,
                             const notch_memory_plan *plan, const notch_train_progress *progress);

/* A digest of 32 bytes as 64 hexadecimal digits. */
enum {
    TRAIN_HEX = 65
};
void train_hex(const uint8_t digest[32], char text[TRAIN_HEX]);

#endif
