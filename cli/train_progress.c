/* train_progress.c - a training run while it goes on: a bar on a terminal, lines elsewhere.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bar.h"
#include "train_display.h"

#define INTERVAL 0.1 /* seconds from one picture of the bar to the next */
#define MEMORY 0.98  /* what is left of a batch's weight in the means after the next one */

enum {
    COLUMNS = 20,
    TIME_TEXT = 32
};

double train_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void train_display_begin(train_display *d, const train_settings *settings, uint64_t steps)
{
    memset(d, 0, sizeof *d);
    d->lines = !settings->quiet;
    d->bar = d->lines && isatty(STDOUT_FILENO) == 1;
    d->blocks = d->bar && bar_has_blocks();
    d->steps_start = steps;
    d->loss = d->accuracy = d->best_accuracy = -1;
    d->start = d->drawn = train_clock();
}

void train_display_clear(train_display *d)
{
    if (d->shown) {
        printf("\r\x1b[K"); /* to the start of the line, and erase to its end */
        (void)fflush(stdout);
        d->shown = false;
    }
}

/* "7 s", "1:23", "2:03:04" */
static void format_time(double seconds, char text[TIME_TEXT])
{
    const uint64_t whole = seconds < 0 ? 0 : seconds > 1e9 ? 1000000000 : (uint64_t)(seconds + 0.5);
    if (whole < 60) {
        (void)snprintf(text, TIME_TEXT, "%" PRIu64 " s", whole);
    } else if (whole < 3600) {
        (void)snprintf(text, TIME_TEXT, "%" PRIu64 ":%02" PRIu64, whole / 60, whole % 60);
    } else {
        (void)snprintf(text, TIME_TEXT, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, whole / 3600,
                       whole / 60 % 60, whole % 60);
    }
}

static void draw_bar(train_display *d, const notch_train_progress *p, double now)
{
    char bar[BAR_TEXT], left[TIME_TEXT];
    const uint64_t images = p->images;
    const double seconds = now - d->start;
    const double speed = seconds > 0 ? (double)images / seconds : 0;
    const double done = p->steps == 0 ? 1 : (double)p->step / (double)p->steps;
    const double steps_done = (double)(p->step - d->steps_start);
    format_time(steps_done > 0 ? seconds / steps_done * (double)(p->steps - p->step) : 0, left);
    bar_draw(done, 0, COLUMNS, d->blocks, bar);
    printf("\r\x1b[K%3.0f %% [", 100 * done);
    printf("%s", bar);
    printf("\x1b[%dG] ", COLUMNS + 8); /* the column behind the bar, whose blanks are not drawn */
    printf("epoch %" PRIu64 "/%" PRIu64 " ", p->epoch, p->epochs);
    if (p->evaluated != 0) {
        printf("evaluating %.0f %%", 100 * (double)p->evaluated / (double)p->evaluation_count);
    } else {
        printf("loss %.3f acc %.1f %%  %.0f img/s ETA %s", d->loss, 100 * d->accuracy, speed, left);
    }
    (void)fflush(stdout);
    d->shown = true;
}

static double blend(double mean, double value)
{
    return mean < 0 ? value : MEMORY * mean + (1 - MEMORY) * value;
}

void train_display_progress(train_display *d, const notch_train_progress *p)
{
    if (!d->bar) {
        return;
    }
    if (p->evaluated == 0 && p->batch_count != 0) {
        d->loss = blend(d->loss, p->loss);
        d->accuracy = blend(d->accuracy, (double)p->correct / (double)p->batch_count);
    }
    const double now = train_clock();
    if (now - d->drawn >= INTERVAL) {
        d->drawn = now;
        draw_bar(d, p, now);
    }
}

/* ---- evaluations ----------------------------------------------------------------------------- */

/* What to change where a layer has died. */
static const char *advice(const notch_train_options *o)
{
    if (o->sgd) {
        return "a lower --learning-rate, or a norm before it";
    }
    if (o->update.mode == NOTCH_MODE_PAPER) {
        return "--zim-mode unbiased, or a norm before it";
    }
    return "fewer --trials, more --bits, or a norm before it";
}

static void warn(train_display *d, const train_settings *settings, const notch_model *model,
                 const notch_train_evaluation *e)
{
    for (uint32_t k = 0; k < e->layer_count; k++) {
        const notch_layer_health *layer = &e->layers[k];
        if (e->steps == 0 || layer->steps_without_gradient < e->steps || d->warned[layer->layer]) {
            continue;
        }
        d->warned[layer->layer] = true;
        (void)fflush(stdout);
        (void)fprintf(stderr,
                      "%s: warning: layer %s is dead: its gradient was zero in all of the last "
                      "%" PRIu64 " steps; try %s, or another --seed\n",
                      TRAIN_COMMAND, model->layers[layer->layer].name, e->steps,
                      advice(&settings->options));
    }
}

void train_display_evaluation(train_display *d, const train_settings *settings,
                              const notch_model *model, const notch_train_progress *progress,
                              const notch_train_evaluation *e)
{
    char time[TIME_TEXT], epoch[TIME_TEXT];
    d->last = *e;
    if (e->test_accuracy > d->best_accuracy) {
        d->best_accuracy = e->test_accuracy;
        d->best_step = e->step;
    }
    train_display_clear(d);
    if (d->lines) {
        if (!d->headed) {
            printf("\n%9s %9s %11s %10s %14s %10s %9s\n", "epoch", "step", "train loss",
                   "test loss", "test accuracy", "saturated", "time");
            d->headed = true;
        }
        format_time(train_clock() - d->start, time);
        (void)snprintf(epoch, sizeof epoch, "%" PRIu64 "/%" PRIu64, e->epoch, progress->epochs);
        printf("%9s %9" PRIu64 " %11.4f %10.4f %12.2f %% %8.2f %% %9s\n", epoch, e->step,
               e->train_loss, e->test_loss, 100 * e->test_accuracy,
               100 * (double)e->saturated / (double)model->parameters, time);
        (void)fflush(stdout);
    }
    warn(d, settings, model, e);
}

void train_display_hash(train_display *d, uint64_t step, const char *hash)
{
    train_display_clear(d);
    if (d->lines) {
        printf("step %" PRIu64 ", parameters sha256: %s\n", step, hash);
    }
}
