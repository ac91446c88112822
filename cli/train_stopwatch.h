/* train_stopwatch.h - how long a training run spends on what.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_TRAIN_STOPWATCH_H
#define NOTCH_CLI_TRAIN_STOPWATCH_H

#include <notch/model.h>

typedef struct train_stopwatch {
    notch_observer observer; /* for notch_train_options */
    double seconds[NOTCH_PASSES + 1];
    double since;
    notch_pass pass; /* NOTCH_PASSES: between steps */
} train_stopwatch;

/* Begins to count, between steps. */
void train_stopwatch_start(train_stopwatch *stopwatch);

/* The seconds since in each pass, and between steps: evaluations, saving. */
void train_stopwatch_read(train_stopwatch *stopwatch, double seconds[NOTCH_PASSES + 1]);

#endif
