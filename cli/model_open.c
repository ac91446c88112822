/* model_open.c - the model that a command is given: a preset, a graph in an INI file, a model file.
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "model_open.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "commands.h"

enum {
    PRESET_SIDE = 28,
    PRESET_CLASSES = 10
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static notch_status
refuse(notch_error *error, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)vsnprintf(error->message, sizeof error->message, format, values);
    va_end(values);
    return error->status = NOTCH_ERROR_INPUT;
}

notch_model_context model_context(const notch_dataset *dataset)
{
    return (notch_model_context){
        .input = {dataset->channels, dataset->height, dataset->width},
        .classes = dataset->classes,
    };
}

static bool is_preset(const char *name)
{
    for (size_t i = 0; notch_model_preset_name(i) != NULL; i++) {
        if (strcmp(notch_model_preset_name(i), name) == 0) {
            return true;
        }
    }
    return false;
}

static notch_status open_preset(const char *name, const notch_model_context *context,
                                notch_model *model, notch_error *error)
{
    const notch_shape usual = {1, PRESET_SIDE, PRESET_SIDE};
    const notch_shape input = context->input.channels == 0 ? usual : context->input;
    const uint32_t classes = context->classes == 0 ? PRESET_CLASSES : context->classes;
    const notch_status status = notch_model_preset(model, name, input, classes, error);
    /* The name is right, so it is the data's shape that does not suit it. */
    return status == NOTCH_ERROR_ARGUMENT || status == NOTCH_ERROR_RANGE
               ? error->status = NOTCH_ERROR_INPUT
               : status;
}

static notch_status check_fit(const char *name, const notch_model *model,
                              const notch_model_context *context, notch_error *error)
{
    const notch_shape *own = &model->layers[0].shape, *data = &context->input;
    const uint32_t outputs = model->layers[model->layer_count - 1].shape.channels;
    if (data->channels != 0 && (own->channels != data->channels || own->height != data->height ||
                                own->width != data->width)) {
        return refuse(error,
                      "%.100s: takes images of %" PRIu32 " x %" PRIu32 " x %" PRIu32
                      ", the data's are %" PRIu32 " x %" PRIu32 " x %" PRIu32,
                      name, own->channels, own->height, own->width, data->channels, data->height,
                      data->width);
    }
    if (context->classes > outputs) {
        return refuse(error, "%.100s: tells %" PRIu32 " classes apart, the data has %" PRIu32, name,
                      outputs, context->classes);
    }
    return NOTCH_OK;
}

static notch_status open_model_file(const char *name, const notch_model_context *context,
                                    model_source *source, notch_error *error)
{
    notch_status status = notch_checkpoint_read(name, &source->checkpoint, error);
    if (status == NOTCH_OK) {
        source->model = source->checkpoint->model;
        status = check_fit(name, &source->model, context, error);
    }
    return status;
}

static notch_status refuse_missing(const char *name, notch_error *error)
{
    if (strpbrk(name, "./") != NULL) {
        return refuse(error, "%.100s: cannot be opened: %s", name, strerror(errno));
    }
    int length = snprintf(error->message, sizeof error->message,
                          "'%.100s' is no model, expected a file or one of: ", name);
    for (size_t i = 0; notch_model_preset_name(i) != NULL && (size_t)length < sizeof error->message;
         i++) {
        length += snprintf(error->message + length, sizeof error->message - (size_t)length, "%s%s",
                           i == 0 ? "" : ", ", notch_model_preset_name(i));
    }
    return error->status = NOTCH_ERROR_INPUT;
}

static notch_status open_file(const char *name, const notch_model_context *context,
                              model_source *source, notch_error *error)
{
    struct stat facts;
    if (stat(name, &facts) != 0) {
        return refuse_missing(name, error);
    }
    if (S_ISDIR(facts.st_mode)) {
        return refuse(error, "%.100s: is a folder, expected a file such as last.notch in it", name);
    }
    return notch_checkpoint_recognise(name)
               ? open_model_file(name, context, source, error)
               : notch_model_read(name, context, &source->model, error);
}

int model_open(const char *command, const char *name, const notch_model_context *context,
               model_source *source)
{
    static const notch_model_context unknown = {.classes = 0};
    notch_error error = {NOTCH_OK, ""};
    const notch_model_context *known = context == NULL ? &unknown : context;
    source->checkpoint = NULL;
    source->left_out = 0;
    const notch_status status = is_preset(name) ? open_preset(name, known, &source->model, &error)
                                                : open_file(name, known, source, &error);
    if (status != NOTCH_OK) {
        model_close(source);
        return command_fail(command, &error);
    }
    return EXIT_DONE;
}

int model_suit(const char *command, notch_engine_type engine, model_source *source)
{
    notch_error error = {NOTCH_OK, ""};
    if (engine != NOTCH_ENGINE_INT || source->checkpoint != NULL) {
        return EXIT_DONE;
    }
    const notch_model given = source->model;
    const notch_status status = notch_model_without_affine(&given, &source->model, &error);
    source->left_out = given.parameters - source->model.parameters;
    return status == NOTCH_OK ? EXIT_DONE : command_fail(command, &error);
}

void model_close(model_source *source)
{
    notch_checkpoint_destroy(source->checkpoint);
    source->checkpoint = NULL;
}
