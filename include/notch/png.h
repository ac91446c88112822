/* notch/png.h - pictures in PNG files.
 * SPDX-License-Identifier: MIT
 *
 * libpng does the work; a build without it returns UNSUPPORTED. Nothing here prints or reads the
 * environment. Any thread may call.
 */
#ifndef NOTCH_PNG_H
#define NOTCH_PNG_H

#include <notch/core.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NOTCH_PNG_SIDE_MAX 32768     /* rows, and pixels in a row */
#define NOTCH_PNG_BYTES_MAX 67108864 /* width * height * channels */

/* A picture of 8-bit samples, grey or red, green, blue. */
typedef struct notch_picture {
    uint32_t width, height; /* 1 to NOTCH_PNG_SIDE_MAX */
    uint32_t channels;      /* 1: grey, 0 is black; 3: red, green, blue */
    uint8_t *samples;       /* samples[height][width][channels], top row first */
} notch_picture;

/* A black picture. Errors: ARGUMENT (channels, a missing result), RANGE (sizes), MEMORY. */
NOTCH_API notch_status notch_picture_create(uint32_t width, uint32_t height, uint32_t channels,
                                            notch_picture **picture, notch_error *error);
/* Frees a picture that notch_picture_create or notch_png_read has made; NULL is fine. */
NOTCH_API void notch_picture_destroy(notch_picture *picture);

/* Reads a PNG file of any kind. Palettes become colours, fewer than 8 bits a sample are stretched
 * to the full range, of 16 bits the upper 8 are kept rounded; what is transparent is laid on white.
 * Grey stays grey. Sizes are checked against the limits above, and against what the file can hold,
 * before memory is reserved. Errors: ARGUMENT, INPUT (the file cannot be read, is no PNG, damaged,
 * cut short, too large), MEMORY, UNSUPPORTED. */
NOTCH_API notch_status notch_png_read(const char *path, notch_picture **picture,
                                      notch_error *error);

/* Writes a PNG file with 8 bits a sample; one that is there is replaced at once when all is
 * written (a file PATH.part beside it, then a rename). Errors: ARGUMENT, RANGE, INPUT (the file
 * cannot be written), MEMORY, UNSUPPORTED. */
NOTCH_API notch_status notch_png_write(const char *path, const notch_picture *picture,
                                       notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
