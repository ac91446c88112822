/* trials.c - independent trials over the categories of one block.
 * SPDX-License-Identifier: MIT
 *
 * What is drawn: a range of categories with at most NOTCH_DIRECT_TRIALS trials a category throws
 * them one by one, trial t by random word t: the category that holds floor(word * total / 2^32). A
 * range with more splits its trials between its halves by a binomial draw and goes on with each.
 *
 * How: a table leads from the high bits of a word to the first category that can be meant, from
 * where on average at most half a category is passed over, whatever the masses, since the words are
 * uniform and there are two cells of the table for each category.
 */
#include "update/sample/trials.h"

#include <assert.h>
#include <string.h>

#include "base/wide.h"
#include "rng/philox.h"
#include "update/sample/binomial.h"

enum {
    WORDS_AT_A_TIME = 1024,
    FULL_BLOCK_BITS = 12 /* log2 of the table's cells for NOTCH_BLOCK categories */
};

typedef struct draw {
    const notch_kernels *kernels;
    const notch_key *key; /* of the group */
    uint64_t block;
    bool wide;
    notch_scratch *scratch;
} draw;

/* Categories [low, high) of the block, whose cumulative masses start at base and add up to
 * total. */
typedef struct range {
    uint32_t low, high;
    uint64_t base, total;
} range;

/* The block of random words with which the trials of the categories from `low` on begin: at most
 * NOTCH_DIRECT_TRIALS a category leave every range of the block words of its own. */
static uint64_t first_word_block(uint64_t block, uint32_t low)
{
    return (block * NOTCH_BLOCK + low) * NOTCH_DIRECT_TRIALS / 4;
}

void notch_trial_words(const notch_kernels *kernels, const notch_key *key, uint64_t block,
                       uint32_t count, uint32_t *words)
{
    const notch_key own = notch_key_for(key, NOTCH_PURPOSE_TRIAL);
    kernels->random_blocks(&own, first_word_block(block, 0), (count + 3) / 4, words);
}

/* Writes one value, given four times, to guide[from .. to), and to up to NOTCH_GUIDE_RUN - 1 cells
 * beyond, which come later. */
static inline void fill_cells(uint16_t *guide, uint64_t from, uint64_t to, uint64_t four)
{
    const uint64_t run[2] = {four, four};
    do {
        memcpy(guide + from, run, sizeof run);
        from += NOTCH_GUIDE_RUN;
    } while (from < to);
}

/* guide[c] <= the first category (from over->low) that word c << (32 - bits) means. */
static void build_guide(const draw *d, const range *over, uint32_t bits)
{
    assert(over->total >> bits >= 2);
    uint16_t *guide = d->scratch->guide;
    /* Category i ends in cell floor(c_i * cells / total), so the cells after it start at i + 1 or
     * later. c_i is brought to 31 bits and the division is by a reciprocal, both rounded up: that
     * is at most one cell too far, which only makes the search start earlier. */
    const uint64_t cells = UINT64_C(1) << bits;
    const uint32_t length = notch_bit_length(over->total);
    const uint32_t drop = length > 31 ? length - 31 : 0;
    const uint64_t reciprocal = (cells << 32) / (over->total >> drop) + 1;
    const notch_guide how = {over->base, drop, (uint32_t)reciprocal, (uint32_t)cells};
    uint32_t *ends = d->scratch->words; /* not in use yet */
    d->kernels->guide_cells(d->scratch->cumulative + over->low, over->high - over->low, &how, ends);
    uint64_t filled = 0, four = 0;
    for (uint32_t i = 0; filled < cells; i++) {
        fill_cells(guide, filled, ends[i], four);
        filled = ends[i];
        four += UINT64_C(0x0001000100010001); /* the next category, four times */
    }
}

static inline void throw_guided(const draw *d, const range *over, const uint32_t *words,
                                uint64_t count, uint32_t bits)
{
    const uint64_t *cumulative = d->scratch->cumulative + over->low;
    const uint16_t *guide = d->scratch->guide;
    uint32_t *counts = d->scratch->counts + over->low;
    const uint64_t base = over->base, total = over->total;
    for (uint64_t t = 0; t < count; t++) {
        const uint64_t at = base + notch_trial_target(words[t], total);
        uint32_t i = guide[words[t] >> (32 - bits)];
        /* at < base + total, so the last category stops the search */
        i += cumulative[i] <= at;
        i += cumulative[i] <= at;
        i += cumulative[i] <= at;
        while (cumulative[i] <= at) {
            i++;
        }
        counts[i]++;
    }
}

static void throw_searched(const draw *d, const range *over, const uint32_t *words, uint64_t count)
{
    const uint64_t *cumulative = d->scratch->cumulative;
    for (uint64_t t = 0; t < count; t++) {
        const uint64_t at = over->base + notch_trial_target(words[t], over->total);
        uint32_t low = over->low, high = over->high - 1;
        while (low < high) {
            const uint32_t middle = low + (high - low) / 2;
            if (cumulative[middle] <= at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        d->scratch->counts[low]++;
    }
}

static void throw_directly(const draw *d, const range *over, uint64_t trials)
{
    const uint32_t width = over->high - over->low;
    /* A table pays from a trial for every eight categories on, and needs a total of at least twice
     * its cells. */
    const uint32_t bits = notch_bit_length(width - 1) + 1;
    const bool guided = d->kernels->isa != NOTCH_ISA_REF && trials >= 16 && 8 * trials >= width &&
                        over->total >> bits >= 2;
    if (guided) {
        build_guide(d, over, bits);
    }
    const notch_key key = notch_key_for(d->key, NOTCH_PURPOSE_TRIAL);
    const uint64_t first = first_word_block(d->block, over->low);
    uint32_t *words = d->scratch->words;
    for (uint64_t done = 0; done < trials; done += WORDS_AT_A_TIME) {
        const uint64_t left = trials - done;
        const uint64_t now = left < WORDS_AT_A_TIME ? left : WORDS_AT_A_TIME;
        d->kernels->random_blocks(&key, first + done / 4, (now + 3) / 4, words);
        if (guided && d->kernels->throw_words != NULL) {
            const notch_throw how = {.cumulative = d->scratch->cumulative + over->low,
                                     .guide = d->scratch->guide,
                                     .base = over->base,
                                     .total = over->total,
                                     .shift = 32 - bits};
            d->kernels->throw_words(&how, words, (uint32_t)now, d->scratch->counts + over->low);
            continue;
        }
        if (guided && bits == FULL_BLOCK_BITS) {
            throw_guided(d, over, words, now, FULL_BLOCK_BITS); /* with constant shifts */
        } else if (guided) {
            throw_guided(d, over, words, now, bits);
        } else {
            throw_searched(d, over, words, now);
        }
    }
    if (d->wide) {
        for (uint32_t i = over->low; i < over->high; i++) {
            d->scratch->wide_counts[i] = d->scratch->counts[i];
        }
    }
}

/* heap: number of the range in the binary tree over the block, 1 for all of it. */
static void throw_range(const draw *d, const range *whole, uint64_t trials, uint32_t heap)
{
    const uint32_t width = whole->high - whole->low;
    if (trials == 0) {
        return;
    }
    if (width == 1) {
        d->scratch->counts[whole->low] = trials > UINT32_MAX ? UINT32_MAX : (uint32_t)trials;
        if (d->wide) {
            d->scratch->wide_counts[whole->low] = trials;
        }
        return;
    }
    if (trials <= (uint64_t)NOTCH_DIRECT_TRIALS * width) {
        throw_directly(d, whole, trials);
        return;
    }
    const uint32_t middle = whole->low + (width + 1) / 2;
    const uint64_t left_total = d->scratch->cumulative[middle - 1] - whole->base;
    const uint64_t node = (UINT64_C(1) << 23) + d->block * 2 * NOTCH_BLOCK + heap;
    const uint64_t left_trials =
        notch_binomial(d->kernels, d->key, node, trials, left_total, whole->total);
    const range left = {whole->low, middle, whole->base, left_total};
    const range right = {middle, whole->high, whole->base + left_total, whole->total - left_total};
    throw_range(d, &left, left_trials, 2 * heap);
    throw_range(d, &right, trials - left_trials, 2 * heap + 1);
}

void notch_trials_block(const notch_kernels *kernels, const notch_key *key, uint64_t block,
                        uint64_t trials, uint32_t count, bool wide, notch_scratch *scratch)
{
    const uint64_t total = scratch->cumulative[count - 1];
    assert(total > 0 && total < (UINT64_C(1) << 43) && block >> 22 == 0);
    const draw d = {kernels, key, block, wide, scratch};
    memset(scratch->counts, 0, count * sizeof scratch->counts[0]);
    if (wide) {
        memset(scratch->wide_counts, 0, count * sizeof scratch->wide_counts[0]);
    }
    throw_range(&d, &(range){0, count, 0, total}, trials, 1);
}
