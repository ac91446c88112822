/* columns.c - what each position of a convolution multiplies with, side by side.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "engine/integer/parts.h"

/* One row of taps: `taps` places that begin at `start`, of which some lie on [0, side). */
static void copy_taps(const int8_t *row, int64_t start, uint32_t taps, uint32_t side,
                      uint32_t channels, int8_t *out)
{
    const int64_t low = start < 0 ? -start : 0;
    const int64_t high = side - start < taps ? (int64_t)side - start : taps;
    if (low >= high) {
        memset(out, 0, (size_t)taps * channels);
        return;
    }
    memset(out, 0, (size_t)low * channels);
    memcpy(out + low * channels, row + (start + low) * channels, (size_t)(high - low) * channels);
    memset(out + high * channels, 0, (size_t)(taps - high) * channels);
}

void notch_columns(const notch_window *w, const int8_t *in, int8_t *out)
{
    const uint32_t channels = w->in.channels;
    const size_t taps = (size_t)w->kernel[1] * channels;
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        for (uint32_t ox = 0; ox < w->out.width; ox++) {
            const int64_t x = (int64_t)ox * w->stride[1] - w->padding[1];
            for (uint32_t ky = 0; ky < w->kernel[0]; ky++) {
                const int64_t y = (int64_t)oy * w->stride[0] - w->padding[0] + ky;
                if (y < 0 || y >= w->in.height) {
                    memset(out, 0, taps);
                } else {
                    copy_taps(in + (size_t)y * w->in.width * channels, x, w->kernel[1], w->in.width,
                              channels, out);
                }
                out += taps;
            }
        }
    }
}

/* The output that meets position `place` with tap `tap`, or -1. */
static int64_t output_of(const notch_window *w, uint32_t d, uint32_t place, uint32_t tap)
{
    const int64_t outputs = d == 0 ? w->out.height : w->out.width;
    const int64_t offset = (int64_t)place + w->padding[d] - tap;
    if (offset < 0 || offset % w->stride[d] != 0 || offset / w->stride[d] >= outputs) {
        return -1;
    }
    return offset / w->stride[d];
}

static void gather_strided(const notch_window *w, const int8_t *errors, int8_t *out)
{
    const uint32_t channels = w->out.channels;
    for (uint32_t y = 0; y < w->in.height; y++) {
        for (uint32_t x = 0; x < w->in.width; x++) {
            for (uint32_t ky = w->kernel[0]; ky-- > 0;) {
                const int64_t oy = output_of(w, 0, y, ky);
                for (uint32_t kx = w->kernel[1]; kx-- > 0; out += channels) {
                    const int64_t ox = output_of(w, 1, x, kx);
                    if (oy < 0 || ox < 0) {
                        memset(out, 0, channels);
                    } else {
                        memcpy(out, errors + (oy * w->out.width + ox) * channels, channels);
                    }
                }
            }
        }
    }
}

void notch_back_gather(const notch_window *w, const int8_t *errors, int8_t *out)
{
    if (w->stride[0] != 1 || w->stride[1] != 1) {
        gather_strided(w, errors, out);
        return;
    }
    const notch_window turned = {.in = w->out,
                                 .out = w->in,
                                 .kernel = {w->kernel[0], w->kernel[1]},
                                 .stride = {1, 1},
                                 .padding = {(int32_t)w->kernel[0] - 1 - w->padding[0],
                                             (int32_t)w->kernel[1] - 1 - w->padding[1]}};
    notch_columns(&turned, errors, out);
}
