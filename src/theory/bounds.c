/* bounds.c - the constants of A2 and A3, and the bound of Proposition 4.
 * SPDX-License-Identifier: MIT
 *
 * Formulas and proofs: docs/theory.md, sections 2, 5, 6 and 7.8.
 */
#include <math.h>
#include <notch/theory.h>

#include "base/message.h"
#include "theory/law.h"

#define PARAMETERS_MAX (UINT64_C(1) << 31)

static notch_status check(const notch_theory_update *update, const notch_theory_facts *facts,
                          notch_error *error)
{
    if (update->rule != NOTCH_RULE_ZIM && update->rule != NOTCH_RULE_SR &&
        update->rule != NOTCH_RULE_BOLD) {
        const char *name = notch_rule_name(update->rule);
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "bounds: rule %s has none, expected zim, sr or bold",
                          name == NULL ? "number beyond the last" : name);
    }
    if (update->rule == NOTCH_RULE_ZIM && notch_sampler_name(update->sampler) == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "bounds: unknown sampler");
    }
    const struct {
        const char *what;
        bool fine;
    } conditions[] = {
        {"the number of trials is not from 1 to 2^40",
         update->trials >= 1 && update->trials <= NOTCH_TRIALS_MAX},
        {"the scale is not a number above 0",
         notch_law_is_amount(update->scale) && update->scale > 0},
        {"the number of parameters is not from 1 to 2^31",
         facts->parameters >= 1 && facts->parameters <= PARAMETERS_MAX},
        {"the smoothness is not a number above 0",
         notch_law_is_amount(facts->smoothness) && facts->smoothness > 0},
        {"the variance is not a number of at least 0", notch_law_is_amount(facts->variance)},
        {"the gain of the variance is not a number of at least 0",
         notch_law_is_amount(facts->variance_gain)},
        {"the gap is not a number of at least 0", notch_law_is_amount(facts->gap)},
    };
    for (size_t k = 0; k < sizeof conditions / sizeof conditions[0]; k++) {
        if (!conditions[k].fine) {
            return notch_fail(error, NOTCH_ERROR_RANGE, "bounds: %s", conditions[k].what);
        }
    }
    return NOTCH_OK;
}

/* An upper bound on the sum of the variances of counts with n trials over d categories. */
static double scatter(const notch_theory_update *update, double n, double d)
{
    const double share = update->rule == NOTCH_RULE_SR                 ? 0.25
                         : update->sampler == NOTCH_SAMPLER_SYSTEMATIC ? 0.25
                         : update->sampler == NOTCH_SAMPLER_STRATIFIED ? 0.5
                                                                       : 1;
    return fmin(n, d * share);
}

notch_status notch_theory_constants_of(const notch_theory_update *update,
                                       const notch_theory_facts *facts,
                                       notch_theory_constants *constants, notch_error *error)
{
    if (update == NULL || facts == NULL || constants == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "bounds: an argument is missing");
    }
    const notch_status status = check(update, facts, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const double n = (double)update->trials, z = update->scale, d = (double)facts->parameters;
    if (update->rule == NOTCH_RULE_BOLD) {
        *constants = (notch_theory_constants){2 * n / z, 4 * d, 0, true};
        return NOTCH_OK;
    }
    const double independent = n * (n - 1) / z / z, all = n * n / z / z;
    *constants = (notch_theory_constants){n / z, n + independent * facts->variance,
                                          independent * facts->variance_gain, false};
    const double other = scatter(update, n, d) + all * facts->variance;
    const bool multinomial =
        update->rule == NOTCH_RULE_ZIM && update->sampler == NOTCH_SAMPLER_MULTINOMIAL;
    if (!multinomial && other < constants->second_moment) {
        constants->second_moment = other;
        constants->second_moment_gain = all * facts->variance_gain;
    }
    return NOTCH_OK;
}

double notch_theory_largest_rate(const notch_theory_constants *constants,
                                 const notch_theory_facts *facts)
{
    const double bent = facts->smoothness * constants->second_moment_gain;
    return bent > 0 ? constants->direction / bent : (double)INFINITY;
}

double notch_theory_floor(const notch_theory_constants *constants, const notch_theory_facts *facts,
                          double rate)
{
    return rate * facts->smoothness * constants->second_moment / constants->direction;
}

double notch_theory_start(const notch_theory_constants *constants, const notch_theory_facts *facts,
                          double rate, uint64_t steps)
{
    return 2 * facts->gap / ((double)steps * constants->direction * rate);
}
