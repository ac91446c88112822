/* random_ref.c - blocks of random words, portable.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/kernels.h"
#include "rng/philox.h"

void notch_random_blocks_ref(const notch_key *key, uint64_t first, uint64_t blocks, uint32_t *words)
{
    for (uint64_t k = 0; k < blocks; k++) {
        notch_random_block(key, first + k, words + 4 * k);
    }
}
