/* numbers.h - numbers as people write them on a command line.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_NUMBERS_H
#define NOTCH_CLI_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

typedef enum number_status {
    NUMBER_OK = 0,
    NUMBER_MALFORMED, /* not a number of this form */
    NUMBER_TOO_LARGE  /* a number of this form that does not fit */
} number_status;

/* A whole number below 2^64: DIGITS, DIGITSeDIGITS (times a power of ten) or DIGITS^DIGITS (a
 * power). Nothing else: no sign, no blank, no hexadecimal. *value is written only on success. */
number_status number_parse(const char *text, uint64_t *value);

/* DIGITS or DIGITS.DIGITS below 2^32 - 1 with at most 9 digits after the point, as a multiple of
 * 2^-32: the nearest one, the larger of two. *value is written only on success. */
number_status number_parse_fixed(const char *text, uint64_t *value);

enum {
    NUMBER_TEXT = 32 /* bytes that the longest text of the following functions takes */
};

/* A number of bytes below 2^64: one of number_parse, or DIGITS with K, M, G or T behind for 2^10,
 * 2^20, 2^30 or 2^40 of them. *value is written only on success. */
number_status number_parse_size(const char *text, uint64_t *value);

/* The number for people to read: "20", "2^40", "2^64 - 1". */
void number_format(uint64_t value, char text[NUMBER_TEXT]);

/* A multiple of 2^-32 as a decimal number with at most 9 digits after the point: "0.25". What came
 * from number_parse_fixed gets a text that it reads as the same value: 9 decimals are coarser than
 * 2^-32. */
void number_format_fixed(uint64_t value, char text[NUMBER_TEXT]);

/* "421,642" */
void number_format_grouped(uint64_t value, char text[NUMBER_TEXT]);

/* A number of bytes: "512M" where it is a whole number of the largest such unit, else "1000". */
void number_format_size(uint64_t value, char text[NUMBER_TEXT]);

#endif
