/* json.c - values of JSON.
 * SPDX-License-Identifier: MIT
 */
#include "json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the character of UTF-8 (RFC 3629) at text[0 .. size), 0 if there is none. */
static size_t character(const unsigned char *text, size_t size)
{
    const size_t length = text[0] < 0x80                       ? 1
                          : text[0] >= 0xC2 && text[0] <= 0xDF ? 2
                          : (text[0] & 0xF0) == 0xE0           ? 3
                          : text[0] >= 0xF0 && text[0] <= 0xF4 ? 4
                                                               : 0;
    if (length > size) {
        return 0;
    }
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

void json_put_inner(FILE *file, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        const unsigned char *here = (const unsigned char *)text + at;
        const size_t length = character(here, size - at);
        if (length == 0) {
            (void)fputs("\\ufffd", file);
        } else if (*here == '"' || *here == '\\') {
            (void)fprintf(file, "\\%c", *here);
        } else if (*here < 0x20 || *here == '<') {
            (void)fprintf(file, "\\u%04x", *here);
        } else {
            (void)fwrite(here, 1, length, file);
        }
        at += length == 0 ? 1 : length;
    }
}

void json_put_text(FILE *file, const char *text, size_t size)
{
    (void)fputc('"', file);
    json_put_inner(file, text, size);
    (void)fputc('"', file);
}

void json_put_string(FILE *file, const char *text)
{
    if (text == NULL) {
        (void)fputs("null", file);
    } else {
        json_put_text(file, text, strlen(text));
    }
}

void json_put_real(FILE *file, double value)
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
    json_put_string(stdout, text);
}

void json_print_real(double value)
{
    json_put_real(stdout, value);
}
