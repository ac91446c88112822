/* cmd_bench.c - `notch bench`: how long things take on this machine.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "bench.h"
#include "commands.h"
#include "common_options.h"
#include "options.h"

enum {
    WHAT_ALL,
    WHAT_SAMPLER,
    WHAT_UPDATE,
    WHAT_COUNT
};

static const char *what_name(uint64_t value)
{
    static const char *const names[WHAT_COUNT] = {"all", "sampler", "update"};
    return value < WHAT_COUNT ? names[value] : NULL;
}

static int cmd_bench_update(int argc, char **argv)
{
    bench_update_options o = {.sizes = {421642, 11175370}, /* the paper's two networks */
                              .size_count = 2,
                              .samplers = {NOTCH_SAMPLER_MULTINOMIAL, NOTCH_SAMPLER_RESIDUAL,
                                           NOTCH_SAMPLER_STRATIFIED, NOTCH_SAMPLER_SYSTEMATIC},
                              .sampler_count = 4,
                              .trials = {NOTCH_TRIALS_ONE, (NOTCH_TRIALS_ONE + 50) / 100},
                              .trials_count = 2,
                              .spread = 5,
                              .seed = 1,
                              .repeat = 7,
                              .threads = 2,
                              .isa = NOTCH_ISA_BEST};
    uint64_t what = WHAT_ALL;

    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "What to measure"},
        {.kind = OPTION_CHOICE,
         .name = "what",
         .argument = "NAME",
         .value = &what,
         .choices = what_name,
         .help = "samplers alone, whole updates, or both"},
        {.kind = OPTION_NUMBER,
         .name = "sizes",
         .argument = "D,...",
         .value = o.sizes,
         .list_count = &o.size_count,
         .list_capacity = BENCH_SIZES_MAX,
         .minimum = 1,
         .maximum = UINT64_C(1) << 31,
         .help = "numbers of parameters d"},
        {.kind = OPTION_CHOICE,
         .name = "samplers",
         .argument = "NAME,...",
         .value = o.samplers,
         .list_count = &o.sampler_count,
         .list_capacity = BENCH_SAMPLERS_MAX,
         .choices = option_samplers,
         .help = "how to draw"},
        {.kind = OPTION_FIXED,
         .name = "trials",
         .argument = "RHO,...",
         .value = o.trials,
         .list_count = &o.trials_count,
         .list_capacity = BENCH_TRIALS_MAX,
         .maximum = UINT64_C(1) << 48,
         .help = "trials per parameter"},
        {.kind = OPTION_NUMBER,
         .name = "spread",
         .argument = "BITS",
         .value = &o.spread,
         .maximum = BENCH_SPREAD_MAX,
         .help = "the largest scale of gradients is 2^BITS times the smallest"},
        option_seed(&o.seed, "seed of all random numbers"),
        {.kind = OPTION_HEADING, .help = "How to measure"},
        {.kind = OPTION_NUMBER,
         .name = "repeat",
         .argument = "R",
         .value = &o.repeat,
         .minimum = 1,
         .maximum = BENCH_REPEAT_MAX,
         .help = "timed repetitions, of which the median is quoted"},
        option_workers(&o.threads),
        option_isa(&o.isa, "instruction set"),
        {.kind = OPTION_FLAG,
         .name = "json",
         .flag = &o.json,
         .help = "print one JSON object a line, with all times"},
    };
    const option_table table = {
        .command = "notch bench update",
        .purpose = "times samplers and whole updates on random gradients",
        .description =
            "Prints the time of:\n"
            "  sampler  drawing counts from 32-bit masses\n"
            "  update   a whole step, from float gradient to changed weights: of 8 bits in mode\n"
            "           normalised, scope layer, and of 16 bits in mode paper, scope global\n"
            "  read     the sum of the gradient's magnitudes with as many threads\n"
            "  l1       the same in the library's integers, with one thread\n"
            "in milliseconds, in nanoseconds per parameter and relative to `read`, and the memory\n"
            "in bytes per parameter beyond gradient and weights: asked for, and seen to be used.",
        .entries = entries,
        .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    o.measure_sampler = what != WHAT_UPDATE;
    o.measure_update = what != WHAT_SAMPLER;
    notch_error error = {NOTCH_OK, ""};
    if (bench_update(&o, &error) != NOTCH_OK) {
        return command_fail(table.command, &error);
    }
    return EXIT_DONE;
}

int cmd_bench(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "update") == 0) {
        return cmd_bench_update(argc - 1, argv + 1);
    }
    if (argc >= 2 && strcmp(argv[1], "train") == 0) {
        return cmd_bench_train(argc - 1, argv + 1);
    }
    const option_table table = {
        .command = "notch bench",
        .purpose = "measures how long things take on this machine",
        .operands = "train|update",
        .description = "What there is to measure:\n"
                       "  train   the stages of a training step; see notch bench train --help\n"
                       "  update  samplers and whole updates; see notch bench update --help",
        .operand_count = 1};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    return options_refuse("notch bench", "there is no '%s' to measure, expected train or update",
                          operands[0]);
}
