/* fetch_unpack.h - the files of a data set from an archive of them.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_FETCH_UNPACK_H
#define NOTCH_HOST_FETCH_UNPACK_H

#include "host/data_known.h"

/* Takes all files of the layout out of a tar archive, compressed or not, and puts them into
 * `folder` once all are there and have the official content; else none. Other entries are passed
 * over. shown: what messages call the archive. proceed: asked now and then; *stopped: it said no.
 * Errors: INPUT (*local: what it is about is a file in the folder, not the archive), MEMORY,
 * UNSUPPORTED. */
notch_status notch_fetch_unpack(const char *archive, const char *shown,
                                const notch_data_layout *layout, const char *folder,
                                bool (*proceed)(void *cookie), void *cookie, bool *stopped,
                                bool *local, notch_error *error);

#endif
