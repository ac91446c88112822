/* columns.c - what each position of a convolution multiplies with, side by side.
 * SPDX-License-Identifier: MIT
 *
 * The tensor is copied into a frame of zeros first, so that no window of the sweep that follows
 * reaches over an edge.
 */
#include <string.h>

#include "base/aligned.h"
#include "engine/integer/parts.h"

enum {
    SLACK = 64 /* bytes behind a frame that may be read */
};

/* A framed tensor of `in` [height][width], and how a window moves over it. Value (y, x) lies at
 * (y spread[0] + before[0], x spread[1] + before[1]), where that is inside. */
typedef struct frame {
    notch_shape in;
    uint32_t height, width;
    uint32_t spread[2];
    int32_t before[2];
    uint32_t kernel[2], stride[2], out[2];
} frame;

static frame frame_of(const notch_window *w)
{
    return (frame){.in = w->in,
                   .height = (w->out.height - 1) * w->stride[0] + w->kernel[0],
                   .width = (w->out.width - 1) * w->stride[1] + w->kernel[1],
                   .spread = {1, 1},
                   .before = {w->padding[0], w->padding[1]},
                   .kernel = {w->kernel[0], w->kernel[1]},
                   .stride = {w->stride[0], w->stride[1]},
                   .out = {w->out.height, w->out.width}};
}

/* Backward, windows begin at all positions of the input, and outputs lie a stride apart. */
static frame back_frame_of(const notch_window *w)
{
    return (frame){.in = w->out,
                   .height = w->in.height - 1 + w->kernel[0],
                   .width = w->in.width - 1 + w->kernel[1],
                   .spread = {w->stride[0], w->stride[1]},
                   .before = {(int32_t)w->kernel[0] - 1 - w->padding[0],
                              (int32_t)w->kernel[1] - 1 - w->padding[1]},
                   .kernel = {w->kernel[0], w->kernel[1]},
                   .stride = {1, 1},
                   .out = {w->in.height, w->in.width}};
}

static uint64_t frame_bytes(const frame *f)
{
    return notch_aligned((uint64_t)f->height * f->width * f->in.channels + SLACK);
}

uint64_t notch_columns_scratch(const notch_window *w)
{
    const frame forward = frame_of(w), back = back_frame_of(w);
    const uint64_t a = frame_bytes(&forward), b = frame_bytes(&back);
    return a > b ? a : b;
}

/* Those of [0, count) that lie inside a side of the frame. */
typedef struct inside {
    uint32_t first, end;
} inside;

static inside inside_of(const frame *f, uint32_t d)
{
    const int64_t side = d == 0 ? f->height : f->width;
    const int64_t spread = f->spread[d], before = f->before[d];
    const int64_t count = d == 0 ? f->in.height : f->in.width;
    const int64_t first = before < 0 ? (-before + spread - 1) / spread : 0;
    const int64_t end = side - before <= 0 ? 0 : (side - before + spread - 1) / spread;
    return (inside){(uint32_t)first, (uint32_t)(end < count ? end : count)};
}

static void flip_row(const int8_t *from, size_t count, uint8_t flip, int8_t *to)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = (int8_t)((uint8_t)from[i] ^ flip);
    }
}

static void fill_frame(const frame *f, const int8_t *in, uint8_t flip, int8_t *framed)
{
    const uint32_t channels = f->in.channels;
    const inside rows = inside_of(f, 0), places = inside_of(f, 1);
    memset(framed, flip, (size_t)f->height * f->width * channels);
    for (uint32_t y = rows.first; y < rows.end; y++) {
        const int64_t row = (int64_t)y * f->spread[0] + f->before[0];
        const int8_t *from = in + (size_t)y * f->in.width * channels;
        int8_t *to = framed + (size_t)row * f->width * channels;
        if (f->spread[1] == 1 && places.first < places.end) {
            flip_row(from + (size_t)places.first * channels,
                     (size_t)(places.end - places.first) * channels, flip,
                     to + ((int64_t)places.first + f->before[1]) * channels);
            continue;
        }
        for (uint32_t x = places.first; x < places.end; x++) {
            const int64_t place = (int64_t)x * f->spread[1] + f->before[1];
            flip_row(from + (size_t)x * channels, channels, flip, to + place * channels);
        }
    }
}

static void sweep(const notch_row_kernels *rows, const frame *f, const int8_t *in, uint8_t flip,
                  int8_t *framed, int8_t *out)
{
    const uint32_t channels = f->in.channels, stretch = f->kernel[1] * channels;
    const size_t line = (size_t)f->width * channels;
    fill_frame(f, in, flip, framed);
    for (uint32_t oy = 0; oy < f->out[0]; oy++) {
        rows->columns(framed + oy * f->stride[0] * line, (size_t)f->stride[1] * channels, line,
                      f->out[1], f->kernel[0], stretch, out);
        out += (size_t)f->out[1] * f->kernel[0] * stretch;
    }
}

void notch_columns(const notch_row_kernels *rows, const notch_window *w, const int8_t *in,
                   uint8_t flip, void *scratch, int8_t *out)
{
    const frame f = frame_of(w);
    sweep(rows, &f, in, flip, scratch, out);
}

void notch_back_gather(const notch_row_kernels *rows, const notch_window *w, const int8_t *errors,
                       uint8_t flip, void *scratch, int8_t *out)
{
    const frame f = back_frame_of(w);
    sweep(rows, &f, errors, flip, scratch, out);
}
