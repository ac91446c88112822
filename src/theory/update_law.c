/* update_law.c - moments of the update rules in closed form: notch_update_law_*.
 * SPDX-License-Identifier: MIT
 *
 * u_i = sign(g_i) X_i, so everything is a moment of counts (law.h): those of the sampler for `zim`;
 * for `sr` and `sign` those of independent roundings, each of which has the mean and variance of a
 * systematic count and no covariance. A coordinate with g_i = 0 keeps its mass, hence its influence
 * on the others, and does not move.
 *
 * A field is checked only where the rule and mode use it. Formulas and proofs: docs/theory.md,
 * sections 4 and 7. No allocation: O(parameters) time each.
 */
#include <math.h>

#include "base/message.h"
#include "theory/law.h"
#include "update/budget.h"

#define PARAMETERS_MAX (UINT64_C(1) << 31)
#define DIMENSIONS_MAX 8u

static int sign_of(double number)
{
    return (number > 0) - (number < 0);
}

static notch_pair with_sign(notch_pair magnitude, int sign)
{
    return sign == 0 ? notch_pair_of(0) : sign < 0 ? notch_pair_negate(magnitude) : magnitude;
}

static notch_status check_rule(const notch_update_law *law, notch_error *error)
{
    switch (law->rule) {
    case NOTCH_RULE_ZIM:
        return notch_law_check_sampler("update law", law->sampler, law->inflation, error);
    case NOTCH_RULE_SR:
    case NOTCH_RULE_SIGN:
        return NOTCH_OK;
    case NOTCH_RULE_BOLD:
    case NOTCH_RULE_USER:
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "update law: rule is %s, expected zim, sr or sign",
                          law->rule == NOTCH_RULE_BOLD ? "bold" : "a user's own");
    }
    return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update law: rule is number %u, which is none",
                      (uint64_t)law->rule);
}

static notch_status check_mode(const notch_update_law *law, notch_error *error)
{
    switch (law->mode) {
    case NOTCH_MODE_UNBIASED:
    case NOTCH_MODE_NORMALISED:
        if (!notch_law_is_amount(law->smoothing)) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "update law: smoothing is not a finite number of at least 0");
        }
        if (law->mode == NOTCH_MODE_UNBIASED && !notch_law_is_amount(law->scale)) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "update law: scale is not a finite number of at least 0");
        }
        return notch_law_check_trials("update law", law->trials, error);
    case NOTCH_MODE_PAPER:
        if ((uint64_t)law->scope > NOTCH_SCOPE_GLOBAL) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "update law: scope is number %u, which is none",
                              (uint64_t)law->scope);
        }
        if (law->scope == NOTCH_SCOPE_LAYER &&
            (law->dimensions == 0 || law->dimensions > DIMENSIONS_MAX)) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "update law: dimensions is %u, expected 1 to 8",
                              (uint64_t)law->dimensions);
        }
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update law: mode is number %u, which is none",
                      (uint64_t)law->mode);
}

static notch_status check(const notch_update_law *law, const void *result, const char *result_name,
                          notch_error *error)
{
    if (law == NULL || result == NULL || law->gradient == NULL) {
        const char *missing = law == NULL ? "the law" : result == NULL ? result_name : "gradient";
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update law: %s is missing", missing);
    }
    if (law->parameters == 0 || law->parameters > PARAMETERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "update law: parameters is %u, expected 1 to 2^31", law->parameters);
    }
    notch_status status = check_rule(law, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status = check_mode(law, error);
    if (status != NOTCH_OK) {
        return status;
    }
    for (uint64_t i = 0; i < law->parameters; i++) {
        if (!isfinite(law->gradient[i])) {
            return notch_fail(error, NOTCH_ERROR_NOT_FINITE,
                              "update law: gradient[%u] is NaN or infinite", i);
        }
    }
    return NOTCH_OK;
}

static uint64_t trials_of(const notch_update_law *law)
{
    if (law->mode != NOTCH_MODE_PAPER) {
        return law->trials;
    }
    return law->scope == NOTCH_SCOPE_GLOBAL ? law->parameters
                                            : notch_rounded_root(law->parameters, law->dimensions);
}

/* The counts |u_i|, but for those that g_i = 0 holds back. */
static notch_moments_source source_of(const notch_update_law *law)
{
    notch_moments_source source = {.sampler = NOTCH_SAMPLER_SYSTEMATIC,
                                   .inflation = NOTCH_INFLATION_TRIAL,
                                   .categories = law->parameters,
                                   .trials = trials_of(law)};
    if (law->rule == NOTCH_RULE_SIGN) {
        source.smoothing = 1; /* every mass 1: lambda_i = n / parameters */
        return source;
    }
    if (law->rule == NOTCH_RULE_ZIM) {
        source.sampler = law->sampler;
        source.inflation = law->inflation;
    }
    source.values = law->gradient;
    source.smoothing = law->mode == NOTCH_MODE_PAPER ? 1 : law->smoothing;
    source.scale = law->mode == NOTCH_MODE_UNBIASED ? law->scale : 0;
    return source;
}

static notch_status prepare(const notch_update_law *law, const void *result,
                            const char *result_name, notch_moments *moments, notch_error *error)
{
    const notch_status status = check(law, result, result_name, error);
    if (status == NOTCH_OK) {
        const notch_moments_source source = source_of(law);
        notch_moments_init(moments, &source);
    }
    return status;
}

notch_status notch_update_law_mean(const notch_update_law *law, double *mean, notch_error *error)
{
    notch_moments moments;
    const notch_status status = prepare(law, mean, "mean", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_category category = {0};
    for (uint64_t i = 0; i < law->parameters; i++) {
        category = notch_moments_next(&moments, &category, i);
        mean[i] = notch_pair_value(
            with_sign(notch_moments_mean(&moments, &category), sign_of(law->gradient[i])));
    }
    return NOTCH_OK;
}

notch_status notch_update_law_variance(const notch_update_law *law, double *variance,
                                       notch_error *error)
{
    notch_moments moments;
    const notch_status status = prepare(law, variance, "variance", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_category category = {0};
    for (uint64_t i = 0; i < law->parameters; i++) {
        category = notch_moments_next(&moments, &category, i);
        variance[i] = law->gradient[i] == 0
                          ? 0
                          : notch_pair_value(notch_moments_variance(&moments, &category));
    }
    return NOTCH_OK;
}

notch_status notch_update_law_covariance(const notch_update_law *law, uint64_t i, uint64_t j,
                                         double *covariance, notch_error *error)
{
    notch_moments moments;
    notch_status status = prepare(law, covariance, "covariance", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status = notch_law_check_pair("update law", i, j, "parameters", law->parameters, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const int sign = sign_of(law->gradient[i]) * sign_of(law->gradient[j]);
    if (sign == 0 || (i != j && law->rule != NOTCH_RULE_ZIM)) {
        *covariance = 0;
        return NOTCH_OK;
    }
    *covariance = notch_pair_value(with_sign(notch_moments_covariance(&moments, i, j), sign));
    return NOTCH_OK;
}

notch_status notch_update_law_second_moment(const notch_update_law *law, double *second_moment,
                                            notch_error *error)
{
    notch_moments moments;
    const notch_status status = prepare(law, second_moment, "second_moment", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_pair sum = notch_pair_of(0);
    notch_category category = {0};
    for (uint64_t i = 0; i < law->parameters; i++) {
        category = notch_moments_next(&moments, &category, i);
        if (law->gradient[i] != 0) {
            sum = notch_pair_add(sum, notch_moments_square(&moments, &category));
        }
    }
    *second_moment = notch_pair_value(sum);
    return NOTCH_OK;
}
