/* trials.c - independent trials over the categories of one block.
 * SPDX-License-Identifier: MIT
 *
 * What is drawn: a range of categories with at most NOTCH_DIRECT_TRIALS trials a category throws
 * them one by one, trial t by random word t: the category that holds floor(word * total / 2^32). A
 * range with more splits its trials between its halves by a binomial draw and goes on with each.
 *
 * How: each category gets the last word that means it. Where masses differ little, the category of
 * a word is near the one that it would mean if all were the same. Elsewhere a table leads from the
 * high bits of a word to the first category that can be meant, from where on average at most one is
 * passed over, whatever the masses, since words are uniform and there is a cell of the table for
 * each category, or two where a kernel compares few categories at once.
 */
#include "update/sample/trials.h"

#include <assert.h>
#include <string.h>

#include "base/wide.h"
#include "rng/philox.h"
#include "update/sample/binomial.h"

enum {
    WORDS_AT_A_TIME = 1024
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

/* guide[c] = the first category that word c << shift can mean. */
static void build_guide(const uint32_t *last, uint32_t categories, uint32_t shift, uint16_t *guide)
{
    const uint32_t cells = UINT32_C(1) << (32 - shift);
    assert(cells <= NOTCH_GUIDE_CELLS);
    memset(guide, 0, (cells + 1) * sizeof guide[0]);
    for (uint32_t i = 0; i < categories; i++) {
        guide[(last[i] >> shift) + 1] = (uint16_t)(i + 1); /* the last that ends in a cell stays */
    }
    uint16_t first = 0;
    for (uint32_t cell = 0; cell < cells; cell++) {
        first = guide[cell] > first ? guide[cell] : first;
        guide[cell] = first;
    }
}

/* log2 of the cells of a table: one or two for each category. */
static uint32_t guide_bits(uint32_t categories, uint32_t window)
{
    return notch_bit_length(categories - 1) + (window < 8 ? 1 : 0);
}

/* Of categories with some mass in the first. */
static notch_throw prepare_throw(const draw *d, const range *over)
{
    const uint32_t window = d->kernels->throw_window, categories = over->high - over->low;
    uint32_t *last = d->scratch->last + over->low;
    notch_throw how = {.last = last, .categories = categories};
    notch_lean lean;
    d->kernels->last_words(d->scratch->cumulative + over->low, categories, over->base, last, &lean);
    /* Not negative, since words are not ahead of the last category. */
    how.back = (uint32_t)lean.most;
    /* The first word of category i + 1 is last[i] + 1. */
    how.reach = (uint32_t)(lean.most + 1 - lean.least);
    if (how.reach >= window) {
        how.shift = 32 - guide_bits(categories, window);
        how.guide = d->scratch->guide;
        build_guide(last, categories, how.shift, d->scratch->guide);
    }
    return how;
}

/* The same categories without those in front that have no mass. */
static range with_mass_in_front(const draw *d, const range *over)
{
    range rest = *over;
    while (d->scratch->cumulative[rest.low] == rest.base) {
        rest.low++;
    }
    return rest;
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
    const range thrown = with_mass_in_front(d, over);
    /* Last words pay from a trial for every eight categories on. */
    const bool guided = d->kernels->isa != NOTCH_ISA_REF && trials >= 16 && 8 * trials >= width;
    const notch_throw how = guided ? prepare_throw(d, &thrown) : (notch_throw){.last = NULL};
    const notch_key key = notch_key_for(d->key, NOTCH_PURPOSE_TRIAL);
    const uint64_t first = first_word_block(d->block, over->low);
    uint32_t *words = d->scratch->words;
    for (uint64_t done = 0; done < trials; done += WORDS_AT_A_TIME) {
        const uint64_t left = trials - done;
        const uint64_t now = left < WORDS_AT_A_TIME ? left : WORDS_AT_A_TIME;
        d->kernels->random_blocks(&key, first + done / 4, (now + 3) / 4, words);
        if (guided) {
            d->kernels->throw_words(&how, words, (uint32_t)now, d->scratch->counts + thrown.low);
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
