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

/* On a lattice with zero, 2 m + 1 bins of odd width w reach to (w - 1) / 2 + m w on either side;
 * the smallest w whose m = 15 bins reach the maximum M has 31 w >= 2 M + 1. */
void notch_histogram_init(notch_histogram *h, const notch_lattice *lattice)
{
    const uint32_t maximum = (uint32_t)lattice->maximum;
    *h = (notch_histogram){.first = lattice->minimum, .width = 2, .bins = 2};
    if (lattice->spacing == 1) {
        const uint32_t width = (2 * maximum + NOTCH_HISTOGRAM_BINS) / NOTCH_HISTOGRAM_BINS;
        h->width = width | 1u;
        const uint32_t half = h->width / 2, side = (maximum - half + h->width - 1) / h->width;
        h->bins = 2 * side + 1;
        h->first = -(int32_t)(half + side * h->width);
    }
}

void notch_histogram_add(notch_histogram *h, const notch_lattice *lattice, const void *weights,
                         uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const int32_t w =
            lattice->bytes == 2 ? ((const int16_t *)weights)[i] : ((const int8_t *)weights)[i];
        h->counts[(uint32_t)(w - h->first) / h->width]++;
    }
}
