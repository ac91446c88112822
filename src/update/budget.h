/* budget.h - the trials, the scale and the null mass of a group: modes, scopes and calibration.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_BUDGET_H
#define NOTCH_UPDATE_BUDGET_H

#include <notch/core.h>

/* ARGUMENT or RANGE with a sentence about the first option that cannot be. */
notch_status notch_update_options_check(const notch_update_options *options, notch_error *error);

/* c of the masses |g| + c: the option's, and 1 for mode `paper`. */
notch_scaled notch_smoothing_of(const notch_update_options *options);

/* round(count^(1/dimensions)), dimensions 1 to 8. */
uint64_t notch_rounded_root(uint64_t count, uint32_t dimensions);

/* n of a group of `parameters` weights; `first` is its first tensor. RANGE above 2^40. */
notch_status notch_budget_trials(const notch_update_options *options, const notch_parameter *first,
                                 uint64_t parameters, uint64_t trials_per_parameter,
                                 uint64_t *trials, notch_error *error);

/* The Z that mode `unbiased` holds to in this step, or 0 while there is none (other modes, and
 * before calibration has ended). */
notch_scaled notch_budget_scale(const notch_update_options *options,
                                const notch_calibration *calibration);

/* What the calibration is after a step whose l1 norm was `l1` and whose Z was `scale`. */
notch_calibration notch_calibration_after(const notch_update_options *options,
                                          const notch_calibration *calibration, notch_scaled l1,
                                          notch_scaled scale, bool exceeded);

#endif
