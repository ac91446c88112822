/* test_sample.c - one draw: its law, its exact promises, its error bounds and its errors.
 * SPDX-License-Identifier: MIT
 *
 * Small cases are compared with the enumeration of every outcome (outcomes.h). Of large ones,
 * stratified and systematic counts are recomputed from the random words by exact division, and the
 * expected counts that integer positions stand for are compared with the rational ones.
 */
#include <notch/notch.h>
#include <stdlib.h>

#include "base/wide.h"
#include "isas.h"
#include "outcomes.h"
#include "rng/philox.h"
#include "update/sample/plan.h"
#include "update/sample/positions.h"

/* How rarely a correct sampler fails a statistical test of this file with a fresh seed; divided by
 * the number of statistics that a test looks at. */
#define SIGNIFICANCE 1e-6
#define MOST_TOTAL ((UINT64_C(1) << 63) - 1)

enum {
    LARGEST = 10242, /* 5 blocks and two categories */
    SAMPLERS = 4
};

static uint32_t masses[LARGEST];
static uint64_t counts[LARGEST];

static void draw_with(const notch_sample_request *request, notch_isa isa, uint64_t *null_count)
{
    static _Alignas(64) unsigned char workspace[256 * 1024];
    const notch_runtime runtime = {.isa = isa};
    notch_error error = {0};
    CHECK(notch_sample_workspace(request->categories, 1) <= sizeof workspace);
    const notch_status status =
        notch_sample(request, &runtime, workspace, sizeof workspace, counts, null_count, &error);
    if (status != NOTCH_OK) {
        TEST_FAIL("%s", error.message);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Small cases
 * --------------------------------------------------------------------------------------------- */

/* Each case with 0 to 5 trials, by all samplers with both inflations, and its masses in small and
 * in large units. tests/stat/test_sample_law.c takes more cases and draws. */
TEST(laws_of_small_cases)
{
    static const struct {
        uint32_t masses[OUTCOME_CATEGORIES];
        uint64_t categories, null_mass;
    } cases[] = {
        {{1}, 1, 0},          {{3}, 1, 2},           {{0}, 1, 0},          {{0, 0}, 2, 3},
        {{1, 2}, 2, 0},       {{0, 5}, 2, 2},        {{2, 1, 4}, 3, 0},    {{1, 0, 3}, 3, 3},
        {{3, 3, 3}, 3, 1},    {{1, 2, 3, 4}, 4, 0},  {{0, 7, 0, 1}, 4, 2}, {{5, 1, 1, 5}, 4, 12},
        {{1, 1, 1, 1}, 4, 4}, {{97, 1, 1, 1}, 4, 0},
    };
    enum {
        CASES = sizeof cases / sizeof cases[0],
        CHOICES = CASES * (OUTCOME_TRIALS + 1) * SAMPLERS * 2
    };
    for (int choice = 0; choice < CHOICES; choice++) {
        int rest = choice;
        small_case small = {.unit = choice % 5 == 0 ? UINT32_MAX / 97 : 1};
        small.sampler = (notch_sampler)(rest % SAMPLERS);
        rest /= SAMPLERS;
        small.inflation = (notch_inflation)(rest % 2);
        rest /= 2;
        small.trials = (uint64_t)(rest % (OUTCOME_TRIALS + 1));
        rest /= OUTCOME_TRIALS + 1;
        small.categories = cases[rest].categories;
        small.null_mass = cases[rest].null_mass;
        memcpy(small.masses, cases[rest].masses, sizeof small.masses);
        check_outcomes(&small, 300, (uint64_t)choice, SIGNIFICANCE / CHOICES);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Masses of all kinds
 * --------------------------------------------------------------------------------------------- */

typedef enum mass_kind {
    MASSES_UNIFORM,   /* 0 to 2^32 - 1 */
    MASSES_SIZES,     /* of 1 to 32 bits */
    MASSES_LARGEST,   /* all 2^32 - 1 */
    MASSES_SPARSE,    /* one in 50 not zero */
    MASSES_DOMINATED, /* one category has 99.9 % or, of many categories, as much as can be */
    MASSES_ONES,
    MASSES_LATE,  /* nothing in the first half */
    MASSES_EARLY, /* nothing in the second half */
    MASS_KINDS
} mass_kind;

/* Fills `masses` and returns the sum, which is not 0. */
static uint64_t fill_masses(mass_kind kind, uint64_t categories, uint64_t *state)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < categories; i++) {
        const uint64_t random = scramble(state), word = random >> 32;
        switch (kind) {
        case MASSES_UNIFORM:
            masses[i] = (uint32_t)word;
            break;
        case MASSES_SIZES:
            masses[i] = (uint32_t)(word >> random % 32);
            break;
        case MASSES_LARGEST:
            masses[i] = UINT32_MAX;
            break;
        case MASSES_SPARSE:
            masses[i] = random % 50 == 0 ? (uint32_t)word : 0;
            break;
        case MASSES_DOMINATED:
            masses[i] = (uint32_t)(word / 1000 / categories);
            break;
        case MASSES_ONES:
            masses[i] = 1;
            break;
        case MASSES_LATE:
            masses[i] = i < categories / 2 ? 0 : (uint32_t)word;
            break;
        case MASSES_EARLY:
        case MASS_KINDS:
            masses[i] = i > categories / 2 ? 0 : (uint32_t)word;
            break;
        }
        sum += masses[i];
    }
    if (kind == MASSES_DOMINATED || sum == 0) {
        const uint64_t i = scramble(state) % categories;
        sum += UINT32_MAX - masses[i];
        masses[i] = UINT32_MAX;
    }
    return sum;
}

/* floor(a * b / divisor) and the rest. */
static uint64_t share(uint64_t a, uint64_t b, uint64_t divisor, uint64_t *rest)
{
    return notch_div128(notch_mul64(a, b), divisor, rest);
}

/* Bounds that hold whatever the random words say; counts of the multinomial sampler may only stray
 * with a small chance. `lambda` is floor(expected count). Where an expected count is a whole
 * number, rounding can move a point across it with probability 2^-32. */
static void check_count(const notch_sample_request *request, uint64_t total, uint64_t mass,
                        uint64_t count, double chance)
{
    uint64_t rest;
    const uint64_t lambda = share(request->trials, mass, total, &rest);
    bool within = count == 0;
    if (mass != 0) {
        const double mean = (double)request->trials * (double)mass / (double)total;
        switch (request->trials > 1 ? request->sampler : NOTCH_SAMPLER_MULTINOMIAL) {
        case NOTCH_SAMPLER_MULTINOMIAL: /* a sum of independent 0 or 1, less their means */
            within = fabs((double)count - mean) <= bernstein(mean, 1, chance) &&
                     count <= request->trials;
            break;
        case NOTCH_SAMPLER_RESIDUAL:
            within = count >= lambda;
            break;
        case NOTCH_SAMPLER_STRATIFIED: /* parts of two strata besides whole ones */
            within = count + 1 >= lambda && count <= lambda + 2;
            break;
        case NOTCH_SAMPLER_SYSTEMATIC:
            within = count == lambda || (count == lambda + 1 && rest != 0);
            break;
        }
    }
    if (!within) {
        TEST_FAIL("count %" PRIu64 " of mass %" PRIu64 ", expected about %" PRIu64, count, mass,
                  lambda);
    }
}

/* Checks what every draw of sum `sum` promises. Returns whether all trials were null. */
static bool check_draw(const notch_sample_request *request, uint64_t sum, notch_isa isa,
                       double chance)
{
    uint64_t null_count = 77, drawn = 0;
    memset(counts, 0xa5, sizeof counts);
    draw_with(request, isa, &null_count);
    for (uint64_t i = 0; i < request->categories; i++) {
        drawn += counts[i];
    }
    CHECK_EQUAL_U64(drawn + null_count, request->trials);
    CHECK_EQUAL_U64(counts[request->categories], UINT64_C(0xa5a5a5a5a5a5a5a5));
    const bool vector = request->inflation == NOTCH_INFLATION_VECTOR;
    if (vector && drawn == 0) {
        CHECK(request->null_mass != 0 || request->trials == 0);
        return true;
    }
    const uint64_t total = vector ? sum : sum + request->null_mass;
    for (uint64_t i = 0; i < request->categories; i++) {
        check_count(request, total, request->masses[i], counts[i], chance);
    }
    check_count(request, total, vector ? 0 : request->null_mass, null_count, chance);
    return null_count == request->trials;
}

TEST(totals_and_bounds)
{
    const uint64_t sizes[] = {1, 2, 5, 2047, 2048, 2049, 4096, 5000, LARGEST - 1};
    const uint64_t trials[] = {0, 1, 2, 1000000000000, NOTCH_TRIALS_MAX - 1, NOTCH_TRIALS_MAX};
    const uint64_t percent[] = {1, 100, 500, 3300};
    enum {
        DRAWS = 9 * 10 * SAMPLERS
    };
    uint64_t state = 1;
    for (int choice = 0; choice < DRAWS; choice++) {
        const uint64_t d = sizes[choice / 10 / SAMPLERS];
        const int at = choice / SAMPLERS % 10;
        const mass_kind kind = (mass_kind)(scramble(&state) % MASS_KINDS);
        const uint64_t sum = fill_masses(kind, d, &state);
        const uint64_t nulls[] = {0, 1, sum / 2, MOST_TOTAL - sum};
        const notch_sample_request request = {
            .sampler = (notch_sampler)(choice % SAMPLERS),
            .inflation = (notch_inflation)(scramble(&state) % 2),
            .masses = masses,
            .categories = d,
            .null_mass = nulls[scramble(&state) % 4],
            .trials = at < 6 ? trials[at] : d * percent[at - 6] / 100,
            .key = {.seed = scramble(&state), .step = (uint32_t)choice, .stream = 0xffffff}};
        NOTE("draw %d: %s, %s, %" PRIu64 " trials over %d masses of kind %d, null mass %" PRIu64,
             choice, notch_sampler_name(request.sampler), notch_inflation_name(request.inflation),
             request.trials, (int)d, (int)kind, request.null_mass);
        /* multinomial counts and the null one, of at most 9 * 10 draws */
        (void)check_draw(&request, sum, choice % 3 == 0 ? NOTCH_ISA_REF : NOTCH_ISA_BEST,
                         SIGNIFICANCE / 90 / (double)(d + 1));
    }
}

/* With nothing to fall on, all trials are null. */
TEST(all_masses_zero)
{
    const uint64_t sizes[] = {1, 4, 2048, 5000}, trials[] = {0, 1, 7, NOTCH_TRIALS_MAX};
    const uint64_t nulls[] = {0, 1, MOST_TOTAL};
    memset(masses, 0, sizeof masses);
    for (int choice = 0; choice < 4 * 4 * 3 * SAMPLERS * 2; choice++) {
        const notch_sample_request request = {.sampler = (notch_sampler)(choice % SAMPLERS),
                                              .inflation = (notch_inflation)(choice / SAMPLERS % 2),
                                              .masses = masses,
                                              .categories = sizes[choice / 8 % 4],
                                              .null_mass = nulls[choice / 32 % 3],
                                              .trials = trials[choice / 96],
                                              .key = {.seed = 9, .step = (uint32_t)choice}};
        uint64_t null_count = 77;
        memset(counts, 0xa5, sizeof counts);
        NOTE("choice %d", choice);
        draw_with(&request, NOTCH_ISA_BEST, &null_count);
        CHECK_EQUAL_U64(null_count, request.trials);
        for (uint64_t i = 0; i < request.categories; i++) {
            CHECK_EQUAL_U64(counts[i], 0);
        }
    }
}

/* A mass that shares Z = 2^63 - 1 with the null one gets no trial of a few, 2^32 / 2^63 being too
 * little: 4,000 trials by 4 samplers stray with a chance of 32,000 / 2^31 = 1.5e-5. The other way
 * round, 2^31 masses of 2^32 - 1 would be needed; those of a block have to do. */
TEST(largest_totals)
{
    for (int sampler = 0; sampler < SAMPLERS; sampler++) {
        uint64_t null_count;
        masses[0] = masses[1] = UINT32_MAX;
        notch_sample_request request = {.sampler = (notch_sampler)sampler,
                                        .masses = masses,
                                        .categories = 2,
                                        .null_mass = MOST_TOTAL - 2 * (uint64_t)UINT32_MAX,
                                        .trials = 4000,
                                        .key = {.seed = 4}};
        NOTE("%s", notch_sampler_name(request.sampler));
        draw_with(&request, NOTCH_ISA_BEST, &null_count);
        CHECK_EQUAL_U64(null_count, 4000);
        /* 2^40 trials: lambda = 2^40 (2^32 - 1) / (2^63 - 1) = 512 (1 - 2^-32 + 2^-63...), which is
         * within 2^-23 of 512 */
        request.trials = NOTCH_TRIALS_MAX;
        draw_with(&request, NOTCH_ISA_BEST, &null_count);
        CHECK_EQUAL_U64(counts[0] + counts[1] + null_count, NOTCH_TRIALS_MAX);
        const double reach = sampler == 0 ? bernstein(512, 1, SIGNIFICANCE / 2) : 1;
        CHECK(fabs((double)counts[0] - 512) <= reach && fabs((double)counts[1] - 512) <= reach);
        for (uint64_t i = 0; i < 2049; i++) {
            masses[i] = UINT32_MAX;
        }
        request.categories = 2049;
        request.null_mass = 0;
        draw_with(&request, NOTCH_ISA_BEST, &null_count);
        CHECK_EQUAL_U64(null_count, 0);
        for (uint64_t i = 0; i < 2049; i++) {
            check_count(&request, 2049 * (uint64_t)UINT32_MAX, UINT32_MAX, counts[i],
                        SIGNIFICANCE / 2049);
        }
    }
}

/* Share of the vector-inflated draws that are null: 3 of 4. Of 2,000 draws the number is
 * binomial. */
TEST(vectors_are_null_as_often_as_the_null_mass_says)
{
    for (int sampler = 0; sampler < SAMPLERS; sampler++) {
        uint64_t state = 5, nulls = 0;
        const uint64_t sum = fill_masses(MASSES_SIZES, 30, &state);
        notch_sample_request request = {.sampler = (notch_sampler)sampler,
                                        .inflation = NOTCH_INFLATION_VECTOR,
                                        .masses = masses,
                                        .categories = 30,
                                        .null_mass = 3 * sum,
                                        .trials = 40,
                                        .key = {.seed = 6}};
        for (uint32_t step = 0; step < 2000; step++) {
            request.key.step = step;
            NOTE("sampler %d step %d", sampler, (int)step);
            nulls += check_draw(&request, sum, NOTCH_ISA_BEST, 1e-12) ? 1 : 0;
        }
        NOTE("sampler %d: %d null draws", sampler, (int)nulls);
        CHECK(fabs((double)nulls - 1500) < bernstein(2000 * 0.1875, 0.75, SIGNIFICANCE / 4));
    }
}

/* Where every expected count is a whole number, the other samplers than multinomial leave nothing
 * to chance, although positions are rounded: masses w_i unit, a null mass that fills up to Z = W
 * unit, and k W trials make k w_i. (A position one unit short of a whole meets a point with a
 * chance of 2^-32, 20,000 times.) */
TEST(whole_expected_counts_are_certain)
{
    const uint64_t sizes[] = {1, 3, 100, 2048, 2049};
    uint64_t state = 7;
    for (int choice = 0; choice < 5 * 3 * 4; choice++) {
        const uint64_t d = sizes[choice / 12], unit = 1 + scramble(&state) % 100000;
        const uint64_t k = 1 + scramble(&state) % (choice % 4 == 0 ? 5000 : 3);
        uint64_t weight = 1 + scramble(&state) % (2 * d);
        weight = choice % 4 == 3 ? 0 : weight; /* of the null */
        const uint64_t null_mass = weight * unit;
        for (uint64_t i = 0; i < d; i++) {
            const uint64_t own = scramble(&state) % 3 + (i == 0 ? 1 : 0);
            masses[i] = (uint32_t)(own * unit);
            weight += own;
        }
        const notch_sample_request request = {.sampler = (notch_sampler)(1 + choice / 4 % 3),
                                              .masses = masses,
                                              .categories = d,
                                              .null_mass = null_mass,
                                              .trials = k * weight,
                                              .key = {.seed = 8, .step = (uint32_t)choice}};
        uint64_t null_count;
        draw_with(&request, NOTCH_ISA_BEST, &null_count);
        for (uint64_t i = 0; i < d; i++) {
            NOTE("choice %d: %s, %" PRIu64 " trials over %d masses, null mass %" PRIu64
                 ", category %d",
                 choice, notch_sampler_name(request.sampler), request.trials, (int)d, null_mass,
                 (int)i);
            CHECK_EQUAL_U64(counts[i], k * (masses[i] / unit));
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Stratified and systematic counts from the random words
 * --------------------------------------------------------------------------------------------- */

/* Number of points below n C / Z on the axis of the trials. */
static uint64_t points_below(const notch_sample_request *request, uint64_t total,
                             uint64_t cumulative)
{
    uint64_t rest, ignored;
    const notch_key own = notch_key_for(&request->key, NOTCH_PURPOSE_STRATUM);
    const uint64_t stratum = share(cumulative, request->trials, total, &rest);
    const uint64_t fraction = share(rest, UINT64_C(1) << 32, total, &ignored);
    const bool shared = request->sampler == NOTCH_SAMPLER_SYSTEMATIC;
    return stratum + (fraction > notch_random_word(&own, shared ? 0 : stratum) ? 1 : 0);
}

static void check_points(const notch_sample_request *request, uint64_t sum)
{
    const uint64_t total = sum + request->null_mass;
    uint64_t cumulative = 0, below = 0;
    for (uint64_t i = 0; i < request->categories; i++) {
        cumulative += request->masses[i];
        const uint64_t next = points_below(request, total, cumulative);
        if (counts[i] != next - below) {
            TEST_FAIL("category %" PRIu64 " has %" PRIu64 " points, expected %" PRIu64, i,
                      counts[i], next - below);
        }
        below = next;
    }
}

/* Positions are off by less than 1 + 3/64 units of 2^-32, so a point is on the wrong side of one of
 * the 190,000 ends of categories below with a chance of less than 1e-4. Blocks are narrow, up to
 * 8,190 strata, or wide: with 2,048 equal masses the trials 8,190 and 8,191 are the two sides. */
TEST(points_are_where_they_should_be)
{
    const uint64_t sizes[] = {1, 3, 2048, 2049, 6000};
    const uint64_t trials[] = {2,    3,    1000,  8189,          8190,
                               8191, 8192, 30000, 1000000000000, NOTCH_TRIALS_MAX};
    uint64_t state = 8;
    for (int choice = 0; choice < 5 * 10 * 2; choice++) {
        const uint64_t d = sizes[choice / 20];
        const mass_kind kind = (mass_kind)(scramble(&state) % MASS_KINDS);
        const uint64_t sum = fill_masses(kind, d, &state);
        const uint64_t nulls[] = {0, 1, sum / 2, 100 * sum};
        const notch_sample_request request = {
            .sampler = choice % 2 == 0 ? NOTCH_SAMPLER_STRATIFIED : NOTCH_SAMPLER_SYSTEMATIC,
            .masses = masses,
            .categories = d,
            .null_mass = nulls[scramble(&state) % 4],
            .trials = trials[choice / 2 % 10],
            .key = {.seed = scramble(&state), .step = 5, .stream = (uint32_t)choice}};
        NOTE("draw %d: %" PRIu64 " trials over %d masses of kind %d, null mass %" PRIu64, choice,
             request.trials, (int)d, (int)kind, request.null_mass);
        draw_with(&request, NOTCH_ISA_BEST, NULL);
        check_points(&request, sum);
        draw_with(&request, NOTCH_ISA_REF, NULL);
        check_points(&request, sum);
    }
}

/* Moves the end of category i within its stratum, taking from the next category, so that it is the
 * last to leave the stratum's point to the next category, or `beyond` the first to have it. The end
 * is then a few units of 2^-32 from the point; nothing is done where it would be within 4/64, for
 * positions may be off by 3/64. before: cumulative mass before the category. */
static void move_end(const notch_sample_request *request, uint64_t total, uint64_t before,
                     uint64_t i, bool beyond)
{
    const notch_key own = notch_key_for(&request->key, NOTCH_PURPOSE_STRATUM);
    const bool shared = request->sampler == NOTCH_SAMPLER_SYSTEMATIC;
    uint64_t rest;
    const uint64_t stratum = share(before + masses[i], request->trials, total, &rest);
    const uint64_t point = notch_random_word(&own, shared ? 0 : stratum);
    /* an end has the point if it is at `limit` units or more: n C 2^32 / Z >= limit */
    const uint64_t limit = (stratum << 32) + point + 1;
    const notch_u128 product = notch_mul64(limit, total);
    const uint64_t least = notch_div128_wide(product, request->trials << 32).low + 1;
    const uint64_t end = least - (beyond ? 0 : 1);
    const notch_u128 sixtyfourths =
        notch_div128_wide(notch_shift_left128(notch_mul64(end, request->trials), 38), total);
    const uint64_t found = sixtyfourths.low, wanted = limit << 6;
    if (found > wanted + 4 || found + 4 < wanted) {
        masses[i + 1] += (uint32_t)(before + masses[i] - end);
        masses[i] = (uint32_t)(end - before);
    }
}

/* Counts are exact with every second end of a category next to a point: the most that can be asked
 * of positions. Two blocks of 8,000 strata, which is narrow, or of 20,000, some of the latter in
 * categories of more than 8,191. */
TEST(points_next_to_borders)
{
    const uint64_t sizes[] = {4096, 4096, 2050};
    const uint64_t trials[] = {16000, 40000, 20000000};
    uint64_t state = 21;
    for (int choice = 0; choice < 3 * 2 * 4; choice++) {
        const uint64_t d = sizes[choice / 8], n = trials[choice / 8];
        uint64_t sum = 0;
        for (uint64_t i = 0; i < d; i++) {
            masses[i] = (UINT32_C(1) << 31) + (uint32_t)(scramble(&state) >> 34);
            sum += masses[i];
        }
        const notch_sample_request request = {.sampler = choice % 2 == 0 ? NOTCH_SAMPLER_STRATIFIED
                                                                         : NOTCH_SAMPLER_SYSTEMATIC,
                                              .masses = masses,
                                              .categories = d,
                                              .null_mass = scramble(&state) % (sum / 8),
                                              .trials = n,
                                              .key = {.seed = scramble(&state)}};
        uint64_t before = 0;
        for (uint64_t i = 0; i + 1 < d; i += 2) {
            move_end(&request, sum + request.null_mass, before, i, choice / 2 % 2 == 0);
            before += masses[i];
            before += masses[i + 1];
        }
        FOR_EACH_ISA(isa)
        {
            NOTE("choice %d: %s, %d trials, %s", choice, notch_sampler_name(request.sampler),
                 (int)n, notch_isa_name(isa));
            draw_with(&request, isa, NULL);
            check_points(&request, sum);
        }
    }
}

/* Categories are half-open: a point that lies where one ends and the next begins belongs to the
 * next. With Z = 2^32 and 2^12 or 2^14 trials, positions are exact, and the end of the first of two
 * categories is put on the point of a stratum that such a position can meet: in a narrow block, in
 * a wide block but a short category, and in a category of more than 8,191 strata itself. */
TEST(points_on_borders)
{
    for (int choice = 0; choice < 6; choice++) {
        const uint32_t bits = choice / 2 == 0 ? 12 : 14;
        const uint64_t least = choice / 2 == 2 ? 9000 : 1;
        notch_sample_request request = {.sampler = choice % 2 == 0 ? NOTCH_SAMPLER_STRATIFIED
                                                                   : NOTCH_SAMPLER_SYSTEMATIC,
                                        .masses = masses,
                                        .categories = 2,
                                        .trials = UINT64_C(1) << bits,
                                        .key = {.seed = 19}};
        uint64_t stratum = 0;
        uint32_t point = 1;
        for (uint64_t k = 0; point == 0 || point % (UINT32_C(1) << bits) != 0; k++) {
            const bool shared = choice % 2 == 1;
            stratum = least + k % 1000;
            request.key.step = (uint32_t)(k / 1000 * (shared ? 1000 : 1) + (shared ? k % 1000 : 0));
            const notch_key own = notch_key_for(&request.key, NOTCH_PURPOSE_STRATUM);
            point = notch_random_word(&own, shared ? 0 : stratum);
        }
        for (uint32_t beyond = 0; beyond < 2; beyond++) {
            masses[0] = (uint32_t)(stratum << (32 - bits)) + (point >> bits) + beyond;
            masses[1] = 0 - masses[0];
            FOR_EACH_ISA(isa)
            {
                NOTE("%s of 2^%d trials by %s, point %" PRIu32 " of stratum %d, %d beyond",
                     notch_sampler_name(request.sampler), (int)bits, notch_isa_name(isa), point,
                     (int)stratum, (int)beyond);
                draw_with(&request, isa, NULL);
                CHECK_EQUAL_U64(counts[0], stratum + beyond);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Expected counts that integer positions stand for
 * --------------------------------------------------------------------------------------------- */

enum {
    BLOCKS = 4
};
static notch_block blocks[BLOCKS + 1];
static uint64_t whole[NOTCH_BLOCK];
static uint32_t remainders[NOTCH_BLOCK];

static notch_plan place_blocks(uint64_t categories, uint64_t null_mass, uint64_t trials)
{
    memset(blocks, 0, sizeof blocks);
    const notch_plan none = {.sampler = NOTCH_SAMPLER_RESIDUAL,
                             .trials = trials,
                             .null_mass = null_mass,
                             .blocks = blocks,
                             .block_count = notch_block_count(categories)};
    notch_plan plan = none;
    for (uint64_t i = 0; i < categories; i++) {
        notch_block *block = &blocks[i / NOTCH_BLOCK];
        block->first = block->index = i / NOTCH_BLOCK * NOTCH_BLOCK;
        block->count++;
        block->mass_sum += masses[i];
        block->weight = block->mass_sum;
    }
    plan.total = notch_plan_accumulate(blocks, plan.block_count);
    notch_plan_place(&plan);
    return plan;
}

/* units * total - n m 2^32: by how much the expected count `units` / 2^32 exceeds n m / total, in
 * units of 2^-32 / total. The magnitude; *negative is the sign. Everything is below 2^105. */
static notch_u128 excess(notch_u128 units, uint64_t total, uint64_t trials, uint64_t mass,
                         bool *negative)
{
    const notch_u128 found = notch_mul128(units, total);
    const notch_u128 truth = notch_shift_left128(notch_mul64(trials, mass), 32);
    *negative = found.high < truth.high || (found.high == truth.high && found.low < truth.low);
    return *negative ? notch_sub128(truth, found) : notch_sub128(found, truth);
}

/* Whether it is below 1 + 3/64 units. */
static bool is_small(notch_u128 difference, uint64_t total)
{
    const notch_u128 left = notch_mul128(difference, 64), right = notch_mul64(total, 67);
    return left.high < right.high || (left.high == right.high && left.low < right.low);
}

/* floor(n C / Z 2^32): the end of a category on the axis of the trials, rounded down. */
static notch_u128 end_of_category(const notch_plan *plan, uint64_t cumulative)
{
    const uint64_t total = plan->total + plan->null_mass;
    uint64_t rest, ignored;
    const uint64_t stratum = share(cumulative, plan->trials, total, &rest);
    const uint64_t fraction = share(rest, UINT64_C(1) << 32, total, &ignored);
    return (notch_u128){stratum >> 32, (stratum << 32) | fraction};
}

/* The ends of categories of integer masses are rounded down, so an expected count is off by less
 * than a unit of 2^-32, and not at all if it is whole or the mass 0. */
static void check_expected(const notch_plan *plan, const notch_block *block)
{
    const uint64_t total = plan->total + plan->null_mass;
    uint64_t cumulative = block->before;
    notch_u128 before = end_of_category(plan, cumulative);
    notch_block_expected(block, total, plan->trials, masses + block->first, whole, remainders);
    for (uint32_t i = 0; i < block->count; i++) {
        const uint32_t mass = masses[block->first + i];
        cumulative += mass;
        const notch_u128 end = end_of_category(plan, cumulative);
        const notch_u128 units = notch_sub128(end, before);
        const uint64_t expected = (units.high << 32) | (units.low >> 32);
        if (whole[i] != expected || remainders[i] != (uint32_t)units.low) {
            TEST_FAIL("category %d of mass %" PRIu32 " of block %d (%s): expected count %" PRIu64
                      " + %" PRIu32 " / 2^32, but %" PRIu64 " + %" PRIu32 " / 2^32",
                      (int)i, mass, (int)(block - blocks),
                      notch_block_is_narrow(block) ? "narrow" : "wide", whole[i], remainders[i],
                      expected, (uint32_t)units.low);
        }
        CHECK(mass != 0 || (whole[i] == 0 && remainders[i] == 0));
        before = end;
    }
}

static void check_narrow_positions(const notch_plan *plan, const notch_block *block)
{
    const uint64_t total = plan->total + plan->null_mass;
    const notch_positions positions = notch_block_positions(block);
    CHECK(positions.start >> 38 == 0 && positions.width >> 51 == 0 && positions.ratio >> 52 == 0);
    CHECK((block->mass_sum << positions.shift) >> 52 == 0);
    uint64_t cumulative = 0, before = positions.start >> NOTCH_POSITION_EXTRA_BITS;
    for (uint32_t i = 0; i < block->count; i++) {
        const uint32_t mass = masses[block->first + i];
        cumulative += mass;
        const notch_u128 product = notch_mul64(cumulative << positions.shift, positions.ratio);
        const uint64_t offset = (product.high << 12) | (product.low >> 52);
        const uint64_t at =
            (positions.start + (offset < positions.width ? offset : positions.width)) >>
            NOTCH_POSITION_EXTRA_BITS;
        bool negative;
        CHECK(at >= before);
        CHECK(is_small(excess((notch_u128){0, at - before}, total, plan->trials, mass, &negative),
                       total));
        CHECK(mass != 0 || at == before);
        before = at;
    }
    /* the last category reaches the block's end, which is where the next block starts */
    const uint64_t end = ((block[1].stratum - block->stratum) << 32) +
                         (block[1].fraction >> NOTCH_POSITION_EXTRA_BITS);
    CHECK_EQUAL_U64(before, end);
}

/* What positions.h says: the residual sampler's expected counts are off by less than a unit of
 * 2^-32, those that narrow blocks use for stratified and systematic ones by less than 1 + 3/64, and
 * both by 0 if the mass is 0. Divided by n >= 2 that is below the 2^-32 of core.h. */
TEST(expected_counts_are_within_their_bound)
{
    const uint64_t sizes[] = {1, 2, 3, 40, 2047, 2048, 2049, BLOCKS * NOTCH_BLOCK};
    const uint64_t trials[] = {
        2,    3,     7,     100,   2048,  8189,    8190,          8191,
        8192, 16381, 16383, 20000, 65536, 1000003, 1000000000000, NOTCH_TRIALS_MAX};
    uint64_t state = 12;
    int narrow = 0, wide = 0;
    for (int choice = 0; choice < 8 * 16 * 2; choice++) {
        const uint64_t d = sizes[choice / 32], n = trials[choice / 2 % 16];
        const mass_kind kind = (mass_kind)(scramble(&state) % MASS_KINDS);
        const uint64_t sum = fill_masses(kind, d, &state);
        const uint64_t nulls[] = {0, 1, sum, scramble(&state) >> 2, MOST_TOTAL - sum};
        const uint64_t null_mass = nulls[scramble(&state) % 5];
        const notch_plan plan = place_blocks(d, null_mass, n);
        NOTE("choice %d: %" PRIu64 " trials over %d masses of kind %d, null mass %" PRIu64, choice,
             n, (int)d, (int)kind, null_mass);
        CHECK_EQUAL_U64(plan.total, sum);
        for (uint64_t b = 0; b < plan.block_count; b++) {
            if (blocks[b].mass_sum == 0) {
                CHECK_EQUAL_U64(blocks[b].stratum, blocks[b + 1].stratum);
                CHECK_EQUAL_U64(blocks[b].fraction, blocks[b + 1].fraction);
                continue;
            }
            check_expected(&plan, &blocks[b]);
            if (notch_block_is_narrow(&blocks[b])) {
                check_narrow_positions(&plan, &blocks[b]);
            }
            narrow += notch_block_is_narrow(&blocks[b]) ? 1 : 0;
            wide += notch_block_is_narrow(&blocks[b]) ? 0 : 1;
        }
    }
    NOTE("%d narrow blocks, %d wide ones", narrow, wide);
    CHECK(narrow > 50 && wide > 50);
}

/* What the residual sampler throws at random, `drawn` trials over remainders that add up to
 * `weight`, that of the null included, is a whole number of trials: then a category's mean is its
 * expected count as rounded, whatever is drawn, and check_expected bounds its error by a unit:
 * 2^-32 of a count, less than the 2^-32 of core.h times n. */
static void check_remainders(uint64_t d, uint64_t null_mass, uint64_t n)
{
    const notch_plan plan = place_blocks(d, null_mass, n);
    const notch_block *end = &blocks[plan.block_count];
    const uint64_t fraction = end->fraction >> NOTCH_POSITION_EXTRA_BITS;
    uint64_t weight = fraction != 0 ? (UINT64_C(1) << 32) - fraction : 0;
    uint64_t drawn = end->stratum + (fraction != 0);
    for (uint64_t b = 0; b < plan.block_count; b++) {
        if (blocks[b].mass_sum == 0) {
            continue;
        }
        check_expected(&plan, &blocks[b]);
        for (uint32_t i = 0; i < blocks[b].count; i++) {
            drawn -= whole[i];
            weight += remainders[i];
        }
    }
    CHECK(drawn <= d + 1);
    CHECK_EQUAL_U64(weight, drawn << 32);
}

TEST(remainders_are_whole_trials)
{
    const uint64_t sizes[] = {1, 2, 3, 5, 40, 2049, BLOCKS * NOTCH_BLOCK};
    const uint64_t trials[] = {2, 3, 4, 10, 2048, 2049, 8192, 100000, NOTCH_TRIALS_MAX};
    uint64_t state = 13;
    for (int choice = 0; choice < 7 * 9 * 3; choice++) {
        const uint64_t d = sizes[choice / 27], n = trials[choice / 3 % 9];
        const mass_kind kind = (mass_kind)(scramble(&state) % MASS_KINDS);
        const uint64_t sum = fill_masses(kind, d, &state);
        const uint64_t nulls[] = {0, sum, scramble(&state) >> 2};
        NOTE("choice %d: %" PRIu64 " trials over %d masses of kind %d, null mass %" PRIu64, choice,
             n, (int)d, (int)kind, nulls[choice % 3]);
        check_remainders(d, nulls[choice % 3], n);
    }
    /* expected counts of 3 units, and of 1.46 units less than 1, twice */
    NOTE("nearly whole");
    masses[0] = 1;
    masses[1] = 1466056920;
    check_remainders(2, masses[1], 2);
}

/* Whole expected counts leave nothing to chance, wherever on the axis they begin. A null mass makes
 * Z a multiple of `unit`, so that k Z / unit trials are k for each `unit` of mass. */
TEST(whole_expected_counts_have_no_remainder)
{
    uint64_t state = 20;
    for (int choice = 0; choice < 200; choice++) {
        const uint64_t d = choice % 10 == 0 ? BLOCKS * NOTCH_BLOCK : 1 + scramble(&state) % 300;
        const uint64_t unit = 1 + scramble(&state) % 1000000, k = 1 + scramble(&state) % 50;
        uint64_t sum = 0;
        for (uint64_t i = 0; i < d; i++) {
            const uint64_t random = scramble(&state);
            masses[i] =
                random % 2 == 0 ? (uint32_t)(random % 4096 * unit) : (uint32_t)(random >> 34);
            sum += masses[i];
        }
        const uint64_t parts = sum / unit + 1 + scramble(&state) % (sum + 1) / unit;
        const notch_plan plan = place_blocks(d, parts * unit - sum, k * parts);
        NOTE("choice %d: %d masses, unit %d, %d trials a unit", choice, (int)d, (int)unit, (int)k);
        for (uint64_t b = 0; b < plan.block_count; b++) {
            if (blocks[b].mass_sum == 0) {
                continue;
            }
            check_expected(&plan, &blocks[b]);
            for (uint32_t i = 0; i < blocks[b].count; i++) {
                const uint32_t mass = masses[blocks[b].first + i];
                if (mass % unit == 0) {
                    CHECK_EQUAL_U64(whole[i], k * (mass / unit));
                    CHECK_EQUAL_U64(remainders[i], 0);
                }
            }
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Independent trials: thrown one by one, or first split between ranges of categories
 * --------------------------------------------------------------------------------------------- */

/* Over `draws` draws of n trials: the sum of Pearson's statistics over the d + 1 categories, null
 * included, which knows variances and covariances, and the statistic of the sums, which knows
 * means. A Pearson statistic of k cells has mean k - 1 and variance
 *   2 (k - 1) + (sum 1/p - k^2 - 2 k + 2) / n;
 * the sum of many is taken for a multiple of the chi-square variable with its mean and variance.
 * Two statistics for each case, the first two-sided. */
static void check_multinomial(const notch_sample_request *wanted, uint64_t sum, uint32_t draws,
                              notch_isa isa, double significance)
{
    static double sums[LARGEST + 1];
    notch_sample_request request = *wanted;
    const uint64_t d = request.categories;
    const double n = (double)request.trials, total = (double)(sum + request.null_mass);
    double cells = 0, inverses = 0, statistic = 0;
    memset(sums, 0, sizeof sums);
    for (uint32_t draw = 0; draw < draws; draw++) {
        uint64_t null_count;
        request.key.step = draw;
        draw_with(&request, isa, &null_count);
        for (uint64_t i = 0; i <= d; i++) {
            const double mass = i < d ? (double)request.masses[i] : (double)request.null_mass;
            const double count = i < d ? (double)counts[i] : (double)null_count;
            const double difference = count - n * mass / total;
            CHECK(mass != 0 || count == 0);
            statistic += mass != 0 ? difference * difference / (n * mass / total) : 0;
            cells += mass != 0 && draw == 0 ? 1 : 0;
            inverses += mass != 0 && draw == 0 ? total / mass : 0;
            sums[i] += count;
        }
    }
    const double mean = draws * (cells - 1);
    const double variance =
        draws * (2 * (cells - 1) + (inverses - cells * cells - 2 * cells + 2) / n);
    const double freedom = 2 * mean * mean / variance;
    const double upper = chance_chi_square(statistic / mean * freedom, freedom);
    pearson test = {0};
    for (uint64_t i = 0; i <= d; i++) {
        const double mass = i < d ? (double)request.masses[i] : (double)request.null_mass;
        pearson_add(&test, draws * n * mass / total, sums[i]);
    }
    const double chance = pearson_chance(&test);
    NOTE("%d draws of %" PRIu64 " trials over %d masses by %s: statistic %g of %g, chance of the "
         "means %g",
         (int)draws, request.trials, (int)d, notch_isa_name(isa), statistic, mean, chance);
    CHECK(upper > significance / 2 && 1 - upper > significance / 2);
    CHECK(chance > significance);
}

/* 32 trials a category are thrown one by one, more are split first; ranges of one block change over
 * at different depths where masses differ. */
TEST(independent_trials_thrown_and_split)
{
    const uint64_t sizes[] = {1, 2, 5, 33, 2048, 3000};
    const uint64_t percent[] = {50, 800, 3000, 3200, 4000, 6500, 50000};
    enum {
        CASES = 6 * 7
    };
    uint64_t state = 14;
    for (int choice = 0; choice < CASES; choice++) {
        const uint64_t d = sizes[choice / 7];
        uint64_t sum = 0;
        /* masses within a factor of 8 of each other, so that every category has expected counts */
        for (uint64_t i = 0; i < d; i++) {
            masses[i] = UINT32_MAX >> scramble(&state) % 4;
            masses[i] = scramble(&state) % 8 == 0 ? 0 : masses[i];
            sum += masses[i];
        }
        sum += masses[0] == 0 ? 1000000000 : 0;
        masses[0] = masses[0] == 0 ? 1000000000 : masses[0];
        const uint64_t n = d * percent[choice % 7] / 100;
        const notch_sample_request request = {.masses = masses,
                                              .categories = d,
                                              .null_mass = sum / d * (uint64_t)(1 + choice % 2),
                                              .trials = n + 2,
                                              .key = {.seed = 15, .stream = (uint32_t)choice}};
        const uint32_t draws = (uint32_t)(3 + 100000 / request.trials);
        check_multinomial(&request, sum, draws, choice % 2 == 0 ? NOTCH_ISA_BEST : NOTCH_ISA_REF,
                          SIGNIFICANCE / CASES / 2);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Which arguments matter
 * --------------------------------------------------------------------------------------------- */

/* Every field of the key and nothing but the arguments: not what the workspace held, not whether
 * null_count and the runtime are given. */
TEST(draws_are_functions_of_the_arguments)
{
    enum {
        SIZE = 3000
    };
    static uint64_t first[SIZE];
    uint64_t state = 16;
    (void)fill_masses(MASSES_SIZES, SIZE, &state);
    for (int sampler = 0; sampler < SAMPLERS; sampler++) {
        notch_sample_request request = {.sampler = (notch_sampler)sampler,
                                        .masses = masses,
                                        .categories = SIZE,
                                        .null_mass = 1000,
                                        .trials = SIZE / 2,
                                        .key = {.seed = 1, .step = 2, .stream = 3}};
        const size_t bytes = notch_sample_workspace(SIZE, 1);
        unsigned char *workspace = aligned_alloc(64, (bytes / 64 + 2) * 64);
        CHECK(workspace != NULL);
        memset(workspace, 0x5a, bytes + 64);
        NOTE("%s", notch_sampler_name(request.sampler));
        const notch_status status =
            notch_sample(&request, NULL, workspace, bytes, counts, NULL, NULL);
        bool beyond = false;
        for (size_t k = 0; k < 64; k++) {
            beyond |= workspace[bytes + k] != 0x5a;
        }
        free(workspace);
        CHECK(status == NOTCH_OK && !beyond);
        memcpy(first, counts, sizeof first);
        uint64_t null_count;
        draw_with(&request, NOTCH_ISA_BEST, &null_count);
        CHECK(memcmp(first, counts, sizeof first) == 0);
        for (int field = 0; field < 4; field++) {
            notch_sample_request other = request;
            other.key.seed ^= field == 0 ? 1 : field == 1 ? UINT64_C(1) << 63 : 0;
            other.key.step ^= field == 2 ? UINT32_C(1) << 31 : 0;
            other.key.stream ^= field == 3 ? UINT32_C(1) << 23 : 0;
            draw_with(&other, NOTCH_ISA_BEST, &null_count);
            CHECK(memcmp(first, counts, sizeof first) != 0);
        }
    }
}

/* One trial falls alike for all samplers; core.h says so of stratified and multinomial. */
TEST(one_trial_is_one_trial)
{
    uint64_t state = 17;
    (void)fill_masses(MASSES_UNIFORM, 5000, &state);
    for (uint32_t step = 0; step < 20; step++) {
        uint64_t where[SAMPLERS];
        for (int sampler = 0; sampler < SAMPLERS; sampler++) {
            const notch_sample_request request = {.sampler = (notch_sampler)sampler,
                                                  .masses = masses,
                                                  .categories = 5000,
                                                  .null_mass = UINT64_C(5000) << 30,
                                                  .trials = 1,
                                                  .key = {.seed = 18, .step = step}};
            uint64_t null_count;
            draw_with(&request, NOTCH_ISA_BEST, &null_count);
            where[sampler] = 5000;
            for (uint64_t i = 0; i < 5000; i++) {
                where[sampler] = counts[i] != 0 ? i : where[sampler];
            }
            CHECK_EQUAL_U64(null_count, where[sampler] == 5000 ? 1 : 0);
            CHECK_EQUAL_U64(where[sampler], where[0]);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Errors
 * --------------------------------------------------------------------------------------------- */

static _Alignas(64) unsigned char error_workspace[256 * 1024];

/* The draw fails with this status and a sentence that holds `text`; nothing is written. */
static void check_refused(const notch_sample_request *request, const notch_runtime *runtime,
                          void *workspace, size_t bytes, notch_status expected, const char *text)
{
    uint64_t out[3] = {11, 12, 13}, null_count = 14;
    notch_error error = {0};
    const notch_status status =
        notch_sample(request, runtime, workspace, bytes, out, &null_count, &error);
    NOTE("'%s' expected in '%.200s'", text, error.message);
    CHECK_EQUAL_I64(status, expected);
    CHECK_EQUAL_I64(error.status, expected);
    CHECK(strstr(error.message, text) != NULL);
    CHECK(strchr(error.message, '\n') == NULL);
    CHECK(out[0] == 11 && out[1] == 12 && out[2] == 13 && null_count == 14);
    CHECK_EQUAL_I64(notch_sample(request, runtime, workspace, bytes, out, &null_count, NULL),
                    expected);
    CHECK(out[0] == 11 && out[1] == 12 && out[2] == 13 && null_count == 14);
}

static void check_request_refused(const notch_sample_request *request, notch_status expected,
                                  const char *text)
{
    check_refused(request, NULL, error_workspace, sizeof error_workspace, expected, text);
}

static void run_nothing(void *self, notch_task *task, void *argument, uint64_t items)
{
    (void)self;
    (void)task;
    (void)argument;
    (void)items;
}

TEST(requests_refused)
{
    const uint32_t three[3] = {1, 2, UINT32_MAX};
    const notch_sample_request good = {.masses = three, .categories = 3, .trials = 4};
    notch_sample_request bad;
    check_request_refused(NULL, NOTCH_ERROR_ARGUMENT, "request");
    bad = good;
    bad.masses = NULL;
    check_request_refused(&bad, NOTCH_ERROR_ARGUMENT, "masses");
    bad = good;
    bad.sampler = (notch_sampler)4;
    check_request_refused(&bad, NOTCH_ERROR_ARGUMENT, "sampler");
    bad.sampler = (notch_sampler)-1;
    check_request_refused(&bad, NOTCH_ERROR_ARGUMENT, "sampler");
    bad = good;
    bad.inflation = (notch_inflation)2;
    check_request_refused(&bad, NOTCH_ERROR_ARGUMENT, "inflation");
    bad = good;
    bad.categories = 0;
    check_request_refused(&bad, NOTCH_ERROR_RANGE, "0 categories");
    bad.categories = (UINT64_C(1) << 31) + 1;
    check_request_refused(&bad, NOTCH_ERROR_RANGE, "2147483649 categories");
    bad = good;
    bad.trials = NOTCH_TRIALS_MAX + 1;
    check_request_refused(&bad, NOTCH_ERROR_RANGE, "1099511627777 trials");
    bad = good;
    bad.key.stream = UINT32_C(1) << 24;
    check_request_refused(&bad, NOTCH_ERROR_RANGE, "stream 16777216");
    bad = good;
    bad.null_mass = MOST_TOTAL - 4294967298 + 1;
    check_request_refused(&bad, NOTCH_ERROR_OVERFLOW, "4294967298");
    check_request_refused(&bad, NOTCH_ERROR_OVERFLOW, "9223372032559808510");
    bad.null_mass = UINT64_MAX;
    check_request_refused(&bad, NOTCH_ERROR_OVERFLOW, "18446744073709551615");
    bad.inflation = NOTCH_INFLATION_VECTOR;
    check_request_refused(&bad, NOTCH_ERROR_OVERFLOW, "18446744073709551615");
    bad.trials = 0;
    check_request_refused(&bad, NOTCH_ERROR_OVERFLOW, "18446744073709551615");

    notch_error error = {0};
    CHECK_EQUAL_I64(
        notch_sample(&good, NULL, error_workspace, sizeof error_workspace, NULL, NULL, &error),
        NOTCH_ERROR_ARGUMENT);
    CHECK(strstr(error.message, "counts") != NULL);

    /* the bounds themselves are fine */
    uint64_t null_count;
    notch_sample_request edge = good;
    edge.null_mass = MOST_TOTAL - 4294967298;
    edge.trials = NOTCH_TRIALS_MAX;
    edge.key.stream = (UINT32_C(1) << 24) - 1;
    draw_with(&edge, NOTCH_ISA_BEST, &null_count);
}

TEST(runtimes_refused)
{
    const uint32_t three[3] = {1, 2, 3};
    const notch_sample_request good = {.masses = three, .categories = 3, .trials = 4};
    notch_executor executor = {NULL, NULL, 1};
    notch_runtime runtime = {.executor = &executor};
    unsigned char *workspace = error_workspace;
    const size_t bytes = sizeof error_workspace;
    check_refused(&good, &runtime, workspace, bytes, NOTCH_ERROR_ARGUMENT, "executor");
    executor.run = run_nothing;
    executor.workers = 0;
    check_refused(&good, &runtime, workspace, bytes, NOTCH_ERROR_RANGE, "0 workers");
    executor.workers = 1025;
    check_refused(&good, &runtime, workspace, bytes, NOTCH_ERROR_RANGE, "1025 workers");
    runtime.executor = NULL;
    runtime.isa = (notch_isa)77;
    check_refused(&good, &runtime, workspace, bytes, NOTCH_ERROR_ARGUMENT, "instruction set");
    FOR_EACH_MISSING_ISA(isa)
    {
        runtime.isa = isa;
        check_refused(&good, &runtime, workspace, bytes, NOTCH_ERROR_UNSUPPORTED,
                      notch_isa_name(isa));
    }
}

TEST(workspaces_refused)
{
    const uint32_t three[3] = {1, 2, 3};
    const notch_sample_request good = {.masses = three, .categories = 3, .trials = 4};
    const size_t needed = notch_sample_workspace(3, 1);
    char number[32];
    (void)snprintf(number, sizeof number, "%zu", needed);
    CHECK(needed != 0 && needed + 64 <= sizeof error_workspace);
    check_refused(&good, NULL, NULL, needed, NOTCH_ERROR_MEMORY, number);
    check_refused(&good, NULL, error_workspace, needed - 1, NOTCH_ERROR_MEMORY, number);
    check_refused(&good, NULL, error_workspace, 0, NOTCH_ERROR_MEMORY, number);
    check_refused(&good, NULL, error_workspace + 1, needed, NOTCH_ERROR_MEMORY, "64");
    check_refused(&good, NULL, error_workspace + 32, needed, NOTCH_ERROR_MEMORY, "64");
    /* an executor of two needs more */
    const notch_executor two = {run_nothing, NULL, 2};
    const notch_runtime runtime = {.executor = &two};
    check_refused(&good, &runtime, error_workspace, needed, NOTCH_ERROR_MEMORY, "workspace");
}

TEST(workspace_sizes)
{
    const uint64_t most = UINT64_C(1) << 31;
    CHECK_EQUAL_U64(notch_sample_workspace(0, 1), 0);
    CHECK_EQUAL_U64(notch_sample_workspace(most + 1, 1), 0);
    CHECK_EQUAL_U64(notch_sample_workspace(1, 0), 0);
    CHECK_EQUAL_U64(notch_sample_workspace(1, 1025), 0);
    const uint64_t sizes[] = {1, 2048, 2049, 1000000, most};
    for (uint32_t workers = 1; workers <= 1024; workers *= 4) {
        for (int at = 0; at < 5; at++) {
            const double bytes = (double)notch_sample_workspace(sizes[at], workers);
            NOTE("%" PRIu64 " categories, %d workers: %g bytes", sizes[at], (int)workers, bytes);
            /* "about" 0.05 and 100 KiB: to 20 %, and one block more */
            const double about = 0.05 * (double)sizes[at] + 100 * 1024.0 * workers;
            CHECK(bytes > 0.8 * about && bytes < 1.2 * about + 1000);
        }
    }
}

TEST_MAIN(RUN(laws_of_small_cases), RUN(totals_and_bounds), RUN(all_masses_zero),
          RUN(largest_totals), RUN(whole_expected_counts_are_certain),
          RUN(vectors_are_null_as_often_as_the_null_mass_says),
          RUN(points_are_where_they_should_be), RUN(points_next_to_borders), RUN(points_on_borders),
          RUN(expected_counts_are_within_their_bound), RUN(remainders_are_whole_trials),
          RUN(whole_expected_counts_have_no_remainder), RUN(independent_trials_thrown_and_split),
          RUN(draws_are_functions_of_the_arguments), RUN(one_trial_is_one_trial),
          RUN(requests_refused), RUN(runtimes_refused), RUN(workspaces_refused),
          RUN(workspace_sizes))
