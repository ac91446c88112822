/* trainer_sgd.c - stochastic gradient descent in 32-bit floats: the baseline.
 * SPDX-License-Identifier: MIT
 */
#include "host/trainer_sgd.h"

#include <stdatomic.h>

#define TASK UINT64_C(32768) /* elements: 128 KiB of each array */

typedef struct sgd {
    float *weights, *velocity;
    const float *gradient;
    uint64_t count;
    float rate, momentum;
    _Atomic uint64_t moved;
} sgd;

static uint32_t step_plain(float *restrict weights, const float *restrict gradient, uint32_t count,
                           float rate)
{
    uint32_t moved = 0;
    for (uint32_t i = 0; i < count; i++) {
        const float before = weights[i], change = rate * gradient[i];
        weights[i] = before - change;
        moved += weights[i] != before;
    }
    return moved;
}

static uint32_t step_with_momentum(float *restrict weights, float *restrict velocity,
                                   const float *restrict gradient, uint32_t count, float rate,
                                   float momentum)
{
    uint32_t moved = 0;
    for (uint32_t i = 0; i < count; i++) {
        const float before = weights[i], kept = momentum * velocity[i];
        velocity[i] = kept + gradient[i];
        const float change = rate * velocity[i];
        weights[i] = before - change;
        moved += weights[i] != before;
    }
    return moved;
}

static void run_task(void *argument, uint64_t item, uint32_t worker)
{
    sgd *s = argument;
    const uint64_t first = item * TASK;
    const uint32_t count = (uint32_t)(s->count - first < TASK ? s->count - first : TASK);
    (void)worker;
    const uint32_t moved =
        s->velocity == NULL ? step_plain(s->weights + first, s->gradient + first, count, s->rate)
                            : step_with_momentum(s->weights + first, s->velocity + first,
                                                 s->gradient + first, count, s->rate, s->momentum);
    atomic_fetch_add_explicit(&s->moved, moved, memory_order_relaxed);
}

uint64_t notch_sgd_step(float *weights, float *velocity, const float *gradient, uint64_t count,
                        float rate, float momentum, const notch_executor *executor)
{
    sgd s = {.weights = weights,
             .velocity = velocity,
             .gradient = gradient,
             .count = count,
             .rate = rate,
             .momentum = momentum};
    const uint64_t tasks = (count + TASK - 1) / TASK;
    if (executor == NULL || tasks == 1) {
        for (uint64_t item = 0; item < tasks; item++) {
            run_task(&s, item, 0);
        }
    } else {
        executor->run(executor->self, run_task, &s, tasks);
    }
    return atomic_load(&s.moved);
}
