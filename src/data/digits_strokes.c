/* digits_strokes.c - how people write each digit, as points that the pen passes.
 * SPDX-License-Identifier: MIT
 *
 * Drawn for this library. A curve through the points is a Catmull-Rom spline, which wants them
 * about equally far apart; three points on a straight line let jitter bend it.
 */
#include "data/digits.h"

#define DOWN(x, y)                                                                                 \
    {                                                                                              \
        x, y, NOTCH_DIGITS_START                                                                   \
    }
#define GO(x, y)                                                                                   \
    {                                                                                              \
        x, y, NOTCH_DIGITS_SMOOTH                                                                  \
    }
#define TURN(x, y)                                                                                 \
    {                                                                                              \
        x, y, NOTCH_DIGITS_CORNER                                                                  \
    }

/* clang-format off */
static const notch_digits_point
    zero_oval[] = {
        DOWN(2, -50), GO(-20, -38), GO(-29, 0), GO(-20, 38), GO(0, 50), GO(21, 37), GO(29, 0),
        GO(20, -38), GO(-1, -49)},
    zero_overlap[] = {
        DOWN(14, -44), GO(-6, -50), GO(-23, -26), GO(-24, 16), GO(-8, 48), GO(14, 42), GO(25, 8),
        GO(20, -32), GO(4, -48), GO(-12, -36)},
    zero_narrow[] = {
        DOWN(-4, -49), GO(-16, -30), GO(-18, 10), GO(-8, 44), GO(6, 48), GO(17, 24), GO(18, -16),
        GO(8, -46), GO(-6, -46)},

    one_plain[] = {
        DOWN(0, -50), GO(0, 0), GO(0, 50)},
    one_flag[] = {
        DOWN(-18, -26), GO(-7, -37), TURN(5, -50), GO(4, 0), GO(4, 50)},
    one_base[] = {
        DOWN(-16, -30), GO(-6, -39), TURN(3, -50), GO(2, 0), GO(2, 49),
        DOWN(-20, 50), GO(2, 50), GO(22, 49)},

    two_angle[] = {
        DOWN(-25, -28), GO(-14, -45), GO(6, -50), GO(23, -36), GO(21, -12), GO(4, 14), GO(-13, 32),
        TURN(-28, 47), GO(0, 46), GO(30, 47)},
    two_loop[] = {
        DOWN(-23, -34), GO(-8, -49), GO(14, -46), GO(23, -26), GO(13, 0), GO(-6, 28), GO(-24, 45),
        GO(-30, 34), GO(-16, 27), GO(2, 40), GO(17, 48), GO(33, 38)},
    two_flat[] = {
        DOWN(-26, -42), GO(-2, -49), GO(22, -42), GO(20, -18), GO(-2, 16), TURN(-27, 46),
        GO(2, 45), GO(28, 44)},
    two_swan[] = {
        DOWN(-20, -30), GO(-6, -48), GO(14, -44), GO(18, -22), GO(6, 8), GO(-8, 30),
        TURN(-22, 44), GO(-4, 36), GO(14, 46), GO(32, 44)},

    three_round[] = {
        DOWN(-24, -38), GO(-6, -50), GO(17, -42), GO(18, -20), TURN(-5, -4), GO(19, 6),
        GO(25, 28), GO(6, 50), GO(-26, 40)},
    three_flat[] = {
        DOWN(-23, -47), GO(1, -48), TURN(24, -48), GO(10, -28), TURN(-4, -10), GO(19, 0),
        GO(25, 26), GO(4, 50), GO(-26, 42)},
    three_curl[] = {
        DOWN(-22, -40), GO(0, -50), GO(20, -36), GO(10, -12), GO(-9, -3), GO(-6, 4), GO(4, -5),
        GO(21, 10), GO(23, 34), GO(0, 50), GO(-25, 38)},
    three_long[] = {
        DOWN(-18, -44), GO(4, -50), GO(18, -36), TURN(0, -14), GO(20, 0), GO(18, 26), GO(-4, 46),
        GO(-28, 50)},

    four_open[] = {
        DOWN(-17, -46), GO(-23, -20), TURN(-28, 5), GO(0, 6), GO(30, 3),
        DOWN(13, -36), GO(11, 8), GO(9, 50)},
    four_closed[] = {
        DOWN(12, 50), GO(12, 0), TURN(13, -50), GO(-10, -18), TURN(-32, 15), GO(0, 16),
        GO(32, 14)},
    four_bowl[] = {
        DOWN(-20, -47), GO(-25, -20), GO(-16, 0), GO(4, 0), GO(20, -14),
        DOWN(22, -48), GO(19, 0), GO(14, 50)},
    four_stroke[] = {
        DOWN(-16, -50), GO(-24, -20), TURN(-30, 6), GO(-4, 4), TURN(22, 0), GO(19, -20),
        TURN(16, -40), GO(12, 6), GO(10, 50)},

    five_hat[] = {
        DOWN(-15, -46), GO(-18, -27), TURN(-21, -6), GO(0, -14), GO(21, 0), GO(23, 27),
        GO(4, 48), GO(-26, 42),
        DOWN(-15, -47), GO(6, -48), GO(28, -49)},
    five_stroke[] = {
        DOWN(28, -48), GO(7, -48), TURN(-14, -47), GO(-17, -27), TURN(-20, -6), GO(2, -13),
        GO(22, 4), GO(20, 32), GO(0, 49), GO(-26, 40)},
    five_smooth[] = {
        DOWN(27, -47), GO(6, -49), GO(-14, -38), GO(-14, -14), GO(8, -2), GO(23, 18),
        GO(12, 44), GO(-8, 50), GO(-27, 42)},

    six_round[] = {
        DOWN(16, -50), GO(-6, -32), GO(-22, -2), GO(-21, 32), GO(0, 50), GO(21, 38), GO(20, 14),
        GO(2, 2), GO(-18, 20)},
    six_straight[] = {
        DOWN(2, -50), GO(-9, -22), GO(-18, 10), GO(-14, 40), GO(4, 50), GO(19, 36), GO(15, 17),
        GO(0, 12), GO(-15, 28)},
    six_curl[] = {
        DOWN(24, -40), GO(6, -50), GO(-15, -34), GO(-25, 2), GO(-16, 40), GO(8, 49), GO(24, 30),
        GO(14, 7), GO(-8, 5), GO(-24, 24)},

    seven_plain[] = {
        DOWN(-28, -45), GO(0, -47), TURN(27, -48), GO(9, -2), GO(-5, 50)},
    seven_bar[] = {
        DOWN(-28, -45), GO(0, -47), TURN(27, -48), GO(9, -2), GO(-5, 50),
        DOWN(-15, 4), GO(4, 2), GO(23, 0)},
    seven_serif[] = {
        DOWN(-28, -28), TURN(-27, -46), GO(0, -46), TURN(28, -47), GO(12, 0), GO(2, 50)},
    seven_curved[] = {
        DOWN(-28, -38), GO(-7, -48), GO(20, -46), GO(20, -20), GO(7, 14), GO(2, 50)},

    eight_stroke[] = {
        DOWN(18, -36), GO(3, -50), GO(-17, -40), GO(-15, -18), GO(4, -3), GO(21, 16),
        GO(19, 40), GO(0, 50), GO(-19, 40), GO(-18, 16), GO(2, -4), GO(17, -20), GO(18, -38)},
    eight_rings[] = {
        DOWN(0, -50), GO(-17, -41), GO(-18, -15), GO(0, -3), GO(18, -15), GO(17, -41), GO(0, -49),
        DOWN(1, -3), GO(-20, 10), GO(-21, 38), GO(0, 50), GO(21, 38), GO(20, 10), GO(-1, -3)},
    eight_open[] = {
        DOWN(23, -44), GO(2, -50), GO(-17, -37), GO(-9, -14), GO(11, 4), GO(21, 30), GO(2, 50),
        GO(-19, 34), GO(-11, 10), GO(9, -10), GO(25, -34)},

    nine_stem[] = {
        DOWN(19, -36), GO(4, -50), GO(-17, -41), GO(-22, -18), GO(-5, -4), GO(14, -15),
        TURN(22, -40), GO(20, 4), GO(16, 50)},
    nine_tail[] = {
        DOWN(20, -35), GO(2, -50), GO(-20, -38), GO(-18, -12), GO(4, -6), GO(21, -30),
        GO(23, 4), GO(13, 38), GO(-6, 50), GO(-23, 40)},
    nine_slant[] = {
        DOWN(17, -40), GO(-2, -50), GO(-17, -34), GO(-10, -13), GO(8, -17), TURN(19, -42),
        GO(9, 2), GO(-5, 50)};

/* The shares of a digit add up to NOTCH_DIGITS_SHARES. */
#define STYLE(share, points) {share, sizeof points / sizeof points[0], points}
static const notch_digits_style styles[NOTCH_DIGITS_CLASSES][4] = {
    {STYLE(7, zero_oval), STYLE(6, zero_overlap), STYLE(3, zero_narrow)},
    {STYLE(9, one_plain), STYLE(5, one_flag), STYLE(2, one_base)},
    {STYLE(6, two_angle), STYLE(5, two_loop), STYLE(3, two_flat), STYLE(2, two_swan)},
    {STYLE(6, three_round), STYLE(3, three_flat), STYLE(4, three_curl), STYLE(3, three_long)},
    {STYLE(6, four_open), STYLE(4, four_closed), STYLE(4, four_bowl), STYLE(2, four_stroke)},
    {STYLE(7, five_hat), STYLE(5, five_stroke), STYLE(4, five_smooth)},
    {STYLE(7, six_round), STYLE(5, six_straight), STYLE(4, six_curl)},
    {STYLE(6, seven_plain), STYLE(4, seven_bar), STYLE(3, seven_serif), STYLE(3, seven_curved)},
    {STYLE(7, eight_stroke), STYLE(4, eight_rings), STYLE(5, eight_open)},
    {STYLE(7, nine_stem), STYLE(5, nine_tail), STYLE(4, nine_slant)},
};
/* clang-format on */

const notch_digits_style *notch_digits_style_at(uint32_t digit, uint32_t share)
{
    const notch_digits_style *style = styles[digit];
    while (share >= style->share) {
        share -= style->share;
        style++;
    }
    return style;
}
