/* json_copy.h - JSON that others have written: checked, and made fit for a page of HTML.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_JSON_COPY_H
#define NOTCH_CLI_JSON_COPY_H

#include <stdbool.h>
#include <stdio.h>

enum {
    JSON_DEPTH_MAX = 16 /* of objects and arrays inside each other */
};

/* Copies text[0 .. length) to the file, without blanks between values, if it is one JSON object
 * (RFC 8259) of at most JSON_DEPTH_MAX levels. Numbers stay as they are, digit by digit; strings
 * keep their meaning, but for bytes that are no UTF-8, and have '<' escaped. The member `left_out`
 * of the object itself is not copied (NULL: all are). Returns false if it is no such object; a part
 * of it has then been written. */
bool json_copy(FILE *file, const char *text, size_t length, const char *left_out);

#endif
