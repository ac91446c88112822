/* cmd_predict.c - `notch predict`: what a trained model takes one image for.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bar.h"
#include "commands.h"
#include "common_options.h"
#include "data_search.h"
#include "image.h"
#include "json.h"
#include "model_engine.h"
#include "options.h"

static const char command[] = "notch predict";

static const char description[] =
    "MODEL is a model file, such as the last.notch or best.notch of a run. The image is\n"
    "a PNG file, which is scaled to the size that the model takes, or one of a data set.\n"
    "Draws the image as the model sees it and prints the probability of each class.";

enum {
    NO_LABEL = -1,
    LISTED = 10, /* classes at most; the most probable ones if there are more */
    BAR_COLUMNS = 40
};

typedef struct predict_request {
    const char *model, *file, *data, *data_dir;
    uint64_t part, index, maximum;
    bool index_given, invert, quiet, json;
} predict_request;

/* One image and what is known of it. */
typedef struct subject {
    uint8_t *pixels; /* [channels][height][width], to be freed */
    uint32_t maximum;
    int32_t label; /* or NO_LABEL */
} subject;

static int fail_memory(void)
{
    const notch_error error = {NOTCH_ERROR_MEMORY, "no memory for the image"};
    return command_fail(command, &error);
}

/* ---- the image ------------------------------------------------------------------------------- */

static int take_picture(const predict_request *request, const notch_shape *shape, subject *s)
{
    notch_picture *picture = NULL;
    notch_error error = {NOTCH_OK, ""};
    if (shape->channels != 1 && shape->channels != 3) {
        (void)snprintf(error.message, sizeof error.message,
                       "%.100s: takes images of %" PRIu32
                       " channels, a PNG file has 1 (grey) or 3 (colours)",
                       request->model, shape->channels);
        error.status = NOTCH_ERROR_INPUT;
        return command_fail(command, &error);
    }
    if (notch_png_read(request->file, &picture, &error) != NOTCH_OK) {
        return command_fail(command, &error);
    }
    const image_fit fit = {*shape, (uint32_t)request->maximum, request->invert};
    s->pixels = malloc((size_t)shape->channels * shape->height * shape->width);
    s->maximum = fit.maximum;
    s->label = NO_LABEL;
    if (s->pixels != NULL) {
        image_fit_picture(picture, &fit, s->pixels);
    }
    notch_picture_destroy(picture);
    return s->pixels != NULL ? EXIT_DONE : fail_memory();
}

static int take_from(const predict_request *request, const notch_dataset *dataset, subject *s)
{
    const size_t bytes = (size_t)dataset->channels * dataset->height * dataset->width;
    if (request->index >= dataset->count) {
        return options_refuse(command,
                              "--index is %" PRIu64 ", expected less than %" PRIu64
                              ", the number of images of the %s part",
                              request->index, dataset->count, data_part_name(request->part));
    }
    s->pixels = malloc(bytes);
    s->maximum = dataset->maximum;
    s->label = dataset->labels[request->index];
    if (s->pixels == NULL) {
        return fail_memory();
    }
    memcpy(s->pixels, dataset->images + request->index * bytes, bytes);
    return EXIT_DONE;
}

static int take_image(const predict_request *request, const notch_model *model, subject *s)
{
    const notch_shape *shape = &model->layers[0].shape;
    if (request->file != NULL) {
        return take_picture(request, shape, s);
    }
    notch_dataset *dataset = NULL;
    int code =
        data_search_open_part(command, request->data, request->data_dir, request->part, &dataset);
    if (code == EXIT_DONE && (dataset->channels != shape->channels ||
                              dataset->height != shape->height || dataset->width != shape->width)) {
        notch_error error = {NOTCH_ERROR_INPUT, ""};
        (void)snprintf(error.message, sizeof error.message,
                       "%.100s: takes images of %" PRIu32 " x %" PRIu32 " x %" PRIu32
                       ", those of %s are %" PRIu32 " x %" PRIu32 " x %" PRIu32,
                       request->model, shape->channels, shape->height, shape->width, dataset->name,
                       dataset->channels, dataset->height, dataset->width);
        code = command_fail(command, &error);
    }
    if (code == EXIT_DONE) {
        code = take_from(request, dataset, s);
    }
    notch_dataset_destroy(dataset);
    return code;
}

/* ---- printing -------------------------------------------------------------------------------- */

/* Whether class c is among the LISTED most probable ones. */
static bool is_listed(const float *probabilities, uint32_t classes, uint32_t c)
{
    uint32_t before = 0;
    for (uint32_t k = 0; k < classes; k++) {
        before +=
            probabilities[k] > probabilities[c] || (probabilities[k] == probabilities[c] && k < c);
    }
    return before < LISTED;
}

static void print_text(const subject *s, const notch_shape *shape, const float *probabilities,
                       uint32_t classes, bool quiet)
{
    const bool blocks = bar_has_blocks();
    const uint32_t best = model_engine_class(probabilities, classes);
    if (!quiet) {
        image_draw(s->pixels, shape, s->maximum, blocks);
        printf("\n");
    }
    printf("class %" PRIu32 ", probability %.2f %%", best, 100.0 * (double)probabilities[best]);
    if (s->label != NO_LABEL) {
        printf(" (the label is %" PRId32 ")", s->label);
    }
    printf("\n");
    for (uint32_t c = 0; c < classes && !quiet; c++) {
        if (is_listed(probabilities, classes, c)) {
            char bar[BAR_TEXT];
            bar_draw((double)probabilities[c], 0, BAR_COLUMNS, blocks, bar);
            printf("%6" PRIu32 " %7.2f %%%s%s\n", c, 100.0 * (double)probabilities[c],
                   bar[0] == '\0' ? "" : "  ", bar);
        }
    }
}

static void print_json(const subject *s, const float *probabilities, uint32_t classes)
{
    const uint32_t best = model_engine_class(probabilities, classes);
    printf("{\"class\": %" PRIu32 ", \"probability\": ", best);
    json_print_real((double)probabilities[best]);
    if (s->label != NO_LABEL) {
        printf(", \"label\": %" PRId32, s->label);
    } else {
        printf(", \"label\": null");
    }
    printf(", \"probabilities\": [");
    for (uint32_t c = 0; c < classes; c++) {
        printf("%s", c == 0 ? "" : ", ");
        json_print_real((double)probabilities[c]);
    }
    printf("]}\n");
}

/* ---- the command ----------------------------------------------------------------------------- */

static int classify(const predict_request *request, const model_source *source, const subject *s)
{
    static const model_running running = {.batch = 1, .threads = 1};
    const uint32_t classes = source->checkpoint->classes;
    notch_engine *engine = NULL;
    const int code = model_engine_create(command, request->model, source, &running, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    float probabilities[NOTCH_DATASET_CLASSES_MAX];
    notch_values values[NOTCH_TENSORS_MAX];
    notch_batch_result unused;
    notch_error error = {NOTCH_ERROR_INPUT, ""};
    notch_status status = NOTCH_ERROR_INPUT;
    if (classes > NOTCH_DATASET_CLASSES_MAX) {
        (void)snprintf(error.message, sizeof error.message,
                       "%.100s: tells %" PRIu32 " classes apart, expected at most %d",
                       request->model, classes, NOTCH_DATASET_CLASSES_MAX);
    } else {
        const notch_batch batch = {.images = s->pixels, .count = 1};
        notch_checkpoint_values(source->checkpoint, values);
        status = notch_engine_evaluate(engine, values, &batch, &unused, probabilities, &error);
    }
    if (status == NOTCH_OK && request->json) {
        print_json(s, probabilities, classes);
    } else if (status == NOTCH_OK) {
        print_text(s, &source->model.layers[0].shape, probabilities, classes, request->quiet);
    }
    notch_engine_destroy(engine);
    return status == NOTCH_OK ? EXIT_DONE : command_fail(command, &error);
}

static int predict(const predict_request *request)
{
    model_source source;
    subject s = {.pixels = NULL};
    int code = model_open(command, request->model, NULL, &source);
    if (code != EXIT_DONE) {
        return code;
    }
    code = model_engine_expect(command, request->model, &source);
    if (code == EXIT_DONE) {
        code = take_image(request, &source.model, &s);
    }
    if (code == EXIT_DONE) {
        code = classify(request, &source, &s);
    }
    free(s.pixels);
    model_close(&source);
    return code;
}

static int check(const predict_request *request)
{
    if ((request->file == NULL) == (request->data == NULL)) {
        return options_refuse(command,
                              "expected an image: either a PNG file or --data and --index");
    }
    if ((request->data != NULL) != request->index_given) {
        return options_refuse(command, "expected --data and --index together");
    }
    return OPTIONS_GO_ON;
}

int cmd_predict(int argc, char **argv)
{
    predict_request request = {.part = DATA_TEST, .maximum = 255};
    const option_entry entries[] = {
        {.kind = OPTION_HEADING, .help = "An image of a data set"},
        option_data(&request.data),
        {.kind = OPTION_NUMBER,
         .name = "index",
         .argument = "I",
         .value = &request.index,
         .given = &request.index_given,
         .default_text = "",
         .maximum = NOTCH_DATASET_COUNT_MAX,
         .help = "which image, from 0"},
        option_part(&request.part, "of the data set"),
        option_data_dir(&request.data_dir),
        {.kind = OPTION_HEADING, .help = "A PNG file"},
        {.kind = OPTION_FLAG,
         .name = "invert",
         .flag = &request.invert,
         .help = "the picture is dark on light, such as ink on paper; the model's images are light "
                 "on dark"},
        {.kind = OPTION_NUMBER,
         .name = "maximum",
         .argument = "M",
         .value = &request.maximum,
         .minimum = 1,
         .maximum = 255,
         .help = "what white is in the images that the model was trained on"},
        {.kind = OPTION_HEADING, .help = "Output"},
        {.kind = OPTION_FLAG,
         .name = "quiet",
         .flag = &request.quiet,
         .help = "print no image, only the class"},
        option_json(&request.json),
    };
    const option_table table = {.command = command,
                                .purpose = PREDICT_PURPOSE,
                                .operands = "MODEL [FILE.png]",
                                .operand_count = 2,
                                .operand_optional = 1,
                                .description = description,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    int code = options_parse(&table, argc, argv, &operands);
    if (code == OPTIONS_GO_ON) {
        request.model = operands[0];
        request.file = operands[1];
        code = check(&request);
    }
    return code == OPTIONS_GO_ON ? predict(&request) : code;
}
