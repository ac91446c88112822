/* checkpoint_model.h - a graph as bytes.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_CHECKPOINT_MODEL_H
#define NOTCH_HOST_CHECKPOINT_MODEL_H

#include <notch/model.h>

#include "host/checkpoint_format.h"

enum {
    NOTCH_STORED_MODEL_MAX = NOTCH_FORMAT_MODEL_HEADER + NOTCH_LAYERS_MAX * NOTCH_FORMAT_LAYER
};

/* How many bytes a model with so many layers takes. */
size_t notch_stored_model_bytes(uint32_t layers);

/* layer_count has to be at most NOTCH_LAYERS_MAX. */
void notch_stored_model_encode(const notch_model *model, uint32_t classes, uint8_t *bytes);

/* Builds the model anew, layer by layer, so that it is valid whatever the bytes say, and compares
 * it with all that they say. Errors: INPUT (*model and *classes are then of no use). */
notch_status notch_stored_model_decode(const uint8_t *bytes, uint64_t count, notch_model *model,
                                       uint32_t *classes, notch_error *error);

#endif
