/* block.c - gradients cut into blocks of masses.
 * SPDX-License-Identifier: MIT
 */
#include "update/block.h"

#include <string.h>

#include "base/message.h"
#include "base/scaled.h"
#include "base/wide.h"

#define INFINITE_BITS 0x7f800000u

notch_status notch_gradient_check(const notch_gradient *gradient, const char *name,
                                  notch_error *error)
{
    if (gradient->values == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the gradient has no values", name);
    }
    if (gradient->type != NOTCH_GRADIENT_F32 && gradient->type != NOTCH_GRADIENT_I32 &&
        gradient->type != NOTCH_GRADIENT_U32) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: unknown gradient type", name);
    }
    if (gradient->count == 0 || gradient->count > (UINT64_C(1) << 31)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "%s: the gradient has %u elements, expected 1 to 2^31", name,
                          gradient->count);
    }
    if (gradient->type != NOTCH_GRADIENT_F32 &&
        (gradient->exponent < -1000 || gradient->exponent > 1000)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "%s: the gradient's exponent is outside -1000 to 1000", name);
    }
    return NOTCH_OK;
}

/* Magnitude of element `i` of an integer gradient. */
static uint32_t magnitude_at(const notch_gradient *gradient, uint64_t i)
{
    const uint32_t bits = ((const uint32_t *)gradient->values)[i];
    const bool negative = gradient->type == NOTCH_GRADIENT_I32 && (bits >> 31) != 0;
    return negative ? 0u - bits : bits;
}

static uint32_t shifted(uint32_t magnitude, int32_t shift)
{
    if (shift >= 32) {
        return 0;
    }
    return shift >= 0 ? magnitude >> shift : magnitude << -shift;
}

/* The largest magnitude of the block as mantissa * 2^exponent; false for NaN and infinity. */
static bool largest_magnitude(const notch_kernels *kernels, const notch_gradient *gradient,
                              const notch_block *block, notch_scaled *largest)
{
    if (gradient->type == NOTCH_GRADIENT_F32) {
        const float *values = (const float *)gradient->values + block->first;
        const uint32_t bits = kernels->f32_largest(values, block->count);
        const uint32_t field = bits >> 23;
        largest->mantissa = (bits & 0x7fffff) | (field != 0 ? 0x800000u : 0);
        largest->exponent = (int32_t)(field != 0 ? field : 1) - 150;
        return bits < INFINITE_BITS;
    }
    largest->mantissa = 0;
    largest->exponent = gradient->exponent;
    for (uint32_t i = 0; i < block->count; i++) {
        const uint32_t magnitude = magnitude_at(gradient, block->first + i);
        largest->mantissa = magnitude > largest->mantissa ? magnitude : largest->mantissa;
    }
    return true;
}

/* The scale at which the largest mass of the block, smoothing included, has exactly 32 bits. */
static void fit_scale(const notch_gradient *gradient, const notch_scaled *largest,
                      const notch_scaled *smoothing, notch_mass_scale *scale)
{
    const int32_t top = notch_scaled_top(largest), smoothing_top = notch_scaled_top(smoothing);
    scale->unit = (top > smoothing_top ? top : smoothing_top) - 32;
    /* Rounding magnitudes down and the smoothing up keeps the error below one unit. */
    uint64_t constant = notch_scaled_units_up(smoothing, scale->unit);
    if (notch_scaled_units(largest, scale->unit) + constant > UINT32_MAX) {
        scale->unit++;
        constant = notch_scaled_units_up(smoothing, scale->unit);
    }
    scale->smoothing = (uint32_t)constant;
    scale->shift = scale->unit - gradient->exponent;
}

bool notch_block_survey(const notch_kernels *kernels, const notch_gradient *gradient,
                        const notch_scaled *smoothing, notch_block *block)
{
    block->mass_sum = 0;
    block->scale = (notch_mass_scale){gradient->exponent, 0, 0};
    if (gradient->type != NOTCH_GRADIENT_F32 && smoothing->mantissa == 0) {
        for (uint32_t i = 0; i < block->count; i++) {
            block->mass_sum += magnitude_at(gradient, block->first + i);
        }
        block->has_gradient = block->mass_sum != 0;
        return true;
    }
    notch_scaled largest;
    if (!largest_magnitude(kernels, gradient, block, &largest)) {
        return false;
    }
    block->has_gradient = largest.mantissa != 0;
    if (largest.mantissa == 0 && smoothing->mantissa == 0) {
        return true;
    }
    fit_scale(gradient, &largest, smoothing, &block->scale);
    if (gradient->type == NOTCH_GRADIENT_F32) {
        const float *values = (const float *)gradient->values + block->first;
        block->mass_sum = kernels->f32_mass_sum(values, block->count, &block->scale);
    } else {
        for (uint32_t i = 0; i < block->count; i++) {
            const uint32_t magnitude = magnitude_at(gradient, block->first + i);
            block->mass_sum += shifted(magnitude, block->scale.shift) + block->scale.smoothing;
        }
    }
    return true;
}

uint64_t notch_block_masses(const notch_kernels *kernels, const notch_gradient *gradient,
                            const notch_block *block, uint32_t *masses)
{
    if (gradient->type == NOTCH_GRADIENT_F32) {
        const float *values = (const float *)gradient->values + block->first;
        if (block->mass_sum == 0) {
            memset(masses, 0, block->count * sizeof masses[0]);
            return 0;
        }
        return kernels->f32_masses(values, block->count, &block->scale, masses);
    }
    for (uint32_t i = 0; i < block->count; i++) {
        const uint32_t magnitude = magnitude_at(gradient, block->first + i);
        masses[i] = shifted(magnitude, block->scale.shift) + block->scale.smoothing;
    }
    return block->mass_sum;
}

void notch_block_signed(const notch_kernels *kernels, const notch_gradient *gradient,
                        const notch_block *block, const uint32_t *counts, int32_t *updates)
{
    if (gradient->type == NOTCH_GRADIENT_F32) {
        const float *values = (const float *)gradient->values + block->first;
        kernels->f32_signed(values, counts, block->count, updates);
        return;
    }
    const uint32_t *values = (const uint32_t *)gradient->values + block->first;
    const bool has_sign = gradient->type == NOTCH_GRADIENT_I32;
    for (uint32_t i = 0; i < block->count; i++) {
        const int32_t steps = counts[i] > INT32_MAX ? INT32_MAX : (int32_t)counts[i];
        const int32_t forward = values[i] == 0 ? 0 : steps;
        updates[i] = has_sign && (values[i] >> 31) != 0 ? -forward : forward;
    }
}

uint64_t notch_block_not_finite(const notch_gradient *gradient, const notch_block *block)
{
    const uint32_t *bits = (const uint32_t *)gradient->values + block->first;
    uint64_t i = 0;
    while ((bits[i] & 0x7fffffff) < INFINITE_BITS) {
        i++;
    }
    return block->first + i;
}
