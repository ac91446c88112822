/* data_csv.h - images as lines of comma-separated whole numbers.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_CSV_H
#define NOTCH_HOST_DATA_CSV_H

#include <notch/data.h>

#include "host/data_stream.h"

/* Reads a stream to its end. format: checked before. Errors: INPUT, MEMORY, UNSUPPORTED. */
notch_status notch_csv_parse(notch_stream *stream, const notch_data_format *format,
                             const char *name, notch_dataset **dataset, notch_error *error);

#endif
