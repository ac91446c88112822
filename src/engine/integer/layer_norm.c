/* layer_norm.c - norm of a row of values, forward and backward.
 * SPDX-License-Identifier: MIT
 *
 * Arithmetic fits 32 bits element by element; only sums are longer.
 */
#include "engine/integer/parts.h"

enum {
    CENTRED_BITS = 15,   /* centred values lie within +-2^15, less a fraction of a step */
    SLOPE_FRACTION = 12, /* of the factor of y in a backward pass */
    SLOPE_SPARE = SLOPE_FRACTION - 2 * NOTCH_STAGE_STEPS_LOG
};

/* How far the values lie apart, and their sum. */
static int64_t survey(const int32_t *x, uint32_t n, int32_t *low, int32_t *high)
{
    int64_t sum = 0;
    int32_t least = x[0], most = x[0];
    for (uint32_t i = 0; i < n; i++) {
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
        sum += x[i];
    }
    *low = least;
    *high = most;
    return sum;
}

/* x - mean in units of 2^-shift. |x| <= 1,073,548,272 (plan.c), so |x - mean| + 2^15 < 2^31. With
 * shift >= 0: |x - mean| < 2^(15 - shift), less a fraction of at most 2^shift. */
static int32_t subtract_mean(int32_t *x, uint32_t n)
{
    int32_t low, high;
    const int64_t sum = survey(x, n, &low, &high);
    const int32_t mean = (int32_t)notch_divide_floor(sum, n);
    const uint32_t above = (uint32_t)(high - mean), below = (uint32_t)(mean - low);
    const int32_t shift = CENTRED_BITS - (int32_t)notch_bit_length(above > below ? above : below);
    if (shift < 0) {
        for (uint32_t i = 0; i < n; i++) {
            x[i] = notch_round32(x[i] - mean, (uint32_t)-shift);
        }
        return shift;
    }
    const int64_t rest = sum - (int64_t)mean * n; /* 0 to n - 1 */
    const int32_t fraction = (int32_t)notch_divide_round(rest << shift, n);
    for (uint32_t i = 0; i < n; i++) {
        x[i] = (x[i] - mean) * (INT32_C(1) << shift) - fraction;
    }
    return shift;
}

notch_factor notch_centre(int32_t *x, uint32_t n, uint32_t steps_log, notch_factor *rate)
{
    const int32_t shift = subtract_mean(x, n);
    uint64_t squares = 0; /* at most 2^24 * 2^32 */
    for (uint32_t i = 0; i < n; i++) {
        squares += (uint64_t)((int64_t)x[i] * x[i]);
    }
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
void notch_normalise_row(const int32_t *d, uint32_t n, notch_factor rate, int8_t *y)
{
    const uint32_t shift = (uint32_t)-rate.exponent;
    for (uint32_t i = 0; i < n; i++) {
        y[i] = (int8_t)notch_clamp(notch_round32(d[i] * rate.mantissa, shift), 127);
    }
}

static uint32_t largest_bits(const int32_t *g, uint32_t n)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < n; i++) {
        all |= (uint32_t)(g[i] < 0 ? ~g[i] : g[i]); /* has the bits of |g|, or of |g| - 1 */
    }
    return notch_bit_length(all);
}

/* g - mean(g) - y mean(g y) / 2^8, 2^8 being the mean of y^2. */
static void subtract_projections(int32_t *g, uint32_t n, const int8_t *y)
{
    int64_t sum = 0, dot = 0; /* |g| <= 2^15: at most 2^24 * 2^15 * 2^7 */
    for (uint32_t i = 0; i < n; i++) {
        sum += g[i];
        dot += g[i] * y[i];
    }
    const int32_t mean = (int32_t)notch_divide_round(sum, n);
    /* The mean of |y| is at most the root of that of y^2, which rounding makes 16.5 at most: |slope|
     * <= 2^15 * 16.5 * 2^4 < 2^23.1, and |y slope| < 2^30.1. */
    const int32_t slope = (int32_t)notch_divide_round(dot * (INT64_C(1) << SLOPE_SPARE), n);
    for (uint32_t i = 0; i < n; i++) {
        g[i] -= mean + notch_round32(y[i] * slope, SLOPE_FRACTION);
    }
}

int32_t notch_normalise_row_back(int32_t *g, uint32_t n, bool centred, const int8_t *y,
                                 const uint16_t *routes, notch_factor *factor)
{
    const int32_t shift = NOTCH_GRADIENT_BITS - (int32_t)largest_bits(g, n);
    for (uint32_t i = 0; i < n; i++) {
        g[i] = shift >= 0 ? g[i] * (INT32_C(1) << shift)
                          : (g[i] >> -shift) + ((g[i] >> (-shift - 1)) & 1);
    }
    factor->exponent -= shift;
    if (centred) {
        subtract_projections(g, n, y);
    }
    int32_t largest = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (routes != NULL && routes[i] == NOTCH_ROUTE_DEAD) {
            g[i] = 0;
        }
        const int32_t magnitude = notch_absolute(g[i]);
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
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
