/* fuzz_idx.c - no bytes make the IDX reader fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * An input is a byte for the number of classes expected (0: any), two bytes for the size of the
 * image file, low byte first, the image file and the label file. Seeds are made here, since the
 * format is binary.
 */
#include <notch/data.h>

#include <stdlib.h>
#include <string.h>

#include "host/data_idx.h"
#include "host/data_stream.h"

enum {
    BEFORE = 3, /* bytes before the image file */
    SEED_MAX = 128
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

static void check_dataset(const notch_dataset *d, uint32_t classes, const uint8_t *images,
                          size_t images_size, const uint8_t *labels, size_t labels_size)
{
    const size_t bytes = (size_t)d->count * d->channels * d->height * d->width;
    require(d->count >= 1 && bytes >= 1 && d->maximum == 255);
    require(classes == 0 || d->classes == classes);
    for (size_t i = 0; i < d->count; i++) {
        require(d->labels[i] < d->classes);
    }
    if (images[0] == 0) { /* not compressed */
        const size_t header = 4 + 4 * (size_t)images[3];
        require(images_size == header + bytes && memcmp(images + header, d->images, bytes) == 0);
    }
    if (labels[0] == 0) {
        require(labels_size == 8 + d->count);
        require(memcmp(labels + 8, d->labels, (size_t)d->count) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < BEFORE) {
        return 0;
    }
    const notch_data_format format = {.classes = data[0]};
    const size_t wanted = data[1] | (size_t)data[2] << 8;
    const size_t images_size = wanted < size - BEFORE ? wanted : size - BEFORE;
    const uint8_t *images = data + BEFORE, *labels = images + images_size;
    const size_t labels_size = size - BEFORE - images_size;
    notch_error error = {.message = ""};
    notch_stream *image_stream = NULL, *label_stream = NULL;
    notch_dataset *d = NULL;
    notch_status status =
        notch_stream_open_memory("images", images, images_size, &image_stream, &error);
    if (status == NOTCH_OK) {
        status = notch_stream_open_memory("labels", labels, labels_size, &label_stream, &error);
    }
    if (status == NOTCH_OK) {
        status = notch_idx_parse(image_stream, label_stream, &format, "fuzz", &d, &error);
    }
    if (status == NOTCH_OK) {
        check_dataset(d, format.classes, images, images_size, labels, labels_size);
    } else {
        require(d == NULL && error.status == status && error.message[0] != '\0');
    }
    notch_dataset_destroy(d);
    notch_stream_close(image_stream);
    notch_stream_close(label_stream);
    return 0;
}

/* Appends `bytes` as a gzip file with one stored block; `sum` is their CRC-32, low byte first. */
static size_t add_stored(uint8_t *to, const uint8_t *bytes, uint8_t count, const uint8_t sum[4])
{
    const uint8_t start[15] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, count, 0, (uint8_t)~count,
                               0xff};
    const uint8_t end[4] = {count, 0, 0, 0};
    memcpy(to, start, 15);
    memcpy(to + 15, bytes, count);
    memcpy(to + 15 + count, sum, 4);
    memcpy(to + 19 + count, end, 4);
    return (size_t)count + 23;
}

/* Two images of 2 x 2, or of 1 x 2 x 2 in four dimensions, compressed or not, and their labels. */
static size_t make_seed(uint8_t *to, unsigned kind)
{
    static const uint8_t images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,
                                     0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t colours[] = {0, 0, 8, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0,
                                      0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 3, 0};
    static const uint8_t images_sum[] = {0x65, 0x34, 0xe2, 0xa1},
                         labels_sum[] = {0xda, 0xff, 0xb1, 0xbe};
    size_t size = BEFORE;
    if (kind & 1) {
        size += add_stored(to + size, images, sizeof images, images_sum);
    } else if (kind & 2) {
        memcpy(to + size, colours, sizeof colours);
        size += sizeof colours;
    } else {
        memcpy(to + size, images, sizeof images);
        size += sizeof images;
    }
    to[0] = kind & 4 ? 4 : 0;
    to[1] = (uint8_t)(size - BEFORE);
    to[2] = 0;
    if (kind & 8) {
        return size + add_stored(to + size, labels, sizeof labels, labels_sum);
    }
    memcpy(to + size, labels, sizeof labels);
    return size + sizeof labels;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
    if (room >= SEED_MAX && (size < BEFORE || seed % 64 == 0)) {
        size = make_seed(data, seed / 64);
        if (seed / 1024 % 4 == 0) {
            return size;
        }
    }
    return LLVMFuzzerMutate(data, size, room);
}
