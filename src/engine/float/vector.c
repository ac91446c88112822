/* vector.c - loops over rows of floats, in several threads.
 * SPDX-License-Identifier: MIT
 *
 * Where the compiler can, it makes one version of each inner function for each width of vectors,
 * and the machine chooses when the program starts.
 */
#include "engine/float/vector.h"

#include <math.h>
#include <stddef.h>

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) &&       \
    !defined(__SANITIZE_ADDRESS__)
#define VERSIONS __attribute__((noinline, target_clones("avx512f", "avx2", "default")))
#else
#define VERSIONS
#endif

enum {
    RANGE = 16384, /* elements that a thread takes at a time */
    LANES = 16,    /* partial sums of a chunk */
    CHUNK = 1024   /* elements that are summed in single precision, a multiple of LANES */
};

/* What the function of a range works on. */
typedef struct operands {
    const void *x, *y;
    float *result;
} operands;

typedef void range_function(const operands *o, uint64_t first, uint64_t end);

/* Calls the function for ranges that together are [0, count). */
static void in_ranges(range_function *function, const operands *o, uint64_t count)
{
    const int64_t ranges = (int64_t)((count + RANGE - 1) / RANGE);
#pragma omp parallel for schedule(static) if (ranges > 1)
    for (int64_t r = 0; r < ranges; r++) {
        const uint64_t first = (uint64_t)r * RANGE;
        function(o, first, count - first < RANGE ? count : first + RANGE);
    }
}

/* ---- element by element ---------------------------------------------------------------------- */

VERSIONS static void widen8(const operands *o, uint64_t first, uint64_t end)
{
    const int8_t *x = o->x;
    float *result = o->result;
#pragma omp simd
    for (uint64_t k = first; k < end; k++) {
        result[k] = (float)x[k];
    }
}

void notch_widen8(const int8_t *values, float *wide, uint64_t count)
{
    in_ranges(widen8, &(operands){values, NULL, wide}, count);
}

VERSIONS static void widen16(const operands *o, uint64_t first, uint64_t end)
{
    const int16_t *x = o->x;
    float *result = o->result;
#pragma omp simd
    for (uint64_t k = first; k < end; k++) {
        result[k] = (float)x[k];
    }
}

void notch_widen16(const int16_t *values, float *wide, uint64_t count)
{
    in_ranges(widen16, &(operands){values, NULL, wide}, count);
}

static void look_up(const operands *o, uint64_t first, uint64_t end)
{
    const float *table = o->x;
    const uint8_t *keys = o->y;
    for (uint64_t k = first; k < end; k++) {
        o->result[k] = table[keys[k]];
    }
}

void notch_look_up(const float table[256], const uint8_t *keys, float *result, uint64_t count)
{
    in_ranges(look_up, &(operands){table, keys, result}, count);
}

VERSIONS static void rectify(const operands *o, uint64_t first, uint64_t end)
{
    const float *x = o->x;
    float *result = o->result;
#pragma omp simd
    for (uint64_t k = first; k < end; k++) {
        result[k] = x[k] < 0.0F ? 0.0F : x[k]; /* NaN stays NaN */
    }
}

void notch_rectify(const float *x, float *result, uint64_t count)
{
    in_ranges(rectify, &(operands){x, NULL, result}, count);
}

VERSIONS static void mask(const operands *o, uint64_t first, uint64_t end)
{
    const float *x = o->x, *value = o->y;
    float *result = o->result;
#pragma omp simd
    for (uint64_t k = first; k < end; k++) {
        result[k] = value[k] > 0.0F ? x[k] : 0.0F;
    }
}

void notch_mask(const float *x, const float *value, float *result, uint64_t count)
{
    in_ranges(mask, &(operands){x, value, result}, count);
}

VERSIONS static void sum(const operands *o, uint64_t first, uint64_t end)
{
    const float *x = o->x, *y = o->y;
    float *result = o->result;
#pragma omp simd
    for (uint64_t k = first; k < end; k++) {
        result[k] = x[k] + y[k];
    }
}

void notch_sum(const float *x, const float *y, float *result, uint64_t count)
{
    in_ranges(sum, &(operands){x, y, result}, count);
}

VERSIONS static void sum_rectified(const operands *o, uint64_t first, uint64_t end)
{
    const float *x = o->x, *y = o->y;
    float *result = o->result;
#pragma omp simd
    for (uint64_t k = first; k < end; k++) {
        const float s = x[k] + y[k];
        result[k] = s < 0.0F ? 0.0F : s;
    }
}

void notch_sum_rectified(const float *x, const float *y, float *result, uint64_t count)
{
    in_ranges(sum_rectified, &(operands){x, y, result}, count);
}

/* ---- layer norm ------------------------------------------------------------------------------ */

/* Sums of LANES columns, to be added to a total in double precision. */
static double add_lanes(const float lanes[LANES])
{
    double total = 0;
    for (uint32_t l = 0; l < LANES; l++) {
        total += (double)lanes[l];
    }
    return total;
}

VERSIONS static double sum_of(const float *x, uint64_t count)
{
    double total = 0;
    uint64_t k = 0;
    while (count - k >= LANES) {
        const uint64_t end = count - k < CHUNK ? count - (count - k) % LANES : k + CHUNK;
        float lanes[LANES] = {0};
        for (; k < end; k += LANES) {
#pragma omp simd
            for (uint32_t l = 0; l < LANES; l++) {
                lanes[l] += x[k + l];
            }
        }
        total += add_lanes(lanes);
    }
    for (; k < count; k++) {
        total += (double)x[k];
    }
    return total;
}

/* The sum of (x - shift) (y - shift). */
VERSIONS static double product_of(const float *x, const float *y, uint64_t count, float shift)
{
    double total = 0;
    uint64_t k = 0;
    while (count - k >= LANES) {
        const uint64_t end = count - k < CHUNK ? count - (count - k) % LANES : k + CHUNK;
        float lanes[LANES] = {0};
        for (; k < end; k += LANES) {
#pragma omp simd
            for (uint32_t l = 0; l < LANES; l++) {
                lanes[l] += (x[k + l] - shift) * (y[k + l] - shift);
            }
        }
        total += add_lanes(lanes);
    }
    for (; k < count; k++) {
        total += (double)((x[k] - shift) * (y[k] - shift));
    }
    return total;
}

/* result = (x - shift) * scale */
VERSIONS static void scale_row(const float *x, float *result, uint64_t count, float shift,
                               float scale)
{
#pragma omp simd
    for (uint64_t k = 0; k < count; k++) {
        result[k] = (x[k] - shift) * scale;
    }
}

/* dx = (dy - mean - y * slope) * scale */
VERSIONS static void scale_error(const float *dy, const float *y, float *dx, uint64_t count,
                                 float mean, float slope, float scale)
{
#pragma omp simd
    for (uint64_t k = 0; k < count; k++) {
        dx[k] = (dy[k] - mean - y[k] * slope) * scale;
    }
}

void notch_normalise(const float *x, float *y, float *scales, uint64_t samples, uint64_t values,
                     float epsilon)
{
#pragma omp parallel for schedule(static) if (samples * values > RANGE)
    for (int64_t i = 0; i < (int64_t)samples; i++) {
        const float *row = x + (uint64_t)i * values;
        const double n = (double)values;
        const float mean = (float)(sum_of(row, values) / n);
        const double variance = product_of(row, row, values, mean) / n;
        const float scale = (float)(1.0 / sqrt(variance + (double)epsilon));
        scale_row(row, y + (uint64_t)i * values, values, mean, scale);
        if (scales != NULL) {
            scales[i] = scale;
        }
    }
}

void notch_normalise_backward(const float *dy, const float *y, const float *scales, float *dx,
                              uint64_t samples, uint64_t values)
{
#pragma omp parallel for schedule(static) if (samples * values > RANGE)
    for (int64_t i = 0; i < (int64_t)samples; i++) {
        const uint64_t first = (uint64_t)i * values;
        const double n = (double)values;
        const float mean = (float)(sum_of(dy + first, values) / n);
        const float slope = (float)(product_of(dy + first, y + first, values, 0.0F) / n);
        scale_error(dy + first, y + first, dx + first, values, mean, slope, scales[i]);
    }
}
