/* checkpoint_file.c - a new file that appears in its place at once, complete, or not at all.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64 /* files of 2 GiB on machines with 32-bit longs */
#include "host/checkpoint_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "host/failure.h"

enum {
    SUFFIX = 48, /* bytes that .PID-N.tmp takes at most */
    ATTEMPTS = 100
};

struct notch_new_file {
    int file;
    char *temporary; /* its path; behind `path` in the same memory */
    char path[];
};

/* Opens the first PATH.PID-N.tmp that is not there. */
static notch_status open_temporary(notch_new_file *file, notch_error *error)
{
    const size_t length = strlen(file->path);
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        memcpy(file->temporary, file->path, length);
        (void)snprintf(file->temporary + length, SUFFIX, ".%lld-%u.tmp", (long long)getpid(),
                       attempt);
        file->file = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file->file >= 0) {
            return NOTCH_OK;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return notch_fail_errno(file->path, "cannot be written", error);
}

notch_status notch_new_file_create(const char *path, notch_new_file **file, notch_error *error)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode)) {
        return notch_fail(error, NOTCH_ERROR_INPUT,
                          "%s: cannot be written: %s, expected a regular file or nothing", path,
                          S_ISDIR(facts.st_mode) ? "is a folder" : "is no regular file");
    }
    const size_t length = strlen(path);
    notch_new_file *created = malloc(sizeof *created + 2 * length + 1 + SUFFIX);
    if (created == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to write it", path);
    }
    memcpy(created->path, path, length + 1);
    created->temporary = created->path + length + 1;
    const notch_status status = open_temporary(created, error);
    if (status != NOTCH_OK) {
        free(created);
        return status;
    }
    *file = created;
    return NOTCH_OK;
}

notch_status notch_new_file_write(notch_new_file *file, const void *bytes, size_t count,
                                  notch_error *error)
{
    const uint8_t *next = bytes;
    while (count > 0) {
        const ssize_t written = write(file->file, next, count);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return notch_fail_errno(file->path, "cannot be written", error);
        }
        next += written;
        count -= (size_t)written;
    }
    return NOTCH_OK;
}

/* So that the new name outlasts a power failure. The file is complete and in its place already:
 * where folders cannot be synchronised, it stays at that. */
static void synchronise_folder(char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = slash == NULL ? "." : slash == path ? "/" : path;
    if (slash != NULL) {
        *slash = '\0';
    }
    const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened >= 0) {
        (void)fsync(opened);
        (void)close(opened);
    }
}

notch_status notch_new_file_commit(notch_new_file *file, notch_error *error)
{
    notch_status status = NOTCH_OK;
    if (fsync(file->file) != 0) {
        status = notch_fail_errno(file->path, "cannot be written", error);
    }
    if (close(file->file) != 0 && status == NOTCH_OK) {
        status = notch_fail_errno(file->path, "cannot be written", error);
    }
    if (status == NOTCH_OK && rename(file->temporary, file->path) != 0) {
        status = notch_fail_errno(file->path, "cannot be written", error);
    }
    if (status == NOTCH_OK) {
        synchronise_folder(file->temporary);
    } else {
        (void)unlink(file->temporary);
    }
    free(file);
    return status;
}

void notch_new_file_discard(notch_new_file *file)
{
    (void)close(file->file);
    (void)unlink(file->temporary);
    free(file);
}
