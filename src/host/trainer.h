/* trainer.h - what the parts of the trainer share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_TRAINER_H
#define NOTCH_HOST_TRAINER_H

#include <notch/train.h>

struct notch_trainer {
    notch_train_options options;
    const notch_dataset *train, *test;
    notch_engine *engine;
    notch_checkpoint *state; /* weights, calibrations, momentum, steps done */
    notch_values values[NOTCH_TENSORS_MAX];

    /* Of updates in integers. */
    notch_parameter parameters[NOTCH_TENSORS_MAX];
    notch_parameter *rows; /* of them, where updates go row by row, else NULL */
    uint64_t row_count;
    void *workspace; /* NULL for sgd */
    size_t workspace_bytes;

    /* The batch at hand. */
    uint8_t *images, *labels;
    size_t image_bytes;

    uint64_t steps, steps_per_epoch, evaluate_every, evaluation_count;

    /* Since the trainer was created. */
    uint64_t images_seen;
    notch_batch_result last; /* of the batch of last_count images */
    uint64_t last_count;
    uint64_t evaluated; /* images of the evaluation in progress */

    /* Since the last evaluation. */
    double loss_sum;
    uint64_t correct_sum, count_sum, steps_since;
    uint32_t layer_count;
    notch_layer_health layers[NOTCH_LAYERS_MAX];
    bool alive[NOTCH_LAYERS_MAX]; /* layers that had a gradient in the step at hand */
};

/* ARGUMENT or RANGE with a sentence about the first option that cannot be; the lattice of
 * options->bits. */
notch_status notch_train_options_check(const notch_train_options *options, notch_lattice *lattice,
                                       notch_error *error);

/* Whether the update has calibrations, sgd a momentum, and rule bold accumulators, that live from
 * step to step. */
bool notch_train_calibrates(const notch_train_options *options);
bool notch_train_has_momentum(const notch_train_options *options);
bool notch_train_accumulates(const notch_train_options *options);

/* Tensors of the model as parameters of an update whose weights and gradients are not set. */
void notch_train_parameters(const notch_model *model, const notch_lattice *lattice,
                            notch_parameter *parameters);

/* The image number `image` of the training set as it looks in `epoch`: image_bytes bytes. */
void notch_trainer_shifted(const notch_trainer *trainer, uint64_t epoch, uint64_t image,
                           uint8_t *to);

/* What is counted since the last evaluation starts at zero. */
void notch_trainer_forget(notch_trainer *trainer);
/* Counts what the step did to tensor number `tensor`. */
void notch_trainer_count(notch_trainer *trainer, uint32_t tensor, uint64_t moved,
                         bool has_gradient);
/* To be called between steps, after notch_trainer_count of all tensors. */
void notch_trainer_count_step(notch_trainer *trainer);
/* Fills the evaluation's layers, and saturated and moved, which are their sums. */
void notch_trainer_tell_health(const notch_trainer *trainer, notch_train_evaluation *evaluation);

/* First weights. */
notch_status notch_trainer_initialise(notch_trainer *trainer, notch_error *error);

/* The same as notch_trainer_evaluate; where `progress` ends it early, *finished is false and
 * *evaluation is not written. */
notch_status notch_trainer_evaluate_while(notch_trainer *trainer,
                                          const notch_train_callbacks *callbacks, bool *finished,
                                          notch_train_evaluation *evaluation, notch_error *error);

#endif
