/* test_update_errors.c - steps that are refused: a sentence about the culprit, and nothing changed.
 * SPDX-License-Identifier: MIT
 */
#include "steps.h"

enum {
    TENSORS = 3,
    MOST = 2500
};

/* Everything a step is given, so that a case can spoil any of it. */
typedef struct call {
    notch_update_options options;
    bool no_options, no_parameters, no_key, no_calibration;
    notch_parameter tensors[TENSORS];
    uint64_t count;
    uint64_t trials_per_parameter;
    notch_key key;
    notch_executor executor;
    notch_runtime runtime;
    bool no_workspace, initialise;
    size_t misalignment;      /* of the workspace, in bytes */
    size_t workspace_missing; /* bytes by which it is too small */
} call;

static int32_t integers[MOST];
static int8_t bytes_of_weights[2][MOST];
static int16_t words_of_weights[MOST];

static void move_all(const void *options, const notch_rule_block *block, int32_t *updates)
{
    (void)options;
    for (uint32_t i = 0; i < block->count; i++) {
        updates[i] = 1;
    }
}

static void run_here(void *self, notch_task *task, void *argument, uint64_t items)
{
    (void)self;
    for (uint64_t i = 0; i < items; i++) {
        task(argument, i, 0);
    }
}

/* A step that works: unbiased, to be calibrated. */
static call good_call(void)
{
    static const uint64_t counts[TENSORS] = {MOST, 100, 7};
    call c = {.options = notch_update_options_default(),
              .count = TENSORS,
              .trials_per_parameter = STEPS_ONE,
              .key = {1, 2, 3},
              .executor = {run_here, NULL, 1},
              .runtime = {NOTCH_ISA_REF, NULL}};
    fill_integers(integers, MOST, 20, 1);
    for (int p = 0; p < TENSORS; p++) {
        c.tensors[p] = (notch_parameter){.name = p == 0   ? "conv.weight"
                                                 : p == 1 ? "fc.weight"
                                                          : "fc.bias",
                                         .lattice = lattice_of(p == 1 ? 16 : 8),
                                         .weights = p == 1 ? (void *)words_of_weights
                                                           : bytes_of_weights[p / 2],
                                         .gradient = {NOTCH_GRADIENT_I32, 0, integers, counts[p]},
                                         .dimensions = 1};
        fill_weights(&c.tensors[p], (uint64_t)p);
    }
    return c;
}

static uint64_t hash_memory(void)
{
    uint64_t hash = hash_start;
    for (int i = 0; i < MOST; i++) {
        hash = hash_integer(hash, (uint64_t)bytes_of_weights[0][i], 1);
        hash = hash_integer(hash, (uint64_t)bytes_of_weights[1][i], 1);
        hash = hash_integer(hash, (uint64_t)words_of_weights[i], 2);
    }
    return hash;
}

static _Alignas(64) unsigned char workspace[400000];

static notch_status attempt(call *c, notch_calibration *calibration, notch_update_report *report,
                            notch_error *error)
{
    static const uint64_t counts[TENSORS] = {MOST, 100, 7};
    notch_parameter sizes[TENSORS];
    for (int p = 0; p < TENSORS; p++) {
        sizes[p].gradient.count = counts[p];
    }
    const size_t bytes = notch_update_workspace(sizes, TENSORS, 1);
    CHECK(bytes > 0 && bytes + 64 <= sizeof workspace);
    unsigned char *memory = c->no_workspace ? NULL : workspace + c->misalignment;
    const size_t given = bytes - c->workspace_missing;
    notch_parameter *tensors = c->no_parameters ? NULL : c->tensors;
    const notch_key *key = c->no_key ? NULL : &c->key;
    if (c->initialise) {
        return notch_initialise_paper(tensors, c->count, key, &c->runtime, memory, given, report,
                                      error);
    }
    return notch_update_step(c->no_options ? NULL : &c->options, tensors, c->count,
                             c->trials_per_parameter, key, &c->runtime,
                             c->no_calibration ? NULL : calibration, memory, given, report, error);
}

/* The call is refused with this status and a sentence that holds `culprit`; weights, calibration
 * and report stay as they are. */
static void check_refused(call *c, notch_status status, const char *culprit)
{
    notch_calibration calibration[TENSORS], calibration_before[TENSORS];
    notch_update_report report, report_before;
    notch_error error = {.status = NOTCH_OK, .message = ""};
    memset(calibration, 0, sizeof calibration);
    calibration[0] = (notch_calibration){.sum = {5, 0}, .steps = 1, .exceeded = 3};
    memcpy(calibration_before, calibration, sizeof calibration);
    memset(&report, 0x77, sizeof report);
    memcpy(&report_before, &report, sizeof report);
    const uint64_t before = hash_memory();
    NOTE("expected: %s", culprit);
    CHECK_EQUAL_I64(attempt(c, calibration, &report, &error), status);
    CHECK_EQUAL_I64(error.status, status);
    if (strstr(error.message, culprit) == NULL) {
        TEST_FAIL("the message is: %s", error.message);
    }
    CHECK_EQUAL_U64(hash_memory(), before);
    CHECK(memcmp(calibration, calibration_before, sizeof calibration) == 0);
    CHECK(memcmp(&report, &report_before, sizeof report) == 0);
    CHECK_EQUAL_I64(attempt(c, calibration, NULL, NULL), status);
    CHECK_EQUAL_U64(hash_memory(), before);
    CHECK(memcmp(calibration, calibration_before, sizeof calibration) == 0);
}

/* The call is fine: what the cases below spoil is what is refused. */
static void check_accepted(call *c)
{
    notch_calibration calibration[TENSORS];
    notch_update_report report;
    notch_error error = {.message = ""};
    memset(calibration, 0, sizeof calibration);
    memset(&report, 0, sizeof report);
    if (attempt(c, calibration, &report, &error) != NOTCH_OK) {
        TEST_FAIL("refused: %s", error.message);
    }
    CHECK(report.moved > 0);
}

static call paper_call(void)
{
    call c = good_call();
    c.options.mode = NOTCH_MODE_PAPER;
    c.options.sampler = NOTCH_SAMPLER_MULTINOMIAL;
    return c;
}

TEST(the_calls_to_be_spoiled_work)
{
    call c = good_call();
    check_accepted(&c);
    c = paper_call();
    check_accepted(&c);
    c = good_call();
    c.initialise = true;
    check_accepted(&c);
}

TEST(missing_arguments)
{
    call c = good_call();
    c.no_options = true;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "options");
    for (int initialise = 0; initialise < 2; initialise++) {
        c = good_call();
        c.initialise = initialise != 0;
        c.no_parameters = true;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "parameters");
        c.no_parameters = false;
        c.no_key = true;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "key");
    }
    c = good_call();
    c.no_calibration = true;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "calibration");
    c.options.scale = (notch_scaled){1, 30}; /* with a scale there is nothing to calibrate */
    check_accepted(&c);
}

TEST(unknown_options)
{
    call c = good_call();
    c.options.rule = (notch_rule)5;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unknown rule");
    c = good_call();
    c.options.mode = (notch_mode)3;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unknown mode");
    c = good_call();
    c.options.scope = (notch_scope)2;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unknown scope");
    c = good_call();
    c.options.sampler = (notch_sampler)4;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unknown sampler");
    c = good_call();
    c.options.inflation = (notch_inflation)2;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unknown inflation");
    c.options.inflation = (notch_inflation)-1;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unknown inflation");
}

TEST(rules_and_user_functions_that_do_not_agree)
{
    call c = good_call();
    c.options.rule = NOTCH_RULE_USER;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "user");
    c.options.user_rule = move_all;
    check_accepted(&c);
    for (int rule = NOTCH_RULE_ZIM; rule < NOTCH_RULE_USER; rule++) {
        c.options.rule = (notch_rule)rule;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, notch_rule_name((notch_rule)rule));
    }
}

TEST(options_that_contradict_mode_paper)
{
    for (int sampler = NOTCH_SAMPLER_RESIDUAL; sampler <= NOTCH_SAMPLER_SYSTEMATIC; sampler++) {
        call c = paper_call();
        c.options.sampler = (notch_sampler)sampler;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "paper");
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "sampler");
        /* which is of no concern to the other rules */
        c.options.rule = NOTCH_RULE_SR;
        check_accepted(&c);
        c.options.rule = NOTCH_RULE_SIGN;
        check_accepted(&c);
    }
    static const notch_scaled contradictory[] = {{2, 0},  {1, 1},          {1, -1},
                                                 {3, -1}, {UINT64_MAX, 0}, {1, -1000}};
    for (size_t i = 0; i < sizeof contradictory / sizeof contradictory[0]; i++) {
        call c = paper_call();
        c.options.smoothing = contradictory[i];
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "smoothing");
    }
    static const notch_scaled ones[] = {{1, 0}, {4, -2}, {UINT64_C(1) << 63, -63}, {0, 9}};
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++) {
        call c = paper_call();
        c.options.smoothing = ones[i];
        check_accepted(&c);
    }
    call c = paper_call();
    c.options.scale = (notch_scaled){1, 40};
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "scale");
    c.options.scale = (notch_scaled){0, 40};
    check_accepted(&c);
}

TEST(mode_unbiased_without_a_way_to_a_scale)
{
    call c = good_call();
    c.options.calibration_steps = 0;
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "unbiased");
    c.options.scale = (notch_scaled){1, 30};
    check_accepted(&c);
}

TEST(numbers_out_of_range)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        call c = good_call();
        c.options.smoothing = (notch_scaled){1, sign * 1001};
        check_refused(&c, NOTCH_ERROR_RANGE, "smoothing");
        c.options.smoothing.exponent = sign * 1000;
        check_accepted(&c);
        c = good_call();
        c.options.scale = (notch_scaled){1, sign * 1001};
        check_refused(&c, NOTCH_ERROR_RANGE, "scale");
        c.options.scale.exponent = INT32_MIN;
        check_refused(&c, NOTCH_ERROR_RANGE, "scale");
        c.options.scale = (notch_scaled){0, sign * 1001}; /* zero, whatever its exponent */
        check_accepted(&c);
        c = good_call();
        c.tensors[1].gradient.exponent = sign * 1001;
        check_refused(&c, NOTCH_ERROR_RANGE, "fc.weight");
        check_refused(&c, NOTCH_ERROR_RANGE, "exponent");
    }
    call c = good_call();
    c.count = 0;
    check_refused(&c, NOTCH_ERROR_RANGE, "0 parameter tensors");
    c.initialise = true;
    check_refused(&c, NOTCH_ERROR_RANGE, "0 parameter tensors");
}

TEST(streams_beyond_2_to_the_24)
{
    for (int scope = NOTCH_SCOPE_LAYER; scope <= NOTCH_SCOPE_GLOBAL; scope++) {
        const uint32_t groups = scope == NOTCH_SCOPE_LAYER ? TENSORS : 1;
        call c = good_call();
        c.options.scope = (notch_scope)scope;
        c.key.stream = (1u << 24) - groups;
        check_accepted(&c);
        c.key.stream++;
        check_refused(&c, NOTCH_ERROR_RANGE, "stream");
        c.key.stream = UINT32_MAX;
        check_refused(&c, NOTCH_ERROR_RANGE, "4294967295");
    }
}

TEST(tensors_that_cannot_be)
{
    for (int initialise = 0; initialise < 2; initialise++) {
        call good = good_call();
        good.initialise = initialise != 0;
        call c = good;
        c.tensors[2].name = NULL;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "name");
        c = good;
        c.tensors[2].weights = NULL;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "fc.bias: there are no weights");
        static const uint32_t dimensions[] = {0, 9, UINT32_MAX};
        for (int d = 0; d < 3; d++) {
            c = good;
            c.tensors[1].dimensions = dimensions[d];
            check_refused(&c, NOTCH_ERROR_RANGE, "fc.weight");
            check_refused(&c, NOTCH_ERROR_RANGE, "dimensions");
        }
        c = good;
        c.tensors[0].gradient.values = NULL;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "conv.weight: the gradient has no values");
        c = good;
        c.tensors[0].gradient.type = (notch_gradient_type)3;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "conv.weight: unknown gradient type");
        c = good;
        c.tensors[1].gradient.count = 0;
        check_refused(&c, NOTCH_ERROR_RANGE, "fc.weight: the gradient has 0 elements");
        c.tensors[1].gradient.count = (UINT64_C(1) << 31) + 1;
        check_refused(&c, NOTCH_ERROR_RANGE, "2147483649 elements");
    }
}

TEST(lattices_that_nobody_made)
{
    for (int what = 0; what < 6; what++) {
        call c = good_call();
        notch_lattice *lattice = &c.tensors[1].lattice;
        lattice->minimum = (int16_t)(what == 0 ? -32768 : lattice->minimum);
        lattice->maximum = (int16_t)(what == 1 ? 100 : lattice->maximum);
        lattice->spacing = (int16_t)(what == 2 ? 0 : lattice->spacing);
        lattice->bits = (uint8_t)(what == 3 ? 15 : lattice->bits);
        lattice->bytes = (uint8_t)(what == 4 ? 1 : lattice->bytes);
        if (what == 5) {
            memset(lattice, 0, sizeof *lattice);
        }
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "fc.weight: the lattice");
    }
}

TEST(too_many_trials)
{
    call c = good_call();
    /* 100 weights hold; those of the first tensor do not */
    c.trials_per_parameter = (UINT64_C(1) << 63) - 1;
    check_refused(&c, NOTCH_ERROR_RANGE, "2500 parameters");
    c.options.scope = NOTCH_SCOPE_GLOBAL;
    check_refused(&c, NOTCH_ERROR_RANGE, "2607 parameters");
    c.trials_per_parameter = UINT64_MAX;
    check_refused(&c, NOTCH_ERROR_RANGE, "2^40");
    c.options.mode = NOTCH_MODE_PAPER; /* which ignores it */
    c.options.sampler = NOTCH_SAMPLER_MULTINOMIAL;
    check_accepted(&c);
}

TEST(runtimes_that_cannot_be)
{
    for (int initialise = 0; initialise < 2; initialise++) {
        call good = good_call();
        good.initialise = initialise != 0;
        call c = good;
        c.runtime.executor = &c.executor;
        check_accepted(&c);
        c.executor.run = NULL;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "run");
        static const uint32_t workers[] = {0, 1025, UINT32_MAX};
        for (int w = 0; w < 3; w++) {
            char number[32];
            c = good;
            c.runtime.executor = &c.executor;
            c.executor.workers = workers[w];
            (void)snprintf(number, sizeof number, "%u workers", workers[w]);
            check_refused(&c, NOTCH_ERROR_RANGE, number);
        }
        c = good;
        c.runtime.isa = (notch_isa)77;
        check_refused(&c, NOTCH_ERROR_ARGUMENT, "instruction set");
        FOR_EACH_MISSING_ISA(isa)
        {
            c.runtime.isa = isa;
            check_refused(&c, NOTCH_ERROR_UNSUPPORTED, notch_isa_name(isa));
        }
    }
}

TEST(workspaces_that_will_not_do)
{
    for (int initialise = 0; initialise < 2; initialise++) {
        call good = good_call();
        good.initialise = initialise != 0;
        call c = good;
        c.no_workspace = true;
        check_refused(&c, NOTCH_ERROR_MEMORY, "workspace");
        c = good;
        c.workspace_missing = 1;
        check_refused(&c, NOTCH_ERROR_MEMORY, "workspace");
        for (size_t misalignment = 1; misalignment < 64; misalignment *= 2) {
            c = good;
            c.misalignment = misalignment;
            check_refused(&c, NOTCH_ERROR_MEMORY, "aligned");
        }
    }
}

TEST(an_initialisation_of_weights_without_zero)
{
    call c = good_call();
    c.initialise = true;
    c.tensors[2].lattice = lattice_of(1);
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "fc.bias");
    check_refused(&c, NOTCH_ERROR_ARGUMENT, "1 bit");
    c.initialise = false; /* a step may have them */
    check_accepted(&c);
}

TEST_MAIN(RUN(the_calls_to_be_spoiled_work), RUN(missing_arguments), RUN(unknown_options),
          RUN(rules_and_user_functions_that_do_not_agree), RUN(options_that_contradict_mode_paper),
          RUN(mode_unbiased_without_a_way_to_a_scale), RUN(numbers_out_of_range),
          RUN(streams_beyond_2_to_the_24), RUN(tensors_that_cannot_be),
          RUN(lattices_that_nobody_made), RUN(too_many_trials), RUN(runtimes_that_cannot_be),
          RUN(workspaces_that_will_not_do), RUN(an_initialisation_of_weights_without_zero))
