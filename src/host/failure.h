/* failure.h - sentences about what the system has against a file.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_FAILURE_H
#define NOTCH_HOST_FAILURE_H

#include <notch/core.h>

/* "NAME: WHAT: No such file or directory", with the reason of errno, as NOTCH_ERROR_INPUT. */
notch_status notch_fail_errno(const char *name, const char *what, notch_error *error);

#endif
