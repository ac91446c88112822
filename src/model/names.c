/* names.c - the names of layer types and of passes.
 * SPDX-License-Identifier: MIT
 */
#include <notch/model.h>

#include "base/message.h"
#include "base/names.h"

static const char *const types[] = {"input",        "convolution", "dense",      "relu", "max-pool",
                                    "average-pool", "layer-norm",  "batch-norm", "add"};
static const char *const passes[] = {"data", "forward", "loss", "errors", "gradients", "update"};
static const notch_names pass_names = {"pass", passes, sizeof passes / sizeof passes[0]};
static const notch_names names = {"layer type", types, sizeof types / sizeof types[0]};

const char *notch_layer_type_name(notch_layer_type type)
{
    return notch_names_get(&names, (int64_t)type);
}

notch_status notch_layer_type_parse(const char *name, notch_layer_type *type, notch_error *error)
{
    uint32_t value;
    if (type == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "layer type: the result is missing");
    }
    const notch_status status = notch_names_parse(&names, name, &value, error);
    if (status == NOTCH_OK) {
        *type = (notch_layer_type)value;
    }
    return status;
}

const char *notch_pass_name(notch_pass pass)
{
    return notch_names_get(&pass_names, (int64_t)pass);
}
