/* fetch_part.h - a file under way: NAME.part, which becomes NAME once it is whole.
 * SPDX-License-Identifier: MIT
 *
 * NAME.part stays after an interruption, to be gone on with. One process at a time has it.
 */
#ifndef NOTCH_HOST_FETCH_PART_H
#define NOTCH_HOST_FETCH_PART_H

#include <notch/core.h>

typedef struct notch_part {
    char *path;     /* FOLDER/NAME.part */
    char *whole;    /* FOLDER/NAME */
    int file;       /* its descriptor */
    uint64_t bytes; /* so far */
    bool installed; /* it has become NAME */
} notch_part;

/* Opens FOLDER/NAME.part, or makes it. Errors: INPUT (also where another process has it), MEMORY;
 * nothing has to be closed then. */
notch_status notch_part_open(const char *folder, const char *name, notch_part *part,
                             notch_error *error);
/* Errors: INPUT. */
notch_status notch_part_append(notch_part *part, const void *bytes, size_t count,
                               notch_error *error);
/* Forgets all bytes. Errors: INPUT. */
notch_status notch_part_empty(notch_part *part, notch_error *error);
/* Puts it in the place of NAME at once, after all is on disk. Errors: INPUT. */
notch_status notch_part_install(notch_part *part, notch_error *error);
/* Leaves NAME.part where it is, unless it is empty. */
void notch_part_close(notch_part *part);

/* Makes a folder and those above it that are missing; *made counts them. Errors: INPUT, MEMORY. */
notch_status notch_folder_make(const char *path, size_t *made, notch_error *error);
/* Removes the last `made` folders of a path, as far as they are empty. */
void notch_folder_unmake(const char *path, size_t made);

#endif
