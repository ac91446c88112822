/* fetch.h - a download from any source, known or made up for tests.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_FETCH_H
#define NOTCH_HOST_FETCH_H

#include <notch/fetch.h>

#include "host/data_known.h"
#include "host/fetch_known.h"

/* notch_data_fetch for this layout and source. The mirrors of the source have to have HTTPS, unless
 * plain_allowed. */
notch_status notch_fetch_source_run(const notch_data_layout *layout,
                                    const notch_fetch_source *source, bool plain_allowed,
                                    const notch_fetch_options *options, notch_fetch_result *result,
                                    notch_error *error);

#endif
