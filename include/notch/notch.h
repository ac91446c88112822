/* notch/notch.h - the hosted part of the library: threads and the theory in closed form.
 * SPDX-License-Identifier: MIT
 *
 * Includes notch/core.h, which holds the concepts. Functions here may allocate and use floating
 * point; none prints, exits or reads the environment.
 */
#ifndef NOTCH_NOTCH_H
#define NOTCH_NOTCH_H

#include <notch/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0": the version of the library that is running. */
NOTCH_API const char *notch_version(void);

/* ------------------------------------------------------------------------------------------------
 * Threads
 * --------------------------------------------------------------------------------------------- */

/* A pool of threads that sleep between runs. */
typedef struct notch_threads notch_threads;

/* Starts a pool of `count` workers (1 to 1,024), the calling thread included; 0 means one for each
 * processor that this process may use. */
NOTCH_API notch_status notch_threads_create(uint32_t count, notch_threads **threads,
                                            notch_error *error);
/* What 0 means above: 1 to 1,024. */
NOTCH_API uint32_t notch_threads_usable(void);
/* Stops and frees the pool; NULL is fine. Not while a run is in progress. */
NOTCH_API void notch_threads_destroy(notch_threads *threads);
/* The pool as an executor; it stays valid until the pool is destroyed. One run at a time. */
NOTCH_API const notch_executor *notch_threads_executor(const notch_threads *threads);

/* ------------------------------------------------------------------------------------------------
 * Moments in closed form (docs/theory.md sections 3, 4 and 7)
 * --------------------------------------------------------------------------------------------- */

/* The law of the counts X that a sampler draws, as real numbers. The masses stay the caller's and
 * are only read. Z = null_mass + sum of masses; lambda_i = trials * masses[i] / Z. */
typedef struct notch_law {
    notch_sampler sampler;
    notch_inflation inflation;
    const double *masses; /* masses[0 .. categories), finite and >= 0 */
    uint64_t categories;  /* 1 to 2^31 */
    double null_mass;     /* finite and >= 0 */
    uint64_t trials;      /* 0 to NOTCH_TRIALS_MAX */
} notch_law;

/* mean[i] = E X_i for all categories.
 *   trial inflation, all samplers:  n m_i / Z                         [paper: Proposition 10]
 *   vector inflation:               (1 - pi) n m_i / (Z - m_0), pi = m_0 / Z: the same number
 * All masses zero: 0. Errors: ARGUMENT, RANGE. */
NOTCH_API notch_status notch_law_mean(const notch_law *law, double *mean, notch_error *error);

/* variance[i] = Var X_i. With trial inflation, q_i = m_i / Z, lambda_i = n q_i:
 *   multinomial  n q_i (1 - q_i)                                      [paper: Proposition 10]
 *   residual     n' r_i (1 - r_i): n' = n - sum floor(lambda_j) over all categories and the null,
 *                r_i = frac(lambda_i) / n'
 *   stratified   with C the cumulative sums of lambda, a = frac C_{i-1}, b = frac C_i:
 *                lambda_i (1 - lambda_i) if [C_{i-1}, C_i) lies in one stratum, else
 *                a (1 - a) + b (1 - b)
 *   systematic   f (1 - f), f = frac(lambda_i)
 * The last category is followed by the null one, at the end of the interval.
 * With vector inflation, X is zero with probability pi = m_0 / Z and otherwise Y, the sampler's
 * draw with null mass 0:  Var X_i = (1 - pi) (Var Y_i + (E Y_i)^2) - ((1 - pi) E Y_i)^2. */
NOTCH_API notch_status notch_law_variance(const notch_law *law, double *variance,
                                          notch_error *error);

/* *covariance = Cov(X_i, X_j), i = j included. With trial inflation:
 *   multinomial  -n q_i q_j                                           [paper: Proposition 10]
 *   residual     -n' r_i r_j
 *   stratified and systematic: from the covariance of F(x) = number of points below x, X_i being
 *   F(C_i) - F(C_{i-1}):  Cov(F(x), F(y)) = min(a, b) - a b with a = frac x, b = frac y for
 *   systematic; the same for stratified where x and y lie in one stratum, else 0.
 * With vector inflation: (1 - pi) (Cov(Y_i, Y_j) + E Y_i E Y_j) - (1 - pi)^2 E Y_i E Y_j. */
NOTCH_API notch_status notch_law_covariance(const notch_law *law, uint64_t i, uint64_t j,
                                            double *covariance, notch_error *error);

/* *second_moment = E ||X||^2 = sum_i (Var X_i + (E X_i)^2).
 * Multinomial, trial inflation: n (1 - q_0) + n (n - 1) sum q_i^2     [paper: Proposition 10]. */
NOTCH_API notch_status notch_law_second_moment(const notch_law *law, double *second_moment,
                                               notch_error *error);

/* The law of one group's update u_i = sign(g_i) X_i (rule zim), u_i of rules sr and sign
 * likewise. */
typedef struct notch_update_law {
    notch_rule rule; /* zim, sr or sign */
    notch_mode mode;
    notch_scope scope;         /* `paper` takes n from it */
    notch_sampler sampler;     /* zim only */
    notch_inflation inflation; /* zim only */
    const double *gradient;    /* gradient[0 .. parameters), finite */
    uint64_t parameters;       /* 1 to 2^31 */
    uint32_t dimensions;       /* rank of the tensor, for `paper` with scope `layer`; 1 to 8 */
    double smoothing;          /* c; `paper` uses 1 whatever this says */
    double scale;    /* `unbiased`: Z; where it is below the sum of masses, that sum is used */
    uint64_t trials; /* n; `paper` uses its own */
} notch_update_law;

/* mean[i] = E u_i. zim and sr: sign(g_i) n m_i / Z with m_i = |g_i| + c; `unbiased` without
 * smoothing: n g_i / Z. sign: sign(g_i) n / parameters.        [paper: Proposition 11] */
NOTCH_API notch_status notch_update_law_mean(const notch_update_law *law, double *mean,
                                             notch_error *error);
/* variance[i] = Var u_i: that of X_i where g_i is not zero, 0 where it is; sr: f (1 - f) with
 * f = frac(lambda_i); sign: the same with lambda_i = n / parameters. */
NOTCH_API notch_status notch_update_law_variance(const notch_update_law *law, double *variance,
                                                 notch_error *error);
/* *covariance = Cov(u_i, u_j) = sign(g_i) sign(g_j) Cov(X_i, X_j); 0 between different
 * coordinates of sr and sign, which are independent. */
NOTCH_API notch_status notch_update_law_covariance(const notch_update_law *law, uint64_t i,
                                                   uint64_t j, double *covariance,
                                                   notch_error *error);
/* *second_moment = E ||u||^2. zim, multinomial, c = 0:
 * n |g|_1 / Z + n (n - 1) |g|_2^2 / Z^2                          [paper: Proposition 11]. */
NOTCH_API notch_status notch_update_law_second_moment(const notch_update_law *law,
                                                      double *second_moment, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
