/* run_histogram.c - how many weights of a tensor have which value.
 * SPDX-License-Identifier: MIT
 */
#include "host/run_histogram.h"

#include <string.h>

static int32_t value_at(const notch_stored_tensor *tensor, uint64_t i)
{
    return tensor->type == NOTCH_VALUE_I8 ? ((const int8_t *)tensor->values)[i]
                                          : ((const int16_t *)tensor->values)[i];
}

/* The bin of a value, counted from the one that holds 0: value / width to the nearest integer. No
 * value is halfway, because the width is odd. */
static int32_t bin_of(int32_t value, int32_t width)
{
    const int32_t half = width / 2;
    return value < 0 ? -((half - value) / width) : (value + half) / width;
}

void notch_histogram_make(const notch_stored_tensor *tensor, uint64_t count,
                          notch_histogram *histogram)
{
    int32_t lowest = value_at(tensor, 0), highest = lowest, width = 1;
    for (uint64_t i = 1; i < count; i++) {
        const int32_t value = value_at(tensor, i);
        lowest = value < lowest ? value : lowest;
        highest = value > highest ? value : highest;
    }
    while (bin_of(lowest, width) < -NOTCH_HISTOGRAM_SIDE ||
           bin_of(highest, width) > NOTCH_HISTOGRAM_SIDE) {
        width *= 3;
    }
    const int32_t first = bin_of(lowest, width);
    histogram->lowest = first * width - width / 2;
    histogram->width = (uint32_t)width;
    histogram->bins = (uint32_t)(bin_of(highest, width) - first + 1);
    memset(histogram->counts, 0, sizeof histogram->counts);
    for (uint64_t i = 0; i < count; i++) {
        histogram->counts[bin_of(value_at(tensor, i), width) - first]++;
    }
}
