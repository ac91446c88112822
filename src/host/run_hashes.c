/* run_hashes.c - the hashes that another run has left behind.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <notch/train.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/message.h"
#include "host/run.h"
#include "host/run_lines.h"

typedef struct collection {
    notch_step_hash *hashes;
    size_t count, room;
    const char *name;
} collection;

static notch_status add(collection *c, const notch_run_line *line, notch_error *error)
{
    if (c->count == c->room) {
        const size_t room = c->room == 0 ? 64 : 2 * c->room;
        notch_step_hash *larger = realloc(c->hashes, room * sizeof *larger);
        if (larger == NULL) {
            return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory for its hashes", c->name);
        }
        c->hashes = larger;
        c->room = room;
    }
    c->hashes[c->count].step = line->step;
    memcpy(c->hashes[c->count++].digest, line->digest, sizeof line->digest);
    return NOTCH_OK;
}

static notch_status take(void *self, const notch_run_line *line, size_t end, notch_error *error)
{
    collection *c = self;
    (void)end;
    if (!line->has_digest) {
        return NOTCH_OK;
    }
    if (c->count == 0 || c->hashes[c->count - 1].step != line->step) {
        return add(c, line, error);
    }
    if (memcmp(c->hashes[c->count - 1].digest, line->digest, sizeof line->digest) != 0) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: has two different hashes of step %u",
                          c->name, line->step);
    }
    return NOTCH_OK;
}

static notch_status read_hashes(const char *path, collection *c, notch_error *error)
{
    char *text = NULL;
    size_t length = 0;
    c->name = path;
    notch_status status = notch_run_read_metrics(path, &text, &length, error);
    if (status == NOTCH_OK) {
        status = notch_run_parse(text, length, path, take, c, error);
    }
    free(text);
    return status;
}

notch_status notch_run_read_hashes(const char *path, notch_step_hash **hashes, size_t *count,
                                   notch_error *error)
{
    struct stat facts;
    collection c = {.count = 0};
    if (path == NULL || hashes == NULL || count == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s missing",
                          path == NULL ? "path is" : "results are");
    }
    const bool is_folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    char *file = notch_run_path(path, is_folder ? NOTCH_RUN_METRICS : NULL);
    if (file == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
    }
    const notch_status status = read_hashes(file, &c, error);
    free(file);
    if (status != NOTCH_OK) {
        free(c.hashes);
        return status;
    }
    *hashes = c.hashes;
    *count = c.count;
    return NOTCH_OK;
}
