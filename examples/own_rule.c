/* own_rule.c - an update rule of one's own: weights with a gradient above average move.
 * SPDX-License-Identifier: MIT
 *
 * A rule turns the gradient into a random vector of integers u, and the library does w <- w - u on
 * the lattice (Definition 1 in docs/theory.md). This one moves every weight whose |g| is above the
 * mean of its block by one notch against its gradient, with probability n/d, so that the trials
 * schedule governs how much moves. The example trains nothing: it takes ten steps on a quadratic,
 * whose gradient is the weight itself minus a target, and prints how far the weights still are from
 * it.
 *
 *     cc -std=c11 own_rule.c $(pkg-config --cflags --libs notch) && ./a.out
 */
#include <notch/core.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    WEIGHTS = 3000,
    STEPS = 300
};

/* Streams 0x80 << 24 and above belong to user rules. */
#define OWN_STREAM (UINT32_C(0x80) << 24)

static void above_average(const void *options, const notch_rule_block *block, int32_t *updates)
{
    (void)options;
    notch_key key = block->group->key;
    key.stream |= OWN_STREAM;
    /* n/d as a threshold for 32 random bits */
    const uint64_t share = (block->group->trials << 32) / block->group->parameters;
    /* masses are comparable within a block, whose scale is its own */
    const uint64_t mean = block->mass_sum / block->count;
    const int32_t *gradient = (const int32_t *)block->gradient->values + block->first;
    for (uint32_t i = 0; i < block->count; i++) {
        const uint32_t word = notch_random_word(&key, block->index + i);
        const bool moves = block->masses[i] >= mean && block->masses[i] != 0 && word < share;
        updates[i] = !moves ? 0 : gradient[i] > 0 ? 1 : -1;
    }
}

int main(void)
{
    static int8_t weights[WEIGHTS];
    static int32_t gradient[WEIGHTS];
    notch_parameter parameter = {.name = "weights",
                                 .weights = weights,
                                 .gradient = {NOTCH_GRADIENT_I32, 0, gradient, WEIGHTS},
                                 .dimensions = 1};
    notch_update_options options = notch_update_options_default();
    options.rule = NOTCH_RULE_USER;
    options.user_rule = above_average;
    options.mode = NOTCH_MODE_NORMALISED;
    notch_error error;
    if (notch_lattice_init(&parameter.lattice, 8, &error) != NOTCH_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    const size_t bytes = notch_update_workspace(&parameter, 1, 1);
    void *workspace = aligned_alloc(64, (bytes + 63) / 64 * 64);
    for (uint32_t step = 0; step <= STEPS && workspace != NULL; step++) {
        int64_t distance = 0;
        for (int i = 0; i < WEIGHTS; i++) {
            gradient[i] = weights[i] - (i % 201 - 100); /* the target is -100 to 100 */
            distance += abs(gradient[i]);
        }
        if (step % 60 == 0) {
            printf("step %3u: mean distance %.2f notches\n", step, (double)distance / WEIGHTS);
        }
        const notch_key key = {.seed = 1, .step = step, .stream = 0};
        if (notch_update_step(&options, &parameter, 1, NOTCH_TRIALS_ONE, &key, NULL, NULL,
                              workspace, bytes, NULL, &error) != NOTCH_OK) {
            fprintf(stderr, "%s\n", error.message);
            free(workspace);
            return 1;
        }
    }
    free(workspace);
    return 0;
}
