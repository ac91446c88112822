/* data_find.c - the search for data sets, by name in folders or by path.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "host/data_csv.h"
#include "host/data_find.h"
#include "host/data_part.h"
#include "host/data_set.h"
#include "host/data_split.h"

static notch_status fail_memory(const char *folder, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to look into it", folder);
}

/* *found: whether the folder has a file of the layout, with one of two endings. */
static notch_status look(const notch_data_layout *layout, const char *folder,
                         const char *const endings[2], bool *found, notch_error *error)
{
    *found = false;
    for (size_t part = 0; part < NOTCH_DATA_PARTS; part++) {
        for (const notch_data_file *file = layout->files[part]; file->name != NULL; file++) {
            for (size_t i = 0; i < 2 && !*found; i++) {
                char *path = notch_path_join(folder, file->name, endings[i]);
                if (path == NULL) {
                    return fail_memory(folder, error);
                }
                *found = access(path, F_OK) == 0;
                free(path);
            }
        }
    }
    return NOTCH_OK;
}

/* Reads the parts that are asked for. The second part has to agree with the first. */
static notch_status read_parts(notch_data_source *source, notch_dataset **train,
                               notch_dataset **test, notch_error *error)
{
    notch_dataset *parts[NOTCH_DATA_PARTS] = {NULL, NULL};
    notch_status status = NOTCH_OK;
    if (train != NULL) {
        status = notch_data_part_read(source, NOTCH_DATA_TRAIN, &parts[NOTCH_DATA_TRAIN], error);
        if (status == NOTCH_OK) {
            const notch_dataset *first = parts[NOTCH_DATA_TRAIN];
            source->format.classes = first->classes;
            source->format.channels = first->channels;
            source->format.height = first->height;
            source->format.width = first->width;
        }
    }
    if (status == NOTCH_OK && test != NULL) {
        status = notch_data_part_read(source, NOTCH_DATA_TEST, &parts[NOTCH_DATA_TEST], error);
    }
    if (status != NOTCH_OK) {
        notch_dataset_destroy(parts[NOTCH_DATA_TRAIN]);
        return status;
    }
    if (train != NULL) {
        *train = parts[NOTCH_DATA_TRAIN];
    }
    if (test != NULL) {
        *test = parts[NOTCH_DATA_TEST];
    }
    return NOTCH_OK;
}

notch_status notch_data_search(const notch_data_layout *layout, const notch_data_options *options,
                               char **place, notch_error *error)
{
    /* files that cannot be read are looked for only where no others are: for a better sentence */
    static const char *const endings[][2] = {{"", ".gz"}, {".xz", ".xz"}};
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < 2 * options->folder_count; i++) {
            const char *folder = options->folders[i / 2];
            *place = notch_path_join(folder, i % 2 == 0 ? layout->name : "", "");
            if (*place == NULL) {
                return fail_memory(folder, error);
            }
            bool found;
            const notch_status status = look(layout, *place, endings[pass], &found, error);
            if (status == NOTCH_OK && found) {
                return NOTCH_OK;
            }
            free(*place);
            *place = NULL;
            if (status != NOTCH_OK) {
                return status;
            }
        }
    }
    return NOTCH_OK;
}

/* Appends what fits, keeping room for `reserve` characters and the final NUL. */
static bool append(char *text, size_t capacity, size_t reserve, const char *addition)
{
    const size_t length = strlen(text);
    const size_t added = strlen(addition);
    if (length + added + reserve + 1 > capacity) {
        return false;
    }
    memcpy(text + length, addition, added + 1);
    return true;
}

notch_status notch_data_fail_not_found(const notch_data_layout *layout,
                                       const notch_data_options *options, notch_error *error)
{
    static const char rest[] = ", ...";
    char places[130] = "";
    for (size_t i = 0; i < options->folder_count; i++) {
        const size_t before = strlen(places);
        if ((i > 0 && !append(places, sizeof places, sizeof rest, ", ")) ||
            !append(places, sizeof places, sizeof rest, options->folders[i])) {
            places[before] = '\0';
            (void)append(places, sizeof places, 0, i > 0 ? rest : "a folder with a long name");
            break;
        }
    }
    if (options->folder_count == 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "data set %s: no folder to look for it, expected one or more",
                          layout->name);
    }
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "data set %s: no %s (or .gz) in these folders or their %s/: %s", layout->name,
                      layout->files[NOTCH_DATA_TRAIN][0].name, layout->name, places);
}

static notch_status find_known(const notch_data_layout *layout, const notch_data_options *options,
                               notch_dataset **train, notch_dataset **test, notch_error *error)
{
    char *place = NULL;
    notch_status status = notch_data_search(layout, options, &place, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (place == NULL) {
        return notch_data_fail_not_found(layout, options, error);
    }
    notch_data_source source = {.layout = layout,
                                .folder = place,
                                .format = layout->format,
                                .verify = !options->unverified,
                                .name = layout->name};
    status = read_parts(&source, train, test, error);
    free(place);
    return status;
}

static notch_status read_folder(const char *path, const notch_data_options *options,
                                notch_dataset **train, notch_dataset **test, notch_error *error)
{
    static const char *const endings[2] = {"", ".gz"};
    const notch_data_layout *layout;
    for (size_t i = 0; (layout = notch_data_folder_layout(i)) != NULL; i++) {
        bool found;
        const notch_status status = look(layout, path, endings, &found, error);
        if (status != NOTCH_OK) {
            return status;
        }
        if (found) {
            notch_data_source source = {.layout = layout,
                                        .folder = path,
                                        .format =
                                            layout->name != NULL ? layout->format : options->format,
                                        .name = path};
            return read_parts(&source, train, test, error);
        }
    }
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "%s: no data set in this folder, expected train-images-idx3-ubyte and the "
                      "like, data_batch_1.bin, optdigits.tra or train.csv, or one of them with .gz",
                      path);
}

static notch_status read_file(const char *path, const notch_data_options *options,
                              notch_dataset **train, notch_dataset **test, notch_error *error)
{
    notch_dataset *whole = NULL;
    notch_status status = notch_dataset_read_csv(path, &options->format, path, &whole, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (whole->count < NOTCH_DATA_SPLIT) {
        status = notch_fail(error, NOTCH_ERROR_INPUT,
                            "%s: %u rows, expected at least %u: one of them is for testing", path,
                            whole->count, (uint64_t)NOTCH_DATA_SPLIT);
    } else {
        status = notch_data_split(whole, train, test, error);
    }
    notch_dataset_destroy(whole);
    return status;
}

notch_status notch_data_folders_check(const char *name, const notch_data_options *options,
                                      notch_error *error)
{
    for (size_t i = 0; i < options->folder_count; i++) {
        if (options->folders == NULL || options->folders[i] == NULL) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "data set %s: folder %u (from 0) is missing", name, (uint64_t)i);
        }
    }
    return NOTCH_OK;
}

notch_status notch_data_find(const char *name, const notch_data_options *options,
                             notch_dataset **train, notch_dataset **test, notch_error *error)
{
    static const notch_data_options none;
    if (name == NULL || (train == NULL && test == NULL)) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "data set: the %s missing",
                          name == NULL ? "name is" : "results are");
    }
    if (options == NULL) {
        options = &none;
    }
    notch_status status = notch_data_folders_check(name, options, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status = notch_data_format_check(&options->format, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const notch_data_layout *layout = notch_data_known(name);
    if (layout != NULL) {
        return find_known(layout, options, train, test, error);
    }
    struct stat facts;
    if (stat(name, &facts) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: no such file or folder, expected one, or a known data set (%s, %s, "
                          "%s, %s)",
                          name, notch_data_name(0), notch_data_name(1), notch_data_name(2),
                          notch_data_name(3));
    }
    return S_ISDIR(facts.st_mode) ? read_folder(name, options, train, test, error)
                                  : read_file(name, options, train, test, error);
}
