/* files.h - folders and files that commands make.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_FILES_H
#define NOTCH_CLI_FILES_H

#include <notch/core.h>

#include <stdio.h>

/* FOLDER/name, to be freed. NULL: no memory. */
char *file_path(const char *folder, const char *name);

/* Makes the folder and those above it, as far as they are missing. Errors: INPUT, MEMORY. */
notch_status folder_make(const char *folder, notch_error *error);

/* Writes a file through one next to it, so that it appears complete or not at all.
 * write(file, self) returns false where it lacks memory. Errors: INPUT (the sentence names the
 * path), MEMORY. */
typedef bool file_write(FILE *file, const void *self);
notch_status file_replace(const char *path, file_write *write, const void *self,
                          notch_error *error);

#endif
