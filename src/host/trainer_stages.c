/* trainer_stages.c - how long the trainer spends on what.
 * SPDX-License-Identifier: MIT
 */
#include "host/trainer.h"

const char *notch_train_stage_name(notch_train_stage stage)
{
    static const char *const names[] = {"prepare", "gradient", "update", "evaluate"};
    return (unsigned)stage < NOTCH_TRAIN_STAGES ? names[stage] : NULL;
}

void notch_trainer_set_clock(notch_trainer *trainer, double (*clock)(void))
{
    trainer->clock = clock;
}

void notch_trainer_begin_stage(notch_trainer *t)
{
    if (t->clock != NULL) {
        t->began = t->clock();
    }
}

void notch_trainer_end_stage(notch_trainer *t, notch_train_stage stage)
{
    if (t->clock != NULL) {
        const double now = t->clock();
        t->seconds[stage] += now - t->began;
        t->began = now;
    }
}
