/* checkpoint.c - model files in memory.
 * SPDX-License-Identifier: MIT
 */
#include "host/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/sha256.h"
#include "host/checkpoint_bytes.h"

size_t notch_value_bytes(notch_value_type type)
{
    return type == NOTCH_VALUE_I8 ? 1 : type == NOTCH_VALUE_I16 ? 2 : 4;
}

bool notch_stored_tensor_reserve(notch_stored_tensor *tensor, uint64_t count)
{
    if (count > SIZE_MAX) {
        return false;
    }
    tensor->values = calloc((size_t)count, notch_value_bytes(tensor->type));
    return tensor->values != NULL;
}

bool notch_lattice_is_known(const notch_lattice *lattice)
{
    notch_lattice known;
    return notch_lattice_init(&known, lattice->bits, NULL) == NOTCH_OK &&
           lattice->minimum == known.minimum && lattice->maximum == known.maximum &&
           lattice->spacing == known.spacing && lattice->bytes == known.bytes;
}

static bool reserve_tensors(notch_checkpoint *checkpoint, const notch_lattice *lattice)
{
    for (uint32_t i = 0; i < checkpoint->model.tensor_count; i++) {
        const uint64_t count = checkpoint->model.tensors[i].count;
        notch_stored_tensor *tensor = &checkpoint->tensors[i];
        tensor->type = NOTCH_VALUE_F32;
        if (lattice != NULL) {
            tensor->type = lattice->bytes == 2 ? NOTCH_VALUE_I16 : NOTCH_VALUE_I8;
            tensor->lattice = *lattice;
        }
        if (!notch_stored_tensor_reserve(tensor, count)) {
            return false;
        }
        if (lattice != NULL && lattice->bits == 1) {
            memset(tensor->values, -1, (size_t)count);
        }
    }
    return true;
}

notch_status notch_checkpoint_create(const notch_model *model, const notch_lattice *lattice,
                                     notch_checkpoint **checkpoint, notch_error *error)
{
    if (model == NULL || checkpoint == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "checkpoint: the %s is missing",
                          model == NULL ? "model" : "result");
    }
    if (model->layer_count < 1 || model->layer_count > NOTCH_LAYERS_MAX ||
        model->tensor_count > NOTCH_TENSORS_MAX) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "checkpoint: the model was not made by notch_model_init");
    }
    if (lattice != NULL && !notch_lattice_is_known(lattice)) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "checkpoint: the lattice was not made by notch_lattice_init");
    }
    notch_checkpoint *created = calloc(1, sizeof *created);
    if (created != NULL) {
        created->model = *model;
        created->classes = model->layers[model->layer_count - 1].shape.channels;
        created->pixels.deviation = 65536;
    }
    if (created == NULL || !reserve_tensors(created, lattice)) {
        notch_checkpoint_destroy(created);
        return notch_fail(error, NOTCH_ERROR_MEMORY, "checkpoint: no memory for %u weights",
                          model->parameters);
    }
    *checkpoint = created;
    return NOTCH_OK;
}

void notch_checkpoint_destroy(notch_checkpoint *checkpoint)
{
    if (checkpoint == NULL) {
        return;
    }
    for (uint32_t i = 0; i < checkpoint->model.tensor_count; i++) {
        free(checkpoint->tensors[i].values);
    }
    free(checkpoint->state);
    free(checkpoint->config);
    free(checkpoint->calibrations);
    free(checkpoint->momentum);
    free(checkpoint->accumulators);
    free(checkpoint);
}

void notch_checkpoint_values(const notch_checkpoint *checkpoint, notch_values *values)
{
    for (uint32_t i = 0; i < checkpoint->model.tensor_count; i++) {
        values[i] = (notch_values){checkpoint->tensors[i].type, checkpoint->tensors[i].values};
    }
}

/* Values first .. first + count as little-endian bytes. */
static void encode_values(const notch_stored_tensor *tensor, uint64_t first, size_t count,
                          uint8_t *bytes)
{
    if (tensor->type == NOTCH_VALUE_I8) {
        memcpy(bytes, (const int8_t *)tensor->values + first, count);
    } else if (tensor->type == NOTCH_VALUE_I16) {
        const int16_t *values = (const int16_t *)tensor->values + first;
        for (size_t i = 0; i < count; i++) {
            bytes[2 * i] = (uint8_t)((uint16_t)values[i] & 255);
            bytes[2 * i + 1] = (uint8_t)((uint16_t)values[i] >> 8);
        }
    } else {
        const float *values = (const float *)tensor->values + first;
        for (size_t i = 0; i < count; i++) {
            notch_put_f32(bytes + 4 * i, values[i]);
        }
    }
}

void notch_checkpoint_digest(const notch_checkpoint *checkpoint, uint8_t digest[32])
{
    uint8_t bytes[4 * NOTCH_CHECKPOINT_PIECE];
    notch_sha256 hash;
    notch_sha256_init(&hash);
    for (uint32_t i = 0; i < checkpoint->model.tensor_count; i++) {
        const notch_stored_tensor *tensor = &checkpoint->tensors[i];
        const uint64_t count = checkpoint->model.tensors[i].count;
        for (uint64_t first = 0; first < count; first += NOTCH_CHECKPOINT_PIECE) {
            const size_t piece = count - first < NOTCH_CHECKPOINT_PIECE ? (size_t)(count - first)
                                                                        : NOTCH_CHECKPOINT_PIECE;
            encode_values(tensor, first, piece, bytes);
            notch_sha256_add(&hash, bytes, piece * notch_value_bytes(tensor->type));
        }
    }
    notch_sha256_finish(&hash, digest);
}
