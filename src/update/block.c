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

/* Any gradient's element as its bits. */
static uint32_t word_at(const void *values, uint64_t i)
{
    uint32_t word;
    memcpy(&word, (const unsigned char *)values + 4 * i, sizeof word);
    return word;
}

/* An integer gradient's magnitudes from element `first` of the tensor on: in `buffer`, or where
 * they are. */
static const uint32_t *magnitudes(const notch_kernels *kernels, const notch_gradient *gradient,
                                  uint64_t first, uint32_t count, uint32_t *buffer)
{
    if (gradient->type == NOTCH_GRADIENT_U32) {
        return (const uint32_t *)gradient->values + first;
    }
    (void)kernels->i32_masses((const int32_t *)gradient->values + first, count, buffer);
    return buffer;
}

/* floor(magnitude / 2^shift) + smoothing. A shift to the left keeps every magnitude of the block
 * below 2^32, so that one by 32 or more means that all are 0. */
static void rescale(const notch_mass_scale *scale, const uint32_t *from, uint32_t count,
                    uint32_t *masses)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t mass = scale->shift >= 32 || scale->shift <= -32 ? 0
                              : scale->shift >= 0                       ? from[i] >> scale->shift
                                                                        : from[i] << -scale->shift;
        masses[i] = mass + scale->smoothing;
    }
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

static bool same_scale(const notch_mass_scale *a, const notch_mass_scale *b)
{
    return a->unit == b->unit && a->smoothing == b->smoothing;
}

static bool survey_floats(notch_surveyor *surveyor, const notch_gradient *gradient,
                          notch_block *block, uint64_t *run_sums)
{
    const float *values = (const float *)gradient->values + block->first;
    const uint32_t bits = surveyor->kernels->f32_survey(values, block->count, &surveyor->guess,
                                                        &block->mass_sum, run_sums);
    if (bits >= INFINITE_BITS) {
        return false;
    }
    const uint32_t field = bits >> 23;
    const notch_scaled largest = {(bits & 0x7fffff) | (field != 0 ? 0x800000u : 0),
                                  (int32_t)(field != 0 ? field : 1) - 150};
    block->has_gradient = largest.mantissa != 0;
    if (largest.mantissa == 0 && surveyor->smoothing.mantissa == 0) {
        block->mass_sum = 0; /* at the guessed scale too, and so are the runs */
        return true;
    }
    fit_scale(gradient, &largest, &surveyor->smoothing, &block->scale);
    if (!same_scale(&block->scale, &surveyor->guess)) {
        surveyor->guess = block->scale;
        (void)surveyor->kernels->f32_survey(values, block->count, &block->scale, &block->mass_sum,
                                            run_sums);
    }
    return true;
}

static void survey_integers(notch_surveyor *surveyor, const notch_gradient *gradient,
                            notch_block *block, uint64_t *run_sums)
{
    const notch_kernels *kernels = surveyor->kernels;
    if (surveyor->smoothing.mantissa != 0) {
        const uint32_t *found =
            magnitudes(kernels, gradient, block->first, block->count, surveyor->buffer);
        notch_scaled largest = {0, gradient->exponent};
        for (uint32_t i = 0; i < block->count; i++) {
            largest.mantissa = found[i] > largest.mantissa ? found[i] : largest.mantissa;
        }
        block->has_gradient = largest.mantissa != 0;
        fit_scale(gradient, &largest, &surveyor->smoothing, &block->scale);
    }
    const uint32_t *masses =
        notch_block_masses(kernels, gradient, block, 0, block->count, surveyor->buffer);
    block->mass_sum = kernels->run_sums(masses, block->count, run_sums);
    if (surveyor->smoothing.mantissa == 0) {
        block->has_gradient = block->mass_sum != 0;
    }
}

bool notch_block_survey(notch_surveyor *surveyor, const notch_gradient *gradient,
                        notch_block *block, uint64_t *run_sums)
{
    /* Integers without smoothing are their own masses. */
    block->scale = (notch_mass_scale){gradient->exponent, 0, 0};
    if (gradient->type == NOTCH_GRADIENT_F32) {
        return survey_floats(surveyor, gradient, block, run_sums);
    }
    survey_integers(surveyor, gradient, block, run_sums);
    return true;
}

const uint32_t *notch_block_masses(const notch_kernels *kernels, const notch_gradient *gradient,
                                   const notch_block *block, uint32_t offset, uint32_t count,
                                   uint32_t *buffer)
{
    const uint64_t first = block->first + offset;
    if (gradient->type == NOTCH_GRADIENT_F32) {
        const float *values = (const float *)gradient->values + first;
        (void)kernels->f32_masses(values, count, &block->scale, buffer);
        return buffer;
    }
    const uint32_t *found = magnitudes(kernels, gradient, first, count, buffer);
    if (block->scale.shift == 0 && block->scale.smoothing == 0) {
        return found;
    }
    rescale(&block->scale, found, count, buffer);
    return buffer;
}

void notch_gradient_signed(const notch_kernels *kernels, const notch_gradient *gradient,
                           uint64_t first, const uint32_t *counts, uint32_t count, int32_t *updates)
{
    switch (gradient->type) {
    case NOTCH_GRADIENT_F32:
        kernels->f32_signed((const float *)gradient->values + first, counts, count, updates);
        break;
    case NOTCH_GRADIENT_I32:
        kernels->i32_signed((const int32_t *)gradient->values + first, counts, count, updates);
        break;
    case NOTCH_GRADIENT_U32:
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t steps = counts[i] > INT32_MAX ? INT32_MAX : counts[i];
            updates[i] = ((const uint32_t *)gradient->values)[first + i] != 0 ? (int32_t)steps : 0;
        }
        break;
    }
}

void notch_gradient_signed_at(const notch_gradient *gradient, uint64_t first,
                              const uint32_t *indices, uint32_t count, const uint32_t *counts,
                              int32_t *updates)
{
    const unsigned char *values = (const unsigned char *)gradient->values + 4 * first;
    const bool is_float = gradient->type == NOTCH_GRADIENT_F32;
    const bool has_sign = gradient->type != NOTCH_GRADIENT_U32;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t value = word_at(values, indices[k]);
        const int32_t steps = counts[k] > INT32_MAX ? INT32_MAX : (int32_t)counts[k];
        /* signs are as good as random: a branch on them would be mispredicted half of the time */
        const int32_t negative = has_sign ? (int32_t)(value >> 31) : 0;
        const int32_t moves = (is_float ? value & 0x7fffffff : value) != 0;
        updates[k] = moves * steps * (1 - 2 * negative);
    }
}

uint64_t notch_block_not_finite(const notch_gradient *gradient, const notch_block *block)
{
    const unsigned char *values = (const unsigned char *)gradient->values + 4 * block->first;
    uint64_t i = 0;
    while ((word_at(values, i) & 0x7fffffff) < INFINITE_BITS) {
        i++;
    }
    return block->first + i;
}
