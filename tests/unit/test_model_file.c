/* test_model_file.c - models as INI texts: what is read, what is written, every refusal.
 * SPDX-License-Identifier: MIT
 */
#define _XOPEN_SOURCE 700
#include <notch/model_file.h>

#include <stdlib.h>
#include <unistd.h>

#include "test.h"

static notch_model model, other;
static notch_error error;
static const notch_model_context digits = {{1, 28, 28}, 10};
static char text[65536];

#ifdef NOTCH_NO_INIH
#define NEED_INIH() SKIP("made without inih")
#else
#define NEED_INIH() ((void)0)
#endif

static notch_status parse(const char *content, const notch_model_context *context)
{
    NEED_INIH();
    error = (notch_error){.message = ""};
    return notch_model_parse(content, strlen(content), "net.ini", context, &model, &error);
}

static void accepted(const char *content)
{
    if (parse(content, &digits) != NOTCH_OK) {
        TEST_FAIL("expected a model, got: %s", error.message);
    }
}

/* The text is no model, and what was there stays. */
static void refused(const char *content, const char *sentence)
{
    memset(&model, 0x5a, sizeof model);
    memcpy(&other, &model, sizeof model);
    CHECK_EQUAL_I64(parse(content, &digits), NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message, sentence);
    CHECK_EQUAL_I64(error.status, NOTCH_ERROR_INPUT);
    CHECK(memcmp(&model, &other, sizeof model) == 0);
}

#define END "[out]\ntype = dense\noutputs = classes\n"

/* ------------------------------------------------------------------------------------------------
 * What is read
 * --------------------------------------------------------------------------------------------- */

TEST(a_text_describes_the_preset)
{
    accepted("; a comment\n"
             "[model]\n"
             "name = mine\n"
             "\n"
             "[conv1]\n"
             "type = convolution\n"
             "outputs = 32 ; a comment\n"
             "kernel = 3\n"
             "padding = 1\n"
             "# another\n"
             "[relu1]\n"
             "type = relu\n"
             "[pool1]\n"
             "kernel = 2\n"
             "type = max-pool\n"
             "[norm1]\n"
             "type = layer-norm\n"
             "[conv2]\n"
             "type = convolution\n"
             "outputs = 64\n"
             "kernel = 3, 3\n"
             "padding = 1,1\n"
             "stride = 1\n"
             "bias = yes\n"
             "[relu2]\n"
             "type = relu\n"
             "[pool2]\n"
             "type = max-pool\n"
             "kernel = 2\n"
             "stride = 2\n"
             "[norm2]\n"
             "type = layer-norm\n"
             "[dense1]\n"
             "type = dense\n"
             "outputs = 128\n"
             "input = norm2\n"
             "[relu3]\n"
             "type = relu\n"
             "[norm3]\n"
             "type = layer-norm\n"
             "[dense2]\n"
             "type = dense\n"
             "outputs = classes\n"
             "[norm4]\n"
             "type = layer-norm\n");
    CHECK_STRING(model.name, "mine");
    CHECK(notch_model_preset(&other, "cnn", digits.input, 10, &error) == NOTCH_OK);
    if (notch_model_same(&model, &other, &error) != NOTCH_OK) {
        TEST_FAIL("%s", error.message);
    }
}

TEST(defaults_are_the_documented_ones)
{
    accepted("[conv]\ntype = convolution\noutputs = 4\nkernel = 3, 5\n"
             "[norm]\ntype = batch-norm\n"
             "[pool]\ntype = average-pool\nkernel = 2, 4\n"
             "[all]\ntype = max-pool\nkernel = all\n" END);
    const notch_layer *l = model.layers;
    CHECK_STRING(model.name, "model");
    CHECK(l[1].bias && l[2].affine && l[5].bias);
    CHECK(!l[1].affine && !l[2].bias);
    CHECK_EQUAL_U64(l[1].stride[0] * 100 + l[1].stride[1], 101);
    CHECK_EQUAL_U64(l[1].kernel[0] * 100 + l[1].kernel[1], 305);
    CHECK_EQUAL_U64(l[1].padding[0] + l[1].padding[1], 0);
    CHECK_EQUAL_U64(l[3].stride[0] * 100 + l[3].stride[1], 204);
    CHECK_EQUAL_U64(l[4].kernel[0] * 100 + l[4].kernel[1], 1306);
    CHECK_EQUAL_U64(l[4].shape.height * l[4].shape.width, 1);
    CHECK_EQUAL_U64(l[5].inputs[0], 4);
    CHECK_EQUAL_U64(l[5].outputs, 10);
}

TEST(branches_meet_again)
{
    accepted("[a]\ntype = convolution\noutputs = 2\nkernel = 3\npadding = 1\nbias = no\n"
             "[b]\ntype = relu\ninput = a\n"
             "[c]\ntype = batch-norm\ninput = a\naffine = no\n"
             "[sum]\ntype = add\ninputs = b ,\tc\n" END);
    CHECK_EQUAL_U64(model.layers[2].inputs[0], 1);
    CHECK_EQUAL_U64(model.layers[3].inputs[0], 1);
    CHECK_EQUAL_U64(model.layers[4].inputs[0], 2);
    CHECK_EQUAL_U64(model.layers[4].inputs[1], 3);
    CHECK(!model.layers[1].bias && !model.layers[3].affine);
}

TEST(the_text_may_know_its_input)
{
    const char *own = "[input]\nchannels = 3\nheight = 4\nwidth = 5\n" END;
    const notch_model_context same = {{3, 4, 5}, 0}, none = {{0, 0, 0}, 7};
    CHECK(parse(own, &none) == NOTCH_OK);
    CHECK_EQUAL_U64(model.tensors[0].sizes[0], 7);
    CHECK_EQUAL_U64(model.tensors[0].sizes[1], 60);
    CHECK(parse(own, &same) == NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message, "net.ini:7: layer 'out': outputs is 'classes', expected a number: "
                                "how many classes there are is not known");
    CHECK(parse("[input]\nchannels = 3\nheight = 4\nwidth = 5\n[d]\ntype=dense\noutputs=6\n",
                NULL) == NOTCH_OK);
    refused(own, "net.ini:1: the input is 3 x 4 x 5 (channels, height, width), but the images are "
                 "1 x 28 x 28");
    CHECK(parse(END, &none) == NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message,
                 "net.ini:1: the shape of images is not known, expected a section [input] with "
                 "channels, height and width before the layers");
}

TEST(lines_end_and_begin_as_they_like)
{
    accepted("\xef\xbb\xbf[out]\r\n   type : dense\r\n\toutputs=classes   \r\n\r\n  # end");
    CHECK_EQUAL_U64(model.layer_count, 2);
    /* an indented line does not continue the one before */
    accepted("[out]\ntype = dense\n  outputs = 10\n  bias = no");
    CHECK(!model.layers[1].bias);
}

TEST(lines_have_a_longest)
{
    char content[1024];
    for (size_t length = NOTCH_MODEL_LINE_MAX - 1; length <= NOTCH_MODEL_LINE_MAX + 1; length++) {
        snprintf(content, sizeof content, "%s# %0*d\nbias = no\n", END, (int)length - 2, 0);
        NOTE("%zu bytes", length);
        if (length <= NOTCH_MODEL_LINE_MAX) {
            accepted(content);
            CHECK(!model.layers[1].bias);
        } else {
            refused(content, "net.ini:4: the line has 199 bytes, expected at most 198");
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * What is written
 * --------------------------------------------------------------------------------------------- */

TEST(presets_survive_writing_and_reading)
{
    const notch_shape shapes[] = {{1, 28, 28}, {3, 32, 32}, {2, 9, 20}};
    for (size_t i = 0; notch_model_preset_name(i) != NULL; i++) {
        for (size_t s = 0; s < 3; s++) {
            NOTE("%s, shape %zu", notch_model_preset_name(i), s);
            CHECK(notch_model_preset(&other, notch_model_preset_name(i), shapes[s], 10, &error) ==
                  NOTCH_OK);
            const size_t length = notch_model_format(&other, text, sizeof text);
            CHECK(length < sizeof text);
            CHECK_EQUAL_U64(length, strlen(text));
            CHECK(parse(text, NULL) == NOTCH_OK);
            CHECK(notch_model_same(&model, &other, &error) == NOTCH_OK);
            CHECK_STRING(model.name, other.name);
            for (uint32_t k = 0; k < model.layer_count; k++) {
                CHECK_STRING(model.layers[k].name, other.layers[k].name);
            }
        }
    }
}

TEST(all_options_survive_writing_and_reading)
{
    accepted("[model]\nname = A.b_c-1\n"
             "[conv]\ntype = convolution\noutputs = 3\nkernel = 2, 3\nstride = 2, 1\n"
             "padding = 0, 2\nbias = no\n"
             "[norm]\ntype = batch-norm\naffine = no\n"
             "[relu]\ntype = relu\ninput = conv\n"
             "[sum]\ntype = add\ninputs = relu, norm\n"
             "[pool]\ntype = average-pool\nkernel = 2, 1\nstride = 3, 4\n" END);
    other = model;
    const size_t length = notch_model_format(&other, text, sizeof text);
    accepted(text);
    CHECK(notch_model_same(&model, &other, &error) == NOTCH_OK);
    CHECK_STRING(text, "[model]\nname = A.b_c-1\n"
                       "\n[input]\nchannels = 1\nheight = 28\nwidth = 28\n"
                       "\n[conv]\ntype = convolution\noutputs = 3\nkernel = 2, 3\nstride = 2, 1\n"
                       "padding = 0, 2\nbias = no\n"
                       "\n[norm]\ntype = batch-norm\naffine = no\n"
                       "\n[relu]\ntype = relu\ninput = conv\n"
                       "\n[sum]\ntype = add\ninputs = relu, norm\n"
                       "\n[pool]\ntype = average-pool\nkernel = 2, 1\nstride = 3, 4\n"
                       "\n[out]\ntype = dense\noutputs = 10\nbias = yes\n");
    /* The size is asked first; what does not fit is left out. */
    char part[12] = "###########";
    CHECK_EQUAL_U64(notch_model_format(&other, NULL, 0), length);
    CHECK_EQUAL_U64(notch_model_format(&other, part, 9), length);
    CHECK_STRING(part, "[model]\n");
    CHECK(part[9] == '#');
    char *exact = malloc(length + 1);
    CHECK(exact != NULL);
    CHECK_EQUAL_U64(notch_model_format(&other, exact, length + 1), length);
    const bool equal = strcmp(exact, text) == 0;
    free(exact);
    CHECK(equal);
    CHECK_EQUAL_U64(notch_model_format(NULL, part, sizeof part), 0);
    CHECK_STRING(part, "");
}

/* ------------------------------------------------------------------------------------------------
 * What is refused
 * --------------------------------------------------------------------------------------------- */

TEST(lines_are_checked)
{
    refused("", "net.ini: has no layers, expected a section for each");
    refused("[model]\nname = x\n", "net.ini: has no layers, expected a section for each");
    refused("type = relu\n",
            "net.ini:1: key 'type' is in no section, expected a line '[LAYER]' before it");
    refused("\n[out]\nhello\n", "net.ini:3: expected 'key = value' or '[section]'");
    refused("\n[out]\nhello\n[out\n", "net.ini:3: expected 'key = value' or '[section]'");
    refused("[out\n", "net.ini:1: expected ']' as the end of a section's line");
    refused("[out] dense\n", "net.ini:1: expected ']' as the end of a section's line");
    refused("[out]\ntype = dense\noutputs = \x01\n", "net.ini:3: holds byte 1, expected text");
    refused(END "[a b]\n", "net.ini:4: section [a b]: expected a layer's name of 1 to 31 letters, "
                           "digits, '-', '_' and '.'");
    refused("[]\n", "net.ini:1: section []: expected a layer's name of 1 to 31 letters, digits, "
                    "'-', '_' and '.'");
    CHECK(notch_model_parse("[a]\n\0[b]\n", 9, "net.ini", &digits, &model, &error) ==
          NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message, "net.ini:2: holds byte 0, expected text");
}

TEST(sections_are_checked)
{
    refused(END "[model]\n",
            "net.ini:4: section [model] comes after layers, expected it before them");
    refused(END "[input]\n",
            "net.ini:4: section [input] comes after layers, expected it before them");
    refused("[model]\n[model]\n", "net.ini:2: section [model] is there twice, first in line 1");
    refused("[input]\nchannels = 1\nheight = 28\nwidth = 28\n[input]\n",
            "net.ini:5: section [input] is there twice, first in line 1");
    refused(END END, "net.ini:4: section [out] is there twice, expected a new name for each layer");
    refused("[model]\nnom = x\n",
            "net.ini:2: section [model]: unknown key 'nom', the nearest known one is 'name'");
    refused("[model]\nname = x\nname = y\n", "net.ini:3: section [model]: name is given twice");
    refused("[model]\nname = a/b\n", "net.ini:2: section [model]: name is 'a/b', expected 1 to 31 "
                                     "letters, digits, '-', '_' and '.'");
    refused("[input]\nheigth = 2\n",
            "net.ini:2: section [input]: unknown key 'heigth', the nearest known one is 'height'");
    refused("[input]\nheight = 0\n",
            "net.ini:2: section [input]: height is '0', expected a whole number from 1 to 65536");
    refused("[input]\nheight = 65537\n", "net.ini:2: section [input]: height is '65537', expected "
                                         "a whole number from 1 to 65536");
    refused("[input]\nheight = 1\nheight = 2\n",
            "net.ini:3: section [input]: height is given twice");
    refused("[input]\nheight = 1\nwidth = 1\n" END,
            "net.ini:1: section [input]: expected channels, height and width of 1 or more");
    const notch_model_context none = {{0, 0, 0}, 10};
    CHECK(parse("[input]\nchannels = 65536\nheight = 65536\nwidth = 1\n" END, &none) ==
          NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message,
                 "net.ini:1: layer 'input': its shape is 65536 x 65536 x 1 (channels, height, "
                 "width), expected sides of 1 to 65536 and at most 16777216 values");
}

TEST(keys_are_checked)
{
    refused("[a]\nkernal = 3\n",
            "net.ini:2: layer 'a': unknown key 'kernal', the nearest known one is 'kernel'");
    refused("[a]\ntype = conv\n",
            "net.ini:2: layer 'a': unknown type 'conv', the nearest known one is 'convolution'");
    refused("[a]\ntype = input\n",
            "net.ini:2: layer 'a': unknown type 'input', the nearest known one is 'relu'");
    refused("[a]\ntype =\n",
            "net.ini:2: layer 'a': unknown type '', the nearest known one is 'add'");
    refused("[a]\ntype = relu\ntype = relu\n",
            "net.ini:3: layer 'a': type is given twice, first in line 2");
    refused("[a]\noutputs = 3\n", "net.ini:1: layer 'a': key 'type' is missing");
    refused("[a]\nkernel = 3\ntype = relu\n[b]\n",
            "net.ini:2: layer 'a': type relu has no key 'kernel'");
    refused("[a]\ntype = add\ninput = input\n",
            "net.ini:3: layer 'a': type add has no key 'input'");
    refused("[a]\ntype = average-pool\nkernel = 2\npadding = 0\n",
            "net.ini:4: layer 'a': type average-pool has no key 'padding'");
    refused("[a]\ntype = convolution\noutputs = 2\n",
            "net.ini:1: layer 'a': type convolution needs key 'kernel'");
    refused("[a]\ntype = dense\n", "net.ini:1: layer 'a': type dense needs key 'outputs'");
}

TEST(values_are_checked)
{
    const char *numbers[] = {"", "-1", "+1", "0x3", "3.0", "3 3", "1e3", "4294967296", "three"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char content[128], sentence[200];
        snprintf(content, sizeof content, "[a]\noutputs = %s\n", numbers[i]);
        snprintf(sentence, sizeof sentence,
                 "net.ini:2: layer 'a': outputs is '%s', expected a whole number or 'classes'",
                 numbers[i]);
        refused(content, sentence);
    }
    const char *pairs[] = {"", "1,", ",1", "1,2,3", "1;2", "1 2", "1, x"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char content[128], sentence[200];
        snprintf(content, sizeof content, "[a]\nstride = %s\n", pairs[i]);
        snprintf(sentence, sizeof sentence,
                 "net.ini:2: layer 'a': stride is '%s', expected a whole number, or two as height, "
                 "width",
                 pairs[i]);
        refused(content, sentence);
    }
    refused("[a]\nkernel = some\n", "net.ini:2: layer 'a': kernel is 'some', expected a whole "
                                    "number, two as height, width, or 'all'");
    refused("[a]\nbias = true\n", "net.ini:2: layer 'a': bias is 'true', expected yes or no");
    refused("[a]\naffine = No\n", "net.ini:2: layer 'a': affine is 'No', expected yes or no");
    refused("[a]\ninputs = input\n",
            "net.ini:2: layer 'a': inputs is 'input', expected the names of two layers, A, B");
    refused("[a]\nbias = 12345678901234567890123456789012345678901234567890\n",
            "net.ini:2: layer 'a': bias is '1234567890123456789012345678901234567890...', expected "
            "yes or no");
}

TEST(inputs_stand_before)
{
    refused("[a]\ntype = relu\ninput = b\n[b]\ntype = relu\n",
            "net.ini:3: layer 'a': input names 'b', which is no layer before it; the nearest name "
            "is 'input'");
    refused("[conv1]\ntype = relu\n[sum]\ntype = add\ninputs = input, conv2\n",
            "net.ini:5: layer 'sum': inputs names 'conv2', which is no layer before it; the "
            "nearest name is 'conv1'");
    refused("[a]\ntype = add\ninputs = input, input\n",
            "net.ini:1: layer 'a': adds layer 'input' to itself, expected two different layers");
    refused("[a]\ntype = relu\ninput = a\n",
            "net.ini:3: layer 'a': input names 'a', which is no layer before it; the nearest name "
            "is 'input'");
}

TEST(shapes_are_checked)
{
    refused("[half]\ntype = max-pool\nkernel = 2\n\n[sum]\ntype = add\ninputs = input, half\n",
            "net.ini:5: layer 'sum': cannot add layer 'input' of shape 1 x 28 x 28 and layer "
            "'half' of shape 1 x 14 x 14, expected the same shape");
    refused("[conv]\ntype = convolution\noutputs = 2\nkernel = 31\npadding = 1\n",
            "net.ini:1: layer 'conv': a kernel of 31 x 31 with padding 1, 1 does not fit layer "
            "'input' before it, whose shape is 1 x 28 x 28");
    refused("[conv]\ntype = convolution\noutputs = 2\nkernel = 0\n",
            "net.ini:1: layer 'conv': kernel is 0, expected 1 to 65536");
    refused("[out]\ntype = dense\noutputs = 9\n",
            "net.ini: layer 'out': the last layer's shape is 9 x 1 x 1, expected 10 x 1 x 1: one "
            "output for each class");
    refused("[a]\ntype = relu\n[out]\ntype = dense\noutputs = 10\ninput = input\n",
            "net.ini: layer 'a': no other layer uses its output, expected that of all but the last "
            "layer");
}

TEST(layers_are_counted)
{
    size_t length = 0;
    for (int i = 1; i <= 128; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "[l%d]\ntype = relu\n", i);
    }
    refused(text, "net.ini:255: layer 'l128': is one too many, expected at most 128");
}

TEST(long_names_of_files_are_cut)
{
    char name[300], expected[400];
    NEED_INIH();
    memset(name, 'x', sizeof name);
    memcpy(name + 290, "/net.ini", 9);
    snprintf(expected, sizeof expected,
             "...%s:2: layer 'a': unknown key 'b', the nearest known one is 'bias'",
             name + 298 - 80);
    CHECK(notch_model_parse("[a]\nb = 1\n", 10, name, &digits, &model, &error) ==
          NOTCH_ERROR_INPUT);
    CHECK_STRING(error.message, expected);
}

/* ------------------------------------------------------------------------------------------------
 * Files
 * --------------------------------------------------------------------------------------------- */

static void write_file(const char *path, const char *content, size_t length)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    const size_t written = fwrite(content, 1, length, file);
    CHECK(fclose(file) == 0 && written == length);
}

TEST(files_are_read)
{
    NEED_INIH();
    const char *place = getenv("TMPDIR");
    char folder[4096], path[4200], sentence[4400];
    snprintf(folder, sizeof folder, "%s/notch-model-XXXXXX", place != NULL ? place : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    CHECK(chdir(folder) == 0);
    write_file("my net+.v2.ini", END, strlen(END));
    const notch_status named = notch_model_read("my net+.v2.ini", &digits, &model, &error);
    snprintf(path, sizeof path, "%s/.ini", folder);
    write_file(path, END, strlen(END));
    const notch_status hidden = notch_model_read(path, &digits, &other, &error);
    char *large = malloc((size_t)NOTCH_MODEL_FILE_MAX + 1);
    memset(large, '\n', (size_t)NOTCH_MODEL_FILE_MAX + 1);
    memcpy(large, END, strlen(END));
    write_file("large.ini", large, NOTCH_MODEL_FILE_MAX);
    const notch_status largest = notch_model_read("large.ini", &digits, &other, &error);
    write_file("large.ini", large, (size_t)NOTCH_MODEL_FILE_MAX + 1);
    const notch_status too_large = notch_model_read("large.ini", &digits, &other, &error);
    free(large);
    snprintf(sentence, sizeof sentence, "%s", error.message);
    const notch_status missing = notch_model_read("missing.ini", &digits, &other, &error);
    (void)remove("my net+.v2.ini");
    (void)remove(".ini");
    (void)remove("large.ini");
    CHECK(chdir("/") == 0 && rmdir(folder) == 0);
    CHECK(named == NOTCH_OK);
    CHECK_STRING(model.name, "my-net-.v2");
    CHECK(hidden == NOTCH_OK);
    CHECK(largest == NOTCH_OK);
    CHECK_STRING(other.name, "large");
    CHECK(too_large == NOTCH_ERROR_INPUT);
    CHECK_STRING(sentence, "large.ini: has more than 1048576 bytes");
    CHECK(missing == NOTCH_ERROR_INPUT);
    CHECK(notch_model_read(NULL, &digits, &model, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_read("x", &digits, NULL, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_parse(NULL, 0, "x", NULL, &model, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_parse("", 0, NULL, NULL, &model, &error) == NOTCH_ERROR_ARGUMENT);
    CHECK(notch_model_parse("", 0, "x", NULL, NULL, &error) == NOTCH_ERROR_ARGUMENT);
}

#ifdef NOTCH_NO_INIH
TEST(without_inih_it_is_said)
{
    CHECK(notch_model_parse("", 0, "net.ini", NULL, &model, &error) == NOTCH_ERROR_UNSUPPORTED);
    CHECK_STRING(error.message,
                 "net.ini: INI files need a build with inih (Debian package libinih-dev)");
}
#else
TEST(without_inih_it_is_said)
{
    SKIP("made with inih");
}
#endif

TEST_MAIN(RUN(a_text_describes_the_preset), RUN(defaults_are_the_documented_ones),
          RUN(branches_meet_again), RUN(the_text_may_know_its_input),
          RUN(lines_end_and_begin_as_they_like), RUN(lines_have_a_longest),
          RUN(presets_survive_writing_and_reading), RUN(all_options_survive_writing_and_reading),
          RUN(lines_are_checked), RUN(sections_are_checked), RUN(keys_are_checked),
          RUN(values_are_checked), RUN(inputs_stand_before), RUN(shapes_are_checked),
          RUN(layers_are_counted), RUN(long_names_of_files_are_cut), RUN(files_are_read),
          RUN(without_inih_it_is_said))
