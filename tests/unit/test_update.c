/* test_update.c - steps: clamping, counters, groups, modes, calibration, streams, rules of users.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "steps.h"

enum {
    MOST = 5000
};

static float floats[3 * MOST];
static int32_t integers[MOST];
static seen found;

/* ------------------------------------------------------------------------------------------------
 * Weights and their lattice
 * --------------------------------------------------------------------------------------------- */

/* The rule whose update is a table: number i for element i of the group. */
static void read_table(const void *options, const notch_rule_block *block, int32_t *updates)
{
    memcpy(updates, (const int32_t *)options + block->index, block->count * sizeof updates[0]);
}

static steps table_step(notch_parameter *tensors, uint64_t count, const int32_t *table)
{
    return (steps){.options = {.rule = NOTCH_RULE_USER,
                               .mode = NOTCH_MODE_NORMALISED,
                               .scope = NOTCH_SCOPE_GLOBAL,
                               .user_rule = read_table,
                               .user_options = table},
                   .parameters = tensors,
                   .parameter_count = count,
                   .trials_per_parameter = STEPS_ONE};
}

/* Up to 64 weights of the lattice: all if there are so few, else those at the bounds, around zero
 * and around powers of two. */
static int points_of(const notch_lattice *lattice, int32_t *points)
{
    int count = 0;
    const int32_t range = lattice->maximum - lattice->minimum;
    for (int32_t w = lattice->minimum; w <= lattice->maximum; w += lattice->spacing) {
        const int32_t size = w < 0 ? -w : w, low = w - lattice->minimum,
                      high = lattice->maximum - w;
        const bool is_power = (size & (size - 1)) == 0 || (size & (size + 1)) == 0;
        if (range <= 14 || is_power || low < 4 || high < 4) {
            CHECK(count < 80);
            points[count++] = w;
        }
    }
    return count;
}

static const int32_t some_updates[] = {0,
                                       1,
                                       2,
                                       3,
                                       5,
                                       6,
                                       7,
                                       8,
                                       13,
                                       14,
                                       15,
                                       16,
                                       63,
                                       126,
                                       127,
                                       128,
                                       253,
                                       254,
                                       255,
                                       256,
                                       257,
                                       32766,
                                       32767,
                                       32768,
                                       65533,
                                       65534,
                                       65535,
                                       65536,
                                       1 << 24,
                                       1 << 30,
                                       -1,
                                       -2,
                                       -3,
                                       -5,
                                       -6,
                                       -7,
                                       -8,
                                       -13,
                                       -14,
                                       -15,
                                       -16,
                                       -63,
                                       -126,
                                       -127,
                                       -128,
                                       -253,
                                       -254,
                                       -255,
                                       -256,
                                       -257,
                                       -32766,
                                       -32767,
                                       -32768,
                                       -65533,
                                       -65534,
                                       -65535,
                                       -65536,
                                       -(1 << 24),
                                       -(1 << 30),
                                       INT32_MAX,
                                       INT32_MAX - 1,
                                       INT32_MIN,
                                       INT32_MIN + 1};

enum {
    SOME_UPDATES = sizeof some_updates / sizeof some_updates[0]
};

/* Every weight with every update. 64 bits hold what the lattice would have to. */
TEST(steps_are_clamped_to_the_lattice)
{
    static const uint32_t widths[] = {1, 2, 4, 8, 16};
    static int32_t updates[80 * SOME_UPDATES], before[80 * SOME_UPDATES];
    for (int w = 0; w < 5; w++) {
        const notch_lattice lattice = lattice_of(widths[w]);
        int32_t points[80];
        const int point_count = points_of(&lattice, points);
        uint64_t count = 0;
        for (int p = 0; p < point_count; p++) {
            for (int u = 0; u < SOME_UPDATES; u++) {
                before[count] = points[p];
                updates[count++] = some_updates[u];
            }
        }
        memset(integers, 1, sizeof integers);
        CHECK(count <= MOST);
        notch_parameter tensor = tensor_of("t", widths[w], NOTCH_GRADIENT_I32, integers, count);
        FOR_EACH_ISA(isa)
        {
            const notch_runtime runtime = {isa, NULL};
            steps step = table_step(&tensor, 1, updates);
            step.runtime = &runtime;
            for (uint64_t i = 0; i < count; i++) {
                set_weight(&tensor, i, before[i]);
            }
            const notch_update_report report = run_step(&step);
            uint64_t moved = 0, saturated = 0;
            for (uint64_t i = 0; i < count; i++) {
                const int64_t wanted = before[i] - (int64_t)lattice.spacing * updates[i];
                const int64_t low = lattice.minimum, high = lattice.maximum;
                const int64_t expected = wanted < low ? low : wanted > high ? high : wanted;
                NOTE("%s: %u bits, %d - %d * %d", notch_isa_name(isa), widths[w], before[i],
                     lattice.spacing, updates[i]);
                CHECK_EQUAL_I64(weight_at(&tensor, i), expected);
                moved += expected != before[i];
                saturated += expected != wanted;
            }
            CHECK_EQUAL_U64(report.moved, moved);
            CHECK_EQUAL_U64(report.saturated, saturated);
            CHECK_EQUAL_U64(report.groups, 1);
            CHECK_EQUAL_U64(report.zero_groups, 0);
            CHECK_EQUAL_U64(report.exceeded_groups, 0);
            CHECK_EQUAL_U64(report.trials, count);
        }
        forget_memory();
    }
}

/* Lattices of all widths in one step, tensors that end inside of blocks: each element has its own
 * update, whoever works on it. */
TEST(tensors_of_odd_sizes_keep_their_elements_apart)
{
    static const uint64_t counts[] = {2049, 1, 4097, 17, 2048, 2047, 3};
    static const uint32_t widths[] = {8, 1, 16, 2, 4, 16, 8};
    static int32_t table[12000], before[12000];
    notch_parameter tensors[7];
    uint64_t state = 3, total = 0;
    memset(integers, 1, sizeof integers);
    for (int p = 0; p < 7; p++) {
        tensors[p] = tensor_of("t", widths[p], NOTCH_GRADIENT_I32, integers, counts[p]);
        total += counts[p];
    }
    for (uint64_t i = 0; i < total; i++) {
        table[i] = (int32_t)(scramble(&state) % 21) - 10;
    }
    FOR_EACH_ISA(isa)
    {
        for (int e = 0; e < 2; e++) {
            const notch_runtime runtime = {isa, e == 0 ? NULL : &steps_backwards};
            steps step = table_step(tensors, 7, table);
            uint64_t at = 0, moved = 0, saturated = 0;
            step.runtime = &runtime;
            for (int p = 0; p < 7; p++) {
                fill_weights(&tensors[p], 11 + (uint64_t)p);
                for (uint64_t i = 0; i < counts[p]; i++) {
                    before[at++] = weight_at(&tensors[p], i);
                }
            }
            const notch_update_report report = run_step(&step);
            at = 0;
            for (int p = 0; p < 7; p++) {
                const notch_lattice *lattice = &tensors[p].lattice;
                for (uint64_t i = 0; i < counts[p]; i++, at++) {
                    const int32_t wanted = before[at] - lattice->spacing * table[at];
                    const int32_t expected = wanted < lattice->minimum   ? lattice->minimum
                                             : wanted > lattice->maximum ? lattice->maximum
                                                                         : wanted;
                    NOTE("%s: element %d of tensor %d", notch_isa_name(isa), (int)i, p);
                    CHECK_EQUAL_I64(weight_at(&tensors[p], i), expected);
                    moved += expected != before[at];
                    saturated += expected != wanted;
                }
            }
            CHECK_EQUAL_U64(report.moved, moved);
            CHECK_EQUAL_U64(report.saturated, saturated);
        }
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Rules and their variants
 * --------------------------------------------------------------------------------------------- */

/* All that can be combined of rules, samplers and inflations: `number` from 0 to VARIANTS - 1. */
enum {
    VARIANTS = 10
};

static notch_update_options variant_of(int number)
{
    notch_update_options options = notch_update_options_default();
    options.mode = NOTCH_MODE_NORMALISED;
    options.rule = number < 8 ? NOTCH_RULE_ZIM : number == 8 ? NOTCH_RULE_SR : NOTCH_RULE_SIGN;
    options.sampler = (notch_sampler)(number % 4);
    options.inflation = number < 4 ? NOTCH_INFLATION_TRIAL : NOTCH_INFLATION_VECTOR;
    return options;
}

/* Modes in the same way; the scale and the smoothing are those of integers of a few thousand. */
enum {
    MODES = 6
};

static bool set_mode(notch_update_options *options, int number)
{
    static const notch_mode modes[MODES] = {NOTCH_MODE_NORMALISED, NOTCH_MODE_NORMALISED,
                                            NOTCH_MODE_UNBIASED,   NOTCH_MODE_UNBIASED,
                                            NOTCH_MODE_UNBIASED,   NOTCH_MODE_PAPER};
    options->mode = modes[number];
    options->smoothing = number == 1 || number == 3 ? (notch_scaled){300, 0} : (notch_scaled){0, 0};
    options->scale = number == 2 || number == 3 ? (notch_scaled){1, 25} : (notch_scaled){0, 0};
    return options->mode != NOTCH_MODE_PAPER || options->rule != NOTCH_RULE_ZIM ||
           options->sampler == NOTCH_SAMPLER_MULTINOMIAL;
}

static void note_variant(const notch_update_options *options)
{
    NOTE("rule %s, mode %s, scope %s, sampler %s, inflation %s%s%s", notch_rule_name(options->rule),
         notch_mode_name(options->mode), notch_scope_name(options->scope),
         notch_sampler_name(options->sampler), notch_inflation_name(options->inflation),
         options->smoothing.mantissa != 0 ? ", smoothing" : "",
         options->scale.mantissa != 0 ? ", scale" : "");
}

static uint64_t rounded(uint64_t trials_per_parameter, uint64_t parameters)
{
    uint64_t trials = 0;
    CHECK_EQUAL_I64(notch_schedule_trials(trials_per_parameter, parameters, &trials, NULL),
                    NOTCH_OK);
    return trials;
}

/* ------------------------------------------------------------------------------------------------
 * Zero gradients
 * --------------------------------------------------------------------------------------------- */

TEST(a_zero_gradient_moves_nothing)
{
    static const int32_t zeros[3000];
    for (int i = 0; i < 3000; i++) {
        floats[i] = float_of(i % 2 == 0 ? 0 : 0x80000000); /* zeros of either sign */
    }
    notch_parameter tensors[] = {tensor_of("floats", 8, NOTCH_GRADIENT_F32, floats, 3000),
                                 tensor_of("signed", 16, NOTCH_GRADIENT_I32, zeros, 2100),
                                 tensor_of("masses", 1, NOTCH_GRADIENT_U32, zeros, 5)};
    for (uint64_t p = 0; p < 3; p++) {
        fill_weights(&tensors[p], p);
    }
    const uint64_t before = hash_weights(tensors, 3);
    for (int c = 0; c < VARIANTS * (MODES + 1) * 2; c++) {
        notch_calibration calibration[3];
        memset(calibration, 0, sizeof calibration);
        steps step = {.options = variant_of(c % VARIANTS),
                      .parameters = tensors,
                      .parameter_count = 3,
                      .key = {1, (uint32_t)c, 0},
                      .calibration = calibration};
        const int mode = c / VARIANTS % (MODES + 1);
        if (!set_mode(&step.options, mode < MODES ? mode : 3)) {
            continue;
        }
        if (mode == MODES) { /* a scale below the mass that smoothing gives: still no step ran */
            step.options.scale = (notch_scaled){1, 0};
        }
        step.options.scope = (notch_scope)(c / VARIANTS / (MODES + 1));
        const bool layer = step.options.scope == NOTCH_SCOPE_LAYER;
        for (int sparse = 0; sparse < 2; sparse++) {
            note_variant(&step.options);
            step.trials_per_parameter = sparse != 0 ? STEPS_ONE / 50 : 3 * STEPS_ONE;
            const uint64_t rate =
                step.options.mode == NOTCH_MODE_PAPER ? STEPS_ONE : step.trials_per_parameter;
            const notch_update_report report = run_step(&step);
            CHECK_EQUAL_U64(hash_weights(tensors, 3), before);
            CHECK_EQUAL_U64(report.trials,
                            layer ? rounded(rate, 3000) + rounded(rate, 2100) + rounded(rate, 5)
                                  : rounded(rate, 5105));
            CHECK_EQUAL_U64(report.moved, 0);
            CHECK_EQUAL_U64(report.saturated, 0);
            CHECK_EQUAL_U64(report.groups, layer ? 3 : 1);
            CHECK_EQUAL_U64(report.zero_groups, report.groups);
            CHECK_EQUAL_U64(report.exceeded_groups, 0);
            for (int g = 0; g < 3; g++) {
                CHECK(calibration[g].steps == 0 && calibration[g].exceeded == 0);
            }
        }
    }
    forget_memory();
}

/* Elements without a gradient hold mass where there is smoothing, and do not move either. */
TEST(elements_with_zero_gradient_never_move)
{
    static int32_t zeros[700];
    fill_integers(integers, MOST, 14, 5);
    fill_floats(floats, MOST, 20, 6);
    for (int i = 0; i < MOST; i++) {
        floats[i] *= 1024; /* next to the smoothing of set_mode */
    }
    notch_parameter tensors[] = {tensor_of("floats", 16, NOTCH_GRADIENT_F32, floats, MOST),
                                 tensor_of("zeros", 16, NOTCH_GRADIENT_I32, zeros, 700),
                                 tensor_of("signed", 16, NOTCH_GRADIENT_I32, integers, MOST),
                                 tensor_of("masses", 16, NOTCH_GRADIENT_U32, integers, 60)};
    for (int c = 0; c < VARIANTS * MODES * 2; c++) {
        notch_calibration calibration[4];
        memset(calibration, 0, sizeof calibration);
        steps step = {.options = variant_of(c % VARIANTS),
                      .parameters = tensors,
                      .parameter_count = 4,
                      .key = {2, (uint32_t)c, 0},
                      .calibration = calibration};
        if (!set_mode(&step.options, c / VARIANTS % MODES)) {
            continue;
        }
        step.options.scope = (notch_scope)(c / VARIANTS / MODES);
        for (int sparse = 0; sparse < 2; sparse++) {
            note_variant(&step.options);
            step.trials_per_parameter = sparse != 0 ? STEPS_ONE / 40 : 3 * STEPS_ONE;
            for (uint64_t p = 0; p < 4; p++) {
                memset(tensors[p].weights, 0, tensors[p].gradient.count * 2);
            }
            const notch_update_report report = run_step(&step);
            uint64_t moved = 0;
            for (uint64_t p = 0; p < 4; p++) {
                const notch_gradient *g = &tensors[p].gradient;
                for (uint64_t i = 0; i < g->count; i++) {
                    const int32_t u = -weight_at(&tensors[p], i);
                    const int sign =
                        g->type == NOTCH_GRADIENT_F32      ? (floats[i] > 0) - (floats[i] < 0)
                        : g->values == (const void *)zeros ? 0
                        : g->type == NOTCH_GRADIENT_U32    ? integers[i] != 0
                                                           : (integers[i] > 0) - (integers[i] < 0);
                    CHECK(u == 0 || (sign != 0 && (u > 0) == (sign > 0)));
                    moved += u != 0;
                }
            }
            CHECK_EQUAL_U64(report.moved, moved);
            const bool layer = step.options.scope == NOTCH_SCOPE_LAYER;
            const uint64_t rate =
                step.options.mode == NOTCH_MODE_PAPER ? STEPS_ONE : step.trials_per_parameter;
            CHECK_EQUAL_U64(report.trials,
                            layer ? 2 * rounded(rate, MOST) + rounded(rate, 700) + rounded(rate, 60)
                                  : rounded(rate, 2 * MOST + 760));
            CHECK_EQUAL_U64(report.zero_groups, layer ? 1 : 0);
        }
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Trials and groups
 * --------------------------------------------------------------------------------------------- */

/* Sum of |w|, the weights having been 0. */
static uint64_t distance_of(const notch_parameter *tensor)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < tensor->gradient.count; i++) {
        const int32_t w = weight_at(tensor, i);
        sum += (uint64_t)(w < 0 ? -w : w);
    }
    return sum;
}

/* Normalised and without smoothing every trial moves a weight by a notch, in the group it is of. */
TEST(every_trial_moves_a_weight_of_its_group)
{
    static const uint64_t rates[] = {0,
                                     1,
                                     STEPS_ONE / 97,
                                     STEPS_ONE / 20,
                                     STEPS_ONE / 3,
                                     STEPS_ONE,
                                     1 + 3 * STEPS_ONE / 2,
                                     40 * STEPS_ONE};
    static const uint64_t counts[] = {4999, 1, 2051};
    fill_floats(floats, 3 * MOST, 12, 7);
    floats[MOST] = 1;
    notch_parameter tensors[3];
    for (int p = 0; p < 3; p++) {
        tensors[p] = tensor_of("t", 16, NOTCH_GRADIENT_F32, floats + p * MOST, counts[p]);
    }
    for (int c = 0; c < 4 * 8 * 2; c++) {
        steps step = {.options = options_of((notch_sampler)(c % 4)),
                      .parameters = tensors,
                      .parameter_count = 3,
                      .trials_per_parameter = rates[c / 4 % 8],
                      .key = {3, (uint32_t)c, 0}};
        step.options.scope = (notch_scope)(c / 32);
        note_variant(&step.options);
        uint64_t trials = 0, distance = 0;
        for (int p = 0; p < 3; p++) {
            memset(tensors[p].weights, 0, counts[p] * 2);
        }
        const notch_update_report report = run_step(&step);
        for (int p = 0; p < 3; p++) {
            const uint64_t own = rounded(step.trials_per_parameter, counts[p]);
            if (step.options.scope == NOTCH_SCOPE_LAYER) {
                CHECK_EQUAL_U64(distance_of(&tensors[p]), own);
            }
            trials += own;
            distance += distance_of(&tensors[p]);
        }
        if (step.options.scope == NOTCH_SCOPE_GLOBAL) {
            trials = rounded(step.trials_per_parameter, counts[0] + counts[1] + counts[2]);
        }
        CHECK_EQUAL_U64(distance, trials);
        CHECK_EQUAL_U64(report.trials, trials);
        CHECK_EQUAL_U64(report.groups, step.options.scope == NOTCH_SCOPE_LAYER ? 3 : 1);
        CHECK_EQUAL_U64(report.zero_groups, 0);
        CHECK_EQUAL_U64(report.saturated, 0);
        CHECK_EQUAL_U64(notch_update_groups(&step.options, 3), report.groups);
    }
    forget_memory();
}

/* How far |u_i| may be from lambda_i: the samplers and rules that bound it. */
static void check_bounds(const steps *s, const long double *lambdas)
{
    const notch_update_options *options = &s->options;
    const bool wide =
        options->rule == NOTCH_RULE_ZIM && options->sampler != NOTCH_SAMPLER_SYSTEMATIC;
    /* Masses are off by 2^-31 of the largest and positions by 2^-31, times less than 2^20
     * trials. */
    const long double slack = 0x1p-10L, below = wide ? 2 : 1;
    uint64_t at = 0;
    for (uint64_t p = 0; p < s->parameter_count; p++) {
        for (uint64_t i = 0; i < s->parameters[p].gradient.count; i++, at++) {
            const int32_t w = weight_at(&s->parameters[p], i);
            const long double count = w < 0 ? -w : w, lambda = lambdas[at];
            const bool residual =
                options->rule == NOTCH_RULE_ZIM && options->sampler == NOTCH_SAMPLER_RESIDUAL;
            const bool good =
                residual ? count > lambda - 1 - slack : fabsl(count - lambda) < below + slack;
            if (!good) {
                TEST_FAIL("element %d: moved by %d, lambda %.3Lf", (int)at, w, lambda);
            }
        }
    }
}

/* Residual counts are at least floor(lambda), stratified ones less than 2 from lambda, systematic
 * and rounded ones less than 1: so lambda = n |g| / Z, with n and Z of the group, can be read off a
 * single step. Tensors differ in scale by 2^6, so that scopes differ, and Z is a third or three
 * times the norm. */
TEST(expected_counts_are_those_of_mode_and_scope)
{
    static const uint64_t counts[] = {2500, 1100, 333};
    static long double lambdas[3933], magnitudes[3933];
    fill_floats(floats, 3933, 3, 8);
    notch_parameter tensors[3];
    uint64_t first = 0;
    for (int p = 0; p < 3; p++) {
        tensors[p] = tensor_of("t", 16, NOTCH_GRADIENT_F32, floats + first, counts[p]);
        for (uint64_t i = first; i < first + counts[p]; i++) {
            floats[i] = ldexpf(floats[i], 3 - 3 * p);
            magnitudes[i] = fabsl((long double)floats[i]);
        }
        first += counts[p];
    }
    for (int c = 0; c < 5 * 3 * 2 * 2; c++) {
        const int rule = c % 5, scale = c / 5 % 3;
        /* residual, stratified, systematic, sr, sign */
        steps step = {.options = variant_of(rule < 3 ? rule + 1 : rule + 5),
                      .parameters = tensors,
                      .parameter_count = 3,
                      .trials_per_parameter =
                          c / 30 == 0 ? 20 * STEPS_ONE + STEPS_ONE / 3 : STEPS_ONE / 30,
                      .key = {4, (uint32_t)c, 0}};
        step.options.scope = (notch_scope)(c / 15 % 2);
        const bool layer = step.options.scope == NOTCH_SCOPE_LAYER;
        long double exceeding = 0, given = 0;
        if (scale != 0) {
            /* about a third of, or three times, the first tensor's norm */
            long double norm = 0;
            for (uint64_t i = 0; i < counts[0]; i++) {
                norm += magnitudes[i];
            }
            step.options.mode = NOTCH_MODE_UNBIASED;
            step.options.scale =
                (notch_scaled){(uint64_t)(norm * 0x1p20L) * (scale == 1 ? 1 : 9), -20};
            step.options.scale.mantissa /= 3;
            given = ldexpl((long double)step.options.scale.mantissa, -20);
        }
        first = 0;
        for (int p = 0; p < 3; p++) {
            uint64_t low = layer ? first : 0, high = layer ? first + counts[p] : 3933;
            long double norm = 0;
            for (uint64_t i = low; i < high; i++) {
                norm += magnitudes[i];
            }
            const long double trials = (long double)rounded(step.trials_per_parameter, high - low);
            const long double total = given > norm ? given : norm;
            exceeding += given != 0 && given < norm;
            for (uint64_t i = first; i < first + counts[p]; i++) {
                lambdas[i] = trials * magnitudes[i] / total;
                if (step.options.rule == NOTCH_RULE_SIGN) {
                    lambdas[i] = magnitudes[i] == 0 ? 0 : trials / (long double)(high - low);
                }
            }
            first += counts[p];
            memset(tensors[p].weights, 0, counts[p] * 2);
        }
        note_variant(&step.options);
        const notch_update_report report = run_step(&step);
        CHECK_EQUAL_U64(report.exceeded_groups, (uint64_t)(layer ? exceeding : exceeding / 3));
        check_bounds(&step, lambdas);
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * The sampler's counts are the update
 * --------------------------------------------------------------------------------------------- */

/* u_i = sign(g_i) X_i with X what notch_sample draws from the masses |g_i| under the group's key,
 * whether the step looks at all masses or only at a few. */
TEST(zim_draws_what_the_sampler_draws)
{
    static const uint64_t rates[] = {1000000,        STEPS_ONE / 100, STEPS_ONE / 17,
                                     STEPS_ONE / 16, STEPS_ONE,       45 * STEPS_ONE};
    static uint32_t masses[MOST];
    static uint64_t counts[MOST];
    fill_integers(integers, MOST, 30, 9);
    uint64_t total = 0;
    for (int i = 0; i < MOST; i++) {
        masses[i] = (uint32_t)(integers[i] < 0 ? -integers[i] : integers[i]);
        total += masses[i];
    }
    notch_parameter tensor = tensor_of("t", 16, NOTCH_GRADIENT_I32, integers, MOST);
    tensor.gradient.exponent = -40;
    const size_t bytes = notch_sample_workspace(MOST, 1);
    void *workspace = aligned_alloc(64, (bytes + 63) / 64 * 64);
    CHECK(workspace != NULL);
    for (int c = 0; c < 4 * 6 * 3; c++) {
        /* no null mass, and with it either inflation */
        const int inflation = c / 24;
        const uint64_t null_mass = inflation == 0 ? 0 : total / 3;
        steps step = {.options = options_of((notch_sampler)(c % 4)),
                      .parameters = &tensor,
                      .parameter_count = 1,
                      .trials_per_parameter = rates[c / 4 % 6],
                      .key = {5, (uint32_t)c, 77}};
        step.options.mode = inflation == 0 ? NOTCH_MODE_NORMALISED : NOTCH_MODE_UNBIASED;
        step.options.scale = (notch_scaled){inflation == 0 ? 0 : total + null_mass, -40};
        step.options.inflation = inflation == 2 ? NOTCH_INFLATION_VECTOR : NOTCH_INFLATION_TRIAL;
        const notch_sample_request request = {.sampler = step.options.sampler,
                                              .inflation = step.options.inflation,
                                              .masses = masses,
                                              .categories = MOST,
                                              .null_mass = null_mass,
                                              .trials = rounded(step.trials_per_parameter, MOST),
                                              .key = step.key};
        CHECK_EQUAL_I64(
            notch_sample(&request, &steps_portable, workspace, bytes, counts, NULL, NULL),
            NOTCH_OK);
        FOR_EACH_ISA(isa)
        {
            const notch_runtime runtime = {isa, NULL};
            step.runtime = &runtime;
            memset(tensor.weights, 0, MOST * 2);
            (void)run_step(&step);
            for (uint64_t i = 0; i < MOST; i++) {
                const int64_t count = (int64_t)counts[i];
                NOTE("%s, %s, case %d, element %d", notch_isa_name(isa),
                     notch_sampler_name(request.sampler), c, (int)i);
                CHECK_EQUAL_I64(-weight_at(&tensor, i), integers[i] < 0 ? -count : count);
            }
        }
    }
    free(workspace);
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Modes
 * --------------------------------------------------------------------------------------------- */

/* The weights that a step makes of zeros, as a hash. */
static uint64_t outcome_of(const steps *s)
{
    for (uint64_t p = 0; p < s->parameter_count; p++) {
        memset(s->parameters[p].weights, 0,
               s->parameters[p].gradient.count * s->parameters[p].lattice.bytes);
    }
    (void)run_step(s);
    return hash_weights(s->parameters, s->parameter_count);
}

/* A power of two in all gradients, and in c and Z, is none in the update. */
TEST(the_unit_of_the_gradient_does_not_matter)
{
    static float scaled[MOST];
    fill_floats(floats, MOST, 10, 10);
    fill_integers(integers, MOST, 20, 11);
    notch_parameter tensors[] = {tensor_of("floats", 8, NOTCH_GRADIENT_F32, scaled, MOST),
                                 tensor_of("signed", 8, NOTCH_GRADIENT_I32, integers, 1000)};
    for (int c = 0; c < VARIANTS * 2 * 3; c++) {
        uint64_t expected = 0;
        for (int power = -60; power <= 60; power += 40) {
            for (int i = 0; i < MOST; i++) {
                scaled[i] = ldexpf(floats[i], power);
            }
            tensors[1].gradient.exponent = power - 20;
            steps step = {.options = variant_of(c % VARIANTS),
                          .parameters = tensors,
                          .parameter_count = 2,
                          .trials_per_parameter = c % 3 == 0 ? STEPS_ONE / 30 : STEPS_ONE,
                          .key = {6, (uint32_t)c, 0}};
            step.options.scope = (notch_scope)(c / VARIANTS % 2);
            if (c / VARIANTS / 2 >= 1) {
                step.options.mode = NOTCH_MODE_UNBIASED;
                step.options.scale = (notch_scaled){5000, power};
            }
            if (c / VARIANTS / 2 == 2) {
                step.options.smoothing = (notch_scaled){3, power - 4};
            }
            note_variant(&step.options);
            const uint64_t outcome = outcome_of(&step);
            CHECK(power == -60 || outcome == expected);
            expected = outcome;
        }
    }
    forget_memory();
}

/* A gradient of `count` integers, all +-`size` but one in 5, with its norm. */
static uint64_t fill_norm(int32_t *values, uint64_t count, int32_t size)
{
    uint64_t norm = 0;
    for (uint64_t i = 0; i < count; i++) {
        values[i] = i % 5 == 0 ? 0 : i % 2 == 0 ? size : -size;
        norm += i % 5 == 0 ? 0 : (uint64_t)size;
    }
    return norm;
}

static void check_number(notch_scaled found_number, uint64_t expected)
{
    CHECK(found_number.mantissa != 0 || expected == 0);
    CHECK(found_number.exponent >= -64 && found_number.exponent < 64);
    long double value = ldexpl((long double)found_number.mantissa, found_number.exponent);
    CHECK(value == (long double)expected);
}

/* Z becomes the mean norm of the first steps that have a gradient, a Z for each group. */
TEST(calibration_is_the_mean_norm)
{
    enum {
        STEPS = 8,
        NEEDED = 4,
        GROUPS = 2
    };
    /* magnitudes by step and tensor: the second has no gradient in steps 1 and 2 */
    static const int32_t sizes[STEPS][GROUPS] = {{10, 100}, {30, 0},   {20, 0}, {44, 300},
                                                 {50, 200}, {70, 400}, {5, 7},  {90, 900}};
    static const uint64_t counts[GROUPS] = {2500, 1000};
    static int32_t second[1000];
    for (int scope = 0; scope < 2; scope++) {
        notch_parameter tensors[] = {tensor_of("a", 8, NOTCH_GRADIENT_I32, integers, counts[0]),
                                     tensor_of("b", 8, NOTCH_GRADIENT_I32, second, counts[1])};
        notch_calibration calibration[GROUPS];
        memset(calibration, 0, sizeof calibration);
        uint64_t sums[GROUPS] = {0}, scales[GROUPS] = {0}, exceeded[GROUPS] = {0};
        uint32_t taken[GROUPS] = {0};
        for (int k = 0; k < STEPS; k++) {
            const uint64_t norms[] = {fill_norm(integers, counts[0], sizes[k][0]),
                                      fill_norm(second, counts[1], sizes[k][1])};
            steps step = {.options = options_of(NOTCH_SAMPLER_STRATIFIED),
                          .parameters = tensors,
                          .parameter_count = 2,
                          .trials_per_parameter = STEPS_ONE,
                          .key = {7, (uint32_t)k, 0},
                          .calibration = calibration};
            step.options.mode = NOTCH_MODE_UNBIASED;
            step.options.scope = (notch_scope)scope;
            step.options.calibration_steps = NEEDED;
            const notch_update_report report = run_step(&step);
            uint64_t exceeded_now = 0;
            for (int g = 0; g < (scope == NOTCH_SCOPE_LAYER ? 2 : 1); g++) {
                const uint64_t norm = scope == NOTCH_SCOPE_LAYER ? norms[g] : norms[0] + norms[1];
                if (scales[g] != 0) {
                    exceeded_now += norm > scales[g];
                    exceeded[g] += norm > scales[g];
                } else if (norm != 0) {
                    sums[g] += norm;
                    if (++taken[g] == NEEDED) {
                        CHECK_EQUAL_U64(sums[g] % NEEDED, 0); /* of this test's numbers */
                        scales[g] = sums[g] / NEEDED;
                    }
                }
                NOTE("scope %d, step %d, group %d", scope, k, g);
                check_number(calibration[g].sum, sums[g]);
                check_number(calibration[g].scale, scales[g]);
                CHECK_EQUAL_U64(calibration[g].steps, taken[g]);
                CHECK_EQUAL_U64(calibration[g].exceeded, exceeded[g]);
            }
            CHECK_EQUAL_U64(report.exceeded_groups, exceeded_now);
        }
        CHECK(exceeded[0] >= 2); /* of this test's numbers */
        forget_memory();
    }
}

/* Smoothing gives mass to a zero gradient, which still is no step that had one. */
TEST(calibration_leaves_out_zero_gradients_with_smoothing)
{
    notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_I32, integers, 100);
    notch_calibration calibration = {.steps = 0};
    steps step = {.options = options_of(NOTCH_SAMPLER_STRATIFIED),
                  .parameters = &tensor,
                  .parameter_count = 1,
                  .trials_per_parameter = STEPS_ONE,
                  .calibration = &calibration};
    step.options.mode = NOTCH_MODE_UNBIASED;
    step.options.smoothing = (notch_scaled){1, 0};
    memset(integers, 0, sizeof integers);
    (void)run_step(&step);
    CHECK_EQUAL_U64(calibration.steps, 0);
    CHECK_EQUAL_U64(calibration.sum.mantissa, 0);
    forget_memory();
}

/* While it calibrates, a step is one of mode `normalised`; then it is one with the Z found as if it
 * were given, but for steps above it, which are `normalised` again. */
TEST(calibrated_steps_are_those_of_the_other_modes)
{
    for (int v = 0; v < VARIANTS; v++) {
        notch_parameter tensor = tensor_of("t", 16, NOTCH_GRADIENT_I32, integers, MOST);
        notch_calibration calibration = {.steps = 0};
        /* mean of the first three: 20 */
        static const int32_t sizes[] = {10, 20, 30, 15, 20, 21, 7};
        for (uint32_t k = 0; k < 7; k++) {
            const uint64_t norm = fill_norm(integers, MOST, sizes[k]);
            steps step = {.options = variant_of(v),
                          .parameters = &tensor,
                          .parameter_count = 1,
                          .trials_per_parameter = 2 * STEPS_ONE,
                          .key = {8, k, 0}};
            steps calibrated = step, given = step;
            const uint64_t normalised = outcome_of(&step);
            calibrated.options.mode = given.options.mode = NOTCH_MODE_UNBIASED;
            calibrated.options.calibration_steps = 3;
            calibrated.calibration = &calibration;
            given.options.scale = (notch_scaled){norm / (uint64_t)sizes[k] * 20, 0};
            const uint64_t with_scale = outcome_of(&given), outcome = outcome_of(&calibrated);
            note_variant(&calibrated.options);
            if (k < 3 || sizes[k] >= 20) {
                CHECK_EQUAL_U64(outcome, normalised);
            }
            if (k >= 3) {
                CHECK_EQUAL_U64(outcome, with_scale);
                /* the sign rule does not look at magnitudes */
                CHECK((sizes[k] >= 20 || step.options.rule == NOTCH_RULE_SIGN) ==
                      (outcome == normalised));
            }
        }
        CHECK_EQUAL_U64(calibration.exceeded, 1);
        forget_memory();
    }
}

TEST(a_given_scale_counts_what_exceeds_it)
{
    notch_parameter tensor = tensor_of("t", 16, NOTCH_GRADIENT_I32, integers, 1000);
    notch_calibration calibration = {.exceeded = 40};
    const uint64_t norm = fill_norm(integers, 1000, 12345);
    steps step = {.options = options_of(NOTCH_SAMPLER_SYSTEMATIC),
                  .parameters = &tensor,
                  .parameter_count = 1,
                  .trials_per_parameter = STEPS_ONE};
    step.options.mode = NOTCH_MODE_UNBIASED;
    step.options.scale = (notch_scaled){norm, 0};
    for (int with = 0; with < 2; with++) { /* a calibration to count in, or none */
        step.calibration = with != 0 ? &calibration : NULL;
        step.options.scale.mantissa = norm;
        CHECK_EQUAL_U64(run_step(&step).exceeded_groups, 0);
        CHECK_EQUAL_U64(calibration.exceeded, 40);
        step.options.scale.mantissa = norm - 1;
        CHECK_EQUAL_U64(run_step(&step).exceeded_groups, 1);
        CHECK_EQUAL_U64(calibration.exceeded, with != 0 ? 41 : 40);
    }
    /* nothing else of it is touched, and a given scale goes before a calibrated one */
    CHECK(calibration.steps == 0 && calibration.sum.mantissa == 0 &&
          calibration.scale.mantissa == 0);
    calibration.scale = (notch_scaled){1, 60};
    CHECK_EQUAL_U64(run_step(&step).exceeded_groups, 1);
    step.options.scale = (notch_scaled){0, 0};
    CHECK_EQUAL_U64(run_step(&step).exceeded_groups, 0);
    forget_memory();
}

TEST(other_modes_leave_the_calibration_alone)
{
    (void)fill_norm(integers, 1000, 9);
    notch_parameter tensors[] = {tensor_of("a", 8, NOTCH_GRADIENT_I32, integers, 1000),
                                 tensor_of("b", 8, NOTCH_GRADIENT_I32, integers, 10)};
    for (int mode = NOTCH_MODE_NORMALISED; mode <= NOTCH_MODE_PAPER; mode++) {
        notch_calibration calibration[2];
        for (int g = 0; g < 2; g++) {
            calibration[g] = (notch_calibration){{1, 2}, {3, 4}, 5, 6, 7};
        }
        steps step = {.options = {.mode = (notch_mode)mode},
                      .parameters = tensors,
                      .parameter_count = 2,
                      .trials_per_parameter = STEPS_ONE,
                      .calibration = calibration};
        CHECK_EQUAL_U64(run_step(&step).exceeded_groups, 0);
        for (int g = 0; g < 2; g++) {
            const notch_calibration *c = &calibration[g];
            CHECK(c->scale.mantissa == 1 && c->scale.exponent == 2 && c->sum.mantissa == 3 &&
                  c->sum.exponent == 4 && c->steps == 5 && c->moved_share == 6 && c->exceeded == 7);
        }
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Randomness
 * --------------------------------------------------------------------------------------------- */

/* Same key, same draw; any other field of the key, another draw. */
TEST(draws_differ_by_seed_step_and_stream)
{
    static const notch_key keys[] = {{9, 9, 9},
                                     {10, 9, 9},
                                     {UINT64_C(9) << 32, 9, 9},
                                     {9, 10, 9},
                                     {9, UINT32_C(9) << 24, 9},
                                     {9, 9, 10},
                                     {9, 9, UINT32_C(9) << 20}};
    fill_floats(floats, MOST, 4, 12);
    notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, MOST);
    for (int v = 0; v < VARIANTS; v++) {
        uint64_t outcomes[7];
        steps step = {.options = variant_of(v),
                      .parameters = &tensor,
                      .parameter_count = 1,
                      .trials_per_parameter = STEPS_ONE / (v % 2 == 0 ? 30 : 3)};
        note_variant(&step.options);
        for (int k = 0; k < 7; k++) {
            step.key = keys[k];
            outcomes[k] = outcome_of(&step);
            CHECK_EQUAL_U64(outcome_of(&step), outcomes[k]);
            for (int before = 0; before < k; before++) {
                CHECK(outcomes[before] != outcomes[k]);
            }
        }
    }
    forget_memory();
}

/* Group g draws from stream key.stream + g: alone under that stream it does the same. */
TEST(groups_have_streams_of_their_own)
{
    static const uint64_t counts[] = {2100, 2100, 40};
    fill_floats(floats, 2100, 4, 13);
    notch_parameter tensors[3], alone[3];
    for (int p = 0; p < 3; p++) {
        tensors[p] = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, counts[p]);
        alone[p] = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, counts[p]);
    }
    for (int v = 0; v < VARIANTS; v++) {
        /* the last three streams that there are */
        steps step = {.options = variant_of(v),
                      .parameters = tensors,
                      .parameter_count = 3,
                      .trials_per_parameter = STEPS_ONE / (v % 2 == 0 ? 30 : 3),
                      .key = {14, 15, (1u << 24) - 3}};
        note_variant(&step.options);
        (void)outcome_of(&step);
        for (uint32_t p = 0; p < 3; p++) {
            steps single = step;
            single.parameters = &alone[p];
            single.parameter_count = 1;
            single.key.stream += p;
            CHECK_EQUAL_U64(outcome_of(&single), hash_weights(&tensors[p], 1));
        }
        CHECK(hash_weights(&tensors[0], 1) != hash_weights(&tensors[1], 1));
    }
    forget_memory();
}

/* Elements draw independently of where their block ends: rule sr and sign, by element number. */
TEST(equal_elements_draw_differently)
{
    for (int i = 0; i < MOST; i++) {
        floats[i] = 1;
    }
    notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, MOST);
    for (int v = 0; v < VARIANTS; v++) {
        steps step = {.options = variant_of(v),
                      .parameters = &tensor,
                      .parameter_count = 1,
                      .trials_per_parameter = STEPS_ONE / 2,
                      .key = {16, (uint32_t)v, 0}};
        note_variant(&step.options);
        (void)outcome_of(&step);
        /* Blocks of 64 elements with chance 1/2 each repeat with probability 2^-64; systematic
         * draws are periodic by nature. */
        if (step.options.sampler == NOTCH_SAMPLER_SYSTEMATIC && v < 8) {
            continue;
        }
        for (uint64_t i = 64; i + 64 <= MOST; i += 64) {
            CHECK(memcmp(tensor.weights, (const int8_t *)tensor.weights + i, 64) != 0);
        }
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Rules of users
 * --------------------------------------------------------------------------------------------- */

TEST(a_rule_is_told_about_its_block_and_group)
{
    static const uint64_t counts[] = {4500, 1, 2048, 300};
    static const notch_gradient_type types[] = {NOTCH_GRADIENT_F32, NOTCH_GRADIENT_U32,
                                                NOTCH_GRADIENT_I32, NOTCH_GRADIENT_F32};
    fill_integers(integers, MOST, 25, 17);
    fill_floats(floats, MOST, 20, 18);
    integers[0] = 5;
    notch_parameter tensors[4];
    uint64_t all = 0;
    for (int p = 0; p < 4; p++) {
        const void *values = types[p] == NOTCH_GRADIENT_F32 ? (const void *)floats : integers;
        tensors[p] = tensor_of("t", p == 2 ? 16 : 8, types[p], values, counts[p]);
        tensors[p].gradient.exponent = -20;
        fill_weights(&tensors[p], 3);
        all += counts[p];
    }
    const uint64_t weights = hash_weights(tensors, 4);
    for (int c = 0; c < 3 * 2 * 2; c++) {
        steps step = {.options = {.mode = NOTCH_MODE_NORMALISED, .scope = (notch_scope)(c % 2)},
                      .parameters = tensors,
                      .parameter_count = 4,
                      .trials_per_parameter = STEPS_ONE / 7,
                      .key = {19, 20, 21}};
        const bool layer = step.options.scope == NOTCH_SCOPE_LAYER;
        if (c / 2 % 2 == 1) {
            step.options.smoothing = (notch_scaled){1, -3};
        }
        if (c / 4 == 1) {
            step.options.mode = NOTCH_MODE_UNBIASED;
            step.options.scale = (notch_scaled){3, 20}; /* above all norms */
        } else if (c / 4 == 2) {
            step.options.mode = NOTCH_MODE_PAPER;
            step.options.smoothing = (notch_scaled){0, 0};
        }
        const notch_update_report report = look_at_step(&step, &found);
        note_variant(&step.options);
        CHECK_EQUAL_U64(report.moved, 0);
        CHECK_EQUAL_U64(hash_weights(tensors, 4), weights);
        CHECK_EQUAL_U64(found.group_count, layer ? 4 : 1);
        CHECK_EQUAL_U64(found.block_count, 3 + 1 + 1 + 1);
        uint64_t totals[4] = {0}, index = 0;
        uint32_t b = 0;
        for (uint32_t p = 0; p < 4; p++) {
            const uint32_t g = layer ? p : 0;
            const notch_rule_group *group = &found.groups[g];
            index = layer ? 0 : index;
            for (uint64_t first = 0; first < counts[p]; first += NOTCH_BLOCK, b++) {
                const notch_rule_block *block = &found.blocks[b];
                const uint64_t left = counts[p] - first;
                uint64_t sum = 0;
                CHECK(block->group == group);
                CHECK(block->gradient == &tensors[p].gradient);
                CHECK(block->lattice == &tensors[p].lattice);
                CHECK(block->weights == (const void *)((const char *)tensors[p].weights +
                                                       first * tensors[p].lattice.bytes));
                CHECK_EQUAL_U64(block->first, first);
                CHECK_EQUAL_U64(block->index, index);
                CHECK_EQUAL_U64(block->count, left < NOTCH_BLOCK ? left : NOTCH_BLOCK);
                for (uint32_t i = 0; i < block->count; i++) {
                    sum += block->masses[i];
                }
                CHECK_EQUAL_U64(block->mass_sum, sum);
                totals[g] += block->total;
                index += block->count;
            }
        }
        for (uint32_t g = 0; g < found.group_count; g++) {
            const notch_rule_group *group = &found.groups[g];
            const uint64_t parameters = layer ? counts[g] : all;
            CHECK_EQUAL_U64(group->parameters, parameters);
            CHECK_EQUAL_U64(group->trials, step.options.mode == NOTCH_MODE_PAPER
                                               ? parameters
                                               : rounded(STEPS_ONE / 7, parameters));
            CHECK_EQUAL_U64(group->total, totals[g]);
            CHECK_EQUAL_U64(group->key.seed, 19);
            CHECK_EQUAL_U64(group->key.step, 20);
            CHECK_EQUAL_U64(group->key.stream, 21 + g);
            if (step.options.mode == NOTCH_MODE_UNBIASED) {
                /* total + null mass = Z, which is whole in units this fine */
                CHECK(group->exponent <= 20);
                CHECK_EQUAL_U64(group->total + group->null_mass, UINT64_C(3)
                                                                     << (20 - group->exponent));
                CHECK(group->null_mass != 0);
            } else {
                CHECK_EQUAL_U64(group->null_mass, 0);
            }
        }
    }
    forget_memory();
}

/* Whatever the gradient: the rule decides, zero gradients included. */
static void count_calls(const void *options, const notch_rule_block *block, int32_t *updates)
{
    uint64_t *elements = *(uint64_t *const *)options;
    *elements += block->count;
    for (uint32_t i = 0; i < block->count; i++) {
        updates[i] = (int32_t)((block->index + i) % 3) - 1;
    }
}

TEST(a_rule_sees_every_element_once)
{
    static const uint64_t counts[] = {2049, 7, 4096};
    uint64_t elements = 0, *const counter = &elements;
    fill_floats(floats, MOST, 20, 18);
    notch_parameter tensors[3];
    for (int p = 0; p < 3; p++) {
        tensors[p] = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, counts[p]);
    }
    for (int scope = 0; scope < 2; scope++) {
        for (int e = 0; e < 2; e++) {
            const notch_runtime runtime = {NOTCH_ISA_BEST, e == 0 ? NULL : &steps_backwards};
            const steps step = {.options = {.rule = NOTCH_RULE_USER,
                                            .mode = NOTCH_MODE_NORMALISED,
                                            .scope = (notch_scope)scope,
                                            .user_rule = count_calls,
                                            .user_options = &counter},
                                .parameters = tensors,
                                .parameter_count = 3,
                                .runtime = &runtime};
            elements = 0;
            for (int p = 0; p < 3; p++) {
                memset(tensors[p].weights, 0, counts[p]);
            }
            (void)run_step(&step);
            CHECK_EQUAL_U64(elements, 2049 + 7 + 4096);
            uint64_t index = 0;
            for (int p = 0; p < 3; p++) {
                index = scope == NOTCH_SCOPE_LAYER ? 0 : index;
                for (uint64_t i = 0; i < counts[p]; i++, index++) {
                    CHECK_EQUAL_I64(weight_at(&tensors[p], i), 1 - (int32_t)(index % 3));
                }
            }
        }
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Odds and ends
 * --------------------------------------------------------------------------------------------- */

TEST(the_defaults_are_documented)
{
    const notch_update_options options = notch_update_options_default();
    CHECK(options.rule == NOTCH_RULE_ZIM && options.mode == NOTCH_MODE_UNBIASED &&
          options.scope == NOTCH_SCOPE_LAYER && options.sampler == NOTCH_SAMPLER_STRATIFIED &&
          options.inflation == NOTCH_INFLATION_TRIAL);
    CHECK(options.smoothing.mantissa == 0 && options.scale.mantissa == 0);
    CHECK_EQUAL_U64(options.calibration_steps, 200);
    CHECK(options.user_rule == NULL && options.user_options == NULL);
}

TEST(report_error_and_runtime_may_be_absent)
{
    (void)fill_norm(integers, 1000, 9);
    notch_parameter tensor = tensor_of("t", 16, NOTCH_GRADIENT_I32, integers, 1000);
    const notch_update_options options = options_of(NOTCH_SAMPLER_STRATIFIED);
    const notch_key key = {1, 2, 3};
    const size_t bytes = notch_update_workspace(&tensor, 1, 1);
    void *workspace = aligned_alloc(64, (bytes + 63) / 64 * 64);
    CHECK(workspace != NULL);
    const notch_status status = notch_update_step(&options, &tensor, 1, STEPS_ONE, &key, NULL, NULL,
                                                  workspace, bytes, NULL, NULL);
    free(workspace);
    CHECK_EQUAL_I64(status, NOTCH_OK);
    CHECK_EQUAL_U64(distance_of(&tensor), 1000);
    forget_memory();
}

/* About 0.2 bytes a weight beyond 100 KiB a worker: a tenth more is still about that. */
TEST(the_workspace_is_as_small_as_documented)
{
    notch_parameter tensors[2] = {{.gradient = {.count = 1}}, {.gradient = {.count = 1}}};
    static const uint64_t counts[] = {1, 2048, 2049, 1000000, UINT64_C(1) << 31};
    for (int c = 0; c < 5; c++) {
        for (uint32_t workers = 1; workers <= 1024; workers *= 4) {
            NOTE("%" PRIu64 " weights, %u workers", counts[c], workers);
            tensors[0].gradient.count = counts[c];
            const size_t one = notch_update_workspace(tensors, 1, workers);
            CHECK(one > 0);
            CHECK(one <= counts[c] / 5 + counts[c] / 50 + workers * UINT64_C(112640) + 4096);
            CHECK(notch_update_workspace(tensors, 2, workers) > one);
            CHECK(notch_update_workspace(tensors, 1, workers + 1) > one || workers == 1024);
        }
    }
    tensors[0].gradient.count = 0;
    CHECK_EQUAL_U64(notch_update_workspace(tensors, 1, 1), 0);
    tensors[0].gradient.count = (UINT64_C(1) << 31) + 1;
    CHECK_EQUAL_U64(notch_update_workspace(tensors, 1, 1), 0);
    tensors[0].gradient.count = 1;
    tensors[1].gradient.count = 0;
    CHECK_EQUAL_U64(notch_update_workspace(tensors, 2, 1), 0);
    CHECK_EQUAL_U64(notch_update_workspace(tensors, 1, 0), 0);
    CHECK_EQUAL_U64(notch_update_workspace(tensors, 1, 1025), 0);
    CHECK_EQUAL_U64(notch_update_workspace(tensors, 0, 1), 0);
    CHECK_EQUAL_U64(notch_update_workspace(NULL, 1, 1), 0);
}

TEST_MAIN(RUN(steps_are_clamped_to_the_lattice),
          RUN(tensors_of_odd_sizes_keep_their_elements_apart), RUN(a_zero_gradient_moves_nothing),
          RUN(elements_with_zero_gradient_never_move), RUN(every_trial_moves_a_weight_of_its_group),
          RUN(expected_counts_are_those_of_mode_and_scope), RUN(zim_draws_what_the_sampler_draws),
          RUN(the_unit_of_the_gradient_does_not_matter), RUN(calibration_is_the_mean_norm),
          RUN(calibration_leaves_out_zero_gradients_with_smoothing),
          RUN(calibrated_steps_are_those_of_the_other_modes),
          RUN(a_given_scale_counts_what_exceeds_it), RUN(other_modes_leave_the_calibration_alone),
          RUN(draws_differ_by_seed_step_and_stream), RUN(groups_have_streams_of_their_own),
          RUN(equal_elements_draw_differently), RUN(a_rule_is_told_about_its_block_and_group),
          RUN(a_rule_sees_every_element_once), RUN(the_defaults_are_documented),
          RUN(report_error_and_runtime_may_be_absent), RUN(the_workspace_is_as_small_as_documented))
