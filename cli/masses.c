/* masses.c - masses of categories from a text: one integer a line.
 * SPDX-License-Identifier: MIT
 */
#include "masses.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PIECE = 65536,
    FIRST_CAPACITY = 1024,
    NAME_SHOWN = 100, /* bytes of a file's name in a message: its end tells more than its start */
    TEXT_SHOWN = 24
};

/* ---- messages -------------------------------------------------------------------------------- */

#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static notch_status
fail(const char *name, uint64_t line, notch_error *error, const char *format, ...)
{
    const size_t length = strlen(name), capacity = sizeof error->message;
    const char *shown = length > NAME_SHOWN ? name + length - NAME_SHOWN : name;
    va_list values;
    const char *cut = shown == name ? "" : "...";
    int written = line == 0
                      ? snprintf(error->message, capacity, "'%s%s'", cut, shown)
                      : snprintf(error->message, capacity, "%s%s:%" PRIu64 ":", cut, shown, line);
    error->message[written++] = ' ';
    va_start(values, format);
    (void)vsnprintf(error->message + written, capacity - (size_t)written, format, values);
    va_end(values);
    error->status = NOTCH_ERROR_INPUT;
    return NOTCH_ERROR_INPUT;
}

/* Copies the start of a line with everything replaced that a terminal may take for a command. */
static const char *harmless(const char *text, size_t length, char shown[TEXT_SHOWN + 4])
{
    const size_t kept = length > TEXT_SHOWN ? TEXT_SHOWN : length;
    for (size_t k = 0; k < kept; k++) {
        shown[k] = '?';
        if (text[k] >= ' ' && text[k] <= '~') {
            shown[k] = text[k];
        }
    }
    memcpy(shown + kept, kept == length ? "" : "...", kept == length ? 1 : 4);
    return shown;
}

static notch_status no_memory(const masses_parser *parser, notch_error *error)
{
    (void)fail(parser->name, 0, error,
               "there is not enough memory for more than %" PRIu64 " masses", parser->capacity);
    error->status = NOTCH_ERROR_MEMORY;
    return NOTCH_ERROR_MEMORY;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The number that is all of text[0 .. length), which is not empty; false if it is none, or too
 * large. */
static bool parse_number(const char *text, size_t length, uint32_t *value)
{
    uint64_t number = 0;
    for (size_t k = 0; k < length; k++) {
        if (text[k] < '0' || text[k] > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(text[k] - '0'); /* below 2^36 */
        if (number > UINT32_MAX) {
            return false;
        }
    }
    *value = (uint32_t)number;
    return true;
}

static notch_status append(masses_parser *parser, uint32_t value, notch_error *error)
{
    masses *result = &parser->result;
    if (result->count == MASSES_MAX) {
        return fail(parser->name, parser->line, error,
                    "there are too many masses, expected at most 2^31 - 1");
    }
    if (result->count == parser->capacity) {
        const uint64_t capacity = parser->capacity == 0 ? FIRST_CAPACITY : parser->capacity * 2;
        uint32_t *values = NULL;
        if (capacity <= SIZE_MAX / sizeof values[0]) {
            values = realloc(result->values, (size_t)capacity * sizeof values[0]);
        }
        if (values == NULL) {
            return no_memory(parser, error);
        }
        result->values = values;
        parser->capacity = capacity;
    }
    result->values[result->count++] = value;
    result->sum += value; /* at most 2^31 numbers below 2^32 */
    return NOTCH_OK;
}

static notch_status end_line(masses_parser *parser, notch_error *error)
{
    const char *text = parser->text;
    size_t length = parser->length;
    char shown[TEXT_SHOWN + 4];
    uint32_t value;
    if (memchr(text, '\0', length) != NULL) {
        return fail(parser->name, parser->line, error, "there is a NUL byte, expected text");
    }
    if (length > 0 && text[length - 1] == '\r') {
        length--;
    }
    if (length > MASSES_LINE_MAX) {
        return fail(parser->name, parser->line, error,
                    "the line is longer than %d bytes, expected one whole number", MASSES_LINE_MAX);
    }
    for (; length > 0 && is_blank(text[length - 1]); length--) {
    }
    for (; length > 0 && is_blank(text[0]); length--) {
        text++;
    }
    if (length == 0 || text[0] == '#') {
        return NOTCH_OK;
    }
    if (!parse_number(text, length, &value)) {
        return fail(parser->name, parser->line, error,
                    "'%s' is not a mass, expected one whole number from 0 to 4294967295",
                    harmless(text, length, shown));
    }
    return append(parser, value, error);
}

/* ---- texts ----------------------------------------------------------------------------------- */

void masses_parser_init(masses_parser *parser, const char *name)
{
    memset(parser, 0, sizeof *parser);
    parser->name = name;
    parser->line = 1;
}

notch_status masses_parser_feed(masses_parser *parser, const char *piece, size_t bytes,
                                notch_error *error)
{
    while (bytes > 0) {
        const char *newline = memchr(piece, '\n', bytes);
        const size_t length = newline == NULL ? bytes : (size_t)(newline - piece);
        const size_t room = sizeof parser->text - parser->length;
        const size_t kept = length < room ? length : room;
        memcpy(parser->text + parser->length, piece, kept);
        parser->length += kept;
        if (newline != NULL || kept < length) {
            const notch_status status = end_line(parser, error);
            if (status != NOTCH_OK) {
                return status;
            }
            parser->length = 0;
            parser->line++;
        }
        const size_t taken = newline == NULL ? length : length + 1;
        piece += taken;
        bytes -= taken;
    }
    return NOTCH_OK;
}

notch_status masses_parser_finish(masses_parser *parser, masses *result, notch_error *error)
{
    notch_status status = NOTCH_OK;
    if (parser->length > 0) {
        status = end_line(parser, error);
    }
    if (status == NOTCH_OK && parser->result.count == 0) {
        status =
            fail(parser->name, 0, error, "holds no masses, expected at least one whole number");
    }
    if (status == NOTCH_OK) {
        *result = parser->result;
        parser->result = (masses){0};
    }
    return status;
}

void masses_parser_fini(masses_parser *parser)
{
    masses_free(&parser->result);
}

void masses_free(masses *m)
{
    free(m->values);
    *m = (masses){0};
}

/* ---- files ----------------------------------------------------------------------------------- */

static notch_status feed_file(masses_parser *parser, FILE *file, notch_error *error)
{
    notch_status status = NOTCH_OK;
    char *piece = malloc(PIECE);
    size_t bytes = 1;
    if (piece == NULL) {
        return no_memory(parser, error);
    }
    while (status == NOTCH_OK && bytes > 0) {
        bytes = fread(piece, 1, PIECE, file);
        status = masses_parser_feed(parser, piece, bytes, error);
    }
    if (status == NOTCH_OK && ferror(file)) {
        status = fail(parser->name, 0, error, "cannot be read: %s", strerror(errno));
    }
    free(piece);
    return status;
}

notch_status masses_read(const char *path, masses *result, notch_error *error)
{
    const bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    if (file == NULL) {
        return fail(path, 0, error, "cannot be opened: %s", strerror(errno));
    }
    masses_parser parser;
    masses_parser_init(&parser, standard ? "standard input" : path);
    notch_status status = feed_file(&parser, file, error);
    if (status == NOTCH_OK) {
        status = masses_parser_finish(&parser, result, error);
    }
    masses_parser_fini(&parser);
    if (!standard) {
        (void)fclose(file);
    }
    return status;
}
