/* test_engine.c - the float engine: losses and gradients of every layer against plain loops.
 * SPDX-License-Identifier: MIT
 *
 * Each case is a small graph with random weights and images. Its loss is compared with the
 * reference's, its gradients with double-sided differences of the reference's loss.
 *
 * Thresholds. A difference over 2h with h = 1e-6 in double precision is off by 1e-10 of the loss. A
 * float result of a chain of L layers that sum N products each is off by about L sqrt(N) 2^-24 of
 * its summands: with L = 10 and N = 100, 6e-6; what is seen is less than 1e-6 of the largest
 * gradient of a tensor, but where a softmax is all but decided, summands of the whole model's size
 * cancel. So the threshold is 2e-5 of the tensor's largest gradient or of a tenth of the model's.
 * Losses are off by less than 1e-5 of their size, or of 1.
 * A ReLU or a max-pool whose decision lies within h, or within the rounding of floats, would show
 * as a difference far above that. A case has some 500 decisions and a value of deviation 1 has a
 * chance of 1e-6 to be so near; seeds and weights are such that none is.
 */
#include "test.h"

#include "unit/engine_graphs.h"
#include "unit/engine_reference.h"

static const double gradient_tolerance = 2e-5, loss_tolerance = 1e-5;

/* ---- one case -------------------------------------------------------------------------------- */

enum {
    IMAGES_MAX = 64,
    PIXELS_MAX = 3 * 32 * 32
};

typedef struct fixture {
    notch_engine_options options;
    notch_engine *engine;
    reference reference;
    notch_values values[NOTCH_TENSORS_MAX];
    uint8_t images[IMAGES_MAX * PIXELS_MAX], labels[IMAGES_MAX];
    notch_batch batch;
} fixture;

static fixture f;

/* Uniform on (-1, 1). */
static double random_real(uint32_t stream, uint64_t index)
{
    const notch_key key = {7, 0, stream};
    return ((double)notch_random_word(&key, index) + 0.5) / 2147483648.0 - 1;
}

/* Weights of the type; the reference's are the same. Integers are small where logits would grow
 * with them until the softmax is 0 or 1, and large where a norm takes care of that: sums of few
 * small ones are often equal, and the derivative of the largest of two equal values does not
 * exist. */
static void set_weights(notch_value_type type)
{
    const bool norm = test_model.layers[test_model.layer_count - 1].type == NOTCH_LAYER_LAYER_NORM;
    const double largest = norm ? 100 : 3;
    for (uint32_t k = 0; k < test_model.tensor_count; k++) {
        const size_t count = (size_t)test_model.tensors[k].count;
        const double scale =
            sqrt(3.0 / test_model.tensors[k].fan_in); /* keeps variances as they are */
        float *floats = malloc(count * sizeof *floats);
        CHECK(floats != NULL);
        for (size_t i = 0; i < count; i++) {
            const double real = random_real(100 + k, i);
            double value = real;
            if (type == NOTCH_VALUE_I8) {
                value = ((int8_t *)(void *)floats)[i] = (int8_t)lround(real * largest);
            } else if (type == NOTCH_VALUE_I16) {
                value = ((int16_t *)(void *)floats)[i] = (int16_t)lround(real * largest);
            } else {
                value = (double)(floats[i] = (float)(real * scale));
            }
            f.reference.weights[k][i] = value;
        }
        free((void *)(uintptr_t)f.values[k].values);
        f.values[k] = (notch_values){type, floats};
    }
}

/* An engine for `batch` images, and `images` random ones. */
static void set_up(uint32_t batch, uint32_t images, notch_value_type type)
{
    notch_error error = {NOTCH_OK, ""};
    notch_engine_destroy(f.engine);
    f.engine = NULL;
    reference_free(&f.reference);
    f.options = (notch_engine_options){.type = NOTCH_ENGINE_FLOAT,
                                       .batch = batch,
                                       .threads = 2,
                                       .training = true,
                                       .pixels = {100 << 16, 60 << 16}};
    const notch_status status = notch_engine_create(&test_model, &f.options, &f.engine, &error);
    if (status == NOTCH_ERROR_UNSUPPORTED && strstr(error.message, "libdnnl-dev") != NULL) {
        SKIP("this build has no float engine");
    }
    CHECK_STRING(error.message, "");
    reference_init(&f.reference, &test_model, images);
    const uint32_t classes = test_model.layers[test_model.layer_count - 1].shape.channels;
    const size_t pixels = images * reference_size(&test_model.layers[0].shape);
    CHECK(pixels <= sizeof f.images && images <= IMAGES_MAX);
    for (size_t k = 0; k < pixels; k++) {
        f.images[k] = (uint8_t)(127.5 + 127 * random_real(1, k));
    }
    for (uint32_t i = 0; i < images; i++) {
        f.labels[i] = (uint8_t)(i * 7 % classes);
    }
    f.batch = (notch_batch){.images = f.images, .labels = f.labels, .count = images};
    set_weights(type);
    reference_input(&f.reference, f.images, &f.options.pixels);
}

static void check_loss(double loss, double expected)
{
    if (!(fabs(loss - expected) <= loss_tolerance * fmax(1, fabs(expected)))) {
        TEST_FAIL("loss %.9g, expected %.9g\n", loss, expected);
    }
}

/* The largest gradient of a tensor. */
static double largest_gradient(uint32_t tensor)
{
    const notch_gradient gradient = notch_engine_gradient(f.engine, tensor);
    const float *values = gradient.values;
    double largest = 0;
    for (size_t i = 0; i < gradient.count; i++) {
        const double magnitude = fabs((double)values[i]);
        largest = magnitude > largest ? magnitude : largest; /* gcc 12 for ARM trips over fmax */
    }
    return largest;
}

static void check_gradient(uint32_t tensor, double largest_of_all)
{
    const notch_gradient gradient = notch_engine_gradient(f.engine, tensor);
    const float *values = gradient.values;
    const size_t count = (size_t)test_model.tensors[tensor].count;
    const size_t stride = 1 + count * test_model.tensor_count / 200; /* some 200 of large tensors */
    const double scale = fmax(largest_gradient(tensor), 0.1 * largest_of_all);
    double difference = 0, ours = 0, expected = 0;
    size_t worst = 0;
    CHECK_EQUAL_U64(gradient.count, count);
    (void)reference_loss(&f.reference, f.labels);
    for (size_t i = 0; i < count; i += stride) {
        const double derivative = reference_derivative(&f.reference, f.labels, tensor, i, 1e-6);
        if (!(fabs((double)values[i] - derivative) <= difference)) {
            difference = fabs((double)values[i] - derivative);
            ours = (double)values[i];
            expected = derivative;
            worst = i;
        }
    }
    if (!(difference <= gradient_tolerance * scale)) {
        TEST_FAIL("%s: gradient %zu is %.9g, expected %.9g; the scale is %.9g\n",
                  test_model.tensors[tensor].name, worst, ours, expected, scale);
    }
}

static void check_case(uint32_t batch, uint32_t images, notch_value_type type)
{
    notch_error error = {NOTCH_OK, ""};
    notch_batch_result result = {0, 0};
    set_up(batch, images, type);
    NOTE("batch %u, %u images, value type %d", (unsigned)batch, (unsigned)images, (int)type);
    const notch_status status = notch_engine_train(f.engine, f.values, &f.batch, &result, &error);
    CHECK_STRING(error.message, "");
    CHECK(status == NOTCH_OK);
    check_loss(result.loss, reference_loss(&f.reference, f.labels));
    double largest = 0;
    for (uint32_t k = 0; k < test_model.tensor_count; k++) {
        largest = fmax(largest, largest_gradient(k));
    }
    for (uint32_t k = 0; k < test_model.tensor_count; k++) {
        check_gradient(k, largest);
    }
}

/* Floats and integers, a full batch, a part of one, and a single image. */
static void check_cases(void)
{
    check_case(5, 5, NOTCH_VALUE_F32);
    check_case(5, 5, NOTCH_VALUE_I8);
    check_case(5, 5, NOTCH_VALUE_I16);
    check_case(5, 3, NOTCH_VALUE_F32);
    check_case(1, 1, NOTCH_VALUE_F32);
}

/* ---- layers ---------------------------------------------------------------------------------- */

TEST(dense_layer)
{
    begin(2, 3, 5);
    dense(7, true);
    dense(4, false);
    check_cases();
}

TEST(dense_relu)
{
    begin(1, 3, 4);
    dense(9, true);
    relu();
    dense(3, true);
    check_cases();
}

TEST(convolution_sizes)
{
    for (uint32_t kernel = 1; kernel <= 3; kernel++) {
        for (uint32_t stride = 1; stride <= 2; stride++) {
            for (uint32_t padding = 0; padding < kernel; padding++) {
                begin(3, 9, 8);
                convolution(5, kernel, stride, padding, true);
                convolution(4, kernel, stride, padding, false);
                dense(3, true);
                check_cases();
            }
        }
    }
}

TEST(convolution_blocks) /* channels in whole vectors, and one more */
{
    for (uint32_t channels = 16; channels <= 17; channels++) {
        begin(1, 6, 6);
        convolution(channels, 3, 1, 1, true);
        relu();
        convolution(2 * channels, 3, 2, 1, true);
        relu();
        dense(3, true);
        check_case(4, 4, NOTCH_VALUE_F32);
        check_case(4, 1, NOTCH_VALUE_I8);
    }
}

TEST(convolution_uneven)
{
    begin(2, 9, 5);
    append((notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                         .outputs = 3,
                         .kernel = {3, 2},
                         .stride = {2, 1},
                         .padding = {1, 0},
                         .bias = true});
    relu();
    dense(4, true);
    check_cases();
}

TEST(convolution_logits) /* logits that are no dense layer's, in a padded layout */
{
    begin(2, 4, 4);
    convolution(5, 4, 1, 0, true);
    check_cases();
}

TEST(max_pools)
{
    for (uint32_t padding = 0; padding <= 1; padding++) {
        for (uint32_t stride = 1; stride <= 3; stride++) {
            begin(2, 7, 8);
            convolution(5, 3, 1, 1, true);
            pool(NOTCH_LAYER_MAX_POOL, 2 + padding, stride, padding);
            convolution(3, 1, 1, 0, true);
            relu(); /* the pool does this one's backward pass */
            pool(NOTCH_LAYER_MAX_POOL, 2, 2, padding);
            dense(3, true);
            check_cases();
        }
    }
}

TEST(average_pools)
{
    for (uint32_t stride = 1; stride <= 3; stride++) {
        begin(2, 7, 8);
        convolution(5, 3, 1, 1, true);
        pool(NOTCH_LAYER_AVERAGE_POOL, 2, stride, 0);
        relu();
        dense(3, true);
        check_cases();
    }
}

TEST(layer_norms)
{
    begin(1, 6, 6);
    convolution(3, 3, 1, 1, true);
    layer_norm();
    relu(); /* of its own */
    convolution(16, 3, 2, 1, true);
    layer_norm();
    dense(20, true);
    relu();
    layer_norm();
    dense(5, true);
    layer_norm();
    check_cases();
}

TEST(batch_norms)
{
    for (int affine = 0; affine <= 1; affine++) {
        begin(2, 5, 5);
        convolution(6, 3, 1, 1, false);
        batch_norm(affine);
        relu();
        convolution(16, 3, 2, 1, false);
        batch_norm(affine);
        pool(NOTCH_LAYER_AVERAGE_POOL, 3, 1, 0);
        dense(4, true);
        check_cases();
    }
}

TEST(batch_norm_of_vectors)
{
    begin(1, 3, 3);
    dense(6, true);
    batch_norm(true);
    relu();
    dense(3, true);
    check_case(7, 7, NOTCH_VALUE_F32);
    check_case(7, 4, NOTCH_VALUE_F32);
}

TEST(residual) /* errors of outputs that are used twice add up */
{
    begin(1, 6, 6);
    const uint32_t stem = convolution(4, 3, 1, 1, true);
    convolution(4, 3, 1, 1, false);
    batch_norm(true);
    relu();
    const uint32_t main_path = convolution(4, 3, 1, 1, false);
    const uint32_t sum = add(main_path, stem);
    const uint32_t block = relu();
    convolution(8, 3, 2, 1, false);
    const uint32_t right = batch_norm(true);
    last_layer = block;
    convolution(8, 1, 2, 0, false);
    const uint32_t left = batch_norm(true);
    add(right, left);
    relu();
    dense(3, true);
    CHECK(sum != 0);
    check_cases();
}

TEST(sums_of_sums) /* values that three layers use, and ReLUs on values that others use too */
{
    begin(1, 4, 4);
    const uint32_t stem = convolution(3, 3, 1, 1, true);
    const uint32_t active = relu();
    const uint32_t sum = add(stem, active);
    const uint32_t again = add(sum, active);
    const uint32_t rectified = relu();
    add(rectified, again);
    add(last_layer, stem);
    dense(3, true);
    check_cases();
}

TEST(no_parameters_before) /* nothing to do for the layers before the first parameters */
{
    begin(2, 6, 6);
    pool(NOTCH_LAYER_AVERAGE_POOL, 2, 2, 0);
    layer_norm();
    relu();
    dense(4, true);
    check_cases();
}

TEST(small_cnn)
{
    begin(1, 8, 8);
    convolution(16, 3, 1, 1, true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    convolution(32, 3, 1, 1, true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    dense(12, true);
    relu();
    layer_norm();
    dense(10, true);
    layer_norm();
    check_case(8, 8, NOTCH_VALUE_F32);
    check_case(8, 3, NOTCH_VALUE_I8);
}

TEST(small_resnet)
{
    begin(1, 14, 14);
    convolution(16, 7, 2, 3, false);
    batch_norm(true);
    relu();
    uint32_t block = pool(NOTCH_LAYER_MAX_POOL, 3, 2, 1);
    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t channels = k == 0 ? 16 : 32, stride = k == 1 ? 2 : 1;
        convolution(channels, 3, stride, 1, false);
        batch_norm(true);
        relu();
        convolution(channels, 3, 1, 1, false);
        const uint32_t main_path = batch_norm(true);
        if (k == 1) {
            last_layer = block;
            convolution(channels, 1, stride, 0, false);
            block = batch_norm(true);
        }
        add(main_path, block);
        block = relu();
    }
    pool(NOTCH_LAYER_AVERAGE_POOL, 2, 2, 0);
    dense(10, true);
    layer_norm();
    check_case(6, 6, NOTCH_VALUE_F32);
    check_case(6, 4, NOTCH_VALUE_I8);
}

TEST_MAIN(RUN(dense_layer), RUN(dense_relu), RUN(convolution_sizes), RUN(convolution_blocks),
          RUN(convolution_uneven), RUN(convolution_logits), RUN(max_pools), RUN(average_pools),
          RUN(layer_norms), RUN(batch_norms), RUN(batch_norm_of_vectors), RUN(residual),
          RUN(sums_of_sums), RUN(no_parameters_before), RUN(small_cnn), RUN(small_resnet))
