/* law.h - the moments of sampled counts, from masses that need not be stored as such.
 * SPDX-License-Identifier: MIT
 *
 * Private to src/theory: notch_law (counts of given masses) and notch_update_law (steps from a
 * gradient) both become a notch_moments and read their answers from it. Nothing here can fail;
 * arguments have been checked. Formulas: docs/theory.md, sections 3, 4 and 7.
 *
 * Accuracy: terms are exact but for 2^-95 of the largest, then the sum is rounded once, wherever
 * trials * Z is below 2^103 times a power of two that divides all masses. That is always so for the
 * 32-bit masses of the samplers, and for 2^24 trials over 2^24 floats of 32 bits within a factor of
 * 2^30 of each other. Elsewhere each cumulative sum, counted in trials, is off by less than
 * trials * categories * 2^-104, variances and covariances by a few times that; but `residual`,
 * which jumps where an expected count is an integer, may take one that is so near to an integer for
 * that integer.
 */
#ifndef NOTCH_THEORY_LAW_H
#define NOTCH_THEORY_LAW_H

#include <notch/notch.h>

#include "theory/pair.h"

/* What notch_moments_init is told. Mass i is |values[i]| + smoothing, or smoothing alone where
 * values is NULL; Z = max(scale, null_mass + sum of masses), and the null mass is what Z exceeds
 * the sum of masses by. */
typedef struct notch_moments_source {
    notch_sampler sampler;
    notch_inflation inflation;
    const double *values;
    uint64_t categories;
    double smoothing, null_mass, scale; /* finite and >= 0 */
    uint64_t trials;
} notch_moments_source;

/* Masses are held times 2^shift, so that neither sums nor products overflow. */
typedef struct notch_moments {
    notch_moments_source source; /* smoothing times 2^shift */
    int shift;
    double trials;
    notch_pair sum;      /* of the masses */
    notch_pair total;    /* Z */
    notch_pair width;    /* what the sampler divides among its trials: total, or sum where the null
                          * mass is the vector's */
    notch_pair presence; /* 1 - pi: the probability that the sampler is asked at all */
    notch_pair absence;  /* pi */
    double rest;         /* n' of `residual` */
} notch_moments;

/* A category on the line [0, width) on which they lie side by side. */
typedef struct notch_category {
    notch_pair mass;
    notch_pair below, above; /* sums of the masses before it, and up to and including it */
} notch_category;

void notch_moments_init(notch_moments *moments, const notch_moments_source *source);

/* Category i, given the one before it; {0} before the first. */
notch_category notch_moments_next(const notch_moments *moments, const notch_category *previous,
                                  uint64_t i);

/* E X_i, Var X_i and E X_i^2 of a category. */
notch_pair notch_moments_mean(const notch_moments *moments, const notch_category *category);
notch_pair notch_moments_variance(const notch_moments *moments, const notch_category *category);
notch_pair notch_moments_square(const notch_moments *moments, const notch_category *category);

/* Cov(X_i, X_j), i = j included; walks through all categories up to both. */
notch_pair notch_moments_covariance(const notch_moments *moments, uint64_t i, uint64_t j);

/* Checks that both modules make, `what` being who complains. */
notch_status notch_law_check_sampler(const char *what, notch_sampler sampler,
                                     notch_inflation inflation, notch_error *error);
notch_status notch_law_check_trials(const char *what, uint64_t trials, notch_error *error);
notch_status notch_law_check_pair(const char *what, uint64_t i, uint64_t j, const char *count_name,
                                  uint64_t count, notch_error *error);
/* Whether `number` is finite and at least 0. */
bool notch_law_is_amount(double number);

#endif
