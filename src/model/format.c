/* format.c - a model as the text of an INI file.
 * SPDX-License-Identifier: MIT
 */
#include <notch/model.h>

/* Counts all bytes and keeps those that fit. */
typedef struct writer {
    char *text;
    size_t capacity, length;
} writer;

static void put(writer *w, const char *addition)
{
    for (; *addition != '\0'; addition++, w->length++) {
        if (w->length + 1 < w->capacity) {
            w->text[w->length] = *addition;
        }
    }
}

static void put_number(writer *w, uint32_t number)
{
    char digits[11]; /* 2^32 - 1 has 10 digits */
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    put(w, digits + at);
}

/* key = value */
static void put_text(writer *w, const char *key, const char *value)
{
    put(w, key);
    put(w, " = ");
    put(w, value);
    put(w, "\n");
}

/* key = A, or key = A, B where they differ */
static void put_sizes(writer *w, const char *key, uint32_t first, uint32_t second)
{
    put(w, key);
    put(w, " = ");
    put_number(w, first);
    if (second != first) {
        put(w, ", ");
        put_number(w, second);
    }
    put(w, "\n");
}

static void put_section(writer *w, const char *name)
{
    put(w, w->length == 0 ? "[" : "\n[");
    put(w, name);
    put(w, "]\n");
}

static void put_options(writer *w, const notch_layer *layer)
{
    const bool convolution = layer->type == NOTCH_LAYER_CONVOLUTION;
    const bool dense = layer->type == NOTCH_LAYER_DENSE;
    if (convolution || dense) {
        put_sizes(w, "outputs", layer->outputs, layer->outputs);
    }
    if (layer->kernel[0] != 0) {
        put_sizes(w, "kernel", layer->kernel[0], layer->kernel[1]);
        put_sizes(w, "stride", layer->stride[0], layer->stride[1]);
    }
    if (convolution || layer->type == NOTCH_LAYER_MAX_POOL) {
        put_sizes(w, "padding", layer->padding[0], layer->padding[1]);
    }
    if (convolution || dense) {
        put_text(w, "bias", layer->bias ? "yes" : "no");
    }
    if (layer->type == NOTCH_LAYER_BATCH_NORM) {
        put_text(w, "affine", layer->affine ? "yes" : "no");
    }
}

static void put_layer(writer *w, const notch_model *model, uint32_t number)
{
    const notch_layer *layer = &model->layers[number];
    put_section(w, layer->name);
    put_text(w, "type", notch_layer_type_name(layer->type));
    if (layer->type == NOTCH_LAYER_ADD) {
        put(w, "inputs = ");
        put(w, model->layers[layer->inputs[0]].name);
        put(w, ", ");
        put(w, model->layers[layer->inputs[1]].name);
        put(w, "\n");
    } else if (layer->inputs[0] + 1 != number) {
        put_text(w, "input", model->layers[layer->inputs[0]].name);
    }
    put_options(w, layer);
}

size_t notch_model_format(const notch_model *model, char *text, size_t capacity)
{
    writer w = {.text = text, .capacity = text == NULL ? 0 : capacity};
    if (model != NULL && model->layer_count != 0) {
        const notch_shape *input = &model->layers[0].shape;
        put_section(&w, "model");
        put_text(&w, "name", model->name);
        put_section(&w, "input");
        put_sizes(&w, "channels", input->channels, input->channels);
        put_sizes(&w, "height", input->height, input->height);
        put_sizes(&w, "width", input->width, input->width);
        for (uint32_t i = 1; i < model->layer_count; i++) {
            put_layer(&w, model, i);
        }
    }
    if (w.capacity != 0) {
        w.text[w.length < w.capacity ? w.length : w.capacity - 1] = '\0';
    }
    return w.length;
}
