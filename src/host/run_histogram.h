/* run_histogram.h - how many weights of a tensor have which value.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_RUN_HISTOGRAM_H
#define NOTCH_HOST_RUN_HISTOGRAM_H

#include <notch/checkpoint.h>

enum {
    NOTCH_HISTOGRAM_SIDE = 31, /* bins on each side of the one that holds 0 */
    NOTCH_HISTOGRAM_BINS = 2 * NOTCH_HISTOGRAM_SIDE + 1
};

/* Bin k counts the weights from lowest + k * width to lowest + (k + 1) * width - 1. */
typedef struct notch_histogram {
    int32_t lowest;
    uint32_t width; /* a power of 3, so that a bin has 0 in its middle and finer bins nest in it */
    uint32_t bins;  /* 1 or more; the first and the last are not empty */
    uint64_t counts[NOTCH_HISTOGRAM_BINS];
} notch_histogram;

/* With the smallest width that is enough for the values that occur. tensor: integers; count: 1 or
 * more. */
void notch_histogram_make(const notch_stored_tensor *tensor, uint64_t count,
                          notch_histogram *histogram);

#endif
