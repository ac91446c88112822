/* failure.c - sentences about what the system has against a file.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "host/failure.h"

#include <errno.h>
#include <string.h>

#include "base/message.h"

notch_status notch_fail_errno(const char *name, const char *what, notch_error *error)
{
    char reason[128];
    if (strerror_r(errno, reason, sizeof reason) != 0) {
        strcpy(reason, "unknown reason");
    }
    return notch_fail(error, NOTCH_ERROR_INPUT, "%s: %s: %s", name, what, reason);
}
