/* rows_body.h - the kernels of rows.h, for one instruction set.
 * SPDX-License-Identifier: MIT
 *
 * No guard: each instruction set includes it once, after defining
 *   TARGET   the attribute of functions that use its instructions, or nothing
 *   TABLE    the name of its table
 * and, where that is faster than what the compiler makes of the loops, beginnings of rows:
 *   POOL_FOUR, UNPOOL_FOUR   see x86/pool_avx512.h
 *   TRANSPOSE_BYTES, TRANSPOSE_WORDS   see rows_move.h
 * The compiler makes vectors of the loops: they are written so that it can.
 */
#include <stddef.h>

#include "base/fixed.h"
#include "kernels/rows.h"

#if defined(__GNUC__)
#define ROWS_INLINE inline __attribute__((always_inline))
#else
#define ROWS_INLINE inline
#endif

enum {
    SUM_BLOCK = 256,     /* products below 2^22 whose sum fits 31 bits */
    BYTE_ROWS = 1 << 23, /* bytes whose sum fits 31 bits */
    CHANNEL_BLOCK = 16   /* channels whose sums stay in registers */
};

/* ------------------------------------------------------------------------------------------------
 * Norms forward
 * --------------------------------------------------------------------------------------------- */

TARGET static int64_t survey(const int32_t *x, uint32_t n, int32_t *least, int32_t *most)
{
    int64_t sum = 0;
    int32_t low = x[0], high = x[0];
    for (uint32_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
        sum += x[i];
    }
    *least = low;
    *most = high;
    return sum;
}

TARGET static uint64_t centre(int32_t *x, uint32_t n, const notch_centring *c)
{
    const int32_t offset = c->half - c->mean, fraction = c->fraction;
    const uint32_t right = c->right, left = c->left;
    uint64_t squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t d = (int32_t)((uint32_t)((x[i] + offset) >> right) << left) - fraction;
        x[i] = d;
        squares += (uint32_t)d * (uint32_t)d;
    }
    return squares;
}

TARGET static void normalise(const int32_t *d, uint32_t n, int32_t mantissa, uint32_t shift,
                             int8_t *y)
{
    const int32_t half = (int32_t)((UINT32_C(1) << shift) >> 1);
    for (uint32_t i = 0; i < n; i++) {
        y[i] = (int8_t)notch_clamp((d[i] * mantissa + half) >> shift, 127);
    }
}

TARGET static void add(int32_t *x, uint32_t n, const int32_t *more)
{
    for (uint32_t i = 0; i < n; i++) {
        x[i] += more[i];
    }
}

/* ------------------------------------------------------------------------------------------------
 * ReLU and pools
 * --------------------------------------------------------------------------------------------- */

TARGET static void relu(int32_t *restrict x, uint32_t n, uint16_t *restrict routes)
{
    for (uint32_t i = 0; routes != NULL && i < n; i++) {
        routes[i] = x[i] > 0 ? routes[i] : NOTCH_ROUTE_DEAD;
    }
    for (uint32_t i = 0; i < n; i++) {
        x[i] = x[i] > 0 ? x[i] : 0;
    }
}

TARGET static void pool_more(const int32_t *restrict from, uint32_t n, uint16_t tap,
                             int32_t *restrict out, uint16_t *restrict routes)
{
    for (uint32_t i = 0; routes != NULL && i < n; i++) {
        routes[i] = from[i] > out[i] ? tap : routes[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i] = from[i] > out[i] ? from[i] : out[i];
    }
}

TARGET static void pool_more_bytes(const int8_t *restrict from, uint32_t n, uint16_t tap,
                                   int8_t *restrict out, uint16_t *restrict routes)
{
    for (uint32_t i = 0; routes != NULL && i < n; i++) {
        routes[i] = from[i] > out[i] ? tap : routes[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        out[i] = from[i] > out[i] ? from[i] : out[i];
    }
}

TARGET static void pool_four(const int32_t *const from[4], const uint16_t taps[4], uint32_t n,
                             bool with_relu, int32_t *restrict out, uint16_t *restrict routes)
{
    const int32_t *a = from[0], *b = from[1], *c = from[2], *d = from[3];
    const int32_t tap0 = taps[0], tap1 = taps[1], tap2 = taps[2], tap3 = taps[3];
    const int32_t floor = with_relu ? 0 : INT32_MIN;
    uint32_t first = 0;
#ifdef POOL_FOUR
    first = routes == NULL ? 0 : POOL_FOUR(from, taps, n, with_relu, out, routes);
#endif
    for (uint32_t i = first; routes != NULL && i < n; i++) {
        const int32_t upper = a[i] > b[i] ? a[i] : b[i], lower = c[i] > d[i] ? c[i] : d[i];
        const int32_t upper_tap = b[i] > a[i] ? tap1 : tap0, lower_tap = d[i] > c[i] ? tap3 : tap2;
        const int32_t tap = lower > upper ? lower_tap : upper_tap;
        const int32_t most = lower > upper ? lower : upper;
        routes[i] = (uint16_t)(most > floor ? tap : NOTCH_ROUTE_DEAD);
        out[i] = most > floor ? most : floor;
    }
    for (uint32_t i = 0; routes == NULL && i < n; i++) {
        const int32_t upper = a[i] > b[i] ? a[i] : b[i], lower = c[i] > d[i] ? c[i] : d[i];
        const int32_t most = lower > upper ? lower : upper;
        out[i] = most > floor ? most : floor;
    }
}

TARGET static void unpool(const int8_t *restrict errors, const uint16_t *restrict routes,
                          uint32_t n, uint16_t tap, int8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) {
        out[i] = (int8_t)(routes[i] == tap ? errors[i] : 0);
    }
}

TARGET static void unpool_four(const int8_t *restrict errors, const uint16_t *restrict routes,
                               uint32_t n, int8_t *const out[4])
{
    uint32_t first = 0;
#ifdef UNPOOL_FOUR
    first = UNPOOL_FOUR(errors, routes, n, out);
#endif
    for (uint16_t tap = 0; tap < 4 && first < n; tap++) {
        unpool(errors + first, routes + first, n - first, tap, out[tap] + first);
    }
}

TARGET static int8_t least(const int8_t *x, uint64_t n)
{
    int8_t low = 0;
    for (uint64_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
    }
    return low;
}

/* ------------------------------------------------------------------------------------------------
 * Norms backward, errors
 * --------------------------------------------------------------------------------------------- */

TARGET static uint32_t bits(const int32_t *g, uint32_t n)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < n; i++) {
        all |= (uint32_t)(g[i] ^ (g[i] >> 31));
    }
    return all;
}

TARGET static void shift_row(int32_t *g, uint32_t n, int32_t shift)
{
    if (shift >= 0) {
        for (uint32_t i = 0; i < n; i++) {
            g[i] = (int32_t)((uint32_t)g[i] << shift);
        }
        return;
    }
    const int32_t right = -shift;
    for (uint32_t i = 0; i < n; i++) {
        g[i] = (g[i] >> right) + ((g[i] >> (right - 1)) & 1);
    }
}

TARGET static void scale(int32_t *restrict g, uint32_t n, int32_t shift, const int8_t *restrict y,
                         int64_t *sum, int64_t *dot)
{
    shift_row(g, n, shift);
    *sum = 0;
    *dot = 0;
    for (uint32_t first = 0; y != NULL && first < n; first += SUM_BLOCK) {
        const uint32_t end = n - first < SUM_BLOCK ? n : first + SUM_BLOCK;
        int32_t block_sum = 0, block_dot = 0;
        for (uint32_t i = first; i < end; i++) {
            block_sum += g[i];
            block_dot += g[i] * y[i];
        }
        *sum += block_sum;
        *dot += block_dot;
    }
}

TARGET static int32_t project(int32_t *restrict g, uint32_t n, const int8_t *restrict y,
                              int32_t mean, int32_t slope, const uint16_t *restrict routes)
{
    int32_t largest = 0;
    for (uint32_t i = 0; y != NULL && i < n; i++) {
        g[i] -= mean + notch_round32(y[i] * slope, NOTCH_SLOPE_FRACTION);
    }
    for (uint32_t i = 0; routes != NULL && i < n; i++) {
        g[i] = routes[i] == NOTCH_ROUTE_DEAD ? 0 : g[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        const int32_t magnitude = notch_absolute(g[i]);
        largest = magnitude > largest ? magnitude : largest;
    }
    return largest;
}

TARGET static void round_row(const int32_t *restrict x, const uint16_t *restrict random, uint32_t n,
                             const notch_rounding *r, int8_t *restrict errors)
{
    const int32_t mantissa = r->mantissa, left = r->left, right = r->right, shift = r->shift;
    const int32_t offset = r->centre;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t part = (int32_t)((((uint32_t)random[i] << left) >> right)) + offset;
        errors[i] = (int8_t)notch_clamp((x[i] * mantissa + part) >> shift, 127);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Channels
 * --------------------------------------------------------------------------------------------- */

/* Calls part(first channel, CHANNEL_BLOCK) as often as that goes, then part(first, the rest). */
#define EACH_BLOCK(part)                                                                           \
    do {                                                                                           \
        uint32_t c = 0;                                                                            \
        for (; channels - c >= CHANNEL_BLOCK; c += CHANNEL_BLOCK) {                                \
            part(c, CHANNEL_BLOCK);                                                                \
        }                                                                                          \
        if (c < channels) {                                                                        \
            part(c, channels - c);                                                                 \
        }                                                                                          \
    } while (0)

TARGET static ROWS_INLINE void survey_block(const int32_t *x, uint32_t rows, uint32_t channels,
                                            int64_t *sums, uint32_t width)
{
    int64_t sum[CHANNEL_BLOCK] = {0};
    int32_t low[CHANNEL_BLOCK], high[CHANNEL_BLOCK];
    for (uint32_t k = 0; k < width; k++) {
        low[k] = x[k];
        high[k] = x[k];
    }
    for (uint32_t row = 0; row < rows; row++, x += channels) {
        for (uint32_t k = 0; k < width; k++) {
            sum[k] += x[k];
            low[k] = x[k] < low[k] ? x[k] : low[k];
            high[k] = x[k] > high[k] ? x[k] : high[k];
        }
    }
    int64_t *least = sums + NOTCH_SUM_LEAST * (size_t)channels;
    int64_t *most = sums + NOTCH_SUM_MOST * (size_t)channels;
    for (uint32_t k = 0; k < width; k++) {
        sums[k] += sum[k];
        least[k] = low[k] < least[k] ? low[k] : least[k];
        most[k] = high[k] > most[k] ? high[k] : most[k];
    }
}

TARGET static void channel_survey(const int32_t *x, uint32_t rows, uint32_t channels, int64_t *sums)
{
#define PART(c, width) survey_block(x + (c), rows, channels, sums + (c), width)
    EACH_BLOCK(PART);
#undef PART
}

TARGET static void channel_centre(int32_t *restrict x, uint32_t rows, uint32_t channels,
                                  const int32_t *restrict plan)
{
    const size_t row_of_plan = channels;
    const int32_t *mean = plan + NOTCH_PLAN_MEAN * row_of_plan;
    const int32_t *bound = plan + NOTCH_PLAN_BOUND * row_of_plan;
    const int32_t *half = plan + NOTCH_PLAN_HALF * row_of_plan;
    const int32_t *right = plan + NOTCH_PLAN_RIGHT * row_of_plan;
    const int32_t *left = plan + NOTCH_PLAN_LEFT * row_of_plan;
    const int32_t *fraction = plan + NOTCH_PLAN_FRACTION * row_of_plan;
    for (uint32_t row = 0; row < rows; row++, x += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            const int32_t d = notch_clamp(x[c] - mean[c], bound[c]);
            x[c] = (int32_t)((uint32_t)((d + half[c]) >> right[c]) << left[c]) - fraction[c];
        }
    }
}

TARGET static ROWS_INLINE void squares_block(const int32_t *d, uint32_t rows, uint32_t channels,
                                             int64_t *sums, uint32_t width)
{
    int64_t sum[CHANNEL_BLOCK] = {0};
    for (uint32_t row = 0; row < rows; row++, d += channels) {
        for (uint32_t k = 0; k < width; k++) {
            sum[k] += (int64_t)((uint32_t)d[k] * (uint32_t)d[k]);
        }
    }
    for (uint32_t k = 0; k < width; k++) {
        sums[NOTCH_SUM_SECOND * (size_t)channels + k] += sum[k];
    }
}

TARGET static void channel_squares(const int32_t *d, uint32_t rows, uint32_t channels,
                                   int64_t *sums)
{
#define PART(c, width) squares_block(d + (c), rows, channels, sums + (c), width)
    EACH_BLOCK(PART);
#undef PART
}

TARGET static void channel_normalise(const int32_t *restrict d, uint32_t rows, uint32_t channels,
                                     const int32_t *restrict plan, int8_t *restrict y)
{
    const int32_t *mantissa = plan + NOTCH_PLAN_MANTISSA * (size_t)channels;
    const int32_t *shift = plan + NOTCH_PLAN_SHIFT * (size_t)channels;
    for (uint32_t row = 0; row < rows; row++, d += channels, y += channels) {
        for (uint32_t c = 0; c < channels; c++) {
            const int32_t half = (int32_t)((UINT32_C(1) << shift[c]) >> 1);
            y[c] = (int8_t)notch_clamp((d[c] * mantissa[c] + half) >> shift[c], 127);
        }
    }
}

TARGET static ROWS_INLINE void bits_block(const int32_t *g, uint32_t rows, uint32_t channels,
                                          int64_t *sums, uint32_t width)
{
    int32_t all[CHANNEL_BLOCK] = {0};
    for (uint32_t row = 0; row < rows; row++, g += channels) {
        for (uint32_t k = 0; k < width; k++) {
            const int32_t magnitude = g[k] ^ (g[k] >> 31);
            all[k] = magnitude > all[k] ? magnitude : all[k];
        }
    }
    int64_t *most = sums + NOTCH_SUM_MOST * (size_t)channels;
    for (uint32_t k = 0; k < width; k++) {
        most[k] = all[k] > most[k] ? all[k] : most[k];
    }
}

TARGET static void channel_bits(const int32_t *g, uint32_t rows, uint32_t channels, int64_t *sums)
{
#define PART(c, width) bits_block(g + (c), rows, channels, sums + (c), width)
    EACH_BLOCK(PART);
#undef PART
}

/* round(g 2^left / 2^right), one of the two being 0 */
TARGET static inline int32_t shift_by(int32_t g, int32_t left, int32_t right)
{
    const int32_t half = (right > 0 ? g >> (right - 1) : 0) & (right > 0);
    return (int32_t)((uint32_t)(g >> right) << left) + half;
}

/* Bytes are added up in 32 bits for as many rows as that goes. */
TARGET static ROWS_INLINE void sums_block(const int8_t *x, uint32_t rows, uint32_t channels,
                                          int64_t *sums, uint32_t width)
{
    for (uint32_t row = 0; row < rows; row += BYTE_ROWS) {
        const uint32_t end = rows - row < BYTE_ROWS ? rows : row + BYTE_ROWS;
        int32_t sum[CHANNEL_BLOCK] = {0};
        for (uint32_t r = row; r < end; r++) {
            for (uint32_t k = 0; k < width; k++) {
                sum[k] += x[(size_t)r * channels + k];
            }
        }
        for (uint32_t k = 0; k < width; k++) {
            sums[k] += sum[k];
        }
    }
}

TARGET static void channel_sums(const int8_t *x, uint32_t rows, uint32_t channels, int64_t *sums)
{
#define PART(c, width) sums_block(x + (c), rows, channels, sums + (c), width)
    EACH_BLOCK(PART);
#undef PART
}

TARGET static ROWS_INLINE void scale_block(int32_t *g, uint32_t rows, uint32_t channels,
                                           const int32_t *plan, const int8_t *y, int64_t *sums,
                                           uint32_t width)
{
    int64_t sum[CHANNEL_BLOCK] = {0}, dot[CHANNEL_BLOCK] = {0};
    const int32_t *left = plan + NOTCH_PLAN_LEFT * (size_t)channels;
    const int32_t *right = plan + NOTCH_PLAN_RIGHT * (size_t)channels;
    for (uint32_t row = 0; row < rows; row++, g += channels, y += channels) {
        for (uint32_t k = 0; k < width; k++) {
            const int32_t value = shift_by(g[k], left[k], right[k]);
            g[k] = value;
            sum[k] += value;
            dot[k] += value * y[k];
        }
    }
    for (uint32_t k = 0; k < width; k++) {
        sums[NOTCH_SUM_FIRST * (size_t)channels + k] += sum[k];
        sums[NOTCH_SUM_SECOND * (size_t)channels + k] += dot[k];
    }
}

TARGET static void channel_scale(int32_t *g, uint32_t rows, uint32_t channels, const int32_t *plan,
                                 const int8_t *y, int64_t *sums)
{
#define PART(c, width) scale_block(g + (c), rows, channels, plan + (c), y + (c), sums + (c), width)
    EACH_BLOCK(PART);
#undef PART
}

TARGET static ROWS_INLINE void project_block(int32_t *g, uint32_t rows, uint32_t channels,
                                             const int32_t *plan, const int8_t *y,
                                             const uint16_t *routes, int64_t *sums, uint32_t width)
{
    int32_t largest[CHANNEL_BLOCK] = {0};
    const int32_t *mean = plan + NOTCH_PLAN_MEAN * (size_t)channels;
    const int32_t *slope = plan + NOTCH_PLAN_SLOPE * (size_t)channels;
    for (uint32_t row = 0; row < rows; row++, g += channels, y += channels) {
        for (uint32_t k = 0; k < width; k++) {
            g[k] -= mean[k] + notch_round32(y[k] * slope[k], NOTCH_SLOPE_FRACTION);
        }
        if (routes != NULL) {
            for (uint32_t k = 0; k < width; k++) {
                g[k] = routes[k] == NOTCH_ROUTE_DEAD ? 0 : g[k];
            }
            routes += channels;
        }
        for (uint32_t k = 0; k < width; k++) {
            const int32_t magnitude = notch_absolute(g[k]);
            largest[k] = magnitude > largest[k] ? magnitude : largest[k];
        }
    }
    int64_t *most = sums + NOTCH_SUM_MOST * (size_t)channels;
    for (uint32_t k = 0; k < width; k++) {
        most[k] = largest[k] > most[k] ? largest[k] : most[k];
    }
}

TARGET static void channel_project(int32_t *g, uint32_t rows, uint32_t channels,
                                   const int32_t *plan, const int8_t *y, const uint16_t *routes,
                                   int64_t *sums)
{
#define PART(c, width)                                                                             \
    project_block(g + (c), rows, channels, plan + (c), y + (c),                                    \
                  routes == NULL ? NULL : routes + (c), sums + (c), width)
    EACH_BLOCK(PART);
#undef PART
}

TARGET static void channel_round(const int32_t *restrict x, const uint16_t *restrict random,
                                 uint32_t rows, uint32_t width, uint32_t channels,
                                 const int32_t *restrict plan, int8_t *restrict errors)
{
    const size_t row_of_plan = channels;
    const int32_t *mantissa = plan + NOTCH_PLAN_MANTISSA * row_of_plan;
    const int32_t *left = plan + NOTCH_PLAN_LEFT * row_of_plan;
    const int32_t *right = plan + NOTCH_PLAN_RIGHT * row_of_plan;
    const int32_t *offset = plan + NOTCH_PLAN_CENTRE * row_of_plan;
    const int32_t *shift = plan + NOTCH_PLAN_SHIFT * row_of_plan;
    for (uint32_t row = 0; row < rows;
         row++, x += channels, random += channels, errors += channels) {
        for (uint32_t c = 0; c < width; c++) {
            const int32_t part =
                (int32_t)(((uint32_t)random[c] << left[c]) >> right[c]) + offset[c];
            errors[c] = (int8_t)notch_clamp((x[c] * mantissa[c] + part) >> shift[c], 127);
        }
    }
}

#include "kernels/rows_move.h"

const notch_row_kernels TABLE = {
    .columns = columns,
    .transpose_bytes = transpose_bytes,
    .transpose_words = transpose_words,
    .channel_sums = channel_sums,
    .survey = survey,
    .centre = centre,
    .normalise = normalise,
    .add = add,
    .relu = relu,
    .pool_more = pool_more,
    .pool_more_bytes = pool_more_bytes,
    .pool_four = pool_four,
    .unpool = unpool,
    .unpool_four = unpool_four,
    .least = least,
    .bits = bits,
    .scale = scale,
    .project = project,
    .round = round_row,
    .channel_survey = channel_survey,
    .channel_centre = channel_centre,
    .channel_squares = channel_squares,
    .channel_normalise = channel_normalise,
    .channel_bits = channel_bits,
    .channel_scale = channel_scale,
    .channel_project = channel_project,
    .channel_round = channel_round,
};
