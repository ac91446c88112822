/* cmd_inspect.c - `notch inspect`: a model's graph, and the bytes that training it takes.
 * SPDX-License-Identifier: MIT
 */
#include <notch/notch.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "common_options.h"
#include "data_search.h"
#include "inspect.h"
#include "options.h"
#include "train_options.h"

static const char command[] = "notch inspect";

static const char description[] =
    "MODEL is a preset, the graph of a network in an INI file (docs/models.md), or a\n"
    "model file. Prints layers, shapes, parameters, multiplications, and the bytes that\n"
    "`notch train` with these options reserves, before anything of it is reserved.";

typedef struct inspect_request {
    const char *model, *data;
    uint64_t engine, update, scope, bits, batch, threads, momentum, max_ram;
    bool engine_given, update_given, bits_given, json;
} inspect_request;

enum {
    UPDATE_SGD = NOTCH_RULE_USER, /* as in train_updates: behind the rules */
    BITS_WHOLE = 8                /* notch train takes rule bold for fewer */
};

/* ---- what is shared by both ways of printing ------------------------------------------------- */

uint64_t inspect_layer_parameters(const notch_model *model, uint32_t layer)
{
    uint64_t sum = 0;
    for (uint32_t t = 0; t < model->tensor_count; t++) {
        sum += model->tensors[t].layer == layer ? model->tensors[t].count : 0;
    }
    return sum;
}

uint64_t inspect_multiply_adds(const notch_model *model)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < model->layer_count; i++) {
        sum += notch_model_multiply_adds(model, i);
    }
    return sum;
}

uint64_t inspect_workspace(const notch_memory_plan *plan)
{
    return plan->engine.workspace + plan->update_workspace;
}

const char *inspect_update(const notch_train_options *training)
{
    return train_updates(training->sgd ? UPDATE_SGD : (uint64_t)training->update.rule);
}

void inspect_digest(const notch_checkpoint *checkpoint, char text[65])
{
    uint8_t digest[32];
    notch_checkpoint_digest(checkpoint, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

/* What a model file says about its training stands, unless an option says otherwise. */
static notch_train_options training_of(const inspect_request *request, const model_source *source)
{
    notch_train_options t = notch_train_options_default();
    const notch_checkpoint *c = source->checkpoint;
    const bool floats = c != NULL && c->tensors[0].type == NOTCH_VALUE_F32;
    t.engine =
        (notch_engine_type)(c != NULL && !request->engine_given ? c->engine : request->engine);
    t.sgd = request->update_given ? request->update == UPDATE_SGD : floats;
    t.update.rule = t.sgd ? NOTCH_RULE_ZIM : (notch_rule)request->update;
    t.update.scope = (notch_scope)request->scope;
    t.bits = (uint32_t)(c != NULL && !floats && !request->bits_given ? c->tensors[0].lattice.bits
                                                                     : request->bits);
    if (!t.sgd && !request->update_given && t.bits < BITS_WHOLE) {
        t.update.rule = NOTCH_RULE_BOLD; /* as in notch train, and here and below */
    } else if (c == NULL && t.update.rule == NOTCH_RULE_BOLD && !request->bits_given) {
        t.bits = 1;
    }
    if (c == NULL && !request->engine_given && (t.sgd || t.bits > 8)) {
        t.engine = NOTCH_ENGINE_FLOAT;
    }
    t.batch = (uint32_t)request->batch;
    t.threads = request->threads != 0 ? (uint32_t)request->threads : notch_threads_usable();
    t.momentum = request->momentum;
    return t;
}

/* What is known of a data set without opening it. Returns EXIT_DONE or an exit code. */
static int describe_data(const char *name, notch_data_facts *facts)
{
    notch_error error;
    if (strcmp(name, DATA_DIGITS) == 0) {
        *facts = (notch_data_facts){.train_count = NOTCH_DIGITS_TRAIN_COUNT,
                                    .test_count = NOTCH_DIGITS_TEST_COUNT,
                                    .channels = 1,
                                    .height = NOTCH_DIGITS_SIDE,
                                    .width = NOTCH_DIGITS_SIDE,
                                    .classes = NOTCH_DIGITS_CLASSES};
        return EXIT_DONE;
    }
    return notch_data_describe(name, facts, &error) == NOTCH_OK ? EXIT_DONE
                                                                : command_fail(command, &error);
}

static uint64_t dataset_bytes(const notch_data_facts *facts)
{
    const uint64_t image = (uint64_t)facts->channels * facts->height * facts->width;
    return (facts->train_count + facts->test_count) * (image + 1);
}

static int refuse_memory(uint64_t total, uint64_t max_ram)
{
    char limit[NUMBER_TEXT];
    number_format_size(max_ram, limit);
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s: training takes %" PRIu64 " bytes, more than --max-ram %s\n", command,
                  total, limit);
    return EXIT_FAILED;
}

static int print(const inspect_request *request, model_source *source, uint64_t dataset)
{
    const notch_train_options training = training_of(request, source);
    const int code = model_suit(command, training.engine, source);
    if (code != EXIT_DONE) {
        return code;
    }
    notch_memory_plan plan;
    notch_error error;
    if (notch_train_memory_plan(&source->model, &training, dataset, &plan, &error) != NOTCH_OK) {
        return command_fail(command, &error);
    }
    const inspection inspected = {source, &training, &plan};
    if (request->json) {
        inspect_print_json(&inspected);
    } else {
        inspect_print_text(&inspected);
    }
    if (request->max_ram != 0 && plan.total > request->max_ram) {
        return refuse_memory(plan.total, request->max_ram);
    }
    return EXIT_DONE;
}

static int inspect(const inspect_request *request)
{
    notch_data_facts facts = {.classes = 0};
    int code = request->data == NULL ? EXIT_DONE : describe_data(request->data, &facts);
    if (code != EXIT_DONE) {
        return code;
    }
    const notch_model_context context = {.input = {facts.channels, facts.height, facts.width},
                                         .classes = facts.classes};
    model_source source;
    code = model_open(command, request->model, &context, &source);
    if (code != EXIT_DONE) {
        return code;
    }
    code = print(request, &source, dataset_bytes(&facts));
    model_close(&source);
    return code;
}

int cmd_inspect(int argc, char **argv)
{
    const notch_train_options defaults = notch_train_options_default();
    inspect_request request = {.engine = (uint64_t)defaults.engine,
                               .update = (uint64_t)defaults.update.rule,
                               .scope = (uint64_t)defaults.update.scope,
                               .bits = defaults.bits,
                               .momentum = defaults.momentum,
                               .batch = defaults.batch};
    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "Training"},
        {.kind = OPTION_CHOICE,
         .name = "engine",
         .argument = "NAME",
         .value = &request.engine,
         .given = &request.engine_given,
         .choices = train_engines,
         .help = "which arithmetic"},
        {.kind = OPTION_CHOICE,
         .name = "update",
         .argument = "NAME",
         .value = &request.update,
         .given = &request.update_given,
         .choices = train_updates,
         .help = "the update rule; sgd has float weights, bold accumulators"},
        {.kind = OPTION_CHOICE,
         .name = "scope",
         .argument = "NAME",
         .value = &request.scope,
         .choices = train_scopes,
         .help = "whether each tensor has its own trials"},
        {.kind = OPTION_NUMBER,
         .name = "bits",
         .argument = "B",
         .value = &request.bits,
         .given = &request.bits_given,
         .minimum = 1,
         .maximum = 16,
         .help = "bits of an integer weight: 1, 2, 4, 8 or 16"},
        {.kind = OPTION_FIXED,
         .name = "momentum",
         .argument = "M",
         .value = &request.momentum,
         .maximum = UINT64_C(1) << 32,
         .help = "of sgd"},
        option_batch(&request.batch, "images in a batch"),
        option_threads(&request.threads),
        {.kind = OPTION_TEXT,
         .name = "data",
         .argument = "NAME",
         .text = &request.data,
         .help = "a known data set that the model is to fit, and whose bytes count as well"},
        {.kind = OPTION_SIZE,
         .name = "max-ram",
         .argument = "SIZE",
         .value = &request.max_ram,
         .default_text = "no limit",
         .maximum = UINT64_MAX,
         .help = "end with exit code 1 if training takes more bytes, such as 512K or 64M"},
        {.kind = OPTION_HEADING, .help = "Output"},
        option_json(&request.json),
    };
    const option_table table = {.command = command,
                                .purpose = INSPECT_PURPOSE,
                                .operands = MODEL_NAMES,
                                .operand_count = 1,
                                .description = description,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    request.model = operands[0];
    return inspect(&request);
}
