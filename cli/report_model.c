/* report_model.c - the model of a run in a report: how it does on its test images.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "confusion.h"
#include "data_search.h"
#include "json.h"
#include "model_engine.h"
#include "report.h"

enum {
    BATCH = 256
};

/* An image that was taken for what it is not. */
typedef struct mistake {
    uint64_t image;
    uint32_t label, class;
    float probability, label_probability; /* of class and label */
} mistake;

/* The worst ones seen, the worst first. */
typedef struct mistakes {
    mistake list[REPORT_MISTAKES];
    size_t count;
} mistakes;

/* More probability for the wrong class is worse, then less for the right one. */
static bool is_worse(const mistake *a, const mistake *b)
{
    return a->probability > b->probability ||
           (a->probability == b->probability && a->label_probability < b->label_probability);
}

static void look(void *self, uint64_t image, uint8_t label, const float *probabilities,
                 uint32_t classes)
{
    mistakes *m = self;
    const uint32_t class = model_engine_class(probabilities, classes);
    const mistake found = {image, label, class, probabilities[class], probabilities[label]};
    if (class == label) {
        return;
    }
    size_t place = m->count;
    while (place > 0 && is_worse(&found, &m->list[place - 1])) {
        place--;
    }
    if (place == REPORT_MISTAKES) {
        return;
    }
    m->count += m->count < REPORT_MISTAKES;
    memmove(&m->list[place + 1], &m->list[place], (m->count - 1 - place) * sizeof *m->list);
    m->list[place] = found;
}

/* ---- writing --------------------------------------------------------------------------------- */

void report_put_base64(FILE *file, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (void)fputc('"', file);
    for (size_t at = 0; at < count; at += 3) {
        const size_t left = count - at;
        const uint32_t group = (uint32_t)bytes[at] << 16 |
                               (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                               (left > 2 ? bytes[at + 2] : 0);
        (void)fputc(digits[group >> 18], file);
        (void)fputc(digits[group >> 12 & 63], file);
        (void)fputc(left > 1 ? digits[group >> 6 & 63] : '=', file);
        (void)fputc(left > 2 ? digits[group & 63] : '=', file);
    }
    (void)fputc('"', file);
}

/* Every how many pixels one is shown. */
static uint32_t pace_of(const notch_dataset *d)
{
    const uint32_t side = d->height > d->width ? d->height : d->width;
    return (side + REPORT_SIDE_MAX - 1) / REPORT_SIDE_MAX;
}

static uint32_t thinned(uint32_t side, uint32_t pace)
{
    return (side + pace - 1) / pace;
}

/* At most three channels of the image, thinned out. */
static void put_pixels(FILE *file, const notch_dataset *d, uint64_t image, uint32_t channels)
{
    static uint8_t shown[3 * REPORT_SIDE_MAX * REPORT_SIDE_MAX];
    const uint32_t pace = pace_of(d);
    const size_t plane = (size_t)d->height * d->width;
    const uint8_t *pixels = d->images + image * d->channels * plane;
    size_t count = 0;
    for (uint32_t channel = 0; channel < channels; channel++) {
        for (uint32_t row = 0; row < d->height; row += pace) {
            for (uint32_t column = 0; column < d->width; column += pace) {
                shown[count++] = pixels[channel * plane + (size_t)row * d->width + column];
            }
        }
    }
    report_put_base64(file, shown, count);
}

static void put_mistakes(FILE *file, const notch_dataset *d, const mistakes *m)
{
    const uint32_t channels = d->channels == 3 ? 3 : 1, pace = pace_of(d);
    (void)fprintf(file,
                  ",\"channels\":%" PRIu32 ",\"height\":%" PRIu32 ",\"width\":%" PRIu32
                  ",\"maximum\":%" PRIu32 ",\"mistakes\":[",
                  channels, thinned(d->height, pace), thinned(d->width, pace), d->maximum);
    for (size_t k = 0; k < m->count; k++) {
        const mistake *one = &m->list[k];
        (void)fprintf(file,
                      "%s\n{\"image\":%" PRIu64 ",\"label\":%" PRIu32 ",\"class\":%" PRIu32
                      ",\"probability\":",
                      k == 0 ? "" : ",", one->image, one->label, one->class);
        json_put_real(file, (double)one->probability);
        (void)fputs(",\"label_probability\":", file);
        json_put_real(file, (double)one->label_probability);
        (void)fputs(",\"pixels\":", file);
        put_pixels(file, d, one->image, channels);
        (void)fputc('}', file);
    }
    (void)fputc(']', file);
}

static void put_test(FILE *file, const notch_dataset *d, const confusion *c, const mistakes *m)
{
    (void)fputs(",\"test\":{\"data\":", file);
    json_put_string(file, d->name);
    (void)fprintf(file, ",\"count\":%" PRIu64 ",\"correct\":%" PRIu64 ",\"loss\":", c->count,
                  c->correct);
    json_put_real(file, c->loss / (double)c->count);
    (void)fputs(",\"confusion\":[", file);
    for (uint32_t label = 0; label < c->classes; label++) {
        (void)fputs(label == 0 ? "[" : ",[", file);
        for (uint32_t k = 0; k < c->classes; k++) {
            (void)fprintf(file, "%s%" PRIu64, k == 0 ? "" : ",",
                          c->taken[(size_t)label * c->classes + k]);
        }
        (void)fputc(']', file);
    }
    (void)fputc(']', file);
    put_mistakes(file, d, m);
    (void)fputc('}', file);
}

static void put_facts(FILE *file, const notch_checkpoint *c)
{
    const notch_stored_tensor *first = &c->tensors[0];
    (void)fputs(",\"model\":{\"name\":", file);
    json_put_string(file, c->model.name);
    (void)fprintf(file,
                  ",\"parameters\":%" PRIu64 ",\"engine\":\"%s\",\"bits\":%u,\"classes\":%" PRIu32
                  ",\"step\":%" PRIu64 "}",
                  c->model.parameters, notch_engine_type_name(c->engine),
                  c->model.tensor_count == 0 || first->type == NOTCH_VALUE_F32
                      ? 0u
                      : (unsigned)first->lattice.bits,
                  c->classes, c->step);
}

/* ---- measuring ------------------------------------------------------------------------------- */

static notch_status measure(FILE *file, const report_request *request, const char *path,
                            const notch_checkpoint *checkpoint, const notch_dataset *dataset,
                            notch_error *error)
{
    const model_running running = {
        .batch = BATCH, .threads = request->threads, .isa = request->isa};
    notch_engine *engine = NULL;
    mistakes m = {.count = 0};
    confusion c = {.taken = NULL};
    notch_status status = model_engine_make(path, checkpoint, &running, &engine, error);
    if (status == NOTCH_OK) {
        status =
            confusion_measure(path, checkpoint, engine, dataset, 0, BATCH, look, &m, &c, error);
    }
    if (status == NOTCH_OK) {
        put_test(file, dataset, &c, &m);
    }
    confusion_free(&c);
    notch_engine_destroy(engine);
    return status;
}

static notch_status put_model(FILE *file, const report_request *request, const char *path,
                              const char *data, const char *data_dir, notch_error *error)
{
    notch_checkpoint *checkpoint = NULL;
    notch_dataset *dataset = NULL;
    notch_status status = notch_checkpoint_read(path, &checkpoint, error);
    if (status != NOTCH_OK) {
        return status;
    }
    put_facts(file, checkpoint);
    if (data == NULL) {
        (void)snprintf(error->message, sizeof error->message,
                       "the run's configuration names no data set");
        status = error->status = NOTCH_ERROR_INPUT;
    } else {
        status = data_search_find(data, data_dir, NULL, &dataset, error);
    }
    if (status == NOTCH_OK) {
        status = measure(file, request, path, checkpoint, dataset, error);
    }
    notch_dataset_destroy(dataset);
    notch_checkpoint_destroy(checkpoint);
    return status;
}

void report_put_model(FILE *file, const report_request *request, const char *folder,
                      const char *data, const char *data_dir)
{
    const size_t room = strlen(folder) + sizeof "/" NOTCH_RUN_LAST;
    char *path = malloc(room);
    notch_error error = {NOTCH_ERROR_MEMORY, "no memory for the model"};
    notch_status status = NOTCH_ERROR_MEMORY;
    if (path != NULL) {
        (void)snprintf(path, room, "%s/%s", folder, NOTCH_RUN_LAST);
        status = put_model(file, request, path, data, data_dir, &error);
    }
    free(path);
    (void)fputs(",\"test_problem\":", file);
    json_put_string(file, status == NOTCH_OK ? NULL : error.message);
}
