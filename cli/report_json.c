/* report_json.c - all that the page of a report shows, as one JSON object.
 * SPDX-License-Identifier: MIT
 *
 * The lines of metrics.jsonl stay as they are: values on the page are those in the file.
 */
#include <inttypes.h>
#include <notch/notch.h>
#include <stdio.h>

#include "json.h"
#include "report.h"
#include "train_display.h"

static void put_text(FILE *file, const char *key, const char *value)
{
    (void)fprintf(file, ",\n\"%s\": ", key);
    json_write_text(file, value);
}

/* JSON as it is; null for NULL. */
static void put_json(FILE *file, const char *key, const char *value)
{
    (void)fprintf(file, ",\n\"%s\": %s", key, value == NULL ? "null" : value);
}

/* RFC 4648. */
static void put_base64(FILE *file, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t k = 0; k < count; k += 3) {
        const size_t left = count - k;
        const uint32_t bits = (uint32_t)bytes[k] << 16 |
                              (left > 1 ? (uint32_t)bytes[k + 1] : 0) << 8 |
                              (left > 2 ? (uint32_t)bytes[k + 2] : 0);
        (void)fputc(digits[bits >> 18], file);
        (void)fputc(digits[bits >> 12 & 63], file);
        (void)fputc(left > 1 ? digits[bits >> 6 & 63] : '=', file);
        (void)fputc(left > 2 ? digits[bits & 63] : '=', file);
    }
}

/* Nine digits tell all floats apart. */
static void put_probability(FILE *file, const char *key, float value)
{
    (void)fprintf(file, ", \"%s\": ", key);
    json_write_real(file, (double)value);
}

static void put_mistake(FILE *file, const report_evaluation *e, const report_mistake *mistake)
{
    const size_t size = (size_t)e->test->channels * e->test->height * e->test->width;
    (void)fprintf(file, "{\"image\": %" PRIu64 ", \"label\": %u, \"class\": %" PRIu32,
                  mistake->image, (unsigned)mistake->label, mistake->taken_for);
    put_probability(file, "probability", mistake->probability);
    put_probability(file, "of_label", mistake->of_label);
    (void)fputs(", \"pixels\": \"", file);
    put_base64(file, e->test->images + (size_t)mistake->image * size, size);
    (void)fputs("\"}", file);
}

static void put_evaluation(FILE *file, const report_evaluation *e, uint32_t classes)
{
    (void)fprintf(
        file, ",\n\"evaluation\": {\"count\": %" PRIu64 ", \"correct\": %" PRIu64 ", \"loss\": ",
        e->count, e->sum.correct);
    json_write_real(file, e->sum.loss / (double)e->count);
    put_text(file, "data", e->test->name);
    (void)fprintf(file, ",\n\"image\": [%" PRIu32 ", %" PRIu32 ", %" PRIu32 "]", e->test->channels,
                  e->test->height, e->test->width);
    (void)fprintf(file, ", \"maximum\": %" PRIu32 ",\n\"confusion\": [", e->test->maximum);
    for (uint32_t label = 0; label < classes; label++) {
        (void)fputs(label == 0 ? "[" : ",\n[", file);
        for (uint32_t c = 0; c < classes; c++) {
            (void)fprintf(file, "%s%" PRIu64, c == 0 ? "" : ", ",
                          e->confusion[(size_t)label * classes + c]);
        }
        (void)fputc(']', file);
    }
    (void)fputs("],\n\"mistakes\": [", file);
    for (size_t k = 0; k < e->mistake_count; k++) {
        (void)fputs(k == 0 ? "" : ",\n", file);
        put_mistake(file, e, &e->mistakes[k]);
    }
    (void)fputs("]}", file);
}

static void put_tensors(FILE *file, const notch_checkpoint *c)
{
    (void)fputs(",\n\"tensors\": [", file);
    for (uint32_t i = 0; i < c->model.tensor_count; i++) {
        const notch_tensor *tensor = &c->model.tensors[i];
        const bool is_float = c->tensors[i].type == NOTCH_VALUE_F32;
        (void)fprintf(file, "%s{\"name\": ", i == 0 ? "" : ", ");
        json_write_text(file, tensor->name);
        (void)fprintf(file, ", \"count\": %" PRIu64 ", \"bits\": %u, \"integer\": %s}",
                      tensor->count, is_float ? 32u : (unsigned)c->tensors[i].lattice.bits,
                      is_float ? "false" : "true");
    }
    (void)fputc(']', file);
}

static void put_model(FILE *file, const notch_checkpoint *c)
{
    char text[TRAIN_HEX];
    uint8_t digest[32];
    notch_checkpoint_digest(c, digest);
    train_hex(digest, text);
    (void)fprintf(file,
                  ",\n\"model\": {\"step\": %" PRIu64 ", \"parameters\": %" PRIu64
                  ", \"engine\": \"%s\"",
                  c->step, c->model.parameters, notch_engine_type_name(c->engine));
    put_text(file, "name", c->model.name);
    put_text(file, "sha256", text);
    put_tensors(file, c);
    (void)fputc('}', file);
}

static void put_run(FILE *file, const report_run *run)
{
    (void)fputs("{\"folder\": ", file);
    json_write_text(file, run->folder);
    put_json(file, "config", run->config);
    put_json(file, "environment", run->environment);
    if (run->checkpoint != NULL) {
        put_model(file, run->checkpoint);
    } else {
        put_json(file, "model", NULL);
    }
    if (run->evaluation.problem[0] == '\0') {
        put_evaluation(file, &run->evaluation, run->checkpoint->classes);
    } else {
        put_json(file, "evaluation", NULL);
        put_text(file, "evaluation_problem", run->evaluation.problem);
    }
    put_json(file, "metrics", run->metrics);
    (void)fputc('}', file);
}

void report_write_json(FILE *file, const report_run *runs, size_t count)
{
    (void)fprintf(file, "{\"notch\": \"%s\", \"runs\": [", notch_version());
    for (size_t k = 0; k < count; k++) {
        (void)fputs(k == 0 ? "\n" : ",\n", file);
        put_run(file, &runs[k]);
    }
    (void)fputs("]}\n", file);
}
