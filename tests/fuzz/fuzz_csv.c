/* fuzz_csv.c - no text makes the CSV reader fail in other ways than it should.
 * SPDX-License-Identifier: MIT
 *
 * The first byte of an input chooses the format: its bits 0 to 2 are label first, up to 16 with 3
 * classes, images of 2 x 2. The rest is the text. What was read is written and read again.
 */
#include <notch/data.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/data_csv.h"
#include "host/data_stream.h"

enum {
    LONGEST_VALUE = 4 /* three digits and what separates */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static notch_dataset *parse(const void *text, size_t size, const notch_data_format *format)
{
    notch_error error = {.message = ""};
    notch_stream *stream = NULL;
    notch_dataset *d = NULL;
    notch_status status = notch_stream_open_memory("text", text, size, &stream, &error);
    if (status == NOTCH_OK) {
        status = notch_csv_parse(stream, format, "fuzz", &d, &error);
    }
    require(status == NOTCH_OK ? d != NULL : d == NULL);
    require(status == NOTCH_OK || (error.status == status && error.message[0] != '\0'));
    notch_stream_close(stream);
    return d;
}

/* The data set as text, labels last. */
static char *write_text(const notch_dataset *d, size_t *size)
{
    const size_t pixels = (size_t)d->channels * d->height * d->width;
    const size_t room = (size_t)d->count * (pixels + 1) * LONGEST_VALUE + 1;
    char *text = malloc(room);
    require(text != NULL);
    size_t length = 0;
    for (size_t i = 0; i < d->count; i++) {
        for (size_t j = 0; j < pixels; j++) {
            length += (size_t)snprintf(text + length, room - length, "%u,",
                                       (unsigned)d->images[i * pixels + j]);
        }
        length += (size_t)snprintf(text + length, room - length, "%u\n", (unsigned)d->labels[i]);
    }
    *size = length;
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    notch_data_format format = {.label_first = (data[0] & 1) != 0};
    if (data[0] & 2) {
        format.maximum = 16;
        format.classes = 3;
    }
    if (data[0] & 4) {
        format.channels = 1;
        format.height = format.width = 2;
    }
    notch_dataset *d = parse(data + 1, size - 1, &format);
    if (d == NULL) {
        return 0;
    }
    const size_t pixels = (size_t)d->channels * d->height * d->width;
    size_t text_size;
    char *text = write_text(d, &text_size);
    format.label_first = false;
    format.classes = d->classes;
    notch_dataset *again = parse(text, text_size, &format);
    require(again != NULL && again->count == d->count && again->height == d->height &&
            again->width == d->width && again->classes == d->classes &&
            memcmp(again->images, d->images, (size_t)d->count * pixels) == 0 &&
            memcmp(again->labels, d->labels, (size_t)d->count) == 0);
    for (size_t i = 0; i < (size_t)d->count * pixels; i++) {
        require(d->images[i] <= d->maximum);
    }
    free(text);
    notch_dataset_destroy(again);
    notch_dataset_destroy(d);
    return 0;
}
