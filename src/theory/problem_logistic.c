/* problem_logistic.c - logistic regression on images.
 * SPDX-License-Identifier: MIT
 *
 * With s(t) = 1 / (1 + exp(t)) the loss of one image is log(1 + exp(-m)), m = y <a, x>, and its
 * gradient -s(m) y a: its length is at most |a|, its second derivative s (1 - s) a a' at most
 * a a' / 4. So L = lambda / 4 + ridge. One image drawn uniformly has E g = gF, and
 * E |g|^2 - |gF|^2 <= mean |a|^2 = V.
 */
#include <math.h>
#include <stdlib.h>

#include "base/message.h"
#include "theory/problem.h"

enum {
    EIGENVALUE_ROUNDS = 200,
    DESCENT_ROUNDS = 4000
};

/* ---- the loss -------------------------------------------------------------------------------- */

static double dot(const double *a, const double *b, uint64_t count)
{
    double sums[4] = {0}; /* independent, so that they overlap */
    uint64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (uint64_t k = 0; k < 4; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < count; i++) {
        sums[0] += a[i] * b[i];
    }
    return sums[0] + sums[1] + (sums[2] + sums[3]);
}

/* work: for each image m, then s(m). */
static double logistic_gradient(const notch_problem *p, const double *x, double *gradient,
                                double *work)
{
    const uint64_t count = p->images;
    double value = 0, square = 0;
    for (uint64_t j = 0; j < count; j++) {
        work[j] = 0;
    }
    for (uint64_t i = 0; i < p->parameters; i++) {
        const double *column = p->features + i * count, xi = x[i];
        for (uint64_t j = 0; j < count; j++) {
            work[j] += xi * column[j];
        }
        square += xi * xi;
    }
    for (uint64_t j = 0; j < count; j++) {
        const double m = work[j], e = exp(-fabs(m));
        value += log1p(e) + (m < 0 ? -m : 0);
        work[j] = (m < 0 ? 1 : e) / (1 + e);
    }
    for (uint64_t i = 0; i < p->parameters; i++) {
        gradient[i] = p->ridge * x[i] - dot(p->features + i * count, work, count) / (double)count;
    }
    return value / (double)count + p->ridge * square / 2;
}

static void logistic_minibatch(const notch_problem *p, const double *x, const double *gradient,
                               const notch_key *key, float *minibatch, double *work)
{
    const uint64_t j = notch_random_below64(key, 0, p->images);
    (void)gradient;
    for (uint64_t i = 0; i < p->parameters; i++) {
        minibatch[i] = (float)(p->ridge * x[i] - work[j] * p->features[i * p->images + j]);
    }
}

static double logistic_largest(const notch_problem *p, const double *x, const double *gradient)
{
    double sum = 0;
    (void)gradient;
    for (uint64_t i = 0; i < p->parameters; i++) {
        sum += fabs(x[i]);
    }
    return p->longest + p->ridge * sum;
}

/* ---- the data -------------------------------------------------------------------------------- */

/* The features of image j, times its sign. */
static void take_image(notch_problem *p, const notch_dataset *data, uint32_t pool, uint64_t j)
{
    const uint32_t width = data->width / pool;
    const size_t plane = (size_t)data->height * data->width;
    const uint8_t *pixels = data->images + j * data->channels * plane;
    const double sign = 2 * data->labels[j] >= data->classes ? 1 : -1;
    const double unit = sign / ((double)data->maximum * data->channels * pool * pool);
    for (size_t k = 0; k < plane * data->channels; k++) {
        const size_t row = k % plane / data->width, column = k % data->width;
        const size_t feature = row / pool * width + column / pool;
        p->features[feature * p->images + j] += unit * pixels[k];
    }
    p->features[(p->parameters - 1) * p->images + j] = sign;
}

/* An upper bound on the largest eigenvalue of G = mean of a a', whose entries are not negative:
 * max (G v)_i / v_i for any v > 0, and v = G v brings it down to the eigenvalue. Features that are
 * 0 throughout have v_i = 0 from the second round on and an eigenvalue of 0. */
static double largest_eigenvalue(const notch_problem *p, double *work)
{
    const uint64_t d = p->parameters, count = p->images;
    double *v = work, *projection = work + d, least = (double)INFINITY;
    for (uint64_t i = 0; i < d; i++) {
        v[i] = 1;
    }
    for (int round = 0; round < EIGENVALUE_ROUNDS; round++) {
        double most = 0, length = 0;
        for (uint64_t j = 0; j < count; j++) {
            projection[j] = 0;
        }
        for (uint64_t i = 0; i < d; i++) {
            for (uint64_t j = 0; j < count; j++) {
                projection[j] += v[i] * p->features[i * count + j];
            }
        }
        for (uint64_t i = 0; i < d; i++) {
            const double image = dot(p->features + i * count, projection, count) / (double)count;
            most = v[i] > 0 ? fmax(most, image / v[i]) : most;
            v[i] = image;
            length += image * image;
        }
        for (uint64_t i = 0; i < d; i++) {
            v[i] /= sqrt(length);
        }
        least = fmin(least, most);
    }
    return least * (1 + 1e-9); /* rounding */
}

/* V, Z and L. The signs y cancel in a a' and in |a|. */
static void measure(notch_problem *p, double *work)
{
    double squares = 0;
    for (uint64_t j = 0; j < p->images; j++) {
        double sum = 0;
        for (uint64_t i = 0; i < p->parameters; i++) {
            const double a = p->features[i * p->images + j];
            sum += fabs(a);
            squares += a * a;
        }
        p->longest = fmax(p->longest, sum);
    }
    p->variance = squares / (double)p->images;
    p->variance_gain = 1;
    p->scale = 1.1 * p->longest;
    p->smoothness = largest_eigenvalue(p, work) / 4 + p->ridge;
}

/* The minimiser by Nesterov's method for strongly convex functions; F_inf from
 * F - F_inf <= |gF|^2 / (2 ridge). work: work_values, and 2 d more. */
static void minimise(notch_problem *p, double *work)
{
    const uint64_t d = p->parameters;
    double *gradient = work + p->work_values, *before = gradient + d;
    const double root = sqrt(p->ridge / p->smoothness), momentum = (1 - root) / (1 + root);
    double square = 0;
    for (uint64_t i = 0; i < d; i++) {
        p->start[i] = before[i] = 0; /* start: the point ahead, before: the last descent */
    }
    for (int round = 0; round < DESCENT_ROUNDS; round++) {
        (void)p->gradient(p, p->start, gradient, work);
        for (uint64_t i = 0; i < d; i++) {
            const double now = p->start[i] - gradient[i] / p->smoothness;
            p->start[i] = now + momentum * (now - before[i]);
            before[i] = now;
        }
    }
    const double value = p->gradient(p, p->start, gradient, work);
    for (uint64_t i = 0; i < d; i++) {
        square += gradient[i] * gradient[i];
    }
    p->infimum = value - square / (2 * p->ridge);
}

/* s(m) <= 1, so the largest feature sum bounds |g|_1 but for the ridge, which is added here. */
static void widen_scale(notch_problem *p)
{
    double sum = 0;
    for (uint64_t i = 0; i < p->parameters; i++) {
        sum += fabs(p->start[i]);
    }
    p->scale += 1.5 * p->ridge * sum;
}

notch_status notch_problem_create_logistic(const notch_dataset *data, const notch_logistic *options,
                                           notch_problem **problem, notch_error *error)
{
    if (options->images < 1 || options->images > data->count || options->pool == 0 ||
        data->height % options->pool != 0 || data->width % options->pool != 0 ||
        !(options->ridge > 0)) {
        return notch_fail(
            error, NOTCH_ERROR_RANGE,
            "problem: %u images of %s pooled by %u, expected at most %u, a divisor of "
            "height and width, and a ridge above 0",
            options->images, data->name, (uint64_t)options->pool, data->count);
    }
    const size_t d = (size_t)(data->height / options->pool) * (data->width / options->pool) + 1;
    notch_problem *p = calloc(1, sizeof *p);
    double *work = NULL;
    if (p != NULL) {
        p->parameters = d;
        p->images = options->images;
        p->ridge = options->ridge;
        p->work_values = (size_t)options->images + d;
        p->gradient = logistic_gradient;
        p->minibatch = logistic_minibatch;
        p->largest_norm = logistic_largest;
        p->start = calloc(d, sizeof *p->start);
        p->features = calloc(d * (size_t)options->images, sizeof *p->features);
        work = malloc((p->work_values + 2 * d) * sizeof *work);
    }
    if (work == NULL || p->start == NULL || p->features == NULL) {
        free(work);
        notch_problem_destroy(p);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "problem: no memory for %u images",
                          options->images);
    }
    for (uint64_t j = 0; j < options->images; j++) {
        take_image(p, data, options->pool, j);
    }
    measure(p, work);
    minimise(p, work);
    widen_scale(p);
    free(work);
    *problem = p;
    return NOTCH_OK;
}
