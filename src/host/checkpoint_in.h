/* checkpoint_in.h - the sections of a model file, on their way in.
 * SPDX-License-Identifier: MIT
 *
 *     status = notch_checkpoint_in_begin(in, stream, error);
 *     while (there should be more) {
 *         status = notch_checkpoint_in_next(in, error);      // in->tag, flags, index, bytes
 *         status = notch_checkpoint_in_take(in, to, count, error);
 *         ...
 *         status = notch_checkpoint_in_finish(in, status, error);
 *     }
 */
#ifndef NOTCH_HOST_CHECKPOINT_IN_H
#define NOTCH_HOST_CHECKPOINT_IN_H

#include <notch/core.h>

#include "host/checkpoint_crc.h"
#include "host/checkpoint_format.h"
#include "host/data_stream.h"

typedef struct notch_checkpoint_in {
    notch_stream *stream;
    const char *path;
    uint64_t size; /* of the file */
    notch_crc32c crc;
    uint32_t sections; /* so far */

    /* The section at hand. */
    char tag[NOTCH_FORMAT_TAG + 1]; /* letters */
    uint32_t flags;                 /* known ones */
    uint32_t index;
    uint64_t bytes;    /* of its content, 1 or more: the file has as many */
    uint64_t position; /* of its header in the file */
    uint64_t left;     /* bytes of its content, not read yet */
    uint32_t sum;      /* of what was read */
} notch_checkpoint_in;

/* Reads magic and version. The stream has to stay, it is not closed. Errors: INPUT. */
notch_status notch_checkpoint_in_begin(notch_checkpoint_in *in, notch_stream *stream,
                                       notch_error *error);

/* Reads the header of the next section; the one before has to be finished. Errors: INPUT. */
notch_status notch_checkpoint_in_next(notch_checkpoint_in *in, notch_error *error);

/* Reads `count` bytes of the content, at most in->left. Errors: INPUT. */
notch_status notch_checkpoint_in_take(notch_checkpoint_in *in, void *to, size_t count,
                                      notch_error *error);

/* To be called when the section is done with, `status` being what came out of it and *error its
 * sentence. If it is OK, the whole content was read. What a damaged section holds is no matter for
 * a sentence: if the checksum says so, that is the failure, whatever `status` was. */
notch_status notch_checkpoint_in_finish(notch_checkpoint_in *in, notch_status status,
                                        notch_error *error);

/* Reads over the rest of the content, for a section that nobody needs. Errors: INPUT. */
notch_status notch_checkpoint_in_skip(notch_checkpoint_in *in, notch_error *error);

#endif
