/* cmd_train.c - `notch train`: brings together model, data and trainer, and keeps the run.
 * SPDX-License-Identifier: MIT
 *
 * All that can be wrong is found before anything is written: the folder of the run comes last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "data_search.h"
#include "interrupt.h"
#include "model_open.h"
#include "train_display.h"
#include "train_environment.h"
#include "train_expect.h"
#include "train_stopwatch.h"

typedef struct session {
    train_settings settings;
    train_expectation expectation;
    train_display display;
    train_stopwatch stopwatch;
    double seconds_before; /* of the run, before it was gone on with */
    model_source source;
    notch_dataset *train, *test;
    notch_memory_plan plan;
    notch_trainer *trainer;
    notch_run *run; /* NULL: nothing is kept */
    bool failed;    /* in a callback, which has left the sentence in `error` */
    notch_error error;
} session;

/* ---- before the first step ------------------------------------------------------------------- */

static int check_out(const train_settings *settings)
{
    notch_error error;
    if (settings->out != NULL &&
        notch_run_check(settings->out, settings->overwrite, &error) != NOTCH_OK) {
        return command_fail(TRAIN_COMMAND, &error);
    }
    return EXIT_DONE;
}

static bool is_preset(const char *name)
{
    size_t i = 0;
    while (notch_model_preset_name(i) != NULL && strcmp(notch_model_preset_name(i), name) != 0) {
        i++;
    }
    return notch_model_preset_name(i) != NULL;
}

static int open_model(session *s)
{
    const notch_model_context context = model_context(s->train);
    if (s->settings.checkpoint != NULL && !is_preset(s->settings.model)) {
        s->source.model =
            s->settings.checkpoint->model; /* its file may be gone or changed by now */
        return EXIT_DONE;
    }
    const int code = model_open(TRAIN_COMMAND, s->settings.model, &context, &s->source);
    return code == EXIT_DONE ? model_suit(TRAIN_COMMAND, s->settings.options.engine, &s->source)
                             : code;
}

static uint64_t bytes_of(const notch_dataset *data)
{
    return data->count * ((uint64_t)data->channels * data->height * data->width + 1);
}

static notch_status check_memory(session *s, notch_error *error)
{
    const uint64_t limit = s->settings.max_ram;
    const notch_status status =
        notch_train_memory_plan(&s->source.model, &s->settings.options,
                                bytes_of(s->train) + bytes_of(s->test), &s->plan, error);
    if (status == NOTCH_OK && limit != 0 && s->plan.total > limit) {
        (void)snprintf(error->message, sizeof error->message,
                       "training takes %" PRIu64 " bytes of memory, --max-ram allows %" PRIu64
                       "; a smaller --batch takes less",
                       s->plan.total, limit);
        return error->status = NOTCH_ERROR_MEMORY;
    }
    return status;
}

/* A file that does not fit the rest of what is asked for is bad input, whatever the library calls
 * the mismatch. */
static notch_status as_input(notch_status status, const char *name, notch_error *error)
{
    if (status != NOTCH_ERROR_ARGUMENT) {
        return status;
    }
    const notch_error cause = *error;
    (void)snprintf(error->message, sizeof error->message, "%.80s: %.150s", name, cause.message);
    return error->status = NOTCH_ERROR_INPUT;
}

static notch_status take_weights(session *s, notch_error *error)
{
    if (s->settings.checkpoint != NULL) {
        return as_input(notch_trainer_restore(s->trainer, s->settings.checkpoint, error),
                        s->settings.resume, error);
    }
    if (s->source.checkpoint != NULL) {
        return as_input(notch_trainer_adopt(s->trainer, s->source.checkpoint, error),
                        s->settings.model, error);
    }
    return NOTCH_OK;
}

static notch_status create_trainer(session *s, notch_error *error)
{
    train_stopwatch_start(&s->stopwatch);
    notch_status status = check_memory(s, error);
    if (status == NOTCH_OK) {
        status = train_expectation_read(s->settings.expect, &s->expectation, error);
    }
    if (status == NOTCH_OK) {
        s->settings.options.observer = &s->stopwatch.observer;
        status = notch_trainer_create(&s->source.model, &s->settings.options, s->train, s->test,
                                      &s->trainer, error);
    }
    return status == NOTCH_OK ? take_weights(s, error) : status;
}

static notch_status describe_run(session *s, notch_error *error)
{
    char *text = NULL;
    notch_status status = s->run == NULL
                              ? NOTCH_OK
                              : train_environment_format(&s->settings.options, s->train, s->test,
                                                         &s->plan, &text, error);
    if (status == NOTCH_OK && text != NULL) {
        status = notch_run_describe(s->run, text, error);
    }
    free(text);
    return status;
}

/* How long the run had taken to come to the step from which it goes on. */
static notch_status look_back(session *s, uint64_t step, notch_error *error)
{
    notch_run_evaluation *list = NULL;
    size_t count = 0;
    const notch_status status =
        notch_run_read_evaluations(s->settings.resume, &list, &count, error);
    for (size_t k = 0; k < count && list[k].step <= step; k++) {
        s->seconds_before = list[k].seconds > 0 ? list[k].seconds : 0;
    }
    free(list);
    return status;
}

static notch_status open_run(session *s, notch_error *error)
{
    const train_settings *settings = &s->settings;
    if (settings->resume != NULL) {
        const uint64_t step = notch_trainer_progress(s->trainer).step;
        const notch_status status = look_back(s, step, error);
        return status == NOTCH_OK
                   ? notch_run_open(settings->resume, step, settings->text, &s->run, error)
                   : status;
    }
    return settings->out == NULL ? NOTCH_OK
                                 : notch_run_create(settings->out, settings->overwrite,
                                                    settings->text, &s->run, error);
}

static int prepare(session *s)
{
    notch_error error = {NOTCH_OK, ""};
    int code = check_out(&s->settings);
    if (code == EXIT_DONE) {
        code = data_search_open(TRAIN_COMMAND, s->settings.data, s->settings.data_dir, &s->train,
                                &s->test);
    }
    if (code == EXIT_DONE) {
        code = open_model(s);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    notch_status status = create_trainer(s, &error);
    if (status == NOTCH_OK) {
        status = open_run(s, &error);
    }
    if (status == NOTCH_OK) {
        status = describe_run(s, &error);
    }
    return status == NOTCH_OK ? EXIT_DONE : command_fail(TRAIN_COMMAND, &error);
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool hash_is_due(session *s, uint64_t step)
{
    const uint64_t every = s->settings.hash_every;
    return every != 0 && step % every == 0;
}

/* Compares and records the weights after a step. */
static notch_status look_at_weights(session *s, uint64_t step, notch_error *error)
{
    const bool due = hash_is_due(s, step), wanted = train_expectation_wants(&s->expectation, step);
    uint8_t digest[32];
    char text[TRAIN_HEX];
    notch_status status = NOTCH_OK;
    if (!due && !wanted) {
        return NOTCH_OK;
    }
    notch_checkpoint_digest(notch_trainer_checkpoint(s->trainer), digest);
    if (due && s->run != NULL) {
        status = notch_run_record_hash(s->run, step, digest, error);
    } else if (due) {
        train_hex(digest, text);
        train_display_hash(&s->display, step, text);
    }
    if (status == NOTCH_OK && wanted &&
        !train_expectation_met(&s->expectation, step, digest, error)) {
        return error->status = NOTCH_ERROR_INPUT;
    }
    return status;
}

static bool take_progress(void *self, const notch_train_progress *progress)
{
    session *s = self;
    if (progress->evaluated == 0 && look_at_weights(s, progress->step, &s->error) != NOTCH_OK) {
        s->failed = true;
        return false;
    }
    train_display_progress(&s->display, progress);
    return !interrupt_seen();
}

static notch_status save(session *s, notch_error *error)
{
    return s->run == NULL ? NOTCH_OK
                          : notch_run_save(s->run, notch_trainer_checkpoint(s->trainer), error);
}

static notch_status take_evaluation(void *self, const notch_train_evaluation *evaluation,
                                    notch_error *error)
{
    session *s = self;
    const notch_train_progress progress = notch_trainer_progress(s->trainer);
    notch_status status = NOTCH_OK;
    train_display_evaluation(&s->display, &s->settings, &s->source.model, &progress, evaluation);
    if (s->run != NULL) {
        notch_run_cost cost = {.seconds = s->seconds_before + train_clock() - s->display.start,
                               .peak_memory = train_peak_memory()};
        train_stopwatch_read(&s->stopwatch, cost.passes);
        status = notch_run_record(s->run, notch_trainer_checkpoint(s->trainer), evaluation, &cost,
                                  error);
    }
    return status == NOTCH_OK ? save(s, error) : status;
}

/* What went wrong ends the run with EXIT_FAILED, whatever it was: the input was fine. */
static int fail_run(const notch_error *error)
{
    (void)command_fail(TRAIN_COMMAND, error);
    return EXIT_FAILED;
}

static int report_interruption(const session *s)
{
    const char *folder = s->settings.resume != NULL ? s->settings.resume : s->settings.out;
    (void)fflush(stdout);
    if (folder == NULL) {
        (void)fprintf(stderr, "%s: interrupted; nothing was kept\n", TRAIN_COMMAND);
    } else {
        (void)fprintf(stderr, "%s: interrupted and saved; go on with: notch train --resume %s\n",
                      TRAIN_COMMAND, folder);
    }
    return EXIT_INTERRUPTED;
}

static int check_end(session *s)
{
    const notch_checkpoint *checkpoint = notch_trainer_checkpoint(s->trainer);
    uint8_t digest[32];
    notch_error error = {NOTCH_OK, ""};
    notch_checkpoint_digest(checkpoint, digest);
    if (train_expectation_met_at_end(&s->expectation, checkpoint->step, digest, &error)) {
        return EXIT_DONE;
    }
    (void)fflush(stdout);
    return fail_run(&error);
}

static void summarise(session *s)
{
    const notch_train_progress progress = notch_trainer_progress(s->trainer);
    train_display_summarise(&s->display, notch_trainer_checkpoint(s->trainer), &s->plan, &progress);
}

static int run(session *s)
{
    const notch_train_callbacks callbacks = {s, take_progress, take_evaluation};
    notch_error error = {NOTCH_OK, ""}, saving = {NOTCH_OK, ""};
    bool finished;
    train_display_begin(&s->display, &s->settings, notch_trainer_progress(s->trainer).step);
    train_display_introduce(&s->display, &s->settings, &s->source.model, s->train, s->test,
                            &s->plan);
    interrupt_catch();
    train_stopwatch_start(&s->stopwatch);
    const notch_status status = notch_trainer_run(s->trainer, &callbacks, &finished, &error);
    train_display_clear(&s->display);
    if (!finished && save(s, &saving) != NOTCH_OK) {
        (void)fail_run(&saving);
        return EXIT_FAILED;
    }
    if (status != NOTCH_OK || s->failed) {
        return fail_run(status != NOTCH_OK ? &error : &s->error);
    }
    summarise(s);
    return finished ? check_end(s) : report_interruption(s);
}

static void close_session(session *s)
{
    notch_run_destroy(s->run);
    notch_trainer_destroy(s->trainer);
    model_close(&s->source);
    notch_dataset_destroy(s->train);
    notch_dataset_destroy(s->test);
    train_expectation_free(&s->expectation);
    train_settings_free(&s->settings);
}

int cmd_train(int argc, char **argv)
{
    static session s; /* too large for a stack of 64 KiB */
    memset(&s, 0, sizeof s);
    int code = train_settings_parse(argc, argv, &s.settings);
    if (code == OPTIONS_GO_ON) {
        code = prepare(&s);
        if (code == EXIT_DONE) {
            code = run(&s);
        }
    }
    close_session(&s);
    return code;
}
