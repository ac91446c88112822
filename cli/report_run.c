/* report_run.c - one run of a report: its configuration, its environment, its evaluations.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "json.h"
#include "json_copy.h"
#include "report.h"

enum {
    PATH = 4096
};

static notch_status refuse_memory(const char *folder, notch_error *error)
{
    (void)snprintf(error->message, sizeof error->message, "%.100s: no memory to report on it",
                   folder);
    return error->status = NOTCH_ERROR_MEMORY;
}

/* FOLDER/name; "" if it is too long for any file. */
static const char *join(const char *folder, const char *name, char path[PATH])
{
    if (snprintf(path, PATH, "%s/%s", folder, name) >= PATH) {
        path[0] = '\0';
    }
    return path;
}

/* ---- evaluations ----------------------------------------------------------------------------- */

typedef struct evaluations {
    FILE *file;
    const char *folder;
    uint64_t count, seen; /* in the file; so far */
} evaluations;

/* Hashes after steps are lines too, but tell of nothing else. */
static bool is_evaluation(const char *text, size_t length)
{
    static const char key[] = "\"epoch\":";
    for (size_t at = 0; at + sizeof key - 1 <= length; at++) {
        if (memcmp(text + at, key, sizeof key - 1) == 0) {
            return true;
        }
    }
    return false;
}

static notch_status count_line(void *self, uint64_t step, const char *text, size_t length,
                               notch_error *error)
{
    evaluations *e = self;
    (void)step, (void)error;
    e->count += is_evaluation(text, length);
    return NOTCH_OK;
}

/* Whether evaluation k keeps its layers: REPORT_LAYERS_KEPT of them do, at equal distances, and the
 * last one. */
static bool keeps_layers(uint64_t k, uint64_t count)
{
    const uint64_t kept = REPORT_LAYERS_KEPT;
    return count <= kept || (k + 1) * kept / count != k * kept / count;
}

static notch_status put_line(void *self, uint64_t step, const char *text, size_t length,
                             notch_error *error)
{
    evaluations *e = self;
    if (!is_evaluation(text, length)) {
        return NOTCH_OK;
    }
    (void)fputs(e->seen == 0 ? "\n" : ",\n", e->file);
    const bool copied =
        json_copy(e->file, text, length, keeps_layers(e->seen, e->count) ? NULL : "layers");
    e->seen++;
    if (!copied) {
        (void)snprintf(error->message, sizeof error->message,
                       "%.100s/%s: what it tells of step %llu is no JSON", e->folder,
                       NOTCH_RUN_METRICS, (unsigned long long)step);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return NOTCH_OK;
}

static notch_status put_evaluations(FILE *file, const char *folder, notch_error *error)
{
    evaluations e = {.file = file, .folder = folder};
    notch_status status = notch_run_each_line(folder, count_line, &e, error);
    (void)fputs(",\"evaluations\":[", file);
    if (status == NOTCH_OK) {
        status = notch_run_each_line(folder, put_line, &e, error);
    }
    (void)fputs("\n]", file);
    return status;
}

/* The same reader that tables and figures use has to take the file. */
static notch_status check_evaluations(const char *folder, notch_error *error)
{
    notch_run_evaluation *list = NULL;
    size_t count = 0;
    const notch_status status = notch_run_read_evaluations(folder, &list, &count, error);
    free(list);
    if (status == NOTCH_OK && count == 0) {
        (void)snprintf(error->message, sizeof error->message,
                       "%.100s: has no evaluation yet, expected a run with at least one", folder);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return status;
}

/* ---- configuration and environment ----------------------------------------------------------- */

typedef struct configuration {
    FILE *file;
    uint64_t count;
    char *data, *data_dir; /* values of these keys, or NULL */
} configuration;

static notch_status put_key(void *self, const config_item *item, notch_error *error)
{
    configuration *c = self;
    (void)error;
    (void)fputs(c->count++ == 0 ? "[" : ",[", c->file);
    json_put_string(c->file, item->key);
    (void)fputc(',', c->file);
    json_put_string(c->file, item->value);
    (void)fputc(']', c->file);
    char **kept = strcmp(item->key, "data") == 0       ? &c->data
                  : strcmp(item->key, "data-dir") == 0 ? &c->data_dir
                                                       : NULL;
    if (kept != NULL) {
        free(*kept);
        *kept = strdup(item->value);
    }
    return NOTCH_OK;
}

static void put_configuration(FILE *file, const char *folder, configuration *c)
{
    char path[PATH];
    char *text = NULL;
    size_t length = 0;
    notch_error error = {NOTCH_OK, ""};
    (void)fputs(",\"config\":[", file);
    notch_status status = config_load(join(folder, NOTCH_RUN_CONFIG, path), &text, &length, &error);
    if (status == NOTCH_OK) {
        status = config_each(path, text, length, put_key, c, &error);
    }
    free(text);
    (void)fputs("],\"config_problem\":", file);
    json_put_string(file, status == NOTCH_OK ? NULL : error.message);
}

/* A run that is older than environments has none; what is no JSON is left out as well. */
static void put_environment(FILE *file, const char *folder)
{
    char path[PATH];
    char *text = NULL, *copy = NULL;
    size_t length = 0, size;
    notch_error unused;
    bool copied = false;
    FILE *memory = open_memstream(&copy, &size);
    if (memory != NULL) {
        copied = config_load(join(folder, NOTCH_RUN_ENVIRONMENT, path), &text, &length, &unused) ==
                     NOTCH_OK &&
                 json_copy(memory, text, length, NULL);
        copied = fclose(memory) == 0 && copied;
    }
    (void)fputs(",\"environment\":", file);
    (void)fputs(copied ? copy : "null", file);
    free(copy);
    free(text);
}

notch_status report_put_run(FILE *file, const report_request *request, const char *folder,
                            notch_error *error)
{
    configuration c = {.file = file};
    notch_status status = check_evaluations(folder, error);
    if (status != NOTCH_OK) {
        return status;
    }
    (void)fputs("{\"folder\":", file);
    json_put_string(file, folder);
    put_configuration(file, folder, &c);
    put_environment(file, folder);
    report_put_model(file, request, folder, c.data,
                     request->data_dir == NULL ? c.data_dir : request->data_dir);
    free(c.data);
    free(c.data_dir);
    status = put_evaluations(file, folder, error);
    (void)fputc('}', file);
    if (status == NOTCH_OK && ferror(file)) {
        return refuse_memory(folder, error);
    }
    return status;
}
