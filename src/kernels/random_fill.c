/* random_fill.c - consecutive random words from any index on.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "kernels/kernels.h"

notch_status notch_random_fill(const notch_key *key, uint64_t first, uint64_t count,
                               uint32_t *words, notch_isa isa, notch_error *error)
{
    const notch_kernels *kernels;
    if (key == NULL || (words == NULL && count != 0)) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "random words: %s missing",
                          key == NULL ? "the key is" : "the words are");
    }
    if (count != 0 && count - 1 > UINT64_MAX - first) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "random words: %u words from index %u on go beyond 2^64", count, first);
    }
    const notch_status status = notch_kernels_select(isa, &kernels, error);
    if (status != NOTCH_OK) {
        return status;
    }
    while (count != 0 && first % 4 != 0) {
        *words++ = notch_random_word(key, first++);
        count--;
    }
    kernels->random_blocks(key, first / 4, count / 4, words);
    for (uint64_t k = count - count % 4; k < count; k++) {
        words[k] = notch_random_word(key, first + k);
    }
    return NOTCH_OK;
}
