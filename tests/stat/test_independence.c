/* test_independence.c - draws of other steps, streams and seeds are independent, and so are counts.
 * SPDX-License-Identifier: MIT
 *
 * Two draws X, Y are compared by S = sum over categories of (X_i - E X_i) (Y_i - E Y_i), which has
 * mean 0 if they are uncorrelated, whatever the correlations within each. Over thousands of pairs
 * the sum of S over the root of the sum of S^2 is a standard normal.
 */
#include <notch/notch.h>

#include "chance.h"
#include "test.h"

/* How rarely a correct sampler fails a test of this file with a fresh seed; divided by the number
 * of statistics that a test looks at. */
#define SIGNIFICANCE 1e-6

enum {
    SAMPLERS = 4,
    CATEGORIES = 2500, /* two blocks */
    PAIRS = 1500
};

static uint32_t masses[CATEGORIES];
static double mean[CATEGORIES];

static void draw(const notch_sample_request *request, uint64_t *counts)
{
    static _Alignas(64) unsigned char workspace[160 * 1024];
    CHECK(notch_sample(request, NULL, workspace, sizeof workspace, counts, NULL, NULL) == NOTCH_OK);
}

/* Masses of all sizes, and a null mass of about a third of all: expected counts from 0 to about
 * 4. */
static notch_sample_request request_of(notch_sampler sampler)
{
    notch_sample_request request = {
        .sampler = sampler, .masses = masses, .categories = CATEGORIES, .trials = 1201};
    uint64_t state = 40, sum = 0;
    for (int i = 0; i < CATEGORIES; i++) {
        masses[i] = (uint32_t)(scramble(&state) >> 32) >> scramble(&state) % 6;
        sum += masses[i];
    }
    request.null_mass = sum / 2 + 12345;
    for (int i = 0; i < CATEGORIES; i++) {
        mean[i] = (double)request.trials * masses[i] / (double)(sum + request.null_mass);
    }
    return request;
}

/* ------------------------------------------------------------------------------------------------
 * Other keys
 * --------------------------------------------------------------------------------------------- */

/* How the second key of a pair differs from the first. */
typedef struct relation {
    const char *name;
    notch_key plus; /* added to the fields */
} relation;

static const relation relations[] = {
    {"the next step", {0, 1, 0}},
    {"two steps later", {0, 2, 0}},
    {"256 steps later", {0, 256, 0}},
    {"half of all steps later", {0, UINT32_C(1) << 31, 0}},
    {"the next stream", {0, 0, 1}},
    {"256 streams on", {0, 0, 256}},
    {"half of all streams on", {0, 0, UINT32_C(1) << 23}},
    {"the next seed", {1, 0, 0}},
    {"the seed's upper half", {UINT64_C(1) << 32, 0, 0}},
    {"the seed's top bit", {UINT64_C(1) << 63, 0, 0}},
    {"step and stream", {0, 1, 1}},
    {"step against stream", {0, 1, (UINT32_C(1) << 24) - 1}},
};
enum {
    RELATIONS = sizeof relations / sizeof relations[0]
};

TEST(draws_of_other_keys)
{
    static uint64_t first[CATEGORIES], second[CATEGORIES];
    for (int choice = 0; choice < RELATIONS * SAMPLERS; choice++) {
        const relation *related = &relations[choice / SAMPLERS];
        notch_sample_request request = request_of((notch_sampler)(choice % SAMPLERS));
        request.inflation = choice % 7 == 0 ? NOTCH_INFLATION_VECTOR : NOTCH_INFLATION_TRIAL;
        double sum = 0, squares = 0;
        uint64_t state = (uint64_t)choice;
        for (int pair = 0; pair < PAIRS; pair++) {
            request.key = (notch_key){.seed = scramble(&state),
                                      .step = (uint32_t)scramble(&state),
                                      .stream = (uint32_t)scramble(&state) >> 8};
            draw(&request, first);
            request.key.seed += related->plus.seed;
            request.key.step += related->plus.step;
            request.key.stream = (request.key.stream + related->plus.stream) & 0xffffff;
            draw(&request, second);
            double product = 0;
            for (int i = 0; i < CATEGORIES; i++) {
                product += ((double)first[i] - mean[i]) * ((double)second[i] - mean[i]);
            }
            sum += product;
            squares += product * product;
        }
        const double z = sum / sqrt(squares);
        NOTE("%s, %s: %g standard deviations", notch_sampler_name(request.sampler), related->name,
             z);
        CHECK(chance_normal(z) > SIGNIFICANCE / (RELATIONS * SAMPLERS));
    }
}

/* A run of steps as a training has them: serial correlation at many lags of three numbers a draw,
 * the trials in the first block, those in the null, and the count of one category. By the moments
 * of products of independent numbers a lag's sum over its standard deviation is a standard
 * normal. */
TEST(runs_of_steps)
{
    enum {
        STEPS = 20000,
        NUMBERS = 3,
        LAGS = 20
    };
    static const int lags[LAGS] = {1,  2,  3,  4,  5,  6,   7,   8,   9,    10,
                                   15, 16, 31, 32, 64, 128, 256, 512, 1000, 1024};
    static double series[NUMBERS][STEPS];
    static uint64_t counts[CATEGORIES];
    for (int sampler = 0; sampler < SAMPLERS; sampler++) {
        notch_sample_request request = request_of((notch_sampler)sampler);
        double means[NUMBERS] = {0};
        request.key = (notch_key){.seed = 41, .stream = 5};
        for (int step = 0; step < STEPS; step++) {
            uint64_t block = 0, all = 0;
            request.key.step = (uint32_t)step;
            draw(&request, counts);
            for (int i = 0; i < CATEGORIES; i++) {
                block += i < 2048 ? counts[i] : 0;
                all += counts[i];
            }
            series[0][step] = (double)block;
            series[1][step] = (double)all;
            series[2][step] = (double)counts[1234];
            for (int k = 0; k < NUMBERS; k++) {
                means[k] += series[k][step] / STEPS;
            }
        }
        for (int k = 0; k < NUMBERS; k++) {
            double variance = 0;
            for (int step = 0; step < STEPS; step++) {
                variance += (series[k][step] - means[k]) * (series[k][step] - means[k]) / STEPS;
            }
            NOTE("%s, number %d", notch_sampler_name(request.sampler), k);
            CHECK(variance > 0.01); /* else there would be nothing to correlate */
            for (int lag = 0; lag < LAGS; lag++) {
                double sum = 0;
                for (int step = lags[lag]; step < STEPS; step++) {
                    sum += (series[k][step] - means[k]) * (series[k][step - lags[lag]] - means[k]);
                }
                const double z = sum / variance / sqrt(STEPS - lags[lag]);
                NOTE("%s, number %d, lag %d: %g standard deviations",
                     notch_sampler_name(request.sampler), k, lags[lag], z);
                CHECK(chance_normal(z) > SIGNIFICANCE / (SAMPLERS * NUMBERS * LAGS));
            }
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Counts of one draw
 * --------------------------------------------------------------------------------------------- */

/* A stratum's point is independent of all others, so of categories half a stratum long any two in
 * different strata are independent: each of the 4 outcomes of a pair has probability 1/4. The pairs
 * of a draw share no category, so those of all draws are independent trials. */
TEST(strata_are_independent)
{
    enum {
        DISTANCES = 6,
        DRAWS = 400
    };
    const int distances[DISTANCES] = {2, 4, 8, 64, 512, 2048};
    static uint32_t ones[4096];
    static uint64_t counts[4096];
    uint32_t tally[DISTANCES][4] = {{0}};
    for (int i = 0; i < 4096; i++) {
        ones[i] = 1;
    }
    notch_sample_request request = {.sampler = NOTCH_SAMPLER_STRATIFIED,
                                    .masses = ones,
                                    .categories = 4096,
                                    .trials = 2048,
                                    .key = {.seed = 42}};
    for (uint32_t step = 0; step < DRAWS; step++) {
        request.key.step = step;
        draw(&request, counts);
        for (int k = 0; k < DISTANCES; k++) {
            /* blocks of `distance` categories, in pairs; of each the even ones, one a stratum */
            for (int i = 0; i < 4096; i += 2) {
                if (i / distances[k] % 2 == 0) {
                    CHECK(counts[i] + counts[i + 1] == 1);
                    tally[k][2 * counts[i] + counts[i + distances[k]]]++;
                }
            }
        }
    }
    for (int k = 0; k < DISTANCES; k++) {
        pearson test = {0};
        for (int outcome = 0; outcome < 4; outcome++) {
            pearson_add(&test, DRAWS * 256.0 * 4 / 4, tally[k][outcome]);
        }
        const double chance = pearson_chance(&test);
        NOTE("distance %d: %d %d %d %d, chance %g", distances[k], (int)tally[k][0],
             (int)tally[k][1], (int)tally[k][2], (int)tally[k][3], chance);
        CHECK(chance > SIGNIFICANCE / DISTANCES);
    }
}

/* Of two categories with a count of a multinomial draw that has n trials, the pair (X, Y) is
 * trinomial. Neighbours, categories of one block and of two, and runs of categories that are halves
 * of the ranges between which many trials are split. */
TEST(multinomial_pairs)
{
    enum {
        DRAWS = 40000,
        SIDES = 40,
        CASES = 6
    };
    static const struct {
        int first, second; /* starts of the runs */
        int length;
        uint64_t trials;
    } cases[CASES] = {
        {100, 101, 1, 20000},   /* one by one: 8 a category */
        {100, 1900, 1, 20000},  /* the same block */
        {2047, 2048, 1, 20000}, /* the border of two blocks */
        {600, 601, 1, 20},      /* hardly any */
        {0, 1250, 1250, 16},    /* halves of all */
        {0, 1024, 1, 1000000},  /* split down to one category */
    };
    static uint32_t tally[SIDES][SIDES];
    static uint64_t counts[CATEGORIES];
    notch_sample_request request = request_of(NOTCH_SAMPLER_MULTINOMIAL);
    request.null_mass = 0;
    for (int i = 0; i < CATEGORIES; i++) {
        masses[i] = UINT32_C(1) << 31;
    }
    for (int k = 0; k < CASES; k++) {
        const double n = (double)cases[k].trials, p = cases[k].length / (double)CATEGORIES;
        const bool dense = n * p > 100;
        const uint32_t draws = dense ? 300 : cases[k].trials > 1000 ? 10000 : DRAWS;
        double correlation = 0;
        memset(tally, 0, sizeof tally);
        request.trials = cases[k].trials;
        request.key = (notch_key){.seed = 43, .stream = (uint32_t)k};
        for (uint32_t step = 0; step < draws; step++) {
            uint64_t x = 0, y = 0;
            request.key.step = step;
            draw(&request, counts);
            for (int i = 0; i < cases[k].length; i++) {
                x += counts[cases[k].first + i];
                y += counts[cases[k].second + i];
            }
            correlation += ((double)x - n * p) * ((double)y - n * p);
            if (!dense) {
                CHECK(x < SIDES && y < SIDES);
                tally[x][y]++;
            }
        }
        /* covariance - n p^2; the product of two nearly normal counts has variance about the
         * product of their variances, and for the halves of all, which are each other's rest, twice
         * that */
        const double product = n * p * (1 - p) * n * p * (1 - p) * (2 * p == 1 ? 2 : 1);
        const double z = (correlation / draws + n * p * p) / sqrt(product / draws);
        pearson test = {0};
        for (int x = 0; x < SIDES && !dense; x++) {
            for (int y = 0; y < SIDES; y++) {
                const double left = n - x - y, rest = 1 - 2 * p;
                double logarithm = lgamma(n + 1) - lgamma(x + 1.0) - lgamma(y + 1.0) -
                                   lgamma(fmax(left, 0) + 1) + (x + y) * log(p);
                logarithm += left > 0 ? left * log(fmax(rest, 1e-300)) : 0;
                pearson_add(&test, left >= 0 ? draws * exp(logarithm) : 0, tally[x][y]);
            }
        }
        const double chance = dense ? 1 : pearson_chance(&test);
        NOTE("case %d: %g standard deviations, chance %g", k, z, chance);
        printf("# %s\n", test_note);
        CHECK(chance_normal(z) > SIGNIFICANCE / (2 * CASES));
        CHECK(chance > SIGNIFICANCE / (2 * CASES));
    }
}

/* Of n multinomial trials over 8 equally likely runs of categories, each contrast (the difference
 * between the trials in four of the runs and those in the other four) has variance n, and any two
 * of the 7 Walsh contrasts are uncorrelated. Two ranges that shared random numbers would show in
 * either: the contrasts within the halves would agree, or the splits of the halves. 28 statistics a
 * case. */
static void check_contrasts(notch_sample_request *request, uint32_t draws, double significance)
{
    enum {
        RUNS = 8
    };
    static _Alignas(64) unsigned char workspace[256 * 1024];
    static uint32_t equal[256 * 2048];
    static uint64_t counts[256 * 2048];
    const uint64_t length = request->categories / RUNS;
    double sums[RUNS][RUNS] = {{0}}, squares[RUNS][RUNS] = {{0}};
    CHECK(notch_sample_workspace(request->categories, 1) <= sizeof workspace);
    CHECK(request->categories <= sizeof equal / sizeof equal[0]);
    for (uint64_t i = 0; i < request->categories; i++) {
        equal[i] = 987654321;
    }
    request->masses = equal;
    for (uint32_t step = 0; step < draws; step++) {
        double contrast[RUNS] = {0};
        request->key.step = step;
        CHECK(notch_sample(request, NULL, workspace, sizeof workspace, counts, NULL, NULL) ==
              NOTCH_OK);
        for (uint32_t run = 0; run < RUNS; run++) {
            uint64_t count = 0;
            for (uint64_t i = run * length; i < (run + 1) * length; i++) {
                count += counts[i];
            }
            for (uint32_t a = 1; a < RUNS; a++) {
                const uint32_t common = a & run; /* the sign is its parity */
                const bool negative = ((common ^ common >> 1 ^ common >> 2) & 1) != 0;
                contrast[a] += negative ? -(double)count : (double)count;
            }
        }
        for (int a = 1; a < RUNS; a++) {
            for (int b = 1; b <= a; b++) {
                const double product =
                    contrast[a] * contrast[b] - (a == b ? (double)request->trials : 0);
                sums[a][b] += product;
                squares[a][b] += product * product;
            }
        }
    }
    for (int a = 1; a < RUNS; a++) {
        for (int b = 1; b <= a; b++) {
            const double z = sums[a][b] / sqrt(squares[a][b]);
            NOTE("%s, %" PRIu64 " trials over %" PRIu64 " categories, contrasts %d and %d: %g "
                 "standard deviations",
                 notch_sampler_name(request->sampler), request->trials, request->categories, a, b,
                 z);
            CHECK(chance_normal(z) > significance / 28);
        }
    }
}

TEST(ranges_are_independent)
{
    static const struct {
        uint64_t categories, trials;
        uint32_t draws;
        notch_sampler sampler;
    } cases[] = {
        {8, 20, 20000, NOTCH_SAMPLER_MULTINOMIAL},          /* one by one */
        {8, 262, 20000, NOTCH_SAMPLER_MULTINOMIAL},         /* split, then one by one */
        {8, 300000, 10000, NOTCH_SAMPLER_MULTINOMIAL},      /* split down to one category */
        {2048, 66000, 1000, NOTCH_SAMPLER_MULTINOMIAL},     /* a block of them */
        {16384, 4000, 4000, NOTCH_SAMPLER_MULTINOMIAL},     /* split between blocks */
        {16384, 700000, 250, NOTCH_SAMPLER_MULTINOMIAL},    /* between blocks and in them */
        {16384, 10000, 2000, NOTCH_SAMPLER_RESIDUAL},       /* the same of remainders */
        {256 * 2048, 4000, 500, NOTCH_SAMPLER_MULTINOMIAL}, /* many blocks: a tree in two parts */
    };
    enum {
        CASES = sizeof cases / sizeof cases[0]
    };
    for (int k = 0; k < CASES; k++) {
        notch_sample_request request = {.sampler = cases[k].sampler,
                                        .categories = cases[k].categories,
                                        .trials = cases[k].trials,
                                        .key = {.seed = 44, .stream = (uint32_t)k}};
        check_contrasts(&request, cases[k].draws, SIGNIFICANCE / CASES);
    }
}

TEST_MAIN(RUN(draws_of_other_keys), RUN(runs_of_steps), RUN(strata_are_independent),
          RUN(multinomial_pairs), RUN(ranges_are_independent))
