/* checkpoint_out.h - the sections of a model file, on their way out.
 * SPDX-License-Identifier: MIT
 *
 *     notch_checkpoint_out_begin(out, sink, error);
 *     notch_checkpoint_out_section(out, NOTCH_FORMAT_ENGN, 0, bytes);
 *     notch_checkpoint_out_put(out, content, bytes);     // in pieces, `bytes` in all
 *     ...
 *     status = notch_checkpoint_out_end(out);
 *
 * After a failure the other calls do nothing, and the last one returns its status.
 */
#ifndef NOTCH_HOST_CHECKPOINT_OUT_H
#define NOTCH_HOST_CHECKPOINT_OUT_H

#include <notch/core.h>

#include "host/checkpoint_crc.h"
#include "host/checkpoint_format.h"

/* Takes bytes. */
typedef struct notch_sink {
    notch_status (*write)(void *self, const void *bytes, size_t count, notch_error *error);
    void *self;
} notch_sink;

/* Private fields, some 40 KiB. */
typedef struct notch_checkpoint_out {
    const notch_sink *sink;
    notch_error *error;
    notch_status status;
    notch_crc32c crc;
    uint32_t sections;
    uint32_t sum;      /* of the section's content so far */
    uint64_t left;     /* of the section's content */
    uint64_t position; /* in the file */
    size_t used;       /* of the buffer */
    uint8_t buffer[32768];
} notch_checkpoint_out;

void notch_checkpoint_out_begin(notch_checkpoint_out *out, const notch_sink *sink,
                                notch_error *error);
void notch_checkpoint_out_section(notch_checkpoint_out *out, notch_format_section section,
                                  uint32_t index, uint64_t bytes);
void notch_checkpoint_out_put(notch_checkpoint_out *out, const void *bytes, size_t count);
/* Writes the last section, DONE, and what is in the buffer. */
notch_status notch_checkpoint_out_end(notch_checkpoint_out *out);

#endif
