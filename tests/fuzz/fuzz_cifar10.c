/* fuzz_cifar10.c - no bytes make the reader of CIFAR-10 fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * An input is two bytes for the size of the first file, low byte first, and two files. Seeds are
 * made here: a record has 3,073 bytes, which chance does not hit.
 */
#include <stdlib.h>
#include <string.h>

#include "host/data_cifar10.h"

enum {
    BEFORE = 2, /* bytes before the first file */
    PIXELS = 3072,
    RECORD = PIXELS + 1,
    CLASSES = 10
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

static bool is_compressed(const uint8_t *file, size_t size)
{
    return size >= 2 && file[0] == 0x1f && file[1] == 0x8b;
}

/* The records of a plain file, from data set image `first` on. */
static size_t check_records(const notch_dataset *d, size_t first, const uint8_t *file, size_t size)
{
    require(size % RECORD == 0 && size > 0);
    for (size_t i = 0; i < size / RECORD; i++) {
        require(first + i < d->count && d->labels[first + i] == file[i * RECORD]);
        require(memcmp(d->images + (first + i) * PIXELS, file + i * RECORD + 1, PIXELS) == 0);
    }
    return first + size / RECORD;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < BEFORE) {
        return 0;
    }
    const size_t wanted = data[0] | (size_t)data[1] << 8;
    const size_t first_size = wanted < size - BEFORE ? wanted : size - BEFORE;
    const uint8_t *first = data + BEFORE, *second = first + first_size;
    const size_t second_size = size - BEFORE - first_size;
    notch_stream *streams[2] = {NULL, NULL};
    notch_dataset *d = NULL;
    notch_error error = {.message = ""};
    notch_status status = notch_stream_open_memory("first", first, first_size, &streams[0], &error);
    if (status == NOTCH_OK) {
        status = notch_stream_open_memory("second", second, second_size, &streams[1], &error);
    }
    if (status == NOTCH_OK) {
        status = notch_cifar10_parse(streams, 2, "fuzz", &d, &error);
    }
    if (status == NOTCH_OK) {
        require(d->count >= 2 && d->channels == 3 && d->height == 32 && d->width == 32);
        for (size_t i = 0; i < d->count; i++) {
            require(d->labels[i] < CLASSES);
        }
        if (!is_compressed(first, first_size) && !is_compressed(second, second_size)) {
            require(check_records(d, check_records(d, 0, first, first_size), second, second_size) ==
                    d->count);
        }
    } else {
        require(d == NULL && error.status == status && error.message[0] != '\0');
    }
    notch_dataset_destroy(d);
    notch_stream_close(streams[0]);
    notch_stream_close(streams[1]);
    return 0;
}

/* One or two records in each file. */
static size_t make_seed(uint8_t *to, unsigned kind)
{
    const size_t first = 1 + kind % 2, all = first + 1 + kind / 2 % 2;
    to[0] = (uint8_t)(first * RECORD % 256);
    to[1] = (uint8_t)(first * RECORD / 256);
    for (size_t i = 0; i < all; i++) {
        memset(to + BEFORE + i * RECORD, (int)(kind + i) % CLASSES, RECORD);
    }
    return BEFORE + all * RECORD;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
    if (room >= BEFORE + 4 * RECORD && (size < BEFORE || seed % 32 == 0)) {
        size = make_seed(data, seed / 32);
        if (seed % 64 == 0) {
            data[BEFORE + seed / 64 % RECORD] = (uint8_t)seed;
            return size;
        }
    }
    return LLVMFuzzerMutate(data, size, room);
}
