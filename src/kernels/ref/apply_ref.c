/* apply_ref.c - the step itself: weights move by whole notches and stay on their lattice.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/kernels.h"

/* 64 bits hold any weight minus any 32-bit update times a spacing of at most 2. */
static int64_t step(const notch_lattice *lattice, int64_t weight, int32_t update, uint64_t *moved,
                    uint64_t *saturated)
{
    const int64_t wanted = weight - (int64_t)lattice->spacing * update;
    int64_t next = wanted;
    if (next < lattice->minimum) {
        next = lattice->minimum;
    }
    if (next > lattice->maximum) {
        next = lattice->maximum;
    }
    *moved += next != weight;
    *saturated += next != wanted;
    return next;
}

void notch_apply_i8_ref(const notch_lattice *lattice, int8_t *weights, const int32_t *updates,
                        uint32_t count, uint64_t *moved, uint64_t *saturated)
{
    for (uint32_t i = 0; i < count; i++) {
        weights[i] = (int8_t)step(lattice, weights[i], updates[i], moved, saturated);
    }
}

void notch_apply_i16_ref(const notch_lattice *lattice, int16_t *weights, const int32_t *updates,
                         uint32_t count, uint64_t *moved, uint64_t *saturated)
{
    for (uint32_t i = 0; i < count; i++) {
        weights[i] = (int16_t)step(lattice, weights[i], updates[i], moved, saturated);
    }
}
