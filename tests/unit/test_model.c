/* test_model.c - graphs of layers: shapes, tensors, every refusal, limits, presets.
 * SPDX-License-Identifier: MIT
 */
#include <notch/model.h>

#include "test.h"

static notch_model model, other, before;
static notch_error error;

static void start(uint32_t channels, uint32_t height, uint32_t width)
{
    CHECK(notch_model_init(&model, "test", (notch_shape){channels, height, width}, &error) ==
          NOTCH_OK);
}

static notch_status add(notch_layer layer, const char *name)
{
    snprintf(layer.name, sizeof layer.name, "%s", name);
    error = (notch_error){.message = ""};
    return notch_model_add(&model, &layer, &error);
}

static void added(notch_layer layer, const char *name)
{
    if (add(layer, name) != NOTCH_OK) {
        TEST_FAIL("expected layer '%s' to fit: %s", name, error.message);
    }
}

/* The call fails with status and sentence, and the model is as it was. */
static void refused(notch_layer layer, const char *name, notch_status status, const char *sentence)
{
    memcpy(&before, &model, sizeof model);
    CHECK_EQUAL_I64(add(layer, name), status);
    CHECK_STRING(error.message, sentence);
    CHECK_EQUAL_I64(error.status, status);
    CHECK(memcmp(&before, &model, sizeof model) == 0);
}

static void has_shape(uint32_t layer, uint32_t channels, uint32_t height, uint32_t width)
{
    const notch_shape *shape = &model.layers[layer].shape;
    CHECK_EQUAL_U64(shape->channels, channels);
    CHECK_EQUAL_U64(shape->height, height);
    CHECK_EQUAL_U64(shape->width, width);
}

static notch_layer window(notch_layer_type type, uint32_t kernel, uint32_t stride, uint32_t padding)
{
    return (notch_layer){.type = type,
                         .outputs = type == NOTCH_LAYER_CONVOLUTION ? 1 : 0,
                         .kernel = {kernel, kernel},
                         .stride = {stride, stride},
                         .padding = {padding, padding}};
}

static const notch_layer relu = {.type = NOTCH_LAYER_RELU};

/* ------------------------------------------------------------------------------------------------
 * What fits
 * --------------------------------------------------------------------------------------------- */

TEST(the_input_is_layer_0)
{
    memset(&model, 0x5a, sizeof model);
    start(3, 32, 16);
    CHECK_STRING(model.name, "test");
    CHECK_STRING(model.layers[0].name, "input");
    CHECK_EQUAL_U64(model.layer_count, 1);
    CHECK_EQUAL_U64(model.tensor_count, 0);
    CHECK_EQUAL_U64(model.parameters, 0);
    CHECK_EQUAL_U64(model.layers[0].tensors[0], NOTCH_NO_TENSOR);
    has_shape(0, 3, 32, 16);
}

TEST(windows_slide_as_the_formula_says)
{
    const uint32_t cases[][5] = {
        /* side, kernel, stride, padding, expected */
        {28, 3, 1, 1, 28}, {28, 7, 2, 3, 14}, {14, 3, 2, 1, 7},  {7, 3, 2, 1, 4},  {5, 2, 2, 0, 2},
        {1, 1, 1, 0, 1},   {1, 3, 1, 1, 1},   {10, 10, 7, 0, 1}, {10, 4, 5, 3, 3}, {2, 3, 9, 2, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        NOTE("case %zu", i);
        start(2, cases[i][0], cases[i][0]);
        added(window(NOTCH_LAYER_CONVOLUTION, cases[i][1], cases[i][2], cases[i][3]), "conv");
        has_shape(1, 1, cases[i][4], cases[i][4]);
        start(2, cases[i][0], cases[i][0]);
        added(window(NOTCH_LAYER_MAX_POOL, cases[i][1], cases[i][2], cases[i][3]), "pool");
        has_shape(1, 2, cases[i][4], cases[i][4]);
    }
}

TEST(height_and_width_have_their_own_windows)
{
    start(2, 9, 20);
    added((notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                        .outputs = 5,
                        .kernel = {3, 4},
                        .stride = {1, 3},
                        .padding = {0, 2},
                        .bias = true},
          "conv");
    has_shape(1, 5, 7, 7);
    const notch_tensor *weight = &model.tensors[model.layers[1].tensors[0]];
    CHECK_STRING(weight->name, "conv.weight");
    CHECK_EQUAL_U64(weight->dimensions, 4);
    CHECK_EQUAL_U64(weight->sizes[0], 5);
    CHECK_EQUAL_U64(weight->sizes[1], 2);
    CHECK_EQUAL_U64(weight->sizes[2], 3);
    CHECK_EQUAL_U64(weight->sizes[3], 4);
    CHECK_EQUAL_U64(weight->fan_in, 24);
    CHECK_EQUAL_U64(weight->count, 120);
    CHECK_EQUAL_U64(notch_model_multiply_adds(&model, 1), 120 * 7 * 7);
}

TEST(tensors_follow_each_other)
{
    start(3, 4, 4);
    added(window(NOTCH_LAYER_CONVOLUTION, 1, 1, 0), "conv");
    added((notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .inputs = {1, 0}, .affine = true}, "norm");
    added((notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .inputs = {2, 0}}, "plain");
    added((notch_layer){.type = NOTCH_LAYER_DENSE, .inputs = {3, 0}, .outputs = 7, .bias = true},
          "dense");
    const char *names[] = {"conv.weight", "norm.weight", "norm.bias", "dense.weight", "dense.bias"};
    const uint64_t counts[] = {3, 1, 1, 7 * 16, 7};
    const uint32_t fan_ins[] = {3, 1, 1, 16, 16}, layers[] = {1, 2, 2, 4, 4};
    uint64_t offset = 0;
    CHECK_EQUAL_U64(model.tensor_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        const notch_tensor *tensor = &model.tensors[i];
        CHECK_STRING(tensor->name, names[i]);
        CHECK_EQUAL_U64(tensor->count, counts[i]);
        CHECK_EQUAL_U64(tensor->fan_in, fan_ins[i]);
        CHECK_EQUAL_U64(tensor->layer, layers[i]);
        CHECK_EQUAL_U64(tensor->offset, offset);
        offset += counts[i];
    }
    CHECK_EQUAL_U64(model.parameters, offset);
    CHECK_EQUAL_U64(model.layers[3].tensors[0], NOTCH_NO_TENSOR);
    CHECK_EQUAL_U64(model.layers[1].tensors[1], NOTCH_NO_TENSOR);
    CHECK_EQUAL_U64(model.layers[4].tensors[1], 4);
}

TEST(layers_can_be_added_again_as_they_are_stored)
{
    CHECK(notch_model_preset(&other, "resnet18", (notch_shape){1, 28, 28}, 10, &error) == NOTCH_OK);
    CHECK(notch_model_init(&model, other.name, other.layers[0].shape, &error) == NOTCH_OK);
    for (uint32_t i = 1; i < other.layer_count; i++) {
        CHECK(notch_model_add(&model, &other.layers[i], &error) == NOTCH_OK);
    }
    CHECK(notch_model_same(&model, &other, &error) == NOTCH_OK);
    CHECK_EQUAL_U64(model.tensor_count, other.tensor_count);
    CHECK_EQUAL_U64(model.parameters, other.parameters);
}

/* ------------------------------------------------------------------------------------------------
 * What is refused
 * --------------------------------------------------------------------------------------------- */

TEST(missing_arguments_are_refused)
{
    const notch_shape shape = {1, 1, 1};
    start(1, 1, 1);
    CHECK(notch_model_init(NULL, "x", shape, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_add(NULL, &relu, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_add(&model, NULL, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_check(NULL, 1, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_same(&model, NULL, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_same(NULL, &model, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_preset(NULL, "mlp", shape, 1, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_preset(&model, NULL, shape, 1, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK_EQUAL_U64(notch_model_find(&model, NULL), NOTCH_LAYERS_MAX);
    CHECK_EQUAL_U64(notch_model_find(NULL, "input"), NOTCH_LAYERS_MAX);
    CHECK_EQUAL_U64(notch_model_multiply_adds(NULL, 0), 0);
    CHECK_EQUAL_U64(notch_model_multiply_adds(&model, 1), 0);
    CHECK(notch_model_init(NULL, "x", shape, NULL) == NOTCH_ERROR_ARGUMENT);
}

TEST(impossible_inputs_are_refused)
{
    const struct {
        const char *name;
        notch_shape shape;
        const char *sentence;
    } cases[] = {
        {NULL, {1, 1, 1}, "model '': expected a name of 1 to 31 letters, digits, '-', '_' and '.'"},
        {"", {1, 1, 1}, "model '': expected a name of 1 to 31 letters, digits, '-', '_' and '.'"},
        {"a b",
         {1, 1, 1},
         "model 'a b': expected a name of 1 to 31 letters, digits, '-', '_' and '.'"},
        {"x2345678901234567890123456789012345",
         {1, 1, 1},
         "model 'x2345678901234567890123456789012': expected a name of 1 to 31 letters, digits, "
         "'-', '_' and '.'"},
        {"x",
         {0, 28, 28},
         "layer 'input': its shape is 0 x 28 x 28 (channels, height, width), expected sides of 1 "
         "to 65536 and at most 16777216 values"},
        {"x",
         {1, 65537, 1},
         "layer 'input': its shape is 1 x 65537 x 1 (channels, height, width), expected sides of "
         "1 to 65536 and at most 16777216 values"},
        {"x",
         {65536, 65536, 65536},
         "layer 'input': its shape is 65536 x 65536 x 65536 (channels, height, width), expected "
         "sides of 1 to 65536 and at most 16777216 values"},
        {"x",
         {UINT32_MAX, UINT32_MAX, UINT32_MAX},
         "layer 'input': its shape is 4294967295 x 4294967295 x 4294967295 (channels, height, "
         "width), expected sides of 1 to 65536 and at most 16777216 values"},
        {"x",
         {257, 256, 256},
         "layer 'input': its shape is 257 x 256 x 256 (channels, height, width), expected sides "
         "of 1 to 65536 and at most 16777216 values"},
    };
    start(1, 2, 3);
    memcpy(&before, &model, sizeof model);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(notch_model_init(&model, cases[i].name, cases[i].shape, &error) != NOTCH_OK);
        CHECK_STRING(error.message, cases[i].sentence);
        CHECK(memcmp(&before, &model, sizeof model) == 0);
    }
    CHECK(notch_model_init(&model, "x", (notch_shape){256, 256, 256}, &error) == NOTCH_OK);
    CHECK(notch_model_init(&model, "x234567890123456789012345678901", (notch_shape){65536, 1, 256},
                           &error) == NOTCH_OK);
}

TEST(names_are_checked)
{
    start(1, 1, 1);
    refused(relu, "", NOTCH_ERROR_ARGUMENT,
            "layer '': expected a name of 1 to 31 letters, digits, '-', '_' and '.'");
    refused(relu, "a/b", NOTCH_ERROR_ARGUMENT,
            "layer 'a/b': expected a name of 1 to 31 letters, digits, '-', '_' and '.'");
    refused(relu, "input", NOTCH_ERROR_ARGUMENT,
            "layer 'input': there is a layer of this name already");
    notch_layer endless = relu;
    memset(endless.name, 'x', sizeof endless.name);
    CHECK(notch_model_add(&model, &endless, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "layer 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx': expected a name of 1 to "
                                "31 letters, digits, '-', '_' and '.'");
}

TEST(fields_have_to_suit_the_type)
{
    start(1, 8, 8);
    refused((notch_layer){.type = NOTCH_LAYER_INPUT}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type number 0, expected 1 to 8");
    refused((notch_layer){.type = (notch_layer_type)9}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type number 9, expected 1 to 8");
    refused((notch_layer){.type = NOTCH_LAYER_RELU, .outputs = 1}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type relu has no outputs");
    refused((notch_layer){.type = NOTCH_LAYER_RELU, .kernel = {0, 1}}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type relu has no kernel");
    refused((notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = 1, .stride = {1, 0}}, "x",
            NOTCH_ERROR_ARGUMENT, "layer 'x': type dense has no stride");
    refused(window(NOTCH_LAYER_AVERAGE_POOL, 2, 2, 1), "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type average-pool has no padding");
    refused((notch_layer){.type = NOTCH_LAYER_LAYER_NORM, .bias = true}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type layer-norm has no bias");
    refused((notch_layer){.type = NOTCH_LAYER_LAYER_NORM, .affine = true}, "x",
            NOTCH_ERROR_ARGUMENT, "layer 'x': type layer-norm has no affine");
    refused((notch_layer){.type = NOTCH_LAYER_RELU, .inputs = {0, 1}}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': type relu has no second input");
}

TEST(sizes_are_checked)
{
    start(1, 8, 8);
    refused((notch_layer){.type = NOTCH_LAYER_DENSE}, "x", NOTCH_ERROR_RANGE,
            "layer 'x': outputs is 0, expected 1 to 65536");
    refused((notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = 65537}, "x", NOTCH_ERROR_RANGE,
            "layer 'x': outputs is 65537, expected 1 to 65536");
    refused(window(NOTCH_LAYER_CONVOLUTION, 0, 1, 0), "x", NOTCH_ERROR_RANGE,
            "layer 'x': kernel is 0, expected 1 to 65536");
    refused(window(NOTCH_LAYER_CONVOLUTION, 1, 0, 0), "x", NOTCH_ERROR_RANGE,
            "layer 'x': stride is 0, expected 1 to 65536");
    refused(window(NOTCH_LAYER_MAX_POOL, 2, UINT32_MAX, 0), "x", NOTCH_ERROR_RANGE,
            "layer 'x': stride is 4294967295, expected 1 to 65536");
    refused(window(NOTCH_LAYER_MAX_POOL, 2, 2, 2), "x", NOTCH_ERROR_RANGE,
            "layer 'x': padding is 2, expected less than the kernel's 2");
}

TEST(inputs_are_checked)
{
    start(1, 8, 8);
    refused((notch_layer){.type = NOTCH_LAYER_RELU, .inputs = {1, 0}}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': input number 1, expected an earlier layer, 0 to 0");
    refused((notch_layer){.type = NOTCH_LAYER_ADD, .inputs = {0, 7}}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': input number 7, expected an earlier layer, 0 to 0");
    refused((notch_layer){.type = NOTCH_LAYER_ADD}, "x", NOTCH_ERROR_ARGUMENT,
            "layer 'x': adds layer 'input' to itself, expected two different layers");
}

TEST(shapes_have_to_fit)
{
    start(3, 8, 9);
    refused(window(NOTCH_LAYER_CONVOLUTION, 11, 1, 1), "conv", NOTCH_ERROR_ARGUMENT,
            "layer 'conv': a kernel of 11 x 11 with padding 1, 1 does not fit layer 'input' before "
            "it, whose shape is 3 x 8 x 9");
    refused(window(NOTCH_LAYER_AVERAGE_POOL, 9, 1, 0), "pool", NOTCH_ERROR_ARGUMENT,
            "layer 'pool': a kernel of 9 x 9 with padding 0, 0 does not fit layer 'input' before "
            "it, whose shape is 3 x 8 x 9");
    added(window(NOTCH_LAYER_MAX_POOL, 2, 2, 0), "half");
    refused((notch_layer){.type = NOTCH_LAYER_ADD, .inputs = {0, 1}}, "sum", NOTCH_ERROR_ARGUMENT,
            "layer 'sum': cannot add layer 'input' of shape 3 x 8 x 9 and layer 'half' of shape 3 "
            "x 4 x 4, expected the same shape");
    start(1, 4096, 4096);
    refused(
        (notch_layer){
            .type = NOTCH_LAYER_CONVOLUTION, .outputs = 2, .kernel = {1, 1}, .stride = {1, 1}},
        "wide", NOTCH_ERROR_RANGE,
        "layer 'wide': its shape is 2 x 4096 x 4096 (channels, height, width), expected sides "
        "of 1 to 65536 and at most 16777216 values");
    start(1, 65536, 1);
    refused(
        (notch_layer){
            .type = NOTCH_LAYER_MAX_POOL, .kernel = {2, 1}, .stride = {1, 1}, .padding = {1, 0}},
        "tall", NOTCH_ERROR_RANGE,
        "layer 'tall': its shape is 1 x 65537 x 1 (channels, height, width), expected sides of "
        "1 to 65536 and at most 16777216 values");
}

TEST(parameters_are_limited)
{
    /* 2^15 * 2^16 = 2^31 weights are the most; a bias is one too many. */
    notch_layer dense = {.type = NOTCH_LAYER_DENSE, .outputs = 32768, .bias = true};
    start(65536, 1, 1);
    refused(dense, "dense", NOTCH_ERROR_RANGE,
            "layer 'dense': its parameters and the 0 of the layers before are more than "
            "2147483648");
    dense.bias = false;
    added(dense, "dense");
    CHECK_EQUAL_U64(model.parameters, NOTCH_MODEL_PARAMETERS_MAX);
    CHECK_EQUAL_U64(model.tensors[0].count, NOTCH_MODEL_PARAMETERS_MAX);
    CHECK_EQUAL_U64(model.tensors[0].fan_in, 65536);
    refused((notch_layer){.type = NOTCH_LAYER_DENSE, .inputs = {1, 0}, .outputs = 1}, "more",
            NOTCH_ERROR_RANGE,
            "layer 'more': its parameters and the 2147483648 of the layers before are more than "
            "2147483648");
    /* 2^16 * 2^16 * (2^16)^2 = 2^64: the product of the sizes does not fit 64 bits. */
    start(65536, 1, 1);
    refused((notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                          .outputs = 65536,
                          .kernel = {65536, 65536},
                          .stride = {1, 1},
                          .padding = {65535, 65535}},
            "conv", NOTCH_ERROR_RANGE,
            "layer 'conv': its shape is 65536 x 65536 x 65536 (channels, height, width), expected "
            "sides of 1 to 65536 and at most 16777216 values");
    refused((notch_layer){.type = NOTCH_LAYER_CONVOLUTION,
                          .outputs = 65536,
                          .kernel = {65536, 65536},
                          .stride = {65536, 65536},
                          .padding = {65535, 65535}},
            "conv", NOTCH_ERROR_RANGE,
            "layer 'conv': its parameters and the 0 of the layers before are more than "
            "2147483648");
}

TEST(layers_are_limited)
{
    start(1, 2, 2);
    for (uint32_t i = 1; i < NOTCH_LAYERS_MAX; i++) {
        char name[8];
        snprintf(name, sizeof name, "l%u", (unsigned)i);
        added((notch_layer){.type = NOTCH_LAYER_BATCH_NORM, .inputs = {i - 1, 0}, .affine = true},
              name);
    }
    CHECK_EQUAL_U64(model.tensor_count, 254);
    refused(relu, "last", NOTCH_ERROR_RANGE, "layer 'last': is one too many, expected at most 128");
}

/* ------------------------------------------------------------------------------------------------
 * Whole models
 * --------------------------------------------------------------------------------------------- */

static void unfit(uint32_t classes, const char *sentence)
{
    CHECK(notch_model_check(&model, classes, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, sentence);
}

TEST(trainable_models_end_in_a_logit_for_each_class)
{
    start(1, 4, 4);
    unfit(1, "layer 'input': the last layer's shape is 1 x 4 x 4, expected 1 x 1 x 1: one output "
             "for each class");
    added(relu, "unused");
    added((notch_layer){.type = NOTCH_LAYER_DENSE, .outputs = 9}, "dense");
    unfit(10, "layer 'dense': the last layer's shape is 9 x 1 x 1, expected 10 x 1 x 1: one output "
              "for each class");
    unfit(9, "layer 'unused': no other layer uses its output, expected that of all but the last "
             "layer");
    start(9, 1, 1);
    added(relu, "relu");
    unfit(9, "model 'test': no layer has parameters, expected one to train");
    added((notch_layer){.type = NOTCH_LAYER_DENSE, .inputs = {1, 0}, .outputs = 9}, "dense");
    CHECK(notch_model_check(&model, 9, &error) == NOTCH_OK);
    added((notch_layer){.type = NOTCH_LAYER_ADD, .inputs = {2, 0}}, "sum");
    CHECK(notch_model_check(&model, 9, &error) == NOTCH_OK);
}

static void differ(const char *sentence)
{
    CHECK(notch_model_same(&model, &other, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, sentence);
}

TEST(the_first_difference_is_named)
{
    const notch_shape grey = {1, 28, 28};
    CHECK(notch_model_preset(&model, "cnn", grey, 10, &error) == NOTCH_OK);
    CHECK(notch_model_preset(&other, "mlp", grey, 10, &error) == NOTCH_OK);
    differ("layer 1 differs: 'conv1' of type convolution, and 'dense1' of type dense");
    CHECK(notch_model_preset(&other, "cnn", (notch_shape){1, 28, 32}, 10, &error) == NOTCH_OK);
    differ("layer 0 differs: 'input' has width 28, and 'input' has 32");
    CHECK(notch_model_preset(&other, "cnn", grey, 11, &error) == NOTCH_OK);
    differ("layer 12 differs: 'dense2' has channels 10, and 'dense2' has 11");
    other = model;
    other.layers[1].bias = false;
    differ("layer 1 differs: 'conv1' has bias 1, and 'conv1' has 0");
    other = model;
    other.layer_count--;
    differ("model 'cnn' has 14 layers, and 'cnn' has 13");
    other = model;
    memcpy(other.name, "renamed", 8);
    memcpy(other.layers[1].name, "first", 6);
    CHECK(notch_model_same(&model, &other, &error) == NOTCH_OK);
}

TEST(presets_have_the_documented_parameters)
{
    const struct {
        const char *name;
        uint64_t parameters;
        uint32_t layers, tensors;
    } cases[] = {{"linear", 7850, 3, 2},
                 {"mlp", 101770, 5, 4},
                 {"cnn", 421642, 14, 8},
                 {"resnet18", 11175370, 70, 62}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        NOTE("%s", cases[i].name);
        CHECK_STRING(notch_model_preset_name(i), cases[i].name);
        CHECK(notch_model_preset(&model, cases[i].name, (notch_shape){1, 28, 28}, 10, &error) ==
              NOTCH_OK);
        CHECK_STRING(model.name, cases[i].name);
        CHECK_EQUAL_U64(model.parameters, cases[i].parameters);
        CHECK_EQUAL_U64(model.layer_count, cases[i].layers);
        CHECK_EQUAL_U64(model.tensor_count, cases[i].tensors);
        CHECK(notch_model_check(&model, 10, &error) == NOTCH_OK);
        CHECK(model.layers[model.layer_count - 1].type == NOTCH_LAYER_LAYER_NORM);
    }
    CHECK(notch_model_preset_name(4) == NULL);
    memcpy(&before, &model, sizeof model);
    CHECK(notch_model_preset(&model, "vgg", (notch_shape){1, 28, 28}, 10, &error) ==
          NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "unknown model 'vgg', expected one of: linear, mlp, cnn, resnet18");
    CHECK(notch_model_preset(&model, "cnn", (notch_shape){1, 3, 3}, 10, &error) ==
          NOTCH_ERROR_ARGUMENT);
    CHECK_STRING(error.message, "layer 'pool2': a kernel of 2 x 2 with padding 0, 0 does not fit "
                                "layer 'relu2' before it, whose shape is 64 x 1 x 1");
    CHECK(notch_model_preset(&model, "linear", (notch_shape){1, 3, 3}, 0, &error) ==
          NOTCH_ERROR_RANGE);
    CHECK(memcmp(&before, &model, sizeof model) == 0);
}

TEST(cnn_has_the_papers_shapes)
{
    CHECK(notch_model_preset(&model, "cnn", (notch_shape){1, 28, 28}, 10, &error) == NOTCH_OK);
    has_shape(notch_model_find(&model, "conv1"), 32, 28, 28);
    has_shape(notch_model_find(&model, "pool1"), 32, 14, 14);
    has_shape(notch_model_find(&model, "norm2"), 64, 7, 7);
    has_shape(notch_model_find(&model, "norm3"), 128, 1, 1);
    has_shape(notch_model_find(&model, "norm4"), 10, 1, 1);
    CHECK_EQUAL_U64(model.tensors[model.layers[9].tensors[0]].fan_in, 3136);
    CHECK_EQUAL_U64(notch_model_multiply_adds(&model, 1), 28 * 28 * 32 * 9);
    CHECK_EQUAL_U64(notch_model_multiply_adds(&model, 9), 3136 * 128);
    CHECK_EQUAL_U64(notch_model_multiply_adds(&model, 2), 0);
}

TEST(resnet18_has_the_papers_shapes)
{
    CHECK(notch_model_preset(&model, "resnet18", (notch_shape){1, 28, 28}, 10, &error) == NOTCH_OK);
    has_shape(notch_model_find(&model, "stem.conv"), 64, 14, 14);
    has_shape(notch_model_find(&model, "stage1.block2.add"), 64, 7, 7);
    has_shape(notch_model_find(&model, "stage2.block1.add"), 128, 4, 4);
    has_shape(notch_model_find(&model, "stage3.block2.relu2"), 256, 2, 2);
    has_shape(notch_model_find(&model, "stage4.block2.relu2"), 512, 1, 1);
    has_shape(notch_model_find(&model, "pool"), 512, 1, 1);
    /* He et al., table 1: 1.8 * 10^9 multiply-adds on colour images of 224 x 224 with 1000 classes,
     * and 11,689,512 parameters. */
    CHECK(notch_model_preset(&model, "resnet18", (notch_shape){3, 224, 224}, 1000, &error) ==
          NOTCH_OK);
    uint64_t multiply_adds = 0;
    for (uint32_t i = 0; i < model.layer_count; i++) {
        multiply_adds += notch_model_multiply_adds(&model, i);
    }
    CHECK_EQUAL_U64(model.parameters, 11689512);
    CHECK_EQUAL_U64(multiply_adds, 1814073344);
    has_shape(notch_model_find(&model, "stage4.block2.relu2"), 512, 7, 7);
    has_shape(notch_model_find(&model, "pool"), 512, 1, 1);
}

TEST(layer_types_have_names)
{
    notch_layer_type type = NOTCH_LAYER_ADD;
    for (uint32_t i = 0; i <= NOTCH_LAYER_ADD; i++) {
        CHECK(notch_layer_type_parse(notch_layer_type_name((notch_layer_type)i), &type, &error) ==
              NOTCH_OK);
        CHECK_EQUAL_U64(type, i);
    }
    CHECK(notch_layer_type_name((notch_layer_type)9) == NULL);
    CHECK(notch_layer_type_parse("pool", &type, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_layer_type_parse("relu", NULL, &error) == NOTCH_ERROR_ARGUMENT);
}

TEST_MAIN(RUN(the_input_is_layer_0), RUN(windows_slide_as_the_formula_says),
          RUN(height_and_width_have_their_own_windows), RUN(tensors_follow_each_other),
          RUN(layers_can_be_added_again_as_they_are_stored), RUN(missing_arguments_are_refused),
          RUN(impossible_inputs_are_refused), RUN(names_are_checked),
          RUN(fields_have_to_suit_the_type), RUN(sizes_are_checked), RUN(inputs_are_checked),
          RUN(shapes_have_to_fit), RUN(parameters_are_limited), RUN(layers_are_limited),
          RUN(trainable_models_end_in_a_logit_for_each_class), RUN(the_first_difference_is_named),
          RUN(presets_have_the_documented_parameters), RUN(cnn_has_the_papers_shapes),
          RUN(resnet18_has_the_papers_shapes), RUN(layer_types_have_names))
