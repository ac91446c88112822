/* outcomes.h - the exact law of the counts of a small case, and draws of it compared with the law.
 * SPDX-License-Identifier: MIT
 *
 * The law comes from the samplers' definitions: a multinomial trial is one of Z cells, a stratum of
 * the stratified sampler is Z cells of which each category owns those it overlaps, all strata of
 * the systematic one take the same cell, and the residual one is multinomial on the remainders.
 */
#ifndef NOTCH_OUTCOMES_H
#define NOTCH_OUTCOMES_H

#include <notch/core.h>

#include "chance.h"
#include "test.h"

enum {
    OUTCOME_CATEGORIES = 4,
    OUTCOME_TRIALS = 5,
    OUTCOMES = 1296, /* 6^4: 0 to 5 trials in each of 4 categories */
    OUTCOME_WORKSPACE = 160 * 1024
};

typedef struct small_case {
    notch_sampler sampler;
    notch_inflation inflation;
    uint64_t categories, trials;
    uint32_t masses[OUTCOME_CATEGORIES];
    uint64_t null_mass;
    uint32_t
        unit; /* by which all masses are multiplied when drawn, which does not change the law */
} small_case;

/* Outcome number: counts[i] stands at digit i to the base 6. */
static inline uint32_t outcome_of(const uint64_t *counts, uint64_t categories)
{
    uint32_t outcome = 0;
    for (uint64_t i = categories; i > 0; i--) {
        outcome = outcome * (OUTCOME_TRIALS + 1) + (uint32_t)counts[i - 1];
    }
    return outcome;
}

/* One more independent trial, which falls on category i with probability weights[i] / total. */
static inline void outcome_trial(double *law, const uint64_t *weights, uint64_t categories,
                                 uint64_t total)
{
    double next[OUTCOMES] = {0};
    uint64_t null_weight = total;
    uint32_t step = 1;
    for (uint64_t i = 0; i < categories; i++) {
        for (uint32_t k = 0; k + step < OUTCOMES; k++) {
            next[k + step] += law[k] * (double)weights[i] / (double)total;
        }
        null_weight -= weights[i];
        step *= OUTCOME_TRIALS + 1;
    }
    for (uint32_t k = 0; k < OUTCOMES; k++) {
        law[k] = next[k] + law[k] * (double)null_weight / (double)total;
    }
}

/* Cells of [low, high) that lie in [from, to). */
static inline uint64_t cells_within(uint64_t low, uint64_t high, uint64_t from, uint64_t to)
{
    const uint64_t start = low > from ? low : from, end = high < to ? high : to;
    return start < end ? end - start : 0;
}

/* The sampler alone: the null mass is a category like the others, at the end. */
static inline void outcome_law_of_sampler(const small_case *small, uint64_t null_mass, double *law)
{
    const uint64_t n = small->trials, d = small->categories;
    uint64_t sums[OUTCOME_CATEGORIES + 1] = {0}, total = null_mass;
    for (uint64_t i = 0; i < d; i++) {
        sums[i + 1] = sums[i] + small->masses[i];
        total += small->masses[i];
    }
    uint64_t weights[OUTCOME_CATEGORIES] = {0}, whole[OUTCOME_CATEGORIES] = {0};
    memset(law, 0, OUTCOMES * sizeof law[0]);
    law[0] = sums[d] == 0 ? 1 : 0;
    if (sums[d] == 0) {
        return;
    }
    if (small->sampler == NOTCH_SAMPLER_SYSTEMATIC) {
        for (uint64_t cell = 0; cell < total; cell++) {
            uint64_t counts[OUTCOME_CATEGORIES] = {0};
            for (uint64_t i = 0; i < d; i++) {
                for (uint64_t k = 0; k < n; k++) {
                    const uint64_t at = k * total + cell;
                    counts[i] += cells_within(n * sums[i], n * sums[i + 1], at, at + 1);
                }
            }
            law[outcome_of(counts, d)] += 1.0 / (double)total;
        }
        return;
    }
    uint64_t left = small->trials;
    if (small->sampler == NOTCH_SAMPLER_RESIDUAL) {
        left -= n * null_mass / total;
        for (uint64_t i = 0; i < d; i++) {
            whole[i] = n * small->masses[i] / total;
            weights[i] = n * small->masses[i] % total;
            left -= whole[i];
        }
    }
    law[outcome_of(whole, d)] = 1;
    for (uint64_t k = 0; k < left; k++) {
        for (uint64_t i = 0; i < d; i++) {
            if (small->sampler == NOTCH_SAMPLER_MULTINOMIAL) {
                weights[i] = small->masses[i];
            } else if (small->sampler == NOTCH_SAMPLER_STRATIFIED) {
                weights[i] = cells_within(n * sums[i], n * sums[i + 1], k * total, (k + 1) * total);
            }
        }
        outcome_trial(law, weights, d,
                      small->sampler == NOTCH_SAMPLER_RESIDUAL ? left * total : total);
    }
}

static inline void outcome_law(const small_case *small, double *law)
{
    if (small->inflation == NOTCH_INFLATION_TRIAL) {
        outcome_law_of_sampler(small, small->null_mass, law);
        return;
    }
    uint64_t sum = 0;
    for (uint64_t i = 0; i < small->categories; i++) {
        sum += small->masses[i];
    }
    outcome_law_of_sampler(small, 0, law);
    const double total = (double)(sum + small->null_mass);
    for (uint32_t k = 0; k < OUTCOMES && total > 0; k++) {
        law[k] *= (double)sum / total;
    }
    law[0] += total > 0 ? (double)small->null_mass / total : 0;
}

/* Draws the case `draws` times, at steps 0, 1, ..., and checks that no outcome is impossible and
 * that Pearson's chi-square statistic has more than the given chance. */
static inline void check_outcomes(const small_case *small, uint32_t draws, uint64_t seed,
                                  double significance)
{
    static _Alignas(64) unsigned char workspace[OUTCOME_WORKSPACE];
    uint32_t tally[OUTCOMES] = {0};
    double law[OUTCOMES];
    uint32_t masses[OUTCOME_CATEGORIES];
    for (uint64_t i = 0; i < OUTCOME_CATEGORIES; i++) {
        masses[i] = small->masses[i] * small->unit;
    }
    CHECK(notch_sample_workspace(small->categories, 1) <= sizeof workspace);
    notch_sample_request request = {.sampler = small->sampler,
                                    .inflation = small->inflation,
                                    .masses = masses,
                                    .categories = small->categories,
                                    .null_mass = small->null_mass * small->unit,
                                    .trials = small->trials,
                                    .key = {.seed = seed, .stream = 3}};
    NOTE("seed %" PRIu64
         ": %s, %s, %d trials over %d masses %d %d %d %d, null mass %d, unit %" PRIu32,
         seed, notch_sampler_name(small->sampler), notch_inflation_name(small->inflation),
         (int)small->trials, (int)small->categories, (int)small->masses[0], (int)small->masses[1],
         (int)small->masses[2], (int)small->masses[3], (int)small->null_mass, small->unit);
    for (uint32_t draw = 0; draw < draws; draw++) {
        uint64_t counts[OUTCOME_CATEGORIES] = {0}, null_count = 0, sum = 0;
        request.key.step = draw;
        CHECK(notch_sample(&request, NULL, workspace, sizeof workspace, counts, &null_count,
                           NULL) == NOTCH_OK);
        for (uint64_t i = 0; i < small->categories; i++) {
            sum += counts[i];
        }
        CHECK_EQUAL_U64(sum + null_count, small->trials);
        tally[outcome_of(counts, small->categories)]++;
    }
    outcome_law(small, law);
    pearson test = {0};
    double sum = 0;
    for (uint32_t k = 0; k < OUTCOMES; k++) {
        sum += law[k];
        pearson_add(&test, draws * law[k], tally[k]);
    }
    CHECK(fabs(sum - 1) < 1e-12);
    CHECK(!test.impossible);
    const double chance = pearson_chance(&test);
    if (!(chance > significance)) {
        TEST_FAIL("chi-square %g in %g cells of %d draws, chance %g", test.statistic, test.cells,
                  (int)draws, chance);
    }
}

#endif
