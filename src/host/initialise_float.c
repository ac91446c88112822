/* initialise_float.c - first weights in 32-bit floats.
 * SPDX-License-Identifier: MIT
 */
#include "host/initialise_float.h"

#include <math.h>

enum {
    CHUNK = 64, /* weights at a time */
    BELL_WORDS = 6,
    BELL_MEAN = 6 * 65535
};

void notch_initialise_uniform(float bound, const notch_key *key, uint64_t count, float *values)
{
    uint32_t words[CHUNK];
    for (uint64_t first = 0; first < count; first += CHUNK) {
        const uint64_t left = count - first, chunk = left < CHUNK ? left : CHUNK;
        (void)notch_random_fill(key, first, chunk, words, NOTCH_ISA_BEST, NULL);
        for (uint64_t i = 0; i < chunk; i++) {
            /* odd, below 2^24 in magnitude: exact as a float, also divided by a power of two */
            const int32_t odd = 2 * (int32_t)(words[i] >> 8) + 1 - (1 << 24);
            values[first + i] = bound * ((float)odd / 16777216.0f);
        }
    }
}

void notch_initialise_bell(float deviation, const notch_key *key, uint64_t count, float *values)
{
    uint32_t words[CHUNK * BELL_WORDS];
    for (uint64_t first = 0; first < count; first += CHUNK) {
        const uint64_t left = count - first, chunk = left < CHUNK ? left : CHUNK;
        (void)notch_random_fill(key, BELL_WORDS * first, BELL_WORDS * chunk, words, NOTCH_ISA_BEST,
                                NULL);
        for (uint64_t i = 0; i < chunk; i++) {
            int32_t sum = -BELL_MEAN; /* up to 6 * 65535 in magnitude */
            for (uint64_t k = 0; k < BELL_WORDS; k++) {
                const uint32_t word = words[BELL_WORDS * i + k];
                sum += (int32_t)(word >> 16) + (int32_t)(word & 65535);
            }
            values[first + i] = deviation * ((float)sum / 65536.0f);
        }
    }
}

static void fill(float value, uint64_t count, float *values)
{
    for (uint64_t i = 0; i < count; i++) {
        values[i] = value;
    }
}

void notch_initialise_float(const notch_model *model, uint32_t tensor,
                            notch_initialisation initialisation, const notch_key *key,
                            float *values)
{
    const notch_tensor *t = &model->tensors[tensor];
    const notch_layer *layer = &model->layers[t->layer];
    const notch_key own = {key->seed, key->step, key->stream + tensor};
    if (layer->type == NOTCH_LAYER_BATCH_NORM) {
        fill(t->role == NOTCH_TENSOR_WEIGHT ? 1 : 0, t->count, values);
    } else if (initialisation == NOTCH_INITIALISATION_HE && t->role == NOTCH_TENSOR_WEIGHT &&
               layer->type == NOTCH_LAYER_CONVOLUTION) {
        const uint64_t fan_out = (uint64_t)t->sizes[0] * t->sizes[2] * t->sizes[3];
        notch_initialise_bell((float)sqrt(2.0 / (double)fan_out), &own, t->count, values);
    } else {
        notch_initialise_uniform((float)(1 / sqrt((double)t->fan_in)), &own, t->count, values);
    }
}
