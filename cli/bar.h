/* bar.h - a bar with a mark on it, in one line of text.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_BAR_H
#define NOTCH_CLI_BAR_H

#include <stdbool.h>

enum {
    BAR_COLUMNS_MAX = 40,
    BAR_TEXT = BAR_COLUMNS_MAX * 3 + 1 /* a block takes 3 bytes of UTF-8 */
};

/* Whether standard output is a terminal that shows block characters. */
bool bar_has_blocks(void);

/* Draws a bar of length `value` and a mark at `mark`, both fractions from 0 to 1 of `columns`.
 * No mark where `mark` is 0. Nothing stands after the last thing drawn. */
void bar_draw(double value, double mark, unsigned columns, bool blocks, char text[BAR_TEXT]);

#endif
