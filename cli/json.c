/* json.c - values of JSON.
 * SPDX-License-Identifier: MIT
 */
#include "json.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of the character of UTF-8 (RFC 3629) at text, 0 if there is none. */
static size_t character(const unsigned char *text)
{
    const size_t length = text[0] < 0x80                       ? 1
                          : text[0] >= 0xC2 && text[0] <= 0xDF ? 2
                          : (text[0] & 0xF0) == 0xE0           ? 3
                          : text[0] >= 0xF0 && text[0] <= 0xF4 ? 4
                                                               : 0;
    for (size_t k = 1; k < length; k++) {
        if ((text[k] & 0xC0) != 0x80) {
            return 0;
        }
    }
    const unsigned second = length > 2 ? text[1] : 0;
    const int refused = length > 2 && ((text[0] == 0xE0 && second < 0xA0) || /* too long */
                                       (text[0] == 0xED && second > 0x9F) || /* surrogates */
                                       (text[0] == 0xF0 && second < 0x90) ||
                                       (text[0] == 0xF4 && second > 0x8F)); /* above U+10FFFF */
    return refused ? 0 : length;
}

void json_write_text(FILE *file, const char *text)
{
    if (text == NULL) {
        (void)fputs("null", file);
        return;
    }
    (void)fputc('"', file);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t length = character(at);
        if (length == 0) {
            (void)fputs("\\ufffd", file);
        } else if (*at == '"' || *at == '\\') {
            (void)fprintf(file, "\\%c", *at);
        } else if (*at < 0x20) {
            (void)fprintf(file, "\\u%04x", *at);
        } else {
            (void)fprintf(file, "%.*s", (int)length, (const char *)at);
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
