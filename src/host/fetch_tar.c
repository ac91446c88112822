/* fetch_tar.c - the entries of a tar archive, one after the other.
 * SPDX-License-Identifier: MIT
 */
#include "host/fetch_tar.h"

#include <string.h>

#include "base/message.h"

enum {
    BLOCK = 512,
    SIZE_DIGITS = 12
};

/* A header's fields: first byte and length. */
enum {
    NAME_AT = 0,
    NAME_LENGTH = 100,
    SIZE_AT = 124,
    SUM_AT = 148,
    SUM_LENGTH = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_LENGTH = 155
};

void notch_tar_init(notch_tar *tar, notch_stream *stream, uint64_t limit)
{
    *tar = (notch_tar){.stream = stream, .limit = limit};
}

static notch_status fail(const notch_tar *tar, const char *what, notch_error *error)
{
    return notch_fail(error, NOTCH_ERROR_INPUT, "%s: %s at byte %u of the archive",
                      notch_stream_name(tar->stream), what, notch_stream_position(tar->stream));
}

static notch_status read_exactly(notch_tar *tar, void *to, size_t count, notch_error *error)
{
    size_t got;
    if (notch_stream_position(tar->stream) + count > tar->limit) {
        return fail(tar, "too long, expected its end", error);
    }
    const notch_status status = notch_stream_read(tar->stream, to, count, &got, error);
    if (status == NOTCH_OK && got != count) {
        return fail(tar, "cut short", error);
    }
    return status;
}

static notch_status skip(notch_tar *tar, uint64_t count, notch_error *error)
{
    uint8_t bytes[4096];
    while (count != 0) {
        const size_t piece = count < sizeof bytes ? (size_t)count : sizeof bytes;
        const notch_status status = read_exactly(tar, bytes, piece, error);
        if (status != NOTCH_OK) {
            return status;
        }
        count -= piece;
    }
    return NOTCH_OK;
}

/* Octal digits with blanks before and a blank or NUL behind; at most 2^36 - 1 for 12 of them. */
static bool parse_octal(const uint8_t *field, size_t length, uint64_t *value)
{
    size_t at = 0;
    *value = 0;
    while (at < length && field[at] == ' ') {
        at++;
    }
    const size_t first = at;
    while (at < length && field[at] >= '0' && field[at] <= '7') {
        *value = *value * 8 + (uint64_t)(field[at++] - '0');
    }
    return at > first && (at == length || field[at] == ' ' || field[at] == '\0');
}

/* The sum of all bytes, those of the sum's own field taken as blanks. */
static bool sum_is_right(const uint8_t header[BLOCK])
{
    uint64_t expected, sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        sum += i >= SUM_AT && i < SUM_AT + SUM_LENGTH ? ' ' : header[i];
    }
    return parse_octal(header + SUM_AT, SUM_LENGTH, &expected) && sum == expected;
}

static void append_field(char *name, const uint8_t *field, size_t length)
{
    const uint8_t *end = memchr(field, '\0', length);
    const size_t used = end == NULL ? length : (size_t)(end - field);
    const size_t before = strlen(name);
    memcpy(name + before, field, used);
    name[before + used] = '\0';
}

static notch_status parse(notch_tar *tar, const uint8_t header[BLOCK], notch_tar_entry *entry,
                          notch_error *error)
{
    if (!sum_is_right(header)) {
        return fail(tar, "no tar header", error);
    }
    if (!parse_octal(header + SIZE_AT, SIZE_DIGITS, &entry->bytes)) {
        return fail(tar, "a tar header without a size", error);
    }
    const uint8_t type = header[TYPE_AT];
    entry->regular = type == '0' || type == '\0';
    if (type >= '1' && type <= '6') { /* links, devices, folders, pipes: the size is no content's */
        entry->bytes = 0;
    }
    entry->name[0] = '\0';
    if (memcmp(header + MAGIC_AT, "ustar\0", 6) == 0 && header[PREFIX_AT] != '\0') {
        append_field(entry->name, header + PREFIX_AT, PREFIX_LENGTH);
        strcat(entry->name, "/");
    }
    append_field(entry->name, header + NAME_AT, NAME_LENGTH);
    tar->remaining = entry->bytes;
    tar->padding = (uint32_t)((BLOCK - entry->bytes % BLOCK) % BLOCK);
    return NOTCH_OK;
}

notch_status notch_tar_next(notch_tar *tar, notch_tar_entry *entry, bool *ended, notch_error *error)
{
    static const uint8_t zero[BLOCK];
    uint8_t header[BLOCK];
    notch_status status = skip(tar, tar->remaining + tar->padding, error);
    tar->remaining = tar->padding = 0;
    if (status == NOTCH_OK) {
        status = read_exactly(tar, header, BLOCK, error);
    }
    if (status == NOTCH_OK) {
        *ended = memcmp(header, zero, BLOCK) == 0;
        if (!*ended) {
            status = parse(tar, header, entry, error);
        }
    }
    return status;
}

notch_status notch_tar_read(notch_tar *tar, void *to, size_t count, size_t *got, notch_error *error)
{
    const size_t piece = count < tar->remaining ? count : (size_t)tar->remaining;
    const notch_status status = read_exactly(tar, to, piece, error);
    if (status == NOTCH_OK) {
        tar->remaining -= piece;
        *got = piece;
    }
    return status;
}
