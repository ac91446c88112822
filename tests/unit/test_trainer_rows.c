/* test_trainer_rows.c - mode `paper` row by row, as the authors' sampler takes tensors.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "host/trainer_rows.h"
#include "test.h"
#include "unit/engine_graphs.h"

enum {
    INPUTS = 7,
    OUTPUTS = 5,
    CHANNELS = 2,
    SIDE = 6,
    KERNEL = 3
};

static notch_error error;

/* convolution 2 -> 5, 3 x 3: weights of 30 rows of 3 and a bias; dense 180 -> 7 without one */
static void make_model(void)
{
    begin(CHANNELS, SIDE, SIDE);
    convolution(OUTPUTS, KERNEL, 1, 1, true);
    dense(INPUTS, false);
}

static notch_parameter *parameters_of(const notch_model *model, const notch_lattice *lattice)
{
    notch_parameter *parameters = calloc(model->tensor_count, sizeof *parameters);
    CHECK(parameters != NULL);
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        const notch_tensor *tensor = &model->tensors[i];
        float *gradient = malloc((size_t)tensor->count * sizeof *gradient);
        CHECK(gradient != NULL);
        for (uint64_t k = 0; k < tensor->count; k++) {
            gradient[k] = (float)(k % 5 + 1) * (k % 2 == 0 ? 0.25F : -0.25F);
        }
        parameters[i] = (notch_parameter){
            .name = tensor->name,
            .lattice = *lattice,
            .weights = calloc((size_t)tensor->count, lattice->bytes),
            .gradient = {NOTCH_GRADIENT_F32, 0, gradient, tensor->count},
            .dimensions = tensor->dimensions,
        };
        CHECK(parameters[i].weights != NULL);
    }
    return parameters;
}

static void release(notch_parameter *parameters, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        free(parameters[i].weights);
        free((void *)(uintptr_t)parameters[i].gradient.values);
    }
    free(parameters);
}

static const notch_update_options paper = {.rule = NOTCH_RULE_ZIM,
                                           .mode = NOTCH_MODE_PAPER,
                                           .scope = NOTCH_SCOPE_LAYER,
                                           .sampler = NOTCH_SAMPLER_MULTINOMIAL};

static void only_the_authors_rule(void)
{
    notch_update_options options = paper;
    CHECK(notch_train_by_rows(&options));
    options.scope = NOTCH_SCOPE_GLOBAL;
    CHECK(!notch_train_by_rows(&options));
    options = paper;
    options.mode = NOTCH_MODE_NORMALISED;
    CHECK(!notch_train_by_rows(&options));
    options = paper;
    options.rule = NOTCH_RULE_SR;
    CHECK(!notch_train_by_rows(&options));
}

/* Every weight is in one row; trials are round(90^(1/4)) = 3, 5 and round(1260^(1/2)) = 35. */
static void rows_cover_tensors(void)
{
    notch_lattice lattice;
    CHECK(notch_lattice_init(&lattice, 16, &error) == NOTCH_OK);
    make_model();
    const uint64_t count = notch_train_row_count(&test_model);
    CHECK_EQUAL_U64(count, OUTPUTS * CHANNELS * KERNEL + 1 + INPUTS);
    notch_parameter *parameters = parameters_of(&test_model, &lattice);
    notch_parameter *rows = calloc((size_t)count, sizeof *rows);
    CHECK(rows != NULL);
    notch_train_rows(&test_model, parameters, rows);
    const uint64_t trials[] = {3, 5, 35}, lengths[] = {KERNEL, OUTPUTS, OUTPUTS * SIDE * SIDE};
    uint64_t r = 0;
    for (uint32_t i = 0; i < test_model.tensor_count; i++) {
        uint64_t first = 0;
        for (; first < test_model.tensors[i].count; first += lengths[i], r++) {
            CHECK_EQUAL_U64(rows[r].gradient.count, lengths[i]);
            CHECK_EQUAL_U64(rows[r].trials, trials[i]);
            CHECK(rows[r].weights == (int16_t *)parameters[i].weights + first);
            CHECK(rows[r].gradient.values == (const float *)parameters[i].gradient.values + first);
            CHECK_STRING(rows[r].name, parameters[i].name);
        }
        CHECK_EQUAL_U64(first, test_model.tensors[i].count);
    }
    CHECK_EQUAL_U64(r, count);
    release(parameters, test_model.tensor_count);
    free(rows);
}

/* All trials of a row fall into it, each moving a weight by one notch against its gradient's sign
 * (no gradient here is 0). */
static void step_spends_trials_in_each_row(void)
{
    notch_lattice lattice;
    CHECK(notch_lattice_init(&lattice, 16, &error) == NOTCH_OK);
    make_model();
    const uint64_t count = notch_train_row_count(&test_model);
    notch_parameter *parameters = parameters_of(&test_model, &lattice);
    notch_parameter *rows = calloc((size_t)count, sizeof *rows);
    CHECK(rows != NULL);
    notch_train_rows(&test_model, parameters, rows);
    const size_t bytes = notch_update_workspace(rows, count, 1);
    void *workspace = aligned_alloc(64, (bytes + 63) / 64 * 64);
    const notch_key key = {.seed = 3, .step = 1, .stream = NOTCH_STREAM_UPDATE_ROWS};
    notch_update_report report;
    const notch_status status = notch_update_step(&paper, rows, count, 0, &key, NULL, NULL,
                                                  workspace, bytes, &report, &error);
    CHECK_STRING(status == NOTCH_OK ? "" : error.message, "");
    CHECK_EQUAL_U64(report.groups, count);
    uint64_t moved = 0;
    for (uint64_t r = 0; r < count; r++) {
        const int16_t *weights = rows[r].weights;
        const float *gradient = rows[r].gradient.values;
        uint64_t notches = 0;
        for (uint64_t k = 0; k < rows[r].gradient.count; k++) {
            CHECK(weights[k] == 0 || (weights[k] > 0) == (gradient[k] < 0));
            notches += (uint64_t)abs(weights[k]);
            moved += weights[k] != 0;
        }
        CHECK_EQUAL_U64(notches, rows[r].trials);
    }
    notch_train_rows_tell(&test_model, rows, parameters);
    uint64_t told = 0;
    for (uint32_t i = 0; i < test_model.tensor_count; i++) {
        CHECK(parameters[i].has_gradient);
        told += parameters[i].moved;
    }
    CHECK_EQUAL_U64(told, moved);
    CHECK_EQUAL_U64(told, report.moved);
    rows[1].trials = (UINT64_C(1) << 40) + 1;
    CHECK(notch_update_step(&paper, rows, count, 0, &key, NULL, NULL, workspace, bytes, NULL,
                            &error) == NOTCH_ERROR_RANGE);
    CHECK_STRING(error.message, "1099511627777 trials, expected at most 2^40");
    release(parameters, test_model.tensor_count);
    free(rows);
    free(workspace);
}

/* 3,834,355 rows of resnet18 are more than a step takes. */
static void too_many_rows(void)
{
    static notch_model model;
    CHECK(notch_model_preset(&model, "resnet18", (notch_shape){1, 28, 28}, 10, &error) == NOTCH_OK);
    CHECK(notch_train_rows_check(&model, &error) == NOTCH_ERROR_RANGE);
    CHECK_STRING(error.message, "resnet18 has 3834355 rows of weights, mode paper with scope layer "
                                "takes up to 1048576 of them; use scope global");
    CHECK(notch_model_preset(&model, "cnn", (notch_shape){1, 28, 28}, 10, &error) == NOTCH_OK);
    CHECK(notch_train_rows_check(&model, &error) == NOTCH_OK);
}

TEST_MAIN(RUN(only_the_authors_rule), RUN(rows_cover_tensors), RUN(step_spends_trials_in_each_row),
          RUN(too_many_rows))
