/* image.h - a single image: from a picture file to what a model takes, and drawn in a terminal.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_IMAGE_H
#define NOTCH_CLI_IMAGE_H

#include <notch/model.h>
#include <notch/png.h>

typedef struct image_fit {
    notch_shape shape; /* of the result; 1 or 3 channels */
    uint32_t maximum;  /* of its scale, 1 to 255 */
    bool invert;       /* the picture is dark on light, the model's images are light on dark */
} image_fit;

/* pixels[channels][height][width] = the picture, scaled to the largest size that fits with its
 * sides in proportion (a pixel is the mean of the area that it covers, rounded), in the middle of
 * black. Colours become grey by their luma (0.30 red, 0.59 green, 0.11 blue); grey becomes three
 * equal colours. */
void image_fit_picture(const notch_picture *picture, const image_fit *fit, uint8_t *pixels);

/* Draws pixels[channels][height][width], 0 .. maximum, on standard output, at most 40 pixels wide,
 * each pixel two columns; colours as grey. blocks: with shades of UTF-8, else with ASCII. */
void image_draw(const uint8_t *pixels, const notch_shape *shape, uint32_t maximum, bool blocks);

#endif
