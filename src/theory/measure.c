/* measure.c - chains of discrete updates on a problem, and the bound they should stay under.
 * SPDX-License-Identifier: MIT
 *
 * Confidence. Let a run stop before step k as soon as some minibatch could have |g|_1 > Z at x_k,
 * a weight stands at a bound of its lattice, or |gF(x_0)|^2 + ... + |gF(x_k)|^2 is above 2 K times
 * the bound. Each of these is known before step k is made, so the run has a stopping time T, and
 * A2 and A3 hold in every step that is made. The proof of Proposition 4 adds up, over steps, an
 * inequality for the mean given the past; multiplied by [k < T] and added up it says
 *
 *     Y = (1/K) sum_{k < min(K, T)} |gF(x_k)|^2     has     E Y <= bound,
 *
 * and by construction 0 <= Y <= B = 2 bound. The R runs have different seeds, so their Y are
 * independent and of one law. For such variables Maurer and Pontil ("Empirical Bernstein bounds and
 * sample variance penalization", 2009, theorem 4) have, with probability 1 - failure at least,
 *
 *     E Y  <=  mean + s sqrt(2 l / R) + 7 B l / (3 (R - 1)),      l = log(2 / failure),
 *
 * s^2 being the sample variance. `limit` is the right side. That it is at most the bound therefore
 * is a statement about the expectation with that confidence, without any assumption about the law
 * of Y. The statement would mean little if runs were stopped: one that is fails the case. (A weight
 * that a step takes to a bound and cuts short ends the run after that step: it too fails the case.)
 */
#include <math.h>
#include <notch/theory.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "theory/problem.h"

enum {
    ALIGNMENT = 64,
    RUNS_MAX = 1 << 20,
    STREAM_MINIBATCH = 1
};

#define STEPS_MAX (UINT64_C(1) << 32)

/* What one run comes to. */
typedef struct outcome {
    double average;
    uint64_t exceeded, saturated;
    bool stopped;
    notch_error error;
} outcome;

typedef struct experiment {
    const notch_theory_case *of;
    const notch_theory_result *claim;
    outcome *outcomes;
} experiment;

/* The memory of one chain. */
typedef struct chain {
    const experiment *experiment;
    notch_parameter parameter;
    notch_update_options options;
    notch_calibration calibration;
    uint64_t trials_per_parameter;
    double *x, *gradient, *work;
    float *minibatch;
    void *workspace;
    size_t workspace_bytes;
} chain;

/* ---- one chain ------------------------------------------------------------------------------- */

static double weight_of(const notch_parameter *parameter, uint64_t i)
{
    return parameter->lattice.bytes == 2 ? ((const int16_t *)parameter->weights)[i]
                                         : ((const int8_t *)parameter->weights)[i];
}

static void set_start(chain *c, const notch_problem *problem, double rate)
{
    for (uint64_t i = 0; i < problem->parameters; i++) {
        const double start = notch_problem_start_weight(problem, rate, i);
        if (c->parameter.lattice.bytes == 2) {
            ((int16_t *)c->parameter.weights)[i] = (int16_t)fmax(fmin(start, 32767), -32767);
        } else {
            /* between -1 and 1 by turns, where the start says neither */
            const bool up = start > 0 || (start == 0 && i % 2 == 0);
            ((int8_t *)c->parameter.weights)[i] = up ? 1 : -1;
        }
    }
}

/* Z as mantissa times power of two, rounded down to 53 bits, which is exact for a double. */
static notch_scaled scaled_of(double value)
{
    int exponent;
    const double mantissa = ldexp(frexp(value, &exponent), 53);
    return (notch_scaled){(uint64_t)mantissa, exponent - 53};
}

static notch_status reserve_chain(chain *c, const notch_theory_case *of, notch_error *error)
{
    const notch_problem *problem = of->problem;
    const uint64_t d = problem->parameters;
    const bool bold = of->update.rule == NOTCH_RULE_BOLD;
    notch_status status = notch_lattice_init(&c->parameter.lattice, bold ? 1 : 16, error);
    if (status != NOTCH_OK) {
        return status;
    }
    c->parameter.name = "x";
    c->parameter.dimensions = 1;
    c->parameter.gradient = (notch_gradient){NOTCH_GRADIENT_F32, 0, NULL, d};
    c->workspace_bytes = notch_update_workspace(&c->parameter, 1, 1);
    c->workspace =
        aligned_alloc(ALIGNMENT, (c->workspace_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    c->parameter.weights = calloc((size_t)d, c->parameter.lattice.bytes);
    c->parameter.accumulators = bold ? calloc((size_t)d, sizeof(int32_t)) : NULL;
    c->x = malloc((size_t)d * sizeof *c->x);
    c->gradient = malloc((size_t)d * sizeof *c->gradient);
    c->work = malloc(problem->work_values * sizeof *c->work);
    c->minibatch = malloc((size_t)d * sizeof *c->minibatch);
    c->parameter.gradient.values = c->minibatch;
    if (c->workspace == NULL || c->parameter.weights == NULL ||
        (bold && c->parameter.accumulators == NULL) || c->x == NULL || c->gradient == NULL ||
        c->work == NULL || c->minibatch == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "theory: no memory for %u parameters", d);
    }
    c->options =
        (notch_update_options){.rule = of->rule != NULL ? NOTCH_RULE_USER : of->update.rule,
                               .mode = NOTCH_MODE_UNBIASED,
                               .scope = NOTCH_SCOPE_LAYER,
                               .sampler = of->update.sampler,
                               .scale = scaled_of(of->update.scale),
                               .user_rule = of->rule,
                               .user_options = of->rule_options};
    /* rounds to n again: off by less than d 2^-33 <= 1/4 */
    c->trials_per_parameter = (uint64_t)ldexp((double)of->update.trials / (double)d, 32);
    set_start(c, problem, of->rate);
    return NOTCH_OK;
}

static void free_chain(chain *c)
{
    free(c->workspace);
    free(c->parameter.weights);
    free(c->parameter.accumulators);
    free(c->x);
    free(c->gradient);
    free(c->work);
    free(c->minibatch);
}

/* Gradients at the weights; returns |gF|^2. */
static double look(chain *c, const notch_theory_case *of, const notch_key *key)
{
    const uint64_t d = of->problem->parameters;
    double square = 0;
    for (uint64_t i = 0; i < d; i++) {
        c->x[i] = of->rate * weight_of(&c->parameter, i);
    }
    (void)of->problem->gradient(of->problem, c->x, c->gradient, c->work);
    for (uint64_t i = 0; i < d; i++) {
        square += c->gradient[i] * c->gradient[i];
    }
    of->problem->minibatch(of->problem, c->x, c->gradient, key, c->minibatch, c->work);
    return square;
}

static notch_status run_chain(chain *c, const notch_theory_case *of, double most, uint32_t run,
                              outcome *out)
{
    const notch_runtime here = {NOTCH_ISA_BEST, NULL};
    double sum = 0;
    for (uint64_t k = 0; k < of->steps && !out->stopped; k++) {
        const notch_key draw = {of->seed + run, (uint32_t)k, 0},
                        data = {of->seed + run, (uint32_t)k, STREAM_MINIBATCH};
        notch_update_report report;
        const double square = look(c, of, &data);
        const double norm = of->problem->largest_norm(of->problem, c->x, c->gradient);
        if (of->discard == 0 && (sum + square > most || norm > of->update.scale)) {
            out->stopped = true;
            break;
        }
        sum += k >= of->discard ? square : 0;
        const notch_status status = notch_update_step(
            &c->options, &c->parameter, 1, c->trials_per_parameter, &draw, &here, &c->calibration,
            c->workspace, c->workspace_bytes, &report, &out->error);
        if (status != NOTCH_OK) {
            return status;
        }
        out->exceeded += report.exceeded_groups;
        out->saturated += report.saturated;
        out->stopped = of->discard == 0 && (out->exceeded != 0 || out->saturated != 0);
    }
    out->average = sum / (double)(of->steps - of->discard);
    return NOTCH_OK;
}

static void run_task(void *argument, uint64_t item, uint32_t worker)
{
    const experiment *e = argument;
    chain c = {.experiment = e};
    outcome *out = &e->outcomes[item];
    (void)worker;
    out->error.status = reserve_chain(&c, e->of, &out->error);
    if (out->error.status == NOTCH_OK) {
        const double most = 2 * e->claim->bound * (double)e->of->steps;
        out->error.status = run_chain(&c, e->of, most, (uint32_t)item, out);
    }
    free_chain(&c);
}

/* ---- all chains ------------------------------------------------------------------------------ */

static void summarise(const notch_theory_case *of, const outcome *outcomes, notch_theory_result *r)
{
    const double runs = of->runs;
    double sum = 0, squares = 0;
    for (uint32_t k = 0; k < of->runs; k++) {
        sum += outcomes[k].average;
        if (of->averages != NULL) {
            of->averages[k] = outcomes[k].average;
        }
        r->stopped += outcomes[k].stopped;
        r->exceeded += outcomes[k].exceeded;
        r->saturated += outcomes[k].saturated;
    }
    r->measured = sum / runs;
    for (uint32_t k = 0; k < of->runs; k++) {
        const double off = outcomes[k].average - r->measured;
        squares += off * off;
    }
    const double variance = squares / (runs - 1), l = log(2 / of->failure);
    r->standard_error = sqrt(variance / runs);
    r->limit =
        r->measured + sqrt(2 * l * variance / runs) + 7 * 2 * r->bound * l / (3 * (runs - 1));
    const double above = r->measured - r->start;
    r->tightness = above > 0 ? r->floor / above : (double)INFINITY;
    r->admissible = of->rate <= r->largest_rate;
    r->holds = of->discard != 0 ? r->measured <= r->floor
                                : r->admissible && r->stopped == 0 && r->limit <= r->bound;
}

static notch_status claim_of(const notch_theory_case *of, notch_theory_result *r,
                             notch_error *error)
{
    if (of == NULL || r == NULL || of->problem == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "theory: an argument is missing");
    }
    const bool fine = of->rate > 0 && of->steps >= 1 && of->steps < STEPS_MAX &&
                      of->discard < of->steps && of->runs >= 2 && of->runs <= RUNS_MAX &&
                      of->failure > 0 && of->failure < 1 && of->divisor >= 0;
    if (!fine) {
        return notch_fail(
            error, NOTCH_ERROR_RANGE,
            "theory: expected a rate above 0, 1 to 2^32 steps, fewer of them to "
            "discard, 2 to 2^20 runs, a failure between 0 and 1, no negative divisor");
    }
    memset(r, 0, sizeof *r);
    r->facts = notch_problem_facts(of->problem, of->rate);
    if (isnan(r->facts.gap)) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "theory: no memory for %u parameters",
                          of->problem->parameters);
    }
    const notch_status status =
        notch_theory_constants_of(&of->update, &r->facts, &r->constants, error);
    if (status == NOTCH_OK) {
        r->constants.second_moment /= of->divisor > 0 ? of->divisor : 1;
        r->largest_rate = notch_theory_largest_rate(&r->constants, &r->facts);
        r->floor = notch_theory_floor(&r->constants, &r->facts, of->rate);
        r->start = notch_theory_start(&r->constants, &r->facts, of->rate, of->steps);
        r->bound = r->floor + r->start;
    }
    return status;
}

notch_status notch_theory_measure(const notch_theory_case *of, const notch_executor *executor,
                                  notch_theory_result *result, notch_error *error)
{
    notch_status status = claim_of(of, result, error);
    if (status != NOTCH_OK) {
        return status;
    }
    outcome *outcomes = calloc(of->runs, sizeof *outcomes);
    if (outcomes == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "theory: no memory for %u runs",
                          (uint64_t)of->runs);
    }
    experiment e = {of, result, outcomes};
    if (executor != NULL) {
        executor->run(executor->self, run_task, &e, of->runs);
    } else {
        for (uint32_t k = 0; k < of->runs; k++) {
            run_task(&e, k, 0);
        }
    }
    for (uint32_t k = 0; k < of->runs && status == NOTCH_OK; k++) {
        status = outcomes[k].error.status;
        if (status != NOTCH_OK && error != NULL) {
            *error = outcomes[k].error;
        }
    }
    if (status == NOTCH_OK) {
        summarise(of, outcomes, result);
    }
    free(outcomes);
    return status;
}
