/* run.h - what the parts of run folders share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_RUN_H
#define NOTCH_HOST_RUN_H

#include <notch/train.h>

/* FOLDER/name, or FOLDER where name is NULL, to be freed. NULL: no memory. */
char *notch_run_path(const char *folder, const char *name);

/* Makes the folder and those above it that are missing. *made: how many bytes of the path name the
 * lowest folder that was there; the whole length if nothing was missing. On failure (INPUT, MEMORY)
 * what was made is gone again. */
notch_status notch_run_make_folders(const char *folder, size_t *made, notch_error *error);

/* Removes those that were made, as far as they are empty. */
void notch_run_remove_folders(const char *folder, size_t made);

#endif
