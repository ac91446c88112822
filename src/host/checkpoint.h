/* checkpoint.h - what the parts of model files share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_CHECKPOINT_H
#define NOTCH_HOST_CHECKPOINT_H

#include <notch/checkpoint.h>

#include "host/checkpoint_out.h"

enum {
    NOTCH_CHECKPOINT_PIECE = 4096 /* values that are converted at a time: packed, whole bytes */
};

/* Bytes of one value in memory. */
size_t notch_value_bytes(notch_value_type type);

/* Reserves tensor->values for `count` values, all zero; false if there is no memory. */
bool notch_stored_tensor_reserve(notch_stored_tensor *tensor, uint64_t count);

/* Whether notch_lattice_init made it. */
bool notch_lattice_is_known(const notch_lattice *lattice);

/* notch_checkpoint_write with all bytes to a sink; name: in sentences. Errors: ARGUMENT, MEMORY,
 * those of the sink. */
notch_status notch_checkpoint_write_sink(const notch_checkpoint *checkpoint, const char *name,
                                         const notch_sink *sink, notch_error *error);

/* notch_checkpoint_read of bytes[0 .. count). */
notch_status notch_checkpoint_read_memory(const char *name, const void *bytes, size_t count,
                                          notch_checkpoint **checkpoint, notch_error *error);

#endif
