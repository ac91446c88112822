/* vector.h - loops over rows of floats, in several threads.
 * SPDX-License-Identifier: MIT
 *
 * No result depends on the number of threads nor on the width of vectors: each element stands for
 * itself, or its sample is summed in one thread and in a fixed order. Sources and destinations of
 * element-wise functions may be the same.
 */
#ifndef NOTCH_ENGINE_FLOAT_VECTOR_H
#define NOTCH_ENGINE_FLOAT_VECTOR_H

#include <stdint.h>

void notch_widen8(const int8_t *values, float *wide, uint64_t count);
void notch_widen16(const int16_t *values, float *wide, uint64_t count);
/* result[k] = table[keys[k]] */
void notch_look_up(const float table[256], const uint8_t *keys, float *result, uint64_t count);
/* result = max(x, 0) */
void notch_rectify(const float *x, float *result, uint64_t count);
/* result = value > 0 ? x : 0 */
void notch_mask(const float *x, const float *value, float *result, uint64_t count);
void notch_sum(const float *x, const float *y, float *result, uint64_t count);
/* result = max(x + y, 0) */
void notch_sum_rectified(const float *x, const float *y, float *result, uint64_t count);

/* Layer norm of each of `samples` rows of `values`; scales: NULL, or 1 / sqrt(variance + epsilon)
 * of each. */
void notch_normalise(const float *x, float *y, float *scales, uint64_t samples, uint64_t values,
                     float epsilon);
/* dx = scale (dy - mean(dy) - y mean(dy y)); dx and dy may be the same. */
void notch_normalise_backward(const float *dy, const float *y, const float *scales, float *dx,
                              uint64_t samples, uint64_t values);

#endif
