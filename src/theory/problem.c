/* problem.c - what all problems share.
 * SPDX-License-Identifier: MIT
 */
#include "theory/problem.h"

#include <math.h>
#include <stdlib.h>

#include "base/message.h"

void notch_problem_destroy(notch_problem *problem)
{
    if (problem == NULL) {
        return;
    }
    free(problem->start);
    free(problem->curvature);
    free(problem->centre);
    free(problem->mirror);
    free(problem->features);
    free(problem);
}

double notch_problem_start_weight(const notch_problem *problem, double rate, uint64_t i)
{
    return rint(problem->start[i] / rate);
}

notch_theory_facts notch_problem_facts(const notch_problem *problem, double rate)
{
    const size_t d = (size_t)problem->parameters;
    notch_theory_facts facts = {.parameters = problem->parameters,
                                .smoothness = problem->smoothness,
                                .variance = problem->variance,
                                .variance_gain = problem->variance_gain,
                                .gap = (double)NAN};
    double *memory = malloc((2 * d + problem->work_values) * sizeof *memory);
    if (memory != NULL) {
        for (size_t i = 0; i < d; i++) {
            memory[i] = rate * notch_problem_start_weight(problem, rate, i);
        }
        facts.gap =
            problem->gradient(problem, memory, memory + d, memory + 2 * d) - problem->infimum;
        facts.gap = facts.gap < 0 ? 0 : facts.gap;
    }
    free(memory);
    return facts;
}

double notch_problem_scale(const notch_problem *problem)
{
    return problem->scale;
}

notch_status notch_problem_evaluate(const notch_problem *problem, const double *x,
                                    const notch_key *key, double *value, double *gradient,
                                    float *minibatch, notch_error *error)
{
    const size_t d = (size_t)problem->parameters;
    double *memory = malloc((d + problem->work_values) * sizeof *memory);
    if (memory == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "problem: no memory for %u parameters",
                          problem->parameters);
    }
    double *own = gradient != NULL ? gradient : memory;
    const double result = problem->gradient(problem, x, own, memory + d);
    if (value != NULL) {
        *value = result;
    }
    if (minibatch != NULL) {
        problem->minibatch(problem, x, own, key, minibatch, memory + d);
    }
    free(memory);
    return NOTCH_OK;
}
