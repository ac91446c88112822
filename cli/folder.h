/* folder.h - folders that commands write into.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_FOLDER_H
#define NOTCH_CLI_FOLDER_H

#include <notch/core.h>

/* Makes the folder and those above it, as far as they are not there. Errors: INPUT, MEMORY. */
notch_status folder_make(const char *folder, notch_error *error);

#endif
