/* data_csv.c - images as lines of comma-separated whole numbers.
 * SPDX-License-Identifier: MIT
 *
 * The first line of numbers settles how many there are in each, and so the size of the images.
 * Which value is the label is known only at the end of a line, so that a line is checked then.
 */
#include "host/data_csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/data_set.h"

enum {
    VALUES_MAX = NOTCH_DATASET_IMAGE_MAX + 1,
    NUMBER_MAX = 65535, /* no number may be greater, whatever the format */
    FIRST_ROOM = 1024,  /* values, and images */
    END = -1            /* in place of a character */
};

typedef struct csv_reader {
    notch_stream *stream;
    const char *file;
    notch_data_format format;
    notch_error *error;
    uint8_t buffer[4096];
    size_t at, held;     /* buffer[at .. held) is still to be read */
    int character;       /* the next one, or END */
    uint64_t line;       /* of `character`, from 1 */
    uint64_t first_line; /* of numbers; 0: not seen yet */
    uint16_t *values;    /* values[0 .. value_count) of this line; room for value_room */
    size_t value_count, value_room;
    notch_dataset *dataset; /* NULL until the first line of numbers has ended */
    uint64_t capacity;      /* of the data set */
} csv_reader;

/* Moves on to the next character. */
static notch_status advance(csv_reader *reader)
{
    if (reader->character == '\n') {
        reader->line++;
    }
    if (reader->at == reader->held) {
        reader->at = 0;
        const notch_status status = notch_stream_read(
            reader->stream, reader->buffer, sizeof reader->buffer, &reader->held, reader->error);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    reader->character = reader->held == 0 ? END : reader->buffer[reader->at++];
    return NOTCH_OK;
}

static notch_status skip_blanks(csv_reader *reader)
{
    notch_status status = NOTCH_OK;
    while (status == NOTCH_OK && (reader->character == ' ' || reader->character == '\t')) {
        status = advance(reader);
    }
    return status;
}

/* An error at the next character; expected: what should be there. */
static notch_status fail_here(const csv_reader *reader, const char *expected)
{
    char quoted[] = "\"?\"";
    char byte[] = "byte 000";
    const int c = reader->character;
    const char *found = quoted;
    if (c == END) {
        found = "the end of the file";
    } else if (c == '\n' || c == '\r') {
        found = "the end of the line";
    } else if (c > ' ' && c <= '~') {
        quoted[1] = (char)c;
    } else {
        byte[5] = (char)('0' + c / 100);
        byte[6] = (char)('0' + c / 10 % 10);
        byte[7] = (char)('0' + c % 10);
        found = byte;
    }
    return notch_fail(reader->error, NOTCH_ERROR_INPUT, "%s: line %u, column %u: %s, expected %s",
                      reader->file, reader->line, (uint64_t)reader->value_count + 1, found,
                      expected);
}

static bool at_line_end(const csv_reader *reader)
{
    return reader->character == '\n' || reader->character == '\r' || reader->character == END;
}

/* Appends the number at the next character to this line's values. */
static notch_status read_number(csv_reader *reader)
{
    if (reader->character < '0' || reader->character > '9') {
        return fail_here(reader, "a whole number");
    }
    uint32_t number = 0;
    while (reader->character >= '0' && reader->character <= '9') {
        number = 10 * number + (uint32_t)(reader->character - '0');
        if (number > NUMBER_MAX) {
            return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                              "%s: line %u, column %u: a number beyond %u, expected at most 255",
                              reader->file, reader->line, (uint64_t)reader->value_count + 1,
                              (uint64_t)NUMBER_MAX);
        }
        const notch_status status = advance(reader);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    if (reader->value_count == reader->value_room) {
        const size_t room = reader->value_room == 0 ? FIRST_ROOM : 2 * reader->value_room;
        uint16_t *values = realloc(reader->values, room * sizeof *values);
        if (values == NULL) {
            return notch_fail(reader->error, NOTCH_ERROR_MEMORY, "%s: no memory for %u values",
                              reader->file, (uint64_t)room);
        }
        reader->values = values;
        reader->value_room = room;
    }
    reader->values[reader->value_count++] = (uint16_t)number;
    return NOTCH_OK;
}

/* How many values this line may have at most. */
static size_t most_values(const csv_reader *reader)
{
    return reader->dataset == NULL ? VALUES_MAX
                                   : (size_t)reader->dataset->channels * reader->dataset->height *
                                             reader->dataset->width +
                                         1;
}

static notch_status fail_count(const csv_reader *reader, const char *what)
{
    if (reader->dataset == NULL) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s: line %u: %s%u values, expected 2 to %u (features and a label)",
                          reader->file, reader->line, what, (uint64_t)reader->value_count,
                          (uint64_t)VALUES_MAX);
    }
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s: line %u: %s%u values, expected %u as in line %u", reader->file,
                      reader->line, what, (uint64_t)reader->value_count,
                      (uint64_t)most_values(reader), reader->first_line);
}

/* Reads the values of a line, up to but not including its end. */
static notch_status read_values(csv_reader *reader)
{
    reader->value_count = 0;
    for (;;) {
        notch_status status = skip_blanks(reader);
        if (status == NOTCH_OK) {
            status = read_number(reader);
        }
        if (status == NOTCH_OK) {
            status = skip_blanks(reader);
        }
        if (status == NOTCH_OK && at_line_end(reader)) {
            return NOTCH_OK;
        }
        if (status == NOTCH_OK && reader->character != ',') {
            reader->value_count--; /* the column at fault is the one just read */
            return fail_here(reader, "a comma or the end of the line");
        }
        if (status == NOTCH_OK && reader->value_count == most_values(reader)) {
            return fail_count(reader, "more than ");
        }
        if (status == NOTCH_OK) {
            status = advance(reader);
        }
        if (status != NOTCH_OK) {
            return status;
        }
    }
}

/* Takes the end of a line; the end of the file is one. */
static notch_status read_line_end(csv_reader *reader)
{
    notch_status status = NOTCH_OK;
    if (reader->character == '\r') {
        status = advance(reader);
        if (status == NOTCH_OK && reader->character != '\n' && reader->character != END) {
            return fail_here(reader, "LF after CR");
        }
    }
    return status == NOTCH_OK && reader->character == '\n' ? advance(reader) : status;
}

/* The side of a square of `area`, or 0. */
static uint32_t side_of(size_t area)
{
    size_t side = 1;
    while (side * side < area) {
        side++;
    }
    return side * side == area ? (uint32_t)side : 0;
}

/* Makes the data set once the first line of numbers is known. */
static notch_status begin_dataset(csv_reader *reader, const char *name)
{
    if (reader->value_count < 2) {
        return fail_count(reader, "");
    }
    const notch_data_format *format = &reader->format;
    const size_t features = reader->value_count - 1;
    notch_dataset sizes = {.count = 1,
                           .channels = format->channels,
                           .height = format->height,
                           .width = format->width,
                           .classes = NOTCH_DATASET_CLASSES_MAX,
                           .maximum = format->maximum};
    if (format->channels == 0) {
        const uint32_t side = side_of(features);
        sizes.channels = 1;
        sizes.height = side != 0 ? side : 1;
        sizes.width = side != 0 ? side : (uint32_t)features;
    } else if ((size_t)format->channels * format->height * format->width != features) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s: line %u: %u features, expected %u x %u x %u", reader->file,
                          reader->line, (uint64_t)features, (uint64_t)format->channels,
                          (uint64_t)format->height, (uint64_t)format->width);
    }
    notch_dataset_name_from(name, sizes.name);
    const notch_status status = notch_dataset_create(&sizes, &reader->dataset, reader->error);
    if (status == NOTCH_OK) {
        reader->dataset->count = 0;
        reader->capacity = 1;
        reader->first_line = reader->line;
    }
    return status;
}

/* Checks this line's values and appends them to the data set. */
static notch_status take_line(csv_reader *reader)
{
    notch_dataset *dataset = reader->dataset;
    const size_t count = reader->value_count;
    if (count != most_values(reader)) {
        return fail_count(reader, "");
    }
    const size_t label_at = reader->format.label_first ? 0 : count - 1;
    const uint32_t label_end =
        reader->format.classes != 0 ? reader->format.classes : NOTCH_DATASET_CLASSES_MAX;
    const notch_status status = notch_dataset_reserve(
        dataset, &reader->capacity, dataset->count + 1, reader->file, reader->error);
    if (status != NOTCH_OK) {
        return status;
    }
    uint8_t *pixel = dataset->images + (size_t)dataset->count * (count - 1);
    for (size_t i = 0; i < count; i++) {
        const uint32_t value = reader->values[i];
        const uint32_t end = i == label_at ? label_end : dataset->maximum + 1;
        if (value >= end) {
            return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                              "%s: line %u, column %u: %s %u, expected at most %u", reader->file,
                              reader->line, (uint64_t)i + 1, i == label_at ? "label" : "value",
                              (uint64_t)value, (uint64_t)end - 1);
        }
        if (i != label_at) {
            *pixel++ = (uint8_t)value;
        }
    }
    dataset->labels[dataset->count++] = (uint8_t)reader->values[label_at];
    return NOTCH_OK;
}

/* Skips a byte order mark, and the first line if it is a header. */
static notch_status read_beginning(csv_reader *reader)
{
    notch_status status = advance(reader);
    if (status == NOTCH_OK && reader->character == 0xef && reader->held >= 3 &&
        memcmp(reader->buffer, "\xef\xbb\xbf", 3) == 0) {
        reader->at = 3;
        status = advance(reader);
    }
    if (status == NOTCH_OK) {
        status = skip_blanks(reader);
    }
    const int c = reader->character;
    const bool number = c != END && strchr("0123456789+-.,\r\n", c) != NULL && c != '\0';
    while (status == NOTCH_OK && !number && reader->character != '\n' && reader->character != END) {
        status = advance(reader);
    }
    return status;
}

static notch_status read_lines(csv_reader *reader, const char *name)
{
    notch_status status = read_beginning(reader);
    while (status == NOTCH_OK && reader->character != END) {
        reader->value_count = 0;
        status = skip_blanks(reader);
        if (status == NOTCH_OK && !at_line_end(reader)) {
            status = read_values(reader);
            if (status == NOTCH_OK && reader->dataset == NULL) {
                status = begin_dataset(reader, name);
            }
            if (status == NOTCH_OK) {
                status = take_line(reader);
            }
        }
        if (status == NOTCH_OK) {
            status = read_line_end(reader);
        }
    }
    if (status == NOTCH_OK && reader->dataset == NULL) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s: no line of numbers, expected at least one", reader->file);
    }
    return status;
}

notch_status notch_csv_parse(notch_stream *stream, const notch_data_format *format,
                             const char *name, notch_dataset **dataset, notch_error *error)
{
    csv_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it",
                          notch_stream_name(stream));
    }
    reader->stream = stream;
    reader->file = notch_stream_name(stream);
    reader->format = *format;
    reader->format.maximum = format->maximum != 0 ? format->maximum : 255;
    reader->error = error;
    reader->line = 1;
    const notch_status status = read_lines(reader, name);
    if (status == NOTCH_OK) {
        notch_dataset *read = reader->dataset;
        read->classes = format->classes != 0 ? format->classes : notch_dataset_highest_class(read);
        notch_dataset_trim(read);
        *dataset = read;
    } else {
        notch_dataset_destroy(reader->dataset);
    }
    free(reader->values);
    free(reader);
    return status;
}

notch_status notch_dataset_read_csv(const char *path, const notch_data_format *format,
                                    const char *name, notch_dataset **dataset, notch_error *error)
{
    static const notch_data_format any;
    if (path == NULL || dataset == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "CSV file: the %s missing",
                          path == NULL ? "path is" : "result is");
    }
    if (format == NULL) {
        format = &any;
    }
    notch_stream *stream = NULL;
    notch_status status = notch_data_format_check(format, error);
    if (status == NOTCH_OK) {
        status = notch_stream_open(path, &stream, error);
    }
    if (status == NOTCH_OK) {
        status = notch_csv_parse(stream, format, name != NULL ? name : path, dataset, error);
    }
    notch_stream_close(stream);
    return status;
}
