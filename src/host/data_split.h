/* data_split.h - two parts from one data set.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_SPLIT_H
#define NOTCH_HOST_DATA_SPLIT_H

#include <notch/data.h>

enum {
    NOTCH_DATA_SPLIT = 6 /* every sixth image is for testing: the proportion of MNIST */
};

/* Copies images 5, 11, 17, ... to a new data set *test, the others to *train; a part whose pointer
 * is NULL is not made. whole->count is at least NOTCH_DATA_SPLIT. Errors: MEMORY. */
notch_status notch_data_split(const notch_dataset *whole, notch_dataset **train,
                              notch_dataset **test, notch_error *error);

#endif
