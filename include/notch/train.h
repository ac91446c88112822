/* notch/train.h - the trainer: the order of things in a training run, and the folder it leaves.
 * SPDX-License-Identifier: MIT
 *
 * A trainer brings together a model, an engine that computes gradients, an update that changes the
 * weights, and data. It knows neither the engine's insides nor the update's.
 *
 *     step s = 0, 1, ... of epoch e = s / B + 1, B = ceil(training images / batch):
 *         the batch holds the images that notch_permutation_at of epoch e lists at places
 *         (s mod B) * batch and on, each shifted if the options say so; the last one of an epoch
 *         may hold fewer
 *         notch_engine_train, then notch_update_step on all tensors, or sgd, with the trials or the
 *         rate that notch_schedule_at has at s of all S steps
 *
 * Reproducibility. Everything that is random comes from notch_key {seed, step, stream}:
 *
 *     stream                                     step          what
 *     NOTCH_STREAM_UPDATE + group                s             the update's draws
 *     NOTCH_STREAM_UPDATE_ROWS + row             s             the same, paper mode, layer scope
 *     256 NOTCH_STREAM_ENGINE + stage            s             the engine's, see notch_batch
 *     NOTCH_STREAM_INITIALISE + tensor           0             first weights
 *     NOTCH_STREAM_INITIALISE_PAPER + tensor     0             their counts, mode `paper`
 *     NOTCH_STREAM_SHUFFLE                       e             the order of the images
 *     NOTCH_STREAM_SHIFT                         e             their shifts: rows from bounded draw
 *                                                              2 i, columns from 2 i + 1 of image i
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
#define NOTCH_STREAM_SHIFT 0x400000u
#define NOTCH_STREAM_UPDATE_ROWS 0x500000u

#define NOTCH_SHIFT_MAX 64u

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
    uint32_t sharpness;             /* int engine, see notch_engine_options */
    const notch_observer *observer; /* of steps; stays the caller's, NULL: none */

    uint64_t epochs; /* 1 or more; epochs * B at most 2^32 - 1 */
    uint64_t steps;  /* ends the run, and its schedules, earlier; 0: all epochs */
    uint32_t batch;  /* 1 to 65,536 */
    uint64_t seed;
    uint64_t evaluate_every; /* steps; 0: once an epoch. The last step is always followed by one */
    uint64_t evaluation_count; /* of the first images of the test set; 0: all */
    uint32_t
        shift; /* data augmentation: whenever a training image has its turn, it is moved by -shift
                       to shift rows and as many columns, drawn anew, black where nothing is left;
                       at most NOTCH_SHIFT_MAX; 0: images as they are */

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

/* What trains well with this engine, rule and lattice, of what was tried (docs/experiments.md):
 * sharpness 1, 10 epochs of batches of 64, seed 1; notch_update_options_default, but mode
 * `normalised` on the int engine with rules that draw. Trials a parameter fall along a cosine:
 *   8 and 16 bits   from 1 to 0.003
 *   4 bits          from 0.1 to 0.001
 *   1 and 2 bits    from 0.03 to 0.001 (bold), from 0.01 to 0.0001 (others)
 * sgd is off, its rate 0.01, constant, no momentum. */
NOTCH_API notch_train_options notch_train_options_for(notch_engine_type engine, notch_rule rule,
                                                      uint32_t bits);
/* The same for the int engine, rule zim and 8 bits. */
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
 *   mode `paper`    drawn from the floating-point weights, biases 0: each row of a tensor's
 *                   last dimension has round(count^(1/dimensions)) trials with probabilities in
 *                   proportion to |x| + 1, and a weight becomes sign(x) times its count
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

/* How one layer that has parameters fares: its weights and biases together. */
typedef struct notch_layer_health {
    uint32_t layer;      /* its number in the model */
    uint64_t parameters; /* how many it has */
    uint64_t saturated;  /* of them stand at a bound of their lattice now; 0 for sgd */
    uint64_t moved;      /* changes since the last evaluation; one weight counts once a step */
    uint64_t steps_without_gradient; /* since then: steps in which its whole gradient was zero */
    double dead_units; /* share of its outputs, 0 to 1, that were zero on every image of the
                          evaluation; NaN where the engine does not tell */
} notch_layer_health;

/* One evaluation, and what happened since the one before (or since the trainer was created). */
typedef struct notch_train_evaluation {
    uint64_t step, epoch;
    uint64_t steps;        /* done since */
    double train_loss;     /* mean over the images trained on since; NaN if there were none */
    double train_accuracy; /* of them, 0 to 1, each as the weights were when it was its turn */
    double test_loss;      /* mean */
    double test_accuracy;  /* 0 to 1 */
    uint64_t test_count, test_correct;
    uint64_t saturated; /* weights that stand at a bound of their lattice now; 0 for sgd */
    uint64_t moved;     /* changes of weights since; one weight counts once a step */
    bool is_milestone;  /* the first one after another 32nd of all steps: worth keeping more of */
    uint32_t layer_count;
    notch_layer_health layers[NOTCH_LAYERS_MAX]; /* those with parameters, in the model's order */
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
 * *finished says which. An evaluation that is cut short is not reported; it is made up for when the
 * run goes on. */
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

/* Takes the weights of a model file as first weights, and the engine's state where the same engine
 * wrote it; all else begins anew. Errors: ARGUMENT (another model or lattice, or the trainer is
 * beyond its first step; nothing has changed). */
NOTCH_API notch_status notch_trainer_adopt(notch_trainer *trainer,
                                           const notch_checkpoint *checkpoint, notch_error *error);

/* ------------------------------------------------------------------------------------------------
 * Run folders
 * --------------------------------------------------------------------------------------------- */

/* The folder of a run:
 *   config.ini      the configuration, as given to notch_run_create
 *   environment.json  where it was computed, as given to notch_run_describe
 *   metrics.jsonl   a JSON object a line for each evaluation and each recorded hash; the fields are
 *                   in docs/training.md
 *   last.notch      the latest state, with all it takes to go on
 *   best.notch      the weights that recognised most test images, the first of several
 *
 * Files appear in their places complete or not at all. One process at a time works in a folder:
 * metrics.jsonl is locked. */
typedef struct notch_run notch_run;

#define NOTCH_RUN_CONFIG "config.ini"
#define NOTCH_RUN_ENVIRONMENT "environment.json"
#define NOTCH_RUN_METRICS "metrics.jsonl"
#define NOTCH_RUN_LAST "last.notch"
#define NOTCH_RUN_BEST "best.notch"

/* Whether notch_run_create would accept the folder, as far as that can be told without changing
 * anything. Errors: ARGUMENT, INPUT. */
NOTCH_API notch_status notch_run_check(const char *folder, bool overwrite, notch_error *error);

/* Makes the folder and those above it, and begins a run in it. A folder that is there has to be
 * empty; with `overwrite`, files of an earlier run in it are replaced or deleted and other files
 * stay. config: INI text, kept in config.ini and in model files; copied. Errors: ARGUMENT, INPUT
 * (the folder is there, is no folder, is in use or cannot be written: nothing has changed),
 * MEMORY. */
NOTCH_API notch_status notch_run_create(const char *folder, bool overwrite, const char *config,
                                        notch_run **run, notch_error *error);

/* Goes on with a run after `step` steps: lines of metrics.jsonl about later ones, and a line that
 * was cut short, are deleted; config.ini stays, config goes into model files. Errors: ARGUMENT,
 * INPUT (also where metrics.jsonl or best.notch do not hold what they should: nothing has changed),
 * MEMORY. */
NOTCH_API notch_status notch_run_open(const char *folder, uint64_t step, const char *config,
                                      notch_run **run, notch_error *error);

/* NULL is fine. The folder stays. */
NOTCH_API void notch_run_destroy(notch_run *run);

/* Writes environment.json, or replaces it. text: a JSON object. Errors: ARGUMENT, INPUT, MEMORY. */
NOTCH_API notch_status notch_run_describe(notch_run *run, const char *text, notch_error *error);

/* What a run has taken so far. */
typedef struct notch_run_cost {
    double seconds;                  /* since this process began to train */
    double passes[NOTCH_PASSES + 1]; /* of these, in each pass of steps, and between steps; all
                                        zero: unknown */
    uint64_t peak_memory;            /* the most physical memory so far, in bytes; 0: unknown */
} notch_run_cost;

/* Appends a line to metrics.jsonl about an evaluation of the checkpoint's weights; at milestones
 * with a histogram of each layer's integer weights. Errors: INPUT, MEMORY. */
NOTCH_API notch_status notch_run_record(notch_run *run, const notch_checkpoint *checkpoint,
                                        const notch_train_evaluation *evaluation,
                                        const notch_run_cost *cost, notch_error *error);

/* Appends a line to metrics.jsonl with the SHA-256 of the checkpoint's weights (digest, of
 * notch_checkpoint_digest) and that of the chain of all recorded so far: C = SHA-256(C before,
 * step as 8 bytes, the low one first, digest), beginning with 32 bytes of zero. Errors: INPUT,
 * MEMORY. */
NOTCH_API notch_status notch_run_record_hash(notch_run *run, uint64_t step,
                                             const uint8_t digest[32], notch_error *error);

/* Writes last.notch, with the run's configuration, and best.notch where the checkpoint has an
 * evaluation with more recognised images than all before. Errors: those of
 * notch_checkpoint_write. */
NOTCH_API notch_status notch_run_save(notch_run *run, const notch_checkpoint *checkpoint,
                                      notch_error *error);

/* What a line of metrics.jsonl tells of the whole model; a number that is null there is NaN. */
typedef struct notch_run_evaluation {
    uint64_t step, epoch, test_count, saturated, moved;
    double train_loss, train_accuracy, test_loss, test_accuracy, seconds;
    uint8_t digest[32]; /* of the weights: parameters_sha256 */
} notch_run_evaluation;

/* The evaluations that a run's metrics.jsonl tells of, by rising steps; a last line that is not
 * complete is left out. path: of its folder or of the file itself. *evaluations is to be freed with
 * free(), NULL if there are none. Errors: ARGUMENT, INPUT, MEMORY. */
NOTCH_API notch_status notch_run_read_evaluations(const char *path,
                                                  notch_run_evaluation **evaluations, size_t *count,
                                                  notch_error *error);

/* Calls take(self, evaluation, line, length) for each evaluation that a run's metrics.jsonl tells
 * of, by rising steps; line[0 .. length) is the whole line, which has more. Only what `evaluation`
 * holds has been checked: the rest may be any bytes. path and errors: as above, and what `take`
 * returns, which ends the reading unless it is OK. */
typedef notch_status notch_run_take_evaluation(void *self, const notch_run_evaluation *evaluation,
                                               const char *line, size_t length, notch_error *error);
NOTCH_API notch_status notch_run_visit_evaluations(const char *path,
                                                   notch_run_take_evaluation *take, void *self,
                                                   notch_error *error);

/* The weights that a run had after a step. */
typedef struct notch_step_hash {
    uint64_t step;
    uint8_t digest[32];
} notch_step_hash;

/* The hashes in the metrics of another run, by rising steps. path: of its folder or of the file
 * itself. *hashes is to be freed with free(), NULL if there are none. Errors: ARGUMENT, INPUT,
 * MEMORY. */
NOTCH_API notch_status notch_run_read_hashes(const char *path, notch_step_hash **hashes,
                                             size_t *count, notch_error *error);

#ifdef __cplusplus
}
#endif

#endif
