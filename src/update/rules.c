/* rules.c - the rules that round each coordinate by itself: sr and sign.
 * SPDX-License-Identifier: MIT
 */
#include "update/rules.h"

#include "base/wide.h"
#include "rng/philox.h"
#include "update/sample/positions.h"

/* Random words of the block's elements: word number `index in the group` of the rounding stream. */
static const uint32_t *rounding_words(const notch_plan *plan, const notch_kernels *kernels,
                                      const notch_block *block, notch_scratch *scratch)
{
    const notch_key key = notch_key_for(&plan->key, NOTCH_PURPOSE_ROUNDING);
    const uint64_t first = block->index / 4, last = (block->index + block->count - 1) / 4;
    kernels->random_blocks(&key, first, last - first + 1, scratch->words);
    return scratch->words + block->index % 4;
}

static uint32_t rounded(uint64_t whole, uint32_t remainder, uint32_t word)
{
    const uint64_t count = whole + (word < remainder ? 1 : 0);
    return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

void notch_rule_sr(const notch_plan *plan, const notch_kernels *kernels, const notch_block *block,
                   const uint32_t *masses, notch_scratch *scratch)
{
    const uint32_t *words = rounding_words(plan, kernels, block, scratch);
    notch_block_expected(block, plan->total + plan->null_mass, plan->trials, masses,
                         scratch->wide_counts, scratch->masses);
    for (uint32_t i = 0; i < block->count; i++) {
        scratch->counts[i] = rounded(scratch->wide_counts[i], scratch->masses[i], words[i]);
    }
}

void notch_rule_sign(const notch_plan *plan, const notch_kernels *kernels, const notch_block *block,
                     uint64_t parameters, notch_scratch *scratch)
{
    uint64_t ignored;
    const uint64_t whole = plan->trials / parameters;
    const notch_u128 left = notch_shift_left128((notch_u128){0, plan->trials % parameters}, 32);
    const uint32_t remainder = (uint32_t)notch_div128(left, parameters, &ignored);
    const uint32_t *words = rounding_words(plan, kernels, block, scratch);
    for (uint32_t i = 0; i < block->count; i++) {
        scratch->counts[i] = rounded(whole, remainder, words[i]);
    }
}
