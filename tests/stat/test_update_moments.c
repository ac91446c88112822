/* test_update_moments.c - mean, variance and covariance of updates against their closed forms.
 * SPDX-License-Identifier: MIT
 *
 * A case is a rule with its mode, sampler and inflation, a gradient and a number of trials. Its
 * step runs `steps` times from weights of zero, under steps 0, 1, ... of a fixed seed, and what the
 * weights became is compared with notch_update_law_*. In units that tell standard deviations:
 *
 *   mean of each u_i: K steps add up K n indicators (trials, strata, roundings) of variance K V_i
 *   in
 *     all, so Bernstein's inequality bounds the sum's deviation with chance 10^-9, however rare the
 *     events are. With vector inflation a summand is a whole count, of which `largest` is a bound
 *     that is passed with a chance below 10^-15.
 *   variance of each u_i: the mean of (u_i - E u_i)^2 has variance (mu_4 - V_i^2) / K. For sums of
 *     independent indicators mu_4 <= 3 V_i^2 + V_i. The sum of so many squares is nearly normal:
 *     7 of its deviations, and 60 / K for what it is skewed by where events are rare (Bernstein's
 *     linear term for squares of a few units).
 *   six fixed combinations sum_i a_i u_i, a_i = -1, 0 or 1: their variance is sum a_i a_j Cov_ij,
 *     which shows covariances. Mean and variance are compared as above, with the fourth moment
 *     measured.
 *   the sum over i of (u_i - E u_i)^2, whose mean is the sum of the V_i, in the same way: over
 *     thousands of coordinates it sees a variance that is off by less than one in a hundred.
 *
 * 7 deviations of a normal have a chance of 3 10^-12, so that all of some 10^5 comparisons pass
 * with a chance of 1 - 10^-4 for a seed drawn afresh; the seeds here are fixed.
 */
#include <notch/notch.h>

#include "steps.h"

enum {
    MOST = 3000,
    COMBINATIONS = 6
};

typedef struct moments_case {
    notch_update_options options;
    const float *gradient;
    uint64_t first, second; /* elements of the tensors; second = 0: one tensor */
    uint32_t dimensions;
    double relative_scale; /* Z over the sum of masses; unbiased only */
    uint64_t trials_per_parameter;
    uint32_t steps;
} moments_case;

/* A quantity of which mean and variance are known and the fourth moment is measured. */
typedef struct measured {
    double mean, variance, sum, squares, fourths;
} measured;

static double gradients[MOST], means[MOST], variances[MOST], sums[MOST], squares[MOST];
static int8_t signs[COMBINATIONS][MOST];

static void note_case(const moments_case *c, const char *what)
{
    NOTE("rule %s, mode %s, scope %s, sampler %s, inflation %s, %d + %d elements, Z %g norms, "
         "%g trials an element%s%s",
         notch_rule_name(c->options.rule), notch_mode_name(c->options.mode),
         notch_scope_name(c->options.scope), notch_sampler_name(c->options.sampler),
         notch_inflation_name(c->options.inflation), (int)c->first, (int)c->second,
         c->relative_scale, (double)c->trials_per_parameter / STEPS_ONE,
         c->options.smoothing.mantissa != 0 ? ", smoothing: " : ": ", what);
}

static double real(notch_scaled x)
{
    return ldexp((double)x.mantissa, x.exponent);
}

static notch_update_law law_of(const moments_case *c, double *scale)
{
    const uint64_t d = c->first + c->second;
    uint64_t trials = 0;
    CHECK_EQUAL_I64(notch_schedule_trials(c->trials_per_parameter, d, &trials, NULL), NOTCH_OK);
    double norm = 0;
    for (uint64_t i = 0; i < d; i++) {
        gradients[i] = (double)c->gradient[i];
        norm += fabs(gradients[i]) + real(c->options.smoothing);
    }
    /* in 2^-20, as the option will have it */
    *scale = c->options.mode == NOTCH_MODE_UNBIASED
                 ? floor(norm * c->relative_scale * 0x1p20) * 0x1p-20
                 : 0;
    return (notch_update_law){.rule = c->options.rule,
                              .mode = c->options.mode,
                              .scope = c->options.scope,
                              .sampler = c->options.sampler,
                              .inflation = c->options.inflation,
                              .gradient = gradients,
                              .parameters = d,
                              .dimensions = c->dimensions,
                              .smoothing = real(c->options.smoothing),
                              .scale = *scale,
                              .trials = trials};
}

/* E (X - E X)^4 at most, for a count of mean and variance as given; with vector inflation X is 0
 * with probability pi and else Y with E (Y - E Y)^4 <= 3 V^2 + V and |E (Y - E Y)^3| <= V. */
static double fourth_moment(double mean, double variance, double pi)
{
    if (pi == 0) {
        return 3 * variance * variance + variance;
    }
    const double y = mean / (1 - pi), shift = fabs(y - mean);
    double v = (variance + mean * mean) / (1 - pi) - y * y;
    v = v < 0 ? 0 : v; /* but for rounding */
    return pi * pow(mean, 4) +
           (1 - pi) * (3 * v * v + v + 6 * v * shift * shift + 4 * v * shift + pow(shift, 4));
}

static void check_measured(const measured *m, double runs)
{
    const double allowed = 7 * sqrt(m->variance / runs) + 60 / runs;
    if (!(fabs(m->sum / runs - m->mean) <= allowed)) {
        TEST_FAIL("the mean is %g, expected %g within %g", m->sum / runs, m->mean, allowed);
    }
    const double found = m->squares / runs;
    const double spread = sqrt(fmax(m->fourths / runs - found * found, 0) / runs);
    if (!(fabs(found - m->variance) <= 7 * spread + 60 / runs)) {
        TEST_FAIL("the variance is %g, expected %g within %g", found, m->variance,
                  7 * spread + 60 / runs);
    }
}

static void add_to(measured *m, double value)
{
    const double deviation = value - m->mean;
    m->sum += value;
    m->squares += deviation * deviation;
    m->fourths += deviation * deviation * deviation * deviation;
}

/* Combinations: halves of the coordinates along the gradient, and random signs. */
static void choose_signs(uint64_t d)
{
    uint64_t state = 5;
    for (uint64_t i = 0; i < d; i++) {
        const int8_t along = (int8_t)((gradients[i] > 0) - (gradients[i] < 0));
        signs[0][i] = i < d / 2 ? along : 0;
        signs[1][i] = i % 2 == 0 ? along : 0;
        signs[2][i] = (int8_t)(i / 7 % 2 == 0 ? along : -along);
        for (int k = 3; k < COMBINATIONS; k++) {
            signs[k][i] = (int8_t)(scramble(&state) % 3) - 1;
        }
    }
}

/* Variance of the combinations, from all covariances. */
static void prepare_combinations(const notch_update_law *law, measured *combinations)
{
    memset(combinations, 0, COMBINATIONS * sizeof combinations[0]);
    choose_signs(law->parameters);
    for (uint64_t i = 0; i < law->parameters; i++) {
        for (int k = 0; k < COMBINATIONS; k++) {
            combinations[k].mean += signs[k][i] * means[i];
        }
        for (uint64_t j = 0; j < law->parameters; j++) {
            double covariance;
            CHECK_EQUAL_I64(notch_update_law_covariance(law, i, j, &covariance, NULL), NOTCH_OK);
            for (int k = 0; k < COMBINATIONS; k++) {
                combinations[k].variance += signs[k][i] * signs[k][j] * covariance;
            }
        }
    }
}

static void check_case(const moments_case *c)
{
    const uint64_t d = c->first + c->second;
    double scale;
    const notch_update_law law = law_of(c, &scale);
    const bool combine = d <= 100; /* all covariances take d^3 operations */
    CHECK_EQUAL_I64(notch_update_law_mean(&law, means, NULL), NOTCH_OK);
    CHECK_EQUAL_I64(notch_update_law_variance(&law, variances, NULL), NOTCH_OK);
    notch_parameter tensors[] = {
        tensor_of("a", 16, NOTCH_GRADIENT_F32, c->gradient, c->first),
        tensor_of("b", 16, NOTCH_GRADIENT_F32, c->gradient + c->first, c->second + !c->second)};
    steps step = {.options = c->options,
                  .parameters = tensors,
                  .parameter_count = c->second != 0 ? 2 : 1,
                  .trials_per_parameter = c->trials_per_parameter,
                  .key = {.seed = 77},
                  .runtime = &(const notch_runtime){NOTCH_ISA_BEST, NULL}};
    tensors[0].dimensions = c->dimensions;
    step.options.scale = (notch_scaled){(uint64_t)(scale * 0x1p20), -20};
    step.workspace = workspace_for(tensors, step.parameter_count);
    /* the probability that all is null */
    const bool inflated = c->options.rule == NOTCH_RULE_ZIM &&
                          c->options.inflation == NOTCH_INFLATION_VECTOR &&
                          c->options.mode == NOTCH_MODE_UNBIASED && c->relative_scale > 1;
    const double pi = inflated ? 1 - 1 / c->relative_scale : 0;

    measured combinations[COMBINATIONS], spread = {0};
    if (combine) {
        prepare_combinations(&law, combinations);
    }
    for (uint64_t i = 0; i < d; i++) {
        spread.mean += variances[i];
        sums[i] = squares[i] = 0;
        /* without smoothing and with Z above the norm the mean is linear in the gradient */
        if (c->options.mode == NOTCH_MODE_UNBIASED && c->relative_scale > 1 &&
            c->options.smoothing.mantissa == 0 && c->options.rule != NOTCH_RULE_SIGN) {
            CHECK(fabs(means[i] - (double)law.trials / scale * gradients[i]) <=
                  1e-12 * fabs(means[i]));
        }
    }
    for (uint32_t k = 0; k < c->steps; k++) {
        step.key.step = k;
        memset(tensors[0].weights, 0, 2 * c->first);
        memset(tensors[1].weights, 0, 2 * c->second);
        const notch_update_report report = run_step(&step);
        CHECK_EQUAL_U64(report.exceeded_groups,
                        c->options.mode == NOTCH_MODE_UNBIASED && c->relative_scale < 1);
        const int16_t *weights[] = {tensors[0].weights, tensors[1].weights};
        double along[COMBINATIONS] = {0}, deviations = 0;
        for (uint64_t i = 0; i < d; i++) {
            const double u = i < c->first ? -weights[0][i] : -weights[1][i - c->first];
            const double deviation = u - means[i];
            sums[i] += u;
            squares[i] += deviation * deviation;
            deviations += deviation * deviation;
            for (int p = 0; combine && u != 0 && p < COMBINATIONS; p++) {
                along[p] += signs[p][i] * u;
            }
        }
        add_to(&spread, deviations);
        for (int p = 0; combine && p < COMBINATIONS; p++) {
            add_to(&combinations[p], along[p]);
        }
    }

    const double runs = c->steps;
    note_case(c, "a coordinate");
    for (uint64_t i = 0; i < d; i++) {
        const double y = fabs(means[i]) / (1 - pi), largest = inflated ? 2 * y + 40 : 1;
        const double far = bernstein(runs * variances[i], largest, 1e-9) / runs;
        const double mean = sums[i] / runs, variance = squares[i] / runs;
        /* masses and positions are off by 2^-31, times less than 2^20 trials */
        if (!(fabs(mean - means[i]) <= (variances[i] < 1e-9 ? 1e-3 : far + 0x1p-11))) {
            TEST_FAIL("element %d: the mean is %g, expected %g within %g", (int)i, mean, means[i],
                      far);
        }
        const double fourth = fourth_moment(fabs(means[i]), variances[i], pi);
        const double close = 7 * sqrt(fmax(fourth - variances[i] * variances[i], 0) / runs) +
                             60 / runs * (1 + variances[i]);
        if (!(fabs(variance - variances[i]) <= close + 0x1p-11)) {
            TEST_FAIL("element %d: the variance is %g, expected %g within %g", (int)i, variance,
                      variances[i], close);
        }
        if (gradients[i] == 0) {
            CHECK(sums[i] == 0 && squares[i] == 0);
        }
    }
    note_case(c, "the sum of squared deviations");
    /* its own variance is not known: measured, as the mean of squares around the known mean */
    spread.variance = spread.squares / runs;
    check_measured(&spread, runs);
    for (int p = 0; combine && p < COMBINATIONS; p++) {
        char what[32];
        (void)snprintf(what, sizeof what, "combination %d", p);
        note_case(c, what);
        check_measured(&combinations[p], runs);
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Cases
 * --------------------------------------------------------------------------------------------- */

/* Magnitudes from 1 to 8, either sign, one in 8 zero. */
static void fill_gradient(float *values, uint64_t count, uint64_t seed)
{
    fill_floats(values, count, 2, seed);
    for (uint64_t i = 0; i < count; i++) {
        values[i] *= 4;
    }
}

static const double relative_scales[] = {1.7, 4, 0.5};

/* Two tensors of 50 elements together, trials below one an element and eight an element. */
static void check_zim(notch_sampler sampler, notch_inflation inflation)
{
    static float gradient[50];
    fill_gradient(gradient, 50, 1);
    for (int c = 0; c < 2 * 5; c++) {
        moments_case m = {.options = options_of(sampler),
                          .gradient = gradient,
                          .first = 20,
                          .second = 30,
                          .dimensions = 1,
                          .trials_per_parameter =
                              c % 2 == 0 ? STEPS_ONE * 3 / 4 : 8 * STEPS_ONE + STEPS_ONE / 5,
                          .steps = 20000};
        m.options.inflation = inflation;
        m.options.scope = NOTCH_SCOPE_GLOBAL;
        if (c / 2 >= 1 && c / 2 <= 3) {
            m.options.mode = NOTCH_MODE_UNBIASED;
            m.relative_scale = relative_scales[c / 2 - 1];
        }
        if (c / 2 >= 3) { /* with the smallest Z, and normalised */
            m.options.smoothing = (notch_scaled){3, -1};
        }
        check_case(&m);
    }
}

TEST(multinomial_with_trial_inflation)
{
    check_zim(NOTCH_SAMPLER_MULTINOMIAL, NOTCH_INFLATION_TRIAL);
}

TEST(multinomial_with_vector_inflation)
{
    check_zim(NOTCH_SAMPLER_MULTINOMIAL, NOTCH_INFLATION_VECTOR);
}

TEST(residual_with_trial_inflation)
{
    check_zim(NOTCH_SAMPLER_RESIDUAL, NOTCH_INFLATION_TRIAL);
}

TEST(residual_with_vector_inflation)
{
    check_zim(NOTCH_SAMPLER_RESIDUAL, NOTCH_INFLATION_VECTOR);
}

TEST(stratified_with_trial_inflation)
{
    check_zim(NOTCH_SAMPLER_STRATIFIED, NOTCH_INFLATION_TRIAL);
}

TEST(stratified_with_vector_inflation)
{
    check_zim(NOTCH_SAMPLER_STRATIFIED, NOTCH_INFLATION_VECTOR);
}

TEST(systematic_with_trial_inflation)
{
    check_zim(NOTCH_SAMPLER_SYSTEMATIC, NOTCH_INFLATION_TRIAL);
}

TEST(systematic_with_vector_inflation)
{
    check_zim(NOTCH_SAMPLER_SYSTEMATIC, NOTCH_INFLATION_VECTOR);
}

/* Independent roundings, with the masses of every mode. */
TEST(sr_and_sign)
{
    static float gradient[50];
    fill_gradient(gradient, 50, 2);
    for (int rule = NOTCH_RULE_SR; rule <= NOTCH_RULE_SIGN; rule++) {
        for (int c = 0; c < 2 * 4; c++) {
            moments_case m = {.options = options_of(NOTCH_SAMPLER_STRATIFIED),
                              .gradient = gradient,
                              .first = 20,
                              .second = 30,
                              .dimensions = 1,
                              .trials_per_parameter =
                                  c % 2 == 0 ? STEPS_ONE * 3 / 4 : 8 * STEPS_ONE + STEPS_ONE / 5,
                              .steps = 20000};
            m.options.rule = (notch_rule)rule;
            m.options.scope = NOTCH_SCOPE_GLOBAL;
            if (c / 2 == 1 || c / 2 == 2) {
                m.options.mode = NOTCH_MODE_UNBIASED;
                m.relative_scale = relative_scales[c / 2 - 1];
            }
            if (c / 2 == 3) {
                m.options.mode = NOTCH_MODE_PAPER;
            }
            check_case(&m);
        }
    }
}

/* The authors' mode: 50 trials for both tensors, or 7 = round(50^(1/2)) for one; gradients next to
 * the smoothing of 1 and far below it. */
TEST(paper)
{
    static float gradient[50];
    for (int c = 0; c < 2 * 3; c++) {
        fill_gradient(gradient, 50, 3);
        for (int i = 0; i < 50; i++) {
            gradient[i] *= c % 2 == 0 ? 1 : 0x1p-20f;
        }
        moments_case m = {.options = options_of(NOTCH_SAMPLER_MULTINOMIAL),
                          .gradient = gradient,
                          .first = c / 2 == 0 ? 20 : 50,
                          .second = c / 2 == 0 ? 30 : 0,
                          .dimensions = c / 2 == 2 ? 2 : 1,
                          .steps = 20000};
        m.options.mode = NOTCH_MODE_PAPER;
        m.options.scope = c / 2 == 0 ? NOTCH_SCOPE_GLOBAL : NOTCH_SCOPE_LAYER;
        check_case(&m);
    }
}

/* 3,000 elements in three blocks of two tensors: trials are spread over blocks first. A trial an
 * element; one for 50, of which few elements are looked at; 40 an element, more strata than a
 * narrow block has. */
TEST(several_blocks)
{
    static float gradient[MOST];
    static const struct {
        uint64_t rate;
        uint32_t steps;
    } rates[] = {{STEPS_ONE, 1500}, {STEPS_ONE / 50, 12000}, {40 * STEPS_ONE, 300}};
    fill_gradient(gradient, MOST, 4);
    for (int c = 0; c < 5 * 3; c++) {
        const int sampler = c % 5;
        moments_case m = {.options = options_of((notch_sampler)(sampler % 4)),
                          .gradient = gradient,
                          .first = 2300,
                          .second = 700,
                          .dimensions = 1,
                          .trials_per_parameter = rates[c / 5].rate,
                          .steps = rates[c / 5].steps};
        m.options.scope = NOTCH_SCOPE_GLOBAL;
        m.options.rule = sampler == 4 ? NOTCH_RULE_SR : NOTCH_RULE_ZIM;
        m.options.mode = NOTCH_MODE_UNBIASED;
        m.relative_scale = 1.25;
        check_case(&m);
    }
}

TEST_MAIN(RUN(multinomial_with_trial_inflation), RUN(multinomial_with_vector_inflation),
          RUN(residual_with_trial_inflation), RUN(residual_with_vector_inflation),
          RUN(stratified_with_trial_inflation), RUN(stratified_with_vector_inflation),
          RUN(systematic_with_trial_inflation), RUN(systematic_with_vector_inflation),
          RUN(sr_and_sign), RUN(paper), RUN(several_blocks))
