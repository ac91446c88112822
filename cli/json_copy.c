/* json_copy.c - JSON that others have written: checked, and made fit for a page of HTML.
 * SPDX-License-Identifier: MIT
 */
#include "json_copy.h"

#include <string.h>

#include "json.h"

typedef struct copier {
    FILE *file; /* NULL: nothing is written */
    const char *at, *end;
    unsigned depth;
} copier;

static bool copy_value(copier *c);

static void put(copier *c, char character)
{
    if (c->file != NULL) {
        (void)fputc(character, c->file);
    }
}

static void skip_blanks(copier *c)
{
    while (c->at < c->end &&
           (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r')) {
        c->at++;
    }
}

/* Steps over the character if it comes next. */
static bool next_is(copier *c, char character)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != character) {
        return false;
    }
    c->at++;
    return true;
}

static bool is_digit(const copier *c)
{
    return c->at < c->end && *c->at >= '0' && *c->at <= '9';
}

/* ---- strings --------------------------------------------------------------------------------- */

static bool is_hexadecimal(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
           (character >= 'A' && character <= 'F');
}

/* Bytes of the escape sequence at c->at, which is a backslash; 0: none. */
static size_t escape(const copier *c)
{
    const size_t left = (size_t)(c->end - c->at);
    if (left >= 2 && c->at[1] != '\0' && strchr("\"\\/bfnrt", c->at[1]) != NULL) {
        return 2;
    }
    if (left < 6 || c->at[1] != 'u') {
        return 0;
    }
    for (size_t k = 2; k < 6; k++) {
        if (!is_hexadecimal(c->at[k])) {
            return 0;
        }
    }
    return 6;
}

/* What stands between escape sequences, without the quotes that json_put_text adds. */
static void put_plain(copier *c, const char *start)
{
    for (const char *from = start; c->file != NULL && from < c->at;) {
        const char *to = from;
        while (to < c->at && (*to & 0x80) == 0 && *to != '<') {
            to++;
        }
        (void)fwrite(from, 1, (size_t)(to - from), c->file);
        from = to;
        while (to < c->at && ((*to & 0x80) != 0 || *to == '<')) {
            to++;
        }
        json_put_inner(c->file, from, (size_t)(to - from));
        from = to;
    }
}

static bool copy_string(copier *c)
{
    if (!next_is(c, '"')) {
        return false;
    }
    put(c, '"');
    const char *start = c->at;
    while (c->at < c->end && *c->at != '"' && (unsigned char)*c->at >= ' ') {
        const size_t length = *c->at == '\\' ? escape(c) : 1;
        if (length == 0) {
            return false;
        }
        if (length > 1) {
            put_plain(c, start);
            if (c->file != NULL) {
                (void)fwrite(c->at, 1, length, c->file);
            }
            start = c->at + length;
        }
        c->at += length;
    }
    put_plain(c, start);
    put(c, '"');
    return c->at < c->end && *c->at++ == '"';
}

/* ---- numbers and words ----------------------------------------------------------------------- */

static bool copy_digits(copier *c)
{
    if (!is_digit(c)) {
        return false;
    }
    while (is_digit(c)) {
        put(c, *c->at++);
    }
    return true;
}

static bool copy_number(copier *c)
{
    if (*c->at == '-') {
        put(c, *c->at++);
    }
    const bool zero = c->at < c->end && *c->at == '0';
    if (zero) {
        put(c, *c->at++);
    } else if (!copy_digits(c)) {
        return false;
    }
    if (c->at < c->end && *c->at == '.') {
        put(c, *c->at++);
        if (!copy_digits(c)) {
            return false;
        }
    }
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        put(c, *c->at++);
        if (c->at < c->end && (*c->at == '+' || *c->at == '-')) {
            put(c, *c->at++);
        }
        return copy_digits(c);
    }
    return true;
}

static bool copy_word(copier *c)
{
    static const char *const words[] = {"null", "true", "false"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        const size_t length = strlen(words[k]);
        if ((size_t)(c->end - c->at) >= length && memcmp(c->at, words[k], length) == 0) {
            c->at += length;
            if (c->file != NULL) {
                (void)fputs(words[k], c->file);
            }
            return true;
        }
    }
    return false;
}

/* ---- arrays and objects ---------------------------------------------------------------------- */

static bool copy_array(copier *c)
{
    if (!next_is(c, '[')) {
        return false;
    }
    put(c, '[');
    if (next_is(c, ']')) {
        put(c, ']');
        return true;
    }
    do {
        if (!copy_value(c)) {
            return false;
        }
        skip_blanks(c);
        put(c, c->at < c->end && *c->at == ',' ? ',' : ']');
    } while (next_is(c, ','));
    return next_is(c, ']');
}

/* "key":value; without a trace if the key is the one to leave out. *first: nothing was written. */
static bool copy_member(copier *c, const char *left_out, bool *first)
{
    FILE *file = c->file;
    skip_blanks(c);
    const size_t length = left_out == NULL ? 0 : strlen(left_out);
    const bool out = left_out != NULL && (size_t)(c->end - c->at) >= length + 2 &&
                     memcmp(c->at + 1, left_out, length) == 0 && c->at[length + 1] == '"';
    c->file = out ? NULL : file;
    if (!*first) {
        put(c, ',');
    }
    *first = *first && out;
    bool copied = copy_string(c) && next_is(c, ':');
    put(c, ':');
    copied = copied && copy_value(c);
    c->file = file;
    return copied;
}

static bool copy_object(copier *c, const char *left_out)
{
    bool first = true;
    if (!next_is(c, '{')) {
        return false;
    }
    put(c, '{');
    if (!next_is(c, '}')) {
        do {
            if (!copy_member(c, left_out, &first)) {
                return false;
            }
        } while (next_is(c, ','));
        if (!next_is(c, '}')) {
            return false;
        }
    }
    put(c, '}');
    return true;
}

static bool copy_inner(copier *c)
{
    bool copied = false;
    if (c->depth < JSON_DEPTH_MAX) {
        c->depth++;
        copied = *c->at == '{' ? copy_object(c, NULL) : copy_array(c);
        c->depth--;
    }
    return copied;
}

static bool copy_value(copier *c)
{
    skip_blanks(c);
    if (c->at == c->end) {
        return false;
    }
    if (*c->at == '{' || *c->at == '[') {
        return copy_inner(c);
    }
    if (*c->at == '"') {
        return copy_string(c);
    }
    return *c->at == '-' || is_digit(c) ? copy_number(c) : copy_word(c);
}

bool json_copy(FILE *file, const char *text, size_t length, const char *left_out)
{
    copier c = {.file = file, .at = text, .end = text + length, .depth = 1};
    if (!copy_object(&c, left_out)) {
        return false;
    }
    skip_blanks(&c);
    return c.at == c.end;
}
