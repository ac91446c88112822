/* confusion.h - how a model does on a data set, class by class.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_CONFUSION_H
#define NOTCH_CLI_CONFUSION_H

#include <notch/checkpoint.h>
#include <notch/data.h>

typedef struct confusion {
    uint32_t classes; /* that the model tells apart */
    uint64_t count, correct;
    double loss;     /* sum */
    uint64_t *taken; /* [label][class]: how many images of a label were taken for which class */
} confusion;

/* What is told of each image: its number in the data set, and probabilities[classes]. */
typedef void confusion_look(void *self, uint64_t image, uint8_t label, const float *probabilities,
                            uint32_t classes);

/* Evaluates the first `count` images of the data set (0: all), `batch` at a time, with an engine of
 * the checkpoint's model. look: NULL, or called for each image in order. To be freed with
 * confusion_free, also on failure. Errors: INPUT (the data set does not fit the model, called
 * `name`), MEMORY, and those of notch_engine_evaluate. */
notch_status confusion_measure(const char *name, const notch_checkpoint *checkpoint,
                               notch_engine *engine, const notch_dataset *dataset, uint64_t count,
                               uint32_t batch, confusion_look *look, void *self, confusion *result,
                               notch_error *error);
void confusion_free(confusion *result);

#endif
