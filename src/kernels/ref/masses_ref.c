/* masses_ref.c - float gradients as integer masses, portable and without float arithmetic.
 * SPDX-License-Identifier: MIT
 *
 * An IEEE binary32 is read as bits: with e = max(exponent field, 1) and m the 24-bit significand,
 * |x| = m * 2^(e - 150) = (m << 8) * 2^(e - 158).
 */
#include "kernels/kernels.h"

#include <string.h>

static uint32_t bits_at(const void *values, uint32_t i)
{
    uint32_t bits;
    memcpy(&bits, (const unsigned char *)values + 4 * (size_t)i, sizeof bits);
    return bits;
}

/* floor(|x| / 2^unit) if that is below 2^32, some number otherwise. */
static uint32_t mass_of(uint32_t bits, int32_t unit)
{
    const uint32_t field = (bits >> 23) & 0xff;
    const uint32_t significand = (bits & 0x7fffff) | (field != 0 ? 0x800000u : 0);
    const int32_t shift = unit + 158 - (int32_t)(field != 0 ? field : 1);
    if (shift >= 32 || significand == 0) {
        return 0;
    }
    if (shift >= 0) {
        return (significand << 8) >> shift;
    }
    /* to the left only for subnormals, if the mass fits */
    return shift > -24 ? significand << (8 - shift) : 0;
}

uint32_t notch_f32_survey_ref(const void *values, uint32_t count, const notch_mass_scale *scale,
                              uint64_t *sum, uint64_t *run_sums)
{
    uint32_t largest = 0;
    uint64_t run = 0, total = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t bits = bits_at(values, i), magnitude = bits & 0x7fffffff;
        largest = magnitude > largest ? magnitude : largest;
        run += mass_of(bits, scale->unit) + scale->smoothing;
        if (i % NOTCH_RUN == NOTCH_RUN - 1 || i + 1 == count) {
            if (run_sums != NULL) {
                run_sums[i / NOTCH_RUN] = run;
            }
            total += run;
            run = 0;
        }
    }
    *sum = total;
    return largest;
}

uint64_t notch_f32_masses_ref(const void *values, uint32_t count, const notch_mass_scale *scale,
                              uint32_t *masses)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        masses[i] = mass_of(bits_at(values, i), scale->unit) + scale->smoothing;
        sum += masses[i];
    }
    return sum;
}

uint32_t notch_f32_find_ref(const void *values, uint32_t count, const notch_mass_scale *scale,
                            uint64_t target)
{
    (void)count;
    uint64_t sum = 0;
    for (uint32_t i = 0;; i++) {
        sum += mass_of(bits_at(values, i), scale->unit) + scale->smoothing;
        if (sum > target) {
            return i;
        }
    }
}

void notch_f32_signed_ref(const void *values, const uint32_t *counts, uint32_t count,
                          int32_t *updates)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t bits = bits_at(values, i);
        const int32_t steps = counts[i] > INT32_MAX ? INT32_MAX : (int32_t)counts[i];
        const bool zero = (bits & 0x7fffffff) == 0;
        updates[i] = zero ? 0 : (bits >> 31) != 0 ? -steps : steps;
    }
}
