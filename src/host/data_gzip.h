/* data_gzip.h - decoding of gzip data with zlib, piece by piece.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_GZIP_H
#define NOTCH_HOST_DATA_GZIP_H

#include <notch/core.h>

/* A byte of deflate data stands for at most 1,032 bytes ("zlib Technical Details"). */
enum {
    NOTCH_GZIP_RATIO_MAX = 1032
};

typedef struct notch_gzip notch_gzip;

/* name: of the file, for messages; stays the caller's. Errors: MEMORY, UNSUPPORTED. */
notch_status notch_gzip_create(const char *name, notch_gzip **gzip, notch_error *error);
void notch_gzip_destroy(notch_gzip *gzip);

/* Takes some of the *raw_count > 0 bytes at *raw and writes *made <= room bytes to `to`, room > 0.
 * Members that follow each other are one content, as for gzip itself. Errors: INPUT, MEMORY. */
notch_status notch_gzip_decode(notch_gzip *gzip, const uint8_t **raw, size_t *raw_count,
                               uint8_t *to, size_t room, size_t *made, notch_error *error);

/* Whether what was taken so far ends with a member, so that the file may end here. */
bool notch_gzip_complete(const notch_gzip *gzip);

#endif
