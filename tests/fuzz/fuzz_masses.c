/* fuzz_masses.c - masses from hostile text: parsed safely, and alike however the text is cut.
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli/masses.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Parses the text in pieces of at most `piece` bytes. Each piece lies in memory of its own, so that
 * reading beyond its end is found. */
static notch_status parse(const uint8_t *data, size_t size, size_t piece, masses *result,
                          notch_error *error)
{
    masses_parser parser;
    notch_status status = NOTCH_OK;
    masses_parser_init(&parser, "input");
    for (size_t at = 0; at < size && status == NOTCH_OK; at += piece) {
        const size_t bytes = size - at < piece ? size - at : piece;
        char *copy = malloc(bytes);
        require(copy != NULL);
        memcpy(copy, data + at, bytes);
        status = masses_parser_feed(&parser, copy, bytes, error);
        free(copy);
    }
    if (status == NOTCH_OK) {
        status = masses_parser_finish(&parser, result, error);
    }
    masses_parser_fini(&parser);
    return status;
}

static void check(const masses *m, size_t size)
{
    uint64_t sum = 0;
    require(m->count > 0 && m->count <= size);
    for (uint64_t i = 0; i < m->count; i++) {
        sum += m->values[i];
    }
    require(sum == m->sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    masses whole = {0}, cut = {0};
    notch_error error = {0}, cut_error = {0};
    const size_t piece = size == 0 ? 1 : 1 + data[size - 1] % 7u;
    const notch_status status = parse(data, size, size + 1, &whole, &error);
    require(parse(data, size, piece, &cut, &cut_error) == status);
    if (status == NOTCH_OK) {
        check(&whole, size);
        require(cut.count == whole.count);
        require(memcmp(cut.values, whole.values, (size_t)cut.count * sizeof cut.values[0]) == 0);
    } else {
        require(status == NOTCH_ERROR_INPUT && error.status == status);
        require(memchr(error.message, '\0', sizeof error.message) != NULL);
        require(strcmp(error.message, cut_error.message) == 0);
    }
    masses_free(&whole);
    masses_free(&cut);
    return 0;
}
