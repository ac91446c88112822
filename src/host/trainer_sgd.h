/* trainer_sgd.h - stochastic gradient descent in 32-bit floats: the baseline.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_TRAINER_SGD_H
#define NOTCH_HOST_TRAINER_SGD_H

#include <notch/core.h>

/* v = momentum v + g; w = w - rate v, each rounded to 32-bit floats after every operation, as
 * PyTorch does. velocity: NULL stands for momentum 0. Returns how many weights changed. Tasks of
 * fixed size run on the executor: the result does not depend on it. */
uint64_t notch_sgd_step(float *weights, float *velocity, const float *gradient, uint64_t count,
                        float rate, float momentum, const notch_executor *executor);

#endif
