/* layer_norm.c - norm of a row of values, forward and backward.
 * SPDX-License-Identifier: MIT
 *
 * Arithmetic fits 32 bits element by element; only sums are longer. Elements are the business of
 * the kernels of rows.h.
 */
#include "engine/integer/parts.h"

enum {
    CENTRED_BITS = 15, /* centred values lie within +-2^15, less a fraction of a step */
    SLOPE_SPARE = NOTCH_SLOPE_FRACTION - 2 * NOTCH_STAGE_STEPS_LOG
};

/* What brings x to units of 2^-shift around its mean; returns the shift. |x| <= 1,073,548,272
 * (plan.c), so |x - mean| + 2^15 < 2^31. With shift >= 0: |x - mean| < 2^(15 - shift), less a
 * fraction of at most 2^shift. */
static int32_t plan_centring(const notch_row_kernels *rows, const int32_t *x, uint32_t n,
                             notch_centring *c)
{
    int32_t low, high;
    const int64_t sum = rows->survey(x, n, &low, &high);
    const int32_t mean = (int32_t)notch_divide_floor(sum, n);
    const uint32_t above = (uint32_t)(high - mean), below = (uint32_t)(mean - low);
    const int32_t shift = CENTRED_BITS - (int32_t)notch_bit_length(above > below ? above : below);
    *c = (notch_centring){.mean = mean};
    if (shift < 0) {
        c->right = (uint32_t)-shift;
        c->half = (int32_t)((UINT32_C(1) << c->right) >> 1);
        return shift;
    }
    const int64_t rest = sum - (int64_t)mean * n; /* 0 to n - 1 */
    c->left = (uint32_t)shift;
    c->fraction = (int32_t)notch_divide_round(rest << shift, n);
    return shift;
}

notch_factor notch_centre(const notch_row_kernels *rows, int32_t *x, uint32_t n, uint32_t steps_log,
                          notch_factor *rate)
{
    notch_centring c;
    const int32_t shift = plan_centring(rows, x, n, &c);
    const uint64_t squares = rows->centre(x, n, &c); /* at most 2^24 * 2^32 */
    if (squares == 0) {
        *rate = (notch_factor){0, -1};
        return *rate;
    }
    *rate = notch_root_of_ratio((uint64_t)n << (2 * steps_log), squares);
    return (notch_factor){rate->mantissa, rate->exponent + shift - (int32_t)steps_log};
}

/* |d| < 2^16, mantissa < 2^14. Some |d| is at least 2^14 - 1, or all are 0, so the deviation is at
 * least (2^14 - 1) / sqrt(n), and rate <= 2^4 2^12 / (2^14 - 1) < 2^3, mantissa >= 2^13: the
 * shift is at least 10. Deviations are below 2^16, rate > 2^-12: at most 26. */
void notch_normalise_row(const notch_row_kernels *rows, const int32_t *d, uint32_t n,
                         notch_factor rate, int8_t *y)
{
    rows->normalise(d, n, rate.mantissa, (uint32_t)-rate.exponent, y);
}

/* g - mean(g) - y mean(g y) / 2^8, 2^8 being the mean of y^2. |g| <= 2^15, so that sums are at most
 * 2^24 * 2^15 * 2^7. The mean of |y| is at most the root of that of y^2, which rounding makes 16.5
 * at most: |slope| <= 2^15 * 16.5 * 2^4 < 2^23.1, and |y slope| < 2^30.1. */
int32_t notch_normalise_row_back(const notch_row_kernels *rows, int32_t *g, uint32_t n,
                                 const int8_t *y, const uint16_t *routes, notch_factor *factor)
{
    const int32_t shift = NOTCH_GRADIENT_BITS - (int32_t)notch_bit_length(rows->bits(g, n));
    int64_t sum, dot;
    rows->scale(g, n, shift, y, &sum, &dot);
    factor->exponent -= shift;
    const int32_t mean = (int32_t)notch_divide_round(sum, n);
    const int32_t slope = (int32_t)notch_divide_round(dot * (INT64_C(1) << SLOPE_SPARE), n);
    return rows->project(g, n, y, mean, slope, routes);
}

void notch_project_logits(int32_t *g, uint32_t n, const int32_t *y)
{
    int64_t sum = 0, dot = 0; /* |y| <= 2^12 sqrt(n), n <= 2^16: at most 2^30 2^20 2^16 */
    for (uint32_t i = 0; i < n; i++) {
        sum += g[i];
        dot += ((int64_t)g[i] * y[i]) >> NOTCH_LOGIT_STEPS_LOG;
    }
    const int64_t mean = notch_divide_round(sum, n);
    const int64_t slope = notch_divide_round(dot, n); /* at most 2^30 */
    for (uint32_t i = 0; i < n; i++) {
        const int64_t along = notch_round64(y[i] * slope, NOTCH_LOGIT_STEPS_LOG);
        const int64_t rest = g[i] - mean - along;
        g[i] = (int32_t)(rest > INT32_MAX ? INT32_MAX : rest < -INT32_MAX ? -INT32_MAX : rest);
    }
}
