/* initialise_paper.c - first weights as the authors' code draws them.
 * SPDX-License-Identifier: MIT
 *
 * torch.distributions.Multinomial takes the last dimension of its probabilities as categories and
 * all others as a batch, so that each row of a tensor has trials of its own: of a dense layer the
 * weights of an output, of a convolution those of a row of a kernel.
 */
#include "host/initialise_paper.h"

#include <math.h>
#include <stdlib.h>

#include "base/message.h"
#include "base/wide.h"
#include "update/budget.h"

enum {
    ONE_LOG = 24, /* masses are in units of 2^-24 */
    DRAWS_AHEAD = 256
};

static uint64_t row_of(const notch_tensor *tensor)
{
    return tensor->sizes[tensor->dimensions - 1];
}

/* The bounded draws of a key in order of their indices. */
typedef struct draws {
    const notch_key *key;
    uint64_t next;                   /* index */
    uint32_t words[4 * DRAWS_AHEAD]; /* four for each index; only two are used but seldom */
} draws;

/* notch_random_below64 of the next index; 2^64 mod bound is `surplus`. */
static uint64_t next_below(draws *all, uint64_t bound, uint64_t surplus)
{
    const uint64_t index = all->next++, place = index % DRAWS_AHEAD;
    if (place == 0) {
        (void)notch_random_fill(all->key, 4 * index, 4 * DRAWS_AHEAD, all->words, NOTCH_ISA_BEST,
                                NULL); /* the best instruction set is there */
    }
    const uint32_t *pair = all->words + 4 * place;
    const notch_u128 product = notch_mul64(((uint64_t)pair[1] << 32) | pair[0], bound);
    return product.low >= surplus ? product.high : notch_random_below64(all->key, index, bound);
}

/* Draws `trials` times from the row's masses |x| + 1; counts get the signs of x. */
static void draw_row(const float *x, uint64_t row, uint64_t trials, draws *all, uint64_t *sums,
                     int32_t *counts)
{
    uint64_t total = 0;
    for (uint64_t i = 0; i < row; i++) {
        const double mass = (fabs((double)x[i]) + 1) * (1 << ONE_LOG);
        total += (uint64_t)mass;
        sums[i] = total;
        counts[i] = 0;
    }
    const uint64_t surplus = (UINT64_C(0) - total) % total;
    for (uint64_t t = 0; t < trials; t++) {
        const uint64_t place = next_below(all, total, surplus);
        uint64_t low = 0, high = row - 1; /* the first sum above `place` is in [low, high] */
        while (low < high) {
            const uint64_t middle = (low + high) / 2;
            if (sums[middle] > place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        counts[low] += x[low] > 0 ? 1 : x[low] < 0 ? -1 : 0;
    }
}

static void store(const notch_lattice *lattice, void *weights, uint64_t i, int32_t value)
{
    const int32_t inside = value < lattice->minimum   ? lattice->minimum
                           : value > lattice->maximum ? lattice->maximum
                                                      : value;
    if (lattice->bytes == 2) {
        ((int16_t *)weights)[i] = (int16_t)inside;
    } else {
        ((int8_t *)weights)[i] = (int8_t)inside;
    }
}

notch_status notch_initialise_rows(const notch_tensor *tensor, const float *x,
                                   const notch_lattice *lattice, const notch_key *key,
                                   void *weights, notch_error *error)
{
    const uint64_t row = row_of(tensor);
    const uint64_t trials = notch_rounded_root(tensor->count, tensor->dimensions);
    if (lattice->spacing != 1) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "%s: weights of 1 bit cannot be drawn from zero", tensor->name);
    }
    draws all = {.key = key};
    uint64_t *sums = malloc((size_t)row * sizeof *sums);
    int32_t *counts = malloc((size_t)row * sizeof *counts);
    const bool there = sums != NULL && counts != NULL;
    for (uint64_t first = 0; there && first < tensor->count; first += row) {
        draw_row(x + first, row, trials, &all, sums, counts);
        for (uint64_t i = 0; i < row; i++) {
            store(lattice, weights, first + i, counts[i]);
        }
    }
    free(sums);
    free(counts);
    return there ? NOTCH_OK
                 : notch_fail(error, NOTCH_ERROR_MEMORY,
                              "training: no memory for the first weights of %s", tensor->name);
}
