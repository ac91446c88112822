/* data_part.h - the training or the test part of a data set, from the files of a folder.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_PART_H
#define NOTCH_HOST_DATA_PART_H

#include <notch/data.h>

#include "host/data_known.h"

/* `first`, a slash if `second` is not empty, `second` and `end`: to be freed; NULL without memory.
 */
char *notch_path_join(const char *first, const char *second, const char *end);

/* *path: that of a file in the folder, plain or compressed, to be freed, also on failure; *path has
 * to be NULL or another one before. Errors: INPUT (neither is there), MEMORY. */
notch_status notch_data_file_path(const char *folder, const char *file, char **path,
                                  notch_error *error);

typedef struct notch_data_source {
    const notch_data_layout *layout;
    const char *folder;
    notch_data_format format; /* of the layout, or the caller's */
    bool verify;              /* compare SHA-256 with that of the layout */
    const char *name;         /* of the data set */
} notch_data_source;

/* Reads part `part` (NOTCH_DATA_TRAIN or NOTCH_DATA_TEST). Errors: INPUT, MEMORY, UNSUPPORTED. */
notch_status notch_data_part_read(const notch_data_source *source, size_t part,
                                  notch_dataset **dataset, notch_error *error);

#endif
