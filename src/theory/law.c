/* law.c - moments of sampled counts in closed form: notch_law_*.
 * SPDX-License-Identifier: MIT
 *
 * The categories lie side by side on a line of length `width`, each as long as its mass. Trial k
 * has the k-th of n equal parts of that line, its stratum. Stretched n times, the line has strata
 * of length `width`, and everything asked of an expected count or a cumulative one is a division
 * with remainder by `width`: exact where the masses allow (law.h). Probabilities are formed last,
 * each as a quotient of lengths, and complements as complements of lengths, so that none is a
 * difference of nearly equal numbers.
 *
 * Formulas and proofs: docs/theory.md, sections 3 and 7. No allocation: O(categories) time each.
 */
#include "theory/law.h"

#include <math.h>

#include "base/message.h"

#define CATEGORIES_MAX (UINT64_C(1) << 31)

enum {
    /* The largest mass comes to lie in [2^499, 2^500): trials times any sum is then below 2^572,
     * and a mass of 2^-1300 of the largest is still far from the smallest double. */
    LARGEST_EXPONENT = 500
};

/* ------------------------------------------------------------------------------------------------
 * Lengths on the line
 * --------------------------------------------------------------------------------------------- */

/* Where a point is on the line stretched n times: in stratum `whole`, `rest` after its start. */
typedef struct position {
    double whole;    /* an integer of at most 2^40 */
    notch_pair rest; /* 0 <= rest < width */
} position;

static position position_of(const notch_moments *moments, notch_pair point)
{
    const notch_pair zero = notch_pair_of(0);
    position at;
    at.rest = notch_pair_scale(point, moments->trials);
    /* The quotient of the leading doubles is off by less than 2^-50 of at most 2^40 strata, so the
     * loops below correct it by one at most. */
    at.whole = (double)(uint64_t)(at.rest.high / moments->width.high);
    at.rest = notch_pair_subtract(at.rest, notch_pair_scale(moments->width, at.whole));
    while (notch_pair_less(at.rest, zero)) {
        at.rest = notch_pair_add(at.rest, moments->width);
        at.whole -= 1;
    }
    while (!notch_pair_less(at.rest, moments->width)) {
        at.rest = notch_pair_subtract(at.rest, moments->width);
        at.whole += 1;
    }
    return at;
}

/* p (1 - p) with p = length / width: the variance of one trial that has `length` of its stratum. */
static notch_pair bernoulli(const notch_moments *moments, notch_pair length)
{
    const notch_pair other = notch_pair_subtract(moments->width, length);
    return notch_pair_multiply(notch_pair_divide(length, moments->width),
                               notch_pair_divide(other, moments->width));
}

/* a b / width^2: the product of the probabilities of two lengths. */
static notch_pair probabilities(const notch_moments *moments, notch_pair a, notch_pair b)
{
    return notch_pair_multiply(notch_pair_divide(a, moments->width),
                               notch_pair_divide(b, moments->width));
}

/* Length of [a, b) and [c, d) in common. */
static notch_pair common(notch_pair a, notch_pair b, notch_pair c, notch_pair d)
{
    const notch_pair start = notch_pair_larger(a, c), end = notch_pair_smaller(b, d);
    return notch_pair_less(start, end) ? notch_pair_subtract(end, start) : notch_pair_of(0);
}

/* The same on a circle of circumference `width`, where the arc from a to b < a passes through 0. */
static notch_pair common_arc(notch_pair width, notch_pair a, notch_pair b, notch_pair c,
                             notch_pair d)
{
    const notch_pair zero = notch_pair_of(0);
    if (notch_pair_less(b, a)) {
        return notch_pair_add(common_arc(width, a, width, c, d), common_arc(width, zero, b, c, d));
    }
    if (notch_pair_less(d, c)) {
        return notch_pair_add(common(a, b, c, width), common(a, b, zero, d));
    }
    return common(a, b, c, d);
}

/* ------------------------------------------------------------------------------------------------
 * One sampler, its null mass included in `width`
 * --------------------------------------------------------------------------------------------- */

static notch_pair multinomial_variance(const notch_moments *moments, const notch_category *category)
{
    return notch_pair_scale(bernoulli(moments, category->mass), moments->trials);
}

static notch_pair multinomial_covariance(const notch_moments *moments, const notch_category *i,
                                         const notch_category *j)
{
    return notch_pair_scale(probabilities(moments, i->mass, j->mass), -moments->trials);
}

/* f (1 - f / n'), as f / width * (n' width - f) / width / n' */
static notch_pair residual_variance(const notch_moments *moments, const notch_category *category)
{
    if (moments->rest == 0) {
        return notch_pair_of(0);
    }
    const notch_pair part = position_of(moments, category->mass).rest;
    const notch_pair all = notch_pair_scale(moments->width, moments->rest);
    return notch_pair_divide(probabilities(moments, part, notch_pair_subtract(all, part)),
                             notch_pair_of(moments->rest));
}

static notch_pair residual_covariance(const notch_moments *moments, const notch_category *i,
                                      const notch_category *j)
{
    if (moments->rest == 0) {
        return notch_pair_of(0);
    }
    const notch_pair product = probabilities(moments, position_of(moments, i->mass).rest,
                                             position_of(moments, j->mass).rest);
    return notch_pair_divide(product, notch_pair_of(-moments->rest));
}

static notch_pair stratified_variance(const notch_moments *moments, const notch_category *category)
{
    const position start = position_of(moments, category->below);
    const position end = position_of(moments, category->above);
    if (start.whole == end.whole) {
        return bernoulli(moments, notch_pair_scale(category->mass, moments->trials));
    }
    return notch_pair_add(bernoulli(moments, start.rest), bernoulli(moments, end.rest));
}

/* The only stratum that both may have a share of is the one in which j begins. */
static notch_pair stratified_covariance(const notch_moments *moments, const notch_category *i,
                                        const notch_category *j)
{
    const position i_start = position_of(moments, i->below);
    const position i_end = position_of(moments, i->above);
    const position j_start = position_of(moments, j->below);
    const position j_end = position_of(moments, j->above);
    if (i_end.whole != j_start.whole) {
        return notch_pair_of(0);
    }
    const notch_pair i_share =
        i_start.whole == i_end.whole ? notch_pair_scale(i->mass, moments->trials) : i_end.rest;
    const notch_pair j_share = j_start.whole == j_end.whole
                                   ? notch_pair_scale(j->mass, moments->trials)
                                   : notch_pair_subtract(moments->width, j_start.rest);
    return notch_pair_negate(probabilities(moments, i_share, j_share));
}

static notch_pair systematic_variance(const notch_moments *moments, const notch_category *category)
{
    return bernoulli(moments, position_of(moments, category->mass).rest);
}

/* X_i is a constant plus 1 where the shared offset falls on an arc; theory.md, section 7. */
static notch_pair systematic_covariance(const notch_moments *moments, const notch_category *i,
                                        const notch_category *j)
{
    const notch_pair both = common_arc(
        moments->width, position_of(moments, i->below).rest, position_of(moments, i->above).rest,
        position_of(moments, j->below).rest, position_of(moments, j->above).rest);
    return notch_pair_subtract(notch_pair_divide(both, moments->width),
                               probabilities(moments, position_of(moments, i->mass).rest,
                                             position_of(moments, j->mass).rest));
}

static notch_pair sampler_mean(const notch_moments *moments, const notch_category *category)
{
    return notch_pair_divide(notch_pair_scale(category->mass, moments->trials), moments->width);
}

static notch_pair sampler_variance(const notch_moments *moments, const notch_category *category)
{
    switch (moments->source.sampler) {
    case NOTCH_SAMPLER_MULTINOMIAL:
        return multinomial_variance(moments, category);
    case NOTCH_SAMPLER_RESIDUAL:
        return residual_variance(moments, category);
    case NOTCH_SAMPLER_STRATIFIED:
        return stratified_variance(moments, category);
    case NOTCH_SAMPLER_SYSTEMATIC:
        break;
    }
    return systematic_variance(moments, category);
}

static notch_pair sampler_covariance(const notch_moments *moments, const notch_category *i,
                                     const notch_category *j)
{
    switch (moments->source.sampler) {
    case NOTCH_SAMPLER_MULTINOMIAL:
        return multinomial_covariance(moments, i, j);
    case NOTCH_SAMPLER_RESIDUAL:
        return residual_covariance(moments, i, j);
    case NOTCH_SAMPLER_STRATIFIED:
        return stratified_covariance(moments, i, j);
    case NOTCH_SAMPLER_SYSTEMATIC:
        break;
    }
    return systematic_covariance(moments, i, j);
}

/* ------------------------------------------------------------------------------------------------
 * The law: the sampler, asked with probability `presence`
 * --------------------------------------------------------------------------------------------- */

static notch_pair mass_of(const notch_moments *moments, uint64_t i)
{
    const notch_moments_source *source = &moments->source;
    if (source->values == NULL) {
        return notch_pair_of(source->smoothing);
    }
    return notch_pair_sum(ldexp(fabs(source->values[i]), moments->shift), source->smoothing);
}

static double larger(double a, double b)
{
    return a < b ? b : a;
}

static double largest_amount(const notch_moments_source *source)
{
    double largest = larger(source->smoothing, larger(source->null_mass, source->scale));
    for (uint64_t i = 0; source->values != NULL && i < source->categories; i++) {
        largest = larger(largest, fabs(source->values[i]));
    }
    return largest;
}

/* n' of residual: the trials that are left when every category, and the null one, has got the whole
 * part of its expected count. */
static double trials_left(const notch_moments *moments)
{
    const notch_pair null_mass = notch_pair_subtract(moments->width, moments->sum);
    double left = moments->trials - position_of(moments, null_mass).whole;
    for (uint64_t i = 0; i < moments->source.categories; i++) {
        left -= position_of(moments, mass_of(moments, i)).whole;
    }
    return left;
}

void notch_moments_init(notch_moments *moments, const notch_moments_source *source)
{
    int exponent;
    (void)frexp(largest_amount(source), &exponent);
    moments->source = *source;
    moments->shift = LARGEST_EXPONENT - exponent;
    moments->source.smoothing = ldexp(source->smoothing, moments->shift);
    moments->trials = (double)source->trials; /* exact: at most 2^40 */

    moments->sum = notch_pair_of(0);
    for (uint64_t i = 0; i < source->categories; i++) {
        moments->sum = notch_pair_add(moments->sum, mass_of(moments, i));
    }
    const notch_pair scale = notch_pair_of(ldexp(source->scale, moments->shift));
    notch_pair null_mass = notch_pair_of(ldexp(source->null_mass, moments->shift));
    moments->total = notch_pair_add(moments->sum, null_mass);
    if (notch_pair_less(moments->total, scale)) {
        moments->total = scale;
        null_mass = notch_pair_subtract(scale, moments->sum);
    }
    moments->width = moments->total;
    moments->presence = notch_pair_of(1);
    moments->absence = notch_pair_of(0);
    moments->rest = 0;
    if (moments->sum.high == 0) {
        return; /* no trial has anywhere to fall */
    }
    if (source->inflation == NOTCH_INFLATION_VECTOR) {
        moments->width = moments->sum;
        moments->presence = notch_pair_divide(moments->sum, moments->total);
        moments->absence = notch_pair_divide(null_mass, moments->total);
    }
    if (source->sampler == NOTCH_SAMPLER_RESIDUAL) {
        moments->rest = trials_left(moments);
    }
}

notch_category notch_moments_next(const notch_moments *moments, const notch_category *previous,
                                  uint64_t i)
{
    notch_category category;
    category.mass = mass_of(moments, i);
    category.below = previous->above;
    category.above = notch_pair_add(category.below, category.mass);
    return category;
}

notch_pair notch_moments_mean(const notch_moments *moments, const notch_category *category)
{
    if (moments->sum.high == 0) {
        return notch_pair_of(0);
    }
    return notch_pair_divide(notch_pair_scale(category->mass, moments->trials), moments->total);
}

/* presence * (covariance + absence * mean_i mean_j): (1 - pi) (c + e e') - (1 - pi)^2 e e' without
 * the difference. */
static notch_pair mixed(const notch_moments *moments, notch_pair covariance, notch_pair mean_i,
                        notch_pair mean_j)
{
    const notch_pair spread =
        notch_pair_multiply(moments->absence, notch_pair_multiply(mean_i, mean_j));
    return notch_pair_multiply(moments->presence, notch_pair_add(covariance, spread));
}

notch_pair notch_moments_variance(const notch_moments *moments, const notch_category *category)
{
    if (moments->sum.high == 0) {
        return notch_pair_of(0);
    }
    const notch_pair mean = sampler_mean(moments, category);
    return mixed(moments, sampler_variance(moments, category), mean, mean);
}

notch_pair notch_moments_square(const notch_moments *moments, const notch_category *category)
{
    const notch_pair mean = notch_moments_mean(moments, category);
    return notch_pair_add(notch_moments_variance(moments, category),
                          notch_pair_multiply(mean, mean));
}

notch_pair notch_moments_covariance(const notch_moments *moments, uint64_t i, uint64_t j)
{
    if (moments->sum.high == 0) {
        return notch_pair_of(0);
    }
    const uint64_t early = i < j ? i : j, late = i < j ? j : i;
    notch_category category = {0}, first = {0};
    for (uint64_t k = 0; k <= late; k++) {
        category = notch_moments_next(moments, &category, k);
        first = k == early ? category : first;
    }
    if (early == late) {
        return notch_moments_variance(moments, &category);
    }
    return mixed(moments, sampler_covariance(moments, &first, &category),
                 sampler_mean(moments, &first), sampler_mean(moments, &category));
}

/* ------------------------------------------------------------------------------------------------
 * Public functions
 * --------------------------------------------------------------------------------------------- */

bool notch_law_is_amount(double number)
{
    return isfinite(number) && number >= 0;
}

notch_status notch_law_check_sampler(const char *what, notch_sampler sampler,
                                     notch_inflation inflation, notch_error *error)
{
    if ((uint64_t)sampler > NOTCH_SAMPLER_SYSTEMATIC) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: sampler is number %u, which is none",
                          what, (uint64_t)sampler);
    }
    if ((uint64_t)inflation > NOTCH_INFLATION_VECTOR) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: inflation is number %u, which is none",
                          what, (uint64_t)inflation);
    }
    return NOTCH_OK;
}

notch_status notch_law_check_trials(const char *what, uint64_t trials, notch_error *error)
{
    if (trials > NOTCH_TRIALS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "%s: trials is %u, expected at most 2^40", what,
                          trials);
    }
    return NOTCH_OK;
}

notch_status notch_law_check_pair(const char *what, uint64_t i, uint64_t j, const char *count_name,
                                  uint64_t count, notch_error *error)
{
    if (i >= count || j >= count) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "%s: %s is %u, expected less than %s = %u",
                          what, i >= count ? "i" : "j", i >= count ? i : j, count_name, count);
    }
    return NOTCH_OK;
}

/* Checks everything and prepares the moments; `result_name` names `result` if that is missing. */
static notch_status prepare(const notch_law *law, const void *result, const char *result_name,
                            notch_moments *moments, notch_error *error)
{
    if (law == NULL || result == NULL || law->masses == NULL) {
        const char *missing = law == NULL ? "the law" : result == NULL ? result_name : "masses";
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "law: %s is missing", missing);
    }
    notch_status status = notch_law_check_sampler("law", law->sampler, law->inflation, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (law->categories == 0 || law->categories > CATEGORIES_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "law: categories is %u, expected 1 to 2^31",
                          law->categories);
    }
    status = notch_law_check_trials("law", law->trials, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (!notch_law_is_amount(law->null_mass)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "law: null_mass is not a finite number of at least 0");
    }
    for (uint64_t i = 0; i < law->categories; i++) {
        if (!notch_law_is_amount(law->masses[i])) {
            return notch_fail(error, NOTCH_ERROR_RANGE,
                              "law: masses[%u] is not a finite number of at least 0", i);
        }
    }
    notch_moments_init(moments, &(notch_moments_source){.sampler = law->sampler,
                                                        .inflation = law->inflation,
                                                        .values = law->masses,
                                                        .categories = law->categories,
                                                        .null_mass = law->null_mass,
                                                        .trials = law->trials});
    return NOTCH_OK;
}

notch_status notch_law_mean(const notch_law *law, double *mean, notch_error *error)
{
    notch_moments moments;
    const notch_status status = prepare(law, mean, "mean", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_category category = {0};
    for (uint64_t i = 0; i < law->categories; i++) {
        category = notch_moments_next(&moments, &category, i);
        mean[i] = notch_pair_value(notch_moments_mean(&moments, &category));
    }
    return NOTCH_OK;
}

notch_status notch_law_variance(const notch_law *law, double *variance, notch_error *error)
{
    notch_moments moments;
    const notch_status status = prepare(law, variance, "variance", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_category category = {0};
    for (uint64_t i = 0; i < law->categories; i++) {
        category = notch_moments_next(&moments, &category, i);
        variance[i] = notch_pair_value(notch_moments_variance(&moments, &category));
    }
    return NOTCH_OK;
}

notch_status notch_law_covariance(const notch_law *law, uint64_t i, uint64_t j, double *covariance,
                                  notch_error *error)
{
    notch_moments moments;
    notch_status status = prepare(law, covariance, "covariance", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status = notch_law_check_pair("law", i, j, "categories", law->categories, error);
    if (status != NOTCH_OK) {
        return status;
    }
    *covariance = notch_pair_value(notch_moments_covariance(&moments, i, j));
    return NOTCH_OK;
}

notch_status notch_law_second_moment(const notch_law *law, double *second_moment,
                                     notch_error *error)
{
    notch_moments moments;
    const notch_status status = prepare(law, second_moment, "second_moment", &moments, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_pair sum = notch_pair_of(0);
    notch_category category = {0};
    for (uint64_t i = 0; i < law->categories; i++) {
        category = notch_moments_next(&moments, &category, i);
        sum = notch_pair_add(sum, notch_moments_square(&moments, &category));
    }
    *second_moment = notch_pair_value(sum);
    return NOTCH_OK;
}
