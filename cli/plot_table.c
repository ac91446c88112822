/* plot_table.c - what is drawn as a table of tabs: written, and read again.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "plot.h"

enum {
    LINE_BYTES = 1024,
    COLUMNS = 8,
    POINTS_MAX = 1 << 20 /* of a condition */
};

static const char heading[] =
    "condition\truns\tstep\ttest_loss\tdeviation\ttest_accuracy\tdeviation\ttest_count";

void plot_write_data(FILE *file, const plot_data *data)
{
    (void)fprintf(file, "%s\n", heading);
    for (size_t c = 0; c < data->condition_count; c++) {
        const plot_condition *condition = &data->conditions[c];
        for (size_t k = 0; k < condition->point_count; k++) {
            const plot_point *p = &condition->points[k];
            (void)fprintf(file, "%s\t%zu\t%" PRIu64 "\t%.6g\t%.6g\t%.6g\t%.6g\t%" PRIu64 "\n",
                          condition->name, p->runs, p->step, p->loss, p->loss_deviation,
                          p->accuracy, p->accuracy_deviation, p->test_count);
        }
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Where the reader is, for sentences. */
typedef struct place {
    const char *path;
    unsigned long line;
} place;

static notch_status refuse(const place *at, const char *what, notch_error *error)
{
    (void)snprintf(error->message, sizeof error->message, "%.100s, line %lu: %.100s", at->path,
                   at->line, what);
    return error->status = NOTCH_ERROR_INPUT;
}

static bool read_integer(const char *text, uint64_t *value)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] != '\0') {
        return false;
    }
    *value = strtoull(text, NULL, 10);
    return true;
}

static bool read_number(const char *text, double most, double *value)
{
    char *end;
    if (strspn(text, "0123456789.e+-") != strlen(text) || *text == '\0') {
        return false;
    }
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value) && *value >= 0 && *value <= most;
}

/* Cuts the line at its tabs; false if there are not COLUMNS of them. */
static bool split(char *line, char *fields[COLUMNS])
{
    for (int k = 0; k < COLUMNS; k++) {
        fields[k] = line;
        line = strchr(line, '\t');
        if ((line == NULL) != (k == COLUMNS - 1)) {
            return false;
        }
        if (line != NULL) {
            *line++ = '\0';
        }
    }
    return true;
}

static bool read_point(char *const fields[COLUMNS], plot_point *point)
{
    uint64_t runs = 0;
    const bool good = read_integer(fields[1], &runs) && read_integer(fields[2], &point->step) &&
                      read_number(fields[3], INFINITY, &point->loss) &&
                      read_number(fields[4], INFINITY, &point->loss_deviation) &&
                      read_number(fields[5], 1, &point->accuracy) &&
                      read_number(fields[6], 1, &point->accuracy_deviation) &&
                      read_integer(fields[7], &point->test_count);
    point->runs = (size_t)runs;
    return good && runs > 0 && runs <= INT32_MAX;
}

static notch_status begin_condition(plot_data *data, const char *name, const place *at,
                                    notch_error *error)
{
    for (size_t c = 0; c < data->condition_count; c++) {
        if (strcmp(data->conditions[c].name, name) == 0) {
            return refuse(at, "this condition has been read before", error);
        }
    }
    if (data->condition_count == PLOT_CONDITIONS) {
        return refuse(at, "one condition too many, expected at most 32", error);
    }
    plot_condition *condition = &data->conditions[data->condition_count++];
    *condition = (plot_condition){.run_count = 0};
    (void)snprintf(condition->name, sizeof condition->name, "%s", name);
    return NOTCH_OK;
}

/* Points have room for the next power of two. */
static notch_status add_point(plot_condition *condition, const plot_point *point, const place *at,
                              notch_error *error)
{
    const size_t n = condition->point_count;
    if (n > 0 && condition->points[n - 1].step >= point->step) {
        return refuse(at, "steps have to rise within a condition", error);
    }
    if (n == POINTS_MAX) {
        return refuse(at, "one step too many", error);
    }
    if ((n & (n - 1)) == 0) {
        plot_point *larger =
            realloc(condition->points, (n == 0 ? 1 : 2 * n) * sizeof *condition->points);
        if (larger == NULL) {
            return refuse(at, "no memory", error);
        }
        condition->points = larger;
    }
    condition->points[condition->point_count++] = *point;
    condition->run_count = point->runs > condition->run_count ? point->runs : condition->run_count;
    return NOTCH_OK;
}

/* first: conditions from this one on are the table's. */
static notch_status read_line(plot_data *data, size_t first, char *line, const place *at,
                              notch_error *error)
{
    char *fields[COLUMNS], name[PLOT_NAME];
    plot_point point = {.step = 0};
    if (!split(line, fields) || fields[0][0] == '\0' || strlen(fields[0]) >= sizeof name ||
        !read_point(fields, &point)) {
        return refuse(at, "expected a condition, runs, a step, four numbers and a count", error);
    }
    plot_name(fields[0], name);
    plot_condition *last =
        data->condition_count > first ? &data->conditions[data->condition_count - 1] : NULL;
    if (last == NULL || strcmp(last->name, name) != 0) {
        const notch_status status = begin_condition(data, name, at, error);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    plot_count(data, point.test_count);
    return add_point(&data->conditions[data->condition_count - 1], &point, at, error);
}

notch_status plot_read_table(FILE *file, const char *path, plot_data *data, notch_error *error)
{
    char line[LINE_BYTES];
    place at = {path, 1};
    const size_t first = data->condition_count;
    notch_status status = NOTCH_OK;
    for (; status == NOTCH_OK && fgets(line, sizeof line, file) != NULL; at.line++) {
        const size_t length = strcspn(line, "\r\n");
        if (line[length] == '\0' && !feof(file)) {
            return refuse(&at, "the line is too long, or has a byte of zero", error);
        }
        line[length] = '\0';
        if (at.line > 1) {
            status = read_line(data, first, line, &at, error);
        } else if (strcmp(line, heading) != 0) {
            return refuse(&at, "not the heading of a table that notch plot --data writes", error);
        }
    }
    if (status == NOTCH_OK && ferror(file)) {
        return refuse(&at, strerror(errno), error);
    }
    return status == NOTCH_OK && data->condition_count == first
               ? refuse(&at, "the table is empty", error)
               : status;
}
