/* data_split.c - two parts from one data set.
 * SPDX-License-Identifier: MIT
 */
#include "host/data_split.h"

#include <string.h>

static bool for_testing(uint64_t index)
{
    return index % NOTCH_DATA_SPLIT == NOTCH_DATA_SPLIT - 1;
}

static notch_status copy_part(const notch_dataset *whole, bool testing, notch_dataset **part,
                              notch_error *error)
{
    const uint64_t tests = whole->count / NOTCH_DATA_SPLIT;
    const size_t image_bytes = (size_t)whole->channels * whole->height * whole->width;
    notch_dataset sizes = *whole;
    sizes.count = testing ? tests : whole->count - tests;
    const notch_status status = notch_dataset_create(&sizes, part, error);
    if (status != NOTCH_OK) {
        return status;
    }
    size_t to = 0;
    for (size_t i = 0; i < whole->count; i++) {
        if (for_testing(i) == testing) {
            memcpy((*part)->images + to * image_bytes, whole->images + i * image_bytes,
                   image_bytes);
            (*part)->labels[to++] = whole->labels[i];
        }
    }
    return NOTCH_OK;
}

notch_status notch_data_split(const notch_dataset *whole, notch_dataset **train,
                              notch_dataset **test, notch_error *error)
{
    notch_dataset *first = NULL, *second = NULL;
    notch_status status = NOTCH_OK;
    if (train != NULL) {
        status = copy_part(whole, false, &first, error);
    }
    if (status == NOTCH_OK && test != NULL) {
        status = copy_part(whole, true, &second, error);
    }
    if (status != NOTCH_OK) {
        notch_dataset_destroy(first);
        return status;
    }
    if (train != NULL) {
        *train = first;
    }
    if (test != NULL) {
        *test = second;
    }
    return NOTCH_OK;
}
