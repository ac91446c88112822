/* image.c - a single image: from a picture file to what a model takes, and drawn in a terminal.
 * SPDX-License-Identifier: MIT
 */
#include "image.h"

#include <stdio.h>

enum {
    DRAWN_MAX = 40, /* pixels on each side, two columns each */
    LUMA_RED = 77,  /* of 256 */
    LUMA_GREEN = 150,
    LUMA_BLUE = 29
};

/* ---- scaling --------------------------------------------------------------------------------- */

/* Samples of a picture or of an image, whose channels lie next to each other or in planes. */
typedef struct samples {
    const uint8_t *values;
    uint32_t width, height;
    size_t pixel, row, channel; /* distances */
} samples;

typedef struct interval {
    uint64_t begin, end;
} interval;

static uint64_t overlap(interval a, interval b)
{
    const uint64_t begin = a.begin > b.begin ? a.begin : b.begin;
    const uint64_t end = a.end < b.end ? a.end : b.end;
    return end > begin ? end - begin : 0;
}

/* Mean of a channel over pixel (x, y) of width x height that cover the samples. In units of
 * 1 / width and 1 / height of a sample, a sample is `width` wide and a pixel s->width: all products
 * are below 2^15 * 2^15 * 2^16 and their sum of weights is s->width * s->height. */
static uint32_t mean_of(const samples *s, size_t channel, uint32_t width, uint32_t height,
                        uint32_t x, uint32_t y)
{
    const interval across = {(uint64_t)x * s->width, (uint64_t)(x + 1) * s->width};
    const interval down = {(uint64_t)y * s->height, (uint64_t)(y + 1) * s->height};
    const uint64_t area = (uint64_t)s->width * s->height;
    uint64_t sum = 0;
    for (uint64_t v = down.begin / height; v * height < down.end; v++) {
        const uint64_t tall = overlap(down, (interval){v * height, (v + 1) * height});
        for (uint64_t u = across.begin / width; u * width < across.end; u++) {
            const uint64_t wide = overlap(across, (interval){u * width, (u + 1) * width});
            sum += tall * wide * s->values[v * s->row + u * s->pixel + channel * s->channel];
        }
    }
    return (uint32_t)((sum + area / 2) / area);
}

static uint32_t luma(const uint32_t colour[3])
{
    return (LUMA_RED * colour[0] + LUMA_GREEN * colour[1] + LUMA_BLUE * colour[2] + 128) / 256;
}

/* round(length * numerator / denominator), at least 1 */
static uint32_t scaled(uint32_t length, uint32_t numerator, uint32_t denominator)
{
    const uint64_t rounded = ((uint64_t)length * numerator + denominator / 2) / denominator;
    return rounded == 0 ? 1 : (uint32_t)rounded;
}

/* The largest size within `frame` that has the proportions of the samples. */
static notch_shape fitting(const samples *s, uint32_t width, uint32_t height)
{
    const bool wide = (uint64_t)s->width * height >= (uint64_t)s->height * width;
    return wide ? (notch_shape){1, scaled(s->height, width, s->width), width}
                : (notch_shape){1, height, scaled(s->width, height, s->height)};
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void fit_pixel(const samples *s, uint32_t picture_channels, const image_fit *fit,
                      const notch_shape *size, uint32_t x, uint32_t y, uint8_t *pixel)
{
    uint32_t colour[3];
    for (size_t c = 0; c < 3; c++) {
        colour[c] = mean_of(s, picture_channels == 3 ? c : 0, size->width, size->height, x, y);
    }
    if (fit->shape.channels == 1 && picture_channels == 3) {
        colour[0] = luma(colour);
    }
    for (uint32_t c = 0; c < fit->shape.channels; c++) {
        const uint32_t value = fit->invert ? 255 - colour[c] : colour[c];
        pixel[(size_t)c * fit->shape.height * fit->shape.width] =
            (uint8_t)((value * fit->maximum + 127) / 255);
    }
}

void image_fit_picture(const notch_picture *picture, const image_fit *fit, uint8_t *pixels)
{
    const samples s = {.values = picture->samples,
                       .width = picture->width,
                       .height = picture->height,
                       .pixel = picture->channels,
                       .row = (size_t)picture->width * picture->channels,
                       .channel = 1};
    const notch_shape *shape = &fit->shape, size = fitting(&s, shape->width, shape->height);
    const uint32_t left = (shape->width - size.width) / 2;
    const uint32_t top = (shape->height - size.height) / 2;
    const size_t count = (size_t)shape->channels * shape->height * shape->width;
    for (size_t i = 0; i < count; i++) {
        pixels[i] = 0;
    }
    for (uint32_t y = 0; y < size.height; y++) {
        for (uint32_t x = 0; x < size.width; x++) {
            fit_pixel(&s, picture->channels, fit, &size, x, y,
                      pixels + (size_t)(top + y) * shape->width + left + x);
        }
    }
}

/* ---- drawing --------------------------------------------------------------------------------- */

static uint32_t grey_of(const samples *s, uint32_t channels, const notch_shape *size, uint32_t x,
                        uint32_t y)
{
    uint32_t colour[3];
    for (size_t c = 0; c < 3; c++) {
        colour[c] = mean_of(s, channels == 3 ? c : 0, size->width, size->height, x, y);
    }
    return channels == 3 ? luma(colour) : colour[0];
}

/* level: 0 to 1000 */
static const char *shade(uint32_t level, bool blocks)
{
    static const char *const ascii[] = {"  ", "..", "::", "--", "==", "++", "**", "##", "%%", "@@"};
    static const char *const shades[] = {"  ", "\xe2\x96\x91\xe2\x96\x91",
                                         "\xe2\x96\x92\xe2\x96\x92", "\xe2\x96\x93\xe2\x96\x93",
                                         "\xe2\x96\x88\xe2\x96\x88"};
    return blocks ? shades[(level * 4 + 500) / 1000] : ascii[(level * 9 + 500) / 1000];
}

void image_draw(const uint8_t *pixels, const notch_shape *shape, uint32_t maximum, bool blocks)
{
    const samples s = {.values = pixels,
                       .width = shape->width,
                       .height = shape->height,
                       .pixel = 1,
                       .row = shape->width,
                       .channel = (size_t)shape->height * shape->width};
    const bool large = shape->width > DRAWN_MAX || shape->height > DRAWN_MAX;
    const notch_shape size = large ? fitting(&s, DRAWN_MAX, DRAWN_MAX) : *shape;
    for (uint32_t y = 0; y < size.height; y++) {
        const char *row[DRAWN_MAX];
        uint32_t length = 0; /* without the blanks at its end */
        for (uint32_t x = 0; x < size.width; x++) {
            const uint32_t grey = grey_of(&s, shape->channels, &size, x, y);
            row[x] = shade(grey * 1000 / maximum, blocks);
            length = row[x][0] == ' ' ? length : x + 1;
        }
        for (uint32_t x = 0; x < length; x++) {
            printf("%s", row[x]);
        }
        printf("\n");
    }
}
