/* text.h - strings without a C library.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BASE_TEXT_H
#define NOTCH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes before the first NUL, `limit` if there is none before it. */
static inline size_t notch_text_length(const char *text, size_t limit)
{
    size_t length = 0;
    while (length < limit && text[length] != '\0') {
        length++;
    }
    return length;
}

static inline bool notch_text_equal(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

/* Writes `addition` behind the `length` bytes that are there, as far as it and a final NUL fit into
 * `capacity` > length; returns the new length. */
static inline size_t notch_text_append(char *text, size_t capacity, size_t length,
                                       const char *addition)
{
    while (*addition != '\0' && length + 1 < capacity) {
        text[length++] = *addition++;
    }
    text[length] = '\0';
    return length;
}

#endif
