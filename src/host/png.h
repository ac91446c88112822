/* png.h - pictures from and to PNG data in memory.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_PNG_H
#define NOTCH_HOST_PNG_H

#include <notch/png.h>

/* name: of the data, for messages. Errors: as of notch_png_read. */
notch_status notch_png_decode(const char *name, const uint8_t *bytes, size_t count,
                              notch_picture **picture, notch_error *error);

/* bytes[0 .. count), to be freed. The picture has been checked. Errors: MEMORY, UNSUPPORTED. */
notch_status notch_png_encode(const char *name, const notch_picture *picture, uint8_t **bytes,
                              size_t *count, notch_error *error);

#endif
