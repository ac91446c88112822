/* files.c - folders and files that commands make.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static notch_status no_memory(const char *path, notch_error *error)
{
    (void)snprintf(error->message, sizeof error->message, "%.100s: no memory to write it", path);
    return error->status = NOTCH_ERROR_MEMORY;
}

/* "PATH: WHAT: " and what the system says. */
static notch_status fail(const char *path, const char *what, notch_error *error)
{
    const int number = errno;
    (void)snprintf(error->message, sizeof error->message, "%.140s: %s: %s", path, what,
                   strerror(number));
    return error->status = NOTCH_ERROR_INPUT;
}

char *file_path(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        (void)snprintf(path, size, "%s/%s", folder, name);
    }
    return path;
}

notch_status folder_make(const char *folder, notch_error *error)
{
    char *path = file_path(folder, "");
    if (path == NULL) {
        return no_memory(folder, error);
    }
    notch_status status = NOTCH_OK;
    for (char *end = strchr(path + 1, '/'); end != NULL && status == NOTCH_OK;
         end = strchr(end + 1, '/')) {
        *end = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            status = fail(path, "cannot be made", error);
        }
        *end = '/';
    }
    free(path);
    return status;
}

notch_status file_replace(const char *path, file_write *write, const void *self, notch_error *error)
{
    const size_t size = strlen(path) + sizeof ".new";
    char *temporary = malloc(size);
    if (temporary == NULL) {
        return no_memory(path, error);
    }
    (void)snprintf(temporary, size, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    notch_status status = file == NULL ? fail(path, "cannot be written", error) : NOTCH_OK;
    if (file != NULL) {
        const bool made = write(file, self);
        const bool complete = !ferror(file);
        if (fclose(file) != 0 || !complete || (made && rename(temporary, path) != 0)) {
            status = fail(path, "cannot be written", error);
        } else if (!made) {
            status = no_memory(path, error);
        }
        if (status != NOTCH_OK) {
            (void)remove(temporary);
        }
    }
    free(temporary);
    return status;
}
