/* masses.h - masses of categories from a text: one integer a line.
 * SPDX-License-Identifier: MIT
 *
 * A line holds one whole number from 0 to 2^32 - 1 in decimal digits. Blanks around it are fine,
 * and so is a carriage return before the line's end. Lines without anything, and those that begin
 * with #, do not count. The last line need not be ended. Anything else is an error that names the
 * line.
 */
#ifndef NOTCH_CLI_MASSES_H
#define NOTCH_CLI_MASSES_H

#include <notch/core.h>

/* The library takes 2^31 categories; one is left for the null category, which has a law as well. */
#define MASSES_MAX ((UINT64_C(1) << 31) - 1)

enum {
    MASSES_LINE_MAX = 1000 /* bytes of a line, without its end */
};

typedef struct masses {
    uint32_t *values; /* values[0 .. count) */
    uint64_t count;
    uint64_t sum; /* below 2^63 */
} masses;

/* Parses a text that arrives in pieces. Fields are private. */
typedef struct masses_parser {
    const char *name; /* of the file, for messages */
    masses result;
    uint64_t capacity;
    uint64_t line;                  /* number of the line under way, from 1 */
    size_t length;                  /* of what has arrived of it */
    char text[MASSES_LINE_MAX + 2]; /* a line that is too long stays so without its last byte */
} masses_parser;

void masses_parser_init(masses_parser *parser, const char *name);
/* Takes the next piece of the text, cut anywhere. After an error, only masses_parser_fini. */
notch_status masses_parser_feed(masses_parser *parser, const char *piece, size_t bytes,
                                notch_error *error);
/* Ends the text. *result is the caller's: at least one mass, to be freed with masses_free. */
notch_status masses_parser_finish(masses_parser *parser, masses *result, notch_error *error);
/* Frees what the parser still owns; fine after masses_parser_finish, too. */
void masses_parser_fini(masses_parser *parser);

/* Reads a whole file, or standard input if `path` is "-".
 * Errors: INPUT (what the system or the text has against it), MEMORY. */
notch_status masses_read(const char *path, masses *result, notch_error *error);

void masses_free(masses *m);

#endif
