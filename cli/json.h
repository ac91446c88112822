/* json.h - values of JSON.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_JSON_H
#define NOTCH_CLI_JSON_H

#include <stddef.h>
#include <stdio.h>

/* Writes text[0 .. size) in quotes. A byte that is no part of valid UTF-8, such as in the name of a
 * file, is replaced by U+FFFD; '<' is escaped, so that the value may stand in a page of HTML. */
void json_put_text(FILE *file, const char *text, size_t size);

/* The same without the quotes. */
void json_put_inner(FILE *file, const char *text, size_t size);

/* json_put_text of a whole string; NULL is null. */
void json_put_string(FILE *file, const char *text);

/* Writes a number with as many digits as make it come back as it was read; null for one that is not
 * finite. */
void json_put_real(FILE *file, double value);

/* json_put_string and json_put_real on standard output. */
void json_print_text(const char *text);
void json_print_real(double value);

#endif
