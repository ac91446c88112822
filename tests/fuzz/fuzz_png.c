/* fuzz_png.c - no bytes make the PNG reader fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * An input is a PNG file. Seeds are made here, since the format is binary; checksums of chunks are
 * made right, since libpng looks at nothing behind a wrong one. A picture that was read is written
 * and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "host/png.h"

enum {
    SIGNATURE = 8,
    AROUND = 12, /* bytes of a chunk around its content */
    PIXELS_MAX = 65536
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

static void check(const notch_picture *picture)
{
    const size_t count = (size_t)picture->width * picture->height * picture->channels;
    notch_picture *again = NULL;
    uint8_t *bytes = NULL;
    size_t size = 0;
    notch_error error;
    require(picture->width >= 1 && picture->width <= NOTCH_PNG_SIDE_MAX);
    require(picture->height >= 1 && picture->height <= NOTCH_PNG_SIDE_MAX);
    require(picture->channels == 1 || picture->channels == 3);
    if (count > PIXELS_MAX) { /* too slow */
        return;
    }
    require(notch_png_encode("written", picture, &bytes, &size, &error) == NOTCH_OK);
    require(notch_png_decode("written", bytes, size, &again, &error) == NOTCH_OK);
    require(again->width == picture->width && again->height == picture->height);
    require(again->channels == picture->channels);
    require(memcmp(again->samples, picture->samples, count) == 0);
    notch_picture_destroy(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    notch_picture *picture = NULL;
    notch_error error = {.message = ""};
    const notch_status status = notch_png_decode("fuzz", data, size, &picture, &error);
    if (status == NOTCH_OK) {
        check(picture);
    } else {
        require(picture == NULL && error.status == status);
        require(strncmp(error.message, "fuzz: ", 6) == 0);
    }
    notch_picture_destroy(picture);
    return 0;
}

/* ---- seeds ----------------------------------------------------------------------------------- */

static size_t make_seed(uint8_t *to, size_t room, unsigned kind)
{
    notch_picture *picture = NULL;
    uint8_t *bytes = NULL;
    size_t count = 0;
    notch_error error;
    require(notch_picture_create(1 + kind % 9, 1 + kind / 16 % 5, kind & 8 ? 3 : 1, &picture,
                                 &error) == NOTCH_OK);
    picture->samples[0] = (uint8_t)kind;
    require(notch_png_encode("seed", picture, &bytes, &count, &error) == NOTCH_OK);
    notch_picture_destroy(picture);
    count = count <= room ? count : 0;
    memcpy(to, bytes, count);
    free(bytes);
    return count;
}

static uint32_t get_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* CRC-32 of the PNG specification. */
static uint32_t crc(const uint8_t *bytes, size_t count)
{
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = sum & 1 ? sum >> 1 ^ UINT32_C(0xedb88320) : sum >> 1;
        }
    }
    return ~sum;
}

static void seal_chunks(uint8_t *data, size_t size)
{
    for (size_t at = SIGNATURE; size >= at && size - at >= AROUND;) {
        const size_t content = get_big_endian(data + at);
        if (content > size - at - AROUND) {
            return;
        }
        const uint32_t sum = crc(data + at + 4, content + 4);
        for (int k = 0; k < 4; k++) {
            data[at + 8 + content + (size_t)k] = (uint8_t)(sum >> (24 - 8 * k));
        }
        at += content + AROUND;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
    if (size < SIGNATURE || seed % 64 == 0) {
        size = make_seed(data, room, seed / 64);
    }
    size = LLVMFuzzerMutate(data, size, room);
    if (seed % 8 != 1) {
        seal_chunks(data, size);
    }
    return size;
}
