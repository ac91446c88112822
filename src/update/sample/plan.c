/* plan.c - one draw over a whole group: how its trials are spread over the blocks.
 * SPDX-License-Identifier: MIT
 */
#include "update/sample/plan.h"

#include <assert.h>

#include "base/wide.h"
#include "rng/philox.h"
#include "update/sample/binomial.h"
#include "update/sample/positions.h"
#include "update/sample/trials.h"

uint64_t notch_plan_accumulate(notch_block *blocks, uint64_t block_count)
{
    uint64_t total = 0;
    for (uint64_t b = 0; b < block_count; b++) {
        blocks[b].before = total;
        total += blocks[b].weight;
    }
    blocks[block_count].before = total;
    return total;
}

static void accumulate_thrown_at(notch_plan *plan)
{
    uint64_t sum = 0;
    for (uint64_t b = 0; b < plan->block_count; b++) {
        plan->blocks[b].thrown_at_before = sum;
        sum += plan->blocks[b].thrown_at;
    }
    plan->blocks[plan->block_count].thrown_at_before = sum;
}

/* A range of blocks in the binary tree over a group's blocks; number 1 is the root, 2 k and 2 k + 1
 * the halves of k. */
typedef struct node {
    uint64_t low, high, trials, number;
} node;

typedef struct tree {
    notch_plan *plan;
    const notch_kernels *kernels;
    node roots[64];
} tree;

static void split(const notch_plan *plan, const notch_kernels *kernels, const node *parent,
                  node halves[2])
{
    const notch_block *blocks = plan->blocks;
    const uint64_t middle = parent->low + (parent->high - parent->low + 1) / 2;
    const uint64_t left = blocks[middle].thrown_at_before - blocks[parent->low].thrown_at_before;
    const uint64_t total =
        blocks[parent->high].thrown_at_before - blocks[parent->low].thrown_at_before;
    const uint64_t trials =
        notch_binomial(kernels, &plan->key, parent->number, parent->trials, left, total);
    halves[0] = (node){parent->low, middle, trials, 2 * parent->number};
    halves[1] = (node){middle, parent->high, parent->trials - trials, 2 * parent->number + 1};
}

static void grow(const notch_plan *plan, const notch_kernels *kernels, const node *from)
{
    if (from->trials == 0) {
        for (uint64_t b = from->low; b < from->high; b++) {
            plan->blocks[b].trials = 0;
        }
    } else if (from->high - from->low == 1) {
        plan->blocks[from->low].trials = from->trials;
    } else {
        node halves[2];
        split(plan, kernels, from, halves);
        grow(plan, kernels, &halves[0]);
        grow(plan, kernels, &halves[1]);
    }
}

static void grow_task(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    const tree *t = argument;
    grow(t->plan, t->kernels, &t->roots[item]);
}

/* Spreads plan->drawn trials over the null, of weight `null_weight`, and the blocks. */
static void spread_by_tree(notch_plan *plan, uint64_t null_weight, const notch_kernels *kernels,
                           const notch_executor *executor)
{
    accumulate_thrown_at(plan);
    const uint64_t total = plan->blocks[plan->block_count].thrown_at_before;
    /* node 0 is the choice between the null and all blocks */
    const uint64_t trials = total == 0 ? 0
                                       : notch_binomial(kernels, &plan->key, 0, plan->drawn, total,
                                                        total + null_weight);
    tree t = {plan, kernels, {{0, plan->block_count, trials, 1}}};
    uint64_t roots = 1;
    /* Few blocks are not worth the workers' attention. */
    while (roots < 64 && plan->block_count >= 16 * roots && executor->workers > 1) {
        node halves[64];
        for (uint64_t i = 0; i < roots; i++) {
            split(plan, kernels, &t.roots[i], &halves[2 * i]);
        }
        roots *= 2;
        for (uint64_t i = 0; i < roots; i++) {
            t.roots[i] = halves[i];
        }
    }
    if (roots > 1) {
        executor->run(executor->self, grow_task, &t, roots);
    } else {
        grow(plan, kernels, &t.roots[0]);
    }
}

void notch_plan_place(notch_plan *plan)
{
    const uint64_t everything = plan->total + plan->null_mass;
    for (uint64_t b = 0; b <= plan->block_count; b++) {
        notch_block *block = &plan->blocks[b];
        notch_position_of(block->before, everything, plan->trials, &block->stratum,
                          &block->fraction);
    }
}

bool notch_plan_spread(notch_plan *plan, const notch_kernels *kernels,
                       const notch_executor *executor)
{
    if (plan->inflation == NOTCH_INFLATION_VECTOR && plan->null_mass != 0) {
        const notch_key key = notch_key_for(&plan->key, NOTCH_PURPOSE_INFLATION);
        const uint64_t at = notch_random_below64(&key, 0, plan->total + plan->null_mass);
        plan->trials = at < plan->total ? plan->trials : 0;
        plan->null_mass = 0;
    }
    if (plan->total == 0 || plan->trials == 0) {
        plan->trials = 0;
        return false;
    }
    /* With one trial all samplers have the multinomial's law; its arithmetic is the most exact. */
    if (plan->trials == 1) {
        plan->sampler = NOTCH_SAMPLER_MULTINOMIAL;
    }
    if (plan->sampler == NOTCH_SAMPLER_MULTINOMIAL) {
        plan->drawn = plan->trials;
        for (uint64_t b = 0; b < plan->block_count; b++) {
            plan->blocks[b].thrown_at = plan->blocks[b].weight;
        }
        spread_by_tree(plan, plan->null_mass, kernels, executor);
        return false;
    }
    notch_plan_place(plan);
    return plan->sampler == NOTCH_SAMPLER_RESIDUAL;
}

/* Whole counts and remainders of the block into scratch->wide_counts and scratch->masses. */
static void split_expected(const notch_plan *plan, const notch_block *block, const uint32_t *masses,
                           notch_scratch *scratch)
{
    notch_block_expected(block, plan->total + plan->null_mass, plan->trials, masses,
                         scratch->wide_counts, scratch->masses);
}

void notch_plan_remainders(const notch_plan *plan, notch_block *block, const uint32_t *masses,
                           notch_scratch *scratch)
{
    block->thrown_at = 0;
    block->trials = 0;
    if (block->mass_sum == 0) {
        return;
    }
    split_expected(plan, block, masses, scratch);
    for (uint32_t i = 0; i < block->count; i++) {
        block->thrown_at += scratch->masses[i];
        block->trials += scratch->wide_counts[i];
    }
}

void notch_plan_spread_remainders(notch_plan *plan, const notch_kernels *kernels,
                                  const notch_executor *executor)
{
    uint64_t whole = 0;
    for (uint64_t b = 0; b < plan->block_count; b++) {
        whole += plan->blocks[b].trials;
    }
    /* The null takes up what is left of the axis. */
    const notch_block *end = &plan->blocks[plan->block_count];
    const uint32_t fraction = (uint32_t)(end->fraction >> NOTCH_POSITION_EXTRA_BITS);
    const uint64_t null_whole = plan->trials - end->stratum - (fraction != 0);
    const uint32_t null_remainder = 0u - fraction;
    /* All ends of categories are rounded down to units, so the remainders add up to whole
     * trials. */
    assert(whole + null_whole <= plan->trials);
    plan->drawn = plan->trials - whole - null_whole;
    spread_by_tree(plan, null_remainder, kernels, executor);
}

bool notch_plan_touches(const notch_plan *plan, const notch_block *block)
{
    if (plan->trials == 0 || block->mass_sum == 0) {
        return false;
    }
    if (plan->sampler == NOTCH_SAMPLER_MULTINOMIAL) {
        return block->trials != 0;
    }
    return block[1].stratum != block[0].stratum || block[1].fraction != block[0].fraction;
}

/* Whole counts surely, the block's share of the random ones on the remainders. */
static void draw_residual(const notch_plan *plan, const notch_kernels *kernels,
                          const notch_block *block, uint64_t number, const uint32_t *masses,
                          notch_scratch *scratch)
{
    split_expected(plan, block, masses, scratch);
    if (block->trials != 0) {
        kernels->cumulate(scratch->masses, block->count, scratch->cumulative);
        /* fewer than categories in the group, so counts fit 32 bits */
        notch_trials_block(kernels, &plan->key, number, block->trials, block->count, false,
                           scratch);
    }
    for (uint32_t i = 0; i < block->count; i++) {
        scratch->wide_counts[i] += block->trials != 0 ? scratch->counts[i] : 0;
        const uint64_t count = scratch->wide_counts[i];
        scratch->counts[i] = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
    }
}

void notch_plan_draw(const notch_plan *plan, const notch_kernels *kernels, const notch_block *block,
                     const uint32_t *masses, bool wide, notch_scratch *scratch)
{
    const uint64_t number = (uint64_t)(block - plan->blocks);
    switch (plan->sampler) {
    case NOTCH_SAMPLER_MULTINOMIAL:
        kernels->cumulate(masses, block->count, scratch->cumulative);
        notch_trials_block(kernels, &plan->key, number, block->trials, block->count, wide, scratch);
        break;
    case NOTCH_SAMPLER_RESIDUAL:
        draw_residual(plan, kernels, block, number, masses, scratch);
        break;
    case NOTCH_SAMPLER_STRATIFIED:
    case NOTCH_SAMPLER_SYSTEMATIC:
        notch_points_block(kernels, &plan->key, block, masses,
                           plan->sampler == NOTCH_SAMPLER_SYSTEMATIC, wide, scratch);
        break;
    }
}
