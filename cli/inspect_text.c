/* inspect_text.c - what `notch inspect` prints for people.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inspect.h"
#include "numbers.h"

enum {
    DETAIL = 80,
    SHAPE = 40
};

/* ---- the graph ------------------------------------------------------------------------------- */

/* Appends to a text, as far as it fits. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
append(char text[DETAIL], const char *format, ...)
{
    const size_t length = strlen(text);
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text + length, DETAIL - length, format, values);
    va_end(values);
}

/* "convolution 3 x 3, padding 1" */
static void describe(const notch_layer *layer, char text[DETAIL])
{
    const bool window = layer->kernel[0] != 0;
    text[0] = '\0';
    append(text, "%s", notch_layer_type_name(layer->type));
    if (window) {
        append(text, " %" PRIu32 " x %" PRIu32, layer->kernel[0], layer->kernel[1]);
    }
    if (window && (layer->stride[0] != 1 || layer->stride[1] != 1)) {
        append(text,
               layer->stride[0] == layer->stride[1] ? ", stride %" PRIu32
                                                    : ", stride %" PRIu32 " x %" PRIu32,
               layer->stride[0], layer->stride[1]);
    }
    if (layer->padding[0] != 0 || layer->padding[1] != 0) {
        append(text,
               layer->padding[0] == layer->padding[1] ? ", padding %" PRIu32
                                                      : ", padding %" PRIu32 " x %" PRIu32,
               layer->padding[0], layer->padding[1]);
    }
}

static void format_shape(const notch_shape *shape, char text[SHAPE])
{
    if (shape->height == 1 && shape->width == 1) {
        (void)snprintf(text, SHAPE, "%" PRIu32, shape->channels);
    } else {
        (void)snprintf(text, SHAPE, "%" PRIu32 " x %" PRIu32 " x %" PRIu32, shape->channels,
                       shape->height, shape->width);
    }
}

static void format_inputs(const notch_model *model, uint32_t index, char text[DETAIL])
{
    const notch_layer *layer = &model->layers[index];
    text[0] = '\0';
    if (layer->type == NOTCH_LAYER_ADD) {
        append(text, "%s + %s", model->layers[layer->inputs[0]].name,
               model->layers[layer->inputs[1]].name);
    } else {
        append(text, "%s", index == 0 ? "-" : model->layers[layer->inputs[0]].name);
    }
}

static void format_count(uint64_t value, char text[NUMBER_TEXT])
{
    if (value == 0) {
        (void)snprintf(text, NUMBER_TEXT, "-");
    } else {
        number_format_grouped(value, text);
    }
}

static void print_layer(const notch_model *model, uint32_t index, int name_width, int type_width)
{
    const notch_layer *layer = &model->layers[index];
    char type[DETAIL], shape[SHAPE], inputs[DETAIL], parameters[NUMBER_TEXT], work[NUMBER_TEXT];
    describe(layer, type);
    format_shape(&layer->shape, shape);
    format_inputs(model, index, inputs);
    format_count(inspect_layer_parameters(model, index), parameters);
    format_count(notch_model_multiply_adds(model, index), work);
    printf("%-*s  %-*s  %-15s %11s %14s  %s\n", name_width, layer->name, type_width, type, shape,
           parameters, work, inputs);
}

static void print_graph(const model_source *source)
{
    const notch_model *model = &source->model;
    char text[DETAIL], parameters[NUMBER_TEXT], work[NUMBER_TEXT];
    int name_width = 5, type_width = 4;
    for (uint32_t i = 0; i < model->layer_count; i++) {
        const int name = (int)strlen(model->layers[i].name);
        describe(&model->layers[i], text);
        name_width = name > name_width ? name : name_width;
        type_width = (int)strlen(text) > type_width ? (int)strlen(text) : type_width;
    }
    printf("%-*s  %-*s  %-15s %11s %14s  %s\n", name_width, "layer", type_width, "type", "output",
           "parameters", "multiply-adds", "input");
    for (uint32_t i = 0; i < model->layer_count; i++) {
        print_layer(model, i, name_width, type_width);
    }
    number_format_grouped(model->parameters, parameters);
    number_format_grouped(inspect_multiply_adds(model), work);
    printf("%-*s  %-*s  %-15s %11s %14s\n", name_width, "sum", type_width, "", "", parameters,
           work);
    if (source->left_out != 0) {
        number_format_grouped(source->left_out, parameters);
        printf("(engine int does without the %s weights and biases of batch norms)\n", parameters);
    }
}

/* ---- the model file -------------------------------------------------------------------------- */

static void print_file(const notch_checkpoint *c)
{
    char digest[65], bits[NUMBER_TEXT] = "32-bit floats";
    if (c->tensors[0].type != NOTCH_VALUE_F32) {
        (void)snprintf(bits, sizeof bits, "%u-bit integers", (unsigned)c->tensors[0].lattice.bits);
    }
    inspect_digest(c, digest);
    printf("\nmodel file: weights are %s, trained by engine %s for %" PRIu64 " steps, seed %" PRIu64
           "\n",
           bits, notch_engine_type_name(c->engine), c->step, c->seed);
    if (c->test_count != 0) {
        printf("test accuracy %.2f %% (%" PRIu64 " of %" PRIu64 " images), loss %.4f\n",
               100.0 * (double)c->test_correct / (double)c->test_count, c->test_correct,
               c->test_count, c->test_loss);
    }
    printf("parameters sha256: %s\n", digest);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void print_bytes(const char *what, uint64_t bytes, const char *remark)
{
    char text[NUMBER_TEXT];
    number_format_grouped(bytes, text);
    printf("  %-18s %15s%s%s\n", what, text, remark[0] == '\0' ? "" : "  ", remark);
}

static void print_memory(const inspection *i)
{
    const notch_memory_plan *plan = i->plan;
    const notch_train_options *t = i->training;
    char kind[NUMBER_TEXT] = "32-bit float";
    if (!t->sgd) {
        (void)snprintf(kind, sizeof kind, "%" PRIu32 "-bit integer", t->bits);
    }
    printf("\nbytes to train it: engine %s, update %s, %s weights, batches of %" PRIu32 " images\n",
           notch_engine_type_name(t->engine), inspect_update(t), kind, t->batch);
    print_bytes("weights", plan->weights, "");
    if (plan->engine_known) {
        print_bytes("working weights", plan->engine.weights, "the engine's, during a call");
        print_bytes("activations", plan->engine.activations, "");
        print_bytes("gradients", plan->engine.gradients, "");
        print_bytes("engine state", plan->engine.state, "running statistics");
    } else {
        printf("  (this build has no engine %s: its activations, gradients and workspace are not "
               "counted)\n",
               notch_engine_type_name(t->engine));
    }
    print_bytes("optimiser state", plan->optimiser, "");
    print_bytes("workspace", inspect_workspace(plan), "of engine and update");
    print_bytes("batch", plan->batch, "images and labels");
    if (plan->dataset != 0) {
        print_bytes("data set", plan->dataset, "images and labels");
    }
    print_bytes("sum", plan->total, "");
}

void inspect_print_text(const inspection *i)
{
    const notch_model *model = &i->source->model;
    printf("model %s\n\n", model->name);
    print_graph(i->source);
    if (i->source->checkpoint != NULL) {
        print_file(i->source->checkpoint);
    }
    print_memory(i);
}
