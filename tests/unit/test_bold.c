/* test_bold.c - rule bold: accumulators, moves and resets, the share of moves, checkpoints.
 * SPDX-License-Identifier: MIT
 *
 * The scale is a power of two, so that expected counts are exact in the accumulators' units and
 * everything is compared for equality.
 */
#include <notch/notch.h>
#include <notch/train.h>

#include "steps.h"

enum {
    MOST = 5000,
    ONE = 1 << 24 /* a whole notch */
};

static int8_t weights[2 * MOST];
static int32_t accumulators[2 * MOST], gradient[2 * MOST];
static notch_calibration calibrations[2];
_Alignas(64) static unsigned char workspace[1 << 20];
static notch_error error;

static notch_parameter slice_of(uint64_t first, uint64_t count)
{
    return (notch_parameter){.name = "weights",
                             .lattice = lattice_of(1),
                             .weights = weights + first,
                             .gradient = {NOTCH_GRADIENT_I32, 0, gradient + first, count},
                             .dimensions = 1,
                             .accumulators = accumulators + first};
}

/* lambda_i = trials / parameters * parameters * |g_i| / 2^scale_bits */
static notch_update_options bold_options(int32_t scale_bits, notch_scope scope)
{
    return (notch_update_options){
        .rule = NOTCH_RULE_BOLD, .scope = scope, .scale = {1, scale_bits}};
}

static void start(int8_t weight)
{
    memset(weights, weight, sizeof weights);
    memset(accumulators, 0, sizeof accumulators);
    memset(gradient, 0, sizeof gradient);
    memset(calibrations, 0, sizeof calibrations);
}

static notch_update_report step_on(notch_parameter *tensors, uint64_t count,
                                   const notch_update_options *options, uint64_t trials,
                                   const notch_runtime *runtime)
{
    const notch_key key = {1, 2, 3};
    notch_update_report report;
    const notch_status status =
        notch_update_step(options, tensors, count, trials, &key, runtime, calibrations, workspace,
                          sizeof workspace, &report, &error);
    NOTE("%s", status == NOTCH_OK ? "" : error.message);
    CHECK_EQUAL_I64(status, NOTCH_OK);
    return report;
}

/* One weight whose gradient asks for a quarter of a flip a step. */
TEST(flips_when_a_whole_one_has_come_together)
{
    start(1);
    notch_parameter tensor = slice_of(0, 1);
    const notch_update_options options = bold_options(10, NOTCH_SCOPE_LAYER);
    gradient[0] = 256; /* 1 trial: lambda = 256 / 1024 */
    for (int k = 1; k <= 3; k++) {
        CHECK_EQUAL_U64(step_on(&tensor, 1, &options, STEPS_ONE, NULL).moved, 0);
        CHECK_EQUAL_I64(accumulators[0], k * ONE / 4);
        CHECK_EQUAL_I64(weights[0], 1);
    }
    const notch_update_report report = step_on(&tensor, 1, &options, STEPS_ONE, NULL);
    CHECK(report.moved == 1 && report.saturated == 0 && report.trials == 1);
    CHECK_EQUAL_I64(weights[0], -1);
    CHECK_EQUAL_I64(accumulators[0], 0);
    CHECK_EQUAL_U64(calibrations[0].moved_share, UINT32_MAX); /* all of one */
}

/* A gradient that asks for more of what the weight is already: nothing flips, and the accumulator
 * stops at its bound. */
TEST(disagreement_is_kept_and_bounded)
{
    start(-1);
    notch_parameter tensor = slice_of(0, 2);
    const notch_update_options options = bold_options(11, NOTCH_SCOPE_LAYER);
    gradient[0] = 1024; /* 4 trials: lambda = 4 * 1024 / 2048 */
    weights[1] = 1;
    gradient[1] = -1024;
    for (int k = 1; k <= 70; k++) {
        CHECK_EQUAL_U64(step_on(&tensor, 1, &options, 2 * STEPS_ONE, NULL).moved, 0);
        const int32_t expected = k < 64 ? k * 2 * ONE : INT32_MAX;
        CHECK_EQUAL_I64(accumulators[0], expected);
        CHECK_EQUAL_I64(accumulators[1], -expected);
    }
}

/* A single flip among eight: what the others have gathered keeps 7/8 in the next step, rounded
 * towards 0, and all of it in the one after. */
TEST(accumulators_shrink_by_the_share_of_flips)
{
    start(1);
    notch_parameter tensor = slice_of(0, 8);
    const notch_update_options options = bold_options(10, NOTCH_SCOPE_LAYER);
    for (int i = 0; i < 8; i++) {
        accumulators[i] = i % 2 == 0 ? 1000 + i : -1000 - i;
    }
    gradient[7] = 1024; /* 8 trials: lambda = 8 */
    CHECK_EQUAL_U64(step_on(&tensor, 1, &options, STEPS_ONE, NULL).moved, 1);
    CHECK_EQUAL_U64(calibrations[0].moved_share, UINT64_C(1) << 29);
    gradient[7] = 0;
    for (int again = 0; again < 2; again++) {
        CHECK_EQUAL_U64(step_on(&tensor, 1, &options, STEPS_ONE, NULL).moved, 0);
        CHECK_EQUAL_U64(calibrations[0].moved_share, 0);
        for (int i = 0; i < 7; i++) {
            CHECK_EQUAL_I64(accumulators[i],
                            i % 2 == 0 ? (1000 + i) * 7 / 8 : -((1000 + i) * 7 / 8));
        }
        CHECK_EQUAL_I64(accumulators[7], 0);
    }
}

/* Wider lattices move by a notch, and at a bound what asks for more is kept. */
TEST(wider_lattices_move_by_a_notch)
{
    start(0);
    notch_parameter tensor = slice_of(0, 2);
    tensor.lattice = lattice_of(4);
    const notch_update_options options = bold_options(10, NOTCH_SCOPE_LAYER);
    weights[0] = -6;
    gradient[0] = 256;  /* 4 trials: lambda = 1 */
    gradient[1] = -128; /* gathers 1/2, 1/4 + 1/2, 3/4 + 1/2, then 1/2, 1/2 + 1/2 */
    for (int k = 1; k <= 6; k++) {
        (void)step_on(&tensor, 1, &options, 2 * STEPS_ONE, NULL);
        CHECK_EQUAL_I64(weights[0], -7);
        CHECK_EQUAL_I64(weights[1], k < 3 ? 0 : k < 5 ? 1 : 2);
    }
    CHECK(accumulators[0] >= ONE);
}

/* The same arithmetic written down once more, without blocks. */
static void naive_step(const notch_lattice *lattice, const int32_t *g, int8_t *w, int32_t *a,
                       uint64_t count, uint64_t trials, int scale_bits, uint32_t *moved_share)
{
    uint64_t flips = 0;
    for (uint64_t i = 0; i < count; i++) {
        const int64_t kept = (INT64_C(1) << 32) - *moved_share;
        const int64_t size = a[i] < 0 ? -(int64_t)a[i] : a[i];
        const int64_t before = a[i] < 0 ? -(size * kept >> 32) : size * kept >> 32;
        const int64_t mass = g[i] < 0 ? -(int64_t)g[i] : g[i];
        int64_t gain = (mass * (int64_t)trials * 256 >> scale_bits) << 16;
        gain += ((mass * (int64_t)trials * 256 << 16) >> scale_bits) & 0xffff;
        gain = gain > INT32_MAX ? INT32_MAX : gain;
        int64_t sum = before + (g[i] < 0 ? -gain : gain);
        sum = sum > INT32_MAX ? INT32_MAX : sum < -INT32_MAX ? -INT32_MAX : sum;
        const int next = w[i] + (sum > 0 ? -lattice->spacing : lattice->spacing);
        if ((sum >= ONE || sum <= -ONE) && next >= lattice->minimum && next <= lattice->maximum) {
            w[i] = (int8_t)next;
            sum = 0;
            flips++;
        }
        a[i] = (int32_t)sum;
    }
    *moved_share = flips == count ? UINT32_MAX : (uint32_t)((flips << 32) / count);
}

static void many_steps(uint32_t bits, notch_scope scope, const notch_runtime *runtime)
{
    static int8_t expected_weights[2 * MOST];
    static int32_t expected_accumulators[2 * MOST];
    const uint64_t groups = scope == NOTCH_SCOPE_GLOBAL ? 1 : 2, size = 2 * MOST / groups;
    const notch_update_options options = bold_options(30, scope);
    notch_parameter tensors[2] = {slice_of(0, MOST), slice_of(MOST, MOST)};
    tensors[0].lattice = tensors[1].lattice = lattice_of(bits);
    uint32_t moved_share[2] = {0, 0};
    uint64_t moved = 0;
    start(1);
    memset(expected_weights, 1, sizeof expected_weights);
    memset(expected_accumulators, 0, sizeof expected_accumulators);
    for (int k = 0; k < 20; k++) {
        /* the sum of masses stays below the scale: 10,000 times 2^15 at most, half on average */
        fill_integers(gradient, 2 * MOST, 15, (uint64_t)k);
        moved += step_on(tensors, 2, &options, 8 * STEPS_ONE, runtime).moved;
        for (uint64_t g = 0; g < groups; g++) {
            naive_step(&tensors[0].lattice, gradient + g * size, expected_weights + g * size,
                       expected_accumulators + g * size, size, 8 * size, 30, &moved_share[g]);
            CHECK_EQUAL_U64(calibrations[g].moved_share, moved_share[g]);
        }
        CHECK(memcmp(weights, expected_weights, sizeof weights) == 0);
        CHECK(memcmp(accumulators, expected_accumulators, sizeof accumulators) == 0);
    }
    CHECK(moved > 1000);
}

TEST(many_blocks_agree_with_the_definition)
{
    notch_threads *threads = NULL;
    CHECK_EQUAL_I64(notch_threads_create(3, &threads, &error), NOTCH_OK);
    const notch_runtime plain = {NOTCH_ISA_REF, NULL},
                        fast = {NOTCH_ISA_BEST, notch_threads_executor(threads)};
    for (uint32_t bits = 1; bits <= 8; bits *= 2) {
        many_steps(bits, NOTCH_SCOPE_LAYER, &plain);
        many_steps(bits, NOTCH_SCOPE_GLOBAL, &plain);
        many_steps(bits, NOTCH_SCOPE_LAYER, &fast);
        many_steps(bits, NOTCH_SCOPE_GLOBAL, &fast);
    }
    notch_threads_destroy(threads);
}

static void check_refused(notch_parameter *tensor, notch_calibration *calibration,
                          const char *sentence)
{
    const notch_update_options options = bold_options(10, NOTCH_SCOPE_LAYER);
    const notch_key key = {1, 2, 3};
    CHECK_EQUAL_I64(notch_update_step(&options, tensor, 1, STEPS_ONE, &key, NULL, calibration,
                                      workspace, sizeof workspace, NULL, &error),
                    NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, sentence);
}

TEST(what_the_rule_needs)
{
    start(1);
    notch_parameter tensor = slice_of(0, 8);
    check_refused(&tensor, NULL,
                  "rule bold: there is no calibration to keep the share of moves in");
    tensor.accumulators = NULL;
    check_refused(&tensor, calibrations, "weights: rule bold needs accumulators, there are none");
    tensor = slice_of(0, 8);
    tensor.lattice = lattice_of(16);
    check_refused(&tensor, calibrations,
                  "weights: rule bold moves weights of up to 8 bits, these have 16");
}

/* ------------------------------------------------------------------------------------------------
 * In a training run
 * --------------------------------------------------------------------------------------------- */

static notch_trainer *trainer_of(const notch_model *model, const notch_dataset *data)
{
    notch_train_options options = notch_train_options_default();
    notch_trainer *trainer = NULL;
    options.update.rule = NOTCH_RULE_BOLD;
    options.update.calibration_steps = 3;
    options.bits = 1;
    options.batch = 10;
    options.threads = 1;
    options.steps = 12;
    const notch_status status = notch_trainer_create(model, &options, data, data, &trainer, &error);
    if (status == NOTCH_ERROR_UNSUPPORTED) {
        SKIP("there is no float engine in this build");
    }
    NOTE("%s", error.message);
    CHECK_EQUAL_I64(status, NOTCH_OK);
    return trainer;
}

static void run_steps(notch_trainer *trainer, int count)
{
    for (int k = 0; k < count; k++) {
        CHECK_EQUAL_I64(notch_trainer_step(trainer, &error), NOTCH_OK);
    }
}

/* Accumulators and the share of flips are part of the state: a run that was stopped, written, read
 * and restored ends as one that was not. */
TEST(a_run_goes_on_from_its_checkpoint)
{
    const notch_dataset sizes = {.name = "dots",
                                 .count = 60,
                                 .channels = 1,
                                 .height = 8,
                                 .width = 8,
                                 .classes = 4,
                                 .maximum = 255};
    notch_dataset *data = NULL;
    notch_model model;
    CHECK_EQUAL_I64(notch_dataset_create(&sizes, &data, &error), NOTCH_OK);
    uint64_t state = 1;
    for (int i = 0; i < 60; i++) {
        data->labels[i] = (uint8_t)(i % 4);
        for (int k = 0; k < 64; k++) {
            data->images[64 * i + k] = (uint8_t)(k / 16 == i % 4 ? 255 : scramble(&state) % 100);
        }
    }
    CHECK_EQUAL_I64(notch_model_preset(&model, "mlp", (notch_shape){1, 8, 8}, 4, &error), NOTCH_OK);
    notch_trainer *whole = trainer_of(&model, data), *first = trainer_of(&model, data),
                  *second = trainer_of(&model, data);
    run_steps(whole, 12);
    run_steps(first, 6);
    notch_checkpoint *read = NULL;
    CHECK_EQUAL_I64(
        notch_checkpoint_write(notch_trainer_checkpoint(first), "bold-test.notch", &error),
        NOTCH_OK);
    CHECK_EQUAL_I64(notch_checkpoint_read("bold-test.notch", &read, &error), NOTCH_OK);
    CHECK_EQUAL_I64(remove("bold-test.notch"), 0);
    CHECK_EQUAL_U64(read->accumulator_count, model.parameters);
    CHECK_EQUAL_I64(notch_trainer_restore(second, read, &error), NOTCH_OK);
    run_steps(second, 6);
    const notch_checkpoint *a = notch_trainer_checkpoint(whole),
                           *b = notch_trainer_checkpoint(second);
    uint8_t one[32], other[32];
    notch_checkpoint_digest(a, one);
    notch_checkpoint_digest(b, other);
    CHECK(memcmp(one, other, 32) == 0);
    CHECK(memcmp(a->accumulators, b->accumulators, (size_t)model.parameters * 4) == 0);
    CHECK(a->calibrations[0].moved_share == b->calibrations[0].moved_share);

    /* 32 bits a weight, on top of what other rules keep */
    notch_memory_plan with, without;
    notch_train_options options = notch_train_options_default();
    options.bits = 1;
    CHECK_EQUAL_I64(notch_train_memory_plan(&model, &options, 0, &without, &error), NOTCH_OK);
    options.update.rule = NOTCH_RULE_BOLD;
    CHECK_EQUAL_I64(notch_train_memory_plan(&model, &options, 0, &with, &error), NOTCH_OK);
    CHECK_EQUAL_U64(with.optimiser - without.optimiser, 4 * model.parameters);
    CHECK_EQUAL_U64(with.total - without.total, 4 * model.parameters);

    /* a run of another rule cannot take it, nor a wider lattice */
    read->accumulator_count = 0;
    CHECK_EQUAL_I64(notch_trainer_restore(second, read, &error), NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "checkpoint: it has other accumulators than this run");
    options.bits = 16;
    options.engine = NOTCH_ENGINE_FLOAT;
    notch_trainer *none = NULL;
    CHECK_EQUAL_I64(notch_trainer_create(&model, &options, data, data, &none, &error),
                    NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "training: rule bold moves weights of up to 8 bits, these have 16");
    notch_checkpoint_destroy(read);
    notch_trainer_destroy(whole);
    notch_trainer_destroy(first);
    notch_trainer_destroy(second);
    notch_dataset_destroy(data);
}

TEST_MAIN(RUN(flips_when_a_whole_one_has_come_together), RUN(disagreement_is_kept_and_bounded),
          RUN(accumulators_shrink_by_the_share_of_flips), RUN(wider_lattices_move_by_a_notch),
          RUN(many_blocks_agree_with_the_definition), RUN(what_the_rule_needs),
          RUN(a_run_goes_on_from_its_checkpoint))
