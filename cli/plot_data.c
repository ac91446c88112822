/* plot_data.c - reads the runs and tables of a plot, and averages runs by conditions.
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"
#include "plot.h"

enum {
    PATH_MAX_BYTES = 2048
};

static notch_status refuse(notch_error *error, notch_status status, const char *what,
                           const char *why)
{
    (void)snprintf(error->message, sizeof error->message, "%.100s: %.120s", what, why);
    return error->status = status;
}

void plot_name(const char *text, char name[PLOT_NAME])
{
    (void)snprintf(name, PLOT_NAME, "%s", text);
    for (char *c = name; *c != '\0'; c++) {
        *c = (unsigned char)*c < ' ' || *c == '\'' || *c == '"' ? '_' : *c;
    }
}

void plot_count(plot_data *data, uint64_t test_count)
{
    data->test_count = !data->counted || data->test_count == test_count ? test_count : 0;
    data->counted = true;
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* The last part of a path, up to "-seed" and a number. */
static void name_condition(const char *folder, char name[PLOT_NAME])
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    size_t start = length;
    while (start > 0 && folder[start - 1] != '/') {
        start--;
    }
    char last[PLOT_NAME];
    (void)snprintf(last, sizeof last, "%.*s", (int)(length - start), folder + start);
    char *seed = strstr(last, "-seed");
    if (seed != NULL && seed != last && strspn(seed + 5, "0123456789") == strlen(seed + 5)) {
        *seed = '\0';
    }
    for (char *c = last; *c != '\0'; c++) {
        *c = *c == '-' ? ' ' : *c;
    }
    plot_name(last, name);
}

static notch_status add_run(plot_data *data, const char *folder, notch_error *error)
{
    plot_run *larger = realloc(data->runs, (data->run_count + 1) * sizeof *larger);
    if (larger == NULL) {
        return refuse(error, NOTCH_ERROR_MEMORY, folder, "no memory to read it");
    }
    data->runs = larger;
    plot_run *run = &data->runs[data->run_count++];
    *run = (plot_run){.count = 0};
    name_condition(folder, run->condition);
    return notch_run_read_evaluations(folder, &run->evaluations, &run->count, error);
}

static bool is_run(const char *folder)
{
    char path[PATH_MAX_BYTES];
    struct stat facts;
    return (size_t)snprintf(path, sizeof path, "%s/%s", folder, NOTCH_RUN_METRICS) < sizeof path &&
           stat(path, &facts) == 0;
}

static int keep_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* By names, with numbers in them by their values: "seed2" before "seed10". */
static int by_version(const struct dirent **a, const struct dirent **b)
{
    const char *x = (*a)->d_name, *y = (*b)->d_name;
    while (*x != '\0' && *y != '\0') {
        const size_t m = strspn(x, "0123456789"), n = strspn(y, "0123456789");
        if (m > 0 && n > 0 && m != n) {
            return m < n ? -1 : 1;
        }
        if (*x != *y) {
            break;
        }
        x++, y++;
    }
    return (unsigned char)*x - (unsigned char)*y;
}

/* The runs in a folder of runs. */
static notch_status add_runs(plot_data *data, const char *folder, notch_error *error)
{
    struct dirent **entries = NULL;
    char path[PATH_MAX_BYTES];
    const size_t before = data->run_count;
    const int count = scandir(folder, &entries, keep_visible, by_version);
    notch_status status = NOTCH_OK;
    if (count < 0) {
        return refuse(error, NOTCH_ERROR_INPUT, folder, strerror(errno));
    }
    for (int k = 0; k < count; k++) {
        const bool fits =
            (size_t)snprintf(path, sizeof path, "%s/%s", folder, entries[k]->d_name) < sizeof path;
        if (status == NOTCH_OK && fits && is_run(path)) {
            status = add_run(data, path, error);
        }
        free(entries[k]);
    }
    free(entries);
    return status == NOTCH_OK && data->run_count == before
               ? refuse(error, NOTCH_ERROR_INPUT, folder,
                        "is neither a run nor a folder of runs: no metrics.jsonl")
               : status;
}

/* ---- conditions ------------------------------------------------------------------------------ */

static plot_condition *find_condition(plot_data *data, const char *name)
{
    for (size_t k = 0; k < data->condition_count; k++) {
        if (strcmp(data->conditions[k].name, name) == 0) {
            return &data->conditions[k];
        }
    }
    return NULL;
}

static int by_step(const void *a, const void *b)
{
    const plot_point *x = a, *y = b;
    return (x->step > y->step) - (x->step < y->step);
}

/* The steps of all runs of the condition, each once. */
static bool list_steps(const plot_data *data, plot_condition *condition)
{
    size_t count = 0, room = 0;
    for (size_t r = 0; r < data->run_count; r++) {
        room += strcmp(data->runs[r].condition, condition->name) == 0 ? data->runs[r].count : 0;
    }
    condition->points = calloc(room + 1, sizeof *condition->points);
    if (condition->points == NULL) {
        return false;
    }
    for (size_t r = 0; r < data->run_count; r++) {
        if (strcmp(data->runs[r].condition, condition->name) == 0) {
            for (size_t k = 0; k < data->runs[r].count; k++) {
                condition->points[count++].step = data->runs[r].evaluations[k].step;
            }
        }
    }
    qsort(condition->points, count, sizeof *condition->points, by_step);
    for (size_t k = 0; k < count; k++) {
        const size_t n = condition->point_count;
        if (n == 0 || condition->points[n - 1].step != condition->points[k].step) {
            condition->points[condition->point_count++].step = condition->points[k].step;
        }
    }
    return true;
}

static const notch_run_evaluation *evaluation_at(const plot_run *run, uint64_t step)
{
    size_t low = 0, high = run->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (run->evaluations[middle].step < step) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < run->count && run->evaluations[low].step == step ? &run->evaluations[low] : NULL;
}

static void average(const plot_data *data, const plot_condition *condition, plot_point *point)
{
    double squares[2] = {0, 0};
    for (int pass = 0; pass < 2; pass++) {
        for (size_t r = 0; r < data->run_count; r++) {
            const notch_run_evaluation *e = strcmp(data->runs[r].condition, condition->name) == 0
                                                ? evaluation_at(&data->runs[r], point->step)
                                                : NULL;
            if (e == NULL) {
                continue;
            }
            if (pass == 0) {
                point->test_count =
                    point->runs == 0 || point->test_count == e->test_count ? e->test_count : 0;
                point->runs++;
                point->loss += e->test_loss;
                point->accuracy += e->test_accuracy;
            } else {
                squares[0] += (e->test_loss - point->loss) * (e->test_loss - point->loss);
                squares[1] +=
                    (e->test_accuracy - point->accuracy) * (e->test_accuracy - point->accuracy);
            }
        }
        if (pass == 0) {
            point->loss /= (double)point->runs;
            point->accuracy /= (double)point->runs;
        }
    }
    const double others = point->runs > 1 ? (double)(point->runs - 1) : 1;
    point->loss_deviation = sqrt(squares[0] / others);
    point->accuracy_deviation = sqrt(squares[1] / others);
}

static notch_status group(plot_data *data, notch_error *error)
{
    for (size_t r = 0; r < data->run_count; r++) {
        const plot_run *run = &data->runs[r];
        plot_condition *condition = find_condition(data, run->condition);
        if (condition == NULL) {
            if (data->condition_count == PLOT_CONDITIONS) {
                return refuse(error, NOTCH_ERROR_INPUT, run->condition,
                              "is one condition too many, expected at most 32");
            }
            condition = &data->conditions[data->condition_count++];
            *condition = (plot_condition){.run_count = 0};
            (void)snprintf(condition->name, sizeof condition->name, "%s", run->condition);
        }
        condition->run_count++;
        for (size_t k = 0; k < run->count; k++) {
            plot_count(data, run->evaluations[k].test_count);
        }
    }
    for (size_t c = 0; c < data->condition_count; c++) {
        if (!list_steps(data, &data->conditions[c])) {
            return refuse(error, NOTCH_ERROR_MEMORY, data->conditions[c].name, "no memory");
        }
        for (size_t k = 0; k < data->conditions[c].point_count; k++) {
            plot_point *point = &data->conditions[c].points[k];
            *point = (plot_point){.step = point->step};
            average(data, &data->conditions[c], point);
        }
    }
    return NOTCH_OK;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool is_table(const char *path)
{
    const size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".tsv") == 0;
}

static notch_status add_table(plot_data *data, const char *path, notch_error *error)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return refuse(error, NOTCH_ERROR_INPUT, path, strerror(errno));
    }
    const notch_status status = plot_read_table(file, path, data, error);
    (void)fclose(file);
    return status;
}

int plot_read(char **operands, plot_data *data)
{
    notch_error error = {NOTCH_OK, ""};
    notch_status status = NOTCH_OK;
    *data = (plot_data){.run_count = 0};
    for (char **operand = operands; status == NOTCH_OK && *operand != NULL; operand++) {
        if (!is_table(*operand)) {
            status = is_run(*operand) ? add_run(data, *operand, &error)
                                      : add_runs(data, *operand, &error);
        }
    }
    if (status == NOTCH_OK) {
        status = group(data, &error);
    }
    for (char **operand = operands; status == NOTCH_OK && *operand != NULL; operand++) {
        if (is_table(*operand)) {
            status = add_table(data, *operand, &error);
        }
    }
    return status == NOTCH_OK ? EXIT_DONE : command_fail(PLOT_COMMAND, &error);
}

void plot_free(plot_data *data)
{
    for (size_t k = 0; k < data->run_count; k++) {
        free(data->runs[k].evaluations);
    }
    for (size_t k = 0; k < data->condition_count; k++) {
        free(data->conditions[k].points);
    }
    free(data->runs);
    *data = (plot_data){.run_count = 0};
}
