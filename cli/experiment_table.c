/* experiment_table.c - the results of an experiment: a table, CSV and JSON.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "experiment.h"
#include "files.h"

typedef struct result {
    notch_run_evaluation last, best; /* best: the first one of most accuracy */
} result;

/* Mean and deviation over runs (n - 1); the deviation of one run is NaN. */
typedef struct spread {
    double mean, deviation;
} spread;

typedef enum column {
    LAST,
    BEST,
    LOSS,
    SECONDS,
    COLUMNS
} column;

static const char *const column_names[COLUMNS] = {"last_accuracy", "best_accuracy", "last_loss",
                                                  "seconds"};

typedef struct row {
    const experiment_condition *condition;
    size_t first, count; /* of finished runs among results */
    spread values[COLUMNS];
} row;

typedef struct table {
    const experiment *experiment;
    const experiment_run **runs; /* the finished ones */
    result *results;
    size_t count;
    row *rows;
} table;

static double value_of(const result *r, column which)
{
    return which == LAST   ? r->last.test_accuracy
           : which == BEST ? r->best.test_accuracy
           : which == LOSS ? r->last.test_loss
                           : r->last.seconds;
}

static spread spread_of(const result *results, size_t count, column which)
{
    double sum = 0, squares = 0;
    for (size_t k = 0; k < count; k++) {
        sum += value_of(&results[k], which);
    }
    const double mean = sum / (double)count;
    for (size_t k = 0; k < count; k++) {
        squares += (value_of(&results[k], which) - mean) * (value_of(&results[k], which) - mean);
    }
    return (spread){mean, count < 2 ? (double)NAN : sqrt(squares / (double)(count - 1))};
}

/* ---- collecting ------------------------------------------------------------------------------ */

static notch_status read_result(const experiment_run *run, result *to, notch_error *error)
{
    notch_run_evaluation *list = NULL;
    size_t count = 0;
    notch_status status = notch_run_read_evaluations(run->folder, &list, &count, error);
    if (status == NOTCH_OK && count == 0) {
        (void)snprintf(error->message, sizeof error->message,
                       "%.100s: is marked as finished, but has no evaluation", run->folder);
        status = error->status = NOTCH_ERROR_INPUT;
    }
    if (status == NOTCH_OK) {
        to->last = to->best = list[count - 1];
        for (size_t k = count; k-- > 0;) {
            to->best = list[k].test_accuracy >= to->best.test_accuracy ? list[k] : to->best;
        }
    }
    free(list);
    return status;
}

static notch_status collect(const experiment *e, table *t, notch_error *error)
{
    *t = (table){.experiment = e,
                 .runs = calloc(e->run_count, sizeof *t->runs),
                 .results = calloc(e->run_count, sizeof *t->results),
                 .rows = calloc(e->condition_count, sizeof *t->rows)};
    if (t->runs == NULL || t->results == NULL || t->rows == NULL) {
        (void)snprintf(error->message, sizeof error->message, "no memory for the table");
        return error->status = NOTCH_ERROR_MEMORY;
    }
    for (size_t c = 0, k = 0; c < e->condition_count; c++) {
        t->rows[c] = (row){.condition = &e->conditions[c], .first = t->count};
        for (; k < e->run_count && e->runs[k].condition == &e->conditions[c]; k++) {
            if (e->runs[k].state != EXPERIMENT_FINISHED) {
                continue;
            }
            const notch_status status = read_result(&e->runs[k], &t->results[t->count], error);
            if (status != NOTCH_OK) {
                return status;
            }
            t->runs[t->count++] = &e->runs[k];
            t->rows[c].count++;
        }
        for (column which = LAST; which < COLUMNS; which++) {
            t->rows[c].values[which] =
                spread_of(t->results + t->rows[c].first, t->rows[c].count, which);
        }
    }
    return NOTCH_OK;
}

static void forget(table *t)
{
    free((void *)t->runs);
    free(t->results);
    free(t->rows);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_spread(const spread *s, double scale, int decimals, int width)
{
    char deviation[32] = "";
    if (!isnan(s->deviation)) {
        (void)snprintf(deviation, sizeof deviation, " +- %.*f", decimals, scale * s->deviation);
    }
    printf("  %*.*f%-*s", width, decimals, scale * s->mean, decimals + 6, deviation);
}

static void print_table(const table *t)
{
    int width = 9;
    for (size_t c = 0; c < t->experiment->condition_count; c++) {
        const int length = (int)strlen(t->rows[c].condition->name);
        width = length > width ? length : width;
    }
    printf("\n%-*s  %4s  %-14s  %-14s  %-19s  %s\n", width, "condition", "runs", "last test %",
           "best test %", "last test loss", "seconds");
    for (size_t c = 0; c < t->experiment->condition_count; c++) {
        const row *r = &t->rows[c];
        printf("%-*s  %4zu", width, r->condition->name, r->count);
        if (r->count > 0) {
            print_spread(&r->values[LAST], 100, 2, 6);
            print_spread(&r->values[BEST], 100, 2, 6);
            print_spread(&r->values[LOSS], 1, 4, 9);
            printf("  %.1f", r->values[SECONDS].mean);
        }
        printf("\n");
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static void put_number(FILE *file, double value, const char *none)
{
    if (isfinite(value)) {
        (void)fprintf(file, "%.9g", value);
    } else {
        (void)fputs(none, file);
    }
}

static void put_digest(FILE *file, const uint8_t digest[32])
{
    for (size_t k = 0; k < 32; k++) {
        (void)fprintf(file, "%02x", digest[k]);
    }
}

static const char *name_of(const table *t, size_t run)
{
    return t->runs[run]->folder + strlen(t->experiment->folder) + 1;
}

/* Names have no quotes, commas or control characters: experiment_file.c. Values may have commas. */
static bool write_runs(FILE *file, const void *self)
{
    const table *t = self;
    (void)fprintf(file, "condition,seed,folder,steps,test_count,last_accuracy,best_accuracy,"
                        "best_step,last_loss,seconds,parameters_sha256\n");
    for (size_t k = 0; k < t->count; k++) {
        const result *r = &t->results[k];
        (void)fprintf(file, "\"%s\",%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64 ",",
                      t->runs[k]->condition->name, t->runs[k]->seed, name_of(t, k), r->last.step,
                      r->last.test_count);
        put_number(file, r->last.test_accuracy, "");
        (void)fputc(',', file);
        put_number(file, r->best.test_accuracy, "");
        (void)fprintf(file, ",%" PRIu64 ",", r->best.step);
        put_number(file, r->last.test_loss, "");
        (void)fputc(',', file);
        put_number(file, r->last.seconds, "");
        (void)fputc(',', file);
        put_digest(file, r->last.digest);
        (void)fputc('\n', file);
    }
    return true;
}

static bool write_summary(FILE *file, const void *self)
{
    const table *t = self;
    (void)fputs("condition,runs", file);
    for (column which = LAST; which < COLUMNS; which++) {
        (void)fprintf(file, ",%s_mean,%s_deviation", column_names[which], column_names[which]);
    }
    (void)fputc('\n', file);
    for (size_t c = 0; c < t->experiment->condition_count; c++) {
        const row *r = &t->rows[c];
        (void)fprintf(file, "\"%s\",%zu", r->condition->name, r->count);
        for (column which = LAST; which < COLUMNS; which++) {
            (void)fputc(',', file);
            put_number(file, r->values[which].mean, "");
            (void)fputc(',', file);
            put_number(file, r->values[which].deviation, "");
        }
        (void)fputc('\n', file);
    }
    return true;
}

static void put_member(FILE *file, const char *key, double value)
{
    (void)fprintf(file, ", \"%s\": ", key);
    put_number(file, value, "null");
}

static void write_json_runs(FILE *file, const table *t, const row *r)
{
    for (size_t k = r->first; k < r->first + r->count; k++) {
        const result *one = &t->results[k];
        (void)fprintf(file, "%s\n      {\"seed\": %" PRIu64 ", \"folder\": \"%s\"",
                      k == r->first ? "" : ",", t->runs[k]->seed, name_of(t, k));
        (void)fprintf(file, ", \"steps\": %" PRIu64 ", \"test_count\": %" PRIu64, one->last.step,
                      one->last.test_count);
        for (column which = LAST; which < COLUMNS; which++) {
            put_member(file, column_names[which], value_of(one, which));
        }
        (void)fprintf(file, ", \"best_step\": %" PRIu64 ", \"parameters_sha256\": \"",
                      one->best.step);
        put_digest(file, one->last.digest);
        (void)fputs("\"}", file);
    }
}

static bool write_json(FILE *file, const void *self)
{
    const table *t = self;
    (void)fputs("{\"conditions\": [", file);
    for (size_t c = 0; c < t->experiment->condition_count; c++) {
        const row *r = &t->rows[c];
        (void)fprintf(file, "%s\n  {\"condition\": \"%s\"", c == 0 ? "" : ",", r->condition->name);
        for (column which = LAST; which < COLUMNS; which++) {
            char key[64];
            (void)snprintf(key, sizeof key, "%s_mean", column_names[which]);
            put_member(file, key, r->values[which].mean);
            (void)snprintf(key, sizeof key, "%s_deviation", column_names[which]);
            put_member(file, key, r->values[which].deviation);
        }
        (void)fputs(", \"runs\": [", file);
        write_json_runs(file, t, r);
        (void)fputs("]}", file);
    }
    (void)fputs("\n]}\n", file);
    return true;
}

static notch_status write_file(const table *t, const char *name, file_write *write,
                               notch_error *error)
{
    char path[EXPERIMENT_PATH];
    if (experiment_path(t->experiment->folder, name, path)) {
        return file_replace(path, write, t, error);
    }
    (void)snprintf(error->message, sizeof error->message,
                   "%.100s/%s: cannot be written: its name is too long", t->experiment->folder,
                   name);
    return error->status = NOTCH_ERROR_INPUT;
}

int experiment_report(const experiment *e)
{
    notch_error error = {NOTCH_OK, ""};
    table t;
    notch_status status = collect(e, &t, &error);
    if (status == NOTCH_OK) {
        print_table(&t);
        status = write_file(&t, "runs.csv", write_runs, &error);
    }
    if (status == NOTCH_OK) {
        status = write_file(&t, "summary.csv", write_summary, &error);
    }
    if (status == NOTCH_OK) {
        status = write_file(&t, "summary.json", write_json, &error);
    }
    forget(&t);
    return status == NOTCH_OK ? EXIT_DONE : command_fail(EXPERIMENT_COMMAND, &error);
}
