/* run_lines.c - the lines of metrics.jsonl, out and in.
 * SPDX-License-Identifier: MIT
 *
 * What is read has been written here, or is refused: keys are looked for, values are not unescaped.
 */
#define _POSIX_C_SOURCE 200809L
#include "host/run_lines.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/sha256.h"
#include "host/data_stream.h"

#define METRICS_MAX ((size_t)1 << 30) /* bytes of a file */

/* ---- writing --------------------------------------------------------------------------------- */

/* null for what is no finite number. The point is a point in every locale. */
static void put_number(FILE *file, double value)
{
    char text[32];
    if (!isfinite(value)) {
        (void)fputs("null", file);
        return;
    }
    (void)snprintf(text, sizeof text, "%.9g", value);
    text[strcspn(text, ",")] = text[strcspn(text, ",")] == '\0' ? '\0' : '.';
    (void)fputs(text, file);
}

static void put(FILE *file, const char *key, double value)
{
    (void)fprintf(file, ",\"%s\":", key);
    put_number(file, value);
}

static void put_count(FILE *file, const char *key, uint64_t value)
{
    (void)fprintf(file, ",\"%s\":%" PRIu64, key, value);
}

static void put_digest(FILE *file, const char *key, const uint8_t digest[32])
{
    char text[NOTCH_SHA256_HEX];
    notch_sha256_hex(digest, text);
    (void)fprintf(file, ",\"%s\":\"%s\"", key, text);
}

/* Of all integer weights of a layer; nothing if it has none. The tensors of a layer share their
 * lattice; one that does not is left out. */
static void put_histogram(FILE *file, const notch_checkpoint *c, uint32_t layer)
{
    notch_histogram histogram = {.bins = 0};
    const notch_lattice *lattice = NULL;
    for (uint32_t i = 0; i < c->model.tensor_count; i++) {
        const notch_stored_tensor *tensor = &c->tensors[i];
        if (c->model.tensors[i].layer != layer || tensor->type == NOTCH_VALUE_F32) {
            continue;
        }
        if (lattice == NULL) {
            lattice = &tensor->lattice;
            notch_histogram_init(&histogram, lattice);
        }
        if (tensor->lattice.bits == lattice->bits) {
            notch_histogram_add(&histogram, lattice, tensor->values, c->model.tensors[i].count);
        }
    }
    if (lattice != NULL) {
        (void)fprintf(file,
                      ",\"histogram\":{\"first\":%" PRId32 ",\"width\":%" PRIu32 ",\"counts\":",
                      histogram.first, histogram.width);
        for (uint32_t k = 0; k < histogram.bins; k++) {
            (void)fprintf(file, "%c%" PRIu64, k == 0 ? '[' : ',', histogram.counts[k]);
        }
        (void)fputs("]}", file);
    }
}

static void put_passes(FILE *file, const notch_run_cost *cost)
{
    double sum = 0;
    for (int pass = 0; pass <= NOTCH_PASSES; pass++) {
        sum += cost->passes[pass];
    }
    for (int pass = 0; pass <= NOTCH_PASSES && sum > 0; pass++) {
        (void)fprintf(file, "%s\"%s\":", pass == 0 ? ",\"passes\":{" : ",",
                      pass == NOTCH_PASSES ? "between_steps" : notch_pass_name((notch_pass)pass));
        put_number(file, cost->passes[pass]);
    }
    (void)fputs(sum > 0 ? "}" : "", file);
}

static void put_layers(FILE *file, const notch_checkpoint *checkpoint,
                       const notch_train_evaluation *evaluation)
{
    const notch_model *model = &checkpoint->model;
    (void)fputs(",\"layers\":[", file);
    for (uint32_t k = 0; k < evaluation->layer_count; k++) {
        const notch_layer_health *layer = &evaluation->layers[k];
        const double parameters = (double)layer->parameters;
        (void)fprintf(file, "%s{\"layer\":\"%s\"", k == 0 ? "" : ",",
                      model->layers[layer->layer].name);
        put_count(file, "parameters", layer->parameters);
        put(file, "saturated", (double)layer->saturated / parameters);
        put(file, "moves_per_step",
            evaluation->steps == 0 ? (double)NAN
                                   : (double)layer->moved / (double)evaluation->steps);
        put_count(file, "steps_without_gradient", layer->steps_without_gradient);
        put(file, "dead_units", layer->dead_units);
        if (evaluation->is_milestone) {
            put_histogram(file, checkpoint, layer->layer);
        }
        (void)fputc('}', file);
    }
    (void)fputc(']', file);
}

/* The text of a closed open_memstream, NULL if it did not become complete. */
static char *finish(FILE *file, char **text)
{
    const bool complete = !ferror(file);
    if (fclose(file) != 0 || !complete) {
        free(*text);
        return NULL;
    }
    return *text;
}

char *notch_run_format_evaluation(const notch_checkpoint *checkpoint,
                                  const notch_train_evaluation *e, const notch_run_cost *cost)
{
    char *text = NULL;
    size_t size;
    uint8_t digest[NOTCH_SHA256_BYTES];
    FILE *file = open_memstream(&text, &size);
    if (file == NULL) {
        return NULL;
    }
    notch_checkpoint_digest(checkpoint, digest);
    (void)fprintf(file, "{\"step\":%" PRIu64, e->step);
    put_count(file, "epoch", e->epoch);
    put(file, "train_loss", e->train_loss);
    put(file, "train_accuracy", e->train_accuracy);
    put(file, "test_loss", e->test_loss);
    put(file, "test_accuracy", e->test_accuracy);
    put_count(file, "test_count", e->test_count);
    put_count(file, "saturated", e->saturated);
    put_count(file, "moved", e->moved);
    put(file, "seconds", cost->seconds);
    put_passes(file, cost);
    if (cost->peak_memory != 0) {
        put_count(file, "peak_memory", cost->peak_memory);
    }
    put_digest(file, "parameters_sha256", digest);
    put_layers(file, checkpoint, e);
    (void)fputs("}\n", file);
    return finish(file, &text);
}

char *notch_run_format_hash(uint64_t step, const uint8_t digest[32], const uint8_t chain[32])
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL) {
        return NULL;
    }
    (void)fprintf(file, "{\"step\":%" PRIu64, step);
    put_digest(file, "parameters_sha256", digest);
    put_digest(file, "chain", chain);
    (void)fputs("}\n", file);
    return finish(file, &text);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Moves *at behind `text` if line[*at ..] begins with it. */
static bool skip(const char *line, size_t length, size_t *at, const char *text)
{
    const size_t size = strlen(text);
    if (length - *at < size || memcmp(line + *at, text, size) != 0) {
        return false;
    }
    *at += size;
    return true;
}

static bool take_step(const char *line, size_t length, size_t *at, uint64_t *step)
{
    const size_t start = *at;
    *step = 0;
    while (*at < length && line[*at] >= '0' && line[*at] <= '9') {
        *step = *step * 10 + (uint64_t)(line[(*at)++] - '0');
    }
    return *at > start && *at - start <= 10; /* steps are below 2^32 */
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_digest(const char *line, size_t length, size_t *at, uint8_t digest[32])
{
    if (length - *at < (size_t)2 * NOTCH_SHA256_BYTES) {
        return false;
    }
    for (size_t k = 0; k < NOTCH_SHA256_BYTES; k++) {
        const int high = digit_of(line[*at]), low = digit_of(line[*at + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        digest[k] = (uint8_t)(16 * high + low);
        *at += 2;
    }
    return skip(line, length, at, "\"");
}

/* Takes the digest behind the first `key` in the line. False if there is one that is wrong. */
static bool find_digest(const char *line, size_t length, const char *key, bool *found,
                        uint8_t digest[32])
{
    *found = false;
    for (size_t at = 0; at < length && !*found; at++) {
        size_t behind = at;
        if (skip(line, length, &behind, key)) {
            *found = true;
            return take_digest(line, length, &behind, digest);
        }
    }
    return true;
}

/* A number as put_number and put_count write them: strtod would want the point of the locale. Up to
 * 10^15 and with an exponent within 22, both factors and so the result are the nearest ones. */
static bool parse_decimal(const char *text, double *value)
{
    uint64_t digits = 0;
    int exponent = 0, count = 0;
    const bool negative = *text == '-';
    text += negative;
    for (bool point = false; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        digits = 10 * digits + (uint64_t)(*text - '0');
        exponent -= point;
        if (++count > 18) {
            return false;
        }
    }
    if (*text == 'e') {
        const bool below = text[1] == '-';
        int power = 0;
        for (text += 1 + (below || text[1] == '+'); *text >= '0' && *text <= '9'; text++) {
            power = power < 1000 ? 10 * power + (*text - '0') : power;
        }
        exponent += below ? -power : power;
    }
    const double scale = pow(10, abs(exponent));
    *value = (exponent < 0 ? (double)digits / scale : (double)digits * scale) * (negative ? -1 : 1);
    return *text == '\0' && count > 0;
}

/* The number behind the first `key` in the line, NaN where it is null. */
static bool find_number(const char *line, size_t length, const char *key, double *value)
{
    enum {
        DIGITS = 32
    };
    char text[DIGITS + 1] = "";
    size_t at = 0, end = 0;
    while (at < length && !skip(line, length, &at, key)) {
        at++;
    }
    for (size_t k = at; k < length && end < DIGITS && strchr("+-.0123456789e", line[k]) != NULL;) {
        text[end++] = line[k++];
    }
    if (end == 0) {
        *value = (double)NAN;
        return skip(line, length, &at, "null");
    }
    return parse_decimal(text, value);
}

bool notch_run_parse_evaluation(const char *line, size_t length, notch_run_evaluation *parsed)
{
    static const char *const names[] = {
        "\"step\":",          "\"epoch\":",      "\"test_count\":",     "\"saturated\":",
        "\"moved\":",         "\"train_loss\":", "\"train_accuracy\":", "\"test_loss\":",
        "\"test_accuracy\":", "\"seconds\":"};
    enum {
        NUMBERS = sizeof names / sizeof names[0]
    };
    double numbers[NUMBERS];
    bool has_digest;
    for (size_t k = 0; k < NUMBERS; k++) {
        if (!find_number(line, length, names[k], &numbers[k])) {
            return false;
        }
    }
    if (!find_digest(line, length, "\"parameters_sha256\":\"", &has_digest, parsed->digest)) {
        return false;
    }
    uint64_t *const counts[] = {&parsed->step, &parsed->epoch, &parsed->test_count,
                                &parsed->saturated, &parsed->moved};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        if (!(numbers[k] >= 0 && numbers[k] <= 9e15)) {
            return false;
        }
        *counts[k] = (uint64_t)numbers[k];
    }
    parsed->train_loss = numbers[5];
    parsed->train_accuracy = numbers[6];
    parsed->test_loss = numbers[7];
    parsed->test_accuracy = numbers[8];
    parsed->seconds = numbers[9];
    return has_digest;
}

bool notch_run_parse_line(const char *line, size_t length, notch_run_line *parsed)
{
    size_t at = 0;
    parsed->text = line;
    parsed->length = length;
    return length >= 2 && line[length - 1] == '}' && skip(line, length, &at, "{\"step\":") &&
           take_step(line, length, &at, &parsed->step) &&
           find_digest(line, length, "\"parameters_sha256\":\"", &parsed->has_digest,
                       parsed->digest) &&
           find_digest(line, length, "\"chain\":\"", &parsed->has_chain, parsed->chain);
}

notch_status notch_run_parse(const char *text, size_t length, const char *name,
                             notch_run_take *take, void *self, notch_error *error)
{
    notch_status status = NOTCH_OK;
    uint64_t number = 1, step = 0;
    for (size_t start = 0; status == NOTCH_OK && start < length; number++) {
        const char *end = memchr(text + start, '\n', length - start);
        notch_run_line line;
        if (end == NULL) {
            break;
        }
        const size_t size = (size_t)(end - text) - start;
        if (!notch_run_parse_line(text + start, size, &line)) {
            return notch_fail(error, NOTCH_ERROR_INPUT,
                              "%s:%u: is no line of a training run's metrics", name, number);
        }
        if (line.step < step) {
            return notch_fail(error, NOTCH_ERROR_INPUT,
                              "%s:%u: is about step %u, expected %u or a later one", name, number,
                              line.step, step);
        }
        step = line.step;
        start += size + 1;
        status = take(self, &line, start, error);
    }
    return status;
}

notch_status notch_run_read_metrics(const char *path, char **text, size_t *length,
                                    notch_error *error)
{
    notch_stream *stream = NULL;
    char *content = NULL;
    size_t room = 0, used = 0, got = 0;
    notch_status status = notch_stream_open(path, &stream, error);
    while (status == NOTCH_OK && used == room) {
        room = room == 0 ? NOTCH_RUN_LINE_MAX : 2 * room;
        char *larger = room > METRICS_MAX ? NULL : realloc(content, room);
        if (larger == NULL) {
            status = room > METRICS_MAX
                         ? notch_fail(error, NOTCH_ERROR_INPUT, "%s: has more than %u bytes", path,
                                      (uint64_t)METRICS_MAX)
                         : notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
            break;
        }
        content = larger;
        status = notch_stream_read(stream, content + used, room - used, &got, error);
        used += got;
    }
    notch_stream_close(stream);
    if (status != NOTCH_OK) {
        free(content);
        return status;
    }
    *text = content;
    *length = used;
    return NOTCH_OK;
}
