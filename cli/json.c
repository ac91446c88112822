/* json.c - values of JSON.
 * SPDX-License-Identifier: MIT
 */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_check.h"

void json_write_text(FILE *file, const char *text)
{
    if (text == NULL) {
        (void)fputs("null", file);
        return;
    }
    (void)fputc('"', file);
    const char *const end = text + strlen(text);
    for (const char *at = text; at < end;) {
        const size_t length = json_character(at, (size_t)(end - at));
        if (length == 0) {
            (void)fputs("\\ufffd", file);
        } else if (*at == '"' || *at == '\\') {
            (void)fprintf(file, "\\%c", *at);
        } else if ((unsigned char)*at < 0x20) {
            (void)fprintf(file, "\\u%04x", (unsigned)*at);
        } else {
            (void)fprintf(file, "%.*s", (int)length, at);
        }
        at += length == 0 ? 1 : length;
    }
    (void)fputc('"', file);
}

void json_write_real(FILE *file, double value)
{
    enum {
        ENOUGH = 17, /* significant digits, for every double */
        ROOM = 40
    };
    char text[ROOM];
    if (!isfinite(value)) {
        (void)fputs("null", file);
        return;
    }
    for (int digits = 1; digits <= ENOUGH; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    (void)fputs(text, file);
}

void json_print_text(const char *text)
{
    json_write_text(stdout, text);
}

void json_print_real(double value)
{
    json_write_real(stdout, value);
}
