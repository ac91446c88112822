/* test_golden_update.c - weights after five steps, the same for good and on every machine.
 * SPDX-License-Identifier: MIT
 *
 * Hashes are FNV-1a, 64 bits, over the weights as little-endian integers. They were written down
 * from the portable kernels on x86-64; every instruction set, both byte orders and any order of
 * tasks have to reproduce them. A change of one of them is a change of results for users: it needs
 * a reason, an entry in NEWS.md, and the hash that a failing test shows.
 */
#include "steps.h"

enum {
    TENSORS = 3,
    STEPS = 5
};

static const uint64_t counts[TENSORS] = {2483, 500, 17};
static const notch_gradient_type types[TENSORS] = {NOTCH_GRADIENT_F32, NOTCH_GRADIENT_I32,
                                                   NOTCH_GRADIENT_U32};
static const uint32_t widths[] = {1, 2, 4, 8, 16};

/* Scope, rate, smoothing and inflation vary with the width, so that all occur. */
static const notch_scope scopes[] = {NOTCH_SCOPE_LAYER, NOTCH_SCOPE_GLOBAL, NOTCH_SCOPE_LAYER,
                                     NOTCH_SCOPE_GLOBAL, NOTCH_SCOPE_LAYER};
static const uint64_t rates[] = {STEPS_ONE / 50, STEPS_ONE / 3, STEPS_ONE, STEPS_ONE / 40,
                                 25 * STEPS_ONE};

static float floats[2483];
static int32_t integers[500];

typedef struct golden_case {
    notch_rule rule;
    notch_sampler sampler;
    notch_mode mode;
    uint64_t hashes[5]; /* by width */
} golden_case;

#define ZIM NOTCH_RULE_ZIM
#define SR NOTCH_RULE_SR
#define SIGN NOTCH_RULE_SIGN
#define MULTINOMIAL NOTCH_SAMPLER_MULTINOMIAL
#define RESIDUAL NOTCH_SAMPLER_RESIDUAL
#define STRATIFIED NOTCH_SAMPLER_STRATIFIED
#define SYSTEMATIC NOTCH_SAMPLER_SYSTEMATIC
#define UNBIASED NOTCH_MODE_UNBIASED
#define NORMALISED NOTCH_MODE_NORMALISED
#define PAPER NOTCH_MODE_PAPER

static const golden_case cases[] = {
    {ZIM,
     MULTINOMIAL,
     UNBIASED,
     {0xbc7f48144a5068eb, 0xff7ad11d51e1014a, 0x2d6222b4a660338b, 0xf9bfb83ed397d3da,
      0xda9d0603f484a216}},
    {ZIM,
     RESIDUAL,
     UNBIASED,
     {0x17cfa95440b164df, 0xd5ea3571e26f5c8b, 0x8f5d91d13baff7e1, 0x4d54e6b18851a89f,
      0xabeafe6140e6e5ff}},
    {ZIM,
     STRATIFIED,
     UNBIASED,
     {0x1a4678b87b80eec7, 0x2f3289c8a62c8b67, 0xd602376578b0cd0b, 0x1bd7967f82daa06b,
      0x3e0631fdf6a2327a}},
    {ZIM,
     SYSTEMATIC,
     UNBIASED,
     {0x375877c270f5cf67, 0xecf19fa1357c5172, 0xc2751a42b50e4baa, 0xde5c096cb75a4c70,
      0x998e81640b102ca8}},
    {SR,
     STRATIFIED,
     UNBIASED,
     {0x896ba481c6958f21, 0x1f1a1020fa1434ce, 0x812527974ba32162, 0x8eb691e36db3cdbd,
      0x04a5f6548808c198}},
    {SIGN,
     STRATIFIED,
     UNBIASED,
     {0x2388ba0bdcd3842b, 0x5875984c61e2ff0d, 0x2c96eee6c492228a, 0x09f82860bd969011,
      0xc16a8190f3e0a840}},
    {ZIM,
     MULTINOMIAL,
     NORMALISED,
     {0x8a66c9c5a150189f, 0x3a105757133b7fbb, 0x0cc9471f7fc44839, 0x6cf4d54363462504,
      0xeb0953226c11cc13}},
    {ZIM,
     RESIDUAL,
     NORMALISED,
     {0x8a66c9c5a150189f, 0x29a78a3ea4b8f665, 0x7e14adcb3dada1d1, 0x0536057fc9041286,
      0x150630319a12033d}},
    {ZIM,
     STRATIFIED,
     NORMALISED,
     {0xd8ed56a27f069063, 0xc2eea40afa7e9eb9, 0xc615cf76f30ba707, 0xb785c29c62feaa5b,
      0x916fcf9056775d6f}},
    {ZIM,
     SYSTEMATIC,
     NORMALISED,
     {0xd732b584b3a16329, 0x10d172a23bcfebcb, 0x7ba94ea5df98f800, 0x32a46ccdd23787ed,
      0x73237c2bfa3846bb}},
    {SR,
     STRATIFIED,
     NORMALISED,
     {0x5ecea5b2c7d0c317, 0xb8475dc3c81e41de, 0xed5d35f07c9c0c65, 0x6a1befea469a7731,
      0x0e13ca6336db8dce}},
    {SIGN,
     STRATIFIED,
     NORMALISED,
     {0x2388ba0bdcd3842b, 0x5875984c61e2ff0d, 0x2c96eee6c492228a, 0x09f82860bd969011,
      0xc16a8190f3e0a840}},
    {ZIM,
     MULTINOMIAL,
     PAPER,
     {0xed40ec84656a3e87, 0xd1cd5d98414b1b21, 0xfcd653bbb8f60ea7, 0xc8d4645d14632d32,
      0xa58dc88c7ad5fe99}},
    {SR,
     STRATIFIED,
     PAPER,
     {0x3a33329171a441f1, 0xddc543d4ff438581, 0x4e5eb9da790b2e59, 0x28722b773f7a9fcc,
      0xbd0c094ec4465cc5}},
    {SIGN,
     STRATIFIED,
     PAPER,
     {0x3dd7e315bff75161, 0x5725c4ecc146bb26, 0x33997c28ea47f0e2, 0xafac63e3bd4bda4f,
      0xbbf2455584e1c191}},
};

/* The initialisation of mode paper, of all widths but 1. */
static const uint64_t initial_hashes[5] = {0, 0xd6bf90ee375e0415, 0x722fd6f6b0270aa7,
                                           0xf7eeef6b90c2e17a, 0xba78bbd7924f7c70};

enum {
    CASES = sizeof cases / sizeof cases[0]
};

static void make_tensors(notch_parameter *tensors, uint32_t bits)
{
    for (uint64_t p = 0; p < TENSORS; p++) {
        const void *values = p == 0 ? (const void *)floats : integers;
        tensors[p] = tensor_of("t", bits, types[p], values, counts[p]);
        tensors[p].gradient.exponent = -20;
        tensors[p].dimensions = (uint32_t)p + 1;
        fill_weights(&tensors[p], p);
    }
}

/* Norms differ: those of the third step and the fourth are far below the mean of the first two, to
 * which mode unbiased calibrates, and the last one is above it. */
static void make_gradients(uint64_t seed)
{
    static const uint32_t octaves[] = {4, 6, 12, 8, 2};
    fill_floats(floats, counts[0], octaves[seed % 5], seed);
    fill_integers(integers, counts[1], seed % 5 == 2 ? 16 : 20, seed + 100);
}

static uint64_t outcome_of(const golden_case *c, int width, const notch_runtime *runtime)
{
    notch_parameter tensors[TENSORS];
    notch_calibration calibration[TENSORS];
    memset(calibration, 0, sizeof calibration);
    make_tensors(tensors, widths[width]);
    steps step = {.options = options_of(c->sampler),
                  .parameters = tensors,
                  .parameter_count = TENSORS,
                  .trials_per_parameter = rates[width],
                  .runtime = runtime,
                  .calibration = calibration};
    step.options.rule = c->rule;
    step.options.mode = c->mode;
    step.options.scope = scopes[width];
    step.options.calibration_steps = 2;
    if (width == 1 && c->mode != NOTCH_MODE_PAPER) {
        step.options.smoothing = (notch_scaled){3, -6};
    }
    if (width == 2 || width == 4) {
        step.options.inflation = NOTCH_INFLATION_VECTOR;
    }
    if (width == 4 && c->mode == NOTCH_MODE_UNBIASED) {
        step.options.scale = (notch_scaled){400, 0};
    }
    for (uint32_t k = 0; k < STEPS; k++) {
        step.key = (notch_key){UINT64_C(0x1234567890abcdef), k, 1000};
        make_gradients(k);
        (void)run_step(&step);
    }
    const uint64_t hash = hash_weights(tensors, TENSORS);
    forget_memory();
    return hash;
}

static void check_case(const golden_case *c)
{
    for (int width = 0; width < 5; width++) {
        FOR_EACH_ISA(isa)
        {
            for (int e = 0; e < 2; e++) {
                const notch_runtime runtime = {isa, e == 0 ? NULL : &steps_backwards};
                const uint64_t hash = outcome_of(c, width, &runtime);
                if (hash != c->hashes[width]) {
                    TEST_FAIL("%s: %s, %s, %s, %u bits: 0x%016" PRIx64 ", expected 0x%016" PRIx64,
                              notch_isa_name(isa), notch_rule_name(c->rule),
                              notch_sampler_name(c->sampler), notch_mode_name(c->mode),
                              widths[width], hash, c->hashes[width]);
                }
            }
        }
    }
}

static void check_mode(notch_mode mode)
{
    for (int c = 0; c < CASES; c++) {
        if (cases[c].mode == mode) {
            check_case(&cases[c]);
        }
    }
}

TEST(unbiased)
{
    check_mode(NOTCH_MODE_UNBIASED);
}

TEST(normalised)
{
    check_mode(NOTCH_MODE_NORMALISED);
}

TEST(paper)
{
    check_mode(NOTCH_MODE_PAPER);
}

TEST(initialisation)
{
    for (int width = 1; width < 5; width++) {
        FOR_EACH_ISA(isa)
        {
            const notch_runtime runtime = {isa, NULL};
            notch_parameter tensors[TENSORS];
            make_gradients(50);
            make_tensors(tensors, widths[width]);
            const steps step = {.parameters = tensors,
                                .parameter_count = TENSORS,
                                .key = {UINT64_C(0xfedcba0987654321), 7, 70},
                                .runtime = &runtime,
                                .initialise = true};
            (void)run_step(&step);
            const uint64_t hash = hash_weights(tensors, TENSORS);
            if (hash != initial_hashes[width]) {
                TEST_FAIL("%s: %u bits: 0x%016" PRIx64 ", expected 0x%016" PRIx64,
                          notch_isa_name(isa), widths[width], hash, initial_hashes[width]);
            }
            forget_memory();
        }
    }
}

/* A difference here is one of the test's own inputs, not of the library. */
TEST(inputs_are_those_of_the_hashes)
{
    make_gradients(0);
    uint64_t hash = hash_start;
    for (uint64_t i = 0; i < counts[0]; i++) {
        uint32_t bits;
        memcpy(&bits, &floats[i], sizeof bits);
        hash = hash_integer(hash, bits, 4);
    }
    for (uint64_t i = 0; i < counts[1]; i++) {
        hash = hash_integer(hash, (uint64_t)integers[i], 4);
    }
    CHECK_EQUAL_U64(hash, 0xbfef5292d908ad49);
}

TEST_MAIN(RUN(inputs_are_those_of_the_hashes), RUN(unbiased), RUN(normalised), RUN(paper),
          RUN(initialisation))
