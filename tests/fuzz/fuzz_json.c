/* fuzz_json.c - no bytes make the copying of JSON fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * What it takes has no '<' afterwards, and a copy of the copy is the same again.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli/json_copy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* The copy, to be freed; NULL if the text was refused. */
static char *copy(const char *text, size_t length, size_t *copied)
{
    char *made = NULL;
    FILE *file = open_memstream(&made, copied);
    require(file != NULL);
    const bool taken = json_copy(file, text, length, NULL);
    require(fclose(file) == 0);
    if (!taken) {
        free(made);
        return NULL;
    }
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length, again_length;
    char *first = copy((const char *)data, size, &length);
    if (first != NULL) {
        require(memchr(first, '<', length) == NULL);
        char *again = copy(first, length, &again_length);
        require(again != NULL && again_length == length && memcmp(first, again, length) == 0);
        free(again);
    }
    free(first);
    return 0;
}
