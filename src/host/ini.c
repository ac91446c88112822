/* ini.c - the sections and keys of an INI text, one by one, with the numbers of their lines.
 * SPDX-License-Identifier: MIT
 *
 * inih takes lines apart; this file hands them out, so that it knows their numbers, sees sections
 * without keys, and refuses what inih would cut short.
 */
#include "host/ini.h"

#include <notch/model_file.h>

#include "base/message.h"

#ifdef NOTCH_NO_INIH

notch_status notch_ini_parse(const char *text, size_t length, const char *name,
                             notch_ini_function *function, void *argument, notch_error *error)
{
    (void)text, (void)length, (void)function, (void)argument;
    return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                      "%s: INI files need a build with inih (Debian package libinih-dev)", name);
}

#else

#include <ini.h>
#include <string.h>

typedef struct ini_reader_state {
    const char *text, *name;
    size_t length, position;
    uint64_t line; /* that was handed out last */
    char section[NOTCH_MODEL_LINE_MAX + 1];
    notch_ini_function *function;
    void *argument;
    notch_error *error;
    notch_status status;
} ini_reader_state;

/* Whether nothing but blanks and a comment stands here. */
static bool is_bare(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t')) {
        at++;
    }
    return at == length || text[at] == ';' || text[at] == '#';
}

static notch_status begin_section(ini_reader_state *state, const char *line, size_t length)
{
    const char *end = memchr(line, ']', length);
    if (end == NULL || !is_bare(end + 1, length - (size_t)(end + 1 - line))) {
        return notch_fail(state->error, NOTCH_ERROR_INPUT,
                          "%s:%u: expected ']' as the end of a section's line", state->name,
                          state->line);
    }
    const size_t name_length = (size_t)(end - line) - 1;
    memcpy(state->section, line + 1, name_length);
    state->section[name_length] = '\0';
    const notch_ini_item item = {state->section, NULL, NULL, state->line};
    return state->function(state->argument, &item, state->error);
}

/* line[0 .. length) is without its end and without blanks at its beginning. */
static notch_status look_at(ini_reader_state *state, const char *line, size_t length)
{
    if (length > NOTCH_MODEL_LINE_MAX) {
        return notch_fail(state->error, NOTCH_ERROR_INPUT,
                          "%s:%u: the line has %u bytes, expected at most %u", state->name,
                          state->line, (uint64_t)length, (uint64_t)NOTCH_MODEL_LINE_MAX);
    }
    for (size_t i = 0; i < length; i++) {
        const unsigned char c = (unsigned char)line[i];
        if ((c < ' ' && c != '\t') || c == 127) {
            return notch_fail(state->error, NOTCH_ERROR_INPUT,
                              "%s:%u: holds byte %u, expected text", state->name, state->line,
                              (uint64_t)c);
        }
    }
    return length != 0 && line[0] == '[' ? begin_section(state, line, length) : NOTCH_OK;
}

/* As fgets does; NULL at the end and after an error. Without blanks at its beginning, a line never
 * continues the one before. */
static char *next_line(char *line, int room, void *stream)
{
    ini_reader_state *state = stream;
    const char *start = state->text + state->position;
    size_t left = state->length - state->position;
    if (left == 0 || state->status != NOTCH_OK || room < (int)NOTCH_MODEL_LINE_MAX + 2) {
        return NULL;
    }
    const char *newline = memchr(start, '\n', left);
    size_t length = newline == NULL ? left : (size_t)(newline - start);
    state->position += length + (newline != NULL);
    state->line++;
    while (length != 0 && (*start == ' ' || *start == '\t')) {
        start++;
        length--;
    }
    if (length != 0 && start[length - 1] == '\r') {
        length--;
    }
    state->status = look_at(state, start, length);
    if (state->status != NOTCH_OK) {
        return NULL;
    }
    memcpy(line, start, length);
    memcpy(line + length, "\n", 2);
    return line;
}

/* inih calls this for each key; 0 stands for an error. */
static int take_key(void *user, const char *section, const char *key, const char *value)
{
    ini_reader_state *state = user;
    (void)section; /* inih cuts long ones */
    if (state->status == NOTCH_OK) {
        const notch_ini_item item = {state->section, key, value, state->line};
        state->status = state->function(state->argument, &item, state->error);
    }
    return state->status == NOTCH_OK;
}

notch_status notch_ini_parse(const char *text, size_t length, const char *name,
                             notch_ini_function *function, void *argument, notch_error *error)
{
    ini_reader_state state = {.text = text,
                              .name = name,
                              .length = length,
                              .function = function,
                              .argument = argument,
                              .error = error,
                              .status = NOTCH_OK};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark of UTF-8 */
        state.position = 3;
    }
    const int result = ini_parse_stream(next_line, &state, take_key, &state);
    /* inih goes on after an error of its own, so that a later one may have followed */
    const bool earlier = result > 0 && (uint64_t)result < state.line;
    if (result > 0 && (state.status == NOTCH_OK || earlier)) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s:%u: expected 'key = value' or '[section]'",
                          name, (uint64_t)result);
    }
    if (state.status == NOTCH_OK && (result < 0 || state.position < length)) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", name);
    }
    return state.status;
}

#endif
