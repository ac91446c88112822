/* nearest.c - the known name that is most like a mistyped or shortened one.
 * SPDX-License-Identifier: MIT
 */
#include <notch/core.h>

#include "base/text.h"

enum {
    COMPARED = 63 /* bytes of a name that count */
};

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance in half slips: 1 for a letter that `left` lacks, since people
 * shorten names, or that differs in case; 2 for one too many, a wrong one, or a swap. */
static uint32_t distance(const char *left, const char *right)
{
    const size_t rows = notch_text_length(left, COMPARED);
    const size_t columns = notch_text_length(right, COMPARED);
    uint32_t row[3][COMPARED + 1]; /* the current one and the two before, in rotation */
    for (size_t j = 0; j <= columns; j++) {
        row[0][j] = (uint32_t)j;
    }
    for (size_t i = 1; i <= rows; i++) {
        uint32_t *current = row[i % 3];
        const uint32_t *before = row[(i - 1) % 3];
        current[0] = 2 * (uint32_t)i;
        for (size_t j = 1; j <= columns; j++) {
            const char a = left[i - 1], b = right[j - 1];
            const uint32_t replacement = a == b ? 0 : lower(a) == lower(b) ? 1 : 2;
            current[j] =
                least(before[j - 1] + replacement, least(before[j] + 2, current[j - 1] + 1));
            if (i > 1 && j > 1 && a == right[j - 2] && b == left[i - 2] && a != b) {
                current[j] = least(current[j], row[(i - 2) % 3][j - 2] + 2);
            }
        }
    }
    return row[rows % 3][columns];
}

/* Letters that both begin with: a short form is far from its name, but begins like it. */
static int32_t common(const char *left, const char *right)
{
    int32_t length = 0;
    while (length < COMPARED && left[length] != '\0' && left[length] == right[length]) {
        length++;
    }
    return length;
}

const char *notch_nearest_name(const char *name, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    int32_t least_unlike = INT32_MAX;
    for (size_t i = 0; name != NULL && names != NULL && i < count; i++) {
        const int32_t unlike = (int32_t)distance(name, names[i]) - common(name, names[i]);
        if (unlike < least_unlike) {
            nearest = names[i];
            least_unlike = unlike;
        }
    }
    return nearest;
}
