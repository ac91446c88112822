/* bench.h - what `notch bench` measures: one function for each subject.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_BENCH_H
#define NOTCH_CLI_BENCH_H

#include <notch/notch.h>
#include <notch/train.h>

#define BENCH_TRAIN_COMMAND "notch bench train"

enum {
    BENCH_SIZES_MAX = 16,
    BENCH_TRIALS_MAX = 8,
    BENCH_SAMPLERS_MAX = 4,
    BENCH_REPEAT_MAX = 100,
    BENCH_SPREAD_MAX = 20,
    BENCH_STEPS_MAX = 1000
};

typedef struct bench_update_options {
    uint64_t sizes[BENCH_SIZES_MAX]; /* numbers of parameters, 1 to 2^31 each */
    size_t size_count;
    uint64_t samplers[BENCH_SAMPLERS_MAX]; /* notch_sampler */
    size_t sampler_count;
    uint64_t trials[BENCH_TRIALS_MAX]; /* per parameter, 32 fractional bits, at most 2^48 */
    size_t trials_count;
    uint64_t spread; /* the largest scale of gradients is 2^spread times the smallest */
    uint64_t seed;
    uint64_t repeat;  /* timed repetitions, 1 to BENCH_REPEAT_MAX */
    uint64_t threads; /* 0 to 1,024; 0: one for each processor */
    uint64_t isa;     /* notch_isa */
    bool measure_sampler, measure_update;
    bool json; /* one JSON object a line instead of a table */
} bench_update_options;

/* Times samplers and whole updates on random gradients and prints the figures to standard output.
 * The samplers of one size take turns, then so do the updates, after one round that is not timed.
 * Errors: those of the library, and MEMORY where a size does not fit this machine. */
notch_status bench_update(const bench_update_options *options, notch_error *error);

/* Bytes of this process that are in memory, and that have been at most; NAN where the system does
 * not say. */
double bench_resident_bytes(void);
double bench_peak_bytes(void);

/* Elements that one item of bench_read covers. */
#define BENCH_READ_CHUNK UINT64_C(32768)

/* The yardstick: the sum of |values[i]|, computed as fast as a plain loop over 32-bit floats gets.
 * sums: one double for every BENCH_READ_CHUNK values, overwritten. executor may be NULL. */
double bench_read(const float *values, uint64_t count, const notch_executor *executor,
                  double *sums);

typedef struct bench_train_options {
    const char *model, *data, *data_dir; /* as those of `notch train` */
    notch_train_options train;           /* all but epochs, steps and observer */
    uint64_t warm_up;                    /* steps that are not timed, up to BENCH_STEPS_MAX */
    uint64_t steps;                      /* timed ones, 1 to BENCH_STEPS_MAX */
    bool json;                           /* one JSON object instead of a table */
} bench_train_options;

/* Trains for some steps, times their stages and prints the figures to standard output. Returns an
 * exit code, after a sentence on standard error if it is not EXIT_DONE. */
int bench_train(const bench_train_options *options);

/* `notch bench train`: its options. */
int cmd_bench_train(int argc, char **argv);

#endif
