/* data_sheet.c - `notch data sheet`: images of a data set side by side in a PNG file.
 * SPDX-License-Identifier: MIT
 */
#include <notch/png.h>

#include <inttypes.h>
#include <stdio.h>

#include "commands.h"
#include "common_options.h"
#include "data_commands.h"
#include "data_search.h"
#include "options.h"

enum {
    SIDE_MAX = 1000, /* images in a row, and rows */
    GAP_MAX = 100,
    GAP_GREY = 96
};

typedef struct sheet_request {
    const char *name, *data_dir, *out;
    uint64_t part, rows, columns, first, gap;
    bool by_class;
} sheet_request;

/* ---- which images ---------------------------------------------------------------------------- */

/* The number of the first image from `from` on that has the class; dataset->count if none has. */
static uint64_t next_of_class(const notch_dataset *dataset, uint64_t from, uint64_t class)
{
    while (from < dataset->count && dataset->labels[from] != class) {
        from++;
    }
    return from;
}

static bool picture_has_colour(const notch_dataset *dataset)
{
    return dataset->channels == 3;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Grey images are drawn dark on light, as ink is. */
static void draw_image(const notch_dataset *dataset, uint64_t index, notch_picture *sheet,
                       uint32_t top, uint32_t left)
{
    const size_t plane = (size_t)dataset->height * dataset->width;
    const uint8_t *image = dataset->images + index * plane * dataset->channels;
    for (uint32_t y = 0; y < dataset->height; y++) {
        for (uint32_t x = 0; x < dataset->width; x++) {
            uint8_t *sample = sheet->samples + ((size_t)(top + y) * sheet->width + left + x) *
                                                   (size_t)sheet->channels;
            for (uint32_t c = 0; c < sheet->channels; c++) {
                const uint32_t value =
                    image[c * plane + (size_t)y * dataset->width + x] * 255u / dataset->maximum;
                sample[c] = (uint8_t)(picture_has_colour(dataset) ? value : 255 - value);
            }
        }
    }
}

static void fill(notch_picture *sheet, uint8_t grey)
{
    const size_t count = (size_t)sheet->width * sheet->height * sheet->channels;
    for (size_t i = 0; i < count; i++) {
        sheet->samples[i] = grey;
    }
}

static void draw_row(const sheet_request *request, const notch_dataset *dataset, uint64_t row,
                     notch_picture *sheet)
{
    const uint64_t gap = request->gap;
    uint64_t index = request->first + (request->by_class ? 0 : row * request->columns);
    for (uint64_t column = 0; column < request->columns; column++, index++) {
        if (request->by_class) {
            index = next_of_class(dataset, index, row);
        }
        if (index >= dataset->count) {
            return;
        }
        draw_image(dataset, index, sheet, (uint32_t)(gap + row * (dataset->height + gap)),
                   (uint32_t)(gap + column * (dataset->width + gap)));
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

static notch_status write_sheet(const sheet_request *request, const notch_dataset *dataset,
                                notch_error *error)
{
    const uint64_t gap = request->gap;
    const uint64_t rows = request->by_class ? dataset->classes : request->rows;
    const uint64_t width = gap + request->columns * (dataset->width + gap);
    const uint64_t height = gap + rows * (dataset->height + gap);
    notch_picture *sheet = NULL;
    if (request->first >= dataset->count) {
        (void)snprintf(error->message, sizeof error->message,
                       "--first is %" PRIu64 ", expected less than %" PRIu64
                       ", the number of images",
                       request->first, dataset->count);
        return error->status = NOTCH_ERROR_RANGE;
    }
    notch_status status = notch_picture_create(width > UINT32_MAX ? UINT32_MAX : (uint32_t)width,
                                               height > UINT32_MAX ? UINT32_MAX : (uint32_t)height,
                                               picture_has_colour(dataset) ? 3 : 1, &sheet, error);
    if (status == NOTCH_OK) {
        fill(sheet, GAP_GREY);
        for (uint64_t row = 0; row < rows; row++) {
            draw_row(request, dataset, row, sheet);
        }
        status = notch_png_write(request->out, sheet, error);
    }
    if (status == NOTCH_OK) {
        printf("%s: %" PRIu32 " x %" PRIu32 " pixels, %" PRIu64 " x %" PRIu64 " images of %s\n",
               request->out, sheet->width, sheet->height, rows, request->columns, dataset->name);
    }
    notch_picture_destroy(sheet);
    return status;
}

static int sheet(const sheet_request *request)
{
    notch_dataset *dataset = NULL;
    const int code = data_search_open_part("notch data sheet", request->name, request->data_dir,
                                           request->part, &dataset);
    if (code != EXIT_DONE) {
        return code;
    }
    notch_error error = {NOTCH_OK, ""};
    const notch_status status = write_sheet(request, dataset, &error);
    notch_dataset_destroy(dataset);
    return status == NOTCH_OK ? EXIT_DONE : command_fail("notch data sheet", &error);
}

int cmd_data_sheet(int argc, char **argv)
{
    sheet_request request = {.part = DATA_TEST, .rows = 10, .columns = 20, .gap = 2};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "out",
         .argument = "FILE",
         .text = &request.out,
         .help = "the PNG file to write; one that is there is replaced"},
        option_data_dir(&request.data_dir),
        option_part(&request.part, "which images"),
        {.kind = OPTION_NUMBER,
         .name = "rows",
         .argument = "N",
         .value = &request.rows,
         .minimum = 1,
         .maximum = SIDE_MAX,
         .help = "rows of images"},
        {.kind = OPTION_NUMBER,
         .name = "columns",
         .argument = "N",
         .value = &request.columns,
         .minimum = 1,
         .maximum = SIDE_MAX,
         .help = "images in a row"},
        {.kind = OPTION_NUMBER,
         .name = "first",
         .argument = "I",
         .value = &request.first,
         .maximum = NOTCH_DATASET_COUNT_MAX,
         .help = "number of the first image"},
        {.kind = OPTION_NUMBER,
         .name = "gap",
         .argument = "N",
         .value = &request.gap,
         .maximum = GAP_MAX,
         .help = "pixels between images"},
        {.kind = OPTION_FLAG,
         .name = "by-class",
         .flag = &request.by_class,
         .help = "one row for each class instead of --rows"},
    };
    const option_table table = {.command = "notch data sheet",
                                .purpose = "draws images of a data set into a PNG file",
                                .operands = DATA_NAMES,
                                .operand_count = 1,
                                .entries = entries,
                                .entry_count = sizeof entries / sizeof entries[0]};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    request.name = operands[0];
    if (request.out == NULL) {
        return options_refuse(table.command, "--out is missing, expected the name of a PNG file");
    }
    return sheet(&request);
}
