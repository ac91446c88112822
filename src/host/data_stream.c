/* data_stream.c - the content of a file from its beginning to its end, decompressed if need be.
 * SPDX-License-Identifier: MIT
 *
 * Whether content is compressed shows in its first two bytes, 1f 8b: no format that is read here
 * begins with them, and files keep the name .gz when a browser decompresses them on the way.
 */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64 /* files of 2 GiB on machines with 32-bit longs */
#include "host/data_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "host/data_gzip.h"
#include "host/failure.h"

enum {
    NO_FILE = -1,
    BUFFER = 65536
};

struct notch_stream {
    const char *name;
    int file;           /* NO_FILE: all is in memory */
    uint64_t raw_size;  /* of the file */
    const uint8_t *raw; /* what was read of it and waits: raw[0 .. raw_count) */
    size_t raw_count;
    notch_gzip *gzip; /* NULL: not compressed */
    uint64_t position;
    bool hashing;
    notch_sha256 hash;
    uint8_t buffer[]; /* BUFFER bytes if there is a file */
};

/* Reads on once all of raw is used; raw_count stays 0 at the end of the file. */
static notch_status refill(notch_stream *stream, notch_error *error)
{
    if (stream->file == NO_FILE || stream->raw_count != 0) {
        return NOTCH_OK;
    }
    stream->raw = stream->buffer;
    while (stream->raw_count < BUFFER) {
        const ssize_t got =
            read(stream->file, stream->buffer + stream->raw_count, BUFFER - stream->raw_count);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return notch_fail_errno(stream->name, "cannot be read", error);
        }
        if (got == 0) {
            break;
        }
        stream->raw_count += (size_t)got;
    }
    return NOTCH_OK;
}

/* Looks at the first bytes. Closes the stream on failure. */
static notch_status begin(notch_stream *opened, notch_stream **stream, notch_error *error)
{
    notch_status status = refill(opened, error);
    if (status == NOTCH_OK && opened->raw_count >= 2 && opened->raw[0] == 0x1f &&
        opened->raw[1] == 0x8b) {
        status = notch_gzip_create(opened->name, &opened->gzip, error);
    }
    if (status != NOTCH_OK) {
        notch_stream_close(opened);
        return status;
    }
    *stream = opened;
    return NOTCH_OK;
}

notch_status notch_stream_open_as(const char *path, const char *name, notch_stream **stream,
                                  notch_error *error)
{
    /* O_NONBLOCK: a named pipe is refused below and must not be waited for */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return notch_fail_errno(name, "cannot be opened", error);
    }
    struct stat facts;
    if (fstat(file, &facts) != 0) {
        const notch_status status = notch_fail_errno(name, "cannot be examined", error);
        close(file);
        return status;
    }
    if (!S_ISREG(facts.st_mode)) {
        close(file);
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: %s, expected a regular file", name,
                          S_ISDIR(facts.st_mode) ? "is a folder" : "is no regular file");
    }
    notch_stream *opened = calloc(1, sizeof *opened + BUFFER);
    if (opened == NULL) {
        close(file);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", name);
    }
    opened->name = name;
    opened->file = file;
    opened->raw_size = (uint64_t)facts.st_size;
    return begin(opened, stream, error);
}

notch_status notch_stream_open(const char *path, notch_stream **stream, notch_error *error)
{
    return notch_stream_open_as(path, path, stream, error);
}

notch_status notch_stream_open_memory(const char *name, const void *bytes, size_t count,
                                      notch_stream **stream, notch_error *error)
{
    notch_stream *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", name);
    }
    opened->name = name;
    opened->file = NO_FILE;
    opened->raw_size = count;
    opened->raw = bytes;
    opened->raw_count = count;
    return begin(opened, stream, error);
}

void notch_stream_close(notch_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    notch_gzip_destroy(stream->gzip);
    if (stream->file != NO_FILE) {
        close(stream->file);
    }
    free(stream);
}

const char *notch_stream_name(const notch_stream *stream)
{
    return stream->name;
}

uint64_t notch_stream_size(const notch_stream *stream, bool *known)
{
    *known = stream->gzip == NULL;
    if (*known) {
        return stream->raw_size;
    }
    return stream->raw_size > UINT64_MAX / NOTCH_GZIP_RATIO_MAX
               ? UINT64_MAX
               : stream->raw_size * NOTCH_GZIP_RATIO_MAX;
}

notch_status notch_stream_read(notch_stream *stream, void *to, size_t count, size_t *got,
                               notch_error *error)
{
    uint8_t *next = to;
    size_t missing = count;
    while (missing != 0) {
        notch_status status = refill(stream, error);
        if (status != NOTCH_OK) {
            return status;
        }
        if (stream->raw_count == 0) {
            if (stream->gzip != NULL && !notch_gzip_complete(stream->gzip)) {
                return notch_fail(error, NOTCH_ERROR_INPUT,
                                  "%s: cut short, the gzip data end in the middle after %u bytes "
                                  "of content, expected the rest",
                                  stream->name, stream->position + (count - missing));
            }
            break;
        }
        size_t made = missing < stream->raw_count ? missing : stream->raw_count;
        if (stream->gzip != NULL) {
            status = notch_gzip_decode(stream->gzip, &stream->raw, &stream->raw_count, next,
                                       missing, &made, error);
            if (status != NOTCH_OK) {
                return status;
            }
        } else {
            memcpy(next, stream->raw, made);
            stream->raw += made;
            stream->raw_count -= made;
        }
        next += made;
        missing -= made;
    }
    *got = count - missing;
    stream->position += *got;
    if (stream->hashing) {
        notch_sha256_add(&stream->hash, to, *got);
    }
    return NOTCH_OK;
}

notch_status notch_stream_end(notch_stream *stream, bool *ended, notch_error *error)
{
    uint8_t byte;
    size_t got;
    const notch_status status = notch_stream_read(stream, &byte, 1, &got, error);
    if (status == NOTCH_OK) {
        *ended = got == 0;
    }
    return status;
}

uint64_t notch_stream_position(const notch_stream *stream)
{
    return stream->position;
}

void notch_stream_hash(notch_stream *stream)
{
    stream->hashing = true;
    notch_sha256_init(&stream->hash);
}

void notch_stream_hash_finish(notch_stream *stream, char text[NOTCH_SHA256_HEX])
{
    uint8_t digest[NOTCH_SHA256_BYTES];
    notch_sha256_finish(&stream->hash, digest);
    notch_sha256_hex(digest, text);
    stream->hashing = false;
}
