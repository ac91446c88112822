/* data_idx.c - images and labels in the IDX format.
 * SPDX-License-Identifier: MIT
 *
 * Both headers are read and compared before memory is reserved for what they announce.
 */
#include "host/data_idx.h"

#include "base/message.h"
#include "host/data_set.h"

enum {
    UNSIGNED_BYTE = 8,
    DIMENSIONS_MAX = 4
};

typedef struct idx_header {
    uint64_t count;
    uint32_t channels, height, width; /* 1 for labels */
    uint64_t header_bytes, bytes;     /* bytes: of the whole content */
} idx_header;

/* Reads `count` bytes of the header; expected: its size as far as it is known. */
static notch_status read_header_bytes(notch_stream *stream, uint8_t *bytes, size_t count,
                                      uint64_t expected, notch_error *error)
{
    size_t got;
    const notch_status status = notch_stream_read(stream, bytes, count, &got, error);
    if (status == NOTCH_OK && got < count) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: %s after %u bytes, expected an IDX header of %u",
                          notch_stream_name(stream), got == 0 && expected == 4 ? "empty" : "ends",
                          notch_stream_position(stream), expected);
    }
    return status;
}

static notch_status check_magic(const char *file, const uint8_t magic[4], bool images,
                                notch_error *error)
{
    const bool idx = magic[0] == 0 && magic[1] == 0 && magic[2] == UNSIGNED_BYTE;
    if (idx && magic[3] == (images ? 1 : 3)) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: holds IDX %s, expected %s", file,
                          images ? "labels" : "images", images ? "images" : "labels");
    }
    if (!idx || !(images ? magic[3] == 3 || magic[3] == 4 : magic[3] == 1)) {
        return notch_fail(
            error, NOTCH_ERROR_INPUT, "%s: begins with bytes %u %u %u %u, expected %s", file,
            (uint64_t)magic[0], (uint64_t)magic[1], (uint64_t)magic[2], (uint64_t)magic[3],
            images ? "0 0 8 3 or 0 0 8 4 (IDX images in unsigned bytes)"
                   : "0 0 8 1 (IDX labels in unsigned bytes)");
    }
    return NOTCH_OK;
}

static notch_status check_sizes(const char *file, const idx_header *header, notch_error *error)
{
    /* each size is below 2^32, and `rows` is a factor only where it is small: nothing overflows */
    const uint64_t rows = (uint64_t)header->channels * header->height;
    const uint64_t pixels = rows <= NOTCH_DATASET_IMAGE_MAX ? rows * header->width : rows;
    if (header->count >= 1 && header->count <= NOTCH_DATASET_COUNT_MAX && pixels >= 1 &&
        header->width >= 1 && pixels <= NOTCH_DATASET_IMAGE_MAX &&
        header->count * pixels <= NOTCH_DATASET_BYTES_MAX) {
        return NOTCH_OK;
    }
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "%s: announces %u items of %u x %u x %u bytes, expected 1 to %u items of "
                      "1 to %u bytes, at most %u bytes in all",
                      file, header->count, (uint64_t)header->channels, (uint64_t)header->height,
                      (uint64_t)header->width, (uint64_t)NOTCH_DATASET_COUNT_MAX,
                      (uint64_t)NOTCH_DATASET_IMAGE_MAX, NOTCH_DATASET_BYTES_MAX);
}

/* Whether the file can hold what its header announces. */
static notch_status check_room(notch_stream *stream, const idx_header *header, notch_error *error)
{
    bool known;
    const uint64_t size = notch_stream_size(stream, &known);
    if (known && size != header->bytes) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: has %u bytes, expected the %u that its header announces",
                          notch_stream_name(stream), size, header->bytes);
    }
    if (size < header->bytes) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: its header announces %u bytes, expected at most %u: no gzip file of "
                          "its size holds more",
                          notch_stream_name(stream), header->bytes, size);
    }
    return NOTCH_OK;
}

static notch_status read_header(notch_stream *stream, bool images, idx_header *header,
                                notch_error *error)
{
    const char *file = notch_stream_name(stream);
    uint8_t bytes[4 * DIMENSIONS_MAX];
    notch_status status = read_header_bytes(stream, bytes, 4, 4, error);
    if (status == NOTCH_OK) {
        status = check_magic(file, bytes, images, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    const size_t dimensions = bytes[3];
    header->header_bytes = 4 + 4 * dimensions;
    status = read_header_bytes(stream, bytes, 4 * dimensions, header->header_bytes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    uint32_t sizes[DIMENSIONS_MAX] = {0};
    for (size_t i = 0; i < dimensions; i++) {
        const uint8_t *size = bytes + 4 * i;
        sizes[i] =
            (uint32_t)size[0] << 24 | (uint32_t)size[1] << 16 | (uint32_t)size[2] << 8 | size[3];
    }
    header->count = sizes[0];
    header->channels = dimensions == 4 ? sizes[1] : 1;
    header->height = images ? sizes[dimensions - 2] : 1;
    header->width = images ? sizes[dimensions - 1] : 1;
    status = check_sizes(file, header, error);
    if (status != NOTCH_OK) {
        return status;
    }
    header->bytes =
        header->header_bytes + header->count * header->channels * header->height * header->width;
    return check_room(stream, header, error);
}

static notch_status check_agreement(notch_stream *images, const idx_header *of_images,
                                    notch_stream *labels, const idx_header *of_labels,
                                    const notch_data_format *format, notch_error *error)
{
    if (of_images->count != of_labels->count) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: %u labels, expected %u as images in %s",
                          notch_stream_name(labels), of_labels->count, of_images->count,
                          notch_stream_name(images));
    }
    if (format->channels != 0 &&
        (format->channels != of_images->channels || format->height != of_images->height ||
         format->width != of_images->width)) {
        return notch_fail(
            error, NOTCH_ERROR_INPUT,
            "%s: images of %u x %u x %u (channels, height, width), expected %u x %u x "
            "%u",
            notch_stream_name(images), (uint64_t)of_images->channels, (uint64_t)of_images->height,
            (uint64_t)of_images->width, (uint64_t)format->channels, (uint64_t)format->height,
            (uint64_t)format->width);
    }
    return NOTCH_OK;
}

/* Reads what follows the header, and nothing may follow that. */
static notch_status read_body(notch_stream *stream, const idx_header *header, uint8_t *to,
                              notch_error *error)
{
    size_t got;
    bool ended = false;
    notch_status status =
        notch_stream_read(stream, to, (size_t)(header->bytes - header->header_bytes), &got, error);
    const uint64_t size = notch_stream_position(stream);
    if (status == NOTCH_OK && size == header->bytes) {
        status = notch_stream_end(stream, &ended, error);
    }
    if (status == NOTCH_OK && !ended) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: has %s %u bytes, expected the %u that its header announces",
                          notch_stream_name(stream), size < header->bytes ? "only" : "more than",
                          size, header->bytes);
    }
    return status;
}

static notch_status check_labels(notch_dataset *dataset, const char *file, uint32_t classes,
                                 notch_error *error)
{
    for (uint64_t i = 0; classes != 0 && i < dataset->count; i++) {
        if (dataset->labels[i] >= classes) {
            return notch_fail(error, NOTCH_ERROR_INPUT,
                              "%s: the label of image %u (from 0) is %u, expected less than %u",
                              file, i, (uint64_t)dataset->labels[i], (uint64_t)classes);
        }
    }
    dataset->classes = classes != 0 ? classes : notch_dataset_highest_class(dataset);
    return NOTCH_OK;
}

notch_status notch_idx_parse(notch_stream *images, notch_stream *labels,
                             const notch_data_format *format, const char *name,
                             notch_dataset **dataset, notch_error *error)
{
    idx_header of_images, of_labels;
    notch_status status = read_header(images, true, &of_images, error);
    if (status == NOTCH_OK) {
        status = read_header(labels, false, &of_labels, error);
    }
    if (status == NOTCH_OK) {
        status = check_agreement(images, &of_images, labels, &of_labels, format, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    notch_dataset sizes = {.count = of_images.count,
                           .channels = of_images.channels,
                           .height = of_images.height,
                           .width = of_images.width,
                           .classes = NOTCH_DATASET_CLASSES_MAX,
                           .maximum = 255};
    notch_dataset_name_from(name, sizes.name);
    notch_dataset *read = NULL;
    status = notch_dataset_create(&sizes, &read, error);
    if (status == NOTCH_OK) {
        status = read_body(labels, &of_labels, read->labels, error);
    }
    if (status == NOTCH_OK) {
        status = check_labels(read, notch_stream_name(labels), format->classes, error);
    }
    if (status == NOTCH_OK) {
        status = read_body(images, &of_images, read->images, error);
    }
    if (status != NOTCH_OK) {
        notch_dataset_destroy(read);
        return status;
    }
    *dataset = read;
    return NOTCH_OK;
}

notch_status notch_dataset_read_idx(const char *images_path, const char *labels_path,
                                    const notch_data_format *format, const char *name,
                                    notch_dataset **dataset, notch_error *error)
{
    static const notch_data_format any;
    if (images_path == NULL || labels_path == NULL || dataset == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "IDX files: %s missing",
                          dataset == NULL ? "the result is" : "a path is");
    }
    if (format == NULL) {
        format = &any;
    }
    notch_stream *images = NULL, *labels = NULL;
    notch_status status = notch_data_format_check(format, error);
    if (status == NOTCH_OK) {
        status = notch_stream_open(images_path, &images, error);
    }
    if (status == NOTCH_OK) {
        status = notch_stream_open(labels_path, &labels, error);
    }
    if (status == NOTCH_OK) {
        status = notch_idx_parse(images, labels, format, name != NULL ? name : images_path, dataset,
                                 error);
    }
    notch_stream_close(labels);
    notch_stream_close(images);
    return status;
}
