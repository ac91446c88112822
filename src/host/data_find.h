/* data_find.h - the search for known data sets in folders.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_DATA_FIND_H
#define NOTCH_HOST_DATA_FIND_H

#include <notch/data.h>

#include "host/data_known.h"

/* Errors: ARGUMENT. */
notch_status notch_data_folders_check(const char *name, const notch_data_options *options,
                                      notch_error *error);
/* *place: the first place of a known data set, F/name before F; to be freed, NULL if there is none.
 * Errors: MEMORY. */
notch_status notch_data_search(const notch_data_layout *layout, const notch_data_options *options,
                               char **place, notch_error *error);
/* The sentence for that: INPUT, with the folders in which it was looked for. */
notch_status notch_data_fail_not_found(const notch_data_layout *layout,
                                       const notch_data_options *options, notch_error *error);

#endif
