/* model_ini.c - the sections of a model's INI text: [model], [input], and one for each layer.
 * SPDX-License-Identifier: MIT
 */
#include "host/model_ini.h"

#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "model/layers.h"

/* ---- sections -------------------------------------------------------------------------------- */

static notch_status fail_at(const notch_model_reader *reader, uint64_t line, const char *sentence)
{
    return notch_fail(reader->error, NOTCH_ERROR_INPUT, "%s:%u: %s", reader->file, line, sentence);
}

static notch_status check_against_context(const notch_model_reader *reader)
{
    const notch_shape *own = &reader->input, *known = &reader->context.input;
    if (known->channels == 0 || (own->channels == known->channels && own->height == known->height &&
                                 own->width == known->width)) {
        return NOTCH_OK;
    }
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: the input is %u x %u x %u (channels, height, width), but the images "
                      "are %u x %u x %u",
                      reader->file, reader->input_line, (uint64_t)own->channels,
                      (uint64_t)own->height, (uint64_t)own->width, (uint64_t)known->channels,
                      (uint64_t)known->height, (uint64_t)known->width);
}

/* The first layer's section begins, or the text has ended without one. */
static notch_status begin_model(notch_model_reader *reader, uint64_t line)
{
    notch_error reason = {.message = ""};
    notch_shape input = reader->context.input;
    if (reader->input_line != 0) {
        const notch_status status = check_against_context(reader);
        if (status != NOTCH_OK) {
            return status;
        }
        input = reader->input;
    } else if (input.channels == 0) {
        return fail_at(reader, line,
                       "the shape of images is not known, expected a section [input] with "
                       "channels, height and width before the layers");
    }
    if (notch_model_init(&reader->model, reader->name, input, &reason) != NOTCH_OK) {
        return fail_at(reader, reader->input_line != 0 ? reader->input_line : line, reason.message);
    }
    return NOTCH_OK;
}

static notch_status finish_input(const notch_model_reader *reader)
{
    const notch_shape *input = &reader->input;
    if (input->channels == 0 || input->height == 0 || input->width == 0) {
        return fail_at(reader, reader->input_line,
                       "section [input]: expected channels, height and width of 1 or more");
    }
    return NOTCH_OK;
}

notch_status notch_model_reader_finish(notch_model_reader *reader)
{
    switch (reader->section) {
    case NOTCH_SECTION_INPUT:
        return finish_input(reader);
    case NOTCH_SECTION_LAYER:
        return notch_layer_draft_finish(reader);
    case NOTCH_SECTION_MODEL:
    case NOTCH_SECTION_NONE:
        break;
    }
    return NOTCH_OK;
}

/* [model] or [input], which stand once and before the layers. */
static notch_status begin_special(notch_model_reader *reader, const notch_ini_item *item,
                                  uint64_t *line)
{
    if (*line != 0) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s:%u: section [%s] is there twice, first in line %u", reader->file,
                          item->line, item->section, *line);
    }
    if (reader->model.layer_count != 0) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s:%u: section [%s] comes after layers, expected it before them",
                          reader->file, item->line, item->section);
    }
    *line = item->line;
    reader->section = line == &reader->model_line ? NOTCH_SECTION_MODEL : NOTCH_SECTION_INPUT;
    return NOTCH_OK;
}

static notch_status begin_layer(notch_model_reader *reader, const notch_ini_item *item)
{
    char shown[NOTCH_INI_SHOWN];
    if (!notch_layer_name_valid(item->section)) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s:%u: section [%s]: expected a layer's name of 1 to %u letters, "
                          "digits, '-', '_' and '.'",
                          reader->file, item->line, notch_ini_shown(item->section, shown),
                          (uint64_t)NOTCH_LAYER_NAME_MAX);
    }
    if (reader->model.layer_count == 0) {
        const notch_status status = begin_model(reader, item->line);
        if (status != NOTCH_OK) {
            return status;
        }
    }
    if (notch_model_find(&reader->model, item->section) != NOTCH_LAYERS_MAX) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s:%u: section [%s] is there twice, expected a new name for each layer",
                          reader->file, item->line, item->section);
    }
    reader->section = NOTCH_SECTION_LAYER;
    memset(&reader->draft, 0, sizeof reader->draft);
    reader->draft.line = item->line;
    (void)notch_text_append(reader->draft.layer.name, sizeof reader->draft.layer.name, 0,
                            item->section);
    return NOTCH_OK;
}

static notch_status begin_section(notch_model_reader *reader, const notch_ini_item *item)
{
    const notch_status status = notch_model_reader_finish(reader);
    if (status != NOTCH_OK) {
        return status;
    }
    if (strcmp(item->section, "model") == 0) {
        return begin_special(reader, item, &reader->model_line);
    }
    if (strcmp(item->section, "input") == 0) {
        return begin_special(reader, item, &reader->input_line);
    }
    return begin_layer(reader, item);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static notch_status refuse_key(const notch_model_reader *reader, const notch_ini_item *item,
                               const char *const *known, size_t count)
{
    char shown[NOTCH_INI_SHOWN];
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: section [%s]: unknown key '%s', the nearest known one is '%s'",
                      reader->file, item->line, item->section, notch_ini_shown(item->key, shown),
                      notch_nearest_name(item->key, known, count));
}

static notch_status refuse_again(const notch_model_reader *reader, const notch_ini_item *item)
{
    return notch_fail(reader->error, NOTCH_ERROR_INPUT, "%s:%u: section [%s]: %s is given twice",
                      reader->file, item->line, item->section, item->key);
}

static notch_status take_name(notch_model_reader *reader, const notch_ini_item *item)
{
    char shown[NOTCH_INI_SHOWN];
    static const char *const known[] = {"name"};
    if (strcmp(item->key, known[0]) != 0) {
        return refuse_key(reader, item, known, 1);
    }
    if (reader->name_line != 0) {
        return refuse_again(reader, item);
    }
    if (!notch_layer_name_valid(item->value)) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s:%u: section [model]: name is '%s', expected 1 to %u letters, digits, "
                          "'-', '_' and '.'",
                          reader->file, item->line, notch_ini_shown(item->value, shown),
                          (uint64_t)NOTCH_LAYER_NAME_MAX);
    }
    reader->name_line = item->line;
    (void)notch_text_append(reader->name, sizeof reader->name, 0, item->value);
    return NOTCH_OK;
}

static notch_status take_side(notch_model_reader *reader, const notch_ini_item *item)
{
    char shown[NOTCH_INI_SHOWN];
    static const char *const known[] = {"channels", "height", "width"};
    uint32_t *const sides[] = {&reader->input.channels, &reader->input.height,
                               &reader->input.width};
    size_t i = 0;
    while (i < 3 && strcmp(item->key, known[i]) != 0) {
        i++;
    }
    if (i == 3) {
        return refuse_key(reader, item, known, 3);
    }
    if (*sides[i] != 0) {
        return refuse_again(reader, item);
    }
    uint32_t value;
    if (!notch_ini_number(item->value, &value) || value < 1 || value > NOTCH_MODEL_SIDE_MAX) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                          "%s:%u: section [input]: %s is '%s', expected a whole number from 1 to "
                          "%u",
                          reader->file, item->line, item->key, notch_ini_shown(item->value, shown),
                          (uint64_t)NOTCH_MODEL_SIDE_MAX);
    }
    *sides[i] = value;
    return NOTCH_OK;
}

notch_status notch_model_reader_take(void *argument, const notch_ini_item *item, notch_error *error)
{
    notch_model_reader *reader = argument;
    (void)error; /* the reader has it */
    if (item->key == NULL) {
        return begin_section(reader, item);
    }
    switch (reader->section) {
    case NOTCH_SECTION_MODEL:
        return take_name(reader, item);
    case NOTCH_SECTION_INPUT:
        return take_side(reader, item);
    case NOTCH_SECTION_LAYER:
        return notch_layer_draft_take(reader, item);
    case NOTCH_SECTION_NONE:
        break;
    }
    char shown[NOTCH_INI_SHOWN];
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: key '%s' is in no section, expected a line '[LAYER]' before it",
                      reader->file, item->line, notch_ini_shown(item->key, shown));
}
