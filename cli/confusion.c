/* confusion.c - how a model does on a data set, class by class.
 * SPDX-License-Identifier: MIT
 */
#include "confusion.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model_engine.h"

static notch_status check_fit(const char *name, const notch_checkpoint *checkpoint,
                              const notch_dataset *dataset, notch_error *error)
{
    const notch_shape *shape = &checkpoint->model.layers[0].shape;
    if (dataset->channels != shape->channels || dataset->height != shape->height ||
        dataset->width != shape->width || dataset->classes > checkpoint->classes) {
        (void)snprintf(
            error->message, sizeof error->message,
            "%.80s: is for images of %" PRIu32 " x %" PRIu32 " x %" PRIu32 " in %" PRIu32
            " classes, those of %.40s are %" PRIu32 " x %" PRIu32 " x %" PRIu32 " in %" PRIu32,
            name, shape->channels, shape->height, shape->width, checkpoint->classes, dataset->name,
            dataset->channels, dataset->height, dataset->width, dataset->classes);
        return error->status = NOTCH_ERROR_INPUT;
    }
    return NOTCH_OK;
}

/* probabilities: room for a batch. */
static notch_status run_batches(notch_engine *engine, const notch_values *values,
                                const notch_dataset *dataset, uint32_t batch_size,
                                float *probabilities, confusion_look *look, void *self,
                                confusion *c, notch_error *error)
{
    const size_t image = (size_t)dataset->channels * dataset->height * dataset->width;
    for (uint64_t first = 0; first < c->count; first += batch_size) {
        const uint64_t left = c->count - first;
        const notch_batch batch = {.images = dataset->images + first * image,
                                   .labels = dataset->labels + first,
                                   .count = left < batch_size ? (uint32_t)left : batch_size};
        notch_batch_result result;
        const notch_status status =
            notch_engine_evaluate(engine, values, &batch, &result, probabilities, error);
        if (status != NOTCH_OK) {
            return status;
        }
        c->loss += result.loss;
        c->correct += result.correct;
        for (uint32_t i = 0; i < batch.count; i++) {
            const float *of_image = probabilities + (size_t)i * c->classes;
            const uint32_t class = model_engine_class(of_image, c->classes);
            c->taken[(size_t)batch.labels[i] * c->classes + class]++;
            if (look != NULL) {
                look(self, first + i, batch.labels[i], of_image, c->classes);
            }
        }
    }
    return NOTCH_OK;
}

notch_status confusion_measure(const char *name, const notch_checkpoint *checkpoint,
                               notch_engine *engine, const notch_dataset *dataset, uint64_t count,
                               uint32_t batch, confusion_look *look, void *self, confusion *result,
                               notch_error *error)
{
    const bool all = count == 0 || count > dataset->count;
    *result = (confusion){.classes = checkpoint->classes, .count = all ? dataset->count : count};
    notch_status status = check_fit(name, checkpoint, dataset, error);
    if (status != NOTCH_OK) {
        return status;
    }
    result->taken = calloc((size_t)result->classes * result->classes, sizeof *result->taken);
    float *probabilities = calloc((size_t)batch * result->classes, sizeof *probabilities);
    if (result->taken == NULL || probabilities == NULL) {
        (void)snprintf(error->message, sizeof error->message, "no memory for the results");
        status = error->status = NOTCH_ERROR_MEMORY;
    } else {
        notch_values values[NOTCH_TENSORS_MAX];
        notch_checkpoint_values(checkpoint, values);
        status =
            run_batches(engine, values, dataset, batch, probabilities, look, self, result, error);
    }
    free(probabilities);
    return status;
}

void confusion_free(confusion *result)
{
    free(result->taken);
    result->taken = NULL;
}
