/* run.c - a run in its folder: begun or gone on with, recorded, saved.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64
#include "host/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "base/sha256.h"
#include "host/checkpoint_file.h"
#include "host/failure.h"
#include "host/run_lines.h"

enum {
    NO_FILE = -1,
    CHAIN_STEP_BYTES = 8
};

struct notch_run {
    char *folder, *config, *environment, *metrics, *last, *best; /* paths */
    char *text;                                                  /* of the configuration */
    int file;                                                    /* metrics.jsonl, locked */
    uint8_t chain[NOTCH_SHA256_BYTES];
    bool has_best;
    uint64_t best_correct; /* of best.notch */
};

static notch_status allocate(const char *folder, const char *config, notch_run **run,
                             notch_error *error)
{
    notch_run *r = calloc(1, sizeof *r);
    if (r != NULL) {
        r->file = NO_FILE;
        r->folder = notch_run_path(folder, NULL);
        r->config = notch_run_path(folder, NOTCH_RUN_CONFIG);
        r->environment = notch_run_path(folder, NOTCH_RUN_ENVIRONMENT);
        r->metrics = notch_run_path(folder, NOTCH_RUN_METRICS);
        r->last = notch_run_path(folder, NOTCH_RUN_LAST);
        r->best = notch_run_path(folder, NOTCH_RUN_BEST);
        r->text = notch_run_path(config, NULL);
    }
    if (r == NULL || r->folder == NULL || r->config == NULL || r->environment == NULL ||
        r->metrics == NULL || r->last == NULL || r->best == NULL || r->text == NULL) {
        notch_run_destroy(r);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory for a run", folder);
    }
    *run = r;
    return NOTCH_OK;
}

void notch_run_destroy(notch_run *run)
{
    if (run == NULL) {
        return;
    }
    if (run->file != NO_FILE) {
        (void)close(run->file); /* and the lock is gone */
    }
    free(run->folder);
    free(run->config);
    free(run->environment);
    free(run->metrics);
    free(run->last);
    free(run->best);
    free(run->text);
    free(run);
}

/* Keeps other processes away from the folder. Where files cannot be locked, it stays at that. */
static notch_status lock_metrics(const notch_run *r, notch_error *error)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(r->file, F_SETLK, &lock) != 0 && (errno == EACCES || errno == EAGAIN)) {
        return notch_fail(error, NOTCH_ERROR_INPUT, "%s: is in use by another process", r->folder);
    }
    return NOTCH_OK;
}

static notch_status open_metrics(notch_run *r, int flags, notch_error *error)
{
    r->file = open(r->metrics, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0666);
    return r->file == NO_FILE ? notch_fail_errno(r->metrics, "cannot be written", error)
                              : lock_metrics(r, error);
}

/* ---- a new run ------------------------------------------------------------------------------- */

static notch_status write_text(const char *path, const char *text, notch_error *error)
{
    notch_new_file *file = NULL;
    notch_status status = notch_new_file_create(path, &file, error);
    if (status != NOTCH_OK) {
        return status;
    }
    status = notch_new_file_write(file, text, strlen(text), error);
    if (status != NOTCH_OK) {
        notch_new_file_discard(file);
        return status;
    }
    return notch_new_file_commit(file, error);
}

/* What an earlier run has left. */
static notch_status clear(const notch_run *r, notch_error *error)
{
    if (ftruncate(r->file, 0) != 0) {
        return notch_fail_errno(r->metrics, "cannot be emptied", error);
    }
    const char *const files[] = {r->environment, r->last, r->best};
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        if (unlink(files[k]) != 0 && errno != ENOENT) {
            return notch_fail_errno(files[k], "cannot be deleted", error);
        }
    }
    return NOTCH_OK;
}

static notch_status begin(notch_run *r, notch_error *error)
{
    struct stat facts;
    const bool is_new = stat(r->metrics, &facts) != 0;
    notch_status status = open_metrics(r, O_CREAT, error);
    if (status == NOTCH_OK) {
        status = write_text(r->config, r->text, error);
    }
    if (status != NOTCH_OK && is_new && r->file != NO_FILE) {
        (void)unlink(r->metrics);
    }
    return status == NOTCH_OK ? clear(r, error) : status;
}

notch_status notch_run_create(const char *folder, bool overwrite, const char *config,
                              notch_run **run, notch_error *error)
{
    notch_run *r = NULL;
    size_t made = 0;
    if (run == NULL || config == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s is missing",
                          run == NULL ? "result" : "configuration");
    }
    notch_status status = notch_run_check(folder, overwrite, error);
    if (status == NOTCH_OK) {
        status = allocate(folder, config, &r, error);
    }
    if (status == NOTCH_OK) {
        status = notch_run_make_folders(folder, &made, error);
    }
    if (status == NOTCH_OK) {
        status = begin(r, error);
        if (status != NOTCH_OK) {
            notch_run_remove_folders(folder, made);
        }
    }
    if (status != NOTCH_OK) {
        notch_run_destroy(r);
        return status;
    }
    *run = r;
    return NOTCH_OK;
}

/* ---- going on -------------------------------------------------------------------------------- */

typedef struct history {
    notch_run *run;
    uint64_t step;
    size_t kept; /* bytes of metrics.jsonl */
} history;

static notch_status look_back(void *self, const notch_run_line *line, size_t end,
                              notch_error *error)
{
    history *h = self;
    (void)error;
    if (line->step <= h->step) {
        h->kept = end;
        if (line->has_chain) {
            memcpy(h->run->chain, line->chain, sizeof line->chain);
        }
    }
    return NOTCH_OK;
}

static notch_status read_best(notch_run *r, notch_error *error)
{
    struct stat facts;
    notch_checkpoint *best = NULL;
    if (stat(r->best, &facts) != 0 && errno == ENOENT) {
        return NOTCH_OK;
    }
    const notch_status status = notch_checkpoint_read(r->best, &best, error);
    if (status == NOTCH_OK) {
        r->has_best = true;
        r->best_correct = best->test_correct;
        notch_checkpoint_destroy(best);
    }
    return status;
}

static notch_status go_on(notch_run *r, uint64_t step, notch_error *error)
{
    char *text = NULL;
    size_t length = 0;
    history h = {.run = r, .step = step};
    notch_status status = open_metrics(r, 0, error);
    if (status == NOTCH_OK) {
        status = notch_run_read_metrics(r->metrics, &text, &length, error);
    }
    if (status == NOTCH_OK) {
        status =
            lock_metrics(r, error); /* again: POSIX drops it where any reader closes the file */
    }
    if (status == NOTCH_OK) {
        status = notch_run_parse(text, length, r->metrics, look_back, &h, error);
    }
    free(text);
    if (status == NOTCH_OK) {
        status = read_best(r, error);
    }
    if (status == NOTCH_OK && h.kept < length && ftruncate(r->file, (off_t)h.kept) != 0) {
        status = notch_fail_errno(r->metrics, "cannot be shortened", error);
    }
    return status;
}

notch_status notch_run_open(const char *folder, uint64_t step, const char *config, notch_run **run,
                            notch_error *error)
{
    notch_run *r = NULL;
    if (run == NULL || config == NULL || folder == NULL || folder[0] == '\0') {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the %s is missing",
                          run == NULL      ? "result"
                          : config == NULL ? "configuration"
                                           : "folder");
    }
    notch_status status = allocate(folder, config, &r, error);
    if (status == NOTCH_OK) {
        status = go_on(r, step, error);
    }
    if (status != NOTCH_OK) {
        notch_run_destroy(r);
        return status;
    }
    *run = r;
    return NOTCH_OK;
}

notch_status notch_run_describe(notch_run *run, const char *text, notch_error *error)
{
    return text == NULL ? notch_fail(error, NOTCH_ERROR_ARGUMENT, "run: the environment is missing")
                        : write_text(run->environment, text, error);
}

/* ---- records --------------------------------------------------------------------------------- */

/* Appends the line, which is freed; a part of one that does not fit on the disk is taken back. */
static notch_status append(notch_run *r, char *line, bool synchronise, notch_error *error)
{
    if (line == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory for a line", r->metrics);
    }
    const size_t length = strlen(line);
    const off_t start = lseek(r->file, 0, SEEK_END);
    size_t done = 0;
    notch_status status = NOTCH_OK;
    while (done < length && status == NOTCH_OK) {
        const ssize_t written = write(r->file, line + done, length - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno != EINTR) {
            status = notch_fail_errno(r->metrics, "cannot be written", error);
            if (start < 0 || ftruncate(r->file, start) != 0) {
                break; /* notch_run_open leaves the part out */
            }
        }
    }
    if (status == NOTCH_OK && synchronise && fsync(r->file) != 0 && errno != EINVAL) {
        status = notch_fail_errno(r->metrics, "cannot be written", error);
    }
    free(line);
    return status;
}

notch_status notch_run_record(notch_run *run, const notch_checkpoint *checkpoint,
                              const notch_train_evaluation *evaluation, const notch_run_cost *cost,
                              notch_error *error)
{
    return append(run, notch_run_format_evaluation(checkpoint, evaluation, cost), true, error);
}

notch_status notch_run_record_hash(notch_run *run, uint64_t step, const uint8_t digest[32],
                                   notch_error *error)
{
    uint8_t number[CHAIN_STEP_BYTES], chain[NOTCH_SHA256_BYTES];
    notch_sha256 hash;
    for (unsigned k = 0; k < CHAIN_STEP_BYTES; k++) {
        number[k] = (uint8_t)(step >> (8 * k));
    }
    notch_sha256_init(&hash);
    notch_sha256_add(&hash, run->chain, sizeof run->chain);
    notch_sha256_add(&hash, number, sizeof number);
    notch_sha256_add(&hash, digest, NOTCH_SHA256_BYTES);
    notch_sha256_finish(&hash, chain);
    const notch_status status =
        append(run, notch_run_format_hash(step, digest, chain), false, error);
    if (status == NOTCH_OK) {
        memcpy(run->chain, chain, sizeof chain);
    }
    return status;
}

/* With the run's configuration, which the caller's checkpoint does not have. */
static notch_status write_model(const notch_run *r, const notch_checkpoint *checkpoint,
                                const char *path, notch_error *error)
{
    notch_checkpoint *whole = malloc(sizeof *whole);
    if (whole == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to write it", path);
    }
    memcpy(whole, checkpoint, sizeof *whole);
    whole->config = r->text;
    const notch_status status = notch_checkpoint_write(whole, path, error);
    free(whole);
    return status;
}

static bool is_better(const notch_run *run, const notch_checkpoint *checkpoint)
{
    return checkpoint->test_count != 0 &&
           (!run->has_best || checkpoint->test_correct > run->best_correct);
}

/* best.notch first: a run that is killed between the two goes on from the older last.notch and
 * comes to the same evaluation again, but not the other way round. */
notch_status notch_run_save(notch_run *run, const notch_checkpoint *checkpoint, notch_error *error)
{
    if (is_better(run, checkpoint)) {
        const notch_status status = write_model(run, checkpoint, run->best, error);
        if (status != NOTCH_OK) {
            return status;
        }
        run->has_best = true;
        run->best_correct = checkpoint->test_correct;
    }
    return write_model(run, checkpoint, run->last, error);
}
