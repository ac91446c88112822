/* test_move.c - kernels of rows.h that move values: columns of convolutions, transposition.
 * SPDX-License-Identifier: MIT
 *
 * Every instruction set, the reference included, against the words of rows.h, between pages that
 * cannot be touched.
 */
#include "kernel_test.h"

enum {
    BYTES = 1 << 18
};

static struct region from_region, to_region;
static int8_t from[BYTES], expected[BYTES];
static int32_t from_words[BYTES / 4], expected_words[BYTES / 4];

static void set_up(void)
{
    region_create(&from_region, BYTES);
    region_create(&to_region, BYTES);
    for (size_t i = 0; i < BYTES; i++) {
        from[i] = (int8_t)draw();
    }
    for (size_t i = 0; i < BYTES / 4; i++) {
        from_words[i] = (int32_t)draw();
    }
}

typedef void each_set(const notch_row_kernels *rows, const char *name);

static void for_each_set(each_set *test)
{
    FOR_EACH_KERNELS(kernels)
    {
        set_up();
        test(kernels->rows, notch_isa_name(kernels->isa));
    }
}

/* ---- columns --------------------------------------------------------------------------------- */

static void check_columns(const notch_row_kernels *rows, const char *name, uint32_t count,
                          uint32_t taps, uint32_t bytes)
{
    const size_t step = draw_below(2 * bytes + 3), line = draw_below(400) + 1;
    const size_t readable = (count - 1) * step + (taps - 1) * line + bytes + 3;
    const size_t written = (size_t)count * taps * bytes;
    CHECK(readable <= BYTES && written <= BYTES);
    NOTE("%s: %u positions %u apart, %u taps %u apart of %u bytes", name, (unsigned)count,
         (unsigned)step, (unsigned)taps, (unsigned)line, (unsigned)bytes);
    for (uint32_t p = 0; p < count; p++) {
        for (uint32_t t = 0; t < taps; t++) {
            memcpy(expected + ((size_t)p * taps + t) * bytes, from + p * step + t * line, bytes);
        }
    }
    const enum place place = (enum place)draw_below(PLACES);
    const int8_t *in = region_copy(&from_region, place, from, readable, 1);
    int8_t *out = region_place(&to_region, place, written, 1);
    rows->columns(in, step, line, count, taps, bytes, out);
    CHECK(memcmp(out, expected, written) == 0);
    region_check(&to_region, written);
}

static void test_columns(const notch_row_kernels *rows, const char *name)
{
    for (uint32_t bytes = 1; bytes <= 200; bytes++) {
        for (uint32_t taps = 1; taps <= 4; taps++) {
            check_columns(rows, name, 1 + draw_below(20), taps, bytes);
        }
    }
}

TEST(columns)
{
    for_each_set(test_columns);
}

/* ---- transposition --------------------------------------------------------------------------- */

static void transposed_bytes(const notch_row_kernels *rows, const char *name, uint32_t height,
                             uint32_t width)
{
    const size_t from_stride = width + draw_below(2) * draw_below(40);
    const size_t to_stride = height + draw_below(2) * draw_below(40);
    const bool reversed = draw_below(2) == 0;
    const size_t read = (height - 1) * from_stride + width;
    const size_t written = (width - 1) * to_stride + height;
    CHECK(read <= BYTES && written <= BYTES);
    NOTE("%s: %u x %u bytes, strides %u and %s%u", name, (unsigned)height, (unsigned)width,
         (unsigned)from_stride, reversed ? "-" : "", (unsigned)to_stride);
    memset(expected, FILLING, written);
    for (uint32_t j = 0; j < width; j++) {
        const size_t row = reversed ? width - 1 - j : j;
        for (uint32_t i = 0; i < height; i++) {
            expected[row * to_stride + i] = from[i * from_stride + j];
        }
    }
    const enum place place = (enum place)draw_below(PLACES);
    const int8_t *in = region_copy(&from_region, place, from, read, 1);
    int8_t *out = region_place(&to_region, place, written, 1);
    memset(out, FILLING, written);
    int8_t *first = out + (reversed ? (width - 1) * to_stride : 0);
    rows->transpose_bytes(in, from_stride, height, width, first,
                          reversed ? -(ptrdiff_t)to_stride : (ptrdiff_t)to_stride);
    CHECK(memcmp(out, expected, written) == 0);
    region_check(&to_region, written);
}

static void transposed_words(const notch_row_kernels *rows, const char *name, uint32_t height,
                             uint32_t width)
{
    const size_t from_stride = width + draw_below(2) * draw_below(40);
    const size_t to_stride = height + draw_below(2) * draw_below(40);
    const size_t read = (height - 1) * from_stride + width;
    const size_t written = (width - 1) * to_stride + height;
    CHECK(4 * read <= BYTES && 4 * written <= BYTES);
    NOTE("%s: %u x %u words, strides %u and %u", name, (unsigned)height, (unsigned)width,
         (unsigned)from_stride, (unsigned)to_stride);
    memset(expected_words, FILLING, 4 * written);
    for (uint32_t j = 0; j < width; j++) {
        for (uint32_t i = 0; i < height; i++) {
            expected_words[j * to_stride + i] = from_words[i * from_stride + j];
        }
    }
    const enum place place = (enum place)draw_below(PLACES);
    const int32_t *in = region_copy(&from_region, place, from_words, read, 4);
    int32_t *out = region_place(&to_region, place, written, 4);
    memset(out, FILLING, 4 * written);
    rows->transpose_words(in, from_stride, height, width, out, to_stride);
    CHECK(memcmp(out, expected_words, 4 * written) == 0);
    region_check(&to_region, 4 * written);
}

static void test_transposition(const notch_row_kernels *rows, const char *name)
{
    for (uint32_t width = 1; width <= 50; width++) {
        for (uint32_t k = 0; k < 8; k++) {
            const uint32_t height = k % 2 == 0 ? 1 + draw_below(40) : 32 * (1 + draw_below(4));
            transposed_bytes(rows, name, height, width);
            transposed_words(rows, name, height, width);
        }
    }
}

TEST(transposition)
{
    for_each_set(test_transposition);
}

TEST_MAIN(RUN(columns), RUN(transposition))
