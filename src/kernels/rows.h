/* rows.h - element-by-element work of the integer engine, once for each instruction set.
 * SPDX-License-Identifier: MIT
 *
 * All versions are the same source, rows_body.h, compiled for different instruction sets. A row is
 * what a layer norm normalises: all values of a sample. Where channels matter, values lie as
 * [rows][channels], and channels have plans or sums of their own. Pointers need the alignment of
 * their type. What may overflow is bounded where the engine calls.
 */
#ifndef NOTCH_KERNELS_ROWS_H
#define NOTCH_KERNELS_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    NOTCH_ROUTE_DEAD = 0xffff, /* a route on which no gradient passes */
    NOTCH_SLOPE_FRACTION = 12  /* fraction bits of a slope */
};

/* x becomes (((x - mean + half) >> right) << left) - fraction */
typedef struct notch_centring {
    int32_t mean, half;
    uint32_t right, left;
    int32_t fraction;
} notch_centring;

/* x becomes clamp((x mantissa + ((random << left) >> right) + centre) >> shift, 127), where random
 * has 16 bits: floor(x mantissa / 2^shift + u) with u uniform on [0, 1). */
typedef struct notch_rounding {
    int32_t mantissa, left, right, centre, shift;
} notch_rounding;

/* What is done with the values of a channel: row NOTCH_PLAN_... of plan[fields][channels].
 * Forward:
 *     d = ((clamp(x - mean, bound) + half) >> right) << left) - fraction
 *     y = clamp(round(d mantissa / 2^shift), 127)
 * Backward:
 *     g = round(g << left >> right);   g = g - mean - round(y slope / 2^12)
 * Errors: notch_rounding. */
enum {
    NOTCH_PLAN_MEAN,
    NOTCH_PLAN_BOUND,
    NOTCH_PLAN_HALF,
    NOTCH_PLAN_RIGHT,
    NOTCH_PLAN_LEFT,
    NOTCH_PLAN_FRACTION,
    NOTCH_PLAN_MANTISSA,
    NOTCH_PLAN_SHIFT,
    NOTCH_PLAN_FIELDS,
    NOTCH_PLAN_SLOPE = NOTCH_PLAN_BOUND,
    NOTCH_PLAN_CENTRE = NOTCH_PLAN_FRACTION
};

/* Sums of channels: row NOTCH_SUM_... of sums[NOTCH_SUM_FIELDS][channels]. */
enum {
    NOTCH_SUM_FIRST,
    NOTCH_SUM_SECOND,
    NOTCH_SUM_LEAST,
    NOTCH_SUM_MOST,
    NOTCH_SUM_FIELDS
};

typedef struct notch_row_kernels {
    /* Sum and extremes, n > 0. */
    int64_t (*survey)(const int32_t *x, uint32_t n, int32_t *least, int32_t *most);
    /* Centres in place; the sum of squares, each below 2^32. */
    uint64_t (*centre)(int32_t *x, uint32_t n, const notch_centring *c);
    /* y = clamp(round(d mantissa / 2^shift), 127) */
    void (*normalise)(const int32_t *d, uint32_t n, int32_t mantissa, uint32_t shift, int8_t *y);
    /* x += more */
    void (*add)(int32_t *x, uint32_t n, const int32_t *more);

    /* x = max(x, 0); routes (may be NULL) become dead where x <= 0. */
    void (*relu)(int32_t *x, uint32_t n, uint16_t *routes);
    /* out = max(out, from), and route = tap where from > out. routes may be NULL. */
    void (*pool_more)(const int32_t *from, uint32_t n, uint16_t tap, int32_t *out,
                      uint16_t *routes);
    /* The same of bytes. */
    void (*pool_more_bytes)(const int8_t *from, uint32_t n, uint16_t tap, int8_t *out,
                            uint16_t *routes);
    /* The largest of four values, the first one of equals, and its tap, then relu where wanted. */
    void (*pool_four)(const int32_t *const from[4], const uint16_t taps[4], uint32_t n, bool relu,
                      int32_t *out, uint16_t *routes);
    /* out = errors where route = tap, else 0 */
    void (*unpool)(const int8_t *errors, const uint16_t *routes, uint32_t n, uint16_t tap,
                   int8_t *out);

    /* The same for taps 0 to 3 of a window. */
    void (*unpool_four)(const int8_t *errors, const uint16_t *routes, uint32_t n,
                        int8_t *const out[4]);
    /* The least of n values and 0. */
    int8_t (*least)(const int8_t *x, uint64_t n);

    /* The bitwise or of all |g| or |g| - 1. */
    uint32_t (*bits)(const int32_t *g, uint32_t n);
    /* g = round(g 2^shift), |g| <= 2^15 afterwards; sums of g and g y. y NULL: no sums. */
    void (*scale)(int32_t *g, uint32_t n, int32_t shift, const int8_t *y, int64_t *sum,
                  int64_t *dot);
    /* g = g - mean - round(y slope / 2^12), y NULL: g stays; 0 where the route is dead (routes may
     * be NULL). The largest |g|. */
    int32_t (*project)(int32_t *g, uint32_t n, const int8_t *y, int32_t mean, int32_t slope,
                       const uint16_t *routes);
    void (*round)(const int32_t *x, const uint16_t *random, uint32_t n, const notch_rounding *r,
                  int8_t *errors);

    /* out[p][t] = the `bytes` bytes at in + p step + t line, p < count, t < taps, without
     * gaps. `in` has 3 readable bytes behind the last of them. */
    void (*columns)(const int8_t *in, size_t step, size_t line, uint32_t count, uint32_t taps,
                    uint32_t bytes, int8_t *out);
    /* to(j, i) = from(i, j) for i < rows, j < columns; strides from one row to the next. */
    void (*transpose_bytes)(const int8_t *from, size_t from_stride, uint32_t rows, uint32_t columns,
                            int8_t *to, ptrdiff_t to_stride);
    void (*transpose_words)(const int32_t *from, size_t from_stride, uint32_t rows,
                            uint32_t columns, int32_t *to, size_t to_stride);

    /* Channels. Sums are added to, extremes taken together with what is there. */
    void (*channel_sums)(const int8_t *x, uint32_t rows, uint32_t channels, int64_t *sums);
    void (*channel_survey)(const int32_t *x, uint32_t rows, uint32_t channels, int64_t *sums);
    void (*channel_centre)(int32_t *x, uint32_t rows, uint32_t channels, const int32_t *plan);
    void (*channel_squares)(const int32_t *d, uint32_t rows, uint32_t channels, int64_t *sums);
    void (*channel_normalise)(const int32_t *d, uint32_t rows, uint32_t channels,
                              const int32_t *plan, int8_t *y);
    /* The largest |g| or |g| - 1. */
    void (*channel_bits)(const int32_t *g, uint32_t rows, uint32_t channels, int64_t *sums);
    void (*channel_scale)(int32_t *g, uint32_t rows, uint32_t channels, const int32_t *plan,
                          const int8_t *y, int64_t *sums);
    void (*channel_project)(int32_t *g, uint32_t rows, uint32_t channels, const int32_t *plan,
                            const int8_t *y, const uint16_t *routes, int64_t *sums);
    /* Of the first `width` channels. */
    void (*channel_round)(const int32_t *x, const uint16_t *random, uint32_t rows, uint32_t width,
                          uint32_t channels, const int32_t *plan, int8_t *errors);
} notch_row_kernels;

extern const notch_row_kernels notch_rows_ref;
extern const notch_row_kernels notch_rows_avx2;
extern const notch_row_kernels notch_rows_avx512;
extern const notch_row_kernels notch_rows_neon;

#endif
