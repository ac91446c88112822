/* problem.h - a loss with known constants, as the experiments see it.
 * SPDX-License-Identifier: MIT
 *
 * Private to src/theory.
 */
#ifndef NOTCH_THEORY_PROBLEM_H
#define NOTCH_THEORY_PROBLEM_H

#include <notch/theory.h>

struct notch_problem {
    uint64_t parameters;
    double smoothness, variance, variance_gain, scale;
    double infimum;     /* F_inf, or a lower bound on it */
    double *start;      /* [parameters] */
    size_t work_values; /* doubles that the functions below need to work in */
    /* F(x); its gradient into `gradient`. */
    double (*gradient)(const notch_problem *problem, const double *x, double *gradient,
                       double *work);
    /* One minibatch gradient at x, given gF(x) and what `gradient` left in `work`. */
    void (*minibatch)(const notch_problem *problem, const double *x, const double *gradient,
                      const notch_key *key, float *minibatch, double *work);
    /* At least the largest |g|_1 that a minibatch can have at x, where the gradient is gF(x). */
    double (*largest_norm)(const notch_problem *problem, const double *x, const double *gradient);
    /* Of synthetic problems. */
    double *curvature, *centre, *mirror; /* [parameters]; mirror is a unit vector or NULL */
    double noise;
    bool saturating;
    /* Of regression on data. */
    uint64_t images;
    double *features; /* [parameters][images], each times the image's sign y */
    double ridge;
    double longest; /* the largest sum of an image's features */
};

/* x = rate * weight, the nearest weight to the start. */
double notch_problem_start_weight(const notch_problem *problem, double rate, uint64_t i);

#endif
