/* bar.c - a bar with a mark on it, in one line of text.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "bar.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool bar_has_blocks(void)
{
    return isatty(fileno(stdout)) == 1 && setlocale(LC_CTYPE, "") != NULL &&
           strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* What a column shows that is filled by `eighths` of 8, from U+2588 to U+258F. */
static const char *block(unsigned eighths)
{
    static const char *const blocks[] = {" ",
                                         "\xe2\x96\x8f",
                                         "\xe2\x96\x8e",
                                         "\xe2\x96\x8d",
                                         "\xe2\x96\x8c",
                                         "\xe2\x96\x8b",
                                         "\xe2\x96\x8a",
                                         "\xe2\x96\x89",
                                         "\xe2\x96\x88"};
    return blocks[eighths];
}

void bar_draw(double value, double mark, unsigned columns, bool blocks, char text[BAR_TEXT])
{
    const unsigned filled = (unsigned)(value * columns * 8 + 0.5); /* in eighths of a column */
    const unsigned marked = (unsigned)(mark * columns) - (mark >= 1);
    char *at = text, *end = text;
    for (unsigned k = 0; k < columns; k++) {
        const unsigned left = filled > k * 8 ? filled - k * 8 : 0;
        const unsigned eighths = left < 8 ? left : 8;
        const char *shown = blocks ? block(eighths) : eighths >= 4 ? "#" : " ";
        if (mark > 0 && k == marked) {
            shown = blocks ? "\xe2\x94\x82" : "|";
        }
        const size_t length = strlen(shown);
        memcpy(at, shown, length);
        at += length;
        end = shown[0] == ' ' ? end : at;
    }
    *end = '\0';
}
