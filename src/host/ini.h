/* ini.h - the sections and keys of an INI text, one by one, with the numbers of their lines.
 * SPDX-License-Identifier: MIT
 *
 *     # or ; begins a comment at the start of a line, " ;" one behind a value
 *     [section]
 *     key = value
 */
#ifndef NOTCH_HOST_INI_H
#define NOTCH_HOST_INI_H

#include <notch/core.h>

typedef struct notch_ini_item {
    const char *section; /* "" before the first one */
    const char *key;     /* NULL: the section begins here */
    const char *value;   /* without blanks at its ends; NULL at the beginning of a section */
    uint64_t line;       /* from 1 */
} notch_ini_item;

/* The item is valid until the function returns; a status other than OK ends the reading. */
typedef notch_status notch_ini_function(void *argument, const notch_ini_item *item,
                                        notch_error *error);

/* Calls function(argument, ...) for each section and each key of text[0 .. length), in order.
 * Errors: those of the function; INPUT with a sentence that begins with NAME:LINE; MEMORY;
 * UNSUPPORTED in a build without inih. */
notch_status notch_ini_parse(const char *text, size_t length, const char *name,
                             notch_ini_function *function, void *argument, notch_error *error);

#endif
