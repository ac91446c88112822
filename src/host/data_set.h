/* data_set.h - what the readers share: checks of formats, data sets that grow.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_SET_H
#define NOTCH_HOST_DATA_SET_H

#include <notch/data.h>

/* The part of a path after its last slash, or of the path without slashes at its end. */
void notch_dataset_name_from(const char *path, char name[NOTCH_DATASET_NAME_MAX + 1]);

/* Errors: ARGUMENT, RANGE. */
notch_status notch_data_format_check(const notch_data_format *format, notch_error *error);

/* Makes room for `wanted` images; `capacity` is that of the data set, `count` stays. May be called
 * for each image: capacity at least doubles. file: for messages. Errors: INPUT (too many images),
 * MEMORY; the data set stays as it was. */
notch_status notch_dataset_reserve(notch_dataset *dataset, uint64_t *capacity, uint64_t wanted,
                                   const char *file, notch_error *error);
/* Gives back the room behind `count` images. */
void notch_dataset_trim(notch_dataset *dataset);

/* The highest label plus 1. */
uint32_t notch_dataset_highest_class(const notch_dataset *dataset);

#endif
