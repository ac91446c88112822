/* data_stream.h - the content of a file from its beginning to its end, decompressed if need be.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_STREAM_H
#define NOTCH_HOST_DATA_STREAM_H

#include <notch/core.h>

#include "base/sha256.h"

typedef struct notch_stream notch_stream;

/* Opens a regular file. path: also the name in messages; has to stay until the stream is closed.
 * Errors: INPUT, MEMORY, UNSUPPORTED. */
notch_status notch_stream_open(const char *path, notch_stream **stream, notch_error *error);
/* The same with another name for messages, which has to stay as well. */
notch_status notch_stream_open_as(const char *path, const char *name, notch_stream **stream,
                                  notch_error *error);
/* The same for bytes[0 .. count), which have to stay, too. */
notch_status notch_stream_open_memory(const char *name, const void *bytes, size_t count,
                                      notch_stream **stream, notch_error *error);
/* NULL is fine. */
void notch_stream_close(notch_stream *stream);

const char *notch_stream_name(const notch_stream *stream);
/* The size of the content if it is known before the end, for a file that is not compressed; else
 * *known is false and the result is a bound that the content cannot exceed. */
uint64_t notch_stream_size(const notch_stream *stream, bool *known);

/* Reads the next `count` bytes; *got is less only at the end, and reading there is no error.
 * Errors: INPUT (unreadable, damaged, cut short inside of gzip data), MEMORY. */
notch_status notch_stream_read(notch_stream *stream, void *to, size_t count, size_t *got,
                               notch_error *error);
/* *ended: whether all was read. Finds a wrong check sum of gzip data; if not at the end, takes one
 * byte. Errors: as of read. */
notch_status notch_stream_end(notch_stream *stream, bool *ended, notch_error *error);
/* Bytes of content that were read. */
uint64_t notch_stream_position(const notch_stream *stream);

/* To be called before anything is read: from now on, the content is hashed. */
void notch_stream_hash(notch_stream *stream);
/* SHA-256 of what was read since, in hexadecimal. Once a stream. */
void notch_stream_hash_finish(notch_stream *stream, char text[NOTCH_SHA256_HEX]);

#endif
