/* fuzz_tar.c - no bytes make the reader of tar archives fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * An input is a byte for the limit, in blocks of 512 bytes (0: none), and an archive. Checksums of
 * headers are made right, since nothing behind a wrong one is looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/fetch_tar.h"

enum {
    BLOCK = 512,
    SIZE_AT = 124,
    SUM_AT = 148,
    SUM_LENGTH = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Reads an entry in pieces; *read: its bytes that came. */
static notch_status read_entry(notch_tar *tar, size_t piece, uint64_t *read, notch_error *error)
{
    uint8_t bytes[1000];
    size_t got = 1;
    notch_status status = NOTCH_OK;
    while (status == NOTCH_OK && got != 0) {
        status = notch_tar_read(tar, bytes, piece, &got, error);
        require(status != NOTCH_OK || got <= piece);
        *read += status == NOTCH_OK ? got : 0;
    }
    return status;
}

/* All entries, every second one read and the others skipped. */
static notch_status read_all(notch_tar *tar, size_t piece, notch_error *error)
{
    notch_tar_entry entry;
    bool ended = false;
    notch_status status = NOTCH_OK;
    for (unsigned number = 0; status == NOTCH_OK && !ended; number++) {
        status = notch_tar_next(tar, &entry, &ended, error);
        if (status == NOTCH_OK && !ended) {
            require(memchr(entry.name, '\0', sizeof entry.name) != NULL);
            uint64_t read = 0;
            if (number % 2 == 0) {
                status = read_entry(tar, piece, &read, error);
                require(status != NOTCH_OK || read == entry.bytes);
            }
        }
        require(notch_stream_position(tar->stream) <= tar->limit);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    const uint64_t limit = data[0] == 0 ? UINT64_C(1) << 20 : data[0] * (uint64_t)BLOCK;
    notch_stream *stream = NULL;
    notch_tar tar;
    notch_error error = {.message = ""};
    notch_status status = notch_stream_open_memory("fuzz", data + 1, size - 1, &stream, &error);
    if (status == NOTCH_OK) {
        notch_tar_init(&tar, stream, limit);
        status = read_all(&tar, 1 + size % 1000, &error);
    }
    if (status != NOTCH_OK) {
        require(error.status == status && error.message[0] != '\0');
    }
    notch_stream_close(stream);
    return 0;
}

/* ---- seeds ----------------------------------------------------------------------------------- */

static void seal(uint8_t *header)
{
    unsigned sum = 0;
    memset(header + SUM_AT, ' ', SUM_LENGTH);
    for (size_t i = 0; i < BLOCK; i++) {
        sum += header[i];
    }
    (void)snprintf((char *)header + SUM_AT, SUM_LENGTH, "%06o", sum);
}

/* A folder, two files and the end, as tar writes them. */
static size_t make_seed(uint8_t *to, unsigned kind)
{
    static const unsigned sizes[] = {0, 5, 513};
    size_t at = 1;
    to[0] = kind & 1 ? 0 : 8;
    for (unsigned k = 0; k < 3; k++) {
        const size_t blocks = 1 + (sizes[k] + BLOCK - 1) / BLOCK;
        memset(to + at, 0, blocks * BLOCK);
        memcpy(to + at, "set/file", 8);
        (void)snprintf((char *)to + at + SIZE_AT, 12, "%011o", sizes[k]);
        to[at + TYPE_AT] = k == 0 ? '5' : '0';
        memcpy(to + at + MAGIC_AT,
               "ustar\0"
               "00",
               8);
        seal(to + at);
        at += blocks * BLOCK;
    }
    memset(to + at, 0, 2 * BLOCK);
    return at + 2 * BLOCK;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
    if (room >= 10 * BLOCK && (size < 1 || seed % 32 == 0)) {
        size = make_seed(data, seed / 32);
    }
    size = LLVMFuzzerMutate(data, size, room);
    const size_t header = 1 + (size_t)(seed / 8 % 4) * BLOCK;
    if (seed % 8 != 1 && size >= header + BLOCK) {
        seal(data + header);
    }
    return size;
}
