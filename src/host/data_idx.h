/* data_idx.h - images and labels in the IDX format.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_IDX_H
#define NOTCH_HOST_DATA_IDX_H

#include <notch/data.h>

#include "host/data_stream.h"

/* Reads two streams to their ends. format: checked before. Errors: INPUT, MEMORY, UNSUPPORTED. */
notch_status notch_idx_parse(notch_stream *images, notch_stream *labels,
                             const notch_data_format *format, const char *name,
                             notch_dataset **dataset, notch_error *error);

#endif
