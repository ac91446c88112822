/* fetch_known.h - where the known data sets can be downloaded, and in which files.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_FETCH_KNOWN_H
#define NOTCH_HOST_FETCH_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    NOTCH_FETCH_MIRRORS_MAX = 3,
    NOTCH_FETCH_FILES_MAX = 4
};

/* A file as mirrors have it. */
typedef struct notch_fetch_file {
    const char *name;   /* NULL behind the last one */
    const char *sha256; /* of these bytes, compressed or not; NULL: that of the content decides */
    uint64_t bytes;
} notch_fetch_file;

typedef struct notch_fetch_source {
    const char *name;                                  /* of the data set */
    const char *mirrors[NOTCH_FETCH_MIRRORS_MAX + 1];  /* URLs to put a file's name behind, NULL */
    notch_fetch_file files[NOTCH_FETCH_FILES_MAX + 1]; /* in the order of the layout's files ... */
    bool archive; /* ... or one file: a tar, gzip, which has all of the layout's files */
} notch_fetch_source;

/* The source of the data set called `name`, or NULL. */
const notch_fetch_source *notch_fetch_known(const char *name);

#endif
