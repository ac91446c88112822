/* cmd_plot.c - `notch plot`: curves and bars of training runs.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "options.h"
#include "plot.h"

enum {
    TERMINAL_COLUMNS = 78
};

typedef struct plot_request {
    const char *out, *data, *title;
    bool bars, text;
} plot_request;

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), size = strlen(end);
    return length > size && strcmp(text + length - size, end) == 0;
}

static int check(const plot_request *request)
{
    if (request->out == NULL && request->data == NULL && !request->text) {
        return options_refuse(PLOT_COMMAND,
                              "expected --out FILE.svg|FILE.png, --data FILE or --text");
    }
    if (request->out != NULL && !ends_in(request->out, ".svg") && !ends_in(request->out, ".png")) {
        return options_refuse(
            PLOT_COMMAND, "--out is '%s', expected a name that ends in .svg or .png", request->out);
    }
    if (request->text && request->bars) {
        return options_refuse(PLOT_COMMAND, "--text draws curves only, not --bars");
    }
    return EXIT_DONE;
}

static int write_data(const plot_data *data, const char *path)
{
    FILE *file = fopen(path, "w");
    bool complete = file != NULL;
    if (file != NULL) {
        plot_write_data(file, data);
        complete = !ferror(file);
        complete = fclose(file) == 0 && complete;
    }
    if (!complete) {
        (void)fprintf(stderr, "%s: %s: cannot be written: %s\n", PLOT_COMMAND, path,
                      strerror(errno));
    }
    return complete ? EXIT_DONE : EXIT_INPUT;
}

static int draw(const plot_request *request, const plot_data *data)
{
    plot_picture picture = {.kind = request->bars ? PLOT_BARS : PLOT_CURVES,
                            .title = request->title,
                            .output = request->out,
                            .columns = TERMINAL_COLUMNS};
    int code = request->data == NULL ? EXIT_DONE : write_data(data, request->data);
    if (code == EXIT_DONE && request->out != NULL) {
        code = plot_draw(data, &picture);
    }
    picture.output = NULL;
    return code == EXIT_DONE && request->text ? plot_draw(data, &picture) : code;
}

int cmd_plot(int argc, char **argv)
{
    static plot_data data;
    plot_request request = {.out = NULL};
    const option_entry entries[] = {
        {.kind = OPTION_TEXT,
         .name = "out",
         .argument = "FILE",
         .text = &request.out,
         .help = "the picture, an SVG or PNG file"},
        {.kind = OPTION_FLAG,
         .name = "bars",
         .flag = &request.bars,
         .help = "compare the accuracy after the last step instead of drawing curves"},
        {.kind = OPTION_TEXT,
         .name = "title",
         .argument = "TEXT",
         .text = &request.title,
         .help = "stands above the picture"},
        {.kind = OPTION_TEXT,
         .name = "data",
         .argument = "FILE",
         .text = &request.data,
         .help = "write what curves are drawn of, as a table with tabs"},
        {.kind = OPTION_FLAG,
         .name = "text",
         .flag = &request.text,
         .help = "draw the accuracy in the terminal"},
    };
    const option_table table = {
        .command = PLOT_COMMAND,
        .purpose = PLOT_PURPOSE,
        .operands = "RUN|FILE.tsv...",
        .description =
            "RUN is the folder of a run, or a folder of runs such as an experiment's. Runs whose\n"
            "names differ in \"-seedN\" at their end are drawn as one curve: their mean, and a\n"
            "band of one standard deviation. FILE.tsv is a table that --data has written.\n"
            "gnuplot draws.",
        .notes = "Examples:\n"
                 "  notch plot runs/mlp --text\n"
                 "  notch plot runs/figure1 --out figure1.svg\n"
                 "  notch plot runs/bits --bars --out bits.png\n",
        .entries = entries,
        .entry_count = sizeof entries / sizeof entries[0],
        .operand_count = 1000,
        .operand_optional = 999};
    char **operands;
    int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    code = check(&request);
    if (code == EXIT_DONE) {
        code = plot_read(operands, &data);
        if (code == EXIT_DONE) {
            code = draw(&request, &data);
        }
        plot_free(&data);
    }
    return code;
}
