/* png_file.c - pictures in memory, and PNG files.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "base/message.h"
#include "host/data_stream.h"
#include "host/fetch_part.h"
#include "host/png.h"

enum {
    /* Bytes of the largest file that is read: samples that cannot be compressed have some 0.1 %
     * more in a file, and 16 bits instead of 8, and a fourth channel. */
    FILE_MAX = 3 * NOTCH_PNG_BYTES_MAX
};

/* ---- pictures -------------------------------------------------------------------------------- */

static notch_status check(uint32_t width, uint32_t height, uint32_t channels, notch_error *error)
{
    if (channels != 1 && channels != 3) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "picture: has %u channels, expected 1 (grey) or 3 (red, green, blue)",
                          (uint64_t)channels);
    }
    if (width < 1 || width > NOTCH_PNG_SIDE_MAX || height < 1 || height > NOTCH_PNG_SIDE_MAX ||
        (uint64_t)width * height * channels > NOTCH_PNG_BYTES_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "picture: has %u x %u pixels, expected 1 to %u on each side and at most "
                          "%u samples",
                          (uint64_t)width, (uint64_t)height, (uint64_t)NOTCH_PNG_SIDE_MAX,
                          (uint64_t)NOTCH_PNG_BYTES_MAX);
    }
    return NOTCH_OK;
}

notch_status notch_picture_create(uint32_t width, uint32_t height, uint32_t channels,
                                  notch_picture **picture, notch_error *error)
{
    if (picture == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "picture: the result is missing");
    }
    const notch_status status = check(width, height, channels, error);
    if (status != NOTCH_OK) {
        return status;
    }
    notch_picture *created = calloc(1, sizeof *created);
    if (created != NULL) {
        *created = (notch_picture){width, height, channels,
                                   calloc((size_t)width * height, (size_t)channels)};
    }
    if (created == NULL || created->samples == NULL) {
        free(created);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "picture: no memory for %u x %u pixels",
                          (uint64_t)width, (uint64_t)height);
    }
    *picture = created;
    return NOTCH_OK;
}

void notch_picture_destroy(notch_picture *picture)
{
    if (picture != NULL) {
        free(picture->samples);
        free(picture);
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static notch_status read_whole(notch_stream *stream, uint8_t **bytes, size_t *count,
                               notch_error *error)
{
    bool known;
    const uint64_t size = notch_stream_size(stream, &known);
    if (!known || size > FILE_MAX) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          known ? "%s: has more than %u bytes, expected a smaller picture"
                                : "%s: is compressed with gzip, expected a PNG file",
                          notch_stream_name(stream), (uint64_t)FILE_MAX);
    }
    *bytes = malloc((size_t)size + 1);
    if (*bytes == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it",
                          notch_stream_name(stream));
    }
    return notch_stream_read(stream, *bytes, (size_t)size, count, error);
}

notch_status notch_png_read(const char *path, notch_picture **picture, notch_error *error)
{
    notch_stream *stream = NULL;
    uint8_t *bytes = NULL;
    size_t count = 0;
    if (path == NULL || picture == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "PNG: the %s missing",
                          path == NULL ? "path is" : "result is");
    }
    notch_status status = notch_stream_open(path, &stream, error);
    if (status == NOTCH_OK) {
        status = read_whole(stream, &bytes, &count, error);
    }
    if (status == NOTCH_OK) {
        status = notch_png_decode(path, bytes, count, picture, error);
    }
    free(bytes);
    notch_stream_close(stream);
    return status;
}

static notch_status write_whole(const char *path, const uint8_t *bytes, size_t count,
                                notch_error *error)
{
    notch_part part;
    notch_status status = notch_part_open("", path, &part, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status = notch_part_empty(&part, error);
    if (status == NOTCH_OK) {
        status = notch_part_append(&part, bytes, count, error);
    }
    if (status == NOTCH_OK) {
        status = notch_part_install(&part, error);
    }
    part.bytes = 0; /* half a picture is of no use */
    notch_part_close(&part);
    return status;
}

notch_status notch_png_write(const char *path, const notch_picture *picture, notch_error *error)
{
    uint8_t *bytes = NULL;
    size_t count = 0;
    if (path == NULL || path[0] == '\0' || picture == NULL || picture->samples == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "PNG: the %s missing",
                          path == NULL || path[0] == '\0' ? "path is" : "picture is");
    }
    notch_status status = check(picture->width, picture->height, picture->channels, error);
    if (status == NOTCH_OK) {
        status = notch_png_encode(path, picture, &bytes, &count, error);
    }
    if (status == NOTCH_OK) {
        status = write_whole(path, bytes, count, error);
    }
    free(bytes);
    return status;
}
