/* initialise.c - the first weights of a model, drawn in integers.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/message.h"
#include "model/layers.h"

enum {
    WORDS = 6,        /* a weight: twelve uniforms of 16 bits */
    MEAN = 6 * 65535, /* of their sum; its variance is 2^32 - 1 */
    WEIGHTS_AT_A_TIME = 64
};

static void store(const notch_lattice *lattice, void *weights, uint64_t i, int32_t value)
{
    if (lattice->bytes == 2) {
        ((int16_t *)weights)[i] = (int16_t)value;
    } else {
        ((int8_t *)weights)[i] = (int8_t)value;
    }
}

/* round(x / 2^32) within the lattice, ties away from zero. |x| < 2^51: a deviation is below 2^32
 * and the sum differs by at most 6 * 65535 < 2^19 from its mean. */
static int32_t nearest_point(const notch_lattice *lattice, int64_t x)
{
    const uint64_t magnitude = (uint64_t)(x < 0 ? -x : x);
    const int32_t rounded = (int32_t)((magnitude + (UINT64_C(1) << 31)) >> 32);
    const int32_t value = x < 0 ? -rounded : rounded;
    return value < lattice->minimum   ? lattice->minimum
           : value > lattice->maximum ? lattice->maximum
                                      : value;
}

static int32_t draw(const notch_lattice *lattice, uint32_t deviation, const uint32_t words[WORDS])
{
    if (lattice->bits == 1) {
        return words[0] >> 31 != 0 ? 1 : -1;
    }
    int64_t sum = -MEAN;
    for (int k = 0; k < WORDS; k++) {
        sum += (words[k] & 0xffffu) + (words[k] >> 16);
    }
    return nearest_point(lattice, sum * (int64_t)deviation);
}

static notch_status check_lattice(const notch_lattice *lattice, notch_error *error)
{
    notch_lattice known;
    if (lattice == NULL || notch_lattice_init(&known, lattice->bits, NULL) != NOTCH_OK ||
        known.minimum != lattice->minimum || known.maximum != lattice->maximum ||
        known.spacing != lattice->spacing || known.bytes != lattice->bytes) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "initialisation: expected a lattice that notch_lattice_init made");
    }
    return NOTCH_OK;
}

notch_status notch_initialise_normal(const notch_lattice *lattice, uint32_t deviation,
                                     const notch_key *key, uint64_t count, void *weights,
                                     notch_error *error)
{
    uint32_t words[WEIGHTS_AT_A_TIME * WORDS];
    if (key == NULL || (weights == NULL && count > 0) || count > NOTCH_MODEL_PARAMETERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "initialisation: expected a key and up to %u weights",
                          NOTCH_MODEL_PARAMETERS_MAX);
    }
    notch_status status = check_lattice(lattice, error);
    for (uint64_t i = 0; i < count && status == NOTCH_OK;) {
        const uint64_t left = count - i;
        const uint64_t some = left < WEIGHTS_AT_A_TIME ? left : WEIGHTS_AT_A_TIME;
        status = notch_random_fill(key, i * WORDS, some * WORDS, words, NOTCH_ISA_BEST, error);
        for (uint64_t k = 0; k < some && status == NOTCH_OK; k++) {
            store(lattice, weights, i + k, draw(lattice, deviation, words + k * WORDS));
        }
        i += some;
    }
    return status;
}

uint32_t notch_initialise_deviation(const notch_lattice *lattice)
{
    const uint32_t one = UINT32_C(1) << 16;
    switch (lattice == NULL ? 0 : lattice->bits) {
    case 2:
        return one / 4 * 3;
    case 4:
        return one * 2;
    case 8:
    case 16:
        return (uint32_t)(UINT64_C(20) * one * (uint64_t)lattice->maximum / 127);
    default:
        return 0;
    }
}

notch_status notch_initialise_tensor(const notch_model *model, uint32_t tensor,
                                     const notch_lattice *lattice, const notch_key *key,
                                     void *weights, notch_error *error)
{
    if (model == NULL || tensor >= model->tensor_count || key == NULL || weights == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT,
                          "initialisation: expected a tensor of a model, a key and its weights");
    }
    const notch_tensor *t = &model->tensors[tensor];
    notch_status status = check_lattice(lattice, error);
    if (status != NOTCH_OK) {
        return status;
    }
    if (key->stream >= (UINT32_C(1) << 24) - tensor) {
        return notch_fail(error, NOTCH_ERROR_RANGE,
                          "tensor '%s': its stream number is %u, expected less than 2^24", t->name,
                          (uint64_t)key->stream + tensor);
    }
    const bool norm = model->layers[t->layer].type == NOTCH_LAYER_BATCH_NORM;
    const bool fixed = norm || t->role == NOTCH_TENSOR_BIAS;
    const int32_t value = t->role == NOTCH_TENSOR_WEIGHT ? 1 : 0;
    if (fixed && (value == 1 || lattice->bits != 1)) {
        for (uint64_t i = 0; i < t->count; i++) {
            store(lattice, weights, i, value);
        }
        return NOTCH_OK;
    }
    const notch_key own = {key->seed, key->step, key->stream + tensor};
    return notch_initialise_normal(lattice, notch_initialise_deviation(lattice), &own, t->count,
                                   weights, error);
}
