/* test_update_paper.c - mode paper and the authors' initialisation: trials, probabilities, signs.
 * SPDX-License-Identifier: MIT
 */
#include "steps.h"
#include "update/budget.h"

enum {
    MOST = 5000,
    CATEGORIES = 5
};

static float floats[MOST];

static steps paper_step(notch_parameter *tensors, uint64_t count, notch_scope scope)
{
    return (steps){.options = {.mode = NOTCH_MODE_PAPER, .scope = scope},
                   .parameters = tensors,
                   .parameter_count = count,
                   .trials_per_parameter = UINT64_MAX, /* ignored */
                   .key = {1, 2, 3}};
}

/* ------------------------------------------------------------------------------------------------
 * Trials
 * --------------------------------------------------------------------------------------------- */

/* Whether root = round(count^(1/dimensions)): (2 root - 1)^k <= 2^k count < (2 root + 1)^k. For
 * count <= 2^31 and a root that is right both powers are below 2^41. */
static bool is_rounded_root(uint64_t root, uint64_t count, uint32_t dimensions)
{
    uint64_t low = 1, high = 1;
    if (root == 0 || root > count) {
        return false;
    }
    for (uint32_t k = 0; k < dimensions; k++) {
        low *= 2 * root - 1;
        high *= 2 * root + 1;
        if (high >> 62 != 0 || (k + 1 < dimensions && high >> 42 != 0)) {
            return false;
        }
    }
    return low <= count << dimensions && count << dimensions < high;
}

static void check_root(uint64_t count, uint32_t dimensions)
{
    const uint64_t root = notch_rounded_root(count, dimensions);
    NOTE("%" PRIu64 " parameters, %u dimensions", count, dimensions);
    if (!is_rounded_root(root, count, dimensions)) {
        TEST_FAIL("the root is not %" PRIu64, root);
    }
}

TEST(roots_are_rounded)
{
    for (uint32_t k = 1; k <= 8; k++) {
        for (uint64_t count = 1; count <= 2000; count++) {
            check_root(count, k);
        }
        /* perfect powers, the two ends of what is rounded to a root, and their neighbours */
        for (uint64_t root = 1; root < 50000; root += root / 8 + 1) {
            uint64_t power = 1, odd = 1;
            for (uint32_t i = 0; i < k && power >> 31 == 0; i++) {
                power *= root;
                odd *= 2 * root + 1;
            }
            if (power >> 31 != 0) {
                break;
            }
            CHECK_EQUAL_U64(notch_rounded_root(power, k), root);
            check_root(power + 1, k);
            if (power > 1) {
                check_root(power - 1, k);
            }
            CHECK_EQUAL_U64(notch_rounded_root(odd >> k, k), root); /* just below root + 1/2 */
            CHECK_EQUAL_U64(notch_rounded_root((odd >> k) + 1, k), root + 1);
        }
        check_root(UINT64_C(1) << 31, k);
        check_root((UINT64_C(1) << 31) - 1, k);
    }
}

TEST(trials_of_a_tensor)
{
    static const uint64_t counts[] = {1, 2, 3, 6, 7, 16, 81, 100, 625, 2048, 2049, 4096, MOST};
    fill_floats(floats, MOST, 3, 1);
    for (int c = 0; c < 13; c++) {
        for (uint32_t k = 1; k <= 8; k++) {
            notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, counts[c]);
            tensor.dimensions = k;
            const steps layer = paper_step(&tensor, 1, NOTCH_SCOPE_LAYER);
            const steps global = paper_step(&tensor, 1, NOTCH_SCOPE_GLOBAL);
            NOTE("%d parameters, %u dimensions", (int)counts[c], k);
            CHECK(is_rounded_root(run_step(&layer).trials, counts[c], k));
            CHECK_EQUAL_U64(run_step(&global).trials, counts[c]);
        }
        forget_memory();
    }
}

/* The convolutional network of 421,642 parameters: two convolutions of 3 x 3 and two layers. */
TEST(trials_of_the_convolutional_network)
{
    static const struct {
        uint64_t count;
        uint32_t dimensions;
        uint64_t trials;
    } layers[] = {
        {32 * 1 * 3 * 3, 4, 4}, /* 288^(1/4) = 4.12 */
        {32, 1, 32},
        {64 * 32 * 3 * 3, 4, 12}, /* 18,432^(1/4) = 11.65 */
        {64, 1, 64},
        {128 * 64 * 7 * 7, 2, 634}, /* 401,408^(1/2) = 633.57 */
        {128, 1, 128},
        {10 * 128, 2, 36}, /* 1,280^(1/2) = 35.78 */
        {10, 1, 10},
    };
    enum {
        LAYERS = sizeof layers / sizeof layers[0]
    };
    notch_parameter tensors[LAYERS];
    uint64_t expected = 0, parameters = 0;
    float *values = memory_of(401408, sizeof values[0]);
    for (uint64_t i = 0; i < 401408; i++) {
        values[i] = i % 3 == 0 ? 1 : -1;
    }
    for (int p = 0; p < LAYERS; p++) {
        tensors[p] = tensor_of("t", 16, NOTCH_GRADIENT_F32, values, layers[p].count);
        tensors[p].dimensions = layers[p].dimensions;
        const steps alone = paper_step(&tensors[p], 1, NOTCH_SCOPE_LAYER);
        NOTE("layer %d", p);
        CHECK_EQUAL_U64(run_step(&alone).trials, layers[p].trials);
        expected += layers[p].trials;
        parameters += layers[p].count;
    }
    const steps layer = paper_step(tensors, LAYERS, NOTCH_SCOPE_LAYER);
    const steps global = paper_step(tensors, LAYERS, NOTCH_SCOPE_GLOBAL);
    CHECK_EQUAL_U64(run_step(&layer).trials, expected);
    CHECK_EQUAL_U64(parameters, 421642);
    CHECK_EQUAL_U64(run_step(&global).trials, 421642);
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Probabilities
 * --------------------------------------------------------------------------------------------- */

/* Calls `visit` with every way of writing `trials` as a sum of `categories` counts. */
typedef void visitor(void *context, const uint32_t *counts);

static void for_each_outcome(uint32_t *counts, uint32_t at, uint32_t categories, uint32_t trials,
                             visitor *visit, void *context)
{
    if (at + 1 == categories) {
        counts[at] = trials;
        visit(context, counts);
        return;
    }
    for (counts[at] = 0; counts[at] <= trials; counts[at]++) {
        const uint32_t kept = counts[at];
        for_each_outcome(counts, at + 1, categories, trials - kept, visit, context);
        counts[at] = kept;
    }
}

typedef struct law {
    uint32_t categories, trials;
    const float *gradient;
    double probabilities[CATEGORIES];
    double expected[7776], observed[7776]; /* 6^5: counts that can be seen, to the base 6 */
} law;

/* Counts of elements without a gradient are not seen. */
static uint32_t cell_of(const law *l, const uint32_t *counts)
{
    uint32_t cell = 0;
    for (uint32_t i = 0; i < l->categories; i++) {
        cell = cell * 6 + (l->gradient[i] == 0 ? 0 : counts[i]);
    }
    return cell;
}

/* Multinomial: n! prod p_i^k_i / k_i!. */
static void add_probability(void *context, const uint32_t *counts)
{
    law *l = context;
    double probability = 1;
    uint32_t factor = 1;
    for (uint32_t i = 0; i < l->categories; i++) {
        for (uint32_t k = 1; k <= counts[i]; k++) {
            probability *= l->probabilities[i] * factor++ / k;
        }
    }
    l->expected[cell_of(l, counts)] += probability;
}

/* Draws of the counts against the multinomial law with p = (|g| + 1) / (sum |g| + d): Pearson's
 * statistic is exceeded with a chance of 10^-6 by a correct sampler. 20,000 draws in up to 126
 * cells: a probability that is off by 3 % is far beyond. */
static void check_law(const float *gradient, uint32_t d, notch_scope scope, uint32_t dimensions,
                      uint32_t trials, uint32_t seed)
{
    enum {
        DRAWS = 20000
    };
    static law l;
    memset(&l, 0, sizeof l);
    l.categories = d;
    l.trials = trials;
    l.gradient = gradient;
    double norm = 0;
    for (uint32_t i = 0; i < d; i++) {
        norm += fabs((double)gradient[i]);
    }
    for (uint32_t i = 0; i < d; i++) {
        l.probabilities[i] = (fabs((double)gradient[i]) + 1) / (norm + d);
    }
    uint32_t counts[CATEGORIES];
    for_each_outcome(counts, 0, d, trials, add_probability, &l);

    /* global: two tensors, so that the group is more than one of them */
    const uint32_t first = scope == NOTCH_SCOPE_GLOBAL ? 2 : d;
    notch_parameter tensors[] = {
        tensor_of("a", 16, NOTCH_GRADIENT_F32, gradient, first),
        tensor_of("b", 8, NOTCH_GRADIENT_F32, gradient + first, d - first + (first == d))};
    tensors[0].dimensions = dimensions;
    steps step = paper_step(tensors, scope == NOTCH_SCOPE_GLOBAL ? 2 : 1, scope);
    step.workspace = workspace_for(tensors, step.parameter_count);
    step.key.seed = seed;
    for (uint32_t draw = 0; draw < DRAWS; draw++) {
        step.key.step = draw;
        for (uint32_t i = 0; i < d; i++) {
            set_weight(&tensors[i >= first], i < first ? i : i - first, 0);
        }
        CHECK_EQUAL_U64(run_step(&step).trials, trials);
        for (uint32_t i = 0; i < d; i++) {
            const int32_t u = -weight_at(&tensors[i >= first], i < first ? i : i - first);
            CHECK(u == 0 || (gradient[i] > 0 && u > 0) || (gradient[i] < 0 && u < 0));
            counts[i] = (uint32_t)(u < 0 ? -u : u);
            CHECK(counts[i] <= trials);
        }
        l.observed[cell_of(&l, counts)]++;
    }
    pearson test = {0};
    double sum = 0;
    for (uint32_t cell = 0; cell < 7776; cell++) {
        sum += l.expected[cell];
        pearson_add(&test, DRAWS * l.expected[cell], l.observed[cell]);
    }
    CHECK(fabs(sum - 1) < 1e-12);
    CHECK(test.cells > 3);
    const double chance = pearson_chance(&test);
    if (!(chance > 1e-6)) {
        TEST_FAIL("chi-square %g in %g cells, chance %g", test.statistic, test.cells, chance);
    }
    forget_memory();
}

static const float small_gradient[CATEGORIES + 1] = {3e-6f, -1e-6f, 0, 2e-6f, 5e-7f};
static const float large_gradient[CATEGORIES + 1] = {5, -4.5f, 0, 6.25f, -0.0f};

TEST(probabilities_of_small_gradients)
{
    check_law(small_gradient, 5, NOTCH_SCOPE_LAYER, 1, 5, 1);
    check_law(small_gradient, 5, NOTCH_SCOPE_GLOBAL, 3, 5, 2);
}

TEST(probabilities_of_large_gradients)
{
    check_law(large_gradient, 5, NOTCH_SCOPE_LAYER, 1, 5, 3);
    check_law(large_gradient, 5, NOTCH_SCOPE_LAYER, 2, 2, 4);
    check_law(large_gradient, 5, NOTCH_SCOPE_GLOBAL, 2, 5, 5);
}

/* Zeros hold mass: with 500 of them and one element of gradient 499, a trial in two is lost. The
 * number kept of 501 is binomial with p = 500 / 1000, 6 deviations of 11.2 from its mean being
 * exceeded with probability 2 10^-9. */
TEST(zeros_hold_mass_and_stay)
{
    memset(floats, 0, 501 * sizeof floats[0]);
    floats[77] = 499;
    notch_parameter tensor = tensor_of("t", 16, NOTCH_GRADIENT_F32, floats, 501);
    const steps step = paper_step(&tensor, 1, NOTCH_SCOPE_LAYER);
    const notch_update_report report = run_step(&step);
    const int32_t u = -weight_at(&tensor, 77);
    CHECK_EQUAL_U64(report.trials, 501);
    CHECK_EQUAL_U64(report.moved, 1);
    CHECK(u > 250 - 68 && u < 251 + 68);
    set_weight(&tensor, 77, 0);
    for (uint64_t i = 0; i < 501; i++) {
        CHECK_EQUAL_I64(weight_at(&tensor, i), 0);
    }
    forget_memory();
}

/* Without null mass either inflation is the same, and a smoothing of 1 is the mode's own. */
TEST(options_that_agree_change_nothing)
{
    fill_floats(floats, MOST, 3, 2);
    notch_parameter tensor = tensor_of("t", 8, NOTCH_GRADIENT_F32, floats, MOST);
    tensor.dimensions = 2;
    for (int scope = 0; scope < 2; scope++) {
        steps step = paper_step(&tensor, 1, (notch_scope)scope);
        memset(tensor.weights, 0, MOST);
        (void)run_step(&step);
        const uint64_t expected = hash_weights(&tensor, 1);
        for (int c = 1; c < 8; c++) {
            step = paper_step(&tensor, 1, (notch_scope)scope);
            step.options.inflation = (notch_inflation)(c % 2);
            step.options.smoothing = c / 2 % 2 == 0 ? (notch_scaled){0, 0} : (notch_scaled){8, -3};
            step.options.calibration_steps = c / 4 == 0 ? 0 : 100;
            memset(tensor.weights, 0, MOST);
            (void)run_step(&step);
            CHECK_EQUAL_U64(hash_weights(&tensor, 1), expected);
        }
    }
    forget_memory();
}

/* The other rules in mode paper: less than 1 from lambda = n (|g| + 1) / (sum |g| + d), and n / d
 * for sign. The allowance of 2^-10 is for masses and positions, off by 2^-31 each. */
TEST(other_rules_take_masses_and_trials_of_the_mode)
{
    fill_floats(floats, MOST, 3, 3);
    floats[5] = 3000;
    notch_parameter tensor = tensor_of("t", 16, NOTCH_GRADIENT_F32, floats, MOST);
    long double norm = 0;
    for (int i = 0; i < MOST; i++) {
        norm += fabsl((long double)floats[i]);
    }
    for (int c = 0; c < 3; c++) {
        steps step = paper_step(&tensor, 1, c == 0 ? NOTCH_SCOPE_GLOBAL : NOTCH_SCOPE_LAYER);
        tensor.dimensions = c == 2 ? 2 : 1;
        const long double trials = c == 2 ? 71 : MOST; /* 5,000^(1/2) = 70.71 */
        for (int rule = NOTCH_RULE_SR; rule <= NOTCH_RULE_SIGN; rule++) {
            step.options.rule = (notch_rule)rule;
            memset(tensor.weights, 0, 2 * MOST);
            CHECK_EQUAL_U64(run_step(&step).trials, (uint64_t)trials);
            for (uint64_t i = 0; i < MOST; i++) {
                const long double g = fabsl((long double)floats[i]);
                const long double lambda = g == 0 ? 0
                                           : rule == NOTCH_RULE_SR
                                               ? trials * (g + 1) / (norm + MOST)
                                               : trials / MOST;
                const int32_t u = weight_at(&tensor, i);
                NOTE("%s, case %d, element %d", notch_rule_name(step.options.rule), c, (int)i);
                CHECK(fabsl((long double)(u < 0 ? -u : u) - lambda) < 1 + 0x1p-10L);
            }
        }
    }
    forget_memory();
}

/* ------------------------------------------------------------------------------------------------
 * Initialisation
 * --------------------------------------------------------------------------------------------- */

static const uint64_t counts[] = {2500, 10, 1, 2048};
static const uint32_t dimensions[] = {1, 2, 1, 4};
static const uint64_t trials_of[] = {2500, 3, 1, 7}; /* 3.16, 6.73 */

enum {
    TENSORS = 4
};

/* Tensors full of weights that an initialisation has to forget. */
static void make_tensors(notch_parameter *tensors, const float *values)
{
    for (int p = 0; p < TENSORS; p++) {
        tensors[p] = tensor_of("t",
                               p == 1   ? 2
                               : p == 3 ? 8
                                        : 16,
                               NOTCH_GRADIENT_F32, values, counts[p]);
        tensors[p].dimensions = dimensions[p];
        fill_weights(&tensors[p], (uint64_t)p);
    }
}

static steps initialisation(notch_parameter *tensors, uint64_t count)
{
    steps step = paper_step(tensors, count, NOTCH_SCOPE_LAYER);
    step.initialise = true;
    return step;
}

/* Without zeros all trials are seen: sum |w| = round(numel^(1/ndim)) for each tensor. */
TEST(initial_weights_add_up_to_the_trials)
{
    fill_floats(floats, MOST, 3, 4);
    for (int i = 0; i < MOST; i++) {
        floats[i] = floats[i] == 0 ? -0.5f : floats[i];
    }
    notch_parameter tensors[TENSORS];
    make_tensors(tensors, floats);
    steps step = initialisation(tensors, TENSORS);
    for (uint32_t k = 0; k < 20; k++) {
        step.key.step = k;
        const notch_update_report report = run_step(&step);
        uint64_t moved = 0, lost = 0;
        for (int p = 0; p < TENSORS; p++) {
            uint64_t sum = 0;
            for (uint64_t i = 0; i < counts[p]; i++) {
                const int32_t w = weight_at(&tensors[p], i);
                CHECK(w == 0 || (w > 0) == (floats[i] > 0));
                sum += (uint64_t)(w < 0 ? -w : w);
                moved += w != 0;
            }
            NOTE("tensor %d, step %u", p, k);
            if (p == 1) { /* 2 bits: what is beyond 1 is cut off */
                CHECK(sum <= trials_of[p] && sum >= 1);
                lost += trials_of[p] - sum;
            } else {
                CHECK_EQUAL_U64(sum, trials_of[p]);
            }
        }
        CHECK_EQUAL_U64(report.trials, 2500 + 3 + 1 + 7);
        CHECK_EQUAL_U64(report.moved, moved);
        CHECK(report.saturated <= lost && (report.saturated > 0) == (lost > 0));
        CHECK_EQUAL_U64(report.groups, TENSORS);
        CHECK_EQUAL_U64(report.zero_groups, 0);
    }
    forget_memory();
}

/* Where x is zero so is the weight, and the trials that fall there are lost; the weights are those
 * of a step of mode paper from zeros, with the sign of x instead of the opposite one. */
TEST(initial_weights_are_the_negative_of_a_step)
{
    fill_floats(floats, MOST, 3, 5);
    notch_parameter tensors[TENSORS], stepped[TENSORS];
    make_tensors(tensors, floats);
    make_tensors(stepped, floats);
    for (uint32_t k = 0; k < 5; k++) {
        FOR_EACH_ISA(isa)
        {
            const notch_runtime runtime = {isa, k % 2 == 0 ? NULL : &steps_backwards};
            steps step = paper_step(stepped, TENSORS, NOTCH_SCOPE_LAYER);
            steps initial = initialisation(tensors, TENSORS);
            step.runtime = initial.runtime = &runtime;
            step.key.step = initial.key.step = k;
            for (int p = 0; p < TENSORS; p++) {
                memset(stepped[p].weights, 0, counts[p] * stepped[p].lattice.bytes);
                fill_weights(&tensors[p], k);
            }
            const notch_update_report expected = run_step(&step), found = run_step(&initial);
            CHECK_EQUAL_U64(hash_report(hash_start, &found), hash_report(hash_start, &expected));
            for (int p = 0; p < TENSORS; p++) {
                uint64_t sum = 0;
                for (uint64_t i = 0; i < counts[p]; i++) {
                    const int32_t w = weight_at(&tensors[p], i);
                    NOTE("%s: element %d of tensor %d", notch_isa_name(isa), (int)i, p);
                    CHECK_EQUAL_I64(w, -weight_at(&stepped[p], i));
                    CHECK(w == 0 || (floats[i] != 0 && (w > 0) == (floats[i] > 0)));
                    sum += (uint64_t)(w < 0 ? -w : w);
                }
                CHECK(sum <= trials_of[p]);
                CHECK(p != 0 || sum < trials_of[p]); /* one element in 8 is zero */
            }
        }
    }
    forget_memory();
}

TEST(initial_weights_of_zeros_are_zeros)
{
    memset(floats, 0, sizeof floats);
    notch_parameter tensors[TENSORS];
    make_tensors(tensors, floats);
    const steps step = initialisation(tensors, TENSORS);
    const notch_update_report report = run_step(&step);
    for (int p = 0; p < TENSORS; p++) {
        for (uint64_t i = 0; i < counts[p]; i++) {
            CHECK_EQUAL_I64(weight_at(&tensors[p], i), 0);
        }
    }
    CHECK_EQUAL_U64(report.zero_groups, TENSORS);
    CHECK_EQUAL_U64(report.moved, 0);
    CHECK_EQUAL_U64(report.saturated, 0);
    forget_memory();
}

/* Nearly all mass on one element: its count is cut at the bound of the lattice. */
TEST(initial_weights_are_clamped)
{
    for (int i = 0; i < MOST; i++) {
        floats[i] = i == 4321 ? -1e9f : 1e-9f;
    }
    notch_parameter tensors[] = {tensor_of("a", 8, NOTCH_GRADIENT_F32, floats, MOST),
                                 tensor_of("b", 4, NOTCH_GRADIENT_F32, floats, MOST)};
    const steps step = initialisation(tensors, 2);
    const notch_update_report report = run_step(&step);
    CHECK_EQUAL_I64(weight_at(&tensors[0], 4321), -127);
    CHECK_EQUAL_I64(weight_at(&tensors[1], 4321), -7);
    CHECK_EQUAL_U64(report.saturated, 2);
    forget_memory();
}

/* What is refused is in test_update_errors.c and test_gradient.c. */
TEST_MAIN(RUN(roots_are_rounded), RUN(trials_of_a_tensor), RUN(trials_of_the_convolutional_network),
          RUN(probabilities_of_small_gradients), RUN(probabilities_of_large_gradients),
          RUN(zeros_hold_mass_and_stay), RUN(options_that_agree_change_nothing),
          RUN(other_rules_take_masses_and_trials_of_the_mode),
          RUN(initial_weights_add_up_to_the_trials),
          RUN(initial_weights_are_the_negative_of_a_step), RUN(initial_weights_of_zeros_are_zeros),
          RUN(initial_weights_are_clamped))
