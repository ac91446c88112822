/* message.h - one sentence about a failure, composed without stdio.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BASE_MESSAGE_H
#define NOTCH_BASE_MESSAGE_H

#include <notch/core.h>

/* Writes `status` and the sentence into *error (which may be NULL) and returns `status`, so that a
 * check reads `return notch_fail(error, NOTCH_ERROR_RANGE, "...", ...)`.
 * In `format`, %s takes a const char * and %u a uint64_t (cast it); nothing else is special.
 * A sentence that is too long is cut. */
notch_status notch_fail(notch_error *error, notch_status status, const char *format, ...);

#endif
