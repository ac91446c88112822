/* json_check.h - whether a text is JSON.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_JSON_CHECK_H
#define NOTCH_CLI_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

enum {
    JSON_DEPTH_MAX = 32 /* lists and objects within each other */
};

/* Whether text[0 .. length) is one JSON value (RFC 8259) in UTF-8, with blanks around it. */
bool json_check(const char *text, size_t length);

/* Bytes of the character of UTF-8 (RFC 3629) that text[0 .. length) begins with, 0 if there is
 * none. */
size_t json_character(const char *text, size_t length);

#endif
