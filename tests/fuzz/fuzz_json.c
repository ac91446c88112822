/* fuzz_json.c - no text makes the check of JSON read behind its end.
 * SPDX-License-Identifier: MIT
 *
 * A text that is JSON is so in a list too, as far as it is not too deep then, but not in one
 * that does not end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli/json_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *list = malloc(size + 2);
    if (list == NULL) {
        return 0;
    }
    list[0] = '[';
    memcpy(list + 1, data, size);
    list[size + 1] = ']';
    const bool alone = json_check((const char *)data, size);
    if (alone && size > 0 && memchr(data, '[', size) == NULL && memchr(data, '{', size) == NULL &&
        !json_check(list, size + 2)) {
        abort();
    }
    if (alone && json_check(list, size + 1)) {
        abort();
    }
    free(list);
    return 0;
}
