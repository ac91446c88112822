/* test_nearest.c - the known name that is most like a mistyped one.
 * SPDX-License-Identifier: MIT
 */
#include <notch/core.h>

#include "test.h"

static const char *const types[] = {"convolution",  "dense",      "relu",       "max-pool",
                                    "average-pool", "layer-norm", "batch-norm", "add"};
static const char *const options[] = {"model",  "data",    "engine", "update",  "epochs",
                                      "batch",  "seed",    "trials", "threads", "learning-rate",
                                      "out",    "quiet",   "bits",   "scope",   "sampler",
                                      "anneal", "data-dir"};

static const char *type_like(const char *name)
{
    return notch_nearest_name(name, types, sizeof types / sizeof types[0]);
}

static const char *option_like(const char *name)
{
    return notch_nearest_name(name, options, sizeof options / sizeof options[0]);
}

TEST(known_names_are_nearest_to_themselves)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        CHECK_STRING(type_like(types[i]), types[i]);
    }
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        CHECK_STRING(option_like(options[i]), options[i]);
    }
}

TEST(slips_are_understood)
{
    CHECK_STRING(option_like("epoch"), "epochs");
    CHECK_STRING(option_like("epcohs"), "epochs");
    CHECK_STRING(option_like("Epochs"), "epochs");
    CHECK_STRING(option_like("batches"), "batch");
    CHECK_STRING(option_like("learning_rate"), "learning-rate");
    CHECK_STRING(option_like("sede"), "seed");
    CHECK_STRING(option_like("ot"), "out");
    CHECK_STRING(option_like("treads"), "threads");
    CHECK_STRING(type_like("denes"), "dense");
    CHECK_STRING(type_like("ReLU"), "relu");
    CHECK_STRING(type_like("relu6"), "relu");
}

TEST(short_forms_are_understood)
{
    CHECK_STRING(type_like("conv"), "convolution");
    CHECK_STRING(type_like("conv2d"), "convolution");
    CHECK_STRING(type_like("maxpool"), "max-pool");
    CHECK_STRING(type_like("avgpool"), "average-pool");
    CHECK_STRING(type_like("batchnorm"), "batch-norm");
    CHECK_STRING(type_like("layer_norm"), "layer-norm");
    CHECK_STRING(option_like("learn"), "learning-rate");
}

TEST(the_first_of_equals_is_taken)
{
    const char *const names[] = {"ax", "ay", "az"};
    CHECK_STRING(notch_nearest_name("aq", names, 3), "ax");
    CHECK_STRING(notch_nearest_name("", names, 3), "ax");
    CHECK_STRING(notch_nearest_name("az", names, 3), "az");
}

TEST(long_names_are_compared_by_their_beginning)
{
    char name[300], same[300];
    memset(name, 'x', sizeof name - 1);
    memset(same, 'x', sizeof same - 1);
    name[299] = same[299] = '\0';
    same[63] = 'y';
    const char *const names[] = {"x", same, name};
    CHECK_STRING(notch_nearest_name(name, names, 3), same);
}

TEST(without_names_there_is_none)
{
    CHECK(notch_nearest_name("x", types, 0) == NULL);
    CHECK(notch_nearest_name("x", NULL, 3) == NULL);
    CHECK(notch_nearest_name(NULL, types, 3) == NULL);
}

TEST_MAIN(RUN(known_names_are_nearest_to_themselves), RUN(slips_are_understood),
          RUN(short_forms_are_understood), RUN(the_first_of_equals_is_taken),
          RUN(long_names_are_compared_by_their_beginning), RUN(without_names_there_is_none))
