/* notch/checkpoint.h - model files: a graph, its weights, and what it takes to go on training.
 * SPDX-License-Identifier: MIT
 *
 * One format for finished models and for interrupted runs, described byte by byte in
 * docs/format.md: little-endian, versioned, in sections with sizes and checksums, integer weights
 * packed to the bits of their lattice. Reading takes hostile bytes: every size is checked against
 * the limits of notch/model.h and against the file before memory is reserved.
 */
#ifndef NOTCH_CHECKPOINT_H
#define NOTCH_CHECKPOINT_H

#include <notch/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the weights of a tensor are kept: integers of a lattice, or 32-bit floats. */
typedef struct notch_stored_tensor {
    notch_value_type type; /* I8 and I16 as lattice.bytes says, or F32 */
    notch_lattice lattice; /* I8 and I16 only */
    void *values;          /* as many as the model's tensor has */
} notch_stored_tensor;

/* Everything in memory, owned by the checkpoint. Pointers may be NULL where their count is 0. */
typedef struct notch_checkpoint {
    notch_model model;
    uint32_t classes;
    notch_engine_type engine; /* that trained it */
    notch_standardisation pixels;
    uint32_t sharpness; /* of the logits, see notch_engine_options; 0 to 6 */
    notch_stored_tensor tensors[NOTCH_TENSORS_MAX]; /* the model's tensor_count are used */
    uint32_t *state;                                /* of the engine, see notch_engine_state */
    size_t state_count;
    char *config; /* the run's configuration as INI text, NUL-terminated, up to 1 MiB; or NULL,
                     which is also how an empty one is read */

    /* What it takes to go on; zero in a model that is finished. */
    uint64_t step; /* batches seen */
    uint64_t seed;
    notch_calibration *calibrations; /* of the update, see notch_update_groups */
    size_t calibration_count;
    float *momentum; /* of sgd: the model's parameters in order, or none */
    size_t momentum_count;
    int32_t *accumulators; /* of rule bold: the model's parameters in order, or none */
    size_t accumulator_count;
    char unknown_state[5]; /* what more the file holds for that and this version does not know: a
                              section's tag, and training must not go on; or "" */

    /* Of the evaluation that belongs to these weights. */
    uint64_t test_count, test_correct;
    double test_loss; /* mean */
} notch_checkpoint;

/* A checkpoint for `model`, with weights of zero on `lattice` (of notch_lattice_init; -1 where it
 * has no zero) or as 32-bit floats (NULL) for every tensor; classes is the number of outputs,
 * pixels.deviation one step of a pixel, and all else is zero. Single tensors may be given another
 * type, lattice and memory of malloc afterwards, and so may the other pointers.
 * Errors: ARGUMENT, MEMORY. */
NOTCH_API notch_status notch_checkpoint_create(const notch_model *model,
                                               const notch_lattice *lattice,
                                               notch_checkpoint **checkpoint, notch_error *error);
/* NULL is fine. */
NOTCH_API void notch_checkpoint_destroy(notch_checkpoint *checkpoint);

/* Writes path, replacing it at once when all is on disk (a temporary file beside it, then a
 * rename): whoever reads path sees the old file or the new one, and after a failure the old one is
 * there and the temporary one is not. The same checkpoint gives the same bytes on every machine.
 * Errors: ARGUMENT (no valid model, weights off their lattice, counts that contradict the model),
 * INPUT (the sentence names the path and what the system said), MEMORY. */
NOTCH_API notch_status notch_checkpoint_write(const notch_checkpoint *checkpoint, const char *path,
                                              notch_error *error);

/* What is read can be relied on: the model passes notch_model_check, weights are on their lattices
 * (floats may be anything, NaN included), momentum_count and accumulator_count
 * are each 0 or the model's parameters; whether
 * state and calibrations suit the engine and the update is the caller's to check.
 * Errors: ARGUMENT, INPUT (not a model file, of a newer version, cut short, damaged; the sentence
 * names path, section and what was expected), MEMORY. */
NOTCH_API notch_status notch_checkpoint_read(const char *path, notch_checkpoint **checkpoint,
                                             notch_error *error);

/* Whether the file begins as model files do, damaged ones included, and as no text does. False if
 * it cannot be read. */
NOTCH_API bool notch_checkpoint_recognise(const char *path);

/* The weights as engines take them: values[0 .. the model's tensor_count). */
NOTCH_API void notch_checkpoint_values(const notch_checkpoint *checkpoint, notch_values *values);

/* SHA-256 of all weights, tensor by tensor in the model's order, each value as a little-endian
 * integer of lattice.bytes bytes or as the bits of its float: `parameters sha256` of a run. */
NOTCH_API void notch_checkpoint_digest(const notch_checkpoint *checkpoint, uint8_t digest[32]);

#ifdef __cplusplus
}
#endif

#endif
