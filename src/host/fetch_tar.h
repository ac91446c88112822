/* fetch_tar.h - the entries of a tar archive, one after the other.
 * SPDX-License-Identifier: MIT
 *
 * Format: POSIX ustar and what older programs write. Names are only ever compared, never used as
 * paths.
 */
#ifndef NOTCH_HOST_FETCH_TAR_H
#define NOTCH_HOST_FETCH_TAR_H

#include "host/data_stream.h"

enum {
    NOTCH_TAR_NAME_MAX = 256 /* prefix of 155, a slash, name of 100 */
};

typedef struct notch_tar_entry {
    char name[NOTCH_TAR_NAME_MAX + 1];
    uint64_t bytes;
    bool regular; /* a file with content, no folder, link or the like */
} notch_tar_entry;

typedef struct notch_tar {
    notch_stream *stream;
    uint64_t limit;     /* bytes of the whole archive that may be read */
    uint64_t remaining; /* bytes of the current entry that were not read */
    uint32_t padding;   /* bytes behind it */
} notch_tar;

void notch_tar_init(notch_tar *tar, notch_stream *stream, uint64_t limit);
/* Goes to the next entry, the first one to begin with; *ended: there is none.
 * Errors: INPUT (no tar archive, damaged, cut short, too long), MEMORY. */
notch_status notch_tar_next(notch_tar *tar, notch_tar_entry *entry, bool *ended,
                            notch_error *error);
/* Reads `count` bytes of the current entry, or what is left of it: *got. Errors: as above. */
notch_status notch_tar_read(notch_tar *tar, void *to, size_t count, size_t *got,
                            notch_error *error);

#endif
