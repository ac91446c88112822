/* data_set.c - images and labels in memory.
 * SPDX-License-Identifier: MIT
 */
#include "host/data_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"

/* Each factor is at most IMAGE_MAX = 2^20, so that no product here exceeds 2^60. */
static bool image_fits(uint64_t channels, uint64_t height, uint64_t width)
{
    return channels <= NOTCH_DATASET_IMAGE_MAX && height <= NOTCH_DATASET_IMAGE_MAX &&
           width <= NOTCH_DATASET_IMAGE_MAX && channels * height * width <= NOTCH_DATASET_IMAGE_MAX;
}

static uint64_t image_bytes(const notch_dataset *dataset)
{
    return (uint64_t)dataset->channels * dataset->height * dataset->width;
}

void notch_dataset_name_from(const char *path, char name[NOTCH_DATASET_NAME_MAX + 1])
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    const size_t length =
        end - start < NOTCH_DATASET_NAME_MAX ? end - start : NOTCH_DATASET_NAME_MAX;
    memcpy(name, path + start, length);
    name[length] = '\0';
}

notch_status notch_data_format_check(const notch_data_format *format, notch_error *error)
{
    if (format->classes > NOTCH_DATASET_CLASSES_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "data format: %u classes, expected at most %u",
                          (uint64_t)format->classes, (uint64_t)NOTCH_DATASET_CLASSES_MAX);
    }
    if (format->maximum > 255) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "data format: maximum %u, expected at most 255",
                          (uint64_t)format->maximum);
    }
    const int given = (format->channels != 0) + (format->height != 0) + (format->width != 0);
    if (given != 0 && given != 3) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "data format: images of %u x %u x %u (channels, height, width), expected "
                          "all three or none",
                          (uint64_t)format->channels, (uint64_t)format->height,
                          (uint64_t)format->width);
    }
    if (!image_fits(format->channels, format->height, format->width)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "data format: images of %u x %u x %u, expected at most %u pixels",
                          (uint64_t)format->channels, (uint64_t)format->height,
                          (uint64_t)format->width, (uint64_t)NOTCH_DATASET_IMAGE_MAX);
    }
    return NOTCH_OK;
}

static notch_status check_sizes(const notch_dataset *sizes, notch_error *error)
{
    if (sizes->count < 1 || sizes->count > NOTCH_DATASET_COUNT_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "data set: %u images, expected 1 to %u",
                          sizes->count, (uint64_t)NOTCH_DATASET_COUNT_MAX);
    }
    if (sizes->channels < 1 || sizes->height < 1 || sizes->width < 1 ||
        !image_fits(sizes->channels, sizes->height, sizes->width)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "data set: images of %u x %u x %u, expected 1 to %u pixels",
                          (uint64_t)sizes->channels, (uint64_t)sizes->height,
                          (uint64_t)sizes->width, (uint64_t)NOTCH_DATASET_IMAGE_MAX);
    }
    if (sizes->count * image_bytes(sizes) > NOTCH_DATASET_BYTES_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "data set: %u bytes, expected at most %u",
                          sizes->count * image_bytes(sizes), NOTCH_DATASET_BYTES_MAX);
    }
    if (sizes->classes < 1 || sizes->classes > NOTCH_DATASET_CLASSES_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "data set: %u classes, expected 1 to %u",
                          (uint64_t)sizes->classes, (uint64_t)NOTCH_DATASET_CLASSES_MAX);
    }
    if (sizes->maximum < 1 || sizes->maximum > 255) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "data set: maximum %u, expected 1 to 255",
                          (uint64_t)sizes->maximum);
    }
    return NOTCH_OK;
}

notch_status notch_dataset_create(const notch_dataset *sizes, notch_dataset **dataset,
                                  notch_error *error)
{
    if (sizes == NULL || dataset == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "data set: the %s missing",
                          sizes == NULL ? "sizes are" : "result is");
    }
    if (memchr(sizes->name, '\0', sizeof sizes->name) == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "data set: the name has no end, expected at most %u bytes",
                          (uint64_t)NOTCH_DATASET_NAME_MAX);
    }
    const notch_status status = check_sizes(sizes, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const uint64_t bytes = sizes->count * image_bytes(sizes);
    notch_dataset *created = malloc(sizeof *created);
    if (created != NULL) {
        *created = *sizes;
        created->images = bytes <= SIZE_MAX ? calloc((size_t)bytes, 1) : NULL;
        created->labels = calloc((size_t)sizes->count, 1);
    }
    if (created == NULL || created->images == NULL || created->labels == NULL) {
        notch_dataset_destroy(created);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "data set %s: no memory for %u bytes",
                          sizes->name, bytes + sizes->count);
    }
    *dataset = created;
    return NOTCH_OK;
}

void notch_dataset_destroy(notch_dataset *dataset)
{
    if (dataset != NULL) {
        free(dataset->images);
        free(dataset->labels);
        free(dataset);
    }
}

/* Changes the room to `capacity` images; false, with nothing lost, if there is no memory. */
static bool resize(notch_dataset *dataset, uint64_t capacity)
{
    const uint64_t bytes = capacity * image_bytes(dataset);
    uint8_t *images = bytes <= SIZE_MAX ? realloc(dataset->images, (size_t)bytes) : NULL;
    if (images == NULL) {
        return false;
    }
    dataset->images = images;
    uint8_t *labels = realloc(dataset->labels, (size_t)capacity);
    if (labels == NULL) {
        return false;
    }
    dataset->labels = labels;
    return true;
}

notch_status notch_dataset_reserve(notch_dataset *dataset, uint64_t *capacity, uint64_t wanted,
                                   const char *file, notch_error *error)
{
    if (wanted <= *capacity) {
        return NOTCH_OK;
    }
    uint64_t most = NOTCH_DATASET_BYTES_MAX / image_bytes(dataset);
    if (most > NOTCH_DATASET_COUNT_MAX) {
        most = NOTCH_DATASET_COUNT_MAX;
    }
    if (wanted > most) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: more images of %u bytes than can be held, expected at most %u", file,
                          image_bytes(dataset), most);
    }
    uint64_t room = 2 * *capacity > wanted ? 2 * *capacity : wanted;
    if (room > most) {
        room = most;
    }
    if (!resize(dataset, room)) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory for %u images of %u bytes",
                          file, room, image_bytes(dataset));
    }
    *capacity = room;
    return NOTCH_OK;
}

void notch_dataset_trim(notch_dataset *dataset)
{
    (void)resize(dataset, dataset->count); /* keeping the room is no failure */
}

uint32_t notch_dataset_highest_class(const notch_dataset *dataset)
{
    uint32_t highest = 0;
    for (uint64_t i = 0; i < dataset->count; i++) {
        if (dataset->labels[i] > highest) {
            highest = dataset->labels[i];
        }
    }
    return highest + 1;
}
