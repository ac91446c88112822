/* cmd_eval.c - `notch eval`: how well a trained model does on a data set.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "common_options.h"
#include "data_search.h"
#include "json.h"
#include "model_engine.h"
#include "options.h"

static const char command[] = "notch eval";

static const char description[] =
    "MODEL is a model file, such as the last.notch or best.notch of a run. Prints the\n"
    "mean loss (softmax cross-entropy, natural logarithm), the share of images that are\n"
    "recognised, and how many images of each class were taken for which. The engine is\n"
    "the one that trained the model.";

enum {
    SHOWN_CLASSES = 20 /* the most for which people are shown the matrix */
};

typedef struct eval_request {
    const char *model, *data, *data_dir;
    uint64_t part, count;
    model_running running;
    bool json;
} eval_request;

typedef struct evaluation {
    const char *model, *dataset, *part;
    uint32_t classes; /* that the model tells apart */
    uint64_t count, correct;
    double loss; /* sum */
    const uint8_t *labels;
    uint64_t *confusion; /* [label][class] */
} evaluation;

/* ---- printing -------------------------------------------------------------------------------- */

static void print_matrix(const evaluation *e)
{
    printf("\nimages of each label (rows) by the class they were taken for (columns)\n\n      ");
    for (uint32_t c = 0; c < e->classes; c++) {
        printf(" %6" PRIu32, c);
    }
    printf("   right\n");
    for (uint32_t label = 0; label < e->classes; label++) {
        const uint64_t *row = e->confusion + (size_t)label * e->classes;
        uint64_t sum = 0;
        printf("%6" PRIu32, label);
        for (uint32_t c = 0; c < e->classes; c++) {
            printf(" %6" PRIu64, row[c]);
            sum += row[c];
        }
        if (sum != 0) {
            printf("  %5.2f %%\n", 100.0 * (double)row[label] / (double)sum);
        } else {
            printf("        -\n");
        }
    }
}

static void print_text(const evaluation *e)
{
    char count[NUMBER_TEXT], correct[NUMBER_TEXT];
    number_format_grouped(e->count, count);
    number_format_grouped(e->correct, correct);
    printf("model %s on %s, %s part, %s images\n", e->model, e->dataset, e->part, count);
    printf("loss      %.4f\n", e->loss / (double)e->count);
    printf("accuracy  %.2f %%  (%s right)\n", 100.0 * (double)e->correct / (double)e->count,
           correct);
    if (e->classes <= SHOWN_CLASSES) {
        print_matrix(e);
    }
}

static void print_json(const evaluation *e)
{
    printf("{\n  \"model\": ");
    json_print_text(e->model);
    printf(",\n  \"data\": ");
    json_print_text(e->dataset);
    printf(",\n  \"part\": \"%s\",\n  \"count\": %" PRIu64 ",\n  \"correct\": %" PRIu64
           ",\n  \"accuracy\": ",
           e->part, e->count, e->correct);
    json_print_real((double)e->correct / (double)e->count);
    printf(",\n  \"loss\": ");
    json_print_real(e->loss / (double)e->count);
    printf(",\n  \"confusion\": [");
    for (uint32_t label = 0; label < e->classes; label++) {
        printf("%s\n    [", label == 0 ? "" : ",");
        for (uint32_t c = 0; c < e->classes; c++) {
            printf("%s%" PRIu64, c == 0 ? "" : ", ", e->confusion[(size_t)label * e->classes + c]);
        }
        printf("]");
    }
    printf("\n  ]\n}\n");
}

/* ---- evaluating ------------------------------------------------------------------------------ */

static void take_image(void *self, uint64_t image, const float *probabilities)
{
    const evaluation *e = self;
    const uint32_t class = model_engine_class(probabilities, e->classes);
    e->confusion[(size_t)e->labels[image] * e->classes + class]++;
}

static int evaluate(const eval_request *request, const model_source *source,
                    const notch_dataset *dataset)
{
    notch_engine *engine = NULL;
    notch_error error = {NOTCH_OK, ""};
    int code = model_engine_expect(command, request->model, source);
    if (code == EXIT_DONE) {
        code = model_engine_create(command, request->model, source, &request->running, &engine);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    const bool all = request->count == 0 || request->count > dataset->count;
    evaluation e = {.model = source->model.name,
                    .dataset = dataset->name,
                    .part = data_part_name(request->part),
                    .classes = source->checkpoint->classes,
                    .labels = dataset->labels,
                    .count = all ? dataset->count : request->count};
    e.confusion = calloc((size_t)e.classes * e.classes, sizeof *e.confusion);
    notch_status status = NOTCH_OK;
    if (e.confusion == NULL) {
        (void)snprintf(error.message, sizeof error.message, "no memory for the results");
        status = error.status = NOTCH_ERROR_MEMORY;
    } else {
        const model_task task = {e.count, (uint32_t)request->running.batch, take_image, &e};
        notch_batch_result sum;
        status = model_engine_classify(engine, source->checkpoint, dataset, &task, &sum, &error);
        e.loss = sum.loss;
        e.correct = sum.correct;
    }
    if (status == NOTCH_OK) {
        (request->json ? print_json : print_text)(&e);
    }
    free(e.confusion);
    notch_engine_destroy(engine);
    return status == NOTCH_OK ? EXIT_DONE : command_fail(command, &error);
}

static int eval(const eval_request *request)
{
    notch_dataset *dataset = NULL;
    int code =
        data_search_open_part(command, request->data, request->data_dir, request->part, &dataset);
    if (code != EXIT_DONE) {
        return code;
    }
    const notch_model_context context = model_context(dataset);
    model_source source;
    code = model_open(command, request->model, &context, &source);
    if (code == EXIT_DONE) {
        code = evaluate(request, &source, dataset);
        model_close(&source);
    }
    notch_dataset_destroy(dataset);
    return code;
}

int cmd_eval(int argc, char **argv)
{
    eval_request request = {.part = DATA_TEST, .running = {.batch = 64}};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "data",
         .argument = DATA_NAMES,
         .text = &request.data,
         .help = "the data set"},
        option_data_dir(&request.data_dir),
        option_part(&request.part, "which images"),
        {.kind = OPTION_NUMBER,
         .name = "count",
         .argument = "N",
         .value = &request.count,
         .default_text = "all",
         .minimum = 1,
         .maximum = NOTCH_DATASET_COUNT_MAX,
         .help = "the first N images only"},
        option_batch(&request.running.batch, "images at a time"),
        option_threads(&request.running.threads),
        option_isa(&request.running.isa, "instruction set of the int engine"),
        option_json(&request.json),
    };
    const option_table table = {.command = command,
                                .purpose = EVAL_PURPOSE,
                                .operands = "MODEL",
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
    if (request.data == NULL) {
        return options_refuse(command, "--data is missing, expected %s", DATA_NAMES);
    }
    return eval(&request);
}
