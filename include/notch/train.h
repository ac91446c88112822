/* notch/train.h - the trainer: the order of things in a training run, and the folder it leaves.
 * SPDX-License-Identifier: MIT
 *
 * A trainer brings together a model, an engine that computes gradients, an update that changes the
 * weights, and data. It knows neither the engine's insides nor the update's.
 *
 *     step s = 0, 1, ... of epoch e = s / B + 1, B = ceil(training images / batch):
 *         the batch holds the images that notch_permutation_at of epoch e lists at places
 *         (s mod B) * batch and on; the last one of an epoch may hold fewer
 *         notch_engine_train, then notch_update_step on all tensors, or sgd, with the trials or the
 *         rate that notch_schedule_at has at s of all S steps
 *
 * Reproducibility. Everything that is random comes from notch_key {seed, step, stream}:
 *
 *     stream                                     step          what
 *     NOTCH_STREAM_UPDATE + group                s             the update's draws
 *     256 NOTCH_STREAM_ENGINE + stage            s             the engine's, see notch_batch
 *     NOTCH_STREAM_INITIALISE + tensor           0             first weights
 *     NOTCH_STREAM_INITIALISE_PAPER + tensor     0             their counts, mode `paper`
 *     NOTCH_STREAM_SHUFFLE                       e             the order of the images
 *
 * so that a run is a function of data, model, options and seed as far as the engine promises its
 * gradients to be one, and goes on from a checkpoint as if it had never stopped.
 */
#ifndef NOTCH_TRAIN_H
#define NOTCH_TRAIN_H

#include <notch/checkpoint.h>
#include <notch/data.h>
#include <notch/model_file.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NOTCH_STREAM_UPDATE 0x000000u
#define NOTCH_STREAM_ENGINE 0x008000u
#define NOTCH_STREAM_INITIALISE 0x100000u
#define NOTCH_STREAM_INITIALISE_PAPER 0x200000u
#define NOTCH_STREAM_SHUFFLE 0x300000u

/* ------------------------------------------------------------------------------------------------
 * Options
 * --------------------------------------------------------------------------------------------- */

/* First weights in floating point: of sgd, and what mode `paper` draws its integers from. Batch
 * norms have weights of 1 and biases of 0 in both. */
typedef enum notch_initialisation {
    NOTCH_INITIALISATION_UNIFORM = 0, /* weights and biases of convolutions and dense layers uniform
                                         on (-1/sqrt(fan_in), 1/sqrt(fan_in)), as PyTorch does */
    NOTCH_INITIALISATION_HE = 1       /* the same, but weights of convolutions normal with variance
                                         2 / (outputs * kernel height * kernel width): He et al.
                                         2015 with fan_out, as torchvision's ResNets do */
} notch_initialisation;

typedef struct notch_train_options {
    notch_engine_type engine;
    uint32_t threads; /* of engine and update; 0: one for each processor */
    notch_isa isa;
    uint32_t sharpness; /* int engine, see notch_engine_options */

    uint64_t epochs; /* 1 or more; epochs * B at most 2^32 - 1 */
    uint64_t steps;  /* ends the run, and its schedules, earlier; 0: all epochs */
    uint32_t batch;  /* 1 to 65,536 */
    uint64_t seed;
    uint64_t evaluate_every; /* steps; 0: once an epoch. The last step is always followed by one */
    uint64_t evaluation_count; /* of the first images of the test set; 0: all */

    bool sgd; /* 32-bit float weights and sgd instead of integers and `update` */
    notch_initialisation initialisation;

    notch_update_options update;
    uint32_t bits;                       /* of the lattice: 1, 2, 4, 8 or 16 */
    uint64_t trials_start, trials_end;   /* per parameter, see notch_schedule */
    notch_schedule_kind trials_schedule; /* from start to end over all steps */

    /* sgd: v = momentum v + g, w = w - rate v. In units of 2^-32, at most 2^48 and 2^32. */
    uint64_t learning_rate, momentum;
    notch_schedule_kind learning_rate_schedule; /* down to 0 over all steps */
} notch_train_options;

/* The float engine, 10 epochs of batches of 64, seed 1; notch_update_options_default on 8 bits with
 * 1 trial a parameter falling to 0.003 along a cosine; sgd off, its rate 0.01, constant, no
 * momentum. */
NOTCH_API notch_train_options notch_train_options_default(void);

/* How pixels of a data set are brought to mean 0 and deviation 1: of all pixels of all images, the
 * mean to the nearest 2^-16, the deviation rounded down to a multiple of 2^-16, exactly (sums of
 * integers). The deviation of images that are all the same is 1 pixel step. */
NOTCH_API notch_standardisation notch_dataset_standardisation(const notch_dataset *dataset);

/* What notch_trainer_create would reserve, without reserving it, see notch_memory_plan_make.
 * dataset: bytes of images and labels that the caller holds. Errors: ARGUMENT, RANGE, MEMORY. */
NOTCH_API notch_status notch_train_memory_plan(const notch_model *model,
                                               const notch_train_options *options, uint64_t dataset,
                                               notch_memory_plan *plan, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * The trainer
 * --------------------------------------------------------------------------------------------- */

typedef struct notch_trainer notch_trainer;

/* A trainer before its first step, with first weights:
 *   mode `paper`    notch_initialise_paper on the floating-point weights, biases 0
 *   other updates   notch_initialise_tensor
 *   sgd             the floating-point weights
 * Model and options are copied; the data sets stay the caller's and have to stay until the trainer
 * is destroyed. Both sets need the model's input shape and at most its classes.
 * Errors: ARGUMENT, RANGE, MEMORY, UNSUPPORTED. */
NOTCH_API notch_status notch_trainer_create(const notch_model *model,
                                            const notch_train_options *options,
                                            const notch_dataset *train, const notch_dataset *test,
                                            notch_trainer **trainer, notch_error *error);
/* NULL is fine. */
NOTCH_API void notch_trainer_destroy(notch_trainer *trainer);

/* Where a run stands. */
typedef struct notch_train_progress {
    uint64_t step, steps;          /* done, and in all */
    uint64_t epoch, epochs;        /* that of the last step (1 before it), and in all */
    uint64_t images;               /* trained on since the trainer was created */
    double loss;                   /* mean over the last batch */
    uint64_t batch_count, correct; /* images of the last batch, and how many were recognised */
    uint64_t evaluated, evaluation_count; /* images, while an evaluation is in progress; else 0 */
} notch_train_progress;

NOTCH_API notch_train_progress notch_trainer_progress(const notch_trainer *trainer);

/* One evaluation, and what happened since the one before (or since the trainer was created). */
typedef struct notch_train_evaluation {
    uint64_t step, epoch;
    double train_loss;     /* mean over the images trained on since */
    double train_accuracy; /* of them, 0 to 1, each as the weights were when it was its turn */
    double test_loss;      /* mean */
    double test_accuracy;  /* 0 to 1 */
    uint64_t test_count, test_correct;
    uint64_t saturated; /* weights that stand at a bound of their lattice now; 0 for sgd */
    uint64_t moved;     /* changes of weights since; one weight counts once a step */
} notch_train_evaluation;

/* The next batch. Errors: ARGUMENT (the run has ended) and those of the engine and the update, such
 * as NOT_FINITE, with the step's number; weights are then as they were. */
NOTCH_API notch_status notch_trainer_step(notch_trainer *trainer, notch_error *error);

/* Loss and accuracy on the test set with the weights as they are. Errors: those of the engine. */
NOTCH_API notch_status notch_trainer_evaluate(notch_trainer *trainer,
                                              notch_train_evaluation *evaluation,
                                              notch_error *error);

typedef struct notch_train_callbacks {
    void *self;
    /* After each step and each batch of an evaluation; false ends the run there. May be NULL. */
    bool (*progress)(void *self, const notch_train_progress *progress);
    /* After each evaluation; anything but OK ends the run, with this status. May be NULL. */
    notch_status (*evaluation)(void *self, const notch_train_evaluation *evaluation,
                               notch_error *error);
} notch_train_callbacks;

/* Steps and evaluations until the run has ended or a callback ends it, which is OK as well:
 * *finished says which. An evaluation that is cut short is not reported. */
NOTCH_API notch_status notch_trainer_run(notch_trainer *trainer,
                                         const notch_train_callbacks *callbacks, bool *finished,
                                         notch_error *error);

/* The trainer's state as a checkpoint: weights, engine state, and all it takes to go on. It belongs
 * to the trainer and holds until the next call with it; its weights may be changed by the caller.
 * The test_ fields are those of an evaluation of the same weights, or 0. config is NULL. */
NOTCH_API notch_checkpoint *notch_trainer_checkpoint(notch_trainer *trainer);

/* Goes on from a checkpoint, which is copied: of the same model, lattice, engine, seed and
 * pixels. Errors: ARGUMENT (the sentence says what does not match; nothing has changed). */
NOTCH_API notch_status notch_trainer_restore(notch_trainer *trainer,
                                             const notch_checkpoint *checkpoint,
                                             notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Run folders
 * --------------------------------------------------------------------------------------------- */

/* The folder of a run:
 *   config.ini      the configuration, as given to notch_run_create
 *   metrics.jsonl   a JSON object a line for each evaluation: step, epoch, train_loss, test_loss,
 *                   test_accuracy, saturated, moved, seconds (numbers; null for what is no finite
 *                   one), each on disk as soon as it is recorded
 *   last.notch      the latest state, with all it takes to go on
 *   best.notch      the weights that recognised most test images, the first of several */
typedef struct notch_run notch_run;

/* Whether notch_run_create would accept the folder, as far as that can be told without changing
 * anything. Errors: INPUT. */
NOTCH_API notch_status notch_run_check(const char *folder, bool overwrite, notch_error *error);

/* Makes the folder and those above it, and begins a run in it. A folder that is there has to be
 * empty; with `overwrite`, files of an earlier run in it are replaced or deleted and other files
 * stay. config: INI text, kept in config.ini and in model files; copied. Errors: ARGUMENT, INPUT
 * (the folder is there, is no folder or cannot be written: nothing has changed), MEMORY. */
NOTCH_API notch_status notch_run_create(const char *folder, bool overwrite, const char *config,
                                        notch_run **run, notch_error *error);
/* NULL is fine. The folder stays. */
NOTCH_API void notch_run_destroy(notch_run *run);

/* Appends a line to metrics.jsonl. seconds: since the run began. Errors: INPUT. */
NOTCH_API notch_status notch_run_record(notch_run *run, const notch_train_evaluation *evaluation,
                                        double seconds, notch_error *error);

/* Writes last.notch, and best.notch where the checkpoint has an evaluation with more recognised
 * images than all before. Errors: INPUT, MEMORY. */
NOTCH_API notch_status notch_run_save(notch_run *run, const notch_checkpoint *checkpoint,
                                      notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
