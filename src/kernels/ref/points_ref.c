/* points_ref.c - how many of the points of a stratified or systematic draw fall on each category.
 * SPDX-License-Identifier: MIT
 */
#include "base/wide.h"
#include "kernels/kernels.h"

/* Points below the position: all strata before its own, and its own stratum's point if it lies
 * before. */
static uint64_t points_below(uint64_t position, const uint32_t *points, uint32_t stride)
{
    const uint64_t rounded = position >> NOTCH_POSITION_EXTRA_BITS;
    const uint64_t stratum = rounded >> 32;
    return stratum + ((uint32_t)rounded > points[stratum * stride] ? 1 : 0);
}

void notch_point_counts_ref(const notch_positions *positions, const uint32_t *masses,
                            uint32_t count, const uint32_t *points, uint32_t stride,
                            uint32_t *counts)
{
    uint64_t cumulative = 0, below = points_below(positions->start, points, stride);
    for (uint32_t i = 0; i < count; i++) {
        cumulative += masses[i];
        /* both factors < 2^52: the high part is below 2^40 */
        const notch_u128 product = notch_mul64(cumulative << positions->shift, positions->ratio);
        uint64_t offset = (product.high << 12) | (product.low >> 52);
        offset = offset < positions->width ? offset : positions->width;
        const uint64_t next = points_below(positions->start + offset, points, stride);
        counts[i] = (uint32_t)(next - below);
        below = next;
    }
}
