/* notch/theory.h - the convergence bound of discrete updates, and experiments that hold it against
 * what is measured.
 * SPDX-License-Identifier: MIT
 *
 * Sections and propositions are those of docs/theory.md. Functions here use floating point and
 * allocate; their results are a function of their arguments on one machine and build, whatever the
 * number of threads.
 *
 *     A1  F >= F_inf, and its gradient gF is L-Lipschitz
 *     A2  <gF, E[u | w]> >= mu |gF|^2
 *     A3  E[|u|^2 | w]   <= M + M_G |gF|^2
 *     Proposition 4: if alpha <= mu / (L M_G), then for every K
 *         mean over k < K of E |gF(x_k)|^2  <=  alpha L M / mu + 2 (F(x_0) - F_inf) / (K mu alpha)
 */
#ifndef NOTCH_THEORY_H
#define NOTCH_THEORY_H

#include <notch/data.h>
#include <notch/model.h>
#include <notch/notch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Bounds (sections 2, 5, 6 and 7.8)
 * --------------------------------------------------------------------------------------------- */

/* What is known of a loss F and of its minibatch gradients g, with E g = gF. */
typedef struct notch_theory_facts {
    uint64_t parameters;  /* d, 1 to 2^31 */
    double smoothness;    /* L > 0 */
    double variance;      /* V >= 0 and V_G >= 0 with E |g|^2 <= V + V_G |gF|^2 */
    double variance_gain; /* */
    double gap;           /* F(x_0) - F_inf >= 0, or an upper bound on it */
} notch_theory_facts;

/* An update. zim and sr, mode `unbiased` without smoothing: |g|_1 <= scale has to hold always.
 * bold: scale and trials only say how much a gradient adds to an accumulator. */
typedef struct notch_theory_update {
    notch_rule rule;       /* zim, sr or bold */
    notch_sampler sampler; /* zim */
    uint64_t trials;       /* n, 1 to NOTCH_TRIALS_MAX */
    double scale;          /* Z > 0 */
} notch_theory_update;

/* The constants of A2 and A3. */
typedef struct notch_theory_constants {
    double direction;          /* mu */
    double second_moment;      /* M */
    double second_moment_gain; /* M_G */
    bool assumed;              /* A2 is an assumption about the rule (bold), not a consequence */
} notch_theory_constants;

/* zim and sr: mu = n / Z, and
 *     multinomial   M = n + n (n - 1) V / Z^2             M_G = n (n - 1) V_G / Z^2
 *     residual      M = min(n, d)     + n^2 V / Z^2       M_G = n^2 V_G / Z^2
 *     stratified    M = min(n, d / 2) + n^2 V / Z^2       M_G = n^2 V_G / Z^2
 *     systematic, sr    min(n, d / 4) + n^2 V / Z^2       M_G = n^2 V_G / Z^2
 * or the first line where that has the smaller M: it holds for all of them (section 7.8).
 * bold: M = 4 d, M_G = 0, and mu = 2 n / Z, as if every weight could move against its gradient.
 * Errors: ARGUMENT (another rule), RANGE. */
NOTCH_API notch_status notch_theory_constants_of(const notch_theory_update *update,
                                                 const notch_theory_facts *facts,
                                                 notch_theory_constants *constants,
                                                 notch_error *error);

/* mu / (L M_G): the largest alpha that Proposition 4 admits; infinity where M_G is 0. */
NOTCH_API double notch_theory_largest_rate(const notch_theory_constants *constants,
                                           const notch_theory_facts *facts);
/* alpha L M / mu. */
NOTCH_API double notch_theory_floor(const notch_theory_constants *constants,
                                    const notch_theory_facts *facts, double rate);
/* 2 (F(x_0) - F_inf) / (K mu alpha): what the start adds to the floor after `steps` >= 1. */
NOTCH_API double notch_theory_start(const notch_theory_constants *constants,
                                    const notch_theory_facts *facts, double rate, uint64_t steps);

/* ------------------------------------------------------------------------------------------------
 * Problems whose constants are known (section 9.1)
 * --------------------------------------------------------------------------------------------- */

typedef struct notch_problem notch_problem;

/* F(x) = sum_i h_i phi(z_i), z = Q (x - c), with phi(t) = t^2 / 2, or where `saturating`
 * phi(t) = (t^2 / 2) / (1 + t^2), which is not convex; L = max h_i = 1. h falls geometrically from
 * 1 to 1 / condition. Q is a reflection that mixes all coordinates, or the identity. A minibatch
 * adds +noise or -noise to each coordinate of the gradient, independently: V = d noise^2, V_G = 1.
 * Every third c_i is 0, the others are +spacing and -spacing in turn. The start is c, moved by
 * `start` along each coordinate. */
typedef struct notch_synthetic {
    uint64_t parameters; /* 1 to 2^24 */
    double condition;    /* 1 or more */
    bool rotated, saturating;
    double noise, spacing, start;
} notch_synthetic;

NOTCH_API notch_status notch_problem_create_synthetic(const notch_synthetic *options,
                                                      notch_problem **problem, notch_error *error);

/* Logistic regression: is the class at least half of the number of classes? Features are means of
 * pool x pool squares of pixels (over channels as well), on a scale from 0 to 1, and a constant 1;
 * F is the mean over the first `images` of log(1 + exp(-y a x)), plus ridge |x|^2 / 2. A minibatch
 * is one image. L = lambda / 4 + ridge with an upper bound lambda on the largest eigenvalue of the
 * mean of a a', that is the squared largest singular value of the data over the number of images
 * (Collatz and Wielandt: features are not negative). The start is the minimiser. */
typedef struct notch_logistic {
    uint64_t images; /* 1 to the set's */
    uint32_t pool;   /* divides height and width */
    double ridge;    /* above 0 */
} notch_logistic;

NOTCH_API notch_status notch_problem_create_logistic(const notch_dataset *data,
                                                     const notch_logistic *options,
                                                     notch_problem **problem, notch_error *error);
/* NULL is fine. */
NOTCH_API void notch_problem_destroy(notch_problem *problem);

/* Its facts, for a start rounded to the lattice of spacing `rate`. */
NOTCH_API notch_theory_facts notch_problem_facts(const notch_problem *problem, double rate);
/* A scale Z that minibatch gradients near the start stay below: a tenth more than the largest
 * |g|_1 of any image; for synthetic problems 2 d noise. */
NOTCH_API double notch_problem_scale(const notch_problem *problem);

/* F(x), and where they are not NULL the gradient gF(x) and one minibatch gradient. x, gradient and
 * minibatch have d values. Errors: MEMORY. */
NOTCH_API notch_status notch_problem_evaluate(const notch_problem *problem, const double *x,
                                              const notch_key *key, double *value, double *gradient,
                                              float *minibatch, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * The bound against measurement (section 9.2)
 * --------------------------------------------------------------------------------------------- */

typedef struct notch_theory_case {
    const notch_problem *problem;
    notch_theory_update update;
    double rate;      /* alpha */
    uint64_t steps;   /* K */
    uint64_t discard; /* leading steps that are left out of the average; 0 for Proposition 4 */
    uint32_t runs;    /* R >= 2 */
    uint64_t seed;
    double failure;   /* the probability that the confidence limit is wrong, such as 1e-4 */
    double *averages; /* NULL, or `runs` values: receives every run's mean over steps of |gF|^2 */

    /* For experiments in which the claim is wrong: M is divided by `divisor` (0 stands for 1), and
     * `rule`, where not NULL, draws the updates instead of the sampler whose law is claimed. */
    double divisor;
    notch_rule_function *rule;
    const void *rule_options;
} notch_theory_case;

typedef struct notch_theory_result {
    notch_theory_facts facts;
    notch_theory_constants constants; /* M after division */
    double largest_rate, floor, start;
    double bound;          /* floor + start */
    double measured;       /* mean over the runs of the mean over steps of |gF|^2 */
    double standard_error; /* of it */
    double limit;          /* upper confidence limit on its expectation */
    double tightness;      /* floor / (measured - start): what M may be divided by before the bound
                            * meets the measurement; infinity where measured <= start */
    uint64_t stopped; /* runs that left the region: a minibatch could have |g|_1 > Z, a weight came
                         * to a bound of its lattice, or the average above twice the bound */
    uint64_t exceeded, saturated; /* steps and weights that did, in all runs */
    bool admissible;              /* alpha <= largest_rate */
    bool holds;                   /* admissible, no run stopped, and limit <= bound */
} notch_theory_result;

/* Runs `runs` chains of `steps` discrete updates of 16-bit weights (1 bit for bold) from the
 * problem's start and compares. With `discard` > 0 runs do not stop, and `holds` compares
 * `measured` with `floor` without a limit. Errors: ARGUMENT, RANGE, MEMORY. */
NOTCH_API notch_status notch_theory_measure(const notch_theory_case *of,
                                            const notch_executor *executor,
                                            notch_theory_result *result, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
