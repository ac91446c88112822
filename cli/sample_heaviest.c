/* sample_heaviest.c - the heaviest categories, in time linear in their number and little memory.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sample.h"

typedef struct weighted {
    uint32_t mass;
    uint64_t category;
} weighted;

static int heaviest_first(const void *left, const void *right)
{
    const weighted *a = left, *b = right;
    if (a->mass != b->mass) {
        return a->mass > b->mass ? -1 : 1;
    }
    return a->category < b->category ? -1 : a->category > b->category;
}

static uint64_t count_at_least(const masses *m, uint32_t least)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < m->count; i++) {
        count += m->values[i] >= least;
    }
    return count;
}

/* The mass number `rank` (from 1) from above: the largest number that `rank` masses reach. */
static uint32_t mass_of_rank(const masses *m, uint64_t rank)
{
    uint32_t mass = 0;
    for (uint32_t bit = UINT32_C(1) << 31; bit != 0; bit >>= 1) {
        if (count_at_least(m, mass | bit) >= rank) {
            mass |= bit;
        }
    }
    return mass;
}

/* Fills chosen[0 .. count) with the categories heavier than the lightest of them and as many of
 * that mass, from the start of the file, as there is room for. */
static void choose(const masses *m, weighted *chosen, uint64_t count)
{
    const uint32_t lightest = mass_of_rank(m, count);
    uint64_t at = 0;
    uint64_t room = count;
    if (lightest < UINT32_MAX) {
        room -= count_at_least(m, lightest + 1);
    }
    for (uint64_t i = 0; i < m->count; i++) {
        const bool tied = m->values[i] == lightest && room > 0;
        if (m->values[i] > lightest || tied) {
            chosen[at++] = (weighted){m->values[i], i};
            room -= tied;
        }
    }
    qsort(chosen, (size_t)count, sizeof chosen[0], heaviest_first);
}

uint64_t *sample_heaviest(const sample_results *results, uint64_t *count)
{
    const masses *m = &results->masses;
    const bool all = results->settings->rows >= m->count;
    *count = all ? m->count : results->settings->rows;
    uint64_t *categories = calloc((size_t)*count + 1, sizeof categories[0]);
    weighted *chosen = all ? NULL : calloc((size_t)*count + 1, sizeof chosen[0]);
    if (categories == NULL || (!all && chosen == NULL)) {
        free(categories);
        free(chosen);
        return NULL;
    }
    if (!all && *count > 0) {
        choose(m, chosen, *count);
    }
    for (uint64_t k = 0; k < *count; k++) {
        categories[k] = all ? k : chosen[k].category;
    }
    free(chosen);
    return categories;
}
