/* test_integer.c - the integer engine: losses and gradients against plain loops in floats, the same
 * bits everywhere, extremes, and what it refuses.
 * SPDX-License-Identifier: MIT
 *
 * Thresholds of the comparison with floats. Activations are rounded to 16 steps a deviation, an
 * error of 16^-1 / sqrt(12) = 0.018 deviations each, errors to 127 steps of the largest one. Both
 * are small against 1, but decisions of ReLUs and pools within them fall differently, and a sample
 * of a tiny network has few of these to average over: gradients are compared as vectors over all
 * tensors, with many images. What is seen is a relative distance of 0.04 to 0.16; a wrong factor,
 * a dropped term of a norm's gradient or a shifted tap gives 0.3 or more.
 */
#include "isas.h"
#include "test.h"

#include <notch/integer.h>
#include <notch/notch.h>

#include "engine/integer/exponential.h"
#include "engine/integer/parts.h"
#include "unit/engine_graphs.h"
#include "unit/engine_reference.h"

enum {
    IMAGES = 48,
    KEYS = 16,
    PIXELS_MAX = 2 * 32 * 32
};

static const double distance_allowed = 0.3, loss_allowed = 0.03;

typedef struct fixture {
    notch_integer_options options;
    notch_integer_sizes sizes;
    void *memory;
    notch_integer *engine;
    int8_t *weights[NOTCH_TENSORS_MAX];
    uint8_t images[IMAGES * PIXELS_MAX], labels[IMAGES];
    notch_integer_batch batch;
} fixture;

static fixture f;

static int32_t random_between(uint32_t stream, uint64_t index, int32_t least, int32_t most)
{
    const notch_key key = {11, 0, stream};
    const uint64_t span = (uint64_t)((int64_t)most - least) + 1;
    return (int32_t)(least + (int64_t)((notch_random_word(&key, index) * span) >> 32));
}

static void set_weights(int32_t least, int32_t most)
{
    for (uint32_t t = 0; t < test_model.tensor_count; t++) {
        free(f.weights[t]);
        f.weights[t] = malloc((size_t)test_model.tensors[t].count);
        CHECK(f.weights[t] != NULL);
        for (uint64_t i = 0; i < test_model.tensors[t].count; i++) {
            f.weights[t][i] = (int8_t)random_between(100 + t, i, least, most);
        }
    }
}

/* An engine whose memory held `filling` before. */
static void make_engine(int filling)
{
    notch_error error = {NOTCH_OK, ""};
    (void)notch_integer_memory(&test_model, &f.options, &f.sizes, &error);
    CHECK_STRING(error.message, "");
    free(f.memory);
    f.memory = aligned_alloc(64, (size_t)f.sizes.total);
    CHECK(f.memory != NULL && f.sizes.total % 64 == 0);
    memset(f.memory, filling, (size_t)f.sizes.total);
    (void)notch_integer_init(&test_model, &f.options, f.memory, f.sizes.total, &f.engine, &error);
    CHECK_STRING(error.message, "");
}

static void set_up(uint32_t images)
{
    const size_t pixels = images * reference_size(&test_model.layers[0].shape);
    const uint32_t classes = test_model.layers[test_model.layer_count - 1].shape.channels;
    CHECK(images <= IMAGES && pixels <= sizeof f.images);
    f.options = (notch_integer_options){.batch = images,
                                        .workers = 8,
                                        .isa = NOTCH_ISA_BEST,
                                        .training = true,
                                        .mean = 127 << 16,
                                        .deviation = 70 << 16};
    for (size_t k = 0; k < pixels; k++) {
        f.images[k] = (uint8_t)random_between(1, k, 0, 255);
    }
    for (uint32_t i = 0; i < images; i++) {
        f.labels[i] = (uint8_t)(i * 7 % classes);
    }
    f.batch = (notch_integer_batch){f.images, f.labels, images, {5, 6, 7}};
    set_weights(-60, 60);
    make_engine(0xa5);
}

static notch_integer_result train(const notch_executor *executor)
{
    notch_error error = {NOTCH_OK, ""};
    notch_integer_result result = {0, 0};
    (void)notch_integer_train(f.engine, (const int8_t *const *)f.weights, &f.batch, executor,
                              &result, &error);
    CHECK_STRING(error.message, "");
    return result;
}

static double gradient_at(uint32_t tensor, uint64_t i)
{
    const notch_gradient g = notch_integer_gradient(f.engine, tensor);
    return ldexp((double)((const int32_t *)g.values)[i], g.exponent);
}

/* ---- against floats -------------------------------------------------------------------------- */

/* The mean gradients of KEYS batches that differ in their keys only, and the loss. Exponents that
 * follow magnitudes have settled before. */
static double train_often(double *gradients[NOTCH_TENSORS_MAX])
{
    notch_integer_result result = train(NULL);
    for (uint32_t k = 0; k < KEYS; k++) {
        f.batch.key.step++;
        result = train(NULL);
        for (uint32_t t = 0; t < test_model.tensor_count; t++) {
            for (uint64_t i = 0; i < test_model.tensors[t].count; i++) {
                gradients[t][i] += gradient_at(t, i) / KEYS;
            }
        }
    }
    return ldexp((double)result.loss, -24);
}

/* Losses, and gradients of up to 40 weights of each tensor, or of 20. */
static void check_against_reference(uint32_t images)
{
    if (REPEATED(false, true)) {
        SKIP("emulated: golden hashes tell that results are those of where this is compared");
    }
    reference r;
    const notch_standardisation pixels = {127 << 16, 70 << 16};
    double *gradients[NOTCH_TENSORS_MAX] = {NULL};
    set_up(images);
    reference_init(&r, &test_model, images);
    for (uint32_t t = 0; t < test_model.tensor_count; t++) {
        gradients[t] = reference_zeros((size_t)test_model.tensors[t].count);
        for (uint64_t i = 0; i < test_model.tensors[t].count; i++) {
            r.weights[t][i] = f.weights[t][i];
        }
    }
    reference_input(&r, f.images, &pixels);
    const double expected = reference_loss(&r, f.labels), loss = train_often(gradients);
    double squares = 0, differences = 0;
    for (uint32_t t = 0; t < test_model.tensor_count; t++) {
        const uint64_t count = test_model.tensors[t].count, most = REPEATED(40, 20);
        const uint64_t stride = count < most ? 1 : count / most;
        for (uint64_t i = 0; i < count; i += stride) {
            const double g = reference_derivative(&r, f.labels, t, (size_t)i, 1e-4);
            squares += g * g;
            differences += (gradients[t][i] - g) * (gradients[t][i] - g);
        }
        free(gradients[t]);
    }
    reference_free(&r);
    const double distance = sqrt(differences / squares);
    printf("# loss %.4f, expected %.4f; distance %.3f\n", loss, expected, distance);
    CHECK(fabs(loss - expected) <= loss_allowed * expected);
    CHECK(distance <= distance_allowed);
}

TEST(dense_and_norms)
{
    begin(1, 6, 6);
    dense(40, true);
    relu();
    layer_norm();
    dense(10, true);
    layer_norm();
    check_against_reference(IMAGES);
}

TEST(convolutions)
{
    for (uint32_t kernel = REPEATED(1, 3); kernel <= 3; kernel++) {
        for (uint32_t stride = REPEATED(1, 2); stride <= 2; stride++) {
            for (uint32_t padding = 0; padding < kernel; padding++) {
                NOTE("kernel %u, stride %u, padding %u", (unsigned)kernel, (unsigned)stride,
                     (unsigned)padding);
                begin(2, 9, 8);
                convolution(9, kernel, stride, padding, true);
                relu();
                layer_norm();
                convolution(7, kernel, stride, padding, false);
                layer_norm();
                dense(5, true);
                layer_norm();
                check_against_reference(24);
            }
        }
    }
}

TEST(uneven_convolution)
{
    begin(2, 9, 5);
    append((notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                         .outputs = 6,
                         .kernel = {3, 2},
                         .stride = {2, 1},
                         .padding = {1, 0},
                         .bias = true});
    relu();
    layer_norm();
    dense(4, true);
    layer_norm();
    check_against_reference(IMAGES);
}

TEST(taps_on_padding_only) /* most taps of a 3 x 3 kernel meet padding on maps of 1 x 1 */
{
    begin(2, 4, 4);
    convolution(8, 3, 2, 1, false);
    layer_norm();
    convolution(12, 3, 2, 1, false);
    layer_norm();
    convolution(12, 3, 1, 1, false);
    layer_norm();
    dense(4, true);
    layer_norm();
    check_against_reference(IMAGES);
}

TEST(max_pools) /* of sums, and of values where windows overlap */
{
    for (uint32_t padding = 0; padding <= 1; padding++) {
        for (uint32_t stride = 1; stride <= 3; stride++) {
            NOTE("stride %u, padding %u", (unsigned)stride, (unsigned)padding);
            begin(2, 7, 8);
            convolution(6, 3, 1, 1, true);
            relu();
            pool(NOTCH_LAYER_MAX_POOL, 2 + padding, stride, padding);
            layer_norm();
            dense(5, true);
            layer_norm();
            check_against_reference(24);
        }
    }
}

TEST(average_pools)
{
    for (uint32_t stride = 1; stride <= 3; stride++) {
        NOTE("stride %u", (unsigned)stride);
        begin(2, 7, 8);
        convolution(6, 3, 1, 1, true);
        layer_norm();
        relu();
        pool(NOTCH_LAYER_AVERAGE_POOL, 2, stride, 0);
        dense(5, true);
        layer_norm();
        check_against_reference(24);
    }
}

TEST(batch_norms)
{
    begin(2, 5, 5);
    convolution(9, 3, 1, 1, false);
    batch_norm(false);
    relu();
    convolution(17, 3, 2, 1, false);
    relu();
    batch_norm(false);
    dense(4, true);
    layer_norm();
    check_against_reference(IMAGES);
}

TEST(residual_sums)
{
    begin(1, 6, 6);
    convolution(8, 3, 1, 1, false);
    const uint32_t stem = batch_norm(false);
    convolution(8, 3, 1, 1, false);
    const uint32_t main_path = batch_norm(false);
    add(main_path, stem);
    const uint32_t block = relu();
    convolution(12, 3, 2, 1, false);
    const uint32_t right = batch_norm(false);
    last_layer = block;
    convolution(12, 1, 2, 0, false);
    const uint32_t left = batch_norm(false);
    add(right, left);
    relu();
    pool(NOTCH_LAYER_AVERAGE_POOL, 3, 1, 0);
    dense(5, true);
    layer_norm();
    check_against_reference(IMAGES);
}

/* ---- a row through a norm -------------------------------------------------------------------- */

enum {
    ROW_MAX = 1000
};

/* (g - mean(g) - y mean(g y)) / s, in floats and exactly. */
static void row_back(const double *x, const double *g, uint32_t n, double *expected)
{
    double mean = 0, variance = 0, sum = 0, dot = 0;
    for (uint32_t i = 0; i < n; i++) {
        mean += x[i] / n;
        sum += g[i] / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        variance += (x[i] - mean) * (x[i] - mean) / n;
    }
    const double deviation = sqrt(variance);
    for (uint32_t i = 0; i < n; i++) {
        dot += g[i] * (x[i] - mean) / deviation / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        expected[i] = (g[i] - sum - (x[i] - mean) / deviation * dot) / deviation;
    }
}

/* Outputs are off by half a step and what 14 bits of a factor lose of up to 8 deviations,
 * gradients by the half step in y times |mean(g y)| <= |g|, and 2^-14 of the largest one. */
static void check_row(uint32_t n, int32_t largest, int32_t largest_gradient)
{
    int32_t values[ROW_MAX], gradients[ROW_MAX];
    int8_t outputs[ROW_MAX];
    double x[ROW_MAX] = {0}, g[ROW_MAX] = {0}, expected[ROW_MAX], mean = 0, variance = 0, norm = 0;
    for (uint32_t i = 0; i < n; i++) {
        values[i] = random_between(20 + n, i, -largest, largest) + largest / 3;
        gradients[i] = random_between(30 + n, i, -largest_gradient, largest_gradient);
        x[i] = values[i];
        g[i] = gradients[i];
        mean += x[i] / n;
        norm += g[i] * g[i] / n;
    }
    for (uint32_t i = 0; i < n; i++) {
        variance += (x[i] - mean) * (x[i] - mean) / n;
    }
    notch_factor rate;
    notch_factor factor = notch_centre(&notch_rows_ref, values, n, NOTCH_STAGE_STEPS_LOG, &rate);
    notch_normalise_row(&notch_rows_ref, values, n, rate, outputs);
    for (uint32_t i = 0; i < n; i++) {
        const double y = (x[i] - mean) / sqrt(variance) * 16;
        CHECK(fabs(outputs[i] - fmin(y, 127)) <= 0.5 + 0.02);
    }
    row_back(x, g, n, expected);
    (void)notch_normalise_row_back(&notch_rows_ref, gradients, n, outputs, NULL, &factor);
    for (uint32_t i = 0; i < n; i++) {
        const double ours = ldexp((double)gradients[i] * factor.mantissa, factor.exponent);
        const double allowed =
            sqrt(norm / variance) * (0.07 * fabs(x[i] - mean) / sqrt(variance) + 0.04);
        if (!(fabs(ours - expected[i]) <= allowed)) {
            TEST_FAIL("value %u of %u: %g, expected %g, give or take %g\n", (unsigned)i,
                      (unsigned)n, ours, expected[i], allowed);
        }
    }
}

TEST(rows_through_norms)
{
    static const uint32_t sizes[] = {2, 3, 4, 5, 7, 16, 33, 100, 1000};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        check_row(sizes[k], 800000000, 2000000000);
        check_row(sizes[k], 100000, 1000);
        check_row(sizes[k], 300, 2000000000);
    }
}

/* ---- the same bits everywhere ---------------------------------------------------------------- */

static void residual_network(void)
{
    begin(1, 14, 14);
    convolution(16, 7, 2, 3, false);
    batch_norm(false);
    relu();
    uint32_t block = pool(NOTCH_LAYER_MAX_POOL, 3, 2, 1);
    for (uint32_t k = 0; k < 2; k++) {
        const uint32_t channels = 16U << k, stride = k == 1 ? 2 : 1;
        convolution(channels, 3, stride, 1, false);
        batch_norm(false);
        relu();
        convolution(channels, 3, 1, 1, false);
        const uint32_t main_path = batch_norm(false);
        if (k == 1) {
            last_layer = block;
            convolution(channels, 1, stride, 0, false);
            block = batch_norm(false);
        }
        add(main_path, block);
        block = relu();
    }
    pool(NOTCH_LAYER_AVERAGE_POOL, 2, 2, 0);
    dense(10, true);
    layer_norm();
}

static void small_cnn(void)
{
    begin(1, 11, 12);
    convolution(17, 3, 1, 1, true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    convolution(33, 3, 1, 1, true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    dense(12, true); /* without a norm: its exponent follows its magnitude */
    relu();
    dense(10, true);
}

/* A hash of result, gradients, state. */
static uint64_t outcome(const notch_integer_result *result)
{
    uint64_t hash = result->loss * 31 + result->correct;
    for (uint32_t t = 0; t < test_model.tensor_count; t++) {
        const notch_gradient g = notch_integer_gradient(f.engine, t);
        hash = hash * UINT64_C(1099511628211) + (uint64_t)(int64_t)g.exponent;
        for (uint64_t i = 0; i < g.count; i++) {
            hash = (hash ^ (uint32_t)((const int32_t *)g.values)[i]) * UINT64_C(1099511628211);
        }
    }
    size_t words;
    const uint32_t *state = notch_integer_state(f.engine, &words);
    for (size_t i = 0; i < words; i++) {
        hash = (hash ^ state[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

static void check_same_everywhere(void (*build)(void))
{
    static const uint32_t threads[] = {0, 1, 2, 3, 8};
    uint64_t expected = 0;
    build();
    set_up(IMAGES);
    FOR_EACH_ISA(isa)
    {
        for (size_t k = 0; k < sizeof threads / sizeof threads[0]; k++) {
            notch_threads *pool = NULL;
            f.options.isa = isa;
            make_engine((int)(isa * 7 + k)); /* what was in the memory must not matter */
            CHECK(threads[k] == 0 || notch_threads_create(threads[k], &pool, NULL) == NOTCH_OK);
            uint64_t hash = 0;
            for (int step = 0; step < 2; step++) { /* the second one with learnt state */
                const notch_integer_result result =
                    train(pool == NULL ? NULL : notch_threads_executor(pool));
                hash = hash * 3 + outcome(&result);
            }
            notch_threads_destroy(pool);
            NOTE("%s, %u threads", notch_isa_name(isa), (unsigned)threads[k]);
            expected = isa == NOTCH_ISA_REF && k == 0 ? hash : expected;
            CHECK_EQUAL_U64(hash, expected);
        }
    }
}

TEST(same_cnn)
{
    check_same_everywhere(small_cnn);
}

TEST(same_residual)
{
    check_same_everywhere(residual_network);
}

/* Another key rounds errors in another way; the loss does not depend on it. */
TEST(key_matters)
{
    small_cnn();
    set_up(IMAGES);
    const notch_integer_result first = train(NULL);
    const uint64_t hash = outcome(&first);
    make_engine(0);
    f.batch.key.step++;
    const notch_integer_result second = train(NULL);
    CHECK_EQUAL_U64(first.loss, second.loss);
    CHECK(hash != outcome(&second));
}

/* ---- evaluation ------------------------------------------------------------------------------ */

static notch_integer_result evaluate(uint32_t first, uint32_t count, uint32_t *probabilities)
{
    notch_error error = {NOTCH_OK, ""};
    notch_integer_result result = {0, 0};
    notch_integer_batch batch = f.batch;
    batch.images += first * reference_size(&test_model.layers[0].shape);
    batch.labels += first;
    batch.count = count;
    (void)notch_integer_evaluate(f.engine, (const int8_t *const *)f.weights, &batch, NULL, &result,
                                 probabilities, &error);
    CHECK_STRING(error.message, "");
    return result;
}

static void check_images_alone(void)
{
    uint32_t all[IMAGES * 10], own[10];
    set_up(IMAGES);
    (void)train(NULL);
    (void)train(NULL);
    const notch_integer_result together = evaluate(0, IMAGES, all);
    uint64_t loss = 0, correct = 0;
    for (uint32_t i = 0; i < IMAGES; i++) {
        const notch_integer_result alone = evaluate(i, 1, own);
        CHECK(memcmp(own, all + (size_t)i * 10, sizeof own) == 0);
        uint64_t sum = 0;
        for (int c = 0; c < 10; c++) {
            sum += own[c];
        }
        CHECK(sum + 5 >= UINT64_C(1) << 30 && sum <= (UINT64_C(1) << 30) + 5);
        loss += alone.loss;
        correct += alone.correct;
    }
    CHECK_EQUAL_U64(loss, together.loss);
    CHECK_EQUAL_U64(correct, together.correct);
}

TEST(images_are_evaluated_alone)
{
    small_cnn();
    check_images_alone();
    residual_network();
    check_images_alone();
}

/* An engine for evaluation, in less memory, gives the same results from the same state. */
/* Behind a ReLU, units whose weights are all negative never exceed zero. */
static void kill_units(uint32_t tensor, uint32_t units)
{
    const uint64_t count = test_model.tensors[tensor].count;
    const uint64_t terms = count / test_model.layers[test_model.tensors[tensor].layer].outputs;
    for (uint64_t i = 0; i < count; i++) {
        f.weights[tensor][i] = i / terms < units ? -9 : 9;
    }
}

static void check_units(uint32_t layer, uint32_t count, uint32_t dead)
{
    const notch_units units = notch_integer_units(f.engine, layer);
    CHECK_EQUAL_U64(units.count, count);
    CHECK_EQUAL_U64(units.dead, dead);
}

TEST(dead_units_are_counted)
{
    uint32_t probabilities[IMAGES * 10];
    begin(1, 8, 8);
    const uint32_t first = convolution(5, 3, 1, 1, false);
    batch_norm(false);
    const uint32_t active = relu();
    const uint32_t second = convolution(7, 3, 1, 1, false);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    const uint32_t last = dense(10, false);
    layer_norm();
    set_up(4);
    (void)train(NULL); /* for the statistics of the batch norm */
    kill_units(0, 0);
    kill_units(1, 3);
    check_units(first, 5, 5); /* nothing seen yet */
    (void)evaluate(0, 4, probabilities);
    check_units(first, 5, 0);
    check_units(second, 7, 3);
    check_units(last, 0, 0);
    check_units(active, 0, 0);
    kill_units(1, 7);
    (void)evaluate(0, 4, probabilities);
    check_units(second, 7, 3); /* once alive is alive */
    notch_integer_watch_units(f.engine);
    (void)evaluate(0, 4, probabilities);
    check_units(second, 7, 7);
    kill_units(1, 0);
    (void)train(NULL);
    check_units(second, 7, 7); /* training does not count */
}

TEST(evaluation_engine)
{
    residual_network();
    set_up(IMAGES);
    (void)train(NULL);
    const notch_integer_result expected = evaluate(0, IMAGES, NULL);
    const uint64_t training_bytes = f.sizes.total;
    size_t words, more;
    const uint32_t *state = notch_integer_state(f.engine, &words);
    uint32_t kept[4096];
    CHECK(words <= sizeof kept / sizeof kept[0]);
    memcpy(kept, state, words * sizeof kept[0]);
    f.options.training = false;
    make_engine(0x3c);
    memcpy(notch_integer_state(f.engine, &more), kept, words * sizeof kept[0]);
    CHECK_EQUAL_U64(more, words);
    CHECK(f.sizes.total < training_bytes && f.sizes.gradients == 0);
    CHECK_EQUAL_U64(evaluate(0, IMAGES, NULL).loss, expected.loss);
    notch_error error;
    notch_integer_result result;
    CHECK(notch_integer_train(f.engine, (const int8_t *const *)f.weights, &f.batch, NULL, &result,
                              &error) == NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "engine int: was made for evaluation, it cannot train");
}

/* ---- extremes -------------------------------------------------------------------------------- */

/* Runs under UBSan: nothing may overflow or trap, whatever the weights, images and state. */
static void check_extremes(void (*build)(void))
{
    static const int images[] = {0, 255, -1};
    static const int8_t bounds[][2] = {{-127, -127}, {127, 127}, {0, 0}, {-127, 127}};
    build();
    for (size_t i = REPEATED(0, 1); i < REPEATED(3, 2); i++) {
        for (size_t w = 0; w < 4; w++) {
            for (uint32_t count = 1; count <= IMAGES; count += IMAGES - 1) {
                set_up(count);
                f.options.deviation = i == 1 ? 1 : 70 << 16;
                f.options.sharpness = i == 1 ? 6 : 0;
                make_engine(0);
                set_weights(bounds[w][0], bounds[w][1]);
                if (images[i] >= 0) {
                    memset(f.images, images[i], sizeof f.images);
                }
                for (int step = 0; step < 3; step++) {
                    const notch_integer_result result = train(NULL);
                    CHECK(result.correct <= count);
                    CHECK(result.loss <= count * (UINT64_C(1) << 46));
                    (void)evaluate(0, count, NULL);
                    size_t words;
                    uint32_t *state = notch_integer_state(f.engine, &words);
                    for (size_t k = 0; k < words && step == 1; k++) {
                        state[k] = w == 0 ? UINT32_MAX : (uint32_t)random_between(3, k, -9, 9);
                    }
                }
            }
        }
    }
}

static void no_norms(void)
{
    begin(2, 5, 5);
    convolution(7, 3, 1, 1, true);
    relu();
    convolution(5, 3, 2, 0, true);
    pool(NOTCH_LAYER_AVERAGE_POOL, 2, 1, 0);
    dense(3, true);
}

TEST(extremes)
{
    check_extremes(small_cnn);
    check_extremes(residual_network);
    check_extremes(no_norms);
}

/* 66,560 products of 127 * 127 and a bias: the largest sums that are allowed. */
TEST(largest_sums)
{
    notch_error error = {NOTCH_OK, ""};
    begin(65, 32, 32);
    dense(2, true);
    f.options = (notch_integer_options){.batch = 1,
                                        .workers = 1,
                                        .isa = NOTCH_ISA_BEST,
                                        .training = true,
                                        .mean = 0,
                                        .deviation = 1 << 16};
    make_engine(0);
    set_weights(127, 127);
    static uint8_t bright[65 * 32 * 32];
    memset(bright, 255, sizeof bright);
    const uint8_t label = 1;
    f.batch = (notch_integer_batch){bright, &label, 1, {1, 2, 3}};
    const notch_integer_result result = train(NULL);
    CHECK_EQUAL_U64(result.loss, 11629080); /* ln 2 in 2^-24: both logits are at their bound */
    begin(65, 32, 33);
    dense(2, true);
    CHECK(notch_integer_memory(&test_model, &f.options, &f.sizes, &error) ==
          NOTCH_ERROR_UNSUPPORTED);
    CHECK_STRING(error.message, "layer 'layer1': its sums of 68640 products can overflow, engine "
                                "int takes 66560 at most");
}

/* Sums over a batch of more products than 32 bits hold are shifted, and those of many chunks are
 * those of one: 300 images of 28 x 28 positions are 235,200 products of a weight's gradient. */
enum {
    MANY = 300,
    PRODUCTS = 36
};

static void gradients_of(uint32_t images, uint32_t stream, double gradients[PRODUCTS])
{
    f.options.batch = images;
    f.batch.count = images;
    f.batch.key.stream = stream;
    make_engine(0);
    (void)train(NULL);
    for (size_t i = 0; i < PRODUCTS; i++) {
        gradients[i] = gradient_at(0, i);
    }
}

static double distance_of(const double *a, const double *b)
{
    double squares = 0, differences = 0;
    for (size_t i = 0; i < PRODUCTS; i++) {
        squares += b[i] * b[i];
        differences += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sqrt(differences / squares);
}

TEST(many_products)
{
    begin(1, 28, 28);
    convolution(4, 3, 1, 1, false);
    layer_norm();
    dense(3, false);
    layer_norm();
    static uint8_t images[MANY * 28 * 28], labels[MANY];
    for (size_t k = 0; k < sizeof images; k++) {
        images[k] = (uint8_t)random_between(1, k % (28 * 28 * 20), 0, 255);
    }
    f.options = (notch_integer_options){.workers = 2,
                                        .isa = NOTCH_ISA_BEST,
                                        .training = true,
                                        .mean = 127 << 16,
                                        .deviation = 70 << 16};
    f.batch = (notch_integer_batch){images, labels, 0, {1, 2, 3}};
    set_weights(-60, 60);
    /* 15 times the same 20 images: the gradient is that of the 20, but for the rounding of errors,
     * which differs less than between two keys for the 20: by 0.73 of that, give or take 0.12. */
    double many[PRODUCTS], one[PRODUCTS], other[PRODUCTS];
    gradients_of(MANY, 3, many);
    gradients_of(MANY / 15, 3, one);
    gradients_of(MANY / 15, 4, other);
    printf("# distances %.4f, %.4f\n", distance_of(many, one), distance_of(other, one));
    CHECK(distance_of(many, one) < 1.2 * distance_of(other, one));
    CHECK(distance_of(other, one) < 0.2);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void check_refused(notch_status expected, const char *message)
{
    notch_error error = {NOTCH_OK, ""};
    notch_integer_result result = {77, 77};
    CHECK(notch_integer_train(f.engine, (const int8_t *const *)f.weights, &f.batch, NULL, &result,
                              &error) == expected);
    CHECK_STRING(error.message, message);
    CHECK_EQUAL_U64(result.loss, 77);
}

TEST(refusals)
{
    notch_error error = {NOTCH_OK, ""};
    small_cnn();
    set_up(4);
    f.batch.count = 5;
    check_refused(NOTCH_ERROR_RANGE, "engine int: the number of images is 5, expected 1 to 4");
    f.batch.count = 4;
    f.labels[2] = 10;
    check_refused(NOTCH_ERROR_RANGE,
                  "engine int: label 2 of the batch is 10, expected less than 10");
    f.labels[2] = 9;
    f.weights[0][3] = -128;
    check_refused(NOTCH_ERROR_RANGE,
                  "engine int: a weight of layer1.weight is -128, expected -127 to 127");
    f.weights[0][3] = 0;
    f.batch.key.stream = 65536;
    check_refused(NOTCH_ERROR_RANGE,
                  "engine int: the stream of the batch is 65536, expected 0 to 65535");
    begin(1, 4, 4);
    convolution(4, 3, 1, 1, false);
    batch_norm(true);
    dense(3, true);
    CHECK(notch_integer_memory(&test_model, &f.options, &f.sizes, &error) ==
          NOTCH_ERROR_UNSUPPORTED);
    CHECK_STRING(error.message, "layer 'layer2': engine int has batch norms without parameters "
                                "only; write affine = no");
    notch_model plain;
    CHECK(notch_model_without_affine(&test_model, &plain, &error) == NOTCH_OK);
    CHECK(notch_integer_memory(&plain, &f.options, &f.sizes, &error) == NOTCH_OK);
    CHECK_EQUAL_U64(plain.parameters + 8, test_model.parameters);
}

/* ---- functions ------------------------------------------------------------------------------- */

TEST(exponentials)
{
    double worst = 0;
    for (uint64_t x = 0; x < 150000; x += x < 70000 ? 1 : 17) {
        const double expected = exp(-(double)x / 4096);
        const double error = fabs(ldexp((double)notch_exponential(x), -30) - expected);
        worst = error > worst ? error : worst;
    }
    printf("# 2^%.2f\n", log2(worst));
    CHECK(worst < ldexp(1, -29));
    CHECK_EQUAL_U64(notch_exponential(0), UINT64_C(1) << 30);
    CHECK_EQUAL_U64(notch_exponential((UINT64_C(1) << 33) - 1), 0);
}

TEST(logarithms)
{
    double worst = 0;
    for (uint64_t k = 0; k < 200000; k++) {
        const notch_key key = {1, 2, 3};
        const uint64_t high = notch_random_word(&key, 2 * k),
                       low = notch_random_word(&key, 2 * k + 1);
        const uint64_t x =
            ((UINT64_C(1) << 30) << (k % 17)) + ((high << 32 | low) >> (34 - k % 17));
        const double error =
            fabs(ldexp((double)notch_logarithm(x), -24) - log(ldexp((double)x, -30)));
        worst = error > worst ? error : worst;
    }
    printf("# 2^%.2f\n", log2(worst));
    CHECK(worst < ldexp(1, -22));
    CHECK_EQUAL_U64(notch_logarithm(UINT64_C(1) << 30), 0);
}

TEST_MAIN(RUN(dense_and_norms), RUN(convolutions), RUN(uneven_convolution),
          RUN(taps_on_padding_only), RUN(max_pools), RUN(average_pools), RUN(batch_norms),
          RUN(residual_sums), RUN(rows_through_norms), RUN(same_cnn), RUN(same_residual),
          RUN(key_matters), RUN(images_are_evaluated_alone), RUN(dead_units_are_counted),
          RUN(evaluation_engine), RUN(extremes), RUN(largest_sums), RUN(many_products),
          RUN(refusals), RUN(exponentials), RUN(logarithms))
