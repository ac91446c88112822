/* guide_ref.c - the way from random words to categories, and counts in full width.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/kernels.h"

uint64_t notch_widen_ref(const uint32_t *counts, uint32_t count, uint64_t *wide, bool streaming)
{
    (void)streaming;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        wide[i] = counts[i];
        sum += counts[i];
    }
    return sum;
}

void notch_guide_cells_ref(const uint64_t *cumulative, uint32_t count, const notch_guide *guide,
                           uint32_t *cells)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t mass =
            ((cumulative[i] - guide->base) >> guide->drop) + (guide->drop != 0 ? 1 : 0);
        const uint64_t cell = ((mass * guide->reciprocal) >> 32) + 1;
        cells[i] = cell < guide->last ? (uint32_t)cell : guide->last;
    }
}
