/* test_golden_engine.c - weights after ten steps of the integer engine, the same on every machine.
 * SPDX-License-Identifier: MIT
 *
 * Hashes are FNV-1a, 64 bits, over the weights of all tensors in order. Every instruction set,
 * thread count, compiler and byte order has to reproduce them (docs/determinism.md). A change of
 * one of them is a change of results for users: it needs a reason, an entry in NEWS.md, and the
 * hash that a failing test shows.
 */
#include <notch/integer.h>
#include <notch/notch.h>

#include "steps.h"
#include "unit/engine_graphs.h"

enum {
    IMAGES = 24,
    PIXELS = 14 * 14,
    STEPS = 10,
    WORKERS = 8
};

static uint8_t images[IMAGES * PIXELS], labels[IMAGES];

/* Ten classes: a bright square at a place of its own, in noise. */
static void draw_images(uint64_t step)
{
    uint64_t seed = 77 + step;
    for (uint32_t i = 0; i < IMAGES; i++) {
        labels[i] = (uint8_t)(scramble(&seed) % 10);
        const uint32_t top = labels[i] / 5 * 7, left = labels[i] % 5 * 2;
        for (uint32_t p = 0; p < PIXELS; p++) {
            const uint32_t y = p / 14, x = p % 14;
            const bool inside = y >= top && y < top + 6 && x >= left && x < left + 5;
            images[i * PIXELS + p] = (uint8_t)((inside ? 150 : 0) + scramble(&seed) % 100);
        }
    }
}

static void small_mlp(void)
{
    begin(1, 14, 14);
    dense(33, true);
    relu();
    layer_norm();
    dense(10, true);
    layer_norm();
}

static void small_cnn(void)
{
    begin(1, 14, 14);
    convolution(16, 3, 1, 1, true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    convolution(24, 3, 1, 1, true);
    relu();
    pool(NOTCH_LAYER_MAX_POOL, 2, 2, 0);
    layer_norm();
    dense(20, true);
    relu();
    layer_norm();
    dense(10, true);
    layer_norm();
}

static void small_residual(void)
{
    begin(1, 14, 14);
    convolution(16, 7, 2, 3, false);
    batch_norm(false);
    relu();
    uint32_t block = pool(NOTCH_LAYER_MAX_POOL, 3, 2, 1);
    convolution(24, 3, 2, 1, false);
    batch_norm(false);
    relu();
    convolution(24, 3, 1, 1, false);
    const uint32_t main_path = batch_norm(false);
    last_layer = block;
    convolution(24, 1, 2, 0, false);
    block = batch_norm(false);
    add(main_path, block);
    relu();
    pool(NOTCH_LAYER_AVERAGE_POOL, 2, 2, 0);
    dense(10, true);
}

/* ---- training -------------------------------------------------------------------------------- */

typedef struct training {
    notch_integer *engine;
    notch_parameter parameters[NOTCH_TENSORS_MAX];
    const int8_t *weights[NOTCH_TENSORS_MAX];
    notch_calibration calibrations[NOTCH_TENSORS_MAX];
    steps step;
} training;

static void set_up(training *t, uint32_t bits, notch_isa isa)
{
    notch_error error = {NOTCH_OK, ""};
    const notch_integer_options options = {.batch = IMAGES,
                                           .workers = WORKERS,
                                           .isa = isa,
                                           .training = true,
                                           .mean = 60 << 16,
                                           .deviation = 50 << 16,
                                           .sharpness = 1};
    notch_integer_sizes sizes;
    memset(t, 0, sizeof *t);
    (void)notch_integer_memory(&test_model, &options, &sizes, &error);
    CHECK_STRING(error.message, "");
    void *memory = aligned_alloc(64, (size_t)sizes.total);
    CHECK(memory != NULL);
    steps_memory[steps_memory_count++] = memory;
    memset(memory, 0xa5, (size_t)sizes.total);
    (void)notch_integer_init(&test_model, &options, memory, sizes.total, &t->engine, &error);
    CHECK_STRING(error.message, "");
    for (uint32_t k = 0; k < test_model.tensor_count; k++) {
        const notch_tensor *tensor = &test_model.tensors[k];
        const notch_key key = {3, 0, 0};
        t->parameters[k] = tensor_of(tensor->name, bits, NOTCH_GRADIENT_I32, NULL, tensor->count);
        CHECK(notch_initialise_tensor(&test_model, k, &t->parameters[k].lattice, &key,
                                      t->parameters[k].weights, &error) == NOTCH_OK);
        t->weights[k] = t->parameters[k].weights;
    }
    t->step = (steps){.options = notch_update_options_default(),
                      .parameters = t->parameters,
                      .parameter_count = test_model.tensor_count,
                      .trials_per_parameter = bits < 8 ? STEPS_ONE / 30 : STEPS_ONE,
                      .calibration = t->calibrations};
    t->step.options.calibration_steps = 4;
}

static uint64_t train(training *t, const notch_runtime *runtime, uint64_t *loss)
{
    notch_error error = {NOTCH_OK, ""};
    notch_integer_result result;
    t->step.runtime = runtime;
    for (uint64_t step = 0; step < STEPS; step++) {
        draw_images(step);
        const notch_integer_batch batch = {images, labels, IMAGES, {9, (uint32_t)step, 1}};
        (void)notch_integer_train(t->engine, t->weights, &batch, runtime->executor, &result,
                                  &error);
        CHECK_STRING(error.message, "");
        for (uint32_t k = 0; k < test_model.tensor_count; k++) {
            t->parameters[k].gradient = notch_integer_gradient(t->engine, k);
        }
        t->step.key = (notch_key){9, (uint32_t)step, 100};
        (void)run_step(&t->step);
    }
    *loss = result.loss;
    uint64_t hash = hash_start;
    for (uint32_t k = 0; k < test_model.tensor_count; k++) {
        for (uint64_t i = 0; i < test_model.tensors[k].count; i++) {
            hash = hash_integer(hash, (uint8_t)t->weights[k][i], 1);
        }
    }
    return hash;
}

typedef struct golden_case {
    const char *name;
    void (*build)(void);
    uint32_t bits;
    uint64_t hash;
} golden_case;

static const golden_case cases[] = {
    {"mlp, 8 bits", small_mlp, 8, 0xf474541dabeef282},
    {"cnn, 8 bits", small_cnn, 8, 0xe07f94048d0f6eb2},
    {"residual, 8 bits", small_residual, 8, 0x6d56d3c0c57d00c4},
    {"mlp, 2 bits", small_mlp, 2, 0x4846a10de8e68b4e},
    {"cnn, 4 bits", small_cnn, 4, 0xb20dc963ec7ed1a2},
    {"residual, 1 bit", small_residual, 1, 0x93d67598bb066e2b},
};

static void check_set(notch_isa isa, uint32_t threads)
{
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        training t;
        notch_threads *pool = NULL;
        uint64_t loss;
        cases[k].build();
        set_up(&t, cases[k].bits, isa);
        CHECK(threads == 0 || notch_threads_create(threads, &pool, NULL) == NOTCH_OK);
        const notch_runtime runtime = {isa, pool == NULL ? NULL : notch_threads_executor(pool)};
        const uint64_t hash = train(&t, &runtime, &loss);
        notch_threads_destroy(pool);
        forget_memory();
        NOTE("%s, %s, %u threads: the hash is 0x%016" PRIx64, cases[k].name, notch_isa_name(isa),
             (unsigned)threads, hash);
        if (threads == 0 && isa == NOTCH_ISA_REF) {
            printf("# %s: loss %.3f after %d steps\n", cases[k].name,
                   (double)loss / IMAGES / 16777216, (int)STEPS);
        }
        CHECK_EQUAL_U64(hash, cases[k].hash);
    }
}

TEST(reference)
{
    check_set(NOTCH_ISA_REF, 0);
}

TEST(threads)
{
    check_set(NOTCH_ISA_BEST, 1);
    check_set(NOTCH_ISA_BEST, 2);
    check_set(NOTCH_ISA_BEST, 3);
    check_set(NOTCH_ISA_BEST, WORKERS);
}

TEST(instruction_sets)
{
    FOR_EACH_ISA(isa)
    {
        if (isa != NOTCH_ISA_REF) {
            check_set(isa, 0);
            check_set(isa, 3);
        }
    }
}

TEST_MAIN(RUN(reference), RUN(threads), RUN(instruction_sets))
