/* binomial.h - exact binomial counts from fair bits.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_SAMPLE_BINOMIAL_H
#define NOTCH_UPDATE_SAMPLE_BINOMIAL_H

#include "kernels/kernels.h"

/* Number of successes among `trials` <= 2^40 trials of probability min(numerator / denominator, 1),
 * denominator < 2^63: a pure function of the key and of `node` < 2^36, which tells apart the draws
 * made under one key. `key` is the group's; the draw has a stream of its own.
 *
 * Law: exact as long as fewer than 4,096 trials are undecided at a time, that is for trials <
 * 4,096; beyond, each of the at most 29 larger counts of fair bits is within 2^-40 of its law in
 * total variation. */
uint64_t notch_binomial(const notch_kernels *kernels, const notch_key *key, uint64_t node,
                        uint64_t trials, uint64_t numerator, uint64_t denominator);

/* Number of ones among `bits` <= 2^40 fair bits: the law on which notch_binomial stands, for tests.
 * Draws from block number `first_block` of the stream on. */
uint64_t notch_binomial_fair(const notch_kernels *kernels, const notch_key *key,
                             uint64_t first_block, uint64_t bits);

#endif
