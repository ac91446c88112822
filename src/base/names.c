/* names.c - the names of an enumeration's values, for options and messages.
 * SPDX-License-Identifier: MIT
 */
#include "base/names.h"

#include "base/message.h"
#include "base/text.h"

const char *notch_names_get(const notch_names *names, int64_t value)
{
    return value >= 0 && value < (int64_t)names->count ? names->names[value] : NULL;
}

notch_status notch_names_parse(const notch_names *names, const char *name, uint32_t *value,
                               notch_error *error)
{
    if (name == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: no name given", names->what);
    }
    for (uint32_t i = 0; i < names->count; i++) {
        if (notch_text_equal(name, names->names[i])) {
            *value = i;
            return NOTCH_OK;
        }
    }
    char known[128] = "";
    size_t length = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        length = notch_text_append(known, sizeof known, length, i == 0 ? "" : ", ");
        length = notch_text_append(known, sizeof known, length, names->names[i]);
    }
    return notch_fail(error, NOTCH_ERROR_ARGUMENT, "unknown %s '%s', expected one of: %s",
                      names->what, name, known);
}
