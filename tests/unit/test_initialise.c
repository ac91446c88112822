/* test_initialise.c - first weights: the documented formula, laws, what each tensor gets.
 * SPDX-License-Identifier: MIT
 */
#include <notch/model.h>

#include <stdlib.h>

#include "test.h"

enum {
    MANY = 100000
};

static const notch_key key = {.seed = 7, .step = 3, .stream = 11};
static int16_t wide[MANY];
static int8_t narrow[MANY];
static notch_error error;
static notch_model model;

static notch_lattice lattice_of(uint32_t bits)
{
    notch_lattice lattice;
    CHECK(notch_lattice_init(&lattice, bits, &error) == NOTCH_OK);
    return lattice;
}

static void initialise(const notch_lattice *lattice, uint32_t deviation, void *weights)
{
    CHECK(notch_initialise_normal(lattice, deviation, &key, MANY, weights, &error) == NOTCH_OK);
}

/* round(deviation * (s - 6 * 65535) / 2^32) as the header says, from single random words. */
static int64_t formula(uint64_t i, int64_t deviation)
{
    int64_t sum = -6 * 65535;
    for (uint64_t k = 0; k < 6; k++) {
        const uint32_t word = notch_random_word(&key, 6 * i + k);
        sum += (int64_t)(word % 65536) + (int64_t)(word / 65536);
    }
    const int64_t unit = INT64_C(1) << 32, product = sum * deviation;
    const int64_t rounded = (llabs(product) + unit / 2) / unit;
    return product < 0 ? -rounded : rounded;
}

TEST(weights_follow_the_formula)
{
    const notch_lattice l8 = lattice_of(8), l16 = lattice_of(16);
    initialise(&l8, 20 << 16, narrow);
    initialise(&l16, UINT32_MAX, wide);
    for (uint64_t i = 0; i < 2000; i++) {
        NOTE("weight %" PRIu64, i);
        CHECK_EQUAL_I64(narrow[i], formula(i, 20 << 16)); /* 6 deviations are 120: never clamped */
        const int64_t far = formula(i, UINT32_MAX);
        CHECK_EQUAL_I64(wide[i], far > 32767 ? 32767 : far < -32767 ? -32767 : far);
    }
}

TEST(a_weight_does_not_depend_on_how_many_there_are)
{
    const notch_lattice lattice = lattice_of(8);
    initialise(&lattice, 20 << 16, narrow);
    for (uint64_t count = 0; count < 200; count++) {
        int8_t some[200] = {0};
        CHECK(notch_initialise_normal(&lattice, 20 << 16, &key, count, some, &error) == NOTCH_OK);
        CHECK(memcmp(some, narrow, count) == 0);
        CHECK(count == 199 || some[count] == 0);
    }
}

/* With n draws the mean of a law with standard deviation s is within 5 s / sqrt(n), and the mean
 * square of a normal law within 5 s^2 sqrt(2 / n). */
TEST(eight_and_sixteen_bits_are_normal)
{
    const uint32_t bits[] = {8, 16};
    for (int b = 0; b < 2; b++) {
        const notch_lattice lattice = lattice_of(bits[b]);
        const double deviation = notch_initialise_deviation(&lattice) / 65536.0;
        double sum = 0, squares = 0;
        initialise(&lattice, notch_initialise_deviation(&lattice),
                   b == 0 ? (void *)narrow : (void *)wide);
        for (int i = 0; i < MANY; i++) {
            const double w = b == 0 ? narrow[i] : wide[i];
            sum += w;
            squares += w * w;
        }
        NOTE("%u bits: sum %g, squares %g", (unsigned)bits[b], sum, squares);
        const double s = deviation;
        CHECK(sum * sum < 25 * s * s * MANY);
        /* rounding adds a variance of 1/12 */
        const double excess = squares / MANY - s * s - 1.0 / 12;
        CHECK(excess * excess < 25 * 2 * s * s * s * s / MANY);
    }
    CHECK_EQUAL_U64(notch_initialise_deviation(&(notch_lattice){.bits = 8, .maximum = 127}),
                    20 << 16);
    const notch_lattice l16 = lattice_of(16);
    CHECK_EQUAL_U64(notch_initialise_deviation(&l16) >> 16, 5160);
}

/* Shares of a value v with probability p: within 5 sqrt(p (1 - p) n) of p n. */
static void share(int value, double p)
{
    double count = 0;
    for (int i = 0; i < MANY; i++) {
        count += narrow[i] == value;
    }
    NOTE("value %d: %g of %d, expected a share of %g", value, count, (int)MANY, p);
    const double excess = count - p * MANY;
    CHECK(excess * excess < 25 * p * (1 - p) * MANY);
}

TEST(few_bits_use_their_whole_lattice)
{
    const notch_lattice l1 = lattice_of(1), l2 = lattice_of(2), l4 = lattice_of(4);
    initialise(&l1, notch_initialise_deviation(&l1), narrow);
    share(1, 0.5);
    share(-1, 0.5);
    /* For sums of 12 uniforms: P(|x| < 2/3) = 0.4904, from their piecewise polynomial density. */
    initialise(&l2, notch_initialise_deviation(&l2), narrow);
    share(0, 0.4904);
    share(1, 0.2548);
    share(-1, 0.2548);
    /* P(|x| < 1/4) = 0.1950, P(x > 13/4) = 0.00037 */
    initialise(&l4, notch_initialise_deviation(&l4), narrow);
    share(0, 0.1950);
    share(7, 0.00037);
    CHECK_EQUAL_U64(notch_initialise_deviation(&l1), 0);
    CHECK_EQUAL_U64(notch_initialise_deviation(NULL), 0);
}

TEST(tensors_get_what_suits_their_layer)
{
    const notch_lattice lattice = lattice_of(8), l1 = lattice_of(1);
    notch_layer conv = {.name = "conv",
                        .type = NOTCH_LAYER_CONVOLUTION,
                        .outputs = 40,
                        .kernel = {5, 5},
                        .stride = {1, 1},
                        .bias = true};
    notch_layer norm = {
        .name = "norm", .type = NOTCH_LAYER_BATCH_NORM, .inputs = {1, 0}, .affine = true};
    CHECK(notch_model_init(&model, "m", (notch_shape){2, 9, 9}, &error) == NOTCH_OK);
    CHECK(notch_model_add(&model, &conv, &error) == NOTCH_OK);
    CHECK(notch_model_add(&model, &norm, &error) == NOTCH_OK);
    int8_t weights[2000], expected[2000];
    const notch_key own = {key.seed, key.step, key.stream + 0};
    CHECK(notch_initialise_tensor(&model, 0, &lattice, &key, weights, &error) == NOTCH_OK);
    CHECK(notch_initialise_normal(&lattice, 20 << 16, &own, 2000, expected, &error) == NOTCH_OK);
    CHECK(memcmp(weights, expected, sizeof weights) == 0);
    const int expected_values[] = {0, 1, 0};
    for (uint32_t tensor = 1; tensor < 4; tensor++) {
        memset(weights, 0x55, sizeof weights);
        CHECK(notch_initialise_tensor(&model, tensor, &lattice, &key, weights, &error) == NOTCH_OK);
        for (uint32_t i = 0; i < 40; i++) {
            CHECK_EQUAL_I64(weights[i], expected_values[tensor - 1]);
        }
        CHECK_EQUAL_I64(weights[40], 0x55);
    }
    /* One bit has no zero: biases are signs, of streams of their own. */
    int8_t more[40];
    CHECK(notch_initialise_tensor(&model, 1, &l1, &key, weights, &error) == NOTCH_OK);
    CHECK(notch_initialise_tensor(&model, 3, &l1, &key, more, &error) == NOTCH_OK);
    int sum = 0;
    for (int i = 0; i < 40; i++) {
        CHECK(weights[i] == 1 || weights[i] == -1);
        sum += weights[i] * more[i];
    }
    CHECK(sum > -32 && sum < 32);
    CHECK(notch_initialise_tensor(&model, 2, &l1, &key, weights, &error) == NOTCH_OK);
    CHECK_EQUAL_I64(weights[39], 1);
}

TEST(what_cannot_be_is_refused)
{
    notch_lattice lattice = lattice_of(8);
    CHECK(notch_model_preset(&model, "mlp", (notch_shape){1, 2, 2}, 3, &error) == NOTCH_OK);
    CHECK(notch_initialise_normal(&lattice, 1, NULL, 1, narrow, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_initialise_normal(&lattice, 1, &key, 1, NULL, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_initialise_normal(NULL, 1, &key, 1, narrow, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "initialisation: expected a lattice that notch_lattice_init made");
    CHECK(notch_initialise_tensor(&model, 4, &lattice, &key, narrow, &error) ==
          NOTCH_ERROR_ARGUMENT);
    CHECK(notch_initialise_tensor(NULL, 0, &lattice, &key, narrow, &error) == NOTCH_ERROR_ARGUMENT);
    const notch_key late = {.stream = (UINT32_C(1) << 24) - 1};
    CHECK(notch_initialise_tensor(&model, 0, &lattice, &late, narrow, &error) == NOTCH_OK);
    CHECK(notch_initialise_tensor(&model, 1, &lattice, &late, narrow, &error) == NOTCH_ERROR_RANGE);
    CHECK_STRING(error.message,
                 "tensor 'dense1.bias': its stream number is 16777216, expected less than 2^24");
    lattice.maximum = 100;
    CHECK(notch_initialise_normal(&lattice, 1, &key, 1, narrow, &error) == NOTCH_ERROR_ARGUMENT);
}

TEST_MAIN(RUN(weights_follow_the_formula), RUN(a_weight_does_not_depend_on_how_many_there_are),
          RUN(eight_and_sixteen_bits_are_normal), RUN(few_bits_use_their_whole_lattice),
          RUN(tensors_get_what_suits_their_layer), RUN(what_cannot_be_is_refused))
