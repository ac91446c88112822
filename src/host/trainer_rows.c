/* trainer_rows.c - rows of tensors as parameters of their own.
 * SPDX-License-Identifier: MIT
 */
#include "host/trainer_rows.h"

#include "base/message.h"
#include "update/budget.h"

enum {
    ROWS_MAX = 1 << 20 /* what notch_update_step takes */
};

bool notch_train_by_rows(const notch_update_options *options)
{
    return options->rule == NOTCH_RULE_ZIM && options->mode == NOTCH_MODE_PAPER &&
           options->scope == NOTCH_SCOPE_LAYER;
}

static uint64_t row_length(const notch_tensor *tensor)
{
    return tensor->sizes[tensor->dimensions - 1];
}

static uint64_t rows_of(const notch_tensor *tensor)
{
    return tensor->count / row_length(tensor);
}

uint64_t notch_train_row_count(const notch_model *model)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        count += rows_of(&model->tensors[i]);
    }
    return count;
}

notch_status notch_train_rows_check(const notch_model *model, notch_error *error)
{
    const uint64_t count = notch_train_row_count(model);
    return count <= ROWS_MAX
               ? NOTCH_OK
               : notch_fail(error, NOTCH_ERROR_RANGE,
                            "%s has %u rows of weights, mode paper with scope layer takes up to "
                            "%u of them; use scope global",
                            model->name, count, (uint64_t)ROWS_MAX);
}

/* Elements from index `first` on; every type of gradient has four bytes an element. */
static const void *values_from(const notch_gradient *gradient, uint64_t first)
{
    return gradient->values == NULL ? NULL : (const uint32_t *)gradient->values + first;
}

static notch_parameter row_of(const notch_tensor *tensor, const notch_parameter *whole,
                              uint64_t first)
{
    notch_parameter row = *whole;
    row.gradient.values = values_from(&whole->gradient, first);
    row.gradient.count = row_length(tensor);
    row.trials = notch_rounded_root(tensor->count, tensor->dimensions);
    if (whole->weights != NULL) {
        row.weights = (unsigned char *)whole->weights + first * whole->lattice.bytes;
    }
    return row;
}

void notch_train_rows(const notch_model *model, const notch_parameter *parameters,
                      notch_parameter *rows)
{
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        const notch_tensor *tensor = &model->tensors[i];
        for (uint64_t first = 0; first < tensor->count; first += row_length(tensor)) {
            *rows++ = row_of(tensor, &parameters[i], first);
        }
    }
}

void notch_train_rows_tell(const notch_model *model, const notch_parameter *rows,
                           notch_parameter *parameters)
{
    for (uint32_t i = 0; i < model->tensor_count; i++) {
        notch_parameter *whole = &parameters[i];
        whole->has_gradient = false;
        whole->moved = 0;
        for (uint64_t r = 0; r < rows_of(&model->tensors[i]); r++, rows++) {
            whole->has_gradient |= rows->has_gradient;
            whole->moved += rows->moved;
        }
    }
}
