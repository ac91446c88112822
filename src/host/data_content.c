/* data_content.c - whether the content of a file is the official one.
 * SPDX-License-Identifier: MIT
 */
#include "host/data_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/data_stream.h"
#include "host/failure.h"

enum {
    PIECE = 1 << 16
};

notch_status notch_data_content_compare(const char *path, const char found[NOTCH_SHA256_HEX],
                                        const notch_data_file *file, const char *set,
                                        notch_error *error)
{
    if (strcmp(found, file->sha256) == 0) {
        return NOTCH_OK;
    }
    const char *other = notch_data_name_of(found);
    if (other != NULL && strcmp(other, set) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: is a file of %s, expected one of %s", path,
                          other, set);
    }
    char start[2][17] = {"", ""}; /* enough to tell them apart, and the sentence stays short */
    memcpy(start[0], found, 16);
    memcpy(start[1], file->sha256, 16);
    return notch_fail(error, NOTCH_ERROR_INPUT,
                      "%s: its content has the SHA-256 %s..., expected %s... (%s)", path, start[0],
                      start[1], set);
}

/* Reads to the end, or to the first byte behind the official size. */
static notch_status read_all(notch_stream *stream, const notch_data_file *file, uint8_t *piece,
                             notch_error *error)
{
    size_t got = PIECE;
    while (got == PIECE && notch_stream_position(stream) <= file->bytes) {
        const notch_status status = notch_stream_read(stream, piece, PIECE, &got, error);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    const uint64_t bytes = notch_stream_position(stream);
    if (bytes != file->bytes) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: has %s%u bytes of content, expected %u",
                          notch_stream_name(stream), bytes > file->bytes ? "more than " : "",
                          bytes > file->bytes ? file->bytes : bytes, file->bytes);
    }
    return NOTCH_OK;
}

notch_status notch_data_content_check(const char *path, const char *shown,
                                      const notch_data_file *file, const char *set,
                                      notch_error *error)
{
    notch_stream *stream = NULL;
    notch_status status = notch_stream_open_as(path, shown, &stream, error);
    if (status != NOTCH_OK) {
        return status;
    }
    uint8_t *piece = malloc(PIECE);
    if (piece == NULL) {
        status = notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", shown);
    } else {
        notch_stream_hash(stream);
        status = read_all(stream, file, piece, error);
    }
    if (status == NOTCH_OK) {
        char found[NOTCH_SHA256_HEX];
        notch_stream_hash_finish(stream, found);
        status = notch_data_content_compare(shown, found, file, set, error);
    }
    free(piece);
    notch_stream_close(stream);
    return status;
}

notch_status notch_file_sha256(const char *path, char text[NOTCH_SHA256_HEX], notch_error *error)
{
    uint8_t *piece = malloc(PIECE);
    if (piece == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
    }
    FILE *file = fopen(path, "rb");
    notch_sha256 hash;
    notch_sha256_init(&hash);
    size_t got = PIECE;
    while (file != NULL && got == PIECE) {
        got = fread(piece, 1, PIECE, file);
        notch_sha256_add(&hash, piece, got);
    }
    notch_status status = NOTCH_OK;
    if (file == NULL || ferror(file)) {
        status = notch_fail_errno(path, "cannot be read", error);
    }
    if (file != NULL) {
        fclose(file);
    }
    free(piece);
    uint8_t digest[NOTCH_SHA256_BYTES];
    notch_sha256_finish(&hash, digest);
    notch_sha256_hex(digest, text);
    return status;
}
