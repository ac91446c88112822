/* json.h - values of JSON on standard output.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_JSON_H
#define NOTCH_CLI_JSON_H

/* Prints a text in quotes. A byte that is no part of valid UTF-8, such as in the name of a file, is
 * replaced by U+FFFD. NULL prints null. */
void json_print_text(const char *text);

/* Prints a number with as many digits as make it come back as it was read; null for one that is not
 * finite. */
void json_print_real(double value);

#endif
