/* model_file.c - models from INI texts in memory and in files.
 * SPDX-License-Identifier: MIT
 */
#include <notch/model_file.h>

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "host/data_stream.h"
#include "host/model_ini.h"
#include "model/layers.h"

enum {
    NAME_SHOWN = 80 /* bytes of a file's name in messages; of longer ones the last ones */
};

static notch_status check_model(const notch_model_reader *reader)
{
    notch_error reason = {.message = ""};
    const notch_model *model = &reader->model;
    if (model->layer_count < 2) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s: has no layers, expected a section for each", reader->file);
    }
    const uint32_t classes = reader->context.classes != 0
                                 ? reader->context.classes
                                 : model->layers[model->layer_count - 1].shape.channels;
    if (notch_model_check(model, classes, &reason) != NOTCH_OK) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT, "%s: %s", reader->file, reason.message);
    }
    return NOTCH_OK;
}

static notch_status parse(notch_model_reader *reader, const char *text, size_t length)
{
    if (length > NOTCH_MODEL_FILE_MAX) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT, "%s: has more than %u bytes",
                          reader->file, (uint64_t)NOTCH_MODEL_FILE_MAX);
    }
    notch_status status =
        notch_ini_parse(text, length, reader->file, notch_model_reader_take, reader, reader->error);
    if (status == NOTCH_OK) {
        status = notch_model_reader_finish(reader);
    }
    return status == NOTCH_OK ? check_model(reader) : status;
}

/* model_name: valid. */
static notch_status parse_as(const char *text, size_t length, const char *file,
                             const char *model_name, const notch_model_context *context,
                             notch_model *model, notch_error *error)
{
    char shown[NAME_SHOWN + 4] = "";
    const size_t excess = strlen(file) > NAME_SHOWN ? strlen(file) - NAME_SHOWN : 0;
    (void)notch_text_append(shown, sizeof shown,
                            notch_text_append(shown, sizeof shown, 0, excess != 0 ? "..." : ""),
                            file + excess);
    notch_model_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", shown);
    }
    reader->file = shown;
    reader->error = error;
    if (context != NULL) {
        reader->context = *context;
    }
    (void)notch_text_append(reader->name, sizeof reader->name, 0, model_name);
    const notch_status status = parse(reader, text, length);
    if (status == NOTCH_OK) {
        memcpy(model, &reader->model, sizeof *model);
    }
    free(reader);
    return status;
}

notch_status notch_model_parse(const char *text, size_t length, const char *name,
                               const notch_model_context *context, notch_model *model,
                               notch_error *error)
{
    if (text == NULL || name == NULL || model == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: %s missing",
                          model == NULL ? "the result is" : "the text or its name is");
    }
    return parse_as(text, length, name, "model", context, model, error);
}

/* The last part of a path without its ending, as the name of a model: other characters than names
 * have become '-'. */
static void name_from_path(const char *path, char name[NOTCH_LAYER_NAME_MAX + 1])
{
    const char *slash = strrchr(path, '/');
    const char *last = slash == NULL ? path : slash + 1;
    const char *point = strrchr(last, '.');
    size_t length = point == NULL || point == last ? strlen(last) : (size_t)(point - last);
    length = length > NOTCH_LAYER_NAME_MAX ? NOTCH_LAYER_NAME_MAX : length;
    for (size_t i = 0; i < length; i++) {
        const char one[2] = {last[i], '\0'};
        name[i] = one[0];
        if (!notch_layer_name_valid(one)) {
            name[i] = '-';
        }
    }
    name[length] = '\0';
    if (length == 0) {
        (void)notch_text_append(name, NOTCH_LAYER_NAME_MAX + 1, 0, "model");
    }
}

notch_status notch_model_read(const char *path, const notch_model_context *context,
                              notch_model *model, notch_error *error)
{
    char name[NOTCH_LAYER_NAME_MAX + 1];
    notch_stream *stream = NULL;
    size_t length = 0;
    if (path == NULL || model == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "model: %s missing",
                          path == NULL ? "the path is" : "the result is");
    }
    const size_t room = (size_t)NOTCH_MODEL_FILE_MAX + 1;
    char *text = malloc(room);
    if (text == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to read it", path);
    }
    notch_status status = notch_stream_open(path, &stream, error);
    if (status == NOTCH_OK) {
        status = notch_stream_read(stream, text, room, &length, error);
    }
    if (status == NOTCH_OK) {
        name_from_path(path, name);
        status = parse_as(text, length, path, name, context, model, error);
    }
    notch_stream_close(stream);
    free(text);
    return status;
}
