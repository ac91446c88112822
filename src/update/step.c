/* step.c - one update of all parameters.
 * SPDX-License-Identifier: MIT
 *
 * The order of things: check everything; survey all gradients (the first pass over memory); settle
 * trials, scale and null mass of every group; spread trials over blocks; then, block by block, draw
 * and apply (the second pass). Nothing of the caller's is written before the last stage, and the
 * last stage cannot fail.
 */
#include <string.h>

#include "base/message.h"
#include "base/scaled.h"
#include "update/budget.h"
#include "update/parallel.h"
#include "update/rules.h"
#include "update/sample/sparse.h"

#define PARAMETERS_MAX (UINT64_C(1) << 20)
#define STREAMS (UINT64_C(1) << 24)

typedef struct group {
    notch_plan plan;
    notch_rule_group told; /* what a user's rule sees */
    uint64_t first_parameter, parameter_count;
    notch_scaled scale; /* Z of mode `unbiased`, 0 without */
    bool has_gradient, exceeded, remainders;
    uint32_t moved_share; /* rule bold: by the step before, see notch_calibration */
    bool sparse;          /* few trials: the survey keeps the sums of runs */
} group;

/* Counters of one worker, on a cache line of its own. */
typedef struct tally {
    _Alignas(64) uint64_t moved, saturated;
    notch_surveyor surveyor;
} tally;

typedef struct step {
    const notch_update_options *options;
    notch_parameter *parameters;
    uint64_t parameter_count;
    bool from_zero; /* initialisation: weights count as 0 and move along the gradient's sign */
    const notch_kernels *kernels;
    const notch_executor *executor;
    group *groups;
    uint64_t group_count;
    notch_block *blocks;  /* of all groups, an end block after each group's */
    uint64_t block_count; /* ends included */
    uint32_t *group_of;   /* of every block */
    uint64_t *run_sums;   /* NOTCH_BLOCK_RUNS of every block */
    tally *tallies;
    notch_scratch *scratch;
} step;

/* ---- memory ---------------------------------------------------------------------------------- */

typedef struct layout {
    uint64_t blocks, block_bytes, group_of_bytes, run_bytes, group_bytes, worker_bytes, total;
} layout;

static bool lay_out(const notch_parameter *parameters, uint64_t parameter_count, uint32_t workers,
                    layout *plan)
{
    if (parameters == NULL || parameter_count == 0 || parameter_count > PARAMETERS_MAX ||
        workers == 0 || workers > NOTCH_WORKERS_MAX) {
        return false;
    }
    plan->blocks = parameter_count; /* an end for every group, of which there are at most as many */
    for (uint64_t p = 0; p < parameter_count; p++) {
        const uint64_t count = parameters[p].gradient.count;
        if (count == 0 || count > (UINT64_C(1) << 31)) {
            return false;
        }
        plan->blocks += notch_block_count(count);
    }
    plan->block_bytes = notch_aligned(plan->blocks * sizeof(notch_block));
    plan->group_of_bytes = notch_aligned(plan->blocks * sizeof(uint32_t));
    plan->run_bytes = notch_aligned(plan->blocks * NOTCH_BLOCK_RUNS * sizeof(uint64_t));
    plan->group_bytes = notch_aligned(parameter_count * sizeof(group));
    plan->worker_bytes = notch_aligned(sizeof(notch_scratch)) + notch_aligned(sizeof(tally));
    plan->total = plan->block_bytes + plan->group_of_bytes + plan->run_bytes + plan->group_bytes +
                  workers * plan->worker_bytes;
    return plan->total <= SIZE_MAX;
}

size_t notch_update_workspace(const notch_parameter *parameters, uint64_t parameter_count,
                              uint32_t workers)
{
    layout plan;
    return lay_out(parameters, parameter_count, workers, &plan) ? (size_t)plan.total : 0;
}

uint64_t notch_update_groups(const notch_update_options *options, uint64_t parameter_count)
{
    return options->scope == NOTCH_SCOPE_GLOBAL ? 1 : parameter_count;
}

static void take_memory(step *s, const layout *plan, void *workspace)
{
    unsigned char *at = workspace;
    s->blocks = (notch_block *)(void *)at;
    at += plan->block_bytes;
    s->group_of = (uint32_t *)(void *)at;
    at += plan->group_of_bytes;
    s->run_sums = (uint64_t *)(void *)at;
    at += plan->run_bytes;
    s->groups = (group *)(void *)at;
    at += plan->group_bytes;
    s->tallies = (tally *)(void *)at;
    at += s->executor->workers * notch_aligned(sizeof(tally));
    s->scratch = (notch_scratch *)(void *)at;
    memset(s->tallies, 0, s->executor->workers * sizeof(tally));
}

/* ---- checks ---------------------------------------------------------------------------------- */

static notch_status check_parameter(const notch_parameter *parameter, notch_rule rule,
                                    bool from_zero, notch_error *error)
{
    if (parameter->name == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update: a parameter has no name");
    }
    if (parameter->weights == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: there are no weights", parameter->name);
    }
    notch_lattice expected;
    if (notch_lattice_init(&expected, parameter->lattice.bits, NULL) != NOTCH_OK ||
        memcmp(&expected, &parameter->lattice, sizeof expected) != 0) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "%s: the lattice was not made by notch_lattice_init", parameter->name);
    }
    if (rule == NOTCH_RULE_BOLD &&
        (parameter->lattice.bytes != 1 || parameter->accumulators == NULL)) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          parameter->lattice.bytes != 1
                              ? "%s: rule bold moves weights of up to 8 bits, these have %u"
                              : "%s: rule bold needs accumulators, there are none",
                          parameter->name, (uint64_t)parameter->lattice.bits);
    }
    if (from_zero && parameter->lattice.spacing != 1) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "%s: weights of 1 bit cannot be drawn from zero", parameter->name);
    }
    if (parameter->dimensions < 1 || parameter->dimensions > 8) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "%s: %u dimensions, expected 1 to 8",
                          parameter->name, (uint64_t)parameter->dimensions);
    }
    return notch_gradient_check(&parameter->gradient, parameter->name, error);
}

static notch_status check(const step *s, const notch_key *key, const notch_calibration *calibration,
                          notch_error *error)
{
    notch_status status = notch_update_options_check(s->options, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (s->parameters == NULL || key == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "update: the %s missing",
                          key == NULL ? "key is" : "parameters are");
    }
    if (s->parameter_count == 0 || s->parameter_count > PARAMETERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "update: %u parameter tensors, expected 1 to %u", s->parameter_count,
                          PARAMETERS_MAX);
    }
    if (key->stream + notch_update_groups(s->options, s->parameter_count) > STREAMS) {
        return notch_fail(
            error, NOTCH_ERROR_RANGE, "update: stream %u with %u groups goes beyond 2^24",
            (uint64_t)key->stream, notch_update_groups(s->options, s->parameter_count));
    }
    if (s->options->rule == NOTCH_RULE_BOLD && calibration == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "rule bold: there is no calibration to keep the share of moves in");
    }
    if (s->options->mode == NOTCH_MODE_UNBIASED && s->options->scale.mantissa == 0 &&
        calibration == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "mode unbiased: there is no calibration to keep the scale in");
    }
    for (uint64_t p = 0; p < s->parameter_count && status == NOTCH_OK; p++) {
        status = check_parameter(&s->parameters[p], s->options->rule, s->from_zero, error);
    }
    return status;
}

/* ---- groups and blocks ----------------------------------------------------------------------- */

static uint64_t add_blocks(step *s, uint64_t at, uint64_t parameter, uint64_t index)
{
    const uint64_t count = s->parameters[parameter].gradient.count;
    for (uint64_t first = 0; first < count; first += NOTCH_BLOCK) {
        const uint64_t left = count - first;
        s->blocks[at++] =
            (notch_block){.first = first,
                          .index = index + first,
                          .count = (uint32_t)(left < NOTCH_BLOCK ? left : NOTCH_BLOCK),
                          .tensor = (uint32_t)parameter};
    }
    return at;
}

static void make_groups(step *s, const notch_key *key)
{
    s->group_count = notch_update_groups(s->options, s->parameter_count);
    uint64_t at = 0;
    for (uint64_t g = 0; g < s->group_count; g++) {
        group *own = &s->groups[g];
        memset(own, 0, sizeof *own);
        const bool all = s->options->scope == NOTCH_SCOPE_GLOBAL;
        own->first_parameter = all ? 0 : g;
        own->parameter_count = all ? s->parameter_count : 1;
        own->plan.blocks = s->blocks + at;
        own->plan.sampler = s->options->sampler;
        own->plan.inflation = s->options->inflation;
        own->plan.key = *key;
        own->plan.key.stream += (uint32_t)g;
        const uint64_t start = at;
        for (uint64_t p = own->first_parameter; p < own->first_parameter + own->parameter_count;
             p++) {
            at = add_blocks(s, at, p, own->told.parameters);
            own->told.parameters += s->parameters[p].gradient.count;
        }
        own->plan.block_count = at - start;
        s->blocks[at++] = (notch_block){0}; /* the end: no elements */
        for (uint64_t b = start; b < at; b++) {
            s->group_of[b] = (uint32_t)g;
        }
    }
    s->block_count = at;
}

static void for_blocks(step *s, notch_task *task)
{
    s->executor->run(s->executor->self, task, s, notch_tasks_of(s->block_count));
}

/* The next block of a task, ends of groups left out, and NULL after the last; *offset starts at
 * 0. */
static notch_block *next_block(const step *s, uint64_t item, uint64_t *offset)
{
    while (*offset < NOTCH_BLOCKS_A_TASK) {
        const uint64_t b = item * NOTCH_BLOCKS_A_TASK + (*offset)++;
        if (b >= s->block_count) {
            return NULL;
        }
        if (s->blocks[b].count != 0) {
            return &s->blocks[b];
        }
    }
    return NULL;
}

/* ---- survey ---------------------------------------------------------------------------------- */

static uint64_t *run_sums_of(const step *s, const notch_block *block)
{
    return s->run_sums + (block - s->blocks) * NOTCH_BLOCK_RUNS;
}

static void survey_task(void *argument, uint64_t item, uint32_t worker)
{
    step *s = argument;
    uint64_t offset = 0;
    notch_block *block;
    while ((block = next_block(s, item, &offset)) != NULL) {
        const notch_gradient *gradient = &s->parameters[block->tensor].gradient;
        const bool sparse = s->groups[s->group_of[block - s->blocks]].sparse;
        const bool finite = notch_block_survey(&s->tallies[worker].surveyor, gradient, block,
                                               sparse ? run_sums_of(s, block) : NULL);
        /* tells the serial part below */
        block->trials = finite ? 0 : 1;
    }
}

static notch_status check_finite(const step *s, notch_error *error)
{
    for (uint64_t b = 0; b < s->block_count; b++) {
        const notch_block *block = &s->blocks[b];
        if (block->trials != 0) {
            const notch_parameter *parameter = &s->parameters[block->tensor];
            return notch_fail(error, NOTCH_ERROR_NOT_FINITE,
                              "%s: gradient element %u is not a finite number", parameter->name,
                              notch_block_not_finite(&parameter->gradient, block));
        }
    }
    return NOTCH_OK;
}

/* ---- budget ---------------------------------------------------------------------------------- */

/* The unit of a group's weights: as fine as keeps the total, and the scale, below 2^62 units: block
 * sums add up to less than parameters * 2^32 units of the coarsest block. */
static int32_t group_exponent(const group *own)
{
    int32_t exponent = NOTCH_SCALED_NOTHING;
    for (uint64_t b = 0; b < own->plan.block_count; b++) {
        const notch_block *block = &own->plan.blocks[b];
        if (block->mass_sum != 0 && block->scale.unit > exponent) {
            exponent = block->scale.unit;
        }
    }
    const uint32_t length = notch_bit_length(own->told.parameters - 1);
    exponent += (int32_t)length - 30;
    const int32_t for_scale = notch_scaled_top(&own->scale) - 62;
    return for_scale > exponent ? for_scale : exponent;
}

static void weigh_blocks(group *own)
{
    own->has_gradient = false;
    for (uint64_t b = 0; b < own->plan.block_count; b++) {
        notch_block *block = &own->plan.blocks[b];
        own->has_gradient = own->has_gradient || block->has_gradient;
        const notch_scaled sum = {block->mass_sum, block->scale.unit};
        block->weight = notch_scaled_units(&sum, own->told.exponent);
    }
    own->plan.total = notch_plan_accumulate(own->plan.blocks, own->plan.block_count);
}

static notch_status settle_trials(const step *s, group *own, uint64_t trials_per_parameter,
                                  notch_error *error)
{
    const notch_status status =
        notch_budget_trials(s->options, &s->parameters[own->first_parameter], own->told.parameters,
                            trials_per_parameter, &own->plan.trials, error);
    own->told.trials = own->plan.trials;
    own->sparse =
        s->options->rule == NOTCH_RULE_ZIM && !s->from_zero &&
        notch_sparse_worthwhile(own->plan.sampler, own->plan.trials, own->told.parameters);
    return status;
}

static void settle_scale(const step *s, group *own, const notch_calibration *calibration)
{
    const notch_calibration none = {{0, 0}, {0, 0}, 0, 0, 0};
    own->moved_share = calibration != NULL ? calibration->moved_share : 0;
    own->scale = notch_budget_scale(s->options, calibration != NULL ? calibration : &none);
    own->told.exponent = group_exponent(own);
    weigh_blocks(own);
    if (own->scale.mantissa != 0) {
        const uint64_t scale = notch_scaled_units(&own->scale, own->told.exponent);
        own->exceeded = own->has_gradient && own->plan.total > scale;
        own->plan.null_mass = own->plan.total > scale ? 0 : scale - own->plan.total;
    }
    own->told.total = own->plan.total;
    own->told.null_mass = own->plan.null_mass;
    own->told.key = own->plan.key;
}

/* ---- draw and apply -------------------------------------------------------------------------- */

static void spread(step *s, group *own)
{
    own->remainders = false;
    if (!own->has_gradient) {
        own->plan.trials = 0; /* smoothing may have given mass to elements that cannot move */
    }
    if (s->options->rule == NOTCH_RULE_ZIM) {
        own->remainders = notch_plan_spread(&own->plan, s->kernels, s->executor);
    } else if ((s->options->rule == NOTCH_RULE_SR || s->options->rule == NOTCH_RULE_BOLD) &&
               own->plan.total != 0) {
        notch_plan_place(&own->plan);
    }
}

static void remainders_task(void *argument, uint64_t item, uint32_t worker)
{
    step *s = argument;
    uint64_t offset = 0;
    notch_block *block;
    while ((block = next_block(s, item, &offset)) != NULL) {
        const group *own = &s->groups[s->group_of[block - s->blocks]];
        if (own->remainders) {
            const notch_gradient *gradient = &s->parameters[block->tensor].gradient;
            notch_scratch *scratch = &s->scratch[worker];
            const uint32_t *masses =
                notch_block_masses(s->kernels, gradient, block, 0, block->count, scratch->masses);
            notch_plan_remainders(&own->plan, block, masses, scratch);
        }
    }
}

static unsigned char *weights_of(const step *s, const notch_block *block)
{
    const notch_parameter *parameter = &s->parameters[block->tensor];
    return (unsigned char *)parameter->weights + block->first * parameter->lattice.bytes;
}

static const uint32_t *masses_of(const step *s, const notch_block *block, notch_scratch *scratch)
{
    return notch_block_masses(s->kernels, &s->parameters[block->tensor].gradient, block, 0,
                              block->count, scratch->masses);
}

static void user_updates(const step *s, const group *own, const notch_block *block,
                         notch_scratch *scratch)
{
    const notch_parameter *parameter = &s->parameters[block->tensor];
    const notch_rule_block told = {.group = &own->told,
                                   .gradient = &parameter->gradient,
                                   .lattice = &parameter->lattice,
                                   .weights = weights_of(s, block),
                                   .masses = masses_of(s, block, scratch),
                                   .mass_sum = block->mass_sum,
                                   .total = block->weight,
                                   .first = block->first,
                                   .index = block->index,
                                   .count = block->count};
    s->options->user_rule(s->options->user_options, &told, scratch->updates);
}

/* scratch->updates of the block; false if all are 0. */
static bool block_updates(const step *s, const group *own, const notch_block *block,
                          notch_scratch *scratch)
{
    const notch_plan *plan = &own->plan;
    switch (s->options->rule) {
    case NOTCH_RULE_ZIM:
        if (!notch_plan_touches(plan, block)) {
            return false;
        }
        notch_plan_draw(plan, s->kernels, block, masses_of(s, block, scratch), false, scratch);
        break;
    case NOTCH_RULE_SR:
        if (plan->trials == 0 || block->weight == 0) {
            return false;
        }
        notch_rule_sr(plan, s->kernels, block, masses_of(s, block, scratch), scratch);
        break;
    case NOTCH_RULE_SIGN:
        if (plan->trials == 0 || !block->has_gradient) {
            return false;
        }
        notch_rule_sign(plan, s->kernels, block, own->told.parameters, scratch);
        break;
    case NOTCH_RULE_BOLD:
        return notch_rule_bold(plan, s->kernels, &s->parameters[block->tensor], block,
                               own->moved_share, scratch) != 0;
    case NOTCH_RULE_USER:
        user_updates(s, own, block, scratch);
        return true;
    }
    notch_gradient_signed(s->kernels, &s->parameters[block->tensor].gradient, block->first,
                          scratch->counts, block->count, scratch->updates);
    return true;
}

static void apply(const step *s, const notch_lattice *lattice, unsigned char *weights,
                  const int32_t *updates, uint32_t count, tally *own)
{
    if (lattice->bytes == 2) {
        s->kernels->apply_i16(lattice, (int16_t *)(void *)weights, updates, count, &own->moved,
                              &own->saturated);
    } else {
        s->kernels->apply_i8(lattice, (int8_t *)weights, updates, count, &own->moved,
                             &own->saturated);
    }
}

/* The block's update if it is a short list; false if it is not. */
static bool apply_sparse(const step *s, const group *own, const notch_block *block,
                         notch_scratch *scratch, tally *own_tally)
{
    const notch_parameter *parameter = &s->parameters[block->tensor];
    notch_moves moves;
    if (!own->sparse || !notch_plan_touches(&own->plan, block) ||
        !notch_sparse_draw(&own->plan, s->kernels, &parameter->gradient, parameter->weights,
                           parameter->lattice.bytes, block, run_sums_of(s, block), &moves,
                           scratch)) {
        return false;
    }
    unsigned char *weights = weights_of(s, block);
    /* Gathered, moved together and scattered: a move at a time would wait for each. */
    notch_gradient_signed_at(&parameter->gradient, block->first, moves.indices, moves.count,
                             scratch->counts, scratch->updates);
    if (parameter->lattice.bytes == 2) {
        int16_t some[NOTCH_SPARSE_TRIALS], *all = (int16_t *)(void *)weights;
        for (uint32_t k = 0; k < moves.count; k++) {
            some[k] = all[moves.indices[k]];
        }
        s->kernels->apply_i16(&parameter->lattice, some, scratch->updates, moves.count,
                              &own_tally->moved, &own_tally->saturated);
        for (uint32_t k = 0; k < moves.count; k++) {
            all[moves.indices[k]] = some[k];
        }
    } else {
        int8_t some[NOTCH_SPARSE_TRIALS], *all = (int8_t *)weights;
        for (uint32_t k = 0; k < moves.count; k++) {
            some[k] = all[moves.indices[k]];
        }
        s->kernels->apply_i8(&parameter->lattice, some, scratch->updates, moves.count,
                             &own_tally->moved, &own_tally->saturated);
        for (uint32_t k = 0; k < moves.count; k++) {
            all[moves.indices[k]] = some[k];
        }
    }
    return true;
}

static void apply_task(void *argument, uint64_t item, uint32_t worker)
{
    step *s = argument;
    notch_scratch *scratch = &s->scratch[worker];
    tally *own_tally = &s->tallies[worker];
    uint64_t offset = 0;
    notch_block *block;
    while ((block = next_block(s, item, &offset)) != NULL) {
        const group *own = &s->groups[s->group_of[block - s->blocks]];
        const uint64_t moved_before = own_tally->moved;
        if (apply_sparse(s, own, block, scratch, own_tally)) {
            block->moved = (uint32_t)(own_tally->moved - moved_before);
            continue;
        }
        const notch_lattice *lattice = &s->parameters[block->tensor].lattice;
        unsigned char *weights = weights_of(s, block);
        const bool some = block_updates(s, own, block, scratch);
        if (s->from_zero) {
            memset(weights, 0, (size_t)block->count * lattice->bytes);
            for (uint32_t i = 0; some && i < block->count; i++) {
                scratch->updates[i] = -scratch->updates[i];
            }
        }
        if (some) {
            apply(s, lattice, weights, scratch->updates, block->count, own_tally);
        }
        block->moved = (uint32_t)(own_tally->moved - moved_before);
    }
}

static void tell_parameters(const step *s)
{
    for (uint64_t p = 0; p < s->parameter_count; p++) {
        s->parameters[p].has_gradient = false;
        s->parameters[p].moved = 0;
    }
    for (uint64_t b = 0; b < s->block_count; b++) {
        const notch_block *block = &s->blocks[b];
        notch_parameter *parameter = &s->parameters[block->tensor];
        parameter->has_gradient |= block->count != 0 && block->has_gradient;
        parameter->moved += block->moved;
    }
}

static uint64_t count_moves(const group *own)
{
    uint64_t count = 0;
    for (uint64_t b = 0; b < own->plan.block_count; b++) {
        count += own->plan.blocks[b].moved;
    }
    return count;
}

static void finish(const step *s, notch_calibration *calibration, notch_update_report *report)
{
    notch_update_report total = {.groups = s->group_count};
    for (uint64_t g = 0; g < s->group_count; g++) {
        const group *own = &s->groups[g];
        total.trials += own->told.trials;
        total.zero_groups += !own->has_gradient;
        total.exceeded_groups += own->exceeded;
        if (calibration != NULL) {
            /* smoothing gives mass to a zero gradient, which is no norm */
            const uint64_t norm = own->has_gradient ? own->told.total : 0;
            const notch_scaled l1 = {norm, own->told.exponent};
            calibration[g] =
                notch_calibration_after(s->options, &calibration[g], l1, own->scale, own->exceeded);
            if (s->options->rule == NOTCH_RULE_BOLD) {
                calibration[g].moved_share =
                    notch_bold_share(count_moves(own), own->told.parameters);
            }
        }
    }
    for (uint32_t w = 0; w < s->executor->workers; w++) {
        total.moved += s->tallies[w].moved;
        total.saturated += s->tallies[w].saturated;
    }
    if (report != NULL) {
        *report = total;
    }
}

/* ---- the step -------------------------------------------------------------------------------- */

static notch_status run_step(step *s, uint64_t trials_per_parameter, const notch_key *key,
                             const notch_runtime *runtime, notch_calibration *calibration,
                             void *workspace, size_t workspace_bytes, notch_update_report *report,
                             notch_error *error)
{
    layout plan;
    notch_status status = check(s, key, calibration, error);
    if (status == NOTCH_OK) {
        status = notch_runtime_resolve(runtime, &s->kernels, &s->executor, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    if (!lay_out(s->parameters, s->parameter_count, s->executor->workers, &plan)) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "update: the tensors need more workspace than there can be");
    }
    status = notch_workspace_check(workspace, workspace_bytes, (size_t)plan.total, error);
    if (status != NOTCH_OK) {
        return status;
    }
    take_memory(s, &plan, workspace);
    for (uint32_t w = 0; w < s->executor->workers; w++) {
        s->tallies[w].surveyor = (notch_surveyor){.kernels = s->kernels,
                                                  .smoothing = notch_smoothing_of(s->options),
                                                  .buffer = s->scratch[w].masses};
    }
    make_groups(s, key);

    for (uint64_t g = 0; g < s->group_count && status == NOTCH_OK; g++) {
        status = settle_trials(s, &s->groups[g], trials_per_parameter, error);
    }
    if (status == NOTCH_OK) {
        for_blocks(s, survey_task);
        status = check_finite(s, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    bool remainders = false;
    for (uint64_t g = 0; g < s->group_count; g++) {
        settle_scale(s, &s->groups[g], calibration != NULL ? &calibration[g] : NULL);
        spread(s, &s->groups[g]);
        remainders = remainders || s->groups[g].remainders;
    }
    if (remainders) {
        for_blocks(s, remainders_task);
    }
    for (uint64_t g = 0; g < s->group_count; g++) {
        if (s->groups[g].remainders) {
            notch_plan_spread_remainders(&s->groups[g].plan, s->kernels, s->executor);
        }
    }
    for_blocks(s, apply_task);
    tell_parameters(s);
    finish(s, calibration, report);
    return NOTCH_OK;
}

notch_status notch_update_step(const notch_update_options *options, notch_parameter *parameters,
                               uint64_t parameter_count, uint64_t trials_per_parameter,
                               const notch_key *key, const notch_runtime *runtime,
                               notch_calibration *calibration, void *workspace,
                               size_t workspace_bytes, notch_update_report *report,
                               notch_error *error)
{
    step s = {.options = options, .parameters = parameters, .parameter_count = parameter_count};
    return run_step(&s, trials_per_parameter, key, runtime, calibration, workspace, workspace_bytes,
                    report, error);
}

notch_status notch_initialise_paper(notch_parameter *parameters, uint64_t parameter_count,
                                    const notch_key *key, const notch_runtime *runtime,
                                    void *workspace, size_t workspace_bytes,
                                    notch_update_report *report, notch_error *error)
{
    const notch_update_options options = {.rule = NOTCH_RULE_ZIM,
                                          .mode = NOTCH_MODE_PAPER,
                                          .scope = NOTCH_SCOPE_LAYER,
                                          .sampler = NOTCH_SAMPLER_MULTINOMIAL};
    step s = {.options = &options,
              .parameters = parameters,
              .parameter_count = parameter_count,
              .from_zero = true};
    return run_step(&s, 0, key, runtime, NULL, workspace, workspace_bytes, report, error);
}
