/* digits.h - the parts of the digit generator: dice, strokes, pen path, ink.
 * SPDX-License-Identifier: MIT
 *
 * Units: a stroke is stored in hundredths of a digit's height; from the pen path on, lengths are in
 * ticks of 1/64 pixel, x to the right, y down, (0, 0) the top left corner of the image.
 */
#ifndef NOTCH_DATA_DIGITS_H
#define NOTCH_DATA_DIGITS_H

#include <notch/digits.h>

/* ------------------------------------------------------------------------------------------------
 * Dice: the words of one stream, one after the other
 * --------------------------------------------------------------------------------------------- */

typedef struct notch_digits_dice {
    notch_key key;
    uint64_t used;     /* words taken so far */
    uint32_t words[4]; /* the block that word number `used` - 1 came from */
} notch_digits_dice;

/* The next word: notch_random_word(&key, used). */
uint32_t notch_digits_word(notch_digits_dice *dice);

/* Uniform on low .. high, which are less than 2^16 apart (so that the bias is below 2^-16 of a
 * value's probability). One word. */
int32_t notch_digits_between(notch_digits_dice *dice, int32_t low, int32_t high);

/* Bell-shaped about 0 with standard deviation `spread` (0 to 2^20), at most 3.5 of it away: the sum
 * of the four bytes of one word. */
int32_t notch_digits_bell(notch_digits_dice *dice, int32_t spread);

/* ------------------------------------------------------------------------------------------------
 * Strokes: how people write each digit
 * --------------------------------------------------------------------------------------------- */

typedef enum notch_digits_passage {
    NOTCH_DIGITS_START = 0,  /* the pen comes down here */
    NOTCH_DIGITS_SMOOTH = 1, /* it passes without a corner, or ends here */
    NOTCH_DIGITS_CORNER = 2  /* it changes direction at once */
} notch_digits_passage;

/* A point that the pen passes. Digits lie within x -36 .. 36, y -50 .. 50. */
typedef struct notch_digits_point {
    int8_t x, y;
    uint8_t passage;
} notch_digits_point;

/* One way to write a digit. */
typedef struct notch_digits_style {
    uint8_t share; /* in sixteenths of the writers of its digit */
    uint8_t count; /* of points, at least 2 */
    const notch_digits_point *points;
} notch_digits_style;

enum {
    NOTCH_DIGITS_SHARES = 16,     /* what the shares of a digit's styles add up to */
    NOTCH_DIGITS_POINTS_MOST = 16 /* in a style */
};

/* The style of `digit` that owns `share`, 0 to 15. */
const notch_digits_style *notch_digits_style_at(uint32_t digit, uint32_t share);

/* ------------------------------------------------------------------------------------------------
 * Pen path: one writer's digit as short straight segments
 * --------------------------------------------------------------------------------------------- */

enum {
    NOTCH_DIGITS_TICKS = 64, /* in a pixel */
    NOTCH_DIGITS_PIECES = 4, /* segments between two points of a stroke */
    NOTCH_DIGITS_SEGMENTS_MOST = NOTCH_DIGITS_POINTS_MOST * NOTCH_DIGITS_PIECES
};

typedef struct notch_digits_segment {
    int32_t x0, y0, x1, y1; /* each -1,024 to 2,816: 16 pixels beyond the image */
    int32_t radius;         /* of the pen, 16 to 192 */
} notch_digits_segment;

/* Writes `digit` with the pen that the dice choose; returns the number of segments. */
uint32_t notch_digits_write(notch_digits_dice *dice, uint32_t digit,
                            notch_digits_segment segments[NOTCH_DIGITS_SEGMENTS_MOST]);

/* ------------------------------------------------------------------------------------------------
 * Ink
 * --------------------------------------------------------------------------------------------- */

/* Darkens the pixels near the segment: full ink up to radius - softness from it, none from radius +
 * softness on. softness: 16 to 96. A pixel keeps the darkest ink that it has been given. */
void notch_digits_draw(uint8_t pixels[NOTCH_DIGITS_PIXELS], const notch_digits_segment *segment,
                       int32_t softness);

#endif
