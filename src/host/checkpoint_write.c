/* checkpoint_write.c - model files: from memory to the disk.
 * SPDX-License-Identifier: MIT
 */
#include "host/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "host/checkpoint_bytes.h"
#include "host/checkpoint_file.h"
#include "host/checkpoint_model.h"
#include "host/checkpoint_pack.h"

typedef struct writer {
    const notch_checkpoint *checkpoint;
    const char *name;
    notch_model again; /* the model as a reader will build it */
    uint8_t model[NOTCH_STORED_MODEL_MAX];
    notch_checkpoint_out out;
} writer;

/* ---- what is written will be read ------------------------------------------------------------ */

static notch_status check_model(writer *w, notch_error *error)
{
    const notch_checkpoint *c = w->checkpoint;
    uint32_t classes;
    notch_error reason = {0};
    if (c->model.layer_count < 1 || c->model.layer_count > NOTCH_LAYERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the model has %u layers", w->name,
                          (uint64_t)c->model.layer_count);
    }
    notch_stored_model_encode(&c->model, c->classes, w->model);
    if (notch_stored_model_decode(w->model, notch_stored_model_bytes(c->model.layer_count),
                                  &w->again, &classes, &reason) != NOTCH_OK) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the model cannot be written: %s",
                          w->name, reason.message);
    }
    return NOTCH_OK;
}

static notch_status check_tensors(const writer *w, notch_error *error)
{
    for (uint32_t i = 0; i < w->again.tensor_count; i++) {
        const notch_stored_tensor *tensor = &w->checkpoint->tensors[i];
        const char *name = w->again.tensors[i].name;
        if (tensor->values == NULL) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: tensor %s has no values", w->name,
                              name);
        }
        if (tensor->type == NOTCH_VALUE_F32) {
            continue;
        }
        if (!notch_lattice_is_known(&tensor->lattice) ||
            tensor->type != (tensor->lattice.bytes == 2 ? NOTCH_VALUE_I16 : NOTCH_VALUE_I8)) {
            return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                              "%s: tensor %s: the lattice does not go with the type, or "
                              "notch_lattice_init did not make it",
                              w->name, name);
        }
    }
    return NOTCH_OK;
}

static notch_status check_counts(const writer *w, notch_error *error)
{
    const notch_checkpoint *c = w->checkpoint;
    const char *culprit = NULL;
    if (c->engine != NOTCH_ENGINE_INT && c->engine != NOTCH_ENGINE_FLOAT) {
        culprit = "engine is not known";
    } else if (c->pixels.mean > NOTCH_FORMAT_PIXEL_MAX || c->pixels.deviation < 1 ||
               c->pixels.deviation > NOTCH_FORMAT_PIXEL_MAX) {
        culprit = "standardisation is out of range";
    } else if (c->sharpness > NOTCH_FORMAT_SHARPNESS_MAX) {
        culprit = "sharpness is more than 6";
    } else if (c->state_count > NOTCH_MODEL_PARAMETERS_MAX ||
               (c->state_count > 0 && c->state == NULL)) {
        culprit = "state of the engine is missing or has too many values";
    } else if (c->config != NULL && strlen(c->config) > NOTCH_FORMAT_CONFIG_MAX) {
        culprit = "configuration is longer than 1 MiB";
    } else if (c->calibration_count > NOTCH_TENSORS_MAX ||
               (c->calibration_count > 0 && c->calibrations == NULL)) {
        culprit = "calibrations are missing or more than tensors can be";
    } else if (c->momentum_count > 0 &&
               (c->momentum == NULL || c->momentum_count != w->again.parameters)) {
        culprit = "momentum is missing or not that of all parameters";
    } else if (c->accumulator_count > 0 &&
               (c->accumulators == NULL || c->accumulator_count != w->again.parameters)) {
        culprit = "accumulators are missing or not those of all parameters";
    } else if (c->test_correct > c->test_count) {
        culprit = "evaluation has more correct images than images";
    } else if (c->unknown_state[0] != '\0') {
        culprit = "state for training on was not read in full, so that it cannot be written";
    }
    return culprit == NULL ? NOTCH_OK
                           : notch_fail(error, NOTCH_ERROR_ARGUMENT, "%s: the checkpoint's %s",
                                        w->name, culprit);
}

/* ---- sections -------------------------------------------------------------------------------- */

static void put_section(writer *w, notch_format_section section, const uint8_t *bytes, size_t count)
{
    notch_checkpoint_out_section(&w->out, section, 0, count);
    notch_checkpoint_out_put(&w->out, bytes, count);
}

static void put_engine(writer *w)
{
    uint8_t bytes[NOTCH_FORMAT_ENGINE] = {0};
    notch_put_u32(bytes, (uint32_t)w->checkpoint->engine);
    notch_put_u32(bytes + 4, w->checkpoint->pixels.mean);
    notch_put_u32(bytes + 8, w->checkpoint->pixels.deviation);
    notch_put_u32(bytes + 12, w->checkpoint->sharpness);
    put_section(w, NOTCH_FORMAT_ENGN, bytes, sizeof bytes);
}

/* Packs values first .. first + count and puts them. */
static void put_piece(writer *w, const notch_stored_tensor *tensor, const char *name,
                      uint64_t first, uint64_t count)
{
    uint8_t bytes[4 * NOTCH_CHECKPOINT_PIECE];
    const uint8_t *values =
        (const uint8_t *)tensor->values + first * notch_value_bytes(tensor->type);
    uint32_t bits = 32;
    if (tensor->type == NOTCH_VALUE_F32) {
        notch_pack_words(values, count, bytes);
    } else {
        const uint64_t packed = notch_pack(&tensor->lattice, values, count, bytes);
        if (packed != count && w->out.status == NOTCH_OK) {
            w->out.status = notch_fail(
                w->out.error, NOTCH_ERROR_ARGUMENT,
                "%s: tensor %s: weight %u is not on its lattice of %u bits, expected a whole "
                "number of magnitude up to %u, and not 0 if that is 1",
                w->name, name, first + packed, (uint64_t)tensor->lattice.bits,
                (uint64_t)tensor->lattice.maximum);
        }
        bits = tensor->lattice.bits;
    }
    notch_checkpoint_out_put(&w->out, bytes, (size_t)notch_packed_bytes(count, bits));
}

static void put_tensor(writer *w, uint32_t index)
{
    const notch_stored_tensor *tensor = &w->checkpoint->tensors[index];
    const uint64_t count = w->again.tensors[index].count;
    const bool is_float = tensor->type == NOTCH_VALUE_F32;
    const uint32_t bits = is_float ? 32 : tensor->lattice.bits;
    uint8_t header[NOTCH_FORMAT_TENSOR_HEADER] = {0};
    notch_put_u32(header, (uint32_t)tensor->type);
    notch_put_u32(header + 4, bits);
    if (!is_float) {
        notch_put_i32(header + 8, tensor->lattice.minimum);
        notch_put_i32(header + 12, tensor->lattice.maximum);
        notch_put_i32(header + 16, tensor->lattice.spacing);
    }
    notch_checkpoint_out_section(&w->out, NOTCH_FORMAT_TENS, index,
                                 sizeof header + notch_packed_bytes(count, bits));
    notch_checkpoint_out_put(&w->out, header, sizeof header);
    for (uint64_t first = 0; first < count; first += NOTCH_CHECKPOINT_PIECE) {
        const uint64_t left = count - first;
        put_piece(w, tensor, w->again.tensors[index].name, first,
                  left < NOTCH_CHECKPOINT_PIECE ? left : NOTCH_CHECKPOINT_PIECE);
    }
}

static void put_words(writer *w, notch_format_section section, const void *values, size_t count)
{
    uint8_t bytes[4 * NOTCH_CHECKPOINT_PIECE];
    if (count == 0) {
        return;
    }
    notch_checkpoint_out_section(&w->out, section, 0, (uint64_t)count * 4);
    for (size_t first = 0; first < count; first += NOTCH_CHECKPOINT_PIECE) {
        const size_t left = count - first;
        const size_t piece = left < NOTCH_CHECKPOINT_PIECE ? left : NOTCH_CHECKPOINT_PIECE;
        notch_pack_words((const uint8_t *)values + 4 * first, piece, bytes);
        notch_checkpoint_out_put(&w->out, bytes, piece * 4);
    }
}

static void encode_calibration(const notch_calibration *calibration,
                               uint8_t bytes[NOTCH_FORMAT_CALIBRATION])
{
    notch_put_u64(bytes, calibration->scale.mantissa);
    notch_put_u64(bytes + 8, calibration->sum.mantissa);
    notch_put_u64(bytes + 16, calibration->exceeded);
    notch_put_i32(bytes + 24, calibration->scale.exponent);
    notch_put_i32(bytes + 28, calibration->sum.exponent);
    notch_put_u32(bytes + 32, calibration->steps);
    notch_put_u32(bytes + 36, calibration->moved_share);
}

static void put_training(writer *w)
{
    const notch_checkpoint *c = w->checkpoint;
    uint8_t bytes[NOTCH_FORMAT_TRAINING_HEADER] = {0}, calibration[NOTCH_FORMAT_CALIBRATION];
    if (c->step == 0 && c->seed == 0 && c->calibration_count == 0) {
        return;
    }
    notch_checkpoint_out_section(&w->out, NOTCH_FORMAT_TRNG, 0,
                                 sizeof bytes + c->calibration_count * sizeof calibration);
    notch_put_u64(bytes, c->step);
    notch_put_u64(bytes + 8, c->seed);
    notch_put_u32(bytes + 16, (uint32_t)c->calibration_count);
    notch_checkpoint_out_put(&w->out, bytes, sizeof bytes);
    for (size_t i = 0; i < c->calibration_count; i++) {
        encode_calibration(&c->calibrations[i], calibration);
        notch_checkpoint_out_put(&w->out, calibration, sizeof calibration);
    }
}

static void put_evaluation(writer *w)
{
    uint8_t bytes[NOTCH_FORMAT_EVALUATION];
    if (w->checkpoint->test_count == 0) {
        return;
    }
    notch_put_u64(bytes, w->checkpoint->test_count);
    notch_put_u64(bytes + 8, w->checkpoint->test_correct);
    notch_put_f64(bytes + 16, w->checkpoint->test_loss);
    put_section(w, NOTCH_FORMAT_EVAL, bytes, sizeof bytes);
}

static void put_all(writer *w)
{
    const notch_checkpoint *c = w->checkpoint;
    put_section(w, NOTCH_FORMAT_MODL, w->model, notch_stored_model_bytes(c->model.layer_count));
    put_engine(w);
    for (uint32_t i = 0; i < w->again.tensor_count; i++) {
        put_tensor(w, i);
    }
    put_words(w, NOTCH_FORMAT_STAT, c->state, c->state_count);
    if (c->config != NULL && c->config[0] != '\0') {
        put_section(w, NOTCH_FORMAT_CONF, (const uint8_t *)c->config, strlen(c->config));
    }
    put_training(w);
    put_words(w, NOTCH_FORMAT_MOMT, c->momentum, c->momentum_count);
    put_words(w, NOTCH_FORMAT_ACCU, c->accumulators, c->accumulator_count);
    put_evaluation(w);
}

/* ---- files ----------------------------------------------------------------------------------- */

static notch_status write_with(writer *w, const notch_sink *sink, notch_error *error)
{
    notch_status status = check_model(w, error);
    if (status == NOTCH_OK) {
        status = check_tensors(w, error);
    }
    if (status == NOTCH_OK) {
        status = check_counts(w, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    notch_checkpoint_out_begin(&w->out, sink, error);
    put_all(w);
    return notch_checkpoint_out_end(&w->out);
}

notch_status notch_checkpoint_write_sink(const notch_checkpoint *checkpoint, const char *name,
                                         const notch_sink *sink, notch_error *error)
{
    writer *w = malloc(sizeof *w);
    if (w == NULL) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "%s: no memory to write it", name);
    }
    w->checkpoint = checkpoint;
    w->name = name;
    const notch_status status = write_with(w, sink, error);
    free(w);
    return status;
}

static notch_status write_to_file(void *self, const void *bytes, size_t count, notch_error *error)
{
    return notch_new_file_write(self, bytes, count, error);
}

notch_status notch_checkpoint_write(const notch_checkpoint *checkpoint, const char *path,
                                    notch_error *error)
{
    notch_new_file *file = NULL;
    if (checkpoint == NULL || path == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "checkpoint: the %s is missing",
                          checkpoint == NULL ? "checkpoint" : "path");
    }
    notch_status status = notch_new_file_create(path, &file, error);
    if (status != NOTCH_OK) {
        return status;
    }
    const notch_sink sink = {write_to_file, file};
    status = notch_checkpoint_write_sink(checkpoint, path, &sink, error);
    if (status != NOTCH_OK) {
        notch_new_file_discard(file);
        return status;
    }
    return notch_new_file_commit(file, error);
}
