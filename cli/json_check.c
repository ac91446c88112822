/* json_check.c - whether a text is JSON.
 * SPDX-License-Identifier: MIT
 */
#include "json_check.h"

#include <string.h>

/* What is left of the text. */
typedef struct rest {
    const char *at, *end;
} rest;

size_t json_character(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const unsigned first = length == 0 ? 0x80 : bytes[0];
    const size_t size = first < 0x80                     ? 1
                        : first >= 0xC2 && first <= 0xDF ? 2
                        : (first & 0xF0) == 0xE0         ? 3
                        : first >= 0xF0 && first <= 0xF4 ? 4
                                                         : 0;
    if (size > length) {
        return 0;
    }
    for (size_t k = 1; k < size; k++) {
        if ((bytes[k] & 0xC0) != 0x80) {
            return 0;
        }
    }
    const unsigned second = size > 2 ? bytes[1] : 0;
    const bool refused = size > 2 && ((first == 0xE0 && second < 0xA0) || /* too long */
                                      (first == 0xED && second > 0x9F) || /* surrogates */
                                      (first == 0xF0 && second < 0x90) ||
                                      (first == 0xF4 && second > 0x8F)); /* above U+10FFFF */
    return refused ? 0 : size;
}

static bool next_is(const rest *r, const char *characters)
{
    return r->at < r->end && *r->at != '\0' && strchr(characters, *r->at) != NULL;
}

static bool take(rest *r, const char *characters)
{
    const bool taken = next_is(r, characters);
    r->at += taken;
    return taken;
}

static void skip_blanks(rest *r)
{
    while (take(r, " \t\r\n")) {
    }
}

static bool take_word(rest *r, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) {
        return false;
    }
    r->at += length;
    return true;
}

static bool take_digits(rest *r)
{
    const char *start = r->at;
    while (take(r, "0123456789")) {
    }
    return r->at > start;
}

static bool take_number(rest *r)
{
    (void)take(r, "-");
    if (!take(r, "0") && !take_digits(r)) {
        return false;
    }
    if (take(r, ".") && !take_digits(r)) {
        return false;
    }
    if (take(r, "eE")) {
        (void)take(r, "+-");
        return take_digits(r);
    }
    return true;
}

static bool take_escape(rest *r)
{
    if (!take(r, "u")) {
        return take(r, "\"\\/bfnrt");
    }
    for (int k = 0; k < 4; k++) {
        if (!take(r, "0123456789abcdefABCDEF")) {
            return false;
        }
    }
    return true;
}

/* Behind the first quote. */
static bool take_text(rest *r)
{
    while (!take(r, "\"")) {
        const size_t size = json_character(r->at, (size_t)(r->end - r->at));
        if (size == 0 || (unsigned char)*r->at < 0x20) {
            return false;
        }
        const bool escapes = *r->at == '\\';
        r->at += size;
        if (escapes && !take_escape(r)) {
            return false;
        }
    }
    return true;
}

static bool take_value(rest *r, int depth);

static bool take_member(rest *r, int depth)
{
    skip_blanks(r);
    if (!take(r, "\"") || !take_text(r)) {
        return false;
    }
    skip_blanks(r);
    return take(r, ":") && take_value(r, depth);
}

/* Behind the bracket that opens. */
static bool take_list(rest *r, bool is_object, int depth)
{
    const char *const closing = is_object ? "}" : "]";
    if (depth == JSON_DEPTH_MAX) {
        return false;
    }
    skip_blanks(r);
    if (take(r, closing)) {
        return true;
    }
    do {
        if (!(is_object ? take_member : take_value)(r, depth + 1)) {
            return false;
        }
    } while (take(r, ","));
    return take(r, closing);
}

/* With the blanks around it. */
static bool take_value(rest *r, int depth)
{
    bool taken;
    skip_blanks(r);
    if (take(r, "{")) {
        taken = take_list(r, true, depth);
    } else if (take(r, "[")) {
        taken = take_list(r, false, depth);
    } else if (take(r, "\"")) {
        taken = take_text(r);
    } else if (next_is(r, "-0123456789")) {
        taken = take_number(r);
    } else {
        taken = take_word(r, "true") || take_word(r, "false") || take_word(r, "null");
    }
    skip_blanks(r);
    return taken;
}

bool json_check(const char *text, size_t length)
{
    rest r = {text, text + length};
    return take_value(&r, 0) && r.at == r.end;
}
