/* fetch_part.c - a file under way: NAME.part, which becomes NAME once it is whole.
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE
#include "host/fetch_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "host/data_part.h"
#include "host/failure.h"

/* Whether the descriptor is still what the path leads to: another process may have put the file in
 * its place, or removed it, between our open and our lock. */
static bool is_current(const notch_part *part, struct stat *facts)
{
    struct stat at_path;
    return fstat(part->file, facts) == 0 && stat(part->path, &at_path) == 0 &&
           facts->st_dev == at_path.st_dev && facts->st_ino == at_path.st_ino;
}

static notch_status open_locked(notch_part *part, notch_error *error)
{
    struct stat facts;
    for (;;) {
        part->file = open(part->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (part->file < 0) {
            return notch_fail_errno(part->path, "cannot be written", error);
        }
        if (flock(part->file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            close(part->file);
            return notch_fail(error, NOTCH_ERROR_INPUT,
                              "%s: is being written by another process, expected none", part->path);
        }
        if (is_current(part, &facts)) {
            break;
        }
        close(part->file);
    }
    if (!S_ISREG(facts.st_mode)) {
        close(part->file);
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: is no regular file", part->path);
    }
    part->bytes = (uint64_t)facts.st_size;
    return NOTCH_OK;
}

notch_status notch_part_open(const char *folder, const char *name, notch_part *part,
                             notch_error *error)
{
    *part = (notch_part){.path = notch_path_join(folder, name, ".part"),
                         .whole = notch_path_join(folder, name, ""),
                         .file = -1};
    const notch_status status =
        part->path == NULL || part->whole == NULL
            ? notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to write it", name)
            : open_locked(part, error);
    if (status != NOTCH_OK) {
        free(part->path);
        free(part->whole);
    }
    return status;
}

notch_status notch_part_append(notch_part *part, const void *bytes, size_t count,
                               notch_error *error)
{
    const char *next = bytes;
    while (count != 0) {
        const ssize_t done = pwrite(part->file, next, count, (off_t)part->bytes);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return notch_fail_errno(part->path, "cannot be written", error);
        }
        next += done;
        count -= (size_t)done;
        part->bytes += (uint64_t)done;
    }
    return NOTCH_OK;
}

notch_status notch_part_empty(notch_part *part, notch_error *error)
{
    if (ftruncate(part->file, 0) != 0) {
        return notch_fail_errno(part->path, "cannot be emptied", error);
    }
    part->bytes = 0;
    return NOTCH_OK;
}

/* So that a rename survives a crash. Not all file systems can, hence no error. */
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    const int file = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file >= 0) {
        (void)fsync(file);
        close(file);
    }
    free(folder);
}

notch_status notch_part_install(notch_part *part, notch_error *error)
{
    if (fsync(part->file) != 0) {
        return notch_fail_errno(part->path, "cannot be written to disk", error);
    }
    if (rename(part->path, part->whole) != 0) {
        return notch_fail_errno(part->whole, "cannot be put in place", error);
    }
    part->installed = true;
    sync_folder_of(part->whole);
    return NOTCH_OK;
}

void notch_part_close(notch_part *part)
{
    if (!part->installed && part->bytes == 0) {
        (void)unlink(part->path);
    }
    close(part->file);
    free(part->path);
    free(part->whole);
}

/* ---- folders --------------------------------------------------------------------------------- */

notch_status notch_folder_make(const char *path, size_t *made, notch_error *error)
{
    char *prefix = notch_path_join(path, "", "");
    if (prefix == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to make it", path);
    }
    notch_status status = NOTCH_OK;
    const size_t length = strlen(path);
    for (size_t end = 1; end <= length && status == NOTCH_OK; end++) {
        if ((path[end] != '/' && path[end] != '\0') || path[end - 1] == '/') {
            continue;
        }
        prefix[end] = '\0';
        struct stat facts;
        if (mkdir(prefix, 0777) == 0) {
            ++*made;
        } else if (stat(prefix, &facts) != 0) {
            status = notch_fail_errno(prefix, "cannot be made", error);
        } else if (!S_ISDIR(facts.st_mode)) {
            status =
                notch_fail(error, NOTCH_ERROR_INPUT, "%s: is a file, expected a folder", prefix);
        }
        prefix[end] = path[end];
    }
    free(prefix);
    return status;
}

void notch_folder_unmake(const char *path, size_t made)
{
    char *prefix = notch_path_join(path, "", "");
    for (size_t end = prefix == NULL ? 0 : strlen(path); end > 0 && made > 0;) {
        while (end > 1 && prefix[end - 1] == '/') {
            end--;
        }
        prefix[end] = '\0';
        if (rmdir(prefix) != 0) {
            break;
        }
        made--;
        while (end > 0 && prefix[end - 1] != '/') {
            end--;
        }
    }
    free(prefix);
}
