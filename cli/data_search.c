/* data_search.c - where commands look for data sets, and how they open one by its name.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "data_search.h"

#include <notch/digits.h>
#include <notch/notch.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"

/* ---- folders --------------------------------------------------------------------------------- */

static notch_status no_memory(notch_error *error)
{
    error->status = NOTCH_ERROR_MEMORY;
    (void)snprintf(error->message, sizeof error->message, "no memory to look for data sets");
    return NOTCH_ERROR_MEMORY;
}

/* Appends FOLDER + rest. */
static notch_status add(data_folders *folders, const char *folder, const char *rest,
                        notch_error *error)
{
    const size_t length = strlen(folder) + strlen(rest) + 1;
    char *path = malloc(length);
    if (path == NULL) {
        return no_memory(error);
    }
    (void)snprintf(path, length, "%s%s", folder, rest);
    folders->paths[folders->count++] = path;
    return NOTCH_OK;
}

static bool given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* The XDG Base Directory Specification: a path that is not absolute does not count. */
static notch_status add_users(data_folders *folders, notch_error *error)
{
    const char *data_home = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data_home != NULL && data_home[0] == '/') {
        return add(folders, data_home, "/notch", error);
    }
    return given(home) ? add(folders, home, "/.local/share/notch", error) : NOTCH_OK;
}

notch_status data_folders_find(const char *data_dir, data_folders *folders, notch_error *error)
{
    const char *variable = getenv("NOTCH_DATA");
    notch_status status = NOTCH_OK;
    *folders = (data_folders){.count = 0};
    if (given(data_dir)) {
        status = add(folders, data_dir, "", error);
    }
    if (status == NOTCH_OK && given(variable)) {
        status = add(folders, variable, "", error);
    }
    return status == NOTCH_OK ? add_users(folders, error) : status;
}

void data_folders_free(data_folders *folders)
{
    for (size_t i = 0; i < folders->count; i++) {
        free(folders->paths[i]);
    }
    folders->count = 0;
}

/* ---- data sets ------------------------------------------------------------------------------- */

static notch_status draw_digits(notch_dataset **train, notch_dataset **test, notch_error *error)
{
    notch_threads *threads = NULL;
    notch_dataset *drawn = NULL;
    notch_status status = notch_threads_create(0, &threads, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const notch_executor *executor = notch_threads_executor(threads);
    if (train != NULL) {
        status = notch_dataset_create_digits(NOTCH_DIGITS_TRAIN, executor, &drawn, error);
    }
    if (status == NOTCH_OK && test != NULL) {
        status = notch_dataset_create_digits(NOTCH_DIGITS_TEST, executor, test, error);
    }
    notch_threads_destroy(threads);
    if (status != NOTCH_OK) {
        notch_dataset_destroy(drawn);
        return status;
    }
    if (train != NULL) {
        *train = drawn;
    }
    return NOTCH_OK;
}

static bool is_known(const char *name)
{
    for (size_t i = 0; notch_data_name(i) != NULL; i++) {
        if (strcmp(notch_data_name(i), name) == 0) {
            return true;
        }
    }
    return false;
}

/* "'NAME' is no data set, expected one of: digits, mnist, ..., or the path of a file or folder" */
static notch_status fail_unknown(const char *name, notch_error *error)
{
    int length = snprintf(error->message, sizeof error->message,
                          "'%.100s' is no data set, expected a file, a folder, or one of: %s", name,
                          DATA_DIGITS);
    for (size_t i = 0; notch_data_name(i) != NULL && (size_t)length < sizeof error->message; i++) {
        length += snprintf(error->message + length, sizeof error->message - (size_t)length, ", %s",
                           notch_data_name(i));
    }
    return error->status = NOTCH_ERROR_INPUT;
}

notch_status data_search_find(const char *name, const char *data_dir, notch_dataset **train,
                              notch_dataset **test, notch_error *error)
{
    struct stat facts;
    if (strcmp(name, DATA_DIGITS) == 0) {
        return draw_digits(train, test, error);
    }
    if (!is_known(name) && stat(name, &facts) != 0) {
        return fail_unknown(name, error);
    }
    data_folders folders;
    notch_status status = data_folders_find(data_dir, &folders, error);
    if (status == NOTCH_OK) {
        const notch_data_options options = {.folders = (const char *const *)folders.paths,
                                            .folder_count = folders.count};
        status = notch_data_find(name, &options, train, test, error);
    }
    data_folders_free(&folders);
    return status;
}

int data_search_open(const char *command, const char *name, const char *data_dir,
                     notch_dataset **train, notch_dataset **test)
{
    notch_error error;
    if (data_search_find(name, data_dir, train, test, &error) != NOTCH_OK) {
        return command_fail(command, &error);
    }
    return EXIT_DONE;
}

const char *data_part_name(uint64_t part)
{
    static const char *const names[] = {"train", "test"};
    return part <= DATA_TEST ? names[part] : NULL;
}

int data_search_open_part(const char *command, const char *name, const char *data_dir,
                          uint64_t part, notch_dataset **dataset)
{
    const bool train = part == DATA_TRAIN;
    return data_search_open(command, name, data_dir, train ? dataset : NULL,
                            train ? NULL : dataset);
}
