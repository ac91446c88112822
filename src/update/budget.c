/* budget.c - the trials, the scale and the null mass of a group: modes, scopes and calibration.
 * SPDX-License-Identifier: MIT
 */
#include "update/budget.h"

#include "base/message.h"
#include "base/scaled.h"

notch_update_options notch_update_options_default(void)
{
    return (notch_update_options){.rule = NOTCH_RULE_ZIM,
                                  .mode = NOTCH_MODE_UNBIASED,
                                  .scope = NOTCH_SCOPE_LAYER,
                                  .sampler = NOTCH_SAMPLER_STRATIFIED,
                                  .inflation = NOTCH_INFLATION_TRIAL,
                                  .calibration_steps = 200};
}

static bool is_one(notch_scaled x)
{
    const notch_scaled reduced = notch_scaled_reduced(x);
    return reduced.mantissa == 1 && reduced.exponent == 0;
}

static notch_status check_paper(const notch_update_options *options, notch_error *error)
{
    const char *refused = NULL;
    if (options->rule == NOTCH_RULE_ZIM && options->sampler != NOTCH_SAMPLER_MULTINOMIAL) {
        refused = "the sampler has to be multinomial";
    } else if (options->smoothing.mantissa != 0 && !is_one(options->smoothing)) {
        refused = "the smoothing has to be 1, or left at 0";
    } else if (options->scale.mantissa != 0) {
        refused = "there is no scale to give";
    }
    return refused == NULL ? NOTCH_OK
                           : notch_fail(error, NOTCH_ERROR_ARGUMENT, "mode paper: %s", refused);
}

static bool out_of_range(notch_scaled x)
{
    return x.mantissa != 0 && (x.exponent < -1000 || x.exponent > 1000);
}

notch_status notch_update_options_check(const notch_update_options *options, notch_error *error)
{
    if (options == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update: the options are missing");
    }
    const char *unknown = notch_rule_name(options->rule) == NULL             ? "rule"
                          : notch_mode_name(options->mode) == NULL           ? "mode"
                          : notch_scope_name(options->scope) == NULL         ? "scope"
                          : notch_sampler_name(options->sampler) == NULL     ? "sampler"
                          : notch_inflation_name(options->inflation) == NULL ? "inflation"
                                                                             : NULL;
    if (unknown != NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update: unknown %s", unknown);
    }
    if ((options->rule == NOTCH_RULE_USER) != (options->user_rule != NULL)) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update: rule %s with %s user function",
                          notch_rule_name(options->rule), options->user_rule != NULL ? "a" : "no");
    }
    if (out_of_range(options->smoothing) || out_of_range(options->scale)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "update: the %s has an exponent outside -1000 to 1000",
                          out_of_range(options->smoothing) ? "smoothing" : "scale");
    }
    if (options->mode == NOTCH_MODE_PAPER) {
        return check_paper(options, error);
    }
    if (options->mode == NOTCH_MODE_UNBIASED && options->scale.mantissa == 0 &&
        options->calibration_steps == 0) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "mode unbiased: neither a scale nor steps to calibrate it");
    }
    return NOTCH_OK;
}

notch_scaled notch_smoothing_of(const notch_update_options *options)
{
    return options->mode == NOTCH_MODE_PAPER ? (notch_scaled){1, 0} : options->smoothing;
}

/* Whether (root + 1/2)^dimensions <= count, that is (2 root + 1)^dimensions <= 2^dimensions
 * count. */
static bool at_most(uint64_t root, uint32_t dimensions, uint64_t count)
{
    const notch_u128 bound = notch_shift_left128((notch_u128){0, count}, dimensions);
    notch_u128 power = {0, 1};
    for (uint32_t i = 0; i < dimensions; i++) {
        if (power.high != 0) {
            return false; /* above 2^64, where bound <= 2^(31 + 8) */
        }
        power = notch_mul64(power.low, 2 * root + 1);
    }
    return power.high == 0 && power.low <= bound.low;
}

uint64_t notch_rounded_root(uint64_t count, uint32_t dimensions)
{
    if (dimensions <= 1) {
        return count;
    }
    uint64_t low = 0, high = count; /* the root is in [low, high] */
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (at_most(middle, dimensions, count)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

notch_status notch_budget_trials(const notch_update_options *options, const notch_parameter *first,
                                 uint64_t parameters, uint64_t trials_per_parameter,
                                 uint64_t *trials, notch_error *error)
{
    if (options->mode != NOTCH_MODE_PAPER) {
        return notch_schedule_trials(trials_per_parameter, parameters, trials, error);
    }
    *trials = options->scope == NOTCH_SCOPE_GLOBAL ? parameters
              : first->trials != 0                 ? first->trials
                                   : notch_rounded_root(parameters, first->dimensions);
    if (*trials > NOTCH_TRIALS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "%u trials, expected at most 2^40", *trials);
    }
    return NOTCH_OK;
}

notch_scaled notch_budget_scale(const notch_update_options *options,
                                const notch_calibration *calibration)
{
    if (options->mode != NOTCH_MODE_UNBIASED) {
        return (notch_scaled){0, 0};
    }
    return options->scale.mantissa != 0 ? options->scale : calibration->scale;
}

notch_calibration notch_calibration_after(const notch_update_options *options,
                                          const notch_calibration *calibration, notch_scaled l1,
                                          notch_scaled scale, bool exceeded)
{
    notch_calibration after = *calibration;
    if (options->mode != NOTCH_MODE_UNBIASED) {
        return after;
    }
    after.exceeded += exceeded;
    if (scale.mantissa == 0 && l1.mantissa != 0) {
        after.sum = notch_scaled_add(after.sum, l1);
        after.steps++;
        if (after.steps >= options->calibration_steps) {
            after.scale = notch_scaled_divide(after.sum, after.steps);
        }
    }
    return after;
}
