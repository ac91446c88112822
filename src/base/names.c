/* names.c - the names of an enumeration's values, for options and messages.
 * SPDX-License-Identifier: MIT
 */
#include "base/names.h"

#include "base/message.h"

const char *notch_names_get(const notch_names *names, int64_t value)
{
    return value >= 0 && value < (int64_t)names->count ? names->names[value] : NULL;
}

static bool equal(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

notch_status notch_names_parse(const notch_names *names, const char *name, uint32_t *value,
                               notch_error *error)
{
    if (name == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: no name given", names->what);
    }
    for (uint32_t i = 0; i < names->count; i++) {
        if (equal(name, names->names[i])) {
            *value = i;
            return NOTCH_OK;
        }
    }
    char known[128];
    size_t length = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        const char *parts[2] = {i == 0 ? "" : ", ", names->names[i]};
        for (int part = 0; part < 2; part++) {
            for (const char *c = parts[part]; *c != '\0' && length + 1 < sizeof known; c++) {
                known[length++] = *c;
            }
        }
    }
    known[length] = '\0';
    return notch_fail(error, NOTCH_ERROR_ARGUMENT, "unknown %s '%s', expected one of: %s",
                      names->what, name, known);
}
