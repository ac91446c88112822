/* model_ini_values.c - the values of keys, read strictly.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/text.h"
#include "host/model_ini.h"

bool notch_ini_number(const char *text, uint32_t *value)
{
    uint64_t number = 0;
    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        number = 10 * number + (uint64_t)(*text - '0');
        if (number > UINT32_MAX) {
            return false;
        }
    }
    *value = (uint32_t)number;
    return true;
}

bool notch_ini_names(const char *text, char first[NOTCH_LAYER_NAME_MAX + 1],
                     char second[NOTCH_LAYER_NAME_MAX + 1])
{
    const char *comma = strchr(text, ',');
    if (comma == NULL || strchr(comma + 1, ',') != NULL) {
        return false;
    }
    size_t length = (size_t)(comma - text);
    while (length != 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
        length--;
    }
    const char *rest = comma + 1 + strspn(comma + 1, " \t");
    if (length >= (size_t)NOTCH_LAYER_NAME_MAX + 1 ||
        strlen(rest) >= (size_t)NOTCH_LAYER_NAME_MAX + 1) {
        return false;
    }
    memcpy(first, text, length);
    first[length] = '\0';
    memcpy(second, rest, strlen(rest) + 1);
    return true;
}

bool notch_ini_pair(const char *text, uint32_t pair[2])
{
    char first[NOTCH_LAYER_NAME_MAX + 1], second[NOTCH_LAYER_NAME_MAX + 1];
    uint32_t values[2];
    if (notch_ini_number(text, &values[0])) {
        values[1] = values[0];
    } else if (!notch_ini_names(text, first, second) || !notch_ini_number(first, &values[0]) ||
               !notch_ini_number(second, &values[1])) {
        return false;
    }
    memcpy(pair, values, sizeof values);
    return true;
}

bool notch_ini_flag(const char *text, bool *flag)
{
    *flag = strcmp(text, "yes") == 0;
    return *flag || strcmp(text, "no") == 0;
}

const char *notch_ini_shown(const char *text, char shown[NOTCH_INI_SHOWN])
{
    const size_t length = notch_text_append(shown, NOTCH_INI_SHOWN - 3, 0, text);
    if (text[length] != '\0') {
        (void)notch_text_append(shown, NOTCH_INI_SHOWN, length, "...");
    }
    return shown;
}
