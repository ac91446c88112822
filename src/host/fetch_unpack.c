/* fetch_unpack.c - the files of a data set from an archive of them.
 * SPDX-License-Identifier: MIT
 */
#include "host/fetch_unpack.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/data_content.h"
#include "host/fetch_part.h"
#include "host/fetch_tar.h"

enum {
    PIECE = 1 << 16,
    FILES_MAX = NOTCH_DATA_PARTS * NOTCH_DATA_FILES_MAX,
    OTHERS_MAX = 1 << 20 /* bytes of other entries and of headers */
};

typedef struct unpacking {
    const char *shown;
    const notch_data_layout *layout;
    const char *folder;
    bool (*proceed)(void *cookie);
    void *cookie;
    bool *stopped, *local;
    notch_tar tar;
    notch_part parts[FILES_MAX]; /* of the files in the layout's order ... */
    bool open[FILES_MAX];        /* ... those that were found so far */
    uint8_t piece[PIECE];
} unpacking;

/* The file of the layout that an entry holds: its name without folders; FILES_MAX: none. */
static size_t file_of(const unpacking *u, const notch_tar_entry *entry)
{
    const char *slash = strrchr(entry->name, '/');
    const char *name = slash == NULL ? entry->name : slash + 1;
    const notch_data_file *file;
    for (size_t i = 0; (file = notch_data_layout_file(u->layout, i)) != NULL; i++) {
        if (entry->regular && strcmp(file->name, name) == 0) {
            return i;
        }
    }
    return FILES_MAX;
}

static notch_status open_part(unpacking *u, size_t index, const char *name, notch_error *error)
{
    notch_status status = notch_part_open(u->folder, name, &u->parts[index], error);
    if (status == NOTCH_OK) {
        u->open[index] = true;
        status = notch_part_empty(&u->parts[index], error);
    }
    *u->local = status != NOTCH_OK;
    return status;
}

static notch_status copy(unpacking *u, notch_part *part, notch_sha256 *hash, notch_error *error)
{
    for (;;) {
        size_t got;
        if (!u->proceed(u->cookie)) {
            *u->stopped = true;
            return NOTCH_OK;
        }
        notch_status status = notch_tar_read(&u->tar, u->piece, PIECE, &got, error);
        if (status != NOTCH_OK || got == 0) {
            return status;
        }
        notch_sha256_add(hash, u->piece, got);
        status = notch_part_append(part, u->piece, got, error);
        if (status != NOTCH_OK) {
            *u->local = true;
            return status;
        }
    }
}

static notch_status take(unpacking *u, size_t index, const notch_tar_entry *entry,
                         notch_error *error)
{
    const notch_data_file *file = notch_data_layout_file(u->layout, index);
    if (u->open[index] || entry->bytes != file->bytes) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: has %s %s of %u bytes, expected one of %u",
                          u->shown, u->open[index] ? "another" : "a", file->name, entry->bytes,
                          file->bytes);
    }
    notch_sha256 hash;
    notch_sha256_init(&hash);
    notch_status status = open_part(u, index, file->name, error);
    if (status == NOTCH_OK) {
        status = copy(u, &u->parts[index], &hash, error);
    }
    if (status == NOTCH_OK && !*u->stopped) {
        uint8_t digest[NOTCH_SHA256_BYTES];
        char found[NOTCH_SHA256_HEX];
        notch_sha256_finish(&hash, digest);
        notch_sha256_hex(digest, found);
        status = notch_data_content_compare(u->shown, found, file, u->layout->name, error);
    }
    return status;
}

static notch_status take_all(unpacking *u, notch_error *error)
{
    notch_status status = NOTCH_OK;
    for (bool ended = false; status == NOTCH_OK && !*u->stopped;) {
        notch_tar_entry entry;
        status = notch_tar_next(&u->tar, &entry, &ended, error);
        if (status != NOTCH_OK || ended) {
            break;
        }
        const size_t index = file_of(u, &entry);
        if (index != FILES_MAX) {
            status = take(u, index, &entry, error);
        }
    }
    const notch_data_file *file;
    for (size_t i = 0; status == NOTCH_OK && !*u->stopped; i++) {
        if ((file = notch_data_layout_file(u->layout, i)) == NULL) {
            break;
        }
        if (!u->open[i]) {
            status = notch_fail(error, NOTCH_ERROR_INPUT, "%s: has no %s, expected all of %s",
                                u->shown, file->name, u->layout->name);
        }
    }
    return status;
}

static notch_status install(unpacking *u, notch_error *error)
{
    notch_status status = NOTCH_OK;
    for (size_t i = 0; i < FILES_MAX && status == NOTCH_OK; i++) {
        if (u->open[i]) {
            status = notch_part_install(&u->parts[i], error);
            *u->local = status != NOTCH_OK;
        }
    }
    return status;
}

notch_status notch_fetch_unpack(const char *archive, const char *shown,
                                const notch_data_layout *layout, const char *folder,
                                bool (*proceed)(void *cookie), void *cookie, bool *stopped,
                                bool *local, notch_error *error)
{
    uint64_t limit = OTHERS_MAX;
    for (size_t i = 0; notch_data_layout_file(layout, i) != NULL; i++) {
        limit += notch_data_layout_file(layout, i)->bytes;
    }
    *stopped = *local = false;
    unpacking *u = calloc(1, sizeof *u);
    if (u == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to unpack it", shown);
    }
    u->shown = shown;
    u->layout = layout;
    u->folder = folder;
    u->proceed = proceed;
    u->cookie = cookie;
    u->stopped = stopped;
    u->local = local;
    notch_stream *stream = NULL;
    notch_status status = notch_stream_open_as(archive, shown, &stream, error);
    if (status == NOTCH_OK) {
        notch_tar_init(&u->tar, stream, limit);
        status = take_all(u, error);
    }
    if (status == NOTCH_OK && !*stopped) {
        status = install(u, error);
    }
    for (size_t i = 0; i < FILES_MAX; i++) {
        if (u->open[i]) {
            u->parts[i].bytes = 0; /* unpacking is never gone on with: nothing is to stay */
            notch_part_close(&u->parts[i]);
        }
    }
    notch_stream_close(stream);
    free(u);
    return status;
}
