/* names.h - the names of an enumeration's values, for options and messages.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BASE_NAMES_H
#define NOTCH_BASE_NAMES_H

#include <notch/core.h>

/* names[value] is the name of `value`; what says what they name ("sampler"). */
typedef struct notch_names {
    const char *what;
    const char *const *names;
    uint32_t count;
} notch_names;

/* NULL where value has no name. */
const char *notch_names_get(const notch_names *names, int64_t value);

/* The value called `name`, or NOTCH_ERROR_ARGUMENT with a sentence that lists the known names. */
notch_status notch_names_parse(const notch_names *names, const char *name, uint32_t *value,
                               notch_error *error);

#endif
