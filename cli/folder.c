/* folder.c - folders that commands write into.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

notch_status folder_make(const char *folder, notch_error *error)
{
    char *path = strdup(folder);
    if (path == NULL) {
        (void)snprintf(error->message, sizeof error->message, "%.100s: no memory to make it",
                       folder);
        return error->status = NOTCH_ERROR_MEMORY;
    }
    for (char *end = path; end != NULL;) {
        end = strchr(end + 1, '/');
        if (end != NULL) {
            *end = '\0';
        }
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            (void)snprintf(error->message, sizeof error->message, "%.100s: cannot be made: %.100s",
                           path, strerror(errno));
            free(path);
            return error->status = NOTCH_ERROR_INPUT;
        }
        if (end != NULL) {
            *end = '/';
        }
    }
    free(path);
    return NOTCH_OK;
}
