/* data_content.h - whether the content of a file is the official one.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_CONTENT_H
#define NOTCH_HOST_DATA_CONTENT_H

#include <notch/data.h>

#include "base/sha256.h"
#include "host/data_known.h"

/* Compares a SHA-256 of content with that of `file`, which belongs to data set `set`. path: of the
 * file, for messages. Errors: INPUT, if they differ. */
notch_status notch_data_content_compare(const char *path, const char found[NOTCH_SHA256_HEX],
                                        const notch_data_file *file, const char *set,
                                        notch_error *error);

/* Reads a file, compressed or not, and compares size and SHA-256 of its content. path is called
 * `shown` in messages. Reads less than 64 KiB
 * behind the official size. Errors: INPUT (unreadable, damaged
 * or different), MEMORY, UNSUPPORTED. */
notch_status notch_data_content_check(const char *path, const char *shown,
                                      const notch_data_file *file, const char *set,
                                      notch_error *error);

/* The SHA-256 of a file as it is, compressed or not. Errors: INPUT, MEMORY. */
notch_status notch_file_sha256(const char *path, char text[NOTCH_SHA256_HEX], notch_error *error);

#endif
