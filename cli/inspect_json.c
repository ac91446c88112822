/* inspect_json.c - what `notch inspect --json` prints.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>

#include "inspect.h"
#include "json.h"

static void print_shape(const notch_shape *shape)
{
    printf("[%" PRIu32 ", %" PRIu32 ", %" PRIu32 "]", shape->channels, shape->height, shape->width);
}

static void print_pair(const char *key, const uint32_t pair[2])
{
    printf(", \"%s\": [%" PRIu32 ", %" PRIu32 "]", key, pair[0], pair[1]);
}

static void print_layer(const notch_model *model, uint32_t index)
{
    const notch_layer *layer = &model->layers[index];
    printf("    {\"name\": \"%s\", \"type\": \"%s\", \"inputs\": [", layer->name,
           notch_layer_type_name(layer->type));
    if (index != 0) {
        printf("\"%s\"", model->layers[layer->inputs[0]].name);
    }
    if (layer->type == NOTCH_LAYER_ADD) {
        printf(", \"%s\"", model->layers[layer->inputs[1]].name);
    }
    printf("], \"shape\": ");
    print_shape(&layer->shape);
    if (layer->kernel[0] != 0) {
        print_pair("kernel", layer->kernel);
        print_pair("stride", layer->stride);
        print_pair("padding", layer->padding);
    }
    printf(", \"parameters\": %" PRIu64 ", \"multiply_adds\": %" PRIu64 "}",
           inspect_layer_parameters(model, index), notch_model_multiply_adds(model, index));
}

static void print_tensor(const inspection *i, uint32_t index)
{
    const notch_tensor *tensor = &i->source->model.tensors[index];
    const notch_checkpoint *c = i->source->checkpoint;
    printf("    {\"name\": \"%s\", \"sizes\": [", tensor->name);
    for (uint32_t k = 0; k < tensor->dimensions; k++) {
        printf("%s%" PRIu32, k == 0 ? "" : ", ", tensor->sizes[k]);
    }
    printf("], \"count\": %" PRIu64, tensor->count);
    if (c != NULL) {
        const notch_stored_tensor *stored = &c->tensors[index];
        const bool is_float = stored->type == NOTCH_VALUE_F32;
        printf(", \"kind\": \"%s\", \"bits\": %u", is_float ? "float" : "integer",
               is_float ? 32u : (unsigned)stored->lattice.bits);
    }
    printf("}");
}

static void print_graph(const inspection *i)
{
    const notch_model *model = &i->source->model;
    printf("  \"model\": \"%s\",\n  \"input\": ", model->name);
    print_shape(&model->layers[0].shape);
    printf(",\n  \"outputs\": %" PRIu32 ",\n  \"layers\": [\n",
           model->layers[model->layer_count - 1].shape.channels);
    for (uint32_t k = 0; k < model->layer_count; k++) {
        printf("%s", k == 0 ? "" : ",\n");
        print_layer(model, k);
    }
    printf("\n  ],\n  \"tensors\": [\n");
    for (uint32_t k = 0; k < model->tensor_count; k++) {
        printf("%s", k == 0 ? "" : ",\n");
        print_tensor(i, k);
    }
    printf("\n  ],\n  \"parameters\": %" PRIu64 ",\n  \"multiply_adds\": %" PRIu64 ",\n",
           model->parameters, inspect_multiply_adds(model));
}

static void print_file(const notch_checkpoint *c)
{
    char digest[65];
    inspect_digest(c, digest);
    printf("  \"file\": {\"classes\": %" PRIu32 ", \"engine\": \"%s\", \"step\": %" PRIu64
           ", \"seed\": %" PRIu64 ", \"test_count\": %" PRIu64 ", \"test_correct\": %" PRIu64
           ", \"test_loss\": ",
           c->classes, notch_engine_type_name(c->engine), c->step, c->seed, c->test_count,
           c->test_correct);
    json_print_real(c->test_loss);
    printf(", \"parameters_sha256\": \"%s\"},\n", digest);
}

/* null where this build cannot say. */
static void print_bytes(const char *key, uint64_t bytes, bool known)
{
    printf("\"%s\": ", key);
    if (known) {
        printf("%" PRIu64 ", ", bytes);
    } else {
        printf("null, ");
    }
}

static void print_memory(const inspection *i)
{
    const notch_memory_plan *plan = i->plan;
    const notch_train_options *t = i->training;
    const bool known = plan->engine_known;
    printf("  \"training\": {\"engine\": \"%s\", \"update\": \"%s\", \"batch\": %" PRIu32
           ", \"threads\": %" PRIu32 ", \"bits\": %" PRIu32 "},\n",
           notch_engine_type_name(t->engine), inspect_update(t), t->batch, t->threads,
           t->sgd ? 32 : t->bits);
    printf("  \"bytes\": {");
    print_bytes("weights", plan->weights, true);
    print_bytes("working_weights", plan->engine.weights, known);
    print_bytes("activations", plan->engine.activations, known);
    print_bytes("gradients", plan->engine.gradients, known);
    print_bytes("engine_state", plan->engine.state, known);
    print_bytes("optimiser_state", plan->optimiser, true);
    print_bytes("engine_workspace", plan->engine.workspace, known);
    print_bytes("update_workspace", plan->update_workspace, true);
    print_bytes("batch", plan->batch, true);
    print_bytes("dataset", plan->dataset, true);
    printf("\"total\": %" PRIu64 "}\n", plan->total);
}

void inspect_print_json(const inspection *i)
{
    printf("{\n");
    print_graph(i);
    if (i->source->checkpoint != NULL) {
        print_file(i->source->checkpoint);
    }
    print_memory(i);
    printf("}\n");
}
