/* data_known.h - the data sets that are known by name, and how folders of other ones look.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_KNOWN_H
#define NOTCH_HOST_DATA_KNOWN_H

#include <notch/data.h>

enum {
    NOTCH_DATA_TRAIN = 0,
    NOTCH_DATA_TEST = 1,
    NOTCH_DATA_PARTS = 2,
    NOTCH_DATA_FILES_MAX = 5 /* of a part */
};

typedef enum notch_data_kind {
    NOTCH_DATA_IDX = 0, /* files: images, labels */
    NOTCH_DATA_CIFAR10 = 1,
    NOTCH_DATA_CSV = 2
} notch_data_kind;

typedef struct notch_data_file {
    const char *name;   /* NULL behind the last file of a part */
    const char *sha256; /* of the content, not compressed; NULL: any */
    uint64_t bytes;     /* of the content; 0: any */
} notch_data_file;

typedef struct notch_data_layout {
    const char *name; /* NULL for layouts of folders only */
    notch_data_kind kind;
    notch_data_format format;
    uint64_t counts[NOTCH_DATA_PARTS]; /* images; 0: any */
    notch_data_file files[NOTCH_DATA_PARTS][NOTCH_DATA_FILES_MAX + 1];
} notch_data_layout;

/* The layout called `name`, or NULL. */
const notch_data_layout *notch_data_known(const char *name);
/* File number `index` of both parts, the training part's first; NULL from the end on. */
const notch_data_file *notch_data_layout_file(const notch_data_layout *layout, size_t index);
/* The layouts that the folder at a path may have, in the order in which they are tried; NULL from
 * the end on. */
const notch_data_layout *notch_data_folder_layout(size_t index);
/* The name of the known data set that has a file with this SHA-256, or NULL. */
const char *notch_data_name_of(const char *sha256);

#endif
