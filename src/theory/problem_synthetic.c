/* problem_synthetic.c - losses of a chosen spectrum, convex and not, with additive noise.
 * SPDX-License-Identifier: MIT
 *
 * phi(t) = t^2 / 2 has phi'' = 1. phi(t) = (t^2 / 2) / (1 + t^2) has phi'(t) = t / (1 + t^2)^2 and
 * phi''(t) = (1 - 3 t^2) / (1 + t^2)^3, which lies between -1/4 and 1. So L = max h_i in both.
 */
#include <math.h>
#include <stdlib.h>

#include "base/message.h"
#include "theory/problem.h"

#define PARAMETERS_MAX (UINT64_C(1) << 24)

/* v - 2 m <m, v>: a reflection, its own inverse. */
static void reflect(const double *mirror, double *v, uint64_t d)
{
    double product = 0;
    if (mirror == NULL) {
        return;
    }
    for (uint64_t i = 0; i < d; i++) {
        product += mirror[i] * v[i];
    }
    for (uint64_t i = 0; i < d; i++) {
        v[i] -= 2 * product * mirror[i];
    }
}

static double synthetic_gradient(const notch_problem *p, const double *x, double *gradient,
                                 double *work)
{
    const uint64_t d = p->parameters;
    double value = 0;
    (void)work;
    for (uint64_t i = 0; i < d; i++) {
        gradient[i] = x[i] - p->centre[i];
    }
    reflect(p->mirror, gradient, d);
    for (uint64_t i = 0; i < d; i++) {
        const double t = gradient[i], below = p->saturating ? 1 + t * t : 1;
        value += p->curvature[i] * t * t / 2 / below;
        gradient[i] = p->curvature[i] * t / (below * below);
    }
    reflect(p->mirror, gradient, d);
    return value;
}

static void synthetic_minibatch(const notch_problem *p, const double *x, const double *gradient,
                                const notch_key *key, float *minibatch, double *work)
{
    const uint64_t d = p->parameters;
    uint32_t *words = (uint32_t *)(void *)work;
    (void)x;
    (void)notch_random_fill(key, 0, (d + 31) / 32, words, NOTCH_ISA_BEST, NULL);
    for (uint64_t i = 0; i < d; i++) {
        const double sign = (double)(words[i / 32] >> i % 32 & 1) * 2 - 1;
        minibatch[i] = (float)(gradient[i] + sign * p->noise);
    }
}

static double synthetic_largest(const notch_problem *p, const double *x, const double *gradient)
{
    double sum = (double)p->parameters * p->noise;
    (void)x;
    for (uint64_t i = 0; i < p->parameters; i++) {
        sum += fabs(gradient[i]);
    }
    return sum;
}

static bool reserve(notch_problem *p, bool rotated)
{
    const size_t d = (size_t)p->parameters;
    p->start = malloc(d * sizeof *p->start);
    p->curvature = malloc(d * sizeof *p->curvature);
    p->centre = malloc(d * sizeof *p->centre);
    p->mirror = rotated ? malloc(d * sizeof *p->mirror) : NULL;
    return p->start != NULL && p->curvature != NULL && p->centre != NULL &&
           (!rotated || p->mirror != NULL);
}

static void fill(notch_problem *p, const notch_synthetic *o)
{
    const uint64_t d = p->parameters;
    double length = 0;
    for (uint64_t i = 0; i < d; i++) {
        const double share = d == 1 ? 0 : (double)i / (double)(d - 1);
        p->curvature[i] = pow(o->condition, -share);
        p->centre[i] = i % 3 == 2 ? 0 : i % 3 == 0 ? o->spacing : -o->spacing;
        p->start[i] = p->centre[i] + o->start;
        length += (1 + share) * (1 + share);
    }
    for (uint64_t i = 0; p->mirror != NULL && i < d; i++) {
        const double share = d == 1 ? 0 : (double)i / (double)(d - 1);
        p->mirror[i] = (1 + share) / sqrt(length);
    }
}

notch_status notch_problem_create_synthetic(const notch_synthetic *options, notch_problem **problem,
                                            notch_error *error)
{
    if (options->parameters < 1 || options->parameters > PARAMETERS_MAX ||
        !(options->condition >= 1) || !(options->noise >= 0)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "problem: %u parameters, expected 1 to 2^24, a condition of at least 1 "
                          "and noise of at least 0",
                          options->parameters);
    }
    notch_problem *p = calloc(1, sizeof *p);
    if (p != NULL) {
        const double d = (double)options->parameters;
        *p = (notch_problem){.parameters = options->parameters,
                             .smoothness = 1,
                             .variance = d * options->noise * options->noise,
                             .variance_gain = 1,
                             .scale = 2 * d * options->noise,
                             .work_values = (size_t)options->parameters / 64 + 1,
                             .gradient = synthetic_gradient,
                             .minibatch = synthetic_minibatch,
                             .largest_norm = synthetic_largest,
                             .noise = options->noise,
                             .saturating = options->saturating};
    }
    if (p == NULL || !reserve(p, options->rotated)) {
        notch_problem_destroy(p);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "problem: no memory for %u parameters",
                          options->parameters);
    }
    fill(p, options);
    *problem = p;
    return NOTCH_OK;
}
