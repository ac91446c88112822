/* train_summary.c - what will be trained, and what has come of it.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <notch/notch.h>

#include "train_display.h"
#include "train_environment.h"

enum {
    TEXT = 32
};

#define MIB 1048576.0

void train_hex(const uint8_t digest[32], char text[TRAIN_HEX])
{
    for (size_t k = 0; k < 32; k++) {
        (void)snprintf(text + 2 * k, 3, "%02x", (unsigned)digest[k]);
    }
}

/* A whole number with its digits in groups of three: "11,175,370". */
static const char *grouped(uint64_t value, char text[TEXT])
{
    char digits[TEXT];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *to = text;
    for (int k = 0; k < length; k++) {
        if (k > 0 && (length - k) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[k];
    }
    *to = '\0';
    return text;
}

static void print_update(const notch_train_options *o)
{
    char start[NUMBER_TEXT], end[NUMBER_TEXT];
    if (o->sgd) {
        number_format_fixed(o->learning_rate, start);
        number_format_fixed(o->momentum, end);
        printf("update   sgd, learning rate %s %s, momentum %s\n", start,
               notch_schedule_name(o->learning_rate_schedule), end);
        return;
    }
    printf("update   %s %s, scope %s", notch_rule_name(o->update.rule),
           notch_mode_name(o->update.mode), notch_scope_name(o->update.scope));
    if (o->update.rule == NOTCH_RULE_ZIM) {
        printf(", sampler %s", notch_sampler_name(o->update.sampler));
    }
    if (o->update.mode != NOTCH_MODE_PAPER) {
        number_format_fixed(o->trials_start, start);
        number_format_fixed(o->trials_end, end);
        printf(", trials %s", start);
        if (o->trials_schedule != NOTCH_SCHEDULE_CONSTANT && o->trials_start != o->trials_end) {
            printf(" to %s (%s)", end, notch_schedule_name(o->trials_schedule));
        }
    }
    printf("\n");
}

void train_display_introduce(const train_display *display, const train_settings *settings,
                             const notch_model *model, const notch_dataset *train,
                             const notch_dataset *test, const notch_memory_plan *plan)
{
    const notch_train_options *o = &settings->options;
    char text[TEXT], more[TEXT];
    const char *folder = settings->resume != NULL ? settings->resume : settings->out;
    if (!display->lines) {
        return;
    }
    printf("model    %s, %s parameters", model->name, grouped(model->parameters, text));
    if (o->sgd) {
        printf(" in 32-bit floats\n");
    } else {
        printf(" of %" PRIu32 " bit%s\n", o->bits, o->bits == 1 ? "" : "s");
    }
    printf("data     %s, %s training images and %s test images of %" PRIu32 " x %" PRIu32
           " x %" PRIu32 ", %" PRIu32 " classes\n",
           train->name, grouped(train->count, text), grouped(test->count, more), train->channels,
           train->height, train->width, train->classes);
    const uint32_t threads = o->threads == 0 ? notch_threads_usable() : o->threads;
    printf("engine   %s, %" PRIu32 " thread%s, batches of %" PRIu32 ", seed %" PRIu64 "\n",
           notch_engine_type_name(o->engine), threads, threads == 1 ? "" : "s", o->batch, o->seed);
    print_update(o);
    printf("memory   %.1f MiB, of which data %.1f MiB\n", (double)plan->total / MIB,
           (double)plan->dataset / MIB);
    printf("run      %s\n",
           folder != NULL ? folder : "will not be kept: --out DIR names a folder for it");
    (void)fflush(stdout);
}

void train_display_summarise(train_display *d, const notch_checkpoint *checkpoint,
                             const notch_memory_plan *plan, const notch_train_progress *progress)
{
    char text[TEXT], more[TEXT], hash[TRAIN_HEX];
    uint8_t digest[32];
    const double seconds = train_clock() - d->start;
    const double parameters = (double)checkpoint->model.parameters;
    const uint64_t training = plan->weights + plan->engine.weights + plan->engine.gradients +
                              plan->optimiser + plan->update_workspace;
    train_display_clear(d);
    if (d->lines) {
        printf("\n");
    }
    if (checkpoint->test_count != 0) {
        printf("test accuracy        %.2f %% (%s of %s), loss %.4f\n",
               100 * (double)checkpoint->test_correct / (double)checkpoint->test_count,
               grouped(checkpoint->test_correct, text), grouped(checkpoint->test_count, more),
               checkpoint->test_loss);
    }
    if (d->best_accuracy >= 0 && d->best_step != checkpoint->step) {
        printf("best test accuracy   %.2f %% after step %s\n", 100 * d->best_accuracy,
               grouped(d->best_step, text));
    }
    printf("steps                %s of %s\n", grouped(progress->step, text),
           grouped(progress->steps, more));
    printf("time                 %.1f s, %.0f training images a second\n", seconds,
           seconds > 0 ? (double)progress->images / seconds : 0);
    printf("peak memory          %.1f MiB\n", (double)train_peak_memory() / MIB);
    printf("bytes per parameter  %.2f kept, %.2f in training (weights, gradients, update)\n",
           (double)plan->weights / parameters, (double)training / parameters);
    notch_checkpoint_digest(checkpoint, digest);
    train_hex(digest, hash);
    printf("parameters sha256: %s\n", hash);
}
