/* test_law.c - moments in closed form against the enumeration of every outcome.
 * SPDX-License-Identifier: MIT
 *
 * With integer masses every sampler is a choice among equally likely outcomes: a trial reads one of
 * Z cells (of n' Z cells for `residual`). So all outcomes of a small case can be counted in
 * integers: E X_i = S_i / N and Cov(X_i, X_j) = (N P_ij - S_i S_j) / N^2, with the sums S of x_i
 * and P of x_i x_j over N outcomes. Nothing here knows a formula of src/theory.
 * Larger cases have integer masses too, so that 64-bit division tells their counts' whole parts.
 *
 * Tolerance. Numerator and N^2 stay below 2^53 and are exact, so the expected value carries the
 * rounding of one division. The functions promise terms that are exact but for 2^-95 of the
 * largest, here 5 trials squared, and one rounding. Together that is less than 3 * 2^-53 relative,
 * taken as 1e-15, and 2^-90 absolute, which matters where equal terms cancel, taken as 1e-20 to
 * allow for compilers in modes that fuse multiplications with additions.
 */
#include <math.h>
#include <notch/notch.h>
#include <stdlib.h>

#include "test.h"
#include "theory/pair.h"

enum {
    MOST = 5, /* categories of an enumerated case */
    DIGITS = 8
};

static void check_near(double found, double expected, double relative, double absolute,
                       const char *what)
{
    if (!(fabs(found - expected) <= relative * fabs(expected) + absolute)) {
        TEST_FAIL("%s: found %.17g, expected %.17g", what, found, expected);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Enumeration
 * --------------------------------------------------------------------------------------------- */

typedef struct tiny_case {
    notch_sampler sampler;
    notch_inflation inflation;
    uint64_t categories, trials;
    uint64_t masses[MOST + 1]; /* masses[categories] is the null mass */
} tiny_case;

typedef struct tally {
    uint64_t outcomes, sums[MOST], products[MOST][MOST];
} tally;

static uint64_t sum_of_masses(const tiny_case *tiny)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < tiny->categories; i++) {
        sum += tiny->masses[i];
    }
    return sum;
}

/* Which of the lengths laid side by side holds cell number `cell`. */
static uint64_t owner(const uint64_t *lengths, uint64_t cell)
{
    uint64_t i = 0;
    while (cell >= lengths[i]) {
        cell -= lengths[i++];
    }
    return i;
}

static void count_outcome(tally *all, const uint64_t *counts, uint64_t categories)
{
    all->outcomes++;
    for (uint64_t i = 0; i < categories; i++) {
        all->sums[i] += counts[i];
        for (uint64_t j = 0; j < categories; j++) {
            all->products[i][j] += counts[i] * counts[j];
        }
    }
}

/* All outcomes of `choices` choices of one of `cells` cells each. Choice k takes cell number
 * k * stride + its digit; the length that holds this cell gets one count. Where `shared`, one digit
 * serves for all choices. fixed: counts that every outcome has besides. */
static tally enumerate(const uint64_t *lengths, const uint64_t *fixed, uint64_t categories,
                       uint64_t choices, uint64_t cells, uint64_t stride, bool shared)
{
    tally all = {0};
    uint64_t digits[DIGITS] = {0};
    bool done = false;
    while (!done) {
        uint64_t counts[MOST + 1];
        memcpy(counts, fixed, sizeof counts);
        for (uint64_t k = 0; k < choices; k++) {
            counts[owner(lengths, k * stride + digits[shared ? 0 : k])]++;
        }
        count_outcome(&all, counts, categories);
        const uint64_t places = shared && choices > 0 ? 1 : choices;
        uint64_t place = 0;
        while (place < places && ++digits[place] == cells) {
            digits[place++] = 0;
        }
        done = place == places;
    }
    return all;
}

/* The null mass is one of the categories here, the last. */
static tally enumerate_sampler(const tiny_case *tiny)
{
    const uint64_t n = tiny->trials, slots = tiny->categories + 1;
    const uint64_t width = sum_of_masses(tiny) + tiny->masses[tiny->categories];
    const uint64_t none[MOST + 1] = {0};
    if (width == 0) {
        return enumerate(none, none, tiny->categories, 0, 0, 0, false);
    }
    uint64_t stretched[MOST + 1] = {0}, whole[MOST + 1] = {0}, rest[MOST + 1] = {0}, left = n;
    for (uint64_t i = 0; i < slots; i++) {
        stretched[i] = n * tiny->masses[i];
        whole[i] = stretched[i] / width;
        rest[i] = stretched[i] % width;
        left -= whole[i];
    }
    switch (tiny->sampler) {
    case NOTCH_SAMPLER_MULTINOMIAL:
        return enumerate(tiny->masses, none, tiny->categories, n, width, 0, false);
    case NOTCH_SAMPLER_RESIDUAL:
        return enumerate(rest, whole, tiny->categories, left, left * width, 0, false);
    case NOTCH_SAMPLER_STRATIFIED:
        return enumerate(stretched, none, tiny->categories, n, width, width, false);
    case NOTCH_SAMPLER_SYSTEMATIC:
        break;
    }
    return enumerate(stretched, none, tiny->categories, n, width, width, true);
}

static tally enumerate_law(const tiny_case *tiny)
{
    const uint64_t sum = sum_of_masses(tiny), null_mass = tiny->masses[tiny->categories];
    if (tiny->inflation == NOTCH_INFLATION_TRIAL || sum + null_mass == 0) {
        return enumerate_sampler(tiny);
    }
    /* Of Z copies of every outcome without null mass, null_mass are zero throughout. */
    tiny_case inner = *tiny;
    inner.masses[tiny->categories] = 0;
    tally all = enumerate_sampler(&inner);
    all.outcomes *= sum + null_mass;
    for (uint64_t i = 0; i < tiny->categories; i++) {
        all.sums[i] *= sum;
        for (uint64_t j = 0; j < tiny->categories; j++) {
            all.products[i][j] *= sum;
        }
    }
    return all;
}

static double mean_of(const tally *all, uint64_t i)
{
    return (double)all->sums[i] / (double)all->outcomes;
}

static double covariance_of(const tally *all, uint64_t i, uint64_t j)
{
    const uint64_t most = UINT64_C(1) << 53;
    const uint64_t first = all->outcomes * all->products[i][j],
                   second = all->sums[i] * all->sums[j];
    const uint64_t square = all->outcomes * all->outcomes;
    CHECK(first < most && second < most && square < most); /* the tolerance rests on it */
    return (double)((int64_t)first - (int64_t)second) / (double)square;
}

/* ------------------------------------------------------------------------------------------------
 * notch_law
 * --------------------------------------------------------------------------------------------- */

/* All four functions on the case, its masses times `unit`. */
static void check_tiny_law(const tiny_case *tiny, double unit, double relative, double absolute)
{
    const uint64_t d = tiny->categories;
    double masses[MOST], means[MOST], variances[MOST], square = 0;
    for (uint64_t i = 0; i < d; i++) {
        masses[i] = (double)tiny->masses[i] * unit;
    }
    const notch_law law = {.sampler = tiny->sampler,
                           .inflation = tiny->inflation,
                           .masses = masses,
                           .categories = d,
                           .null_mass = (double)tiny->masses[d] * unit,
                           .trials = tiny->trials};
    NOTE("sampler %d inflation %d trials %d null mass %d masses %d %d %d unit %g",
         (int)tiny->sampler, (int)tiny->inflation, (int)tiny->trials, (int)tiny->masses[d],
         (int)tiny->masses[0], d > 1 ? (int)tiny->masses[1] : -1, d > 2 ? (int)tiny->masses[2] : -1,
         unit);
    const tally all = enumerate_law(tiny);
    CHECK(notch_law_mean(&law, means, NULL) == NOTCH_OK);
    CHECK(notch_law_variance(&law, variances, NULL) == NOTCH_OK);
    for (uint64_t i = 0; i < d; i++) {
        check_near(means[i], mean_of(&all, i), relative, absolute, "mean");
        check_near(variances[i], covariance_of(&all, i, i), relative, absolute, "variance");
        for (uint64_t j = 0; j < d; j++) {
            double covariance;
            CHECK(notch_law_covariance(&law, i, j, &covariance, NULL) == NOTCH_OK);
            check_near(covariance, covariance_of(&all, i, j), relative, absolute, "covariance");
        }
        square += (double)all.products[i][i];
    }
    double second_moment;
    CHECK(notch_law_second_moment(&law, &second_moment, NULL) == NOTCH_OK);
    check_near(second_moment, square / (double)all.outcomes, relative, absolute, "second moment");
}

/* Every case of up to `categories` masses below `masses`, null masses below `null_masses`, trials
 * below `trials`, all samplers and inflations. */
static void check_all_tiny_laws(uint64_t categories, uint64_t masses, uint64_t null_masses,
                                uint64_t trials)
{
    uint64_t choices = 8 * null_masses * trials;
    for (uint64_t i = 0; i < categories; i++) {
        choices *= masses;
    }
    for (uint64_t choice = 0; choice < choices; choice++) {
        uint64_t rest = choice;
        tiny_case tiny = {.categories = categories};
        tiny.sampler = (notch_sampler)(rest % 4);
        rest /= 4;
        tiny.inflation = (notch_inflation)(rest % 2);
        rest /= 2;
        tiny.trials = rest % trials;
        rest /= trials;
        tiny.masses[categories] = rest % null_masses;
        rest /= null_masses;
        for (uint64_t i = 0; i < categories; i++) {
            tiny.masses[i] = rest % masses;
            rest /= masses;
        }
        check_tiny_law(&tiny, 1, 1e-15, 1e-20);
    }
}

TEST(every_tiny_law)
{
    check_all_tiny_laws(1, 6, 5, 6); /* 0 trials, 1 trial and all masses zero are among them */
    check_all_tiny_laws(2, 5, 3, 5);
    check_all_tiny_laws(3, 4, 3, 4);
}

TEST(some_laws_of_five_categories)
{
    const uint64_t masses[][MOST + 1] = {{1, 1, 1, 1, 1, 0}, {2, 0, 1, 3, 1, 1},
                                         {1, 2, 0, 0, 3, 2}, {0, 5, 0, 1, 0, 3},
                                         {4, 1, 1, 0, 1, 0}, {1, 0, 0, 0, 2, 6}};
    for (size_t row = 0; row < sizeof masses / sizeof masses[0]; row++) {
        for (int choice = 0; choice < 8; choice++) {
            tiny_case tiny = {.sampler = (notch_sampler)(choice % 4),
                              .inflation = (notch_inflation)(choice / 4),
                              .categories = MOST,
                              .trials = 4};
            memcpy(tiny.masses, masses[row], sizeof tiny.masses);
            check_tiny_law(&tiny, 1, 1e-15, 1e-20);
        }
    }
}

/* Powers of two change no digit, so the tolerance stays: smallest and largest doubles. A unit of
 * 0.1 rounds every mass by up to 2^-53 of it, which moves q by 2^-52 relative, a cumulative count
 * C <= 4 by 2^-50, and a variance or covariance, a sum of at most 16 terms with slopes of at most 4
 * in C, by less than 2^-44, taken as 1e-12. Not for `residual`, which jumps. */
TEST(units_of_mass)
{
    const double units[] = {0x1p-1074, 0x1p-600, 0x1p1020, 0.1};
    const uint64_t masses[][MOST + 1] = {{3, 0, 2, 1}, {1, 4, 2, 0}, {0, 1, 1, 6}, {7, 5, 1, 0}};
    for (size_t row = 0; row < sizeof masses / sizeof masses[0]; row++) {
        for (int choice = 0; choice < 32; choice++) {
            tiny_case tiny = {.sampler = (notch_sampler)(choice % 4),
                              .inflation = (notch_inflation)(choice / 4 % 2),
                              .categories = 3,
                              .trials = 4};
            const double unit = units[choice / 8];
            memcpy(tiny.masses, masses[row], sizeof tiny.masses);
            if (unit != 0.1) {
                check_tiny_law(&tiny, unit, 1e-15, 1e-20);
            } else if (tiny.sampler != NOTCH_SAMPLER_RESIDUAL) {
                check_tiny_law(&tiny, unit, 1e-12, 1e-12);
            }
        }
    }
}

/* Integer masses whose sum times the trials fits 64 bits: whole and fractional parts of expected
 * and cumulative counts are then remainders of integer divisions. Probabilities x / Z are rounded
 * in the expectation, at most 8 times a formula, all terms positive: 1e-14. */
typedef struct exact_law {
    const uint64_t *masses;
    uint64_t categories, null_mass, trials, total, left;
} exact_law;

static double share(const exact_law *exact, uint64_t part)
{
    return (double)part / (double)exact->total *
           ((double)(exact->total - part) / (double)exact->total);
}

static double exact_variance(const exact_law *exact, notch_sampler sampler, uint64_t below,
                             uint64_t mass)
{
    const uint64_t z = exact->total, n = exact->trials;
    const uint64_t start = n * below, end = n * (below + mass);
    const double part = (double)(n * mass % z) / (double)z, left = (double)exact->left;
    switch (sampler) {
    case NOTCH_SAMPLER_MULTINOMIAL:
        return (double)n * share(exact, mass);
    case NOTCH_SAMPLER_RESIDUAL:
        return exact->left == 0 ? 0 : part * ((left - part) / left);
    case NOTCH_SAMPLER_STRATIFIED:
        return start / z == end / z ? share(exact, n * mass)
                                    : share(exact, start % z) + share(exact, end % z);
    case NOTCH_SAMPLER_SYSTEMATIC:
        break;
    }
    return share(exact, n * mass % z);
}

static void check_exact_law(const exact_law *exact)
{
    double *masses = malloc(3 * exact->categories * sizeof *masses);
    CHECK(masses != NULL);
    double *means = masses + exact->categories, *variances = means + exact->categories;
    for (uint64_t i = 0; i < exact->categories; i++) {
        masses[i] = (double)exact->masses[i];
    }
    for (int sampler = 0; sampler < 4; sampler++) {
        const notch_law law = {.sampler = (notch_sampler)sampler,
                               .masses = masses,
                               .categories = exact->categories,
                               .null_mass = (double)exact->null_mass,
                               .trials = exact->trials};
        CHECK(notch_law_mean(&law, means, NULL) == NOTCH_OK);
        CHECK(notch_law_variance(&law, variances, NULL) == NOTCH_OK);
        uint64_t below = 0;
        double square = 0;
        for (uint64_t i = 0; i < exact->categories; i++) {
            NOTE("sampler %d category %d of %d", sampler, (int)i, (int)exact->categories);
            const double mean = (double)(exact->trials * exact->masses[i]) / (double)exact->total;
            const double variance = exact_variance(exact, law.sampler, below, exact->masses[i]);
            check_near(means[i], mean, 1e-14, 0, "mean");
            check_near(variances[i], variance, 1e-14, 0, "variance");
            below += exact->masses[i];
            square += variance + mean * mean;
        }
        double second_moment;
        CHECK(notch_law_second_moment(&law, &second_moment, NULL) == NOTCH_OK);
        /* a plain sum of positive terms: each addition rounds by 2^-53 of at most the sum */
        check_near(second_moment, square, 1e-14 + (double)exact->categories * 0x1p-53, 0,
                   "second moment");
    }
    free(masses);
}

static void check_exact_masses(const uint64_t *masses, uint64_t categories, uint64_t null_mass,
                               uint64_t trials)
{
    exact_law exact = {masses, categories, null_mass, trials, null_mass, trials};
    for (uint64_t i = 0; i < categories; i++) {
        exact.total += masses[i];
    }
    CHECK(exact.total < UINT64_MAX / trials);
    exact.left -= trials * null_mass / exact.total;
    for (uint64_t i = 0; i < categories; i++) {
        exact.left -= trials * masses[i] / exact.total;
    }
    check_exact_law(&exact);
}

TEST(most_trials)
{
    const uint64_t masses[] = {1, 0, 1000003, 77, 65537, 3, 1, 999983};
    check_exact_masses(masses, 8, 0, NOTCH_TRIALS_MAX);
    check_exact_masses(masses, 8, 123457, NOTCH_TRIALS_MAX);
    check_exact_masses(masses, 2, 0, NOTCH_TRIALS_MAX);
}

static uint64_t scramble(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Cumulative counts near 10^7: a plain running sum of rounded expected counts would miss their
 * fractions by up to 2 * 10^5 * 2^-53 * 10^7 = 2e-4. */
TEST(many_categories)
{
    const uint64_t categories = REPEATED(200000, 20000);
    uint64_t *masses = malloc(categories * sizeof *masses), state = 1;
    CHECK(masses != NULL);
    for (uint64_t i = 0; i < categories; i++) {
        masses[i] = scramble(&state) >> 11 >> (scramble(&state) % 16);
    }
    check_exact_masses(masses, categories, 1234567, 9999991);
    check_exact_masses(masses, categories / 4, 0, 1000);
    free(masses);
}

/* Masses of 43 bits: their sum fills the 53 bits of a double, times the trials it does not fit. */
TEST(masses_of_many_bits)
{
    enum {
        CATEGORIES = 1000
    };
    uint64_t masses[CATEGORIES], state = 2;
    for (int i = 0; i < CATEGORIES; i++) {
        masses[i] = (scramble(&state) << 12 ^ scramble(&state)) & ((UINT64_C(1) << 43) - 1);
    }
    check_exact_masses(masses, CATEGORIES, 5, 2039);
}

/* Cumulative and expected counts so near to an integer that quotients of doubles are on its wrong
 * side: 1017229103 - 1 / Z is rounded up in the first two, 190 is rounded down in the last. Found
 * by search. */
TEST(counts_next_to_integers)
{
    const uint64_t z = UINT64_C(8589934629), below = UINT64_C(8137832806), n = 1073741831;
    check_exact_masses((uint64_t[]){below - 1, 1, 1, z - below - 1}, 4, 0, n);
    check_exact_masses((uint64_t[]){below, 3}, 2, z - below - 3, n);
    const uint64_t third = UINT64_C(5265088032489765);
    check_exact_masses((uint64_t[]){third, third, third / 7, third - third / 7}, 4, 0, 570);
}

/* On 53-bit integers: modulo 2^64 the product's two parts add up to what 64-bit arithmetic says. */
TEST(products_are_exact)
{
    uint64_t state = 4;
    for (int round = 0; round < REPEATED(100000, 1000); round++) {
        const uint64_t a = (scramble(&state) << 22 ^ scramble(&state)) | 1;
        const uint64_t b = (scramble(&state) << 22 ^ scramble(&state)) | 1;
        const notch_pair product = notch_pair_product((double)a, (double)b);
        NOTE("%" PRIu64 " * %" PRIu64, a, b);
        CHECK_EQUAL_U64((uint64_t)fmod(product.high, 0x1p64) + (uint64_t)(int64_t)product.low,
                        a * b);
    }
}

TEST(only_null_mass)
{
    const double masses[3] = {0, 0, 0};
    for (int choice = 0; choice < 16; choice++) {
        const notch_law law = {.sampler = (notch_sampler)(choice % 4),
                               .inflation = (notch_inflation)(choice / 4 % 2),
                               .masses = masses,
                               .categories = 3,
                               .null_mass = choice / 8,
                               .trials = NOTCH_TRIALS_MAX};
        double means[3] = {9, 9, 9}, variances[3] = {9, 9, 9}, covariance = 9, square = 9;
        CHECK(notch_law_mean(&law, means, NULL) == NOTCH_OK);
        CHECK(notch_law_variance(&law, variances, NULL) == NOTCH_OK);
        CHECK(notch_law_covariance(&law, 0, 2, &covariance, NULL) == NOTCH_OK);
        CHECK(notch_law_second_moment(&law, &square, NULL) == NOTCH_OK);
        for (int i = 0; i < 3; i++) {
            CHECK(means[i] == 0 && variances[i] == 0);
        }
        CHECK(covariance == 0 && square == 0 && signbit(covariance) == 0);
    }
}

/* Proposition 10, its second moment: n (1 - q_0) + n (n - 1) sum q_i^2, by the definition of each
 * letter. Rounded about 20 times, all terms positive: 1e-14. */
TEST(second_moment_of_proposition_10)
{
    const double masses[] = {0.25, 3, 0, 1.5, 0.125}, null_mass = 2.5, n = 1000;
    double total = null_mass, squares = 0, second_moment;
    for (int i = 0; i < 5; i++) {
        total += masses[i];
    }
    for (int i = 0; i < 5; i++) {
        squares += masses[i] / total * (masses[i] / total);
    }
    const notch_law law = {.masses = masses, .categories = 5, .null_mass = 2.5, .trials = 1000};
    CHECK(notch_law_second_moment(&law, &second_moment, NULL) == NOTCH_OK);
    check_near(second_moment, n * (1 - null_mass / total) + n * (n - 1) * squares, 1e-14, 0,
               "second moment");
}

/* The orders of docs/theory.md, section 7, on pseudo-random laws; the slack is for rounding. */
TEST(orders_of_the_samplers)
{
    enum {
        CATEGORIES = 40
    };
    const double slack = 1e-14;
    uint64_t state = 3;
    for (int round = 0; round < 500; round++) {
        double masses[CATEGORIES], means[CATEGORIES], variances[4][CATEGORIES];
        for (int i = 0; i < CATEGORIES; i++) {
            masses[i] = (double)(scramble(&state) >> (scramble(&state) % 12));
        }
        notch_law law = {.masses = masses,
                         .categories = CATEGORIES,
                         .null_mass = round % 2 == 0 ? 0 : (double)scramble(&state),
                         .trials = scramble(&state) % 100};
        CHECK(notch_law_mean(&law, means, NULL) == NOTCH_OK);
        for (int sampler = 0; sampler < 4; sampler++) {
            law.sampler = (notch_sampler)sampler;
            CHECK(notch_law_variance(&law, variances[sampler], NULL) == NOTCH_OK);
        }
        for (int i = 0; i < CATEGORIES; i++) {
            const double mean = means[i];
            const double multinomial = variances[NOTCH_SAMPLER_MULTINOMIAL][i] + slack;
            const double residual = variances[NOTCH_SAMPLER_RESIDUAL][i] + slack;
            const double stratified = variances[NOTCH_SAMPLER_STRATIFIED][i] + slack;
            const double systematic = variances[NOTCH_SAMPLER_SYSTEMATIC][i];
            NOTE("round %d category %d", round, i);
            CHECK(systematic <= stratified && systematic <= residual && systematic <= multinomial);
            CHECK(stratified - slack <= multinomial && residual - slack <= multinomial);
            CHECK(systematic <= fmin(mean, 0.25) + slack);
            CHECK(stratified <= (mean <= 1 ? mean - mean * mean / 2 : 0.5) + 2 * slack);
            CHECK(residual <= fmin(mean, 1) + 2 * slack);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * notch_update_law
 * --------------------------------------------------------------------------------------------- */

typedef struct tiny_update {
    notch_update_law law;   /* gradient, parameters and smoothing are filled in from below */
    int64_t gradient[MOST]; /* in halves */
    uint64_t parameters, smoothing, scale; /* in halves */
    uint64_t trials;                       /* that the rule should take, whatever law.trials says */
} tiny_update;

/* u_i of sr and sign: a number of n m_i / Z rounded up or down, by Z equally likely thresholds. */
static tally enumerate_roundings(const tiny_case *tiny)
{
    const uint64_t width = sum_of_masses(tiny) + tiny->masses[tiny->categories];
    tally all = {.outcomes = width * width};
    for (uint64_t s = 0; s < width; s++) {
        for (uint64_t t = 0; t < width; t++) {
            for (uint64_t i = 0; i < tiny->categories; i++) {
                const uint64_t x = (tiny->trials * tiny->masses[i] + s) / width;
                all.sums[i] += x;
                for (uint64_t j = 0; j < tiny->categories; j++) {
                    const uint64_t y = (tiny->trials * tiny->masses[j] + t) / width;
                    all.products[i][j] += x * (i == j ? x : y);
                }
            }
        }
    }
    if (width == 0) {
        all.outcomes = 1;
    }
    return all;
}

static tiny_case counts_of(const tiny_update *update)
{
    tiny_case tiny = {.sampler = update->law.sampler,
                      .inflation = update->law.inflation,
                      .categories = update->parameters,
                      .trials = update->trials};
    const bool paper = update->law.mode == NOTCH_MODE_PAPER;
    for (uint64_t i = 0; i < update->parameters; i++) {
        tiny.masses[i] = (uint64_t)llabs(update->gradient[i]) + (paper ? 2 : update->smoothing);
        if (update->law.rule == NOTCH_RULE_SIGN) {
            tiny.masses[i] = 1;
        }
    }
    const uint64_t sum = sum_of_masses(&tiny);
    if (update->law.rule != NOTCH_RULE_SIGN && update->law.mode == NOTCH_MODE_UNBIASED &&
        update->scale > sum) {
        tiny.masses[update->parameters] = update->scale - sum;
    }
    return tiny;
}

static void check_tiny_update(const tiny_update *update)
{
    const uint64_t d = update->parameters;
    double gradient[MOST], means[MOST], variances[MOST], square = 0;
    for (uint64_t i = 0; i < d; i++) {
        gradient[i] = (double)update->gradient[i] / 2;
    }
    notch_update_law law = update->law;
    law.gradient = gradient;
    law.parameters = d;
    law.smoothing = (double)update->smoothing / 2;
    law.scale = (double)update->scale / 2;
    NOTE("rule %d mode %d scope %d sampler %d inflation %d trials %d gradient %g %g %g",
         (int)law.rule, (int)law.mode, (int)law.scope, (int)law.sampler, (int)law.inflation,
         (int)update->trials, gradient[0], gradient[1], gradient[2]);

    const tiny_case tiny = counts_of(update);
    const tally all =
        law.rule == NOTCH_RULE_ZIM ? enumerate_law(&tiny) : enumerate_roundings(&tiny);
    CHECK(notch_update_law_mean(&law, means, NULL) == NOTCH_OK);
    CHECK(notch_update_law_variance(&law, variances, NULL) == NOTCH_OK);
    for (uint64_t i = 0; i < d; i++) {
        const int sign = (gradient[i] > 0) - (gradient[i] < 0);
        check_near(means[i], sign * mean_of(&all, i), 1e-15, 1e-20, "mean");
        check_near(variances[i], sign * sign * covariance_of(&all, i, i), 1e-15, 1e-20, "variance");
        for (uint64_t j = 0; j < d; j++) {
            const int signs = sign * ((gradient[j] > 0) - (gradient[j] < 0));
            double covariance;
            CHECK(notch_update_law_covariance(&law, i, j, &covariance, NULL) == NOTCH_OK);
            check_near(covariance, signs * covariance_of(&all, i, j), 1e-15, 1e-20, "covariance");
        }
        square += sign * sign * (double)all.products[i][i];
    }
    double second_moment;
    CHECK(notch_update_law_second_moment(&law, &second_moment, NULL) == NOTCH_OK);
    check_near(second_moment, square / (double)all.outcomes, 1e-15, 1e-20, "second moment");
}

static const int64_t gradients[][MOST] = {{2, -4, 1}, {0, 3, -1}, {-1, 0, 0},
                                          {0, 0, 0},  {5, 5, -5}, {-2, 1, 0}};
enum {
    GRADIENTS = sizeof gradients / sizeof gradients[0]
};

TEST(zim_updates)
{
    for (int choice = 0; choice < GRADIENTS * 2 * 3 * 2 * 4 * 2; choice++) {
        int rest = choice;
        tiny_update update = {.parameters = 3, .trials = 3};
        update.law.rule = NOTCH_RULE_ZIM;
        update.law.trials = 3;
        update.law.inflation = (notch_inflation)(rest % 2);
        rest /= 2;
        update.law.sampler = (notch_sampler)(rest % 4);
        rest /= 4;
        update.law.mode = rest % 2 == 0 ? NOTCH_MODE_UNBIASED : NOTCH_MODE_NORMALISED;
        rest /= 2;
        update.scale = (uint64_t)(rest % 3) * 5; /* none, below some sums, above some */
        rest /= 3;
        update.smoothing = (uint64_t)(rest % 2);
        rest /= 2;
        memcpy(update.gradient, gradients[rest], sizeof update.gradient);
        check_tiny_update(&update);
    }
}

TEST(independent_updates)
{
    for (int choice = 0; choice < GRADIENTS * 2 * 3 * 2 * 2 * 6; choice++) {
        int rest = choice;
        tiny_update update = {.parameters = 3};
        /* unused by these rules, so values that are none must not matter */
        update.law.sampler = (notch_sampler)99;
        update.law.inflation = (notch_inflation)99;
        update.law.trials = update.trials = (uint64_t)(rest % 6);
        rest /= 6;
        update.law.rule = rest % 2 == 0 ? NOTCH_RULE_SR : NOTCH_RULE_SIGN;
        rest /= 2;
        update.law.mode = rest % 2 == 0 ? NOTCH_MODE_UNBIASED : NOTCH_MODE_NORMALISED;
        rest /= 2;
        update.scale = (uint64_t)(rest % 3) * 5;
        rest /= 3;
        update.smoothing = (uint64_t)(rest % 2);
        rest /= 2;
        memcpy(update.gradient, gradients[rest], sizeof update.gradient);
        check_tiny_update(&update);
    }
}

/* Smoothing 1, no null mass, and a number of trials of its own: for 3 parameters it is 3 with scope
 * global, and round(3^(1/k)) = 3, 2, 1 with scope layer and rank k = 1, 2, 3. */
TEST(paper_updates)
{
    const uint64_t trials[] = {3, 3, 2, 1};
    for (int choice = 0; choice < GRADIENTS * 4 * 4 * 3; choice++) {
        int rest = choice;
        tiny_update update = {.parameters = 3, .smoothing = 7, .scale = 50};
        update.law.mode = NOTCH_MODE_PAPER;
        update.law.trials = 1000;
        update.law.rule = (notch_rule)(rest % 3);
        rest /= 3;
        update.law.sampler = (notch_sampler)(rest % 4);
        rest /= 4;
        update.law.dimensions = (uint32_t)(rest % 4);
        update.law.scope = rest % 4 == 0 ? NOTCH_SCOPE_GLOBAL : NOTCH_SCOPE_LAYER;
        update.trials = trials[rest % 4];
        rest /= 4;
        memcpy(update.gradient, gradients[rest], sizeof update.gradient);
        check_tiny_update(&update);
    }
}

static bool power_exceeds(uint64_t base, uint32_t exponent, uint64_t limit)
{
    uint64_t power = 1;
    for (uint32_t k = 0; k < exponent; k++) {
        power *= base;
        if (power > limit) {
            return true;
        }
    }
    return false;
}

/* A gradient of ones has E u_i = n / d, so that the mean tells n: the one integer with
 * (2n - 1)^k <= 2^k d < (2n + 1)^k. */
TEST(trials_of_the_paper)
{
    enum {
        LARGEST = 70000
    };
    static double gradient[LARGEST], means[LARGEST];
    for (int i = 0; i < LARGEST; i++) {
        gradient[i] = 1;
    }
    const uint64_t sizes[] = {1,   2,   3,   4,   5,    6,    7,     8,     9,     12,    13,
                              20,  21,  27,  30,  31,   42,   43,    64,    110,   111,   255,
                              256, 257, 625, 915, 1000, 6561, 15625, 65535, 65536, 65537, LARGEST};
    for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        for (uint32_t dimensions = 1; dimensions <= 8; dimensions++) {
            const uint64_t d = sizes[at];
            const notch_update_law law = {.rule = NOTCH_RULE_SIGN,
                                          .mode = NOTCH_MODE_PAPER,
                                          .scope = NOTCH_SCOPE_LAYER,
                                          .gradient = gradient,
                                          .parameters = d,
                                          .dimensions = dimensions};
            CHECK(notch_update_law_mean(&law, means, NULL) == NOTCH_OK);
            const uint64_t n = (uint64_t)llround(means[0] * (double)d);
            NOTE("d %d dimensions %d n %d", (int)d, (int)dimensions, (int)n);
            CHECK(n >= 1 && !power_exceeds(2 * n - 1, dimensions, d << dimensions));
            CHECK(power_exceeds(2 * n + 1, dimensions, d << dimensions));
        }
    }
}

/* Proposition 11, by the definition of each letter: E u = n g / Z and
 * E ||u||^2 = n |g|_1 / Z + n (n - 1) |g|_2^2 / Z^2. Rounded about 20 times: 1e-14. */
TEST(moments_of_proposition_11)
{
    const double gradient[] = {0.5, -2, 0, 1e-3, -0.75}, scale = 7, n = 12345;
    double norm = 0, squares = 0, means[5], second_moment;
    const notch_update_law law = {.rule = NOTCH_RULE_ZIM,
                                  .mode = NOTCH_MODE_UNBIASED,
                                  .sampler = NOTCH_SAMPLER_MULTINOMIAL,
                                  .gradient = gradient,
                                  .parameters = 5,
                                  .scale = 7,
                                  .trials = 12345};
    CHECK(notch_update_law_mean(&law, means, NULL) == NOTCH_OK);
    CHECK(notch_update_law_second_moment(&law, &second_moment, NULL) == NOTCH_OK);
    for (int i = 0; i < 5; i++) {
        check_near(means[i], n * gradient[i] / scale, 1e-14, 0, "mean");
        norm += fabs(gradient[i]);
        squares += gradient[i] * gradient[i];
    }
    check_near(second_moment, n * norm / scale + n * (n - 1) * squares / (scale * scale), 1e-14, 0,
               "second moment");
}

/* Sums of the largest doubles are beyond any double; the law is not. */
TEST(largest_gradients)
{
    const double most = 0x1.fffffffffffffp1023, gradient[] = {most, -most, most, 0};
    const notch_update_law law = {.rule = NOTCH_RULE_ZIM,
                                  .mode = NOTCH_MODE_NORMALISED,
                                  .gradient = gradient,
                                  .parameters = 4,
                                  .smoothing = most,
                                  .trials = 7};
    double means[4];
    CHECK(notch_update_law_mean(&law, means, NULL) == NOTCH_OK);
    CHECK(means[0] == 2 && means[1] == -2 && means[2] == 2 && means[3] == 0);
}

/* ------------------------------------------------------------------------------------------------
 * Refusals
 * --------------------------------------------------------------------------------------------- */

static void check_refusal(notch_status found, const notch_error *error, notch_status expected,
                          const char *name)
{
    NOTE("'%s' expected in '%.200s'", name, error->message);
    CHECK_EQUAL_I64(found, expected);
    CHECK_EQUAL_I64(error->status, expected);
    CHECK(strstr(error->message, name) != NULL);
}

/* All four functions refuse the law with this status and a sentence that holds `name`, and write
 * nothing. */
static void check_law_refused(const notch_law *law, notch_status expected, const char *name)
{
    double out[2] = {5, 6};
    notch_error error = {0};
    check_refusal(notch_law_mean(law, out, &error), &error, expected, name);
    error = (notch_error){0};
    check_refusal(notch_law_variance(law, out, &error), &error, expected, name);
    error = (notch_error){0};
    check_refusal(notch_law_covariance(law, 0, 1, out, &error), &error, expected, name);
    error = (notch_error){0};
    check_refusal(notch_law_second_moment(law, out, &error), &error, expected, name);
    CHECK_EQUAL_I64(notch_law_mean(law, out, NULL), expected);
    CHECK(out[0] == 5 && out[1] == 6);
}

TEST(laws_refused)
{
    double masses[2] = {1, 2}, out = 5;
    const notch_law good = {.masses = masses, .categories = 2, .trials = 3};
    check_law_refused(NULL, NOTCH_ERROR_ARGUMENT, "law");
    notch_law bad = good;
    bad.masses = NULL;
    check_law_refused(&bad, NOTCH_ERROR_ARGUMENT, "masses");
    bad = good;
    bad.sampler = (notch_sampler)4;
    check_law_refused(&bad, NOTCH_ERROR_ARGUMENT, "sampler");
    bad = good;
    bad.inflation = (notch_inflation)2;
    check_law_refused(&bad, NOTCH_ERROR_ARGUMENT, "inflation");
    bad = good;
    bad.categories = 0;
    check_law_refused(&bad, NOTCH_ERROR_RANGE, "categories");
    bad.categories = (UINT64_C(1) << 31) + 1;
    check_law_refused(&bad, NOTCH_ERROR_RANGE, "categories");
    bad = good;
    bad.trials = NOTCH_TRIALS_MAX + 1;
    check_law_refused(&bad, NOTCH_ERROR_RANGE, "trials");
    const double wrong[] = {-1, -0x1p-1074, (double)INFINITY, (double)NAN};
    for (int i = 0; i < 4; i++) {
        bad = good;
        bad.null_mass = wrong[i];
        check_law_refused(&bad, NOTCH_ERROR_RANGE, "null_mass");
        masses[1] = wrong[i];
        check_law_refused(&good, NOTCH_ERROR_RANGE, "masses[1]");
        masses[1] = 2;
    }
    notch_error error = {0};
    check_refusal(notch_law_mean(&good, NULL, &error), &error, NOTCH_ERROR_ARGUMENT, "mean");
    check_refusal(notch_law_variance(&good, NULL, &error), &error, NOTCH_ERROR_ARGUMENT,
                  "variance");
    check_refusal(notch_law_covariance(&good, 0, 0, NULL, &error), &error, NOTCH_ERROR_ARGUMENT,
                  "covariance");
    check_refusal(notch_law_second_moment(&good, NULL, &error), &error, NOTCH_ERROR_ARGUMENT,
                  "second_moment");
    check_refusal(notch_law_covariance(&good, 2, 0, &out, &error), &error, NOTCH_ERROR_RANGE,
                  "i is 2");
    check_refusal(notch_law_covariance(&good, 0, 7, &out, &error), &error, NOTCH_ERROR_RANGE,
                  "j is 7");
    CHECK(out == 5);
}

static void check_update_refused(const notch_update_law *law, notch_status expected,
                                 const char *name)
{
    double out[2] = {5, 6};
    notch_error error = {0};
    check_refusal(notch_update_law_mean(law, out, &error), &error, expected, name);
    error = (notch_error){0};
    check_refusal(notch_update_law_variance(law, out, &error), &error, expected, name);
    error = (notch_error){0};
    check_refusal(notch_update_law_covariance(law, 0, 1, out, &error), &error, expected, name);
    error = (notch_error){0};
    check_refusal(notch_update_law_second_moment(law, out, &error), &error, expected, name);
    CHECK_EQUAL_I64(notch_update_law_mean(law, out, NULL), expected);
    CHECK(out[0] == 5 && out[1] == 6);
}

TEST(update_laws_refused)
{
    double gradient[2] = {1, -2}, out = 5;
    const notch_update_law good = {.gradient = gradient, .parameters = 2, .scale = 9, .trials = 3};
    CHECK(notch_update_law_second_moment(&good, &out, NULL) == NOTCH_OK);
    out = 5;
    check_update_refused(NULL, NOTCH_ERROR_ARGUMENT, "law");
    notch_update_law bad = good;
    bad.gradient = NULL;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "gradient");
    bad = good;
    bad.rule = NOTCH_RULE_USER;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "rule");
    bad.rule = (notch_rule)77;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "rule");
    bad = good;
    bad.mode = (notch_mode)77;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "mode");
    bad = good;
    bad.sampler = (notch_sampler)77;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "sampler");
    bad = good;
    bad.inflation = (notch_inflation)77;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "inflation");
    bad = good;
    bad.parameters = 0;
    check_update_refused(&bad, NOTCH_ERROR_RANGE, "parameters");
    bad.parameters = (UINT64_C(1) << 31) + 1;
    check_update_refused(&bad, NOTCH_ERROR_RANGE, "parameters");
    bad = good;
    bad.trials = NOTCH_TRIALS_MAX + 1;
    check_update_refused(&bad, NOTCH_ERROR_RANGE, "trials");
    bad = good;
    bad.mode = NOTCH_MODE_PAPER;
    bad.scope = (notch_scope)77;
    check_update_refused(&bad, NOTCH_ERROR_ARGUMENT, "scope");
    bad.scope = NOTCH_SCOPE_LAYER;
    check_update_refused(&bad, NOTCH_ERROR_RANGE, "dimensions");
    bad.dimensions = 9;
    check_update_refused(&bad, NOTCH_ERROR_RANGE, "dimensions");
    const double wrong[] = {-1, -0x1p-1074, (double)INFINITY, (double)NAN};
    for (int i = 0; i < 4; i++) {
        bad = good;
        bad.smoothing = wrong[i];
        check_update_refused(&bad, NOTCH_ERROR_RANGE, "smoothing");
        bad = good;
        bad.scale = wrong[i];
        check_update_refused(&bad, NOTCH_ERROR_RANGE, "scale");
    }
    gradient[1] = (double)NAN;
    check_update_refused(&good, NOTCH_ERROR_NOT_FINITE, "gradient[1]");
    gradient[1] = -(double)INFINITY;
    check_update_refused(&good, NOTCH_ERROR_NOT_FINITE, "gradient[1]");
    gradient[1] = -2;
    notch_error error = {0};
    check_refusal(notch_update_law_mean(&good, NULL, &error), &error, NOTCH_ERROR_ARGUMENT, "mean");
    check_refusal(notch_update_law_variance(&good, NULL, &error), &error, NOTCH_ERROR_ARGUMENT,
                  "variance");
    check_refusal(notch_update_law_covariance(&good, 0, 0, NULL, &error), &error,
                  NOTCH_ERROR_ARGUMENT, "covariance");
    check_refusal(notch_update_law_second_moment(&good, NULL, &error), &error, NOTCH_ERROR_ARGUMENT,
                  "second_moment");
    check_refusal(notch_update_law_covariance(&good, 2, 0, &out, &error), &error, NOTCH_ERROR_RANGE,
                  "i is 2");
    check_refusal(notch_update_law_covariance(&good, 0, 7, &out, &error), &error, NOTCH_ERROR_RANGE,
                  "j is 7");
    CHECK(out == 5);
}

TEST_MAIN(RUN(every_tiny_law), RUN(some_laws_of_five_categories), RUN(units_of_mass),
          RUN(most_trials), RUN(many_categories), RUN(masses_of_many_bits),
          RUN(counts_next_to_integers), RUN(products_are_exact), RUN(only_null_mass),
          RUN(second_moment_of_proposition_10), RUN(orders_of_the_samplers), RUN(zim_updates),
          RUN(independent_updates), RUN(paper_updates), RUN(trials_of_the_paper),
          RUN(moments_of_proposition_11), RUN(largest_gradients), RUN(laws_refused),
          RUN(update_laws_refused))
