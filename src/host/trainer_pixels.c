/* trainer_pixels.c - mean and deviation of the pixels of a data set, in integers.
 * SPDX-License-Identifier: MIT
 */
#include <notch/train.h>

#include "base/wide.h"

enum {
    VALUES = 256,
    ONE = 1 << 16 /* a pixel step in units of the result */
};

static bool at_most(notch_u128 a, notch_u128 b)
{
    return a.high < b.high || (a.high == b.high && a.low <= b.low);
}

/* The largest d with (count d)^2 <= square, for square < (count 2^24)^2. count <= 2^32 keeps
 * count d below 2^56 and its square below 2^112. */
static uint32_t root_of_quotient(notch_u128 square, uint64_t count)
{
    uint32_t root = 0;
    for (uint32_t bit = UINT32_C(1) << 23; bit != 0; bit /= 2) {
        const uint64_t product = count * (root + bit);
        if (at_most(notch_mul64(product, product), square)) {
            root += bit;
        }
    }
    return root;
}

notch_standardisation notch_dataset_standardisation(const notch_dataset *dataset)
{
    /* At most 2^32 pixels (NOTCH_DATASET_BYTES_MAX) of at most 255. */
    const uint64_t pixels = dataset->count * dataset->channels * dataset->height * dataset->width;
    uint64_t counts[VALUES] = {0}, sum = 0, squares = 0;
    for (uint64_t i = 0; i < pixels; i++) {
        counts[dataset->images[i]]++;
    }
    for (uint64_t value = 0; value < VALUES; value++) {
        sum += counts[value] * value;             /* below 2^40 */
        squares += counts[value] * value * value; /* below 2^48 */
    }
    /* count^2 variance = count * squares - sum^2, below 2^80; times 2^32 below 2^112 */
    const notch_u128 spread = notch_sub128(notch_mul64(pixels, squares), notch_mul64(sum, sum));
    const uint32_t deviation = root_of_quotient(notch_shift_left128(spread, 32), pixels);
    return (notch_standardisation){.mean = (uint32_t)((sum * ONE + pixels / 2) / pixels),
                                   .deviation = deviation == 0 ? ONE : deviation};
}
