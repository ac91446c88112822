/* schedule.c - trials per parameter over a training run.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "base/wide.h"

#define LARGEST (UINT64_C(1) << 48)

/* sin^2(pi/2 * step / steps) with 62 fraction bits, exact at both ends, to within 2^-50.
 *
 * Taylor series of 1 - cos(x) = x^2/2! - x^4/4! + ... for x = pi * u, u <= 1/2, of which half is
 * sin^2(x/2); the second half of the range follows by symmetry. With z = x^2 <= 2.47 in 60 fraction
 * bits, 14 terms leave z^15 / 30! < 2^-85. */
static uint64_t sine_squared(uint64_t step, uint64_t steps)
{
    const uint64_t one = UINT64_C(1) << 62;
    const bool mirrored = step > steps - step;
    const uint64_t near = mirrored ? steps - step : step;
    uint64_t remainder;
    /* u = near / steps <= 1/2, 62 fraction bits; steps < 2^63 is checked by the caller */
    const uint64_t u = notch_div128(notch_mul64(near, one), steps, &remainder);
    const uint64_t pi_squared = UINT64_C(0x9DE9E64DF22EF2D2); /* 2^60 pi^2 */
    const notch_u128 square = notch_mul64(u, u);              /* Q124 */
    const uint64_t u2 = (square.high << 2) | (square.low >> 62);
    const notch_u128 product = notch_mul64(u2, pi_squared);
    const uint64_t z = (product.high << 2) | (product.low >> 62); /* Q60 */
    /* 1 - cos x = z/2 (1 - z/12 (1 - z/30 (...))), factors 1/((2j-1) 2j) */
    uint64_t value = one;
    for (uint64_t j = 15; j > 1; j--) {
        const notch_u128 scaled = notch_mul64(z, value); /* Q122 */
        value = one - ((scaled.high << 4) | (scaled.low >> 60)) / ((2 * j - 1) * 2 * j);
    }
    const notch_u128 half = notch_mul64(z, value);
    const uint64_t result = ((half.high << 4) | (half.low >> 60)) / 4;
    return mirrored ? one - result : result;
}

notch_status notch_schedule_at(const notch_schedule *schedule, uint64_t step,
                               uint64_t *trials_per_parameter, notch_error *error)
{
    if (schedule == NULL || trials_per_parameter == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "schedule: %s is missing",
                          schedule == NULL ? "the schedule" : "the result");
    }
    if (notch_schedule_name(schedule->kind) == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "schedule: unknown kind");
    }
    const uint64_t start = schedule->start, end = schedule->end, steps = schedule->steps;
    if (start > LARGEST || end > LARGEST) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "schedule: more than 65536 trials a parameter at the %s",
                          start > LARGEST ? "start" : "end");
    }
    if (schedule->kind == NOTCH_SCHEDULE_CONSTANT) {
        *trials_per_parameter = start;
        return NOTCH_OK;
    }
    if (steps == 0 || steps > (UINT64_C(1) << 62)) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "schedule: %u steps, expected 1 to 2^62",
                          steps);
    }
    step = step < steps ? step : steps;
    const uint64_t change = start > end ? start - end : end - start;
    uint64_t done, remainder;
    if (schedule->kind == NOTCH_SCHEDULE_LINEAR) {
        done = notch_div128(notch_mul64(change, step), steps, &remainder);
        /* rounded down from either side */
        done += start > end && remainder != 0;
    } else {
        const notch_u128 part = notch_mul64(change, sine_squared(step, steps));
        done = (part.high << 2) | (part.low >> 62);
    }
    *trials_per_parameter = start > end ? start - done : start + done;
    return NOTCH_OK;
}

notch_status notch_schedule_trials(uint64_t trials_per_parameter, uint64_t parameters,
                                   uint64_t *trials, notch_error *error)
{
    if (trials == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "schedule: the result is missing");
    }
    const notch_u128 product = notch_add128(notch_mul64(trials_per_parameter, parameters),
                                            (notch_u128){0, UINT64_C(1) << 31});
    const notch_u128 rounded = notch_shift_right128(product, 32);
    if (rounded.high != 0 || rounded.low > NOTCH_TRIALS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "%u parameters times the trials a parameter are more than 2^40 trials",
                          parameters);
    }
    *trials = rounded.low;
    return NOTCH_OK;
}
