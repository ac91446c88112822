/* integers_ref.c - integer gradients as masses, and back to signed updates.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/kernels.h"

uint64_t notch_i32_masses_ref(const int32_t *values, uint32_t count, uint32_t *masses)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t bits = (uint32_t)values[i];
        masses[i] = values[i] < 0 ? 0u - bits : bits; /* |-2^31| fits */
        sum += masses[i];
    }
    return sum;
}

void notch_i32_signed_ref(const int32_t *values, const uint32_t *counts, uint32_t count,
                          int32_t *updates)
{
    for (uint32_t i = 0; i < count; i++) {
        const int32_t steps = counts[i] > INT32_MAX ? INT32_MAX : (int32_t)counts[i];
        updates[i] = values[i] == 0 ? 0 : values[i] < 0 ? -steps : steps;
    }
}
