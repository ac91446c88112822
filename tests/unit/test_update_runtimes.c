/* test_update_runtimes.c - a step gives the same bits on every instruction set and thread count.
 * SPDX-License-Identifier: MIT
 *
 * What a runtime can change: kernels, the order of tasks, the worker that does them. Each case runs
 * portably in the calling thread, then with all instruction sets on an executor that goes
 * backwards, then with the best one on pools of 1, 2, 3 and 8 threads; weights, report and
 * calibration have to be the same.
 */
#include <notch/notch.h>

#include "steps.h"

enum {
    TENSORS = 5,
    POOLS = 4,
    STEPS = 2
};

static const uint64_t counts[TENSORS] = {4097, 17, 2048, 9001, 3};
static const uint32_t widths[TENSORS] = {8, 1, 16, 4, 2};
static const notch_gradient_type types[TENSORS] = {NOTCH_GRADIENT_F32, NOTCH_GRADIENT_I32,
                                                   NOTCH_GRADIENT_U32, NOTCH_GRADIENT_F32,
                                                   NOTCH_GRADIENT_I32};
static const uint32_t threads_of[POOLS] = {1, 2, 3, 8};

static float floats[STEPS][9001];
static int32_t integers[STEPS][2048];
static notch_threads *pools[POOLS];

static void open_pools(void)
{
    for (int t = 0; t < POOLS; t++) {
        CHECK_EQUAL_I64(notch_threads_create(threads_of[t], &pools[t], NULL), NOTCH_OK);
    }
}

static void close_pools(void)
{
    for (int t = 0; t < POOLS; t++) {
        notch_threads_destroy(pools[t]);
        pools[t] = NULL;
    }
}

/* u = +-1 at random by the group's key, the second kind of stream that a rule may use. */
static void toss(const void *options, const notch_rule_block *block, int32_t *updates)
{
    notch_key key = block->group->key;
    key.stream |= UINT32_C(0x81) << 24;
    (void)options;
    for (uint32_t i = 0; i < block->count; i++) {
        const uint32_t word = notch_random_word(&key, block->index + i);
        updates[i] = block->masses[i] == 0 ? 0 : (int32_t)(word % 3) - 1;
    }
}

/* Weights from a fixed start, after a few steps; calibration and reports go into the hash too. */
static uint64_t outcome_of(const notch_update_options *options, notch_parameter *tensors,
                           uint64_t trials_per_parameter, const notch_runtime *runtime)
{
    notch_calibration calibration[TENSORS];
    memset(calibration, 0, sizeof calibration);
    steps step = {.options = *options,
                  .parameters = tensors,
                  .parameter_count = TENSORS,
                  .trials_per_parameter = trials_per_parameter,
                  .runtime = runtime,
                  .calibration = calibration};
    uint64_t hash = hash_start;
    for (uint64_t p = 0; p < TENSORS; p++) {
        fill_weights(&tensors[p], p);
    }
    for (uint32_t k = 0; k < STEPS; k++) {
        step.key = (notch_key){31, k, 5};
        for (int p = 0; p < TENSORS; p++) {
            tensors[p].gradient.values =
                types[p] == NOTCH_GRADIENT_F32 ? (const void *)floats[k] : integers[k];
        }
        const notch_update_report report = run_step(&step);
        hash = hash_report(hash, &report);
    }
    for (int p = 0; p < TENSORS; p++) {
        const notch_calibration *c = &calibration[p];
        hash = hash_integer(hash, c->scale.mantissa, 8);
        hash = hash_integer(hash, (uint64_t)c->scale.exponent, 4);
        hash = hash_integer(hash, c->sum.mantissa, 8);
        hash = hash_integer(hash, (uint64_t)c->sum.exponent, 4);
        hash = hash_integer(hash, c->steps, 4);
        hash = hash_integer(hash, c->exceeded, 8);
    }
    return hash ^ hash_weights(tensors, TENSORS);
}

static void check_runtime(const notch_update_options *options, notch_parameter *tensors,
                          uint64_t trials_per_parameter, const notch_runtime *runtime,
                          uint64_t expected)
{
    NOTE("%s on %u workers: %s, %s, %s, %s, %s, %" PRIu64 " / 2^32 trials",
         notch_isa_name(runtime->isa), runtime->executor->workers, notch_rule_name(options->rule),
         notch_mode_name(options->mode), notch_scope_name(options->scope),
         notch_sampler_name(options->sampler), notch_inflation_name(options->inflation),
         trials_per_parameter);
    CHECK_EQUAL_U64(outcome_of(options, tensors, trials_per_parameter, runtime), expected);
}

static void check_all_runtimes(const notch_update_options *options, notch_parameter *tensors,
                               uint64_t trials_per_parameter)
{
    const uint64_t expected = outcome_of(options, tensors, trials_per_parameter, &steps_portable);
    FOR_EACH_ISA(isa)
    {
        const notch_runtime runtime = {isa, &steps_backwards};
        check_runtime(options, tensors, trials_per_parameter, &runtime, expected);
    }
    for (int t = 0; t < POOLS; t++) {
        const notch_runtime runtime = {NOTCH_ISA_BEST, notch_threads_executor(pools[t])};
        check_runtime(options, tensors, trials_per_parameter, &runtime, expected);
    }
}

static void make_tensors(notch_parameter *tensors)
{
    for (uint64_t k = 0; k < STEPS; k++) {
        fill_floats(floats[k], 9001, 30, k);
        fill_integers(integers[k], 2048, 28, k);
    }
    for (int p = 0; p < TENSORS; p++) {
        tensors[p] = tensor_of("t", widths[p], types[p], integers[0], counts[p]);
        tensors[p].gradient.exponent = -25;
        tensors[p].dimensions = (uint32_t)p % 3 + 1;
    }
}

/* The rules, with zim once for each sampler. Few trials and many take different ways. */
static void check_rule(notch_rule rule, notch_sampler sampler)
{
    static const uint64_t rates[] = {STEPS_ONE / 60, STEPS_ONE, 40 * STEPS_ONE};
    notch_parameter tensors[TENSORS];
    make_tensors(tensors);
    open_pools();
    for (int c = 0; c < 9; c++) {
        notch_update_options options = options_of(sampler);
        options.rule = rule;
        options.mode = (notch_mode)(c % 3);
        options.scope = (notch_scope)(c % 2);
        options.inflation = (notch_inflation)(c / 2 % 2);
        options.calibration_steps = 1;
        options.user_rule = rule == NOTCH_RULE_USER ? toss : NULL;
        if (options.mode == NOTCH_MODE_PAPER && rule == NOTCH_RULE_ZIM &&
            sampler != NOTCH_SAMPLER_MULTINOMIAL) {
            continue;
        }
        check_all_runtimes(&options, tensors, rates[c / 3]);
    }
    close_pools();
    forget_memory();
}

TEST(multinomial)
{
    check_rule(NOTCH_RULE_ZIM, NOTCH_SAMPLER_MULTINOMIAL);
}

TEST(residual)
{
    check_rule(NOTCH_RULE_ZIM, NOTCH_SAMPLER_RESIDUAL);
}

TEST(stratified)
{
    check_rule(NOTCH_RULE_ZIM, NOTCH_SAMPLER_STRATIFIED);
}

TEST(systematic)
{
    check_rule(NOTCH_RULE_ZIM, NOTCH_SAMPLER_SYSTEMATIC);
}

/* Samplers are of no concern to the other rules. */
TEST(sr)
{
    check_rule(NOTCH_RULE_SR, NOTCH_SAMPLER_SYSTEMATIC);
    check_rule(NOTCH_RULE_SR, NOTCH_SAMPLER_MULTINOMIAL);
}

TEST(sign)
{
    check_rule(NOTCH_RULE_SIGN, NOTCH_SAMPLER_STRATIFIED);
}

TEST(user)
{
    check_rule(NOTCH_RULE_USER, NOTCH_SAMPLER_STRATIFIED);
}

/* The sampler of other rules changes nothing, whichever it is. */
TEST(samplers_are_for_zim_only)
{
    static const notch_rule rules[] = {NOTCH_RULE_SR, NOTCH_RULE_SIGN, NOTCH_RULE_USER};
    notch_parameter tensors[TENSORS];
    make_tensors(tensors);
    for (int c = 0; c < 3 * 3 * 2; c++) {
        notch_update_options options = options_of(NOTCH_SAMPLER_MULTINOMIAL);
        options.rule = rules[c % 3];
        options.user_rule = options.rule == NOTCH_RULE_USER ? toss : NULL;
        options.mode = (notch_mode)(c / 3 % 3);
        const uint64_t rate = c / 9 == 0 ? STEPS_ONE / 60 : STEPS_ONE;
        const uint64_t expected = outcome_of(&options, tensors, rate, &steps_portable);
        for (int s = 1; s < 8; s++) {
            options.sampler = (notch_sampler)(s % 4);
            options.inflation = (notch_inflation)(s / 4);
            NOTE("rule %s, sampler %s", notch_rule_name(options.rule),
                 notch_sampler_name(options.sampler));
            CHECK_EQUAL_U64(outcome_of(&options, tensors, rate, &steps_portable), expected);
        }
    }
    forget_memory();
}

/* From 256 blocks on, a multinomial's trials are spread over them by many workers. */
TEST(groups_of_many_blocks)
{
    enum {
        COUNT = 300 * NOTCH_BLOCK + 77
    };
    int32_t *values = memory_of(COUNT, sizeof values[0]);
    fill_integers(values, COUNT, 20, 6);
    notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_I32, values, COUNT);
    open_pools();
    for (int sampler = NOTCH_SAMPLER_MULTINOMIAL; sampler <= NOTCH_SAMPLER_RESIDUAL; sampler++) {
        uint64_t expected = 0;
        for (int t = 0; t <= POOLS; t++) {
            const notch_runtime runtime = {NOTCH_ISA_BEST, t == 0 ? NULL
                                                           : t < POOLS
                                                               ? notch_threads_executor(pools[t])
                                                               : &steps_backwards};
            steps step = {.options = options_of((notch_sampler)sampler),
                          .parameters = &tensor,
                          .parameter_count = 1,
                          .trials_per_parameter = STEPS_ONE / 100,
                          .key = {32, (uint32_t)sampler, 0},
                          .runtime = &runtime};
            memset(tensor.weights, 0, COUNT);
            const notch_update_report report = run_step(&step);
            CHECK(report.moved > COUNT / 200 && report.moved <= COUNT / 100 + 1);
            const uint64_t hash = hash_report(hash_weights(&tensor, 1), &report);
            NOTE("%s on executor %d", notch_sampler_name((notch_sampler)sampler), t);
            CHECK(t == 0 || hash == expected);
            expected = hash;
        }
    }
    close_pools();
    forget_memory();
}

TEST_MAIN(RUN(multinomial), RUN(residual), RUN(stratified), RUN(systematic), RUN(sr), RUN(sign),
          RUN(user), RUN(samplers_are_for_zim_only), RUN(groups_of_many_blocks))
