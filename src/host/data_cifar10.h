/* data_cifar10.h - the binary batches of CIFAR-10.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_CIFAR10_H
#define NOTCH_HOST_DATA_CIFAR10_H

#include <notch/data.h>

#include "host/data_stream.h"

/* Reads streams[0 .. count) to their ends, count > 0. Errors: INPUT, MEMORY, UNSUPPORTED. */
notch_status notch_cifar10_parse(notch_stream *const *streams, size_t count, const char *name,
                                 notch_dataset **dataset, notch_error *error);

#endif
