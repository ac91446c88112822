/* data_part.c - the training or the test part of a data set, from the files of a folder.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "host/data_part.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "host/data_cifar10.h"
#include "host/data_content.h"
#include "host/data_csv.h"
#include "host/data_idx.h"
#include "host/data_stream.h"

typedef struct open_part {
    size_t count;
    char *paths[NOTCH_DATA_FILES_MAX]; /* the streams' names */
    notch_stream *streams[NOTCH_DATA_FILES_MAX];
} open_part;

char *notch_path_join(const char *first, const char *second, const char *end)
{
    const size_t lengths[3] = {strlen(first), strlen(second), strlen(end)};
    char *path = malloc(lengths[0] + lengths[1] + lengths[2] + 2);
    if (path == NULL) {
        return NULL;
    }
    char *to = path;
    memcpy(to, first, lengths[0]);
    to += lengths[0];
    if (lengths[1] != 0 && lengths[0] != 0 && to[-1] != '/') {
        *to++ = '/';
    }
    memcpy(to, second, lengths[1]);
    memcpy(to + lengths[1], end, lengths[2] + 1);
    return path;
}

static notch_status fail_memory(const char *folder, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to look into it", folder);
}

notch_status notch_data_file_path(const char *folder, const char *file, char **path,
                                  notch_error *error)
{
    static const char *const endings[] = {"", ".gz"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        free(*path);
        *path = notch_path_join(folder, file, endings[i]);
        if (*path == NULL) {
            return fail_memory(folder, error);
        }
        if (access(*path, F_OK) == 0) {
            return NOTCH_OK;
        }
    }
    free(*path);
    *path = notch_path_join(folder, file, ".xz");
    if (*path == NULL) {
        return fail_memory(folder, error);
    }
    if (access(*path, F_OK) == 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: is compressed with xz, expected %s or %s.gz: unpack it with xz -d",
                          *path, file, file);
    }
    return notch_fail(error, NOTCH_ERROR_INPUT, "%s: has no %s, expected it or %s.gz", folder, file,
                      file);
}

static notch_status open_files(const notch_data_source *source, size_t part, open_part *opened,
                               notch_error *error)
{
    const notch_data_file *files = source->layout->files[part];
    for (; files[opened->count].name != NULL; opened->count++) {
        char **path = &opened->paths[opened->count];
        notch_stream **stream = &opened->streams[opened->count];
        notch_status status =
            notch_data_file_path(source->folder, files[opened->count].name, path, error);
        if (status == NOTCH_OK) {
            status = notch_stream_open(*path, stream, error);
        }
        if (status != NOTCH_OK) {
            opened->count++; /* what is there of this file is released with the rest */
            return status;
        }
        if (source->verify) {
            notch_stream_hash(*stream);
        }
    }
    return NOTCH_OK;
}

static void close_files(open_part *opened)
{
    for (size_t i = 0; i < opened->count; i++) {
        notch_stream_close(opened->streams[i]);
        free(opened->paths[i]);
    }
}

static notch_status parse(const notch_data_source *source, open_part *opened,
                          notch_dataset **dataset, notch_error *error)
{
    switch (source->layout->kind) {
    case NOTCH_DATA_IDX:
        return notch_idx_parse(opened->streams[0], opened->streams[1], &source->format,
                               source->name, dataset, error);
    case NOTCH_DATA_CIFAR10:
        return notch_cifar10_parse(opened->streams, opened->count, source->name, dataset, error);
    case NOTCH_DATA_CSV:
        return notch_csv_parse(opened->streams[0], &source->format, source->name, dataset, error);
    }
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED, "%s: no reader for it", source->name);
}

/* Compares the content, which was read to its end, with the official one. */
static notch_status verify(const notch_data_source *source, size_t part, open_part *opened,
                           notch_error *error)
{
    for (size_t i = 0; i < opened->count; i++) {
        char found[NOTCH_SHA256_HEX];
        notch_stream_hash_finish(opened->streams[i], found);
        const notch_status status = notch_data_content_compare(
            opened->paths[i], found, &source->layout->files[part][i], source->layout->name, error);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    return NOTCH_OK;
}

notch_status notch_data_part_read(const notch_data_source *source, size_t part,
                                  notch_dataset **dataset, notch_error *error)
{
    open_part opened = {.count = 0};
    notch_dataset *read = NULL;
    notch_status status = open_files(source, part, &opened, error);
    if (status == NOTCH_OK) {
        status = parse(source, &opened, &read, error);
    }
    if (status == NOTCH_OK && source->verify) {
        status = verify(source, part, &opened, error);
    }
    close_files(&opened);
    if (status != NOTCH_OK) {
        notch_dataset_destroy(read);
        return status;
    }
    *dataset = read;
    return NOTCH_OK;
}
