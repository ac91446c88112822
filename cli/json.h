/* json.h - values of JSON.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_JSON_H
#define NOTCH_CLI_JSON_H

#include <stdio.h>

/* Writes a text in quotes. A byte that is no part of valid UTF-8, such as in the name of a file, is
 * replaced by U+FFFD. NULL becomes null. */
void json_write_text(FILE *file, const char *text);

/* Writes a number with as many digits as make it come back as it was read; null for one that is not
 * finite. */
void json_write_real(FILE *file, double value);

/* The same on standard output. */
void json_print_text(const char *text);
void json_print_real(double value);

#endif
