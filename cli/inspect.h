/* inspect.h - what the parts of `notch inspect` share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_INSPECT_H
#define NOTCH_CLI_INSPECT_H

#include <notch/train.h>

#include "model_open.h"

typedef struct inspection {
    const model_source *source;
    const notch_train_options *training;
    const notch_memory_plan *plan;
} inspection;

/* Parameters of one layer: its weight and its bias. */
uint64_t inspect_layer_parameters(const notch_model *model, uint32_t layer);

/* Of all layers, see notch_model_multiply_adds. */
uint64_t inspect_multiply_adds(const notch_model *model);

/* Adds up what the plan has of a kind. */
uint64_t inspect_workspace(const notch_memory_plan *plan);

/* "zim", "sgd": the update of the training. */
const char *inspect_update(const notch_train_options *training);

/* SHA-256 of the weights as hexadecimal digits. */
void inspect_digest(const notch_checkpoint *checkpoint, char text[65]);

void inspect_print_text(const inspection *i);
void inspect_print_json(const inspection *i);

#endif
