/* checkpoint_file.h - a new file that appears in its place at once, complete, or not at all.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_CHECKPOINT_FILE_H
#define NOTCH_HOST_CHECKPOINT_FILE_H

#include <notch/core.h>

typedef struct notch_new_file notch_new_file;

/* Creates the temporary file PATH.PID-N.tmp. Errors: INPUT (also where path is something else than
 * a regular file), MEMORY. */
notch_status notch_new_file_create(const char *path, notch_new_file **file, notch_error *error);

/* Appends. Errors: INPUT. */
notch_status notch_new_file_write(notch_new_file *file, const void *bytes, size_t count,
                                  notch_error *error);

/* Brings all to the disk and gives the file its name, in place of an older one of that name. On
 * failure (INPUT) it is discarded. Either way `file` is freed. */
notch_status notch_new_file_commit(notch_new_file *file, notch_error *error);

/* Removes the temporary file. */
void notch_new_file_discard(notch_new_file *file);

#endif
