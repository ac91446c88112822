/* png.c - pictures from and to PNG data in memory.
 * SPDX-License-Identifier: MIT
 *
 * libpng reports errors by longjmp. The functions with setjmp keep what they need afterwards in
 * memory that no register can hold a stale copy of: a struct of the caller.
 * With NOTCH_NO_PNG defined, PNG is unsupported and libpng is not needed.
 */
#include "host/png.h"

#include "base/message.h"

#ifdef NOTCH_NO_PNG

notch_status notch_png_decode(const char *name, const uint8_t *bytes, size_t count,
                              notch_picture **picture, notch_error *error)
{
    (void)bytes, (void)count, (void)picture;
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                      "%s: this build cannot read PNG: it has no libpng", name);
}

notch_status notch_png_encode(const char *name, const notch_picture *picture, uint8_t **bytes,
                              size_t *count, notch_error *error)
{
    (void)picture, (void)bytes, (void)count;
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                      "%s: this build cannot write PNG: it has no libpng", name);
}

#else

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNKS_MAX = 1000,        /* other chunks that are kept: none is of use */
    CHUNK_BYTES_MAX = 1 << 20 /* of those, and of compressed text */
};

/* Compressed data of n bytes have at most 1,032 n behind them ("zlib Technical Details"). */
#define DEFLATE_RATIO_MAX 1032

typedef struct coding {
    const char *name;
    notch_error *error;
    notch_status status;
    png_struct *png;
    png_info *info;
    jmp_buf end; /* where errors lead to */
    /* decoding */
    const uint8_t *bytes;
    size_t count, position;
    uint32_t width, height, decoded_channels; /* decoded: with alpha, where there is some */
    uint8_t *decoded;                         /* decoded[height][width][decoded_channels] */
    png_byte **rows;                          /* of it */
    /* encoding */
    const notch_picture *picture;
    uint8_t *made;
    size_t made_count, made_capacity;
} coding;

/* ---- callbacks ------------------------------------------------------------------------------- */

static _Noreturn void on_error(png_struct *png, const char *message)
{
    coding *c = png_get_error_ptr(png);
    if (c->status == NOTCH_OK) {
        c->status = notch_fail(c->error, NOTCH_ERROR_INPUT, "%s: damaged, expected a PNG file (%s)",
                               c->name, message);
    }
    longjmp(c->end, 1);
}

static void on_warning(png_struct *png, const char *message)
{
    (void)png, (void)message;
}

static void on_read(png_struct *png, png_byte *to, size_t count)
{
    coding *c = png_get_io_ptr(png);
    if (count > c->count - c->position) {
        c->status = notch_fail(c->error, NOTCH_ERROR_INPUT,
                               "%s: cut short after %u bytes, expected the rest of a PNG file",
                               c->name, (uint64_t)c->count);
        png_error(png, "cut short");
    }
    memcpy(to, c->bytes + c->position, count);
    c->position += count;
}

static _Noreturn void out_of_memory(coding *c)
{
    c->status = notch_fail(c->error, NOTCH_ERROR_MEMORY, "%s: no memory for the picture", c->name);
    longjmp(c->end, 1);
}

static void on_write(png_struct *png, png_byte *from, size_t count)
{
    coding *c = png_get_io_ptr(png);
    if (count > c->made_capacity - c->made_count) {
        const size_t capacity = 2 * c->made_capacity + count + 4096;
        uint8_t *larger = realloc(c->made, capacity);
        if (larger == NULL) {
            out_of_memory(c);
        }
        c->made = larger;
        c->made_capacity = capacity;
    }
    memcpy(c->made + c->made_count, from, count);
    c->made_count += count;
}

static void on_flush(png_struct *png)
{
    (void)png;
}

/* ---- decoding -------------------------------------------------------------------------------- */

/* Reads the sizes and checks them before memory is reserved for pixels. */
static void take_header(coding *c)
{
    png_read_info(c->png, c->info);
    c->width = png_get_image_width(c->png, c->info);
    c->height = png_get_image_height(c->png, c->info);
    const uint64_t pixels = (uint64_t)c->width * c->height;
    if (c->width > NOTCH_PNG_SIDE_MAX || c->height > NOTCH_PNG_SIDE_MAX ||
        pixels * 3 > NOTCH_PNG_BYTES_MAX) {
        c->status =
            notch_fail(c->error, NOTCH_ERROR_INPUT,
                       "%s: has %u x %u pixels, expected at most %u on a side and %u in all",
                       c->name, (uint64_t)c->width, (uint64_t)c->height,
                       (uint64_t)NOTCH_PNG_SIDE_MAX, (uint64_t)NOTCH_PNG_BYTES_MAX / 3);
        longjmp(c->end, 1);
    }
    const uint64_t raw = (uint64_t)png_get_rowbytes(c->png, c->info) * c->height;
    if (raw / DEFLATE_RATIO_MAX > c->count) {
        c->status = notch_fail(c->error, NOTCH_ERROR_INPUT,
                               "%s: cut short, %u bytes cannot hold %u x %u pixels", c->name,
                               (uint64_t)c->count, (uint64_t)c->width, (uint64_t)c->height);
        longjmp(c->end, 1);
    }
}

/* Everything becomes 8-bit grey or colours, with alpha where there is transparency. */
static void set_conversions(coding *c)
{
    png_set_expand(c->png); /* palettes, fewer than 8 bits, transparent colours */
    png_set_scale_16(c->png);
    (void)png_set_interlace_handling(c->png);
    png_read_update_info(c->png, c->info);
    c->decoded_channels = png_get_channels(c->png, c->info);
}

static void take_pixels(coding *c)
{
    const size_t row = (size_t)c->width * c->decoded_channels;
    c->decoded = calloc(c->height, row);
    c->rows = calloc(c->height, sizeof c->rows[0]);
    if (c->decoded == NULL || c->rows == NULL) {
        out_of_memory(c);
    }
    for (uint32_t y = 0; y < c->height; y++) {
        c->rows[y] = c->decoded + y * row;
    }
    png_read_image(c->png, c->rows);
    png_read_end(c->png, NULL);
}

/* All that may longjmp. */
static void decode(coding *c)
{
    if (setjmp(c->end) != 0) {
        return;
    }
    c->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, c, on_error, on_warning);
    c->info = c->png == NULL ? NULL : png_create_info_struct(c->png);
    if (c->info == NULL) {
        out_of_memory(c);
    }
    png_set_read_fn(c->png, c, on_read);
    png_set_user_limits(c->png, UINT32_MAX / 2, UINT32_MAX / 2); /* take_header has the sentence */
    png_set_chunk_cache_max(c->png, CHUNKS_MAX);
    png_set_chunk_malloc_max(c->png, CHUNK_BYTES_MAX);
    take_header(c);
    set_conversions(c);
    take_pixels(c);
}

/* value * alpha / 255 + 255 * (1 - alpha / 255), rounded to the nearest. */
static uint8_t on_white(uint8_t value, uint8_t alpha)
{
    const uint32_t sum = (uint32_t)value * alpha + 255u * (255u - alpha);
    return (uint8_t)((sum + 127) / 255);
}

static void lay_on_white(const coding *c, notch_picture *picture)
{
    const size_t pixels = (size_t)c->width * c->height;
    const uint32_t channels = picture->channels, stride = c->decoded_channels;
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *from = c->decoded + i * stride;
        for (uint32_t k = 0; k < channels; k++) {
            picture->samples[i * channels + k] =
                stride == channels ? from[k] : on_white(from[k], from[channels]);
        }
    }
}

notch_status notch_png_decode(const char *name, const uint8_t *bytes, size_t count,
                              notch_picture **picture, notch_error *error)
{
    if (count < 8 || png_sig_cmp(bytes, 0, 8) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: is no PNG file", name);
    }
    coding *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", name);
    }
    c->name = name;
    c->error = error;
    c->bytes = bytes;
    c->count = count;
    decode(c);
    notch_status status = c->status;
    notch_picture *created = NULL;
    if (status == NOTCH_OK) {
        status = notch_picture_create(c->width, c->height, c->decoded_channels < 3 ? 1 : 3,
                                      &created, error);
    }
    if (status == NOTCH_OK) {
        lay_on_white(c, created);
        *picture = created;
    }
    png_destroy_read_struct(&c->png, &c->info, NULL);
    free(c->decoded);
    free(c->rows);
    free(c);
    return status;
}

/* ---- encoding -------------------------------------------------------------------------------- */

/* All that may longjmp. */
static void encode(coding *c)
{
    const notch_picture *p = c->picture;
    if (setjmp(c->end) != 0) {
        return;
    }
    c->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, c, on_error, on_warning);
    c->info = c->png == NULL ? NULL : png_create_info_struct(c->png);
    if (c->info == NULL) {
        out_of_memory(c);
    }
    png_set_write_fn(c->png, c, on_write, on_flush);
    png_set_IHDR(c->png, c->info, p->width, p->height, 8,
                 p->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(c->png, 9);
    png_write_info(c->png, c->info);
    for (uint32_t y = 0; y < p->height; y++) {
        png_write_row(c->png, p->samples + (size_t)y * p->width * p->channels);
    }
    png_write_end(c->png, NULL);
}

notch_status notch_png_encode(const char *name, const notch_picture *picture, uint8_t **bytes,
                              size_t *count, notch_error *error)
{
    coding *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to write it", name);
    }
    c->name = name;
    c->error = error;
    c->picture = picture;
    encode(c);
    const notch_status status = c->status;
    if (status == NOTCH_OK) {
        *bytes = c->made;
        *count = c->made_count;
    } else {
        free(c->made);
    }
    png_destroy_write_struct(&c->png, &c->info);
    free(c);
    return status;
}

#endif
