/* train_stopwatch.c - how long a training run spends on what.
 * SPDX-License-Identifier: MIT
 */
#include "train_stopwatch.h"

#include <string.h>

#include "train_display.h"

/* The time until now belongs to what was announced before. */
static void begins(void *self, notch_pass pass, uint32_t layer)
{
    train_stopwatch *stopwatch = self;
    const double now = train_clock();
    (void)layer;
    stopwatch->seconds[stopwatch->pass] += now - stopwatch->since;
    stopwatch->since = now;
    stopwatch->pass = pass;
}

void train_stopwatch_start(train_stopwatch *stopwatch)
{
    *stopwatch = (train_stopwatch){
        .observer = {stopwatch, begins}, .since = train_clock(), .pass = NOTCH_PASSES};
}

void train_stopwatch_read(train_stopwatch *stopwatch, double seconds[NOTCH_PASSES + 1])
{
    begins(stopwatch, stopwatch->pass, 0);
    memcpy(seconds, stopwatch->seconds, sizeof stopwatch->seconds);
}
