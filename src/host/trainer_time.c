/* trainer_time.c - what the time of a run is spent on.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "host/trainer.h"

const char *notch_train_stage_name(notch_train_stage stage)
{
    static const char *const names[NOTCH_TRAIN_STAGES] = {"batch", "gradient", "update",
                                                          "evaluation"};
    return (unsigned)stage < NOTCH_TRAIN_STAGES ? names[stage] : NULL;
}

double notch_trainer_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void notch_trainer_time(notch_trainer *t, notch_train_stage stage, double *mark)
{
    const double now = notch_trainer_clock();
    t->stage_seconds[stage] += now - *mark;
    *mark = now;
}
