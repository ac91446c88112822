/* pool.c - ReLU, max-pool and average pool of one sample, and where errors go behind them.
 * SPDX-License-Identifier: MIT
 *
 * Of equal largest values the first one wins, in rows from the top, from the left. A route is the
 * winner's place in the window: row * width of the kernel + column.
 */
#include <string.h>

#include "engine/integer/parts.h"

/* The part [low, high) of a window's side that lies on the tensor. */
typedef struct span {
    uint32_t low, high;
    int64_t start; /* position of tap 0 */
} span;

static span span_of(const notch_window *w, uint32_t d, uint32_t output)
{
    const int64_t side = d == 0 ? w->in.height : w->in.width;
    const int64_t start = (int64_t)output * w->stride[d] - w->padding[d];
    const int64_t low = start < 0 ? -start : 0;
    const int64_t high = side - start < w->kernel[d] ? side - start : w->kernel[d];
    return (span){(uint32_t)low, (uint32_t)high, start};
}

static uint64_t place(const notch_window *w, const span *y, const span *x, uint32_t ky, uint32_t kx)
{
    const uint64_t position = (uint64_t)(y->start + ky) * w->in.width + (uint64_t)(x->start + kx);
    return position * w->in.channels;
}

/* The largest values of one window, all channels of it, and their places. routes may be NULL. */
static void pool_window(const notch_row_kernels *rows, const notch_window *w, const int32_t *in,
                        const span *y, const span *x, int32_t *out, uint16_t *routes)
{
    const uint32_t channels = w->in.channels;
    for (uint32_t ky = y->low; ky < y->high; ky++) {
        for (uint32_t kx = x->low; kx < x->high; kx++) {
            const int32_t *from = in + place(w, y, x, ky, kx);
            const uint16_t tap = (uint16_t)(ky * w->kernel[1] + kx);
            if (ky != y->low || kx != x->low) {
                rows->pool_more(from, channels, tap, out, routes);
                continue;
            }
            memcpy(out, from, channels * sizeof out[0]);
            for (uint32_t c = 0; routes != NULL && c < channels; c++) {
                routes[c] = tap;
            }
        }
    }
}

static bool whole(const notch_window *w, const span *y, const span *x)
{
    return w->kernel[0] == 2 && w->kernel[1] == 2 && y->low == 0 && x->low == 0 && y->high == 2 &&
           x->high == 2;
}

static void pool_four(const notch_row_kernels *rows, const notch_window *w, const int32_t *in,
                      const span *y, const span *x, bool relu, int32_t *out, uint16_t *routes)
{
    static const uint16_t taps[4] = {0, 1, 2, 3};
    const int32_t *const from[4] = {in + place(w, y, x, 0, 0), in + place(w, y, x, 0, 1),
                                    in + place(w, y, x, 1, 0), in + place(w, y, x, 1, 1)};
    rows->pool_four(from, taps, w->in.channels, relu, out, routes);
}

void notch_pool_sums(const notch_row_kernels *rows, const notch_window *w, const int32_t *in,
                     bool relu, int32_t *out, uint16_t *routes)
{
    const uint32_t channels = w->in.channels;
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        const span y = span_of(w, 0, oy);
        for (uint32_t ox = 0; ox < w->out.width; ox++) {
            const span x = span_of(w, 1, ox);
            if (whole(w, &y, &x)) {
                pool_four(rows, w, in, &y, &x, relu, out, routes);
            } else {
                pool_window(rows, w, in, &y, &x, out, routes);
                if (relu) {
                    rows->relu(out, channels, routes);
                }
            }
            out += channels;
            routes = routes == NULL ? NULL : routes + channels;
        }
    }
}

/* As pool_window, of int8. */
static void max_window(const notch_row_kernels *rows, const notch_window *w, const int8_t *in,
                       const span *y, const span *x, int8_t *out, uint16_t *routes)
{
    const uint32_t channels = w->in.channels;
    for (uint32_t ky = y->low; ky < y->high; ky++) {
        for (uint32_t kx = x->low; kx < x->high; kx++) {
            const int8_t *from = in + place(w, y, x, ky, kx);
            const uint16_t tap = (uint16_t)(ky * w->kernel[1] + kx);
            if (ky != y->low || kx != x->low) {
                rows->pool_more_bytes(from, channels, tap, out, routes);
                continue;
            }
            memcpy(out, from, channels);
            for (uint32_t c = 0; routes != NULL && c < channels; c++) {
                routes[c] = tap;
            }
        }
    }
}

void notch_max_pool(const notch_row_kernels *rows, const notch_window *w, const int8_t *in,
                    int8_t *out, uint16_t *routes)
{
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        const span y = span_of(w, 0, oy);
        for (uint32_t ox = 0; ox < w->out.width; ox++) {
            const span x = span_of(w, 1, ox);
            max_window(rows, w, in, &y, &x, out, routes);
            out += w->in.channels;
            routes = routes == NULL ? NULL : routes + w->in.channels;
        }
    }
}

/* Sums of a window: at most 2^24 values of up to 2^7. */
void notch_average_pool(const notch_window *w, const int8_t *in, int8_t *out)
{
    const int64_t area = (int64_t)w->kernel[0] * w->kernel[1];
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        const span y = span_of(w, 0, oy);
        for (uint32_t ox = 0; ox < w->out.width; ox++) {
            const span x = span_of(w, 1, ox);
            for (uint32_t c = 0; c < w->in.channels; c++) {
                int64_t sum = 0;
                for (uint32_t ky = 0; ky < w->kernel[0]; ky++) {
                    for (uint32_t kx = 0; kx < w->kernel[1]; kx++) {
                        sum += in[place(w, &y, &x, ky, kx) + c];
                    }
                }
                *out++ = (int8_t)notch_divide_round(sum, area);
            }
        }
    }
}

/* Whether each position lies in a window. */
static bool covers(const notch_window *w)
{
    return w->kernel[0] == w->stride[0] && w->kernel[1] == w->stride[1] && w->padding[0] == 0 &&
           w->padding[1] == 0 && w->out.height * w->kernel[0] == w->in.height &&
           w->out.width * w->kernel[1] == w->in.width;
}

void notch_unpool(const notch_row_kernels *rows, const notch_window *w, const int8_t *errors,
                  const uint16_t *routes, int8_t *out)
{
    const uint32_t channels = w->in.channels;
    if (!covers(w)) {
        memset(out, 0, (size_t)w->in.height * w->in.width * channels);
    }
    for (uint32_t oy = 0; oy < w->out.height; oy++) {
        const span y = span_of(w, 0, oy);
        for (uint32_t ox = 0; ox < w->out.width; ox++) {
            const span x = span_of(w, 1, ox);
            if (whole(w, &y, &x)) {
                int8_t *const to[4] = {out + place(w, &y, &x, 0, 0), out + place(w, &y, &x, 0, 1),
                                       out + place(w, &y, &x, 1, 0), out + place(w, &y, &x, 1, 1)};
                rows->unpool_four(errors, routes, channels, to);
                errors += channels;
                routes += channels;
                continue;
            }
            for (uint32_t ky = y.low; ky < y.high; ky++) {
                for (uint32_t kx = x.low; kx < x.high; kx++) {
                    rows->unpool(errors, routes, channels, (uint16_t)(ky * w->kernel[1] + kx),
                                 out + place(w, &y, &x, ky, kx));
                }
            }
            errors += channels;
            routes += channels;
        }
    }
}
