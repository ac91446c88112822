/* lattice.c - the integers a weight may be.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"

notch_status notch_lattice_init(notch_lattice *lattice, uint32_t bits, notch_error *error)
{
    if (lattice == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "lattice: the result is missing");
    }
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "lattice: weights of %u bits, expected 1, 2, 4, 8 or 16", (uint64_t)bits);
    }
    /* One bit has two points, two notches of one from zero; the others are symmetric with zero. */
    const int16_t maximum = bits == 1 ? 1 : (int16_t)((1 << (bits - 1)) - 1);
    lattice->maximum = maximum;
    lattice->minimum = (int16_t)-maximum;
    lattice->spacing = bits == 1 ? 2 : 1;
    lattice->bits = (uint8_t)bits;
    lattice->bytes = bits == 16 ? 2 : 1;
    return NOTCH_OK;
}

uint64_t notch_lattice_saturated(const notch_lattice *lattice, const void *weights, uint64_t count)
{
    uint64_t saturated = 0;
    for (uint64_t i = 0; i < count; i++) {
        const int16_t w =
            lattice->bytes == 2 ? ((const int16_t *)weights)[i] : ((const int8_t *)weights)[i];
        saturated += w <= lattice->minimum || w >= lattice->maximum;
    }
    return saturated;
}
