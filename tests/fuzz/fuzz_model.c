/* fuzz_model.c - no text makes the reader of models fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * The first byte of an input says what is known of the images: bit 0 that they are 1 x 28 x 28, bit
 * 1 that there are 10 classes. The rest is the text. A model that was read is checked, written and
 * read again.
 */
#include <notch/model_file.h>

#include <stdlib.h>
#include <string.h>

enum {
    TEXT_ROOM = 65536 /* 128 layers of less than 500 bytes each */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static notch_model model, again;
static char text[TEXT_ROOM];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_shape(const notch_shape *shape)
{
    require(shape->channels >= 1 && shape->height >= 1 && shape->width >= 1);
    require((uint64_t)shape->channels * shape->height * shape->width <= NOTCH_MODEL_VALUES_MAX);
}

static void check_model(void)
{
    uint64_t parameters = 0;
    require(model.layer_count >= 2 && model.layer_count <= NOTCH_LAYERS_MAX);
    require(model.tensor_count <= NOTCH_TENSORS_MAX);
    for (uint32_t i = 0; i < model.layer_count; i++) {
        const notch_layer *layer = &model.layers[i];
        check_shape(&layer->shape);
        require(i == 0 || (layer->inputs[0] < i && layer->inputs[1] < i));
        require(notch_model_find(&model, layer->name) == i);
        require(notch_model_multiply_adds(&model, i) < UINT64_C(1) << 56);
    }
    for (uint32_t i = 0; i < model.tensor_count; i++) {
        require(model.tensors[i].offset == parameters);
        parameters += model.tensors[i].count;
    }
    require(parameters == model.parameters && parameters <= NOTCH_MODEL_PARAMETERS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    notch_model_context context = {.classes = (data[0] & 2) != 0 ? 10 : 0};
    if (data[0] & 1) {
        context.input = (notch_shape){1, 28, 28};
    }
    notch_error error = {.message = ""};
    const notch_status status =
        notch_model_parse((const char *)data + 1, size - 1, "fuzz", &context, &model, &error);
    if (status != NOTCH_OK) {
        require(status == NOTCH_ERROR_INPUT && error.status == status);
        require(strncmp(error.message, "fuzz:", 5) == 0);
        return 0;
    }
    check_model();
    const size_t length = notch_model_format(&model, text, sizeof text);
    require(length < sizeof text);
    require(notch_model_parse(text, length, "again", &context, &again, &error) == NOTCH_OK);
    require(notch_model_same(&model, &again, &error) == NOTCH_OK);
    return 0;
}
