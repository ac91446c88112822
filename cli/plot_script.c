/* plot_script.c - gnuplot's commands for curves and bars of training runs.
 * SPDX-License-Identifier: MIT
 *
 * Curves differ in colour, dashes and lightness, so that they can be told apart in grey, too.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "plot.h"

typedef struct style {
    const char *colour, *dashes;
} style;

/* From dark to light. */
static const style styles[] = {{"#08306b", "solid"}, {"#b2182b", "'-'"},   {"#238b45", "'.'"},
                               {"#6a51a3", "'-.'"},  {"#e08214", "solid"}, {"#41b6c4", "'-'"},
                               {"#ae017e", "'.'"},   {"#737373", "'-.'"}};

enum {
    STYLES = sizeof styles / sizeof styles[0]
};

static bool is_svg(const char *output)
{
    const size_t length = strlen(output);
    return length >= 4 && strcmp(output + length - 4, ".svg") == 0;
}

static void write_terminal(FILE *file, const plot_picture *picture, int width, int height)
{
    if (picture->output == NULL) {
        (void)fprintf(file, "set terminal dumb noenhanced %u %d\n", picture->columns, 20);
        return;
    }
    const bool svg = is_svg(picture->output);
    (void)fprintf(file,
                  "set terminal %s noenhanced size %d,%d font 'sans-serif,%d' background rgb "
                  "'white'\nset output '",
                  svg ? "svg" : "pngcairo", width, height, svg ? 15 : 13);
    for (const char *c = picture->output; *c != '\0'; c++) {
        (void)fputs(*c == '\'' ? "''" : (char[]){*c, '\0'}, file);
    }
    (void)fputs("'\n", file);
}

/* In quotes; what is no printable ASCII becomes '_'. */
static void write_text(FILE *file, const char *text)
{
    (void)fputc('\'', file);
    for (; *text != '\0'; text++) {
        const bool plain = *text >= ' ' && *text <= '~' && *text != '\'';
        (void)fputc(plain ? *text : '_', file);
    }
    (void)fputc('\'', file);
}

static void write_title(FILE *file, const plot_data *data, const plot_picture *picture)
{
    char text[PLOT_NAME + 160];
    size_t most = 0;
    for (size_t c = 0; c < data->condition_count; c++) {
        const size_t runs = data->conditions[c].run_count;
        most = runs > most ? runs : most;
    }
    int length =
        snprintf(text, sizeof text, "%.250s%s", picture->title == NULL ? "" : picture->title,
                 picture->title == NULL ? "" : " - ");
    length += data->test_count == 0
                  ? snprintf(text + length, sizeof text - (size_t)length, "test set")
                  : snprintf(text + length, sizeof text - (size_t)length, "%" PRIu64 " test images",
                             data->test_count);
    if (most > 1 && picture->kind == PLOT_CURVES) {
        (void)snprintf(text + length, sizeof text - (size_t)length,
                       ", mean of the runs, band of +- 1 standard deviation");
    }
    (void)fputs("set title ", file);
    write_text(file, text);
    (void)fputc('\n', file);
}

/* ---- curves ---------------------------------------------------------------------------------- */

static void write_points(FILE *file, const plot_data *data)
{
    for (size_t c = 0; c < data->condition_count; c++) {
        (void)fprintf(file, "$d%zu << EOD\n", c);
        for (size_t k = 0; k < data->conditions[c].point_count; k++) {
            const plot_point *p = &data->conditions[c].points[k];
            const double low = p->loss - p->loss_deviation; /* above 0, for the logarithm */
            const double accuracy = 100 * p->accuracy, spread = 100 * p->accuracy_deviation;
            (void)fprintf(file, "%" PRIu64 " %.6g %.6g %.6g %.6g %.6g %.6g\n", p->step, p->loss,
                          low > p->loss / 10 ? low : p->loss / 10, p->loss + p->loss_deviation,
                          accuracy, accuracy - spread,
                          accuracy + spread < 100 ? accuracy + spread : 100);
        }
        (void)fputs("EOD\n", file);
    }
}

/* Bands, then lines on them. column: of the mean; the band's are the two behind it. */
static void write_panel(FILE *file, const plot_data *data, int column, bool legend, bool bands)
{
    (void)fputs("plot ", file);
    for (size_t c = 0; c < data->condition_count && bands; c++) {
        if (data->conditions[c].run_count > 1) {
            (void)fprintf(file,
                          "$d%zu using 1:%d:%d with filledcurves fs transparent solid 0.2 noborder "
                          "lc rgb '%s' notitle, ",
                          c, column + 1, column + 2, styles[c % STYLES].colour);
        }
    }
    for (size_t c = 0; c < data->condition_count; c++) {
        const style *s = &styles[c % STYLES];
        (void)fprintf(file, "%s$d%zu using 1:%d with ", c == 0 ? "" : ", ", c, column);
        if (bands) {
            (void)fprintf(file, "lines lw 2 dt %s lc rgb '%s' ", s->dashes, s->colour);
        } else {
            (void)fputs("linespoints ", file);
        }
        if (legend) {
            char name[PLOT_NAME + 40];
            const size_t runs = data->conditions[c].run_count;
            (void)snprintf(name, sizeof name, "%s (%zu run%s)", data->conditions[c].name, runs,
                           runs == 1 ? "" : "s");
            (void)fputs("title ", file);
            write_text(file, name);
        } else {
            (void)fputs("notitle", file);
        }
    }
    (void)fputc('\n', file);
}

/* Per cent from which accuracies are shown, so that the second half of each curve is seen well. */
static double least_accuracy(const plot_data *data)
{
    double least = 100;
    for (size_t c = 0; c < data->condition_count; c++) {
        const plot_condition *condition = &data->conditions[c];
        for (size_t k = condition->point_count / 2; k < condition->point_count; k++) {
            const double accuracy = 100 * condition->points[k].accuracy;
            least = accuracy < least ? accuracy : least;
        }
    }
    return least >= 99 ? 98 : least >= 95 ? 90 : least >= 80 ? 70 : 0;
}

static void write_curves(FILE *file, const plot_data *data, const plot_picture *picture)
{
    const bool picture_file = picture->output != NULL;
    write_terminal(file, picture, 900, 760);
    write_points(file, data);
    (void)fputs("set grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\n"
                "set autoscale xfixmax\n",
                file);
    if (!picture_file) {
        (void)fputs("set xlabel 'step'\nset title 'test accuracy, per cent'\nset key bottom\n",
                    file);
        write_panel(file, data, 5, data->condition_count > 1, false);
        return;
    }
    (void)fprintf(file, "set multiplot layout 2,1\nset lmargin 10\nset rmargin 3\nset logscale y\n"
                        "set ylabel 'test loss'\nset key top right samplen 4\n");
    write_title(file, data, picture);
    write_panel(file, data, 2, true, true);
    (void)fprintf(file,
                  "unset logscale y\nunset title\nset xlabel 'step'\n"
                  "set ylabel 'test accuracy, per cent'\nset yrange [%g:100]\n",
                  least_accuracy(data));
    write_panel(file, data, 5, false, true);
    (void)fputs("unset multiplot\n", file);
}

/* ---- bars ------------------------------------------------------------------------------------ */

/* The last evaluation of each run as a dot, their mean and deviation beside it. */
static void write_bars(FILE *file, const plot_data *data, const plot_picture *picture)
{
    write_terminal(file, picture, 900, 160 + 34 * (int)data->condition_count);
    (void)fputs("$runs << EOD\n", file);
    for (size_t r = 0; r < data->run_count; r++) {
        for (size_t c = 0; c < data->condition_count && data->runs[r].count > 0; c++) {
            if (strcmp(data->runs[r].condition, data->conditions[c].name) == 0) {
                (void)fprintf(
                    file, "%.6g %zu\n",
                    100 * data->runs[r].evaluations[data->runs[r].count - 1].test_accuracy, c);
            }
        }
    }
    (void)fputs("EOD\n$means << EOD\n", file);
    for (size_t c = 0; c < data->condition_count; c++) {
        const plot_condition *condition = &data->conditions[c];
        if (condition->point_count > 0) {
            const plot_point *last = &condition->points[condition->point_count - 1];
            (void)fprintf(file, "%.6g %zu %.6g\n", 100 * last->accuracy, c,
                          100 * last->accuracy_deviation);
        }
    }
    (void)fputs("EOD\nset ytics (", file);
    for (size_t c = 0; c < data->condition_count; c++) {
        char name[PLOT_NAME + 40];
        (void)snprintf(name, sizeof name, "%s (%zu)", data->conditions[c].name,
                       data->conditions[c].run_count);
        (void)fputs(c == 0 ? "" : ", ", file);
        write_text(file, name);
        (void)fprintf(file, " %zu", c);
    }
    (void)fprintf(file,
                  ")\nset yrange [%g:-0.5]\nset grid x lc rgb '#dddddd'\nset border 1\n"
                  "set tics nomirror\nset offsets graph 0.04, graph 0.04, 0, 0\n"
                  "set key outside bottom center horizontal\nset rmargin 4\nset bmargin 6\n"
                  "set xlabel 'test accuracy after the last step, per cent'\n",
                  (double)data->condition_count - 0.5);
    write_title(file, data, picture);
    (void)fputs("plot $means using 1:2:3 with xerrorbars pt 2 ps 1.2 lw 2 lc rgb '#08306b' title "
                "'mean, standard deviation'",
                file);
    if (data->run_count > 0) {
        (void)fputs(", $runs using 1:2 with points pt 7 ps 0.6 lc rgb '#b2182b' title 'runs'",
                    file);
    }
    (void)fputc('\n', file);
}

void plot_write_script(FILE *file, const plot_data *data, const plot_picture *picture)
{
    (picture->kind == PLOT_BARS ? write_bars : write_curves)(file, data, picture);
}
