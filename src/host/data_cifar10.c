/* data_cifar10.c - the binary batches of CIFAR-10.
 * SPDX-License-Identifier: MIT
 *
 * A record is a label and the planes red, green and blue, each of 32 rows of 32 pixels.
 */
#include "host/data_cifar10.h"

#include <stdlib.h>

#include "base/message.h"
#include "host/data_set.h"

enum {
    PIXELS = 3 * 32 * 32,
    RECORD = 1 + PIXELS,
    CLASSES = 10,
    USUAL_RECORDS = 10000 /* of a file: where the content's size is not known */
};

static notch_status fail_size(const char *file, uint64_t size, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "%s: %u bytes, expected one or more records of %u bytes (CIFAR-10)", file,
                      size, (uint64_t)RECORD);
}

/* Appends all records of a stream. */
static notch_status append_batch(notch_stream *stream, notch_dataset *dataset, uint64_t *capacity,
                                 notch_error *error)
{
    const char *file = notch_stream_name(stream);
    bool known;
    const uint64_t size = notch_stream_size(stream, &known);
    if (known && (size == 0 || size % RECORD != 0)) {
        return fail_size(file, size, error);
    }
    const uint64_t before = dataset->count;
    notch_status status = notch_dataset_reserve(
        dataset, capacity, before + (known ? size / RECORD : USUAL_RECORDS), file, error);
    while (status == NOTCH_OK) {
        uint8_t label;
        size_t got = 0;
        status = notch_stream_read(stream, &label, 1, &got, error);
        if (status != NOTCH_OK || got == 0) {
            break;
        }
        status = notch_dataset_reserve(dataset, capacity, dataset->count + 1, file, error);
        if (status != NOTCH_OK) {
            return status;
        }
        uint8_t *image = dataset->images + (size_t)dataset->count * PIXELS;
        status = notch_stream_read(stream, image, PIXELS, &got, error);
        if (status == NOTCH_OK && got < PIXELS) {
            return fail_size(file, notch_stream_position(stream), error);
        }
        if (status == NOTCH_OK && label >= CLASSES) {
            return notch_fail(error, NOTCH_ERROR_INPUT,
                              "%s: record %u (from 0) has label %u, expected less than %u", file,
                              dataset->count - before, (uint64_t)label, (uint64_t)CLASSES);
        }
        dataset->labels[dataset->count] = label;
        dataset->count++;
    }
    if (status == NOTCH_OK && dataset->count == before) {
        return fail_size(file, 0, error);
    }
    return status;
}

notch_status notch_cifar10_parse(notch_stream *const *streams, size_t count, const char *name,
                                 notch_dataset **dataset, notch_error *error)
{
    notch_dataset sizes = {
        .count = 1, .channels = 3, .height = 32, .width = 32, .classes = CLASSES, .maximum = 255};
    notch_dataset_name_from(name, sizes.name);
    notch_dataset *read = NULL;
    notch_status status = notch_dataset_create(&sizes, &read, error);
    if (status != NOTCH_OK) {
        return status;
    }
    uint64_t capacity = 1;
    read->count = 0;
    for (size_t i = 0; i < count && status == NOTCH_OK; i++) {
        status = append_batch(streams[i], read, &capacity, error);
    }
    if (status != NOTCH_OK) {
        notch_dataset_destroy(read);
        return status;
    }
    notch_dataset_trim(read);
    *dataset = read;
    return NOTCH_OK;
}

notch_status notch_dataset_read_cifar10(const char *const *paths, size_t path_count,
                                        const char *name, notch_dataset **dataset,
                                        notch_error *error)
{
    if (paths == NULL || path_count == 0 || dataset == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "CIFAR-10 files: %s missing",
                          dataset == NULL ? "the result is" : "paths are");
    }
    notch_stream **streams = calloc(path_count, sizeof *streams);
    if (streams == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "CIFAR-10 files: no memory for %u of them",
                          (uint64_t)path_count);
    }
    notch_status status = NOTCH_OK;
    for (size_t i = 0; i < path_count && status == NOTCH_OK; i++) {
        status = paths[i] == NULL
                     ? notch_fail(error, NOTCH_ERROR_ARGUMENT,
                                  "CIFAR-10 files: path %u (from 0) is missing", (uint64_t)i)
                     : notch_stream_open(paths[i], &streams[i], error);
    }
    if (status == NOTCH_OK) {
        status = notch_cifar10_parse(streams, path_count, name != NULL ? name : paths[0], dataset,
                                     error);
    }
    for (size_t i = 0; i < path_count; i++) {
        notch_stream_close(streams[i]);
    }
    free(streams);
    return status;
}
