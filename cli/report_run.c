/* report_run.c - the folder of a run, read for a report.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <notch/train.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "files.h"
#include "json.h"
#include "json_check.h"
#include "report.h"

static notch_status no_memory(const char *folder, notch_error *error)
{
    (void)snprintf(error->message, sizeof error->message, "%.100s: no memory for a report", folder);
    return error->status = NOTCH_ERROR_MEMORY;
}

/* The text of an open_memstream, which it closes; NULL: no memory. */
static char *finish(FILE *file, char **text)
{
    const bool complete = !ferror(file);
    if (fclose(file) != 0 || !complete) {
        free(*text);
        *text = NULL;
    }
    return *text;
}

/* ---- metrics.jsonl --------------------------------------------------------------------------- */

typedef struct collection {
    FILE *file;
    const char *folder;
    uint64_t count;
} collection;

static notch_status take_evaluation(void *self, const notch_run_evaluation *evaluation,
                                    const char *line, size_t length, notch_error *error)
{
    collection *c = self;
    if (!json_check(line, length)) {
        (void)snprintf(error->message, sizeof error->message,
                       "%.100s/%s: what it tells of step %" PRIu64 " is no JSON", c->folder,
                       NOTCH_RUN_METRICS, evaluation->step);
        return error->status = NOTCH_ERROR_INPUT;
    }
    (void)fprintf(c->file, "%s\n", c->count++ == 0 ? "" : ",");
    (void)fwrite(line, 1, length, c->file);
    return NOTCH_OK;
}

static notch_status read_metrics(report_run *run, notch_error *error)
{
    size_t size;
    collection c = {open_memstream(&run->metrics, &size), run->folder, 0};
    if (c.file == NULL) {
        return no_memory(run->folder, error);
    }
    char *path = file_path(run->folder, NOTCH_RUN_METRICS);
    (void)fputc('[', c.file);
    notch_status status = path == NULL
                              ? no_memory(run->folder, error)
                              : notch_run_visit_evaluations(path, take_evaluation, &c, error);
    (void)fputc(']', c.file);
    free(path);
    if (finish(c.file, &run->metrics) == NULL && status == NOTCH_OK) {
        status = no_memory(run->folder, error);
    }
    if (status == NOTCH_OK && c.count == 0) {
        (void)snprintf(error->message, sizeof error->message, "%.100s/%s: has no evaluation yet",
                       run->folder, NOTCH_RUN_METRICS);
        status = error->status = NOTCH_ERROR_INPUT;
    }
    return status;
}

/* ---- other files, which may be missing ------------------------------------------------------- */

/* The path of a file of the run if it is there; else NULL. */
static notch_status find_file(const report_run *run, const char *name, char **path,
                              notch_error *error)
{
    *path = file_path(run->folder, name);
    if (*path == NULL) {
        return no_memory(run->folder, error);
    }
    if (access(*path, F_OK) != 0) {
        free(*path);
        *path = NULL;
    }
    return NOTCH_OK;
}

static notch_status read_environment(report_run *run, notch_error *error)
{
    char *path = NULL;
    size_t length = 0;
    notch_status status = find_file(run, NOTCH_RUN_ENVIRONMENT, &path, error);
    if (status == NOTCH_OK && path != NULL) {
        status = config_load(path, &run->environment, &length, error);
    }
    if (status == NOTCH_OK && run->environment != NULL) {
        char *larger = realloc(run->environment, length + 1);
        if (larger == NULL) {
            status = no_memory(run->folder, error);
        } else {
            run->environment = larger;
            larger[length] = '\0';
        }
    }
    if (status == NOTCH_OK && run->environment != NULL && !json_check(run->environment, length)) {
        (void)snprintf(error->message, sizeof error->message, "%.200s: is no JSON", path);
        status = error->status = NOTCH_ERROR_INPUT;
    }
    free(path);
    return status;
}

static notch_status read_checkpoint(report_run *run, notch_error *error)
{
    char *path = NULL;
    notch_status status = find_file(run, NOTCH_RUN_LAST, &path, error);
    if (status == NOTCH_OK && path != NULL) {
        status = notch_checkpoint_read(path, &run->checkpoint, error);
    }
    free(path);
    return status;
}

typedef struct config_taking {
    report_run *run;
    FILE *file;
    bool begun;
} config_taking;

static bool keep(const config_item *item, const char *key, char **to)
{
    if (strcmp(item->key, key) != 0 || strcmp(item->section, "train") != 0) {
        return true;
    }
    free(*to);
    *to = strdup(item->value);
    return *to != NULL;
}

static notch_status take_item(void *self, const config_item *item, notch_error *error)
{
    config_taking *t = self;
    if (item->key == NULL) {
        return NOTCH_OK;
    }
    (void)fputs(t->begun ? ", [" : "[", t->file);
    t->begun = true;
    json_write_text(t->file, item->section);
    (void)fputs(", ", t->file);
    json_write_text(t->file, item->key);
    (void)fputs(", ", t->file);
    json_write_text(t->file, item->value);
    (void)fputc(']', t->file);
    return keep(item, "data", &t->run->data) && keep(item, "data-dir", &t->run->folder_of_data)
               ? NOTCH_OK
               : no_memory(t->run->folder, error);
}

static notch_status parse_config(report_run *run, const char *name, const char *text, size_t length,
                                 notch_error *error)
{
    size_t size;
    config_taking t = {.run = run, .file = open_memstream(&run->config, &size)};
    if (t.file == NULL) {
        return no_memory(run->folder, error);
    }
    (void)fputc('[', t.file);
    const notch_status status = config_each(name, text, length, take_item, &t, error);
    (void)fputc(']', t.file);
    return finish(t.file, &run->config) == NULL && status == NOTCH_OK
               ? no_memory(run->folder, error)
               : status;
}

/* config.ini, or what last.notch has of it. */
static notch_status read_config(report_run *run, notch_error *error)
{
    char *path = NULL, *text = NULL;
    size_t length = 0;
    notch_status status = find_file(run, NOTCH_RUN_CONFIG, &path, error);
    if (status == NOTCH_OK && path != NULL) {
        status = config_load(path, &text, &length, error);
    }
    if (status == NOTCH_OK && text != NULL) {
        status = parse_config(run, path, text, length, error);
    } else if (status == NOTCH_OK && run->checkpoint != NULL && run->checkpoint->config != NULL) {
        const char *config = run->checkpoint->config;
        status = parse_config(run, NOTCH_RUN_LAST, config, strlen(config), error);
    }
    free(text);
    free(path);
    return status;
}

/* ---- the run --------------------------------------------------------------------------------- */

notch_status report_run_read(const char *folder, report_run *run, notch_error *error)
{
    *run = (report_run){.folder = folder};
    notch_status status = read_metrics(run, error);
    if (status == NOTCH_OK) {
        status = read_environment(run, error);
    }
    if (status == NOTCH_OK) {
        status = read_checkpoint(run, error);
    }
    return status == NOTCH_OK ? read_config(run, error) : status;
}

void report_run_free(report_run *run)
{
    free(run->metrics);
    free(run->environment);
    free(run->config);
    free(run->data);
    free(run->folder_of_data);
    free(run->evaluation.confusion);
    notch_dataset_destroy(run->evaluation.test);
    notch_checkpoint_destroy(run->checkpoint);
}
