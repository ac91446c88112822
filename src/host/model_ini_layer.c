/* model_ini_layer.c - the keys of a layer's section.
 * SPDX-License-Identifier: MIT
 *
 * Which keys a layer may have depends on its type, which may come last: keys are read as they come
 * and judged at the end of the section.
 */
#include "host/model_ini.h"

#include <string.h>

#include "base/message.h"
#include "base/text.h"

#define OF(type) (1u << NOTCH_LAYER_##type)

enum {
    WINDOWS = OF(CONVOLUTION) | OF(MAX_POOL) | OF(AVERAGE_POOL),
    ALL = 0x1fe /* types 1 to 8 */
};

typedef enum layer_key {
    TYPE,
    OUTPUTS,
    KERNEL,
    STRIDE,
    PADDING,
    BIAS,
    AFFINE,
    INPUT,
    INPUTS
} layer_key;

static const char *const key_names[NOTCH_LAYER_KEYS] = {
    "type", "outputs", "kernel", "stride", "padding", "bias", "affine", "input", "inputs"};

/* Which types have the key, and which of them need it. */
static const struct {
    uint32_t allowed, needed;
} key_types[NOTCH_LAYER_KEYS] = {
    [TYPE] = {ALL, ALL},
    [OUTPUTS] = {OF(CONVOLUTION) | OF(DENSE), OF(CONVOLUTION) | OF(DENSE)},
    [KERNEL] = {WINDOWS, WINDOWS},
    [STRIDE] = {WINDOWS, 0},
    [PADDING] = {OF(CONVOLUTION) | OF(MAX_POOL), 0},
    [BIAS] = {OF(CONVOLUTION) | OF(DENSE), 0},
    [AFFINE] = {OF(BATCH_NORM), 0},
    [INPUT] = {ALL & ~OF(ADD), 0},
    [INPUTS] = {OF(ADD), OF(ADD)},
};

/* ---- keys ------------------------------------------------------------------------------------ */

static notch_status refuse_value(const notch_model_reader *reader, const notch_ini_item *item,
                                 const char *expected)
{
    char shown[NOTCH_INI_SHOWN];
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: layer '%s': %s is '%s', expected %s", reader->file, item->line,
                      reader->draft.layer.name, item->key, notch_ini_shown(item->value, shown),
                      expected);
}

static notch_status take_type(notch_model_reader *reader, const notch_ini_item *item)
{
    char shown[NOTCH_INI_SHOWN];
    const char *names[NOTCH_LAYER_ADD]; /* all but `input` */
    notch_layer *layer = &reader->draft.layer;
    const notch_status status = notch_layer_type_parse(item->value, &layer->type, NULL);
    if (status == NOTCH_OK && layer->type != NOTCH_LAYER_INPUT) {
        return NOTCH_OK;
    }
    for (size_t i = 0; i < NOTCH_LAYER_ADD; i++) {
        names[i] = notch_layer_type_name((notch_layer_type)(i + 1));
    }
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: layer '%s': unknown type '%s', the nearest known one is '%s'",
                      reader->file, item->line, layer->name, notch_ini_shown(item->value, shown),
                      notch_nearest_name(item->value, names, NOTCH_LAYER_ADD));
}

static notch_status take_outputs(notch_model_reader *reader, const notch_ini_item *item)
{
    uint32_t *outputs = &reader->draft.layer.outputs;
    if (strcmp(item->value, "classes") != 0) {
        return notch_ini_number(item->value, outputs)
                   ? NOTCH_OK
                   : refuse_value(reader, item, "a whole number or 'classes'");
    }
    if (reader->context.classes == 0) {
        return refuse_value(reader, item, "a number: how many classes there are is not known");
    }
    *outputs = reader->context.classes;
    return NOTCH_OK;
}

static notch_status take_pair(notch_model_reader *reader, const notch_ini_item *item,
                              uint32_t pair[2])
{
    return notch_ini_pair(item->value, pair)
               ? NOTCH_OK
               : refuse_value(reader, item, "a whole number, or two as height, width");
}

static notch_status take_kernel(notch_model_reader *reader, const notch_ini_item *item)
{
    if (strcmp(item->value, "all") == 0) {
        reader->draft.whole_kernel = true;
        return NOTCH_OK;
    }
    return notch_ini_pair(item->value, reader->draft.layer.kernel)
               ? NOTCH_OK
               : refuse_value(reader, item, "a whole number, two as height, width, or 'all'");
}

static notch_status take_flag(notch_model_reader *reader, const notch_ini_item *item, bool *flag)
{
    return notch_ini_flag(item->value, flag) ? NOTCH_OK : refuse_value(reader, item, "yes or no");
}

/* The number of an earlier layer. */
static notch_status take_input(notch_model_reader *reader, const notch_ini_item *item,
                               const char *name, uint32_t *input)
{
    const notch_model *model = &reader->model;
    char shown[NOTCH_INI_SHOWN];
    const char *names[NOTCH_LAYERS_MAX];
    *input = notch_model_find(model, name);
    if (*input != NOTCH_LAYERS_MAX) {
        return NOTCH_OK;
    }
    for (uint32_t i = 0; i < model->layer_count; i++) {
        names[i] = model->layers[i].name;
    }
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: layer '%s': %s names '%s', which is no layer before it; the nearest "
                      "name is '%s'",
                      reader->file, item->line, reader->draft.layer.name, item->key,
                      notch_ini_shown(name, shown),
                      notch_nearest_name(name, names, model->layer_count));
}

static notch_status take_inputs(notch_model_reader *reader, const notch_ini_item *item)
{
    char first[NOTCH_LAYER_NAME_MAX + 1], second[NOTCH_LAYER_NAME_MAX + 1];
    uint32_t *inputs = reader->draft.layer.inputs;
    if (!notch_ini_names(item->value, first, second)) {
        return refuse_value(reader, item, "the names of two layers, A, B");
    }
    const notch_status status = take_input(reader, item, first, &inputs[0]);
    return status == NOTCH_OK ? take_input(reader, item, second, &inputs[1]) : status;
}

static notch_status take_value(notch_model_reader *reader, layer_key key,
                               const notch_ini_item *item)
{
    notch_layer *layer = &reader->draft.layer;
    switch (key) {
    case TYPE:
        return take_type(reader, item);
    case OUTPUTS:
        return take_outputs(reader, item);
    case KERNEL:
        return take_kernel(reader, item);
    case STRIDE:
        return take_pair(reader, item, layer->stride);
    case PADDING:
        return take_pair(reader, item, layer->padding);
    case BIAS:
        return take_flag(reader, item, &layer->bias);
    case AFFINE:
        return take_flag(reader, item, &layer->affine);
    case INPUT:
        return take_input(reader, item, item->value, &layer->inputs[0]);
    case INPUTS:
        break;
    }
    return take_inputs(reader, item);
}

notch_status notch_layer_draft_take(notch_model_reader *reader, const notch_ini_item *item)
{
    char shown[NOTCH_INI_SHOWN];
    notch_layer_draft *draft = &reader->draft;
    for (uint32_t key = 0; key < NOTCH_LAYER_KEYS; key++) {
        if (strcmp(item->key, key_names[key]) != 0) {
            continue;
        }
        if (draft->lines[key] != 0) {
            return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                              "%s:%u: layer '%s': %s is given twice, first in line %u",
                              reader->file, item->line, draft->layer.name, item->key,
                              draft->lines[key]);
        }
        draft->lines[key] = item->line;
        return take_value(reader, (layer_key)key, item);
    }
    return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                      "%s:%u: layer '%s': unknown key '%s', the nearest known one is '%s'",
                      reader->file, item->line, draft->layer.name,
                      notch_ini_shown(item->key, shown),
                      notch_nearest_name(item->key, key_names, NOTCH_LAYER_KEYS));
}

/* ---- the end of a section -------------------------------------------------------------------- */

static notch_status check_keys(const notch_model_reader *reader)
{
    const notch_layer_draft *draft = &reader->draft;
    const uint32_t type = draft->lines[TYPE] == 0 ? 0 : 1u << draft->layer.type;
    for (uint32_t key = 0; key < NOTCH_LAYER_KEYS; key++) {
        if (key == TYPE && type == 0) {
            return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                              "%s:%u: layer '%s': key 'type' is missing", reader->file, draft->line,
                              draft->layer.name);
        }
        if (draft->lines[key] != 0 && (key_types[key].allowed & type) == 0) {
            return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                              "%s:%u: layer '%s': type %s has no key '%s'", reader->file,
                              draft->lines[key], draft->layer.name,
                              notch_layer_type_name(draft->layer.type), key_names[key]);
        }
        if (draft->lines[key] == 0 && (key_types[key].needed & type) != 0) {
            return notch_fail(reader->error, NOTCH_ERROR_INPUT,
                              "%s:%u: layer '%s': type %s needs key '%s'", reader->file,
                              draft->line, draft->layer.name,
                              notch_layer_type_name(draft->layer.type), key_names[key]);
        }
    }
    return NOTCH_OK;
}

static void fill_defaults(notch_model_reader *reader)
{
    notch_layer_draft *draft = &reader->draft;
    notch_layer *layer = &draft->layer;
    if (draft->lines[INPUT] == 0 && draft->lines[INPUTS] == 0) {
        layer->inputs[0] = reader->model.layer_count - 1;
    }
    const notch_shape *input = &reader->model.layers[layer->inputs[0]].shape;
    if (draft->whole_kernel) {
        layer->kernel[0] = input->height;
        layer->kernel[1] = input->width;
    }
    if (draft->lines[KERNEL] != 0 && draft->lines[STRIDE] == 0) {
        const bool pool = layer->type != NOTCH_LAYER_CONVOLUTION;
        layer->stride[0] = pool ? layer->kernel[0] : 1;
        layer->stride[1] = pool ? layer->kernel[1] : 1;
    }
    const uint32_t type = 1u << layer->type;
    layer->bias = draft->lines[BIAS] != 0 ? layer->bias : (key_types[BIAS].allowed & type) != 0;
    layer->affine =
        draft->lines[AFFINE] != 0 ? layer->affine : (key_types[AFFINE].allowed & type) != 0;
}

notch_status notch_layer_draft_finish(notch_model_reader *reader)
{
    notch_error reason = {.message = ""};
    notch_status status = check_keys(reader);
    if (status != NOTCH_OK) {
        return status;
    }
    fill_defaults(reader);
    status = notch_model_add(&reader->model, &reader->draft.layer, &reason);
    if (status != NOTCH_OK) {
        return notch_fail(reader->error, NOTCH_ERROR_INPUT, "%s:%u: %s", reader->file,
                          reader->draft.line, reason.message);
    }
    return NOTCH_OK;
}
