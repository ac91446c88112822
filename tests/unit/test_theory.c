/* test_theory.c - constants and bounds, problems, and single chains with known outcomes.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <notch/theory.h>

#include "chance.h"
#include "test.h"

static notch_error error;

static void check_near(double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance * fabs(expected))) {
        TEST_FAIL("%.17g, expected %.17g", found, expected);
    }
}

static void check_ok(notch_status status)
{
    NOTE("%s", status == NOTCH_OK ? "" : error.message);
    CHECK_EQUAL_I64(status, NOTCH_OK);
}

/* ------------------------------------------------------------------------------------------------
 * Bounds
 * --------------------------------------------------------------------------------------------- */

static const notch_theory_facts facts = {
    .parameters = 40, .smoothness = 2, .variance = 3, .variance_gain = 5, .gap = 7};

static notch_theory_constants constants_of(notch_rule rule, notch_sampler sampler, uint64_t trials,
                                           double scale)
{
    const notch_theory_update update = {rule, sampler, trials, scale};
    notch_theory_constants constants;
    check_ok(notch_theory_constants_of(&update, &facts, &constants, &error));
    return constants;
}

static void check_constants(notch_theory_constants c, double mu, double m, double m_g)
{
    check_near(c.direction, mu, 1e-15);
    check_near(c.second_moment, m, 1e-15);
    check_near(c.second_moment_gain, m_g, 1e-15);
}

/* n = 80, Z = 16: n^2 / Z^2 = 25 and n (n - 1) / Z^2 = 24.6875. */
TEST(constants_of_each_update)
{
    check_constants(constants_of(NOTCH_RULE_ZIM, NOTCH_SAMPLER_MULTINOMIAL, 80, 16), 5,
                    80 + 3 * 24.6875, 5 * 24.6875);
    check_constants(constants_of(NOTCH_RULE_ZIM, NOTCH_SAMPLER_RESIDUAL, 80, 16), 5, 40 + 75, 125);
    check_constants(constants_of(NOTCH_RULE_ZIM, NOTCH_SAMPLER_STRATIFIED, 80, 16), 5, 20 + 75,
                    125);
    check_constants(constants_of(NOTCH_RULE_ZIM, NOTCH_SAMPLER_SYSTEMATIC, 80, 16), 5, 10 + 75,
                    125);
    check_constants(constants_of(NOTCH_RULE_SR, NOTCH_SAMPLER_MULTINOMIAL, 80, 16), 5, 10 + 75,
                    125);
    const notch_theory_constants bold =
        constants_of(NOTCH_RULE_BOLD, NOTCH_SAMPLER_MULTINOMIAL, 80, 16);
    check_constants(bold, 10, 160, 0);
    CHECK(bold.assumed);
}

/* Few trials: the multinomial's constants hold for all samplers and are the smaller ones. */
TEST(one_trial_is_the_same_for_all_samplers)
{
    for (int s = 0; s < 4; s++) {
        check_constants(constants_of(NOTCH_RULE_ZIM, (notch_sampler)s, 1, 16), 1.0 / 16, 1, 0);
    }
}

/* A lower-variance sampler never has the larger floor. */
TEST(floors_of_the_samplers_are_in_order)
{
    for (uint64_t n = 1; n <= 4096; n = n * 3 / 2 + 1) {
        double before = (double)INFINITY;
        const double multinomial =
            constants_of(NOTCH_RULE_ZIM, NOTCH_SAMPLER_MULTINOMIAL, n, 30).second_moment;
        for (int s = NOTCH_SAMPLER_RESIDUAL; s <= NOTCH_SAMPLER_SYSTEMATIC; s++) {
            const double m = constants_of(NOTCH_RULE_ZIM, (notch_sampler)s, n, 30).second_moment;
            CHECK(m <= before && m <= multinomial);
            before = m;
        }
        CHECK(n < 50 || before < multinomial);
    }
}

TEST(the_bound)
{
    const notch_theory_constants c = {.direction = 5, .second_moment = 10, .second_moment_gain = 4};
    check_near(notch_theory_largest_rate(&c, &facts), 5.0 / 8, 1e-15);
    check_near(notch_theory_floor(&c, &facts, 0.25), 0.25 * 2 * 10 / 5, 1e-15);
    check_near(notch_theory_start(&c, &facts, 0.25, 100), 2 * 7 / (100 * 5 * 0.25), 1e-15);
    const notch_theory_constants any = {.direction = 5, .second_moment = 10};
    CHECK(isinf(notch_theory_largest_rate(&any, &facts)));
}

static void check_refused(const notch_theory_update *update, const notch_theory_facts *of,
                          notch_status status, const char *sentence)
{
    notch_theory_constants constants;
    CHECK_EQUAL_I64(notch_theory_constants_of(update, of, &constants, &error), status);
    CHECK_STRING(error.message, sentence);
}

TEST(what_has_no_bound)
{
    notch_theory_update update = {NOTCH_RULE_SIGN, NOTCH_SAMPLER_STRATIFIED, 1, 1};
    notch_theory_facts other = facts;
    check_refused(&update, &facts, NOTCH_ERROR_ARGUMENT,
                  "bounds: rule sign has none, expected zim, sr or bold");
    update.rule = NOTCH_RULE_ZIM;
    update.trials = 0;
    check_refused(&update, &facts, NOTCH_ERROR_RANGE,
                  "bounds: the number of trials is not from 1 to 2^40");
    update.trials = 1;
    update.scale = (double)NAN;
    check_refused(&update, &facts, NOTCH_ERROR_RANGE, "bounds: the scale is not a number above 0");
    update.scale = 1;
    other.smoothness = 0;
    check_refused(&update, &other, NOTCH_ERROR_RANGE,
                  "bounds: the smoothness is not a number above 0");
    other = facts;
    other.gap = -1;
    check_refused(&update, &other, NOTCH_ERROR_RANGE,
                  "bounds: the gap is not a number of at least 0");
}

/* ------------------------------------------------------------------------------------------------
 * Problems
 * --------------------------------------------------------------------------------------------- */

enum {
    LARGEST = 64
};

/* Random points near the origin: the gradient is that of the value, and it is L-Lipschitz. */
static void check_problem(const notch_problem *problem)
{
    const notch_theory_facts known = notch_problem_facts(problem, 0.01);
    const uint64_t d = known.parameters;
    uint64_t state = 5;
    CHECK(d <= LARGEST && known.gap >= 0);
    for (int trial = 0; trial < 50; trial++) {
        double x[LARGEST], y[LARGEST], gx[LARGEST], gy[LARGEST], fx, fy;
        double distance = 0, difference = 0, slope = 0;
        const double step = trial % 2 == 0 ? 1e-6 : 0.3;
        for (uint64_t i = 0; i < d; i++) {
            x[i] = ldexp((double)(scramble(&state) >> 11), -52) - 1;
            const double move = step * (ldexp((double)(scramble(&state) >> 11), -52) - 1);
            y[i] = x[i] + move;
        }
        check_ok(notch_problem_evaluate(problem, x, NULL, &fx, gx, NULL, &error));
        check_ok(notch_problem_evaluate(problem, y, NULL, &fy, gy, NULL, &error));
        for (uint64_t i = 0; i < d; i++) {
            distance += (y[i] - x[i]) * (y[i] - x[i]);
            difference += (gy[i] - gx[i]) * (gy[i] - gx[i]);
            slope += (gx[i] + gy[i]) / 2 * (y[i] - x[i]);
        }
        CHECK(sqrt(difference) <= known.smoothness * sqrt(distance) * (1 + 1e-9));
        /* the trapezium rule is off by a third derivative times step^3 */
        if (step < 1e-3) {
            CHECK(fabs(fy - fx - slope) <= 1e-13);
        }
    }
}

static notch_problem *synthetic(notch_synthetic options)
{
    notch_problem *problem = NULL;
    check_ok(notch_problem_create_synthetic(&options, &problem, &error));
    return problem;
}

TEST(synthetic_gradients)
{
    for (int kind = 0; kind < 4; kind++) {
        notch_problem *problem = synthetic((notch_synthetic){.parameters = 37,
                                                             .condition = 20,
                                                             .rotated = kind % 2 != 0,
                                                             .saturating = kind / 2 != 0,
                                                             .noise = 0.5,
                                                             .spacing = 0.25,
                                                             .start = 0.125});
        check_problem(problem);
        notch_problem_destroy(problem);
    }
}

/* What a minibatch adds is +-noise in each coordinate, so that V = d noise^2 exactly. */
TEST(synthetic_noise)
{
    notch_problem *problem =
        synthetic((notch_synthetic){.parameters = 50, .condition = 1, .noise = 0.5});
    double x[50] = {1, 2, 3}, gradient[50];
    float minibatch[50];
    int64_t sum = 0;
    for (uint32_t step = 0; step < 400; step++) {
        const notch_key key = {9, step, 1};
        check_ok(notch_problem_evaluate(problem, x, &key, NULL, gradient, minibatch, &error));
        for (int i = 0; i < 50; i++) {
            const double noise = minibatch[i] - gradient[i];
            CHECK(noise == 0.5 || noise == -0.5);
            sum += noise > 0 ? 1 : -1;
        }
    }
    CHECK(chance_normal((double)sum / sqrt(20000)) > 1e-6);
    check_near(notch_problem_facts(problem, 1).variance, 50 * 0.25, 1e-15);
    check_near(notch_problem_scale(problem), 2 * 50 * 0.5, 1e-15);
    notch_problem_destroy(problem);
}

static notch_problem *logistic(uint64_t images)
{
    static notch_dataset *digits;
    notch_problem *problem = NULL;
    const notch_logistic options = {images, 4, 0.01};
    if (digits == NULL) {
        check_ok(notch_dataset_create_digits(NOTCH_DIGITS_TEST, NULL, &digits, &error));
    }
    check_ok(notch_problem_create_logistic(digits, &options, &problem, &error));
    return problem;
}

/* Over all images the minibatch gradients have mean gF, |g|_1 below the scale, and a mean square
 * within V + |gF|^2. */
TEST(logistic_regression)
{
    notch_problem *problem = logistic(60);
    const notch_theory_facts known = notch_problem_facts(problem, 1e-6);
    double x[50] = {0.5, -1, 2}, gradient[50], mean[50] = {0}, squares = 0, square = 0;
    float minibatch[50];
    bool seen[60] = {false};
    int left = 60;
    CHECK_EQUAL_U64(known.parameters, 50);
    check_problem(problem);
    CHECK(known.gap < 1e-6); /* it starts at the minimiser */
    for (uint32_t step = 0; left > 0; step++) {
        const notch_key key = {3, step, 1};
        const uint64_t image = notch_random_below64(&key, 0, 60);
        if (seen[image]) {
            continue;
        }
        seen[image] = true;
        left--;
        double sum = 0;
        check_ok(notch_problem_evaluate(problem, x, &key, NULL, gradient, minibatch, &error));
        for (int i = 0; i < 50; i++) {
            mean[i] += minibatch[i] / 60.0;
            squares += (double)minibatch[i] * minibatch[i] / 60;
            sum += fabs((double)minibatch[i]);
        }
        CHECK(sum <= notch_problem_scale(problem));
    }
    for (int i = 0; i < 50; i++) {
        CHECK(fabs(mean[i] - gradient[i]) < 1e-6);
        square += gradient[i] * gradient[i];
    }
    CHECK(squares <= known.variance + square);
    notch_problem_destroy(problem);
}

TEST(problems_that_cannot_be)
{
    notch_problem *problem = NULL;
    const notch_synthetic none = {.parameters = 0, .condition = 1};
    CHECK_EQUAL_I64(notch_problem_create_synthetic(&none, &problem, &error), NOTCH_ERROR_RANGE);
    CHECK_STRING(error.message, "problem: 0 parameters, expected 1 to 2^24, a condition of at "
                                "least 1 and noise of at least 0");
    CHECK(problem == NULL);
}

/* ------------------------------------------------------------------------------------------------
 * Chains
 * --------------------------------------------------------------------------------------------- */

static void move_nothing(const void *options, const notch_rule_block *block, int32_t *updates)
{
    (void)options;
    memset(updates, 0, block->count * sizeof updates[0]);
}

/* Weights that never move keep the gradient they start with: here |gF|^2 = 16 * 0.5^2. */
TEST(a_chain_that_stands_still)
{
    notch_problem *problem = synthetic((notch_synthetic){
        .parameters = 16, .condition = 1, .noise = 1, .spacing = 0.5, .start = 0.5});
    double averages[3];
    const notch_theory_case still = {.problem = problem,
                                     .update = {NOTCH_RULE_ZIM, NOTCH_SAMPLER_STRATIFIED, 1, 24},
                                     .rate = 0.5,
                                     .steps = 10,
                                     .runs = 3,
                                     .failure = 0.01,
                                     .averages = averages,
                                     .rule = move_nothing};
    notch_theory_result result;
    check_ok(notch_theory_measure(&still, NULL, &result, &error));
    CHECK(result.measured == 4 && result.standard_error == 0 && averages[2] == 4);
    check_near(result.facts.gap, 2, 1e-15);
    check_near(result.floor, 0.5 * 24, 1e-15);
    check_near(result.start, 2 * 2 * 24 / (10 * 0.5), 1e-15);
    CHECK(isinf(result.tightness)); /* less than what the start is worth */
    notch_problem_destroy(problem);
}

/* The same chains on one thread and on three. */
TEST(threads_change_nothing)
{
    notch_problem *problem = synthetic((notch_synthetic){
        .parameters = 30, .condition = 4, .rotated = true, .noise = 1, .spacing = 0.1});
    notch_threads *threads = NULL;
    double one[7], other[7];
    notch_theory_case c = {.problem = problem,
                           .update = {NOTCH_RULE_ZIM, NOTCH_SAMPLER_STRATIFIED, 30, 60},
                           .rate = 0.1,
                           .steps = 50,
                           .runs = 7,
                           .seed = 4,
                           .failure = 0.01,
                           .averages = one};
    notch_theory_result result;
    check_ok(notch_threads_create(3, &threads, &error));
    check_ok(notch_theory_measure(&c, NULL, &result, &error));
    c.averages = other;
    check_ok(notch_theory_measure(&c, notch_threads_executor(threads), &result, &error));
    CHECK(memcmp(one, other, sizeof one) == 0);
    c.runs = 1;
    CHECK_EQUAL_I64(notch_theory_measure(&c, NULL, &result, &error), NOTCH_ERROR_RANGE);
    notch_threads_destroy(threads);
    notch_problem_destroy(problem);
}

TEST_MAIN(RUN(constants_of_each_update), RUN(one_trial_is_the_same_for_all_samplers),
          RUN(floors_of_the_samplers_are_in_order), RUN(the_bound), RUN(what_has_no_bound),
          RUN(synthetic_gradients), RUN(synthetic_noise), RUN(logistic_regression),
          RUN(problems_that_cannot_be), RUN(a_chain_that_stands_still), RUN(threads_change_nothing))
