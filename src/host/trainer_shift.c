/* trainer_shift.c - data augmentation: training images moved by a few rows and columns.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "host/trainer.h"

/* Copies one channel, moved down by `rows` and to the right by `columns`; black where nothing is
 * left. */
static void shift_channel(const uint8_t *from, uint8_t *to, int64_t height, int64_t width,
                          int64_t rows, int64_t columns)
{
    const int64_t kept = width - (columns < 0 ? -columns : columns);
    memset(to, 0, (size_t)(height * width));
    for (int64_t row = 0; row < height && kept > 0; row++) {
        const int64_t source = row - rows;
        if (source >= 0 && source < height) {
            memcpy(to + row * width + (columns > 0 ? columns : 0),
                   from + source * width + (columns < 0 ? -columns : 0), (size_t)kept);
        }
    }
}

void notch_trainer_shifted(const notch_trainer *t, uint64_t epoch, uint64_t image, uint8_t *to)
{
    const notch_dataset *data = t->train;
    const uint8_t *from = data->images + (size_t)image * t->image_bytes;
    if (t->options.shift == 0) {
        memcpy(to, from, t->image_bytes);
        return;
    }
    const notch_key key = {t->options.seed, (uint32_t)epoch, NOTCH_STREAM_SHIFT};
    const uint32_t choices = 2 * t->options.shift + 1;
    const int64_t rows = (int64_t)notch_random_below32(&key, 2 * image, choices) - t->options.shift;
    const int64_t columns =
        (int64_t)notch_random_below32(&key, 2 * image + 1, choices) - t->options.shift;
    const size_t plane = (size_t)data->height * data->width;
    for (uint32_t channel = 0; channel < data->channels; channel++) {
        shift_channel(from + channel * plane, to + channel * plane, data->height, data->width, rows,
                      columns);
    }
}
