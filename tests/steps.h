/* steps.h - what the tests of update steps share: tensors, memory, runtimes, comparable results.
 * SPDX-License-Identifier: MIT
 *
 * A step runs in a workspace of exactly the documented size, so that sanitizers see a step that
 * needs more. Inputs are made from integers, without floating-point arithmetic.
 */
#ifndef NOTCH_STEPS_H
#define NOTCH_STEPS_H

#include <notch/core.h>
#include <stdlib.h>

#include "chance.h"
#include "isas.h"
#include "test.h"

#define STEPS_ONE NOTCH_TRIALS_ONE

/* ------------------------------------------------------------------------------------------------
 * Inputs
 * --------------------------------------------------------------------------------------------- */

/* The float with these bits. */
static inline float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Floats of either sign between 2^-octaves and 2 in magnitude, one in 8 of them zero. */
static inline void fill_floats(float *values, uint64_t count, uint32_t octaves, uint64_t seed)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t bits = scramble(&seed);
        const uint32_t exponent = 127 - (uint32_t)(bits >> 40) % (octaves + 1);
        const uint32_t sign = (uint32_t)(bits >> 32) << 31, mantissa = (uint32_t)bits >> 9;
        values[i] = float_of((bits >> 60) % 8 == 0 ? sign : sign | exponent << 23 | mantissa);
    }
}

/* Integers of either sign below 2^bits in magnitude, one in 8 of them zero. */
static inline void fill_integers(int32_t *values, uint64_t count, uint32_t bits, uint64_t seed)
{
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t word = scramble(&seed);
        const int32_t magnitude = (int32_t)((uint32_t)word >> (32 - bits));
        values[i] = word >> 61 == 0 ? 0 : (word >> 60) % 2 == 0 ? magnitude : -magnitude;
    }
}

static inline notch_lattice lattice_of(uint32_t bits)
{
    notch_lattice lattice;
    CHECK_EQUAL_I64(notch_lattice_init(&lattice, bits, NULL), NOTCH_OK);
    return lattice;
}

static inline int32_t weight_at(const notch_parameter *parameter, uint64_t i)
{
    return parameter->lattice.bytes == 2 ? ((const int16_t *)parameter->weights)[i]
                                         : ((const int8_t *)parameter->weights)[i];
}

static inline void set_weight(const notch_parameter *parameter, uint64_t i, int32_t value)
{
    if (parameter->lattice.bytes == 2) {
        ((int16_t *)parameter->weights)[i] = (int16_t)value;
    } else {
        ((int8_t *)parameter->weights)[i] = (int8_t)value;
    }
}

/* Random points of the lattice. */
static inline void fill_weights(const notch_parameter *parameter, uint64_t seed)
{
    const notch_lattice *lattice = &parameter->lattice;
    const uint64_t points =
        (uint64_t)(lattice->maximum - lattice->minimum) / (uint64_t)lattice->spacing + 1;
    for (uint64_t i = 0; i < parameter->gradient.count; i++) {
        const int32_t point = (int32_t)(scramble(&seed) % points);
        set_weight(parameter, i, lattice->minimum + lattice->spacing * point);
    }
}

/* Zeroed memory that lasts until forget_memory. */
static void *steps_memory[256];
static int steps_memory_count;

static inline void *memory_of(uint64_t count, size_t size)
{
    CHECK(steps_memory_count < (int)(sizeof steps_memory / sizeof steps_memory[0]));
    void *memory = calloc(count, size);
    CHECK(memory != NULL);
    steps_memory[steps_memory_count++] = memory;
    return memory;
}

static inline void forget_memory(void)
{
    while (steps_memory_count > 0) {
        free(steps_memory[--steps_memory_count]);
    }
}

/* A tensor of rank 1 with weights of its own, all 0, until forget_memory. */
static inline notch_parameter tensor_of(const char *name, uint32_t bits, notch_gradient_type type,
                                        const void *values, uint64_t count)
{
    const notch_lattice lattice = lattice_of(bits);
    void *weights = memory_of(count, lattice.bytes);
    return (notch_parameter){.name = name,
                             .lattice = lattice,
                             .weights = weights,
                             .gradient = {.type = type, .values = values, .count = count},
                             .dimensions = 1};
}

/* Options of a rule without null mass: zim with the given sampler, normalised, layer. */
static inline notch_update_options options_of(notch_sampler sampler)
{
    notch_update_options options = notch_update_options_default();
    options.mode = NOTCH_MODE_NORMALISED;
    options.sampler = sampler;
    return options;
}

/* ------------------------------------------------------------------------------------------------
 * Steps
 * --------------------------------------------------------------------------------------------- */

/* A step and its surroundings; what is 0 or NULL is so for the step, except that an absent runtime
 * is the portable one. */
typedef struct steps {
    notch_update_options options;
    notch_parameter *parameters;
    uint64_t parameter_count;
    uint64_t trials_per_parameter;
    notch_key key;
    const notch_runtime *runtime;
    notch_calibration *calibration;
    bool initialise; /* notch_initialise_paper instead */
    void *workspace; /* NULL: the step gets one of its own, full of garbage */
} steps;

static const notch_runtime steps_portable = {NOTCH_ISA_REF, NULL};

/* The status of one step; report and error as in core.h. */
static inline notch_status try_step(const steps *s, notch_update_report *report, notch_error *error)
{
    const notch_runtime *runtime = s->runtime != NULL ? s->runtime : &steps_portable;
    const uint32_t workers = runtime->executor != NULL ? runtime->executor->workers : 1;
    const size_t bytes = notch_update_workspace(s->parameters, s->parameter_count, workers);
    void *workspace = s->workspace;
    if (workspace == NULL) {
        workspace = aligned_alloc(64, bytes == 0 ? 64 : (bytes + 63) / 64 * 64);
        CHECK(workspace != NULL);
        memset(workspace, 0xa5, bytes);
    }
    const notch_status status =
        s->initialise ? notch_initialise_paper(s->parameters, s->parameter_count, &s->key, runtime,
                                               workspace, bytes, report, error)
                      : notch_update_step(&s->options, s->parameters, s->parameter_count,
                                          s->trials_per_parameter, &s->key, runtime, s->calibration,
                                          workspace, bytes, report, error);
    if (workspace != s->workspace) {
        free(workspace);
    }
    return status;
}

/* A workspace for many steps of these tensors in the calling thread, until forget_memory. */
static inline void *workspace_for(const notch_parameter *parameters, uint64_t parameter_count)
{
    const size_t bytes = notch_update_workspace(parameters, parameter_count, 1);
    const uintptr_t memory = (uintptr_t)memory_of(1, bytes + 63);
    return (void *)((memory + 63) / 64 * 64);
}

/* One step that has to succeed. */
static inline notch_update_report run_step(const steps *s)
{
    notch_update_report report;
    notch_error error = {.message = ""};
    memset(&report, 0xa5, sizeof report);
    if (try_step(s, &report, &error) != NOTCH_OK) {
        TEST_FAIL("the step failed: %s", error.message);
    }
    uint64_t moved = 0, without_gradient = 0;
    for (uint64_t p = 0; p < s->parameter_count; p++) {
        moved += s->parameters[p].moved;
        without_gradient += !s->parameters[p].has_gradient;
    }
    CHECK_EQUAL_U64(moved, report.moved);
    if (report.groups == s->parameter_count) {
        CHECK_EQUAL_U64(without_gradient, report.zero_groups);
    }
    return report;
}

/* FNV-1a, 64 bits, over integers of `bytes` bytes, the low one first. */
static inline uint64_t hash_integer(uint64_t hash, uint64_t value, int bytes)
{
    for (int k = 0; k < bytes; k++) {
        hash = (hash ^ ((value >> (8 * k)) & 0xff)) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

/* The same on machines of either byte order. */
static inline uint64_t hash_weights(const notch_parameter *parameters, uint64_t parameter_count)
{
    uint64_t hash = hash_start;
    for (uint64_t p = 0; p < parameter_count; p++) {
        for (uint64_t i = 0; i < parameters[p].gradient.count; i++) {
            const int32_t weight = weight_at(&parameters[p], i);
            hash = hash_integer(hash, (uint64_t)weight, parameters[p].lattice.bytes);
        }
    }
    return hash;
}

static inline uint64_t hash_report(uint64_t hash, const notch_update_report *report)
{
    const uint64_t fields[] = {report->trials, report->moved,       report->saturated,
                               report->groups, report->zero_groups, report->exceeded_groups};
    for (int f = 0; f < 6; f++) {
        hash = hash_integer(hash, fields[f], 8);
    }
    return hash;
}

/* ------------------------------------------------------------------------------------------------
 * What a rule of the user's own is told
 * --------------------------------------------------------------------------------------------- */

enum {
    SEEN_BLOCKS = 64,
    SEEN_GROUPS = 16
};

typedef struct seen {
    notch_rule_group groups[SEEN_GROUPS];
    uint32_t group_count;
    notch_rule_block blocks[SEEN_BLOCKS]; /* masses and group point to copies */
    uint32_t block_count;
    uint32_t masses[SEEN_BLOCKS][NOTCH_BLOCK];
} seen;

static inline bool same_group(const notch_rule_group *a, const notch_rule_group *b)
{
    return a->parameters == b->parameters && a->trials == b->trials && a->total == b->total &&
           a->null_mass == b->null_mass && a->exponent == b->exponent &&
           a->key.seed == b->key.seed && a->key.step == b->key.step &&
           a->key.stream == b->key.stream;
}

/* A rule that moves nothing and writes down what it is told; `options` is a seen, and everything
 * has to run in the calling thread. */
static inline void look(const void *options, const notch_rule_block *block, int32_t *updates)
{
    seen *s = *(seen *const *)options;
    memset(updates, 0, block->count * sizeof updates[0]);
    CHECK(s->block_count < SEEN_BLOCKS && block->count >= 1 && block->count <= NOTCH_BLOCK);
    uint32_t g = 0;
    while (g < s->group_count && !same_group(&s->groups[g], block->group)) {
        g++;
    }
    CHECK(g < SEEN_GROUPS);
    if (g == s->group_count) {
        s->groups[s->group_count++] = *block->group;
    }
    const uint32_t b = s->block_count++;
    memcpy(s->masses[b], block->masses, block->count * sizeof block->masses[0]);
    s->blocks[b] = *block;
    s->blocks[b].masses = s->masses[b];
    s->blocks[b].group = &s->groups[g];
}

/* Runs the step with that rule in place of its own. */
static inline notch_update_report look_at_step(const steps *s, seen *found)
{
    steps looking = *s;
    looking.options.rule = NOTCH_RULE_USER;
    looking.options.user_rule = look;
    looking.options.user_options = &found;
    found->group_count = found->block_count = 0;
    return run_step(&looking);
}

/* ------------------------------------------------------------------------------------------------
 * Runtimes
 * --------------------------------------------------------------------------------------------- */

/* An executor in one thread that goes through the items from the last to the first and gives them
 * to three workers in turn: results that depended on either would differ. */
static inline void run_backwards(void *self, notch_task *task, void *argument, uint64_t items)
{
    (void)self;
    for (uint64_t i = items; i > 0; i--) {
        task(argument, i - 1, (uint32_t)(i % 3));
    }
}

static const notch_executor steps_backwards = {run_backwards, NULL, 3};

#endif
