/* initialise_float.h - first weights in 32-bit floats.
 * SPDX-License-Identifier: MIT
 *
 * Functions of their arguments, bit for bit: random words are scaled exactly and then rounded once
 * or twice; the only function beyond + - * / is sqrt, which IEEE 754 rounds correctly.
 */
#ifndef NOTCH_HOST_INITIALISE_FLOAT_H
#define NOTCH_HOST_INITIALISE_FLOAT_H

#include <notch/train.h>

/* values[i] = bound * u_i, 0 <= i < count, u_i = (2 k_i + 1 - 2^24) / 2^24 with k_i the upper 24
 * bits of random word i of the stream: uniform on (-bound, bound), symmetric about zero. */
void notch_initialise_uniform(float bound, const notch_key *key, uint64_t count, float *values);

/* values[i] = deviation * z_i, z_i = (s_i - 6 * 65535) / 65536, where s_i is the sum of the 12
 * halves of random words 6 i to 6 i + 5 of the stream: approximately normal with mean 0 and
 * variance 1 - 2^-32, symmetric, at most 6 away from zero, kurtosis 2.9. */
void notch_initialise_bell(float deviation, const notch_key *key, uint64_t count, float *values);

/* The first weights of one tensor, from stream key->stream + tensor, see notch_initialisation. */
void notch_initialise_float(const notch_model *model, uint32_t tensor,
                            notch_initialisation initialisation, const notch_key *key,
                            float *values);

#endif
