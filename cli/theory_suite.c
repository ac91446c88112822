/* theory_suite.c - the cases of `notch theory check`.
 * SPDX-License-Identifier: MIT
 *
 * Synthetic problems have 64 parameters and noise of 1, so V = 64 and Z = 128. A rate of at most
 * 2 / 2 = 1 is admissible with two trials a parameter.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "theory.h"

enum {
    QUICK_RUNS = 200,
    QUICK_STEPS = 400,
    QUICK_DATA_RUNS = 300,
    FULL_RUNS = 800,
    FULL_STEPS = 2000,
    DATA_RUNS = 400, /* of the larger problems on data */
    DATA_STEPS = 300
};

static const double comparison_z = 5;

typedef struct plan {
    uint32_t runs;
    uint64_t steps, seed;
} plan;

static theory_case *add(theory_suite *suite, const plan *how, const char *problem, double rate,
                        uint64_t trials, notch_sampler sampler)
{
    theory_case *c = &suite->cases[suite->case_count++];
    const notch_problem *last = suite->problems[suite->problem_count - 1];
    *c =
        (theory_case){.problem = problem,
                      .of = {.problem = last,
                             .update = {NOTCH_RULE_ZIM, sampler, trials, notch_problem_scale(last)},
                             .rate = rate,
                             .steps = how->steps,
                             .runs = how->runs,
                             .seed = how->seed}};
    return c;
}

static void add_samplers(theory_suite *suite, const plan *how, const char *problem, double rate,
                         uint64_t trials)
{
    for (uint64_t s = 0; notch_sampler_name((notch_sampler)s) != NULL; s++) {
        (void)add(suite, how, problem, rate, trials, (notch_sampler)s);
    }
}

static notch_status add_synthetic(theory_suite *suite, const notch_synthetic *options,
                                  notch_error *error)
{
    const notch_status status =
        notch_problem_create_synthetic(options, &suite->problems[suite->problem_count], error);
    suite->problem_count += status == NOTCH_OK;
    return status;
}

static notch_status add_logistic(theory_suite *suite, const plan *how, const char *name,
                                 const notch_dataset *data, const notch_logistic *options,
                                 notch_error *error)
{
    const notch_status status =
        notch_problem_create_logistic(data, options, &suite->problems[suite->problem_count], error);
    if (status == NOTCH_OK) {
        const notch_problem *made = suite->problems[suite->problem_count++];
        const notch_theory_facts facts = notch_problem_facts(made, 1);
        const uint64_t trials = 2 * facts.parameters;
        /* a twentieth of Z / (L n), the largest rate */
        const double rate = notch_problem_scale(made) / (20 * facts.smoothness * (double)trials);
        add_samplers(suite, how, name, rate, trials);
    }
    return status;
}

static notch_status add_all_synthetic(theory_suite *suite, const plan *how, notch_error *error)
{
    notch_synthetic options = {.parameters = 64, .condition = 1, .noise = 1, .spacing = 0.5};
    notch_status status = add_synthetic(suite, &options, error);
    if (status != NOTCH_OK) {
        return status;
    }
    /* one trial: all samplers have one law */
    (void)add(suite, how, "quadratic", 0.5, 1, NOTCH_SAMPLER_MULTINOMIAL);
    options = (notch_synthetic){64, 10, true, false, 1, 0.1, 0};
    status = add_synthetic(suite, &options, error);
    if (status != NOTCH_OK) {
        return status;
    }
    add_samplers(suite, how, "spectrum", 0.1, 128);
    add(suite, how, "spectrum", 0.1, 128, NOTCH_SAMPLER_MULTINOMIAL)->of.update.rule =
        NOTCH_RULE_SR;
    options = (notch_synthetic){64, 10, true, false, 1, 0.1, 0.5};
    status = add_synthetic(suite, &options, error);
    if (status != NOTCH_OK) {
        return status;
    }
    (void)add(suite, how, "far start", 0.1, 16, NOTCH_SAMPLER_STRATIFIED);
    options = (notch_synthetic){64, 1, true, true, 1, 0.05, 0.4};
    status = add_synthetic(suite, &options, error);
    if (status == NOTCH_OK) {
        add_samplers(suite, how, "non-convex", 0.05, 128);
    }
    return status;
}

static notch_status reserve_averages(theory_suite *suite, notch_error *error)
{
    for (size_t k = 0; k < suite->case_count; k++) {
        theory_case *c = &suite->cases[k];
        c->averages = calloc(c->of.runs, sizeof *c->averages);
        c->of.averages = c->averages;
        c->of.failure = THEORY_FAILURE / (double)suite->case_count;
        if (c->averages == NULL) {
            *error = (notch_error){NOTCH_ERROR_MEMORY, "there is not enough memory for the runs"};
            return error->status;
        }
    }
    return NOTCH_OK;
}

notch_status theory_suite_create(bool quick, const notch_dataset *mnist, uint64_t seed,
                                 theory_suite *suite, notch_error *error)
{
    const plan synthetic = {quick ? QUICK_RUNS : FULL_RUNS, quick ? QUICK_STEPS : FULL_STEPS, seed};
    const plan data = {quick ? QUICK_DATA_RUNS : DATA_RUNS, DATA_STEPS, seed};
    const notch_logistic small = {128, 4, 0.01}, large = {1000, 4, 0.01};
    notch_dataset *digits = NULL;
    memset(suite, 0, sizeof *suite);
    notch_status status = add_all_synthetic(suite, &synthetic, error);
    if (status == NOTCH_OK) {
        status = notch_dataset_create_digits(NOTCH_DIGITS_TEST, NULL, &digits, error);
    }
    if (status == NOTCH_OK) {
        status = add_logistic(suite, &data, "digits", digits, quick ? &small : &large, error);
    }
    if (status == NOTCH_OK && mnist != NULL) {
        status = add_logistic(suite, &data, "mnist", mnist, quick ? &small : &large, error);
    }
    notch_dataset_destroy(digits);
    return status == NOTCH_OK ? reserve_averages(suite, error) : status;
}

void theory_suite_free(theory_suite *suite)
{
    for (size_t k = 0; k < suite->case_count; k++) {
        free(suite->cases[k].averages);
    }
    for (size_t k = 0; k < suite->problem_count; k++) {
        notch_problem_destroy(suite->problems[k]);
    }
}

/* ---- samplers against each other ------------------------------------------------------------- */

static const theory_case *multinomial_of(const theory_suite *suite, const theory_case *c)
{
    for (size_t k = 0; k < suite->case_count; k++) {
        const theory_case *other = &suite->cases[k];
        if (other != c && other->of.problem == c->of.problem &&
            other->of.update.rule == NOTCH_RULE_ZIM &&
            other->of.update.sampler == NOTCH_SAMPLER_MULTINOMIAL &&
            other->of.update.trials == c->of.update.trials && other->of.update.trials > 1) {
            return other;
        }
    }
    return NULL;
}

static theory_comparison compare(const theory_case *c, const theory_case *other)
{
    const uint32_t runs = c->of.runs;
    double mean = 0, squares = 0;
    for (uint32_t k = 0; k < runs; k++) {
        mean += (other->averages[k] - c->averages[k]) / runs;
    }
    for (uint32_t k = 0; k < runs; k++) {
        const double off = other->averages[k] - c->averages[k] - mean;
        squares += off * off;
    }
    theory_comparison result = {c,
                                other,
                                c->result.floor / other->result.floor,
                                c->result.measured / other->result.measured,
                                mean / sqrt(squares / (runs - 1) / runs),
                                false};
    result.below = result.predicted < 1 && result.measured < 1 && result.z > comparison_z;
    return result;
}

size_t theory_suite_compare(const theory_suite *suite, theory_comparison *comparisons)
{
    size_t count = 0;
    for (size_t k = 0; k < suite->case_count; k++) {
        const theory_case *other = multinomial_of(suite, &suite->cases[k]);
        if (other != NULL) {
            comparisons[count++] = compare(&suite->cases[k], other);
        }
    }
    return count;
}
