/* test_sampler_moments.c - means, variances, covariances and fit of many draws.
 * SPDX-License-Identifier: MIT
 *
 * Measured moments are compared with notch_law_*, which has tests of its own. Means are looked at
 * one by one, against Bernstein's inequality. For the others, every draw gives one number for a
 * group of categories, such as the sum of (X_i - E X_i)^2, of which the law knows the mean;
 * thousands of draws make the average of that number normal, with a variance that the draws
 * themselves tell.
 */
#include <notch/notch.h>
#include <stdlib.h>

#include "chance.h"
#include "test.h"

/* How rarely a correct sampler fails a statistical test of this file with a fresh seed; divided by
 * the number of statistics that a test looks at. */
#define SIGNIFICANCE 1e-6

enum {
    SAMPLERS = 4,
    CATEGORIES = 1000,
    GROUP = 50,
    GROUPS = CATEGORIES / GROUP
};

/* Sum and sum of squares of one number per draw. */
typedef struct average {
    double sum, squares;
} average;

static void average_add(average *a, double value)
{
    a->sum += value;
    a->squares += value * value;
}

/* How probable an average so far from `mean` is; a number that never varies has to be the mean. */
static double average_chance(const average *a, double mean, double draws)
{
    const double difference = a->sum / draws - mean;
    const double variance = a->squares / draws - a->sum / draws * (a->sum / draws);
    if (variance <= 1e-12 * (1 + mean * mean)) {
        return fabs(difference) < 1e-6 * (1 + fabs(mean)) ? 1 : 0;
    }
    return chance_normal(difference / sqrt(variance / draws));
}

static uint32_t masses[CATEGORIES];
static double real_masses[CATEGORIES];

/* Masses over three orders of magnitude, one in ten of them 0. Returns the sum. */
static uint64_t fill_masses(uint64_t seed)
{
    uint64_t sum = 0;
    for (int i = 0; i < CATEGORIES; i++) {
        const uint64_t random = scramble(&seed);
        masses[i] = random % 10 == 0 ? 0 : (uint32_t)(random >> 32) >> random / 10 % 10;
        real_masses[i] = masses[i];
        sum += masses[i];
    }
    return sum;
}

/* Draws number `step`; CHECKs nothing that the unit tests check. */
static void draw(notch_sample_request *request, uint32_t step, uint64_t *counts,
                 uint64_t *null_count)
{
    static _Alignas(64) unsigned char workspace[160 * 1024];
    request->key.step = step;
    CHECK(notch_sample(request, NULL, workspace, sizeof workspace, counts, null_count, NULL) ==
          NOTCH_OK);
}

/* The pairs of which covariances are measured: neighbours, and three distances. */
enum {
    DISTANCES = 4,
    KINDS = 1 + DISTANCES /* variances first */
};
static const int distances[DISTANCES] = {1, 2, 17, 500};

static int partner_of(int i, int distance)
{
    return (i + distance) % CATEGORIES;
}

static void check_moments(notch_sample_request *request, uint32_t draws, double significance)
{
    static uint64_t counts[CATEGORIES];
    static double mean[CATEGORIES], variance[CATEGORIES], sums[CATEGORIES];
    double expected[GROUPS][KINDS] = {{0}};
    average found[GROUPS][KINDS] = {{{0}}}, square = {0};
    const notch_law law = {.sampler = request->sampler,
                           .inflation = request->inflation,
                           .masses = real_masses,
                           .categories = CATEGORIES,
                           .null_mass = (double)request->null_mass,
                           .trials = request->trials};
    CHECK(notch_law_mean(&law, mean, NULL) == NOTCH_OK);
    CHECK(notch_law_variance(&law, variance, NULL) == NOTCH_OK);
    for (int i = 0; i < CATEGORIES; i++) {
        expected[i / GROUP][0] += variance[i];
        for (int k = 0; k < DISTANCES; k++) {
            double covariance;
            CHECK(notch_law_covariance(&law, (uint64_t)i, (uint64_t)partner_of(i, distances[k]),
                                       &covariance, NULL) == NOTCH_OK);
            expected[i / GROUP][1 + k] += covariance;
        }
        sums[i] = 0;
    }
    for (uint32_t step = 0; step < draws; step++) {
        double deviation[CATEGORIES], value[GROUPS][KINDS] = {{0}}, second = 0;
        uint64_t null_count;
        draw(request, step, counts, &null_count);
        for (int i = 0; i < CATEGORIES; i++) {
            deviation[i] = (double)counts[i] - mean[i];
            sums[i] += deviation[i];
            second += (double)counts[i] * (double)counts[i];
        }
        for (int i = 0; i < CATEGORIES; i++) {
            value[i / GROUP][0] += deviation[i] * deviation[i];
            for (int k = 0; k < DISTANCES; k++) {
                value[i / GROUP][1 + k] += deviation[i] * deviation[partner_of(i, distances[k])];
            }
        }
        average_add(&square, second);
        for (int g = 0; g < GROUPS; g++) {
            for (int kind = 0; kind < KINDS; kind++) {
                average_add(&found[g][kind], value[g][kind]);
            }
        }
    }
    const double tests = CATEGORIES + GROUPS * KINDS + 1, own = significance / tests;
    double least = 1;
    for (int i = 0; i < CATEGORIES; i++) {
        /* With trial inflation a count is a sum of independent 0 or 1, less their means. With
         * vector inflation a draw is one term: its count has a mean below 2 E X_i if it is not
         * null, and exceeds it by more than Bernstein's bound with a chance of 1e-15. */
        const double largest = request->inflation == NOTCH_INFLATION_TRIAL
                                   ? 1
                                   : 2 * mean[i] + bernstein(2 * mean[i], 1, 1e-15);
        if (!(fabs(sums[i]) <= bernstein(draws * variance[i], largest, own))) {
            TEST_FAIL("category %d has mean %g, expected %g", i, mean[i] + sums[i] / draws,
                      mean[i]);
        }
    }
    for (int g = 0; g < GROUPS; g++) {
        for (int kind = 0; kind < KINDS; kind++) {
            const double chance = average_chance(&found[g][kind], expected[g][kind], draws);
            least = chance < least ? chance : least;
            if (!(chance > own)) {
                TEST_FAIL("%s at distance %d of categories %d to %d: %g, expected %g, chance %g",
                          kind == 0 ? "variances" : "covariances",
                          kind == 0 ? 0 : distances[kind - 1], g * GROUP, (g + 1) * GROUP - 1,
                          found[g][kind].sum / draws, expected[g][kind], chance);
            }
        }
    }
    double second_moment;
    CHECK(notch_law_second_moment(&law, &second_moment, NULL) == NOTCH_OK);
    const double chance = average_chance(&square, second_moment, draws);
    if (!(chance > own)) {
        TEST_FAIL("E ||X||^2 is %g, expected %g, chance %g", square.sum / draws, second_moment,
                  chance);
    }
    printf("# %s, %s, %" PRIu64 " trials, %d draws: least of %d chances %.2g, of E ||X||^2 %.2g\n",
           notch_sampler_name(request->sampler), notch_inflation_name(request->inflation),
           request->trials, (int)draws, GROUPS * KINDS, least, chance);
}

TEST(moments_of_a_trial_or_two_each)
{
    for (int choice = 0; choice < SAMPLERS * 2; choice++) {
        const uint64_t sum = fill_masses(20);
        notch_sample_request request = {.sampler = (notch_sampler)(choice % SAMPLERS),
                                        .inflation = (notch_inflation)(choice / SAMPLERS),
                                        .masses = masses,
                                        .categories = CATEGORIES,
                                        .null_mass = sum / 4,
                                        .trials = 1500,
                                        .key = {.seed = 21, .stream = (uint32_t)choice}};
        NOTE("%s, %s", notch_sampler_name(request.sampler),
             notch_inflation_name(request.inflation));
        check_moments(&request, 20000, SIGNIFICANCE / 8);
    }
}

/* Fewer trials than categories; and so many that multinomial trials are split between ranges of
 * categories first and the points of the others lie in more than 8,191 strata. */
TEST(moments_of_few_and_many_trials)
{
    for (int choice = 0; choice < SAMPLERS * 2; choice++) {
        const uint64_t sum = fill_masses(22);
        notch_sample_request request = {.sampler = (notch_sampler)(choice % SAMPLERS),
                                        .masses = masses,
                                        .categories = CATEGORIES,
                                        .null_mass = choice / SAMPLERS == 0 ? 0 : sum / 9,
                                        .trials = choice / SAMPLERS == 0 ? 90 : 60000,
                                        .key = {.seed = 23, .stream = (uint32_t)choice}};
        NOTE("%s, %" PRIu64 " trials", notch_sampler_name(request.sampler), request.trials);
        check_moments(&request, choice / SAMPLERS == 0 ? 20000 : 3000, SIGNIFICANCE / 8);
    }
}

/* docs/theory.md, 7.3 to 7.6: systematic has the least second moment, multinomial the largest, and
 * of the two between them stratified the lesser where all expected counts are below 1. The measured
 * ones differ by what the law says, to 6 standard deviations of each (a chance of 2e-9 a time). */
TEST(order_of_second_moments)
{
    enum {
        DRAWS = 5000
    };
    for (int large = 0; large < 2; large++) {
        double measured[SAMPLERS], error[SAMPLERS], expected[SAMPLERS];
        const uint64_t sum = fill_masses(24);
        for (int sampler = 0; sampler < SAMPLERS; sampler++) {
            notch_sample_request request = {.sampler = (notch_sampler)sampler,
                                            .masses = masses,
                                            .categories = CATEGORIES,
                                            .null_mass = sum / 20,
                                            .trials = large != 0 ? 4000 : 80,
                                            .key = {.seed = 25, .stream = (uint32_t)sampler}};
            const notch_law law = {.sampler = (notch_sampler)sampler,
                                   .masses = real_masses,
                                   .categories = CATEGORIES,
                                   .null_mass = (double)request.null_mass,
                                   .trials = request.trials};
            static uint64_t counts[CATEGORIES];
            double means[CATEGORIES];
            average square = {0};
            CHECK(notch_law_mean(&law, means, NULL) == NOTCH_OK);
            for (int i = 0; i < CATEGORIES; i++) {
                CHECK(large != 0 || means[i] < 1);
            }
            for (uint32_t step = 0; step < DRAWS; step++) {
                double second = 0;
                uint64_t null_count;
                draw(&request, step, counts, &null_count);
                for (int i = 0; i < CATEGORIES; i++) {
                    second += (double)counts[i] * (double)counts[i];
                }
                average_add(&square, second);
            }
            measured[sampler] = square.sum / DRAWS;
            error[sampler] =
                6 * sqrt((square.squares / DRAWS - measured[sampler] * measured[sampler]) / DRAWS);
            CHECK(notch_law_second_moment(&law, &expected[sampler], NULL) == NOTCH_OK);
            printf("# %" PRIu64 " trials, %s: E ||X||^2 = %.6g +- %.2g (6 sigma), law %.6g\n",
                   request.trials, notch_sampler_name(request.sampler), measured[sampler],
                   error[sampler], expected[sampler]);
            NOTE("%s", notch_sampler_name(request.sampler));
            CHECK(fabs(measured[sampler] - expected[sampler]) <= error[sampler] + 1e-9);
        }
        const double multinomial = measured[NOTCH_SAMPLER_MULTINOMIAL];
        const double residual = measured[NOTCH_SAMPLER_RESIDUAL];
        const double stratified = measured[NOTCH_SAMPLER_STRATIFIED];
        const double systematic = measured[NOTCH_SAMPLER_SYSTEMATIC];
        const double slack_stratified =
            error[NOTCH_SAMPLER_STRATIFIED] + error[NOTCH_SAMPLER_SYSTEMATIC];
        NOTE("%d trials: multinomial %g, residual %g, stratified %g, systematic %g",
             large != 0 ? 4000 : 80, multinomial, residual, stratified, systematic);
        CHECK(systematic < stratified - slack_stratified && stratified < multinomial);
        CHECK(systematic < residual);
        CHECK(large != 0 ? residual < multinomial - error[NOTCH_SAMPLER_MULTINOMIAL] -
                                          error[NOTCH_SAMPLER_RESIDUAL]
                         : stratified < residual - error[NOTCH_SAMPLER_RESIDUAL] -
                                            error[NOTCH_SAMPLER_STRATIFIED]);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Goodness of fit with a million categories
 * --------------------------------------------------------------------------------------------- */

enum {
    MILLION = 1000000
};

/* Pearson's statistic of n multinomial trials over k cells has mean k - 1 and variance
 * 2 (k - 1) + (sum 1/p - k^2 - 2 k + 2) / n, and with a million cells it is normal. Two-sided: a
 * statistic that is too small would betray dependent trials. Besides, groups of 1,000 neighbours,
 * of every 1,000th category, and the null one against all others. Four statistics for each case. */
static void check_fit(uint64_t trials, uint64_t seed, bool split_null)
{
    uint32_t *many = calloc(MILLION, sizeof many[0]);
    uint64_t *counts = calloc(MILLION, sizeof counts[0]);
    const size_t bytes = notch_sample_workspace(MILLION, 1);
    void *workspace = aligned_alloc(64, (bytes + 63) / 64 * 64);
    static double runs[1000], run_masses[1000], combs[1000], comb_masses[1000];
    if (many == NULL || counts == NULL || workspace == NULL) {
        free(many);
        free(counts);
        free(workspace);
        TEST_FAIL("memory is not to be had");
    }
    uint64_t state = seed, sum = 0;
    for (int i = 0; i < MILLION; i++) {
        many[i] = UINT32_MAX - (uint32_t)(scramble(&state) % 3400000000u);
        sum += many[i];
    }
    const notch_sample_request request = {.sampler = NOTCH_SAMPLER_MULTINOMIAL,
                                          .masses = many,
                                          .categories = MILLION,
                                          .null_mass = split_null ? sum / 2 : 0,
                                          .trials = trials,
                                          .key = {.seed = seed}};
    uint64_t null_count = 0;
    const notch_status status =
        notch_sample(&request, NULL, workspace, bytes, counts, &null_count, NULL);
    const double n = (double)trials, total = (double)(sum + request.null_mass);
    double statistic = 0, inverses = 0, k = MILLION;
    memset(runs, 0, sizeof runs);
    memset(run_masses, 0, sizeof run_masses);
    memset(combs, 0, sizeof combs);
    memset(comb_masses, 0, sizeof comb_masses);
    for (int i = 0; i < MILLION; i++) {
        const double expected = n * many[i] / total, difference = (double)counts[i] - expected;
        statistic += difference * difference / expected;
        inverses += total / many[i];
        runs[i / 1000] += (double)counts[i];
        run_masses[i / 1000] += many[i];
        combs[i % 1000] += (double)counts[i];
        comb_masses[i % 1000] += many[i];
    }
    const double null_expected = n * (double)request.null_mass / total;
    if (split_null) {
        const double difference = (double)null_count - null_expected;
        statistic += difference * difference / null_expected;
        inverses += total / (double)request.null_mass;
        k += 1;
    }
    free(many);
    free(counts);
    free(workspace);
    CHECK(status == NOTCH_OK);
    const double variance = 2 * (k - 1) + (inverses - k * k - 2 * k + 2) / n;
    const double z = (statistic - (k - 1)) / sqrt(variance);
    pearson run = {0}, comb = {0}, null_alone = {0};
    for (int g = 0; g < 1000; g++) {
        pearson_add(&run, n * run_masses[g] / total, runs[g]);
        pearson_add(&comb, n * comb_masses[g] / total, combs[g]);
    }
    pearson_add(&run, null_expected, (double)null_count);
    pearson_add(&comb, null_expected, (double)null_count);
    pearson_add(&null_alone, null_expected, (double)null_count);
    pearson_add(&null_alone, n - null_expected, n - (double)null_count);
    const double of_runs = pearson_chance(&run), of_combs = pearson_chance(&comb);
    const double of_null = pearson_chance(&null_alone);
    NOTE("%" PRIu64 " trials: all categories %g standard deviations; chances of runs %g, combs %g, "
         "null %g",
         trials, z, of_runs, of_combs, of_null);
    printf("# %s\n", test_note);
    CHECK(chance_normal(z) > SIGNIFICANCE / 12);
    CHECK(of_runs > SIGNIFICANCE / 12 && of_combs > SIGNIFICANCE / 12);
    CHECK(of_null > SIGNIFICANCE / 12);
}

TEST(fit_of_a_million_categories)
{
    check_fit(1000000, 31, false);
    check_fit(20000000, 32, true);
    check_fit(60000000, 33, false);
}

TEST_MAIN(RUN(moments_of_a_trial_or_two_each), RUN(moments_of_few_and_many_trials),
          RUN(order_of_second_moments), RUN(fit_of_a_million_categories))
