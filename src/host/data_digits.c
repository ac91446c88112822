/* data_digits.c - the built-in digits as a data set in memory.
 * SPDX-License-Identifier: MIT
 */
#include <notch/data.h>

#include "base/message.h"

enum {
    BATCH = 256 /* images of one item of work: some milliseconds */
};

typedef struct drawing {
    notch_digits_split split;
    notch_dataset *dataset;
} drawing;

static void draw(void *argument, uint64_t item, uint32_t worker)
{
    const drawing *d = argument;
    const uint64_t first = item * BATCH;
    const uint64_t rest = d->dataset->count - first;
    const uint64_t end = first + (rest < BATCH ? rest : BATCH);
    (void)worker;
    for (uint64_t i = first; i < end; i++) {
        d->dataset->labels[i] = notch_digits_label(d->split, (uint32_t)i);
        notch_digits_image(d->split, (uint32_t)i, d->dataset->images + i * NOTCH_DIGITS_PIXELS);
    }
}

notch_status notch_dataset_create_digits(notch_digits_split split, const notch_executor *executor,
                                         notch_dataset **dataset, notch_error *error)
{
    const notch_dataset sizes = {.name = "digits",
                                 .count = notch_digits_count(split),
                                 .channels = 1,
                                 .height = NOTCH_DIGITS_SIDE,
                                 .width = NOTCH_DIGITS_SIDE,
                                 .classes = NOTCH_DIGITS_CLASSES,
                                 .maximum = 255};
    if (dataset == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "digits: the result is missing");
    }
    notch_dataset *created;
    const notch_status status = notch_dataset_create(&sizes, &created, error);
    if (status != NOTCH_OK) {
        return status;
    }
    drawing d = {split, created};
    const uint64_t items = (created->count + BATCH - 1) / BATCH;
    if (executor != NULL) {
        executor->run(executor->self, draw, &d, items);
    } else {
        for (uint64_t item = 0; item < items; item++) {
            draw(&d, item, 0);
        }
    }
    *dataset = created;
    return NOTCH_OK;
}
