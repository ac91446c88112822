/* digits_ink.c - draws a segment with a round pen, anti-aliased by distance.
 * SPDX-License-Identifier: MIT
 */
#include "data/digits.h"

enum {
    SIDE = NOTCH_DIGITS_SIDE,
    TICKS = NOTCH_DIGITS_TICKS,
    INK = 255,
    UNIT = 1 << 12,  /* length of the segment's direction vector */
    SLOPE_BITS = 16, /* fraction of the ink's slope: ink is within 1 of the exact value */
    HALF = 1 << (SLOPE_BITS - 1)
};

/* floor(sqrt(value)) by Newton's method from above; value < 2^30. */
static int32_t square_root(int32_t value)
{
    int32_t root = 1 << 15;
    if (value == 0) {
        return 0;
    }
    for (;;) {
        const int32_t next = (root + value / root) / 2;
        if (next >= root) {
            return root;
        }
        root = next;
    }
}

/* The first and the last of the rows (or columns) whose centre may lie within `reach` of a..b. */
static void find_range(int32_t a, int32_t b, int32_t reach, int32_t *first, int32_t *last)
{
    const int32_t low = (a < b ? a : b) - reach, high = (a < b ? b : a) + reach;
    *first = low <= 0 ? 0 : low / TICKS;
    *last = high < 0 ? -1 : high / TICKS >= SIDE ? SIDE - 1 : high / TICKS;
}

/* The pixel centre's offset from the start of the segment has a part `along` the segment and a part
 * `across`; what `along` exceeds the segment by, `beyond`, is 0 beside it. Then
 *     distance^2 = across^2 + beyond^2,
 * and ink falls linearly in distance^2 between the inner and the outer radius, which spares a
 * square root for each pixel.
 *
 * Bounds: segments lie within 3,840 ticks and find_range adds at most 288, so offsets are below
 * 2^13, offset * UNIT below 2^25, distance^2 below 2^27; left * slope is at most 255 * 2^16, since
 * left is cut at ramp before. */
void notch_digits_draw(uint8_t pixels[NOTCH_DIGITS_PIXELS], const notch_digits_segment *segment,
                       int32_t softness)
{
    const int32_t dx = segment->x1 - segment->x0, dy = segment->y1 - segment->y0;
    const int32_t length = square_root(dx * dx + dy * dy);
    /* a segment without a length is a dot: any direction will do */
    const int32_t ux = length > 0 ? dx * UNIT / length : UNIT;
    const int32_t uy = length > 0 ? dy * UNIT / length : 0;
    const int32_t outer = segment->radius + softness;
    const int32_t inner = segment->radius > softness ? segment->radius - softness : 0;
    const int32_t ramp = outer * outer - inner * inner;
    const int32_t slope = INK * (1 << SLOPE_BITS) / ramp;
    int32_t row, row_last, column_first, column_last;
    find_range(segment->y0, segment->y1, outer, &row, &row_last);
    find_range(segment->x0, segment->x1, outer, &column_first, &column_last);

    for (; row <= row_last; row++) {
        const int32_t y = row * TICKS + TICKS / 2 - segment->y0;
        for (int32_t column = column_first; column <= column_last; column++) {
            const int32_t x = column * TICKS + TICKS / 2 - segment->x0;
            const int32_t along = (x * ux + y * uy) / UNIT;
            const int32_t across = (x * uy - y * ux) / UNIT;
            const int32_t beyond = along < 0 ? along : along > length ? along - length : 0;
            int32_t left = outer * outer - across * across - beyond * beyond;
            left = left < 0 ? 0 : left > ramp ? ramp : left;
            const int32_t ink = (left * slope + HALF) >> SLOPE_BITS;
            uint8_t *pixel = &pixels[row * SIDE + column];
            *pixel = ink > *pixel ? (uint8_t)ink : *pixel;
        }
    }
}
