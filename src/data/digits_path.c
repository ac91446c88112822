/* digits_path.c - one writer's hand: jitter, warp, tremor, slant, size, then curves into segments.
 * SPDX-License-Identifier: MIT
 *
 * All amplitudes were chosen with contact sheets of images at hand, and such that models do about
 * as well as on MNIST: linear ones 91 % right, a hidden layer 97 %, small convolutional ones 99 %.
 */
#include "data/digits.h"

/* Before the hand's slant and size apply, coordinates are in grains, 1/256 of a stroke's unit. */
enum {
    GRAINS = 256,
    PERIOD = 1 << 16, /* a full turn of a tremor's phase */
    ONE = 1 << 12     /* 1 as a factor */
};

/* What stays the same through one image. Factors are in units of 1 / ONE. */
typedef struct writer {
    int32_t carelessness;             /* multiplies all that deforms, ONE on average */
    int32_t taper;                    /* x grows by this for each half height down */
    int32_t bend;                     /* x moves right by this at top and bottom */
    int32_t squeeze;                  /* y moves down by this in the middle */
    int32_t tremor_x, tremor_y;       /* grains: amplitude of a slow wave */
    int32_t phase_x, phase_y;         /* its phase at the digit's centre */
    int32_t frequency_x, frequency_y; /* its phase in a unit's length */
    int32_t width, height;            /* ticks for each 100 units */
    int32_t slant;                    /* x moves right by this for each tick down */
    int32_t cosine, sine;             /* of the rotation */
} writer;

/* A smooth wave of amplitude ONE with period PERIOD, two parabolas, within 6 % of a sine. */
static int32_t wave(int32_t phase)
{
    const int32_t within = (int32_t)((uint32_t)phase % (PERIOD / 2));
    const int32_t height = within * (PERIOD / 2 - within) / (1 << 16);
    return (uint32_t)phase % PERIOD < PERIOD / 2 ? height : -height;
}

/* `spread` of a bell, more for the careless. */
static int32_t deform(notch_digits_dice *dice, const writer *hand, int32_t spread)
{
    return notch_digits_bell(dice, spread * hand->carelessness / ONE);
}

static void choose_writer(notch_digits_dice *dice, writer *hand)
{
    /* 0.65 + 1.5 u^4, u uniform: most writers are neat, few are not */
    const int32_t u = notch_digits_between(dice, 0, 255);
    const int32_t fourth = u * u / 16 * (u * u / 16) / ONE;
    hand->carelessness = ONE * 13 / 20 + fourth * 3 / 2;
    hand->taper = deform(dice, hand, 500);   /* 12 % wider at the bottom */
    hand->bend = deform(dice, hand, 380);    /* 9 % of half the height */
    hand->squeeze = deform(dice, hand, 400); /* 10 % of it */
    /* tremor: 3.5 units, a wave of 70 to 160 units, so that half a digit or more moves together */
    hand->tremor_x = deform(dice, hand, 7 * GRAINS / 2);
    hand->tremor_y = deform(dice, hand, 7 * GRAINS / 2);
    hand->phase_x = notch_digits_between(dice, 0, PERIOD - 1);
    hand->phase_y = notch_digits_between(dice, 0, PERIOD - 1);
    hand->frequency_x = notch_digits_between(dice, PERIOD / 160, PERIOD / 70);
    hand->frequency_y = notch_digits_between(dice, PERIOD / 160, PERIOD / 70);

    const int32_t size = notch_digits_between(dice, 1088, 1376);        /* 17 to 21.5 pixels ... */
    hand->height = size * notch_digits_between(dice, 3700, 4400) / ONE; /* ... times 0.9 to 1.07 */
    hand->width = size * notch_digits_between(dice, 2800, 4700) / ONE;  /* ... times 0.68 to 1.15 */
    hand->slant =
        notch_digits_bell(dice, 900) - 400; /* most lean right, by 0.1 +- 0.22 of the height */
    /* with t = tan(angle / 2), cos = (1 - t^2) / (1 + t^2) and sin = 2 t / (1 + t^2) */
    const int32_t t = notch_digits_bell(dice, 200); /* 5.6 degrees, at most 19.1 */
    const int32_t whole = ONE + t * t / ONE;
    hand->cosine = (ONE - t * t / ONE) * ONE / whole;
    hand->sine = 2 * t * ONE / whole;
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* From grains to ticks about the digit's centre.
 *
 * Bounds: a bell stays within 3.45 of its spread and carelessness below 2.16, so |*x| and |*y| are
 * below 22,000, |v| below 5,300, |v * taper / ONE| below 4,900. Products of warp and tremor are
 * therefore below 2^25, those of the size below 25,600 * 1,600 < 2^26. */
static void place(const writer *hand, int32_t *x, int32_t *y)
{
    /* the height in halves of the nominal one: -ONE at the top, ONE at the bottom */
    const int32_t v = clamp(*y, -64 * GRAINS, 64 * GRAINS) * 8 / 25;
    const int32_t square = v * v / ONE;
    const int32_t unit_x = *x / GRAINS, unit_y = *y / GRAINS;
    int32_t px = *x + *x / 4 * (v * hand->taper / ONE) / (ONE / 4);
    int32_t py = *y;
    px += 50 * GRAINS / 4 * (square * hand->bend / ONE) / (ONE / 4);
    py += 50 * GRAINS / 4 * ((ONE - square) * hand->squeeze / ONE) / (ONE / 4);
    px += hand->tremor_x * wave(hand->phase_x + unit_y * hand->frequency_x) / ONE;
    py += hand->tremor_y * wave(hand->phase_y + unit_x * hand->frequency_y) / ONE;
    px = clamp(px, -100 * GRAINS, 100 * GRAINS);
    py = clamp(py, -100 * GRAINS, 100 * GRAINS);

    const int32_t wide = px * hand->width / (100 * GRAINS);
    const int32_t high = py * hand->height / (100 * GRAINS);
    const int32_t leaning = wide + high * hand->slant / ONE;
    *x = (leaning * hand->cosine - high * hand->sine) / ONE;
    *y = (leaning * hand->sine + high * hand->cosine) / ONE;
}

/* The Catmull-Rom spline from b to c at k / NOTCH_DIGITS_PIECES, a before and d after them. */
static int32_t spline(int32_t a, int32_t b, int32_t c, int32_t d, int32_t k)
{
    const int32_t n = NOTCH_DIGITS_PIECES;
    const int32_t sum = 2 * b * n * n * n + (c - a) * k * n * n +
                        (2 * a - 5 * b + 4 * c - d) * k * k * n +
                        (3 * b - a - 3 * c + d) * k * k * k;
    return sum / (2 * n * n * n);
}

/* One spline from point `i` of `points` to the next, as segments. The neighbours beyond a corner or
 * an end are replaced by mirror images, so that the pen leaves straight. */
static void flatten(const notch_digits_style *style, uint32_t i, const int32_t *x, const int32_t *y,
                    notch_digits_segment *segments)
{
    const notch_digits_point *points = style->points;
    const bool starts = points[i].passage != NOTCH_DIGITS_SMOOTH;
    const bool ends = i + 2 == style->count || points[i + 1].passage == NOTCH_DIGITS_CORNER ||
                      points[i + 2].passage == NOTCH_DIGITS_START;
    const int32_t ax = starts ? 2 * x[i] - x[i + 1] : x[i - 1];
    const int32_t ay = starts ? 2 * y[i] - y[i + 1] : y[i - 1];
    const int32_t dx = ends ? 2 * x[i + 1] - x[i] : x[i + 2];
    const int32_t dy = ends ? 2 * y[i + 1] - y[i] : y[i + 2];
    for (int32_t k = 0; k < NOTCH_DIGITS_PIECES; k++) {
        segments[k].x0 = spline(ax, x[i], x[i + 1], dx, k);
        segments[k].y0 = spline(ay, y[i], y[i + 1], dy, k);
        segments[k].x1 = spline(ax, x[i], x[i + 1], dx, k + 1);
        segments[k].y1 = spline(ay, y[i], y[i + 1], dy, k + 1);
    }
}

/* Moves the digit so that its bounding box is centred, but for a shift of the writer's. */
static void centre(notch_digits_dice *dice, notch_digits_segment *segments, uint32_t count)
{
    int32_t left = INT32_MAX, right = INT32_MIN, top = INT32_MAX, bottom = INT32_MIN;
    for (uint32_t s = 0; s < count; s++) {
        left = segments[s].x0 < left ? segments[s].x0 : left;
        right = segments[s].x0 > right ? segments[s].x0 : right;
        top = segments[s].y0 < top ? segments[s].y0 : top;
        bottom = segments[s].y0 > bottom ? segments[s].y0 : bottom;
    }
    const int32_t middle = NOTCH_DIGITS_SIDE * NOTCH_DIGITS_TICKS / 2;
    const int32_t dx = middle - (left + right) / 2 + notch_digits_bell(dice, 50); /* 0.8 pixels */
    const int32_t dy = middle - (top + bottom) / 2 + notch_digits_bell(dice, 50);
    const int32_t low = -16 * NOTCH_DIGITS_TICKS, high = 44 * NOTCH_DIGITS_TICKS;
    for (uint32_t s = 0; s < count; s++) {
        segments[s].x0 = clamp(segments[s].x0 + dx, low, high);
        segments[s].y0 = clamp(segments[s].y0 + dy, low, high);
        segments[s].x1 = clamp(segments[s].x1 + dx, low, high);
        segments[s].y1 = clamp(segments[s].y1 + dy, low, high);
    }
}

/* The pen's radius: its own, times a pressure that changes from the first segment to the last. */
static void press(notch_digits_dice *dice, notch_digits_segment *segments, uint32_t count)
{
    const int32_t radius = notch_digits_between(dice, 42, 105);   /* 0.66 to 1.64 pixels */
    const int32_t first = ONE + notch_digits_bell(dice, ONE / 8); /* 1 +- 0.12 */
    const int32_t last = ONE + notch_digits_bell(dice, ONE / 8);
    for (uint32_t s = 0; s < count; s++) {
        const int32_t pressure = first + (last - first) * (int32_t)s / (int32_t)count;
        segments[s].radius = clamp(radius * pressure / ONE, 16, 192);
    }
}

/* One image in BREAK_RARITY has a place where the pen did not write, 1 to 2 segments long. */
static uint32_t interrupt(notch_digits_dice *dice, notch_digits_segment *segments, uint32_t count)
{
    enum {
        BREAK_RARITY = 16
    };
    if (notch_digits_between(dice, 1, BREAK_RARITY) > 1) {
        return count;
    }
    const uint32_t gap = (uint32_t)notch_digits_between(dice, 1, 2);
    const uint32_t first = (uint32_t)notch_digits_between(dice, 1, (int32_t)(count - gap));
    for (uint32_t s = first; s + gap < count; s++) {
        segments[s] = segments[s + gap];
    }
    return count - gap;
}

uint32_t notch_digits_write(notch_digits_dice *dice, uint32_t digit,
                            notch_digits_segment segments[NOTCH_DIGITS_SEGMENTS_MOST])
{
    int32_t x[NOTCH_DIGITS_POINTS_MOST], y[NOTCH_DIGITS_POINTS_MOST];
    int32_t stroke_x = 0, stroke_y = 0;
    uint32_t count = 0;
    writer hand;
    enum {
        STROKE_SPREAD = 2 * GRAINS,    /* 0.4 pixels */
        POINT_SPREAD = 11 * GRAINS / 4 /* 0.5 pixels */
    };
    const uint32_t share = (uint32_t)notch_digits_between(dice, 0, NOTCH_DIGITS_SHARES - 1);
    const notch_digits_style *style = notch_digits_style_at(digit, share);
    choose_writer(dice, &hand);

    for (uint32_t i = 0; i < style->count; i++) {
        const notch_digits_point *point = &style->points[i];
        if (point->passage == NOTCH_DIGITS_START) { /* strokes are off as a whole ... */
            stroke_x = deform(dice, &hand, STROKE_SPREAD);
            stroke_y = deform(dice, &hand, STROKE_SPREAD);
        }
        x[i] = point->x * GRAINS + stroke_x + deform(dice, &hand, POINT_SPREAD); /* ... and bent */
        y[i] = point->y * GRAINS + stroke_y + deform(dice, &hand, POINT_SPREAD);
        place(&hand, &x[i], &y[i]);
    }
    for (uint32_t i = 0; i + 1 < style->count; i++) {
        if (style->points[i + 1].passage != NOTCH_DIGITS_START) {
            flatten(style, i, x, y, &segments[count]);
            count += NOTCH_DIGITS_PIECES;
        }
    }
    centre(dice, segments, count);
    press(dice, segments, count);
    return interrupt(dice, segments, count);
}
