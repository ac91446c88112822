/* widen_ref.c - counts in full width.
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
