/* run_folder.c - the folder of a run: whether it may be used, and how it comes to be.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "host/failure.h"
#include "host/run.h"

char *notch_run_path(const char *folder, const char *name)
{
    const size_t folder_length = strlen(folder), name_length = name == NULL ? 0 : strlen(name);
    char *path = malloc(folder_length + name_length + 2);
    if (path == NULL) {
        return NULL;
    }
    memcpy(path, folder, folder_length + 1);
    if (name != NULL) {
        path[folder_length] = '/';
        memcpy(path + folder_length + 1, name, name_length + 1);
    }
    return path;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static notch_status check_empty(const char *folder, notch_error *error)
{
    DIR *opened = opendir(folder);
    if (opened == NULL) {
        return notch_fail_errno(folder, "cannot be read", error);
    }
    const struct dirent *entry;
    bool empty = true;
    while (empty && (entry = readdir(opened)) != NULL) {
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    }
    (void)closedir(opened);
    if (!empty) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: is not empty, expected a new or an empty folder unless it is to be "
                          "overwritten (--overwrite)",
                          folder);
    }
    return NOTCH_OK;
}

/* A file of an earlier run that is to be replaced. */
static notch_status check_file(const char *folder, const char *name, notch_error *error)
{
    struct stat facts;
    char *path = notch_run_path(folder, name);
    notch_status status = NOTCH_OK;
    if (path == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to look into it", folder);
    }
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode)) {
        status = notch_fail(error, NOTCH_ERROR_INPUT,
                            "%s: cannot be overwritten: it is no regular file", path);
    }
    free(path);
    return status;
}

static notch_status check_folder(const char *folder, bool overwrite, notch_error *error)
{
    static const char *const names[] = {NOTCH_RUN_CONFIG, NOTCH_RUN_METRICS, NOTCH_RUN_LAST,
                                        NOTCH_RUN_BEST};
    if (access(folder, W_OK | X_OK) != 0) {
        return notch_fail_errno(folder, "cannot be written into", error);
    }
    if (!overwrite) {
        return check_empty(folder, error);
    }
    notch_status status = NOTCH_OK;
    for (size_t k = 0; status == NOTCH_OK && k < sizeof names / sizeof names[0]; k++) {
        status = check_file(folder, names[k], error);
    }
    return status;
}

/* Bytes of the path before its last part, slashes in between left out; 0: there is none, "." or
 * "/". */
static size_t above(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return length;
}

/* Whether something is missing that the first `length` bytes of the path name; else *facts. */
static bool is_missing(char *path, size_t length, struct stat *facts)
{
    const char end = path[length];
    path[length] = '\0';
    const bool missing = stat(path, facts) != 0 && errno == ENOENT;
    path[length] = end;
    return missing;
}

/* The folder is missing: whether it can be made. `path` is a copy that is cut. */
static notch_status check_above(const char *folder, char *path, notch_error *error)
{
    struct stat facts;
    size_t length = above(path, strlen(path));
    while (length > 0 && is_missing(path, length, &facts)) {
        length = above(path, length);
    }
    path[length] = '\0';
    if (access(length == 0 ? "." : path, W_OK | X_OK) != 0) {
        return notch_fail_errno(folder, "cannot be made", error);
    }
    return NOTCH_OK;
}

notch_status notch_run_check(const char *folder, bool overwrite, notch_error *error)
{
    struct stat facts;
    if (folder == NULL || folder[0] == '\0') {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the folder has no name");
    }
    if (stat(folder, &facts) == 0) {
        return S_ISDIR(facts.st_mode)
                   ? check_folder(folder, overwrite, error)
                   : notch_fail(error, NOTCH_ERROR_INPUT, "%s: is no folder", folder);
    }
    if (errno != ENOENT) {
        return notch_fail_errno(folder, "cannot be made", error);
    }
    char *path = notch_run_path(folder, NULL);
    if (path == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to make it", folder);
    }
    const notch_status status = check_above(folder, path, error);
    free(path);
    return status;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Makes the folder that the first `length` bytes name, after those above it. */
static bool make(char *path, size_t length, size_t *made)
{
    struct stat facts;
    if (length == 0 || !is_missing(path, length, &facts)) {
        *made = length;
        return true;
    }
    const char end = path[length];
    bool done = make(path, above(path, length), made);
    path[length] = '\0';
    done = done && mkdir(path, 0777) == 0;
    path[length] = end;
    return done;
}

notch_status notch_run_make_folders(const char *folder, size_t *made, notch_error *error)
{
    char *path = notch_run_path(folder, NULL);
    notch_status status = NOTCH_OK;
    if (path == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to make it", folder);
    }
    if (!make(path, strlen(path), made)) {
        status = notch_fail_errno(folder, "cannot be made", error);
        notch_run_remove_folders(folder, *made);
    }
    free(path);
    return status;
}

void notch_run_remove_folders(const char *folder, size_t made)
{
    char *path = notch_run_path(folder, NULL);
    if (path == NULL) {
        return;
    }
    for (size_t length = strlen(path); length > made; length = above(path, length)) {
        path[length] = '\0';
        (void)rmdir(path);
    }
    free(path);
}
