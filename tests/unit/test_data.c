/* test_data.c - the readers of data sets: content, every error, the search, the real data sets.
 * SPDX-License-Identifier: MIT
 *
 * Works in a temporary folder, with relative paths, so that sentences can be compared in full.
 * The environment variable NOTCH_DATA may name a folder with the real data sets.
 */
#define _XOPEN_SOURCE 700
#include <notch/data.h>

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef NOTCH_NO_ZLIB
#include <zlib.h>
#endif

#include "host/data_csv.h"
#include "host/data_idx.h"
#include "host/data_set.h"
#include "host/data_stream.h"
#include "test.h"

static char scratch[4096], real_data[4096];
static notch_error error;

static int erase(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts, (void)type, (void)place;
    return remove(path);
}

static void leave(void)
{
    if (chdir("/") == 0) {
        nftw(scratch, erase, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static void enter(void)
{
    const char *data = getenv("NOTCH_DATA");
    if (data != NULL && realpath(data, real_data) == NULL) {
        real_data[0] = '\0';
    }
    const char *place = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/notch-data-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0) {
        perror(scratch);
        exit(1);
    }
    atexit(leave);
}

/* ------------------------------------------------------------------------------------------------
 * Files
 * --------------------------------------------------------------------------------------------- */

enum {
    FILE_MAX = 64 * 3073
};

typedef struct content {
    size_t count;
    uint8_t bytes[FILE_MAX];
} content;

static void add(content *c, const void *bytes, size_t count)
{
    CHECK(c->count + count <= FILE_MAX);
    memcpy(c->bytes + c->count, bytes, count);
    c->count += count;
}

static void add_byte(content *c, unsigned byte)
{
    const uint8_t value = (uint8_t)byte;
    add(c, &value, 1);
}

static void add_size(content *c, uint32_t size)
{
    for (unsigned shift = 32; shift != 0; shift -= 8) {
        add_byte(c, size >> (shift - 8) & 255);
    }
}

static void put(const char *path, const void *bytes, size_t count)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK_EQUAL_U64(fwrite(bytes, 1, count, file), count);
    CHECK(fclose(file) == 0);
}

static void put_content(const char *path, const content *c)
{
    put(path, c->bytes, c->count);
}

static void put_text(const char *path, const char *text)
{
    put(path, text, strlen(text));
}

/* Reads a small file. */
static void get(const char *path, content *c)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    c->count = fread(c->bytes, 1, FILE_MAX, file);
    CHECK(fclose(file) == 0);
}

static void put_compressed(const char *path, const char *mode, const content *c)
{
#ifdef NOTCH_NO_ZLIB
    (void)path, (void)mode, (void)c;
    SKIP("this build has no zlib");
#else
    gzFile file = gzopen(path, mode);
    CHECK(file != NULL);
    CHECK_EQUAL_I64(gzwrite(file, c->bytes, (unsigned)c->count), (int64_t)c->count);
    CHECK_EQUAL_I64(gzclose(file), Z_OK);
#endif
}

static void make_folder(const char *path)
{
    CHECK(mkdir(path, 0777) == 0);
}

/* `count` images of 1 x height x width with bytes 0, 1, 2, ... (mod 251). */
static content idx_images(uint32_t count, uint32_t height, uint32_t width)
{
    content c = {.count = 0};
    add_size(&c, 0x00000803);
    add_size(&c, count);
    add_size(&c, height);
    add_size(&c, width);
    for (uint32_t i = 0; i < count * height * width; i++) {
        add_byte(&c, i % 251);
    }
    return c;
}

/* Labels 0, 1, ..., 9, 0, ... */
static content idx_labels(uint32_t count)
{
    content c = {.count = 0};
    add_size(&c, 0x00000801);
    add_size(&c, count);
    for (uint32_t i = 0; i < count; i++) {
        add_byte(&c, i % 10);
    }
    return c;
}

static content cifar10_batch(unsigned count, unsigned first)
{
    content c = {.count = 0};
    for (unsigned i = 0; i < count; i++) {
        add_byte(&c, (first + i) % 10);
        for (unsigned j = 0; j < 3072; j++) {
            add_byte(&c, (first + i + j) % 251);
        }
    }
    return c;
}

/* ------------------------------------------------------------------------------------------------
 * Comparisons
 * --------------------------------------------------------------------------------------------- */

static void check_ok(notch_status status)
{
    if (status != NOTCH_OK) {
        TEST_FAIL("%s: %s", notch_status_name(status), error.message);
    }
}

/* The status, and the sentence in full. */
static void check_failure(notch_status status, notch_status expected, const char *sentence)
{
    CHECK_STRING(notch_status_name(status), notch_status_name(expected));
    CHECK_STRING(error.message, sentence);
    CHECK(error.status == expected);
}

static void check_sizes(const notch_dataset *d, const char *name, uint64_t count, uint32_t channels,
                        uint32_t height, uint32_t width, uint32_t classes, uint32_t maximum)
{
    CHECK(d != NULL);
    CHECK_STRING(d->name, name);
    CHECK_EQUAL_U64(d->count, count);
    CHECK_EQUAL_U64(d->channels, channels);
    CHECK_EQUAL_U64(d->height, height);
    CHECK_EQUAL_U64(d->width, width);
    CHECK_EQUAL_U64(d->classes, classes);
    CHECK_EQUAL_U64(d->maximum, maximum);
}

static void check_same(const notch_dataset *a, const notch_dataset *b)
{
    check_sizes(a, b->name, b->count, b->channels, b->height, b->width, b->classes, b->maximum);
    const size_t bytes = (size_t)b->count * b->channels * b->height * b->width;
    CHECK(memcmp(a->images, b->images, bytes) == 0);
    CHECK(memcmp(a->labels, b->labels, (size_t)b->count) == 0);
}

/* ------------------------------------------------------------------------------------------------
 * Data sets in memory
 * --------------------------------------------------------------------------------------------- */

static const notch_dataset small = {.name = "small",
                                    .count = 3,
                                    .channels = 2,
                                    .height = 4,
                                    .width = 5,
                                    .classes = 7,
                                    .maximum = 16};

TEST(create_gives_zeros)
{
    notch_dataset *d = NULL;
    check_ok(notch_dataset_create(&small, &d, &error));
    check_sizes(d, "small", 3, 2, 4, 5, 7, 16);
    for (size_t i = 0; i < (size_t)3 * 2 * 4 * 5; i++) {
        CHECK_EQUAL_U64(d->images[i], 0);
    }
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQUAL_U64(d->labels[i], 0);
    }
    notch_dataset_destroy(d);
    notch_dataset_destroy(NULL);
}

static void refused(notch_dataset sizes, notch_status status, const char *sentence)
{
    notch_dataset *d = NULL;
    check_failure(notch_dataset_create(&sizes, &d, &error), status, sentence);
    CHECK(d == NULL);
}

TEST(create_refuses_sizes)
{
    notch_dataset s = small;
    s.count = 0;
    refused(s, NOTCH_ERROR_RANGE, "data set: 0 images, expected 1 to 16777216");
    s.count = 16777217;
    refused(s, NOTCH_ERROR_RANGE, "data set: 16777217 images, expected 1 to 16777216");
    s = small;
    s.channels = 0;
    refused(s, NOTCH_ERROR_RANGE, "data set: images of 0 x 4 x 5, expected 1 to 1048576 pixels");
    s = small;
    s.channels = s.height = s.width = UINT32_MAX; /* the product of three wraps in 64 bits */
    refused(s, NOTCH_ERROR_RANGE,
            "data set: images of 4294967295 x 4294967295 x 4294967295, expected 1 to 1048576 "
            "pixels");
    s = small;
    s.count = 16777216;
    s.channels = 257;
    s.height = s.width = 1;
    refused(s, NOTCH_ERROR_RANGE, "data set: 4311744512 bytes, expected at most 4294967296");
    s = small;
    s.classes = 0;
    refused(s, NOTCH_ERROR_RANGE, "data set: 0 classes, expected 1 to 256");
    s.classes = 257;
    refused(s, NOTCH_ERROR_RANGE, "data set: 257 classes, expected 1 to 256");
    s = small;
    s.maximum = 0;
    refused(s, NOTCH_ERROR_RANGE, "data set: maximum 0, expected 1 to 255");
    s.maximum = 256;
    refused(s, NOTCH_ERROR_RANGE, "data set: maximum 256, expected 1 to 255");
    s = small;
    memset(s.name, 'x', sizeof s.name);
    refused(s, NOTCH_ERROR_ARGUMENT, "data set: the name has no end, expected at most 63 bytes");
    notch_dataset *d = NULL;
    check_failure(notch_dataset_create(NULL, &d, &error), NOTCH_ERROR_ARGUMENT,
                  "data set: the sizes are missing");
    check_failure(notch_dataset_create(&small, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "data set: the result is missing");
    CHECK(notch_dataset_create(NULL, &d, NULL) == NOTCH_ERROR_ARGUMENT);
}

/* Growing, as the readers do: room doubles up to the limit, what is there stays. */
TEST(reserve_grows_up_to_the_limit)
{
    notch_dataset sizes = small, *d = NULL;
    sizes.channels = 1;
    sizes.height = sizes.width = 1024;
    check_ok(notch_dataset_create(&sizes, &d, &error));
    d->images[3 * 1024 * 1024 - 1] = 77;
    d->labels[2] = 6;
    uint64_t capacity = 3;
    check_ok(notch_dataset_reserve(d, &capacity, 3, "F", &error));
    CHECK_EQUAL_U64(capacity, 3);
    check_ok(notch_dataset_reserve(d, &capacity, 4, "F", &error));
    CHECK_EQUAL_U64(capacity, 6);
    check_ok(notch_dataset_reserve(d, &capacity, 13, "F", &error));
    CHECK_EQUAL_U64(capacity, 13);
    check_failure(notch_dataset_reserve(d, &capacity, 4097, "F", &error), NOTCH_ERROR_INPUT,
                  "F: more images of 1048576 bytes than can be held, expected at most 4096");
    CHECK_EQUAL_U64(capacity, 13);
    notch_dataset_trim(d);
    CHECK_EQUAL_U64(d->images[3 * 1024 * 1024 - 1], 77);
    CHECK_EQUAL_U64(d->labels[2], 6);
    notch_dataset_destroy(d);
}

static void format_refused(notch_data_format format, notch_status status, const char *sentence)
{
    notch_dataset *d = NULL;
    const notch_data_options options = {.format = format};
    check_failure(notch_dataset_read_csv("any", &format, NULL, &d, &error), status, sentence);
    check_failure(notch_dataset_read_idx("any", "any", &format, NULL, &d, &error), status,
                  sentence);
    check_failure(notch_data_find("any", &options, &d, NULL, &error), status, sentence);
    CHECK(d == NULL);
}

TEST(formats_that_cannot_be)
{
    format_refused((notch_data_format){.classes = 257}, NOTCH_ERROR_RANGE,
                   "data format: 257 classes, expected at most 256");
    format_refused((notch_data_format){.maximum = 256}, NOTCH_ERROR_RANGE,
                   "data format: maximum 256, expected at most 255");
    format_refused((notch_data_format){.height = 2, .width = 3}, NOTCH_ERROR_ARGUMENT,
                   "data format: images of 0 x 2 x 3 (channels, height, width), expected all three "
                   "or none");
    format_refused((notch_data_format){.channels = 1, .height = 1025, .width = 1024},
                   NOTCH_ERROR_RANGE,
                   "data format: images of 1 x 1025 x 1024, expected at most 1048576 pixels");
}

/* ------------------------------------------------------------------------------------------------
 * IDX
 * --------------------------------------------------------------------------------------------- */

TEST(idx_reads_what_was_written)
{
    const content images = idx_images(12, 3, 5), labels = idx_labels(12);
    put_content("images", &images);
    put_content("labels", &labels);
    notch_dataset *d = NULL;
    check_ok(notch_dataset_read_idx("./images", "labels", NULL, NULL, &d, &error));
    check_sizes(d, "images", 12, 1, 3, 5, 10, 255);
    CHECK(memcmp(d->images, images.bytes + 16, 12 * 3 * 5) == 0);
    CHECK(memcmp(d->labels, labels.bytes + 8, 12) == 0);
    notch_dataset_destroy(d);
    const notch_data_format format = {.classes = 11, .channels = 1, .height = 3, .width = 5};
    check_ok(notch_dataset_read_idx("images", "labels", &format, "a name", &d, &error));
    check_sizes(d, "a name", 12, 1, 3, 5, 11, 255);
    notch_dataset_destroy(d);
}

TEST(idx_reads_colours)
{
    content images = {.count = 0};
    add_size(&images, 0x00000804);
    add_size(&images, 2);
    add_size(&images, 3);
    add_size(&images, 2);
    add_size(&images, 1);
    add(&images, "rRgGbBrRgGbB", 12);
    const content labels = idx_labels(2);
    put_content("colours", &images);
    put_content("colour-labels", &labels);
    notch_dataset *d = NULL;
    check_ok(notch_dataset_read_idx("colours", "colour-labels", NULL, NULL, &d, &error));
    check_sizes(d, "colours", 2, 3, 2, 1, 2, 255);
    CHECK(memcmp(d->images, "rRgGbBrRgGbB", 12) == 0);
    notch_dataset_destroy(d);
}

/* Parses both in memory; returns what parsing says. */
static notch_status parse_idx(const content *images, const content *labels,
                              const notch_data_format *format)
{
    static const notch_data_format any;
    notch_stream *i = NULL, *l = NULL;
    notch_dataset *d = NULL;
    check_ok(notch_stream_open_memory("I", images->bytes, images->count, &i, &error));
    check_ok(notch_stream_open_memory("L", labels->bytes, labels->count, &l, &error));
    error.message[0] = '\0';
    const notch_status status =
        notch_idx_parse(i, l, format != NULL ? format : &any, "name", &d, &error);
    notch_stream_close(i);
    notch_stream_close(l);
    CHECK((status == NOTCH_OK) == (d != NULL));
    notch_dataset_destroy(d);
    return status;
}

static void idx_refused(const content *images, const content *labels,
                        const notch_data_format *format, const char *sentence)
{
    check_failure(parse_idx(images, labels, format), NOTCH_ERROR_INPUT, sentence);
}

TEST(idx_refuses_other_kinds)
{
    const content images = idx_images(4, 2, 2), labels = idx_labels(4);
    check_ok(parse_idx(&images, &labels, NULL));
    idx_refused(&labels, &labels, NULL, "I: holds IDX labels, expected images");
    idx_refused(&images, &images, NULL, "L: holds IDX images, expected labels");
    content c = images;
    c.bytes[0] = 80;
    idx_refused(&c, &labels, NULL,
                "I: begins with bytes 80 0 8 3, expected 0 0 8 3 or 0 0 8 4 (IDX images in "
                "unsigned bytes)");
    c = images;
    c.bytes[2] = 13; /* float */
    idx_refused(&c, &labels, NULL,
                "I: begins with bytes 0 0 13 3, expected 0 0 8 3 or 0 0 8 4 (IDX images in "
                "unsigned bytes)");
    c = images;
    c.bytes[3] = 5;
    idx_refused(&c, &labels, NULL,
                "I: begins with bytes 0 0 8 5, expected 0 0 8 3 or 0 0 8 4 (IDX images in "
                "unsigned bytes)");
    c = labels;
    c.bytes[3] = 2;
    idx_refused(&images, &c, NULL,
                "L: begins with bytes 0 0 8 2, expected 0 0 8 1 (IDX labels in unsigned bytes)");
}

/* Each length that is too short, and one that is too long. */
TEST(idx_refuses_other_lengths)
{
    const content images = idx_images(4, 2, 2), labels = idx_labels(4);
    content c = images;
    for (c.count = 0; c.count < images.count; c.count++) {
        char sentence[100];
        if (c.count == 0) {
            snprintf(sentence, sizeof sentence,
                     "I: empty after 0 bytes, expected an IDX header of 4");
        } else if (c.count < 4) {
            snprintf(sentence, sizeof sentence,
                     "I: ends after %zu bytes, expected an IDX header "
                     "of 4",
                     c.count);
        } else if (c.count < 16) {
            snprintf(sentence, sizeof sentence,
                     "I: ends after %zu bytes, expected an IDX header "
                     "of 16",
                     c.count);
        } else {
            snprintf(sentence, sizeof sentence,
                     "I: has %zu bytes, expected the 32 that its header announces", c.count);
        }
        idx_refused(&c, &labels, NULL, sentence);
    }
    c = images;
    add_byte(&c, 0);
    idx_refused(&c, &labels, NULL, "I: has 33 bytes, expected the 32 that its header announces");
    c = labels;
    add_byte(&c, 0);
    idx_refused(&images, &c, NULL, "L: has 13 bytes, expected the 12 that its header announces");
    c.count = 11;
    idx_refused(&images, &c, NULL, "L: has 11 bytes, expected the 12 that its header announces");
}

static void sizes_refused(uint32_t count, uint32_t height, uint32_t width, const char *sentence)
{
    content images = {.count = 0};
    add_size(&images, 0x00000803);
    add_size(&images, count);
    add_size(&images, height);
    add_size(&images, width);
    const content labels = idx_labels(1);
    idx_refused(&images, &labels, NULL, sentence);
}

/* Headers that announce what is out of range or would wrap around. */
TEST(idx_refuses_sizes)
{
#define LIMITS "expected 1 to 16777216 items of 1 to 1048576 bytes, at most 4294967296 bytes in all"
    sizes_refused(0, 2, 2, "I: announces 0 items of 1 x 2 x 2 bytes, " LIMITS);
    sizes_refused(1, 0, 2, "I: announces 1 items of 1 x 0 x 2 bytes, " LIMITS);
    sizes_refused(1, 2, 0, "I: announces 1 items of 1 x 2 x 0 bytes, " LIMITS);
    sizes_refused(1, 1024, 1025, "I: announces 1 items of 1 x 1024 x 1025 bytes, " LIMITS);
    sizes_refused(16777217, 1, 1, "I: announces 16777217 items of 1 x 1 x 1 bytes, " LIMITS);
    sizes_refused(4097, 1024, 1024, "I: announces 4097 items of 1 x 1024 x 1024 bytes, " LIMITS);
    sizes_refused(UINT32_MAX, UINT32_MAX, UINT32_MAX,
                  "I: announces 4294967295 items of 1 x 4294967295 x 4294967295 bytes, " LIMITS);
    sizes_refused(1, 0x10000, 0x10000, "I: announces 1 items of 1 x 65536 x 65536 bytes, " LIMITS);
    /* within the limits, but 16 bytes cannot hold it: refused before memory is reserved */
    sizes_refused(4096, 1024, 1024,
                  "I: has 16 bytes, expected the 4294967312 that its header announces");
}

TEST(idx_refuses_what_does_not_agree)
{
    const content images = idx_images(4, 2, 2), labels = idx_labels(4), five = idx_labels(5);
    idx_refused(&images, &five, NULL, "L: 5 labels, expected 4 as images in I");
    idx_refused(&images, &labels, &(notch_data_format){.classes = 3},
                "L: the label of image 3 (from 0) is 3, expected less than 3");
    check_ok(parse_idx(&images, &labels, &(notch_data_format){.classes = 4}));
    idx_refused(&images, &labels, &(notch_data_format){.channels = 1, .height = 2, .width = 3},
                "I: images of 1 x 2 x 2 (channels, height, width), expected 1 x 2 x 3");
}

TEST(idx_refuses_places)
{
    notch_dataset *d = NULL;
    const content labels = idx_labels(4);
    put_content("four-labels", &labels);
    make_folder("a-folder");
    CHECK(mkfifo("a-pipe", 0666) == 0);
    check_failure(notch_dataset_read_idx("nothing", "four-labels", NULL, NULL, &d, &error),
                  NOTCH_ERROR_INPUT, "nothing: cannot be opened: No such file or directory");
    check_failure(notch_dataset_read_idx("a-folder", "four-labels", NULL, NULL, &d, &error),
                  NOTCH_ERROR_INPUT, "a-folder: is a folder, expected a regular file");
    check_failure(notch_dataset_read_idx("a-pipe", "four-labels", NULL, NULL, &d, &error),
                  NOTCH_ERROR_INPUT, "a-pipe: is no regular file, expected a regular file");
    check_failure(notch_dataset_read_idx("four-labels", "nothing", NULL, NULL, &d, &error),
                  NOTCH_ERROR_INPUT, "nothing: cannot be opened: No such file or directory");
    check_failure(notch_dataset_read_idx(NULL, "four-labels", NULL, NULL, &d, &error),
                  NOTCH_ERROR_ARGUMENT, "IDX files: a path is missing");
    check_failure(notch_dataset_read_idx("four-labels", NULL, NULL, NULL, &d, &error),
                  NOTCH_ERROR_ARGUMENT, "IDX files: a path is missing");
    check_failure(notch_dataset_read_idx("a", "b", NULL, NULL, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "IDX files: the result is missing");
    CHECK(d == NULL);
}

/* ------------------------------------------------------------------------------------------------
 * gzip
 * --------------------------------------------------------------------------------------------- */

static void check_equal_files(const char *images, const char *labels, const notch_dataset *plain)
{
    notch_dataset *d = NULL;
    check_ok(notch_dataset_read_idx(images, labels, NULL, plain->name, &d, &error));
    check_same(d, plain);
    notch_dataset_destroy(d);
}

/* More than a buffer of 64 KiB; compressed well, hardly and in several members. */
TEST(gzip_gives_the_same)
{
    content images = idx_images(100, 30, 50), labels = idx_labels(100);
    put_content("p-images", &images);
    put_content("p-labels", &labels);
    notch_dataset *plain = NULL;
    check_ok(notch_dataset_read_idx("p-images", "p-labels", NULL, "p", &plain, &error));
    put_compressed("z-images.gz", "wb9", &images);
    put_compressed("z-labels.gz", "wb1", &labels);
    check_equal_files("z-images.gz", "z-labels.gz", plain);
    check_equal_files("p-images", "z-labels.gz", plain);
    put_compressed("stored", "wb0", &images); /* the name does not matter */
    check_equal_files("stored", "p-labels", plain);
    content half = {.count = images.count / 2};
    memcpy(half.bytes, images.bytes, half.count);
    put_compressed("members", "wb6", &half);
    memcpy(half.bytes, images.bytes + half.count, images.count - half.count);
    half.count = images.count - half.count;
    put_compressed("members", "ab6", &half);
    check_equal_files("members", "p-labels", plain);
    notch_dataset_destroy(plain);
}

/* Every byte of a small compressed file, missing from the end or changed: nothing of it is read
 * as if nothing had happened. Bytes 3 to 9 are flags, time and system, and the last byte before the
 * check sum ends in unused bits: these may change. */
TEST(gzip_cut_short_or_damaged)
{
    const content images = idx_images(3, 4, 4), labels = idx_labels(3);
    content packed;
    put_compressed("packed", "wb6", &images);
    get("packed", &packed);
    check_ok(parse_idx(&packed, &labels, NULL));
    content c = packed;
    for (c.count = 2; c.count < packed.count; c.count++) {
        NOTE("%zu of %zu bytes", c.count, packed.count);
        CHECK(parse_idx(&c, &labels, NULL) == NOTCH_ERROR_INPUT);
        CHECK(strstr(error.message, "I: cut short, the gzip data end in the middle after ") ==
              error.message);
    }
    for (size_t i = 10; i < packed.count; i++) {
        if (i == packed.count - 9) {
            continue;
        }
        c = packed;
        c.bytes[i] ^= 0x10;
        NOTE("byte %zu of %zu", i, packed.count);
        CHECK(parse_idx(&c, &labels, NULL) == NOTCH_ERROR_INPUT);
    }
    c = packed;
    c.bytes[c.count - 8] ^= 1;
    idx_refused(&c, &labels, NULL,
                "I: damaged, expected gzip data throughout (incorrect data check after 64 bytes "
                "of content)");
    c = packed;
    add(&c, "more", 4);
    idx_refused(&c, &labels, NULL,
                "I: damaged, expected gzip data throughout (incorrect header check after 0 bytes "
                "of content)");
}

TEST(gzip_of_another_length)
{
    content images = idx_images(100, 4, 4), packed;
    const content labels = idx_labels(100);
    images.count--;
    put_compressed("short", "wb6", &images);
    get("short", &packed);
    idx_refused(&packed, &labels, NULL,
                "I: has only 1615 bytes, expected the 1616 that its header announces");
    add(&images, "..", 2);
    put_compressed("long", "wb6", &images);
    get("long", &packed);
    idx_refused(&packed, &labels, NULL,
                "I: has more than 1616 bytes, expected the 1616 that its header announces");
    /* a header that announces 4 GiB */
    content header = idx_images(4096, 0, 0);
    memcpy(header.bytes + 8, "\0\0\4\0\0\0\4\0", 8);
    put_compressed("bomb", "wb0", &header);
    get("bomb", &packed);
    char sentence[160];
    snprintf(sentence, sizeof sentence,
             "I: its header announces 4294967312 bytes, expected at most %zu: no gzip file of its "
             "size holds more",
             packed.count * 1032);
    idx_refused(&packed, &labels, NULL, sentence);
}

#ifdef NOTCH_NO_ZLIB
TEST(gzip_without_zlib)
{
    notch_stream *stream = NULL;
    check_failure(notch_stream_open_memory("f", "\x1f\x8b\x08", 3, &stream, &error),
                  NOTCH_ERROR_UNSUPPORTED,
                  "f: is compressed, expected plain data: this build has no zlib");
    CHECK(stream == NULL);
}
#else
TEST(gzip_without_zlib)
{
    SKIP("this build has zlib");
}
#endif

/* ------------------------------------------------------------------------------------------------
 * CIFAR-10
 * --------------------------------------------------------------------------------------------- */

TEST(cifar10_reads_batches_in_order)
{
    const content first = cifar10_batch(3, 0), second = cifar10_batch(20, 3);
    put_content("c1", &first);
    put_content("c2", &second);
    notch_dataset *d = NULL;
    const char *const paths[] = {"c1", "c2"};
    check_ok(notch_dataset_read_cifar10(paths, 2, NULL, &d, &error));
    check_sizes(d, "c1", 23, 3, 32, 32, 10, 255);
    for (size_t i = 0; i < 23; i++) {
        CHECK_EQUAL_U64(d->labels[i], i % 10);
        for (size_t j = 0; j < 3072; j++) {
            CHECK_EQUAL_U64(d->images[3072 * i + j], (i + j) % 251);
        }
    }
    put_compressed("c2.gz", "wb6", &second);
    const char *const packed_paths[] = {"c1", "c2.gz"};
    notch_dataset *packed = NULL;
    check_ok(notch_dataset_read_cifar10(packed_paths, 2, NULL, &packed, &error));
    check_same(packed, d);
    notch_dataset_destroy(packed);
    notch_dataset_destroy(d);
}

static void cifar10_refused(const char *path, notch_status status, const char *sentence)
{
    notch_dataset *d = NULL;
    const char *const paths[] = {"good", path};
    check_failure(notch_dataset_read_cifar10(paths, 2, NULL, &d, &error), status, sentence);
    CHECK(d == NULL);
}

TEST(cifar10_refuses)
{
    content batch = cifar10_batch(2, 8);
    put_content("good", &batch);
    put_text("empty", "");
    cifar10_refused("empty", NOTCH_ERROR_INPUT,
                    "empty: 0 bytes, expected one or more records of 3073 bytes (CIFAR-10)");
    put("short", batch.bytes, 6145);
    cifar10_refused("short", NOTCH_ERROR_INPUT,
                    "short: 6145 bytes, expected one or more records of 3073 bytes (CIFAR-10)");
    batch.bytes[3073] = 10;
    put_content("label", &batch);
    cifar10_refused("label", NOTCH_ERROR_INPUT,
                    "label: record 1 (from 0) has label 10, expected less than 10");
    cifar10_refused("absent", NOTCH_ERROR_INPUT,
                    "absent: cannot be opened: No such file or directory");
    cifar10_refused(NULL, NOTCH_ERROR_ARGUMENT, "CIFAR-10 files: path 1 (from 0) is missing");
    notch_dataset *d = NULL;
    const char *const paths[] = {"good"};
    check_failure(notch_dataset_read_cifar10(paths, 0, NULL, &d, &error), NOTCH_ERROR_ARGUMENT,
                  "CIFAR-10 files: paths are missing");
    check_failure(notch_dataset_read_cifar10(paths, 1, NULL, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "CIFAR-10 files: the result is missing");
}

TEST(cifar10_refuses_compressed)
{
    content batch = cifar10_batch(2, 8);
    put_content("good", &batch);
    const content nothing = {.count = 0};
    put_compressed("empty.gz", "wb6", &nothing);
    cifar10_refused("empty.gz", NOTCH_ERROR_INPUT,
                    "empty.gz: 0 bytes, expected one or more records of 3073 bytes (CIFAR-10)");
    batch.count = 6145;
    put_compressed("short.gz", "wb6", &batch);
    cifar10_refused("short.gz", NOTCH_ERROR_INPUT,
                    "short.gz: 6145 bytes, expected one or more records of 3073 bytes (CIFAR-10)");
}

/* ------------------------------------------------------------------------------------------------
 * CSV
 * --------------------------------------------------------------------------------------------- */

static notch_status parse_csv(const void *text, size_t length, const notch_data_format *format,
                              notch_dataset **d)
{
    static const notch_data_format any;
    notch_stream *stream = NULL;
    check_ok(notch_stream_open_memory("T", text, length, &stream, &error));
    error.message[0] = '\0';
    const notch_status status =
        notch_csv_parse(stream, format != NULL ? format : &any, "name", d, &error);
    notch_stream_close(stream);
    return status;
}

/* All of these say: two images of 2 x 2, labels 7 and 0. */
TEST(csv_reads_lines)
{
    static const char *const texts[] = {
        "1,2,3,4,7\n5,6,7,255,0\n",
        "1,2,3,4,7\n5,6,7,255,0",
        "1,2,3,4,7\r\n5,6,7,255,0\r\n",
        "1,2,3,4,7\r\n5,6,7,255,0\r",
        " 1,\t2 ,3 , 4,7 \n\t5,6,7,255,0\t\n",
        "\n\n1,2,3,4,7\n\n \t\n\r\n5,6,7,255,0\n\n\r\n ",
        "a,b,c,d,label\n1,2,3,4,7\n5,6,7,255,0\n",
        "\"a\",\"b\",\"c\",\"d\",\"label\"\r\n1,2,3,4,7\r\n5,6,7,255,0\r\n",
        " # made by hand\n1,2,3,4,7\n5,6,7,255,0\n",
        "\xef\xbb\xbf"
        "1,2,3,4,7\n5,6,7,255,0\n",
        "\xef\xbb\xbf"
        "label\n1,2,3,4,7\n5,6,7,255,0\n",
        "0001,2,3,04,007\n5,6,7,255,00\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        NOTE("text %zu", i);
        notch_dataset *d = NULL;
        check_ok(parse_csv(texts[i], strlen(texts[i]), NULL, &d));
        check_sizes(d, "name", 2, 1, 2, 2, 8, 255);
        CHECK(memcmp(d->images, "\1\2\3\4\5\6\7\xff", 8) == 0);
        CHECK(memcmp(d->labels, "\7\0", 2) == 0);
        notch_dataset_destroy(d);
    }
}

TEST(csv_takes_a_format)
{
    static const char text[] = "3,1,2,3,4,5,6\n0,6,5,4,3,2,16\n";
    notch_dataset *d = NULL;
    const notch_data_format format = {
        .classes = 5, .channels = 3, .height = 1, .width = 2, .maximum = 16, .label_first = true};
    check_ok(parse_csv(text, strlen(text), &format, &d));
    check_sizes(d, "name", 2, 3, 1, 2, 5, 16);
    CHECK(memcmp(d->images, "\1\2\3\4\5\6\6\5\4\3\2\20", 12) == 0);
    CHECK(memcmp(d->labels, "\3\0", 2) == 0);
    notch_dataset_destroy(d);
    check_ok(parse_csv("1,2,3\n", 6, NULL, &d)); /* two features are no square */
    check_sizes(d, "name", 1, 1, 1, 2, 4, 255);
    notch_dataset_destroy(d);
    put_text("f.csv", text);
    check_ok(notch_dataset_read_csv("f.csv", NULL, NULL, &d, &error));
    check_sizes(d, "f.csv", 2, 1, 1, 6, 17, 255);
    notch_dataset_destroy(d);
}

/* Longer than the buffers, with growing room for values and for images. */
TEST(csv_of_many_values)
{
    enum {
        ROWS = 40,
        FEATURES = 2500
    };
    static char text[ROWS * (FEATURES + 1) * 4];
    size_t length = 0;
    for (unsigned i = 0; i < ROWS; i++) {
        for (unsigned j = 0; j < FEATURES; j++) {
            length +=
                (size_t)snprintf(text + length, sizeof text - length, "%u,", (i * 31 + j) % 256);
        }
        length += (size_t)snprintf(text + length, sizeof text - length, "%u\n", i);
    }
    notch_dataset *d = NULL;
    check_ok(parse_csv(text, length, NULL, &d));
    check_sizes(d, "name", ROWS, 1, 50, 50, ROWS, 255);
    for (size_t i = 0; i < ROWS; i++) {
        CHECK_EQUAL_U64(d->labels[i], i);
        for (size_t j = 0; j < FEATURES; j++) {
            CHECK_EQUAL_U64(d->images[i * FEATURES + j], (i * 31 + j) % 256);
        }
    }
    notch_dataset_destroy(d);
}

static void csv_refused(const char *text, const notch_data_format *format, const char *sentence)
{
    notch_dataset *d = NULL;
    NOTE("text: %s", text);
    check_failure(parse_csv(text, strlen(text), format, &d), NOTCH_ERROR_INPUT, sentence);
    CHECK(d == NULL);
}

TEST(csv_refuses_characters)
{
    csv_refused("1,x,3\n", NULL, "T: line 1, column 2: \"x\", expected a whole number");
    csv_refused("1,2,3\n4,-5,6\n", NULL, "T: line 2, column 2: \"-\", expected a whole number");
    csv_refused("-1,2,3\n", NULL, "T: line 1, column 1: \"-\", expected a whole number");
    csv_refused("1,2,\n", NULL,
                "T: line 1, column 3: the end of the line, expected a whole number");
    csv_refused("1,2,", NULL, "T: line 1, column 3: the end of the file, expected a whole number");
    csv_refused(",1\n", NULL, "T: line 1, column 1: \",\", expected a whole number");
    csv_refused("1,,3\n", NULL, "T: line 1, column 2: \",\", expected a whole number");
    csv_refused("1;2;3\n", NULL,
                "T: line 1, column 1: \";\", expected a comma or the end of the line");
    csv_refused("1,2.5,3\n", NULL,
                "T: line 1, column 2: \".\", expected a comma or the end of the line");
    csv_refused("1,2 3,4\n", NULL,
                "T: line 1, column 2: \"3\", expected a comma or the end of the line");
    csv_refused("head\n1,2\n3,\x01\n", NULL,
                "T: line 3, column 2: byte 001, expected a whole number");
    csv_refused("1,2\n3,\xff\n", NULL, "T: line 2, column 2: byte 255, expected a whole number");
    csv_refused("1,2\r3,4\n", NULL, "T: line 1, column 3: \"3\", expected LF after CR");
    csv_refused("1,2\n\n \n3,x\n", NULL, "T: line 4, column 2: \"x\", expected a whole number");
    notch_dataset *d = NULL;
    check_failure(parse_csv("1,2\n3\0,4\n", 9, NULL, &d), NOTCH_ERROR_INPUT,
                  "T: line 2, column 1: byte 000, expected a comma or the end of the line");
}

TEST(csv_refuses_values)
{
    const notch_data_format format = {.classes = 3, .maximum = 16};
    csv_refused("1,256,3\n", NULL, "T: line 1, column 2: value 256, expected at most 255");
    csv_refused("1,2,256\n", NULL, "T: line 1, column 3: label 256, expected at most 255");
    csv_refused("1,2,0\n17,2,1\n", &format, "T: line 2, column 1: value 17, expected at most 16");
    csv_refused("h\n1,16,3\n", &format, "T: line 2, column 3: label 3, expected at most 2");
    csv_refused("1,2\n65536,3\n", NULL,
                "T: line 2, column 1: a number beyond 65535, expected at most 255");
    csv_refused("99999999999999999999999999,3\n", NULL,
                "T: line 1, column 1: a number beyond 65535, expected at most 255");
    csv_refused("3,1\n", &(notch_data_format){.classes = 3, .label_first = true},
                "T: line 1, column 1: label 3, expected at most 2");
}

TEST(csv_refuses_counts)
{
    csv_refused("", NULL, "T: no line of numbers, expected at least one");
    csv_refused("only,a,header", NULL, "T: no line of numbers, expected at least one");
    csv_refused("\n\r\n \n", NULL, "T: no line of numbers, expected at least one");
    csv_refused("5\n", NULL, "T: line 1: 1 values, expected 2 to 1048577 (features and a label)");
    csv_refused("h\n1,2,3\n\n1,2\n", NULL, "T: line 4: 2 values, expected 3 as in line 2");
    csv_refused("1,2,3\n1,2,3,4\n", NULL, "T: line 2: more than 3 values, expected 3 as in line 1");
    csv_refused("1,2,3\n", &(notch_data_format){.channels = 1, .height = 2, .width = 2},
                "T: line 1: 2 features, expected 1 x 2 x 2");
    enum {
        TOO_MANY = 1048578
    };
    char *text = malloc(2 * TOO_MANY + 1);
    CHECK(text != NULL);
    for (size_t i = 0; i < TOO_MANY; i++) {
        text[2 * i] = '1';
        text[2 * i + 1] = ',';
    }
    text[2 * TOO_MANY - 1] = '\n';
    text[2 * TOO_MANY] = '\0';
    csv_refused(text, NULL,
                "T: line 1: more than 1048577 values, expected 2 to 1048577 (features and a "
                "label)");
    free(text);
    notch_dataset *d = NULL;
    check_failure(notch_dataset_read_csv(NULL, NULL, NULL, &d, &error), NOTCH_ERROR_ARGUMENT,
                  "CSV file: the path is missing");
    check_failure(notch_dataset_read_csv("x", NULL, NULL, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "CSV file: the result is missing");
    check_failure(notch_dataset_read_csv("no.csv", NULL, NULL, &d, &error), NOTCH_ERROR_INPUT,
                  "no.csv: cannot be opened: No such file or directory");
}

TEST(csv_compressed)
{
    content text = {.count = 0}, packed;
    add(&text, "1,2,3\n4,5,6\n", 12);
    put_compressed("t.csv.gz", "wb6", &text);
    notch_dataset *d = NULL;
    check_ok(notch_dataset_read_csv("t.csv.gz", NULL, NULL, &d, &error));
    check_sizes(d, "t.csv.gz", 2, 1, 1, 2, 7, 255);
    notch_dataset_destroy(d);
    d = NULL;
    get("t.csv.gz", &packed);
    check_failure(parse_csv(packed.bytes, packed.count - 4, NULL, &d), NOTCH_ERROR_INPUT,
                  "T: cut short, the gzip data end in the middle after 12 bytes of content, "
                  "expected the rest");
    CHECK(d == NULL);
}

/* ------------------------------------------------------------------------------------------------
 * The search
 * --------------------------------------------------------------------------------------------- */

/* The four files of a small data set like MNIST, 4 and 2 images. */
static void put_idx_set(const char *folder, uint32_t side)
{
    static const char *const parts[] = {"train", "t10k"};
    make_folder(folder);
    for (uint32_t i = 0; i < 2; i++) {
        char path[200];
        const content images = idx_images(4 - 2 * i, side, side), labels = idx_labels(4 - 2 * i);
        snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", folder, parts[i]);
        put_content(path, &images);
        snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", folder, parts[i]);
        put_content(path, &labels);
    }
}

/* Finds a known data set in two folders, unverified, and destroys it; *count becomes that of the
 * training part. */
static notch_status find_in(const char *name, const char *first, const char *second)
{
    const char *const folders[] = {first, second};
    const notch_data_options options = {.folders = folders, .folder_count = 2, .unverified = true};
    notch_dataset *train = NULL, *test = NULL;
    const notch_status status = notch_data_find(name, &options, &train, &test, &error);
    CHECK((status == NOTCH_OK) == (train != NULL));
    CHECK((status == NOTCH_OK) == (test != NULL));
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
    return status;
}

TEST(find_looks_in_order)
{
    make_folder("F");
    make_folder("G");
    check_failure(find_in("mnist", "F", "G"), NOTCH_ERROR_INPUT,
                  "data set mnist: no train-images-idx3-ubyte (or .gz) in these folders or their "
                  "mnist/: F, G");
    put_idx_set("G/mnist", 28);
    check_ok(find_in("mnist", "F", "G"));
    check_ok(find_in("mnist", "F", "G/mnist/"));
    /* one of 27 x 27 pixels comes first */
    put_idx_set("F/mnist", 27);
    check_failure(find_in("mnist", "F", "G"), NOTCH_ERROR_INPUT,
                  "F/mnist/train-images-idx3-ubyte: images of 1 x 27 x 27 (channels, height, "
                  "width), expected 1 x 28 x 28");
    check_ok(find_in("mnist", "G", "F"));
    check_failure(find_in("mnist", "F/mnist", "G"), NOTCH_ERROR_INPUT,
                  "F/mnist/train-images-idx3-ubyte: images of 1 x 27 x 27 (channels, height, "
                  "width), expected 1 x 28 x 28");
    check_failure(find_in("fashion-mnist", "F", "G"), NOTCH_ERROR_INPUT,
                  "data set fashion-mnist: no train-images-idx3-ubyte (or .gz) in these folders "
                  "or their fashion-mnist/: F, G");
}

TEST(find_wants_all_files)
{
    put_idx_set("H", 28);
    CHECK(remove("H/t10k-labels-idx1-ubyte") == 0);
    check_failure(find_in("mnist", "nowhere", "H"), NOTCH_ERROR_INPUT,
                  "H: has no t10k-labels-idx1-ubyte, expected it or t10k-labels-idx1-ubyte.gz");
    const char *const folders[] = {"H"};
    const notch_data_options options = {.folders = folders, .folder_count = 1, .unverified = true};
    notch_dataset *train = NULL;
    check_ok(notch_data_find("mnist", &options, &train, NULL, &error));
    check_sizes(train, "mnist", 4, 1, 28, 28, 10, 255);
    notch_dataset_destroy(train);
    make_folder("X");
    put_text("X/data_batch_1.bin.xz", "");
    check_failure(find_in("cifar10", "nowhere", "X"), NOTCH_ERROR_INPUT,
                  "X/data_batch_1.bin.xz: is compressed with xz, expected data_batch_1.bin or "
                  "data_batch_1.bin.gz: unpack it with xz -d");
    const content labels = idx_labels(2);
    put_compressed("H/t10k-labels-idx1-ubyte.gz", "wb6", &labels);
    check_ok(find_in("mnist", "nowhere", "H"));
}

TEST(find_lists_as_many_folders_as_fit)
{
    char names[40][12];
    const char *folders[40];
    for (size_t i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "folder-%zu", 10 + i);
        folders[i] = names[i];
    }
    notch_data_options options = {.folders = folders, .folder_count = 40};
    notch_dataset *d = NULL;
    check_failure(notch_data_find("fashion-mnist", &options, &d, NULL, &error), NOTCH_ERROR_INPUT,
                  "data set fashion-mnist: no train-images-idx3-ubyte (or .gz) in these folders "
                  "or their fashion-mnist/: folder-10, folder-11, folder-12, folder-13, folder-14, "
                  "folder-15, folder-16, folder-17, folder-18, folder-19, folder-20, ...");
    options.folder_count = 0;
    check_failure(notch_data_find("mnist", &options, &d, NULL, &error), NOTCH_ERROR_INPUT,
                  "data set mnist: no folder to look for it, expected one or more");
    check_failure(notch_data_find("mnist", NULL, &d, NULL, &error), NOTCH_ERROR_INPUT,
                  "data set mnist: no folder to look for it, expected one or more");
    options.folder_count = 40;
    folders[1] = NULL;
    check_failure(notch_data_find("mnist", &options, &d, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "data set mnist: folder 1 (from 0) is missing");
    check_failure(notch_data_find(NULL, &options, &d, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "data set: the name is missing");
    check_failure(notch_data_find("mnist", NULL, NULL, NULL, &error), NOTCH_ERROR_ARGUMENT,
                  "data set: the results are missing");
    CHECK(d == NULL);
}

TEST(find_compares_content)
{
    put_idx_set("V", 28);
    const char *const folders[] = {"V"};
    const notch_data_options options = {.folders = folders, .folder_count = 1};
    notch_dataset *train = NULL, *test = NULL;
    CHECK(notch_data_find("mnist", &options, &train, &test, &error) == NOTCH_ERROR_INPUT);
    CHECK(strstr(error.message, "V/train-images-idx3-ubyte: its content has the SHA-256 ") ==
          error.message);
    CHECK(strstr(error.message, "..., expected ba891046e6505d7a... (mnist)") != NULL);
    CHECK(train == NULL && test == NULL);
}

TEST(known_names)
{
    CHECK_STRING(notch_data_name(0), "mnist");
    CHECK_STRING(notch_data_name(1), "fashion-mnist");
    CHECK_STRING(notch_data_name(2), "cifar10");
    CHECK_STRING(notch_data_name(3), "optdigits");
    CHECK(notch_data_name(4) == NULL);
    CHECK(notch_data_name(SIZE_MAX) == NULL);
}

TEST(paths_of_folders)
{
    notch_dataset *train = NULL, *test = NULL;
    check_failure(notch_data_find("./none", NULL, &train, &test, &error), NOTCH_ERROR_INPUT,
                  "./none: no such file or folder, expected one, or a known data set (mnist, "
                  "fashion-mnist, cifar10, optdigits)");
    make_folder("P");
    check_failure(notch_data_find("P", NULL, &train, &test, &error), NOTCH_ERROR_INPUT,
                  "P: no data set in this folder, expected train-images-idx3-ubyte and the like, "
                  "data_batch_1.bin, optdigits.tra or train.csv, or one of them with .gz");
    put_idx_set("P/idx", 3);
    check_ok(notch_data_find("P/idx/", NULL, &train, &test, &error));
    check_sizes(train, "idx", 4, 1, 3, 3, 4, 255);
    check_sizes(test, "idx", 2, 1, 3, 3, 4, 255); /* classes of the training part */
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
    train = test = NULL;
    check_ok(notch_data_find("P/idx", NULL, NULL, &test, &error));
    check_sizes(test, "idx", 2, 1, 3, 3, 2, 255);
    notch_dataset_destroy(test);
    test = NULL;

    make_folder("P/csv");
    put_text("P/csv/train.csv", "1,2,3,4,2\n1,2,3,4,0\n");
    put_text("P/csv/test.csv", "1,2,3,4,1\n");
    const notch_data_options options = {
        .format = {.channels = 4, .height = 1, .width = 1, .maximum = 9}};
    check_ok(notch_data_find("P/csv", &options, &train, &test, &error));
    check_sizes(train, "csv", 2, 4, 1, 1, 3, 9);
    check_sizes(test, "csv", 1, 4, 1, 1, 3, 9);
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
    train = test = NULL;
    put_text("P/csv/test.csv", "1,2,3,4,3\n");
    check_failure(notch_data_find("P/csv", NULL, &train, &test, &error), NOTCH_ERROR_INPUT,
                  "P/csv/test.csv: line 1, column 5: label 3, expected at most 2");
    put_text("P/csv/test.csv", "1,2,3,4,5,3\n");
    check_failure(notch_data_find("P/csv", NULL, &train, &test, &error), NOTCH_ERROR_INPUT,
                  "P/csv/test.csv: line 1: 5 features, expected 1 x 2 x 2");
    CHECK(train == NULL && test == NULL);

    make_folder("P/cifar");
    const content batch = cifar10_batch(2, 0);
    for (unsigned i = 1; i <= 5; i++) {
        char path[40];
        snprintf(path, sizeof path, "P/cifar/data_batch_%u.bin", i);
        put_content(path, &batch);
    }
    put_content("P/cifar/test_batch.bin", &batch);
    check_ok(notch_data_find("P/cifar", NULL, &train, &test, &error));
    check_sizes(train, "cifar", 10, 3, 32, 32, 10, 255);
    check_sizes(test, "cifar", 2, 3, 32, 32, 10, 255);
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
}

TEST(paths_of_files)
{
    put_text("whole.csv", "1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n9,0\n10,1\n11,0\n12,2\n13,0\n");
    notch_dataset *train = NULL, *test = NULL;
    check_ok(notch_data_find("./whole.csv", NULL, &train, &test, &error));
    check_sizes(train, "whole.csv", 11, 1, 1, 1, 3, 255);
    CHECK(memcmp(train->images, "\1\2\3\4\5\7\10\11\12\13\15", 11) == 0);
    CHECK(memcmp(train->labels, "\0\1\0\1\0\0\1\0\1\0\0", 11) == 0);
    check_sizes(test, "whole.csv", 2, 1, 1, 1, 3, 255);
    CHECK(memcmp(test->images, "\6\14", 2) == 0);
    CHECK(memcmp(test->labels, "\1\2", 2) == 0);
    notch_dataset *alone = NULL;
    check_ok(notch_data_find("whole.csv", NULL, NULL, &alone, &error));
    check_same(alone, test);
    notch_dataset_destroy(alone);
    check_ok(notch_data_find("whole.csv", NULL, &alone, NULL, &error));
    check_same(alone, train);
    notch_dataset_destroy(alone);
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
    put_text("five.csv", "1,0\n2,1\n3,0\n4,1\n5,0\n");
    train = NULL;
    check_failure(notch_data_find("five.csv", NULL, &train, NULL, &error), NOTCH_ERROR_INPUT,
                  "five.csv: 5 rows, expected at least 6: one of them is for testing");
    CHECK(train == NULL);
}

/* ------------------------------------------------------------------------------------------------
 * The real data sets
 * --------------------------------------------------------------------------------------------- */

/* What a part holds, as counted by a Python program of a few lines without this library. */
typedef struct summary {
    uint64_t count;
    uint8_t first_labels[8];
    uint64_t labels, first_image, images; /* sums */
} summary;

static void check_summary(const notch_dataset *d, const summary *s)
{
    const uint64_t pixels = (uint64_t)d->channels * d->height * d->width;
    uint64_t labels = 0, first_image = 0, images = 0;
    CHECK_EQUAL_U64(d->count, s->count);
    for (uint64_t i = 0; i < d->count; i++) {
        labels += d->labels[i];
    }
    for (uint64_t i = 0; i < d->count * pixels; i++) {
        images += d->images[i];
        if (i + 1 == pixels) {
            first_image = images;
        }
    }
    for (size_t i = 0; i < 8; i++) {
        CHECK_EQUAL_U64(d->labels[i], s->first_labels[i]);
    }
    CHECK_EQUAL_U64(labels, s->labels);
    CHECK_EQUAL_U64(first_image, s->first_image);
    CHECK_EQUAL_U64(images, s->images);
}

/* Reading compares SHA-256. */
static void check_real(const char *name, uint32_t channels, uint32_t side, uint32_t maximum,
                       const summary *of_train, const summary *of_test)
{
    if (real_data[0] == '\0') {
        SKIP("NOTCH_DATA names no folder");
    }
    const char *const folders[] = {real_data};
    const notch_data_options options = {.folders = folders, .folder_count = 1};
    notch_dataset *train = NULL, *test = NULL;
    const notch_status status = notch_data_find(name, &options, &train, &test, &error);
    if (status == NOTCH_ERROR_UNSUPPORTED) {
        SKIP("this build has no zlib");
    }
    if (status == NOTCH_ERROR_INPUT && (strstr(error.message, "in these folders") != NULL ||
                                        strstr(error.message, "unpack it with xz") != NULL)) {
        SKIP("not in the folder that NOTCH_DATA names");
    }
    check_ok(status);
    check_sizes(train, name, of_train->count, channels, side, side, 10, maximum);
    check_sizes(test, name, of_test->count, channels, side, side, 10, maximum);
    check_summary(train, of_train);
    check_summary(test, of_test);
    notch_dataset_destroy(train);
    notch_dataset_destroy(test);
}

TEST(real_mnist)
{
    check_real("mnist", 1, 28, 255,
               &(summary){60000, {5, 0, 4, 1, 9, 2, 1, 3}, 267236, 27525, 1567298545},
               &(summary){10000, {7, 2, 1, 0, 4, 1, 4, 9}, 44434, 18454, 264923200});
}

TEST(real_fashion_mnist)
{
    check_real("fashion-mnist", 1, 28, 255,
               &(summary){60000, {9, 0, 0, 3, 0, 2, 7, 2}, 270000, 76247, 3431114169},
               &(summary){10000, {9, 2, 1, 1, 6, 1, 4, 6}, 45000, 33456, 573469082});
}

TEST(real_cifar10)
{
    check_real("cifar10", 3, 32, 255,
               &(summary){50000, {6, 9, 9, 4, 1, 1, 2, 7}, 225000, 317790, 18540682003},
               &(summary){10000, {3, 8, 8, 0, 6, 6, 1, 6}, 45000, 332962, 3733375634});
}

TEST(real_optdigits)
{
    check_real("optdigits", 1, 8, 16,
               &(summary){3823, {0, 0, 7, 4, 6, 2, 5, 5}, 17193, 303, 1204758},
               &(summary){1797, {0, 1, 2, 3, 4, 5, 6, 7}, 8070, 294, 561718});
}

/* The folder of one data set under the name of another. */
TEST(real_data_of_another_name)
{
    char folder[4200];
    snprintf(folder, sizeof folder, "%s/fashion-mnist", real_data);
    if (real_data[0] == '\0' || access(folder, F_OK) != 0) {
        SKIP("NOTCH_DATA names no folder with fashion-mnist");
    }
    const char *const folders[] = {folder};
    const notch_data_options options = {.folders = folders, .folder_count = 1};
    notch_dataset *test = NULL;
    const notch_status status = notch_data_find("mnist", &options, NULL, &test, &error);
    if (status == NOTCH_ERROR_UNSUPPORTED) {
        SKIP("this build has no zlib");
    }
    CHECK(status == NOTCH_ERROR_INPUT);
    CHECK(strstr(error.message, ": is a file of fashion-mnist, expected one of mnist") != NULL);
    CHECK(test == NULL);
}

TEST_MAIN(enter(), RUN(create_gives_zeros), RUN(create_refuses_sizes),
          RUN(reserve_grows_up_to_the_limit), RUN(formats_that_cannot_be),
          RUN(idx_reads_what_was_written), RUN(idx_reads_colours), RUN(idx_refuses_other_kinds),
          RUN(idx_refuses_other_lengths), RUN(idx_refuses_sizes),
          RUN(idx_refuses_what_does_not_agree), RUN(idx_refuses_places), RUN(gzip_gives_the_same),
          RUN(gzip_cut_short_or_damaged), RUN(gzip_of_another_length), RUN(gzip_without_zlib),
          RUN(cifar10_reads_batches_in_order), RUN(cifar10_refuses),
          RUN(cifar10_refuses_compressed), RUN(csv_reads_lines), RUN(csv_takes_a_format),
          RUN(csv_of_many_values), RUN(csv_refuses_characters), RUN(csv_refuses_values),
          RUN(csv_refuses_counts), RUN(csv_compressed), RUN(find_looks_in_order),
          RUN(find_wants_all_files), RUN(find_lists_as_many_folders_as_fit),
          RUN(find_compares_content), RUN(known_names), RUN(paths_of_folders), RUN(paths_of_files),
          RUN(real_mnist), RUN(real_fashion_mnist), RUN(real_cifar10), RUN(real_optdigits),
          RUN(real_data_of_another_name))
