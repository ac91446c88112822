/* positions.h - categories as intervals on the axis of the trials.
 * SPDX-License-Identifier: MIT
 *
 * The axis has `trials` unit strata. Category i of a group takes up [n C_{i-1} / Z, n C_i / Z); a
 * block starts where its `stratum` and `fraction` say and ends where the next one starts. Inside a
 * block, positions are proportional to its cumulative masses.
 *
 * Error of a position, in units of 2^-32 stratum, the resolution at which it is used: a narrow
 * block loses less than 3/64 by its start (rounded down to 1/64), its ratio (rounded up, less than
 * 1/64) and the product (rounded down to 1/64), a wide one less than 2/64; rounding down to a unit
 * then loses less than one. The two ends of a category are off in the same direction, so its
 * expected count is off by less than 1 + 3/64 units, and by 0 if its mass is 0.
 */
#ifndef NOTCH_UPDATE_SAMPLE_POSITIONS_H
#define NOTCH_UPDATE_SAMPLE_POSITIONS_H

#include "base/wide.h"
#include "update/block.h"
#include "update/scratch.h"

/* Position of `cumulative` out of `total` on an axis of `trials` strata, cumulative <= total <
 * 2^63, total > 0: whole strata, and the rest rounded down to 2^-NOTCH_POSITION_BITS. */
void notch_position_of(uint64_t cumulative, uint64_t total, uint64_t trials, uint64_t *stratum,
                       uint64_t *fraction);

/* Whether notch_positions serves for the block (it spans at most NOTCH_NARROW_STRATA strata). */
bool notch_block_is_narrow(const notch_block *block);

/* For a narrow block with mass_sum > 0. */
notch_positions notch_block_positions(const notch_block *block);

/* Splits the expected counts lambda of a block with mass_sum > 0 and these masses: whole[i] becomes
 * floor(lambda_i) and remainders[i] the rest in units of 2^-32. `total` and `trials` are the axis'.
 * The ends of categories are rounded down to units; exactly so where the block's weight is a
 * multiple of its mass_sum, as it is for integer masses, so that whole expected counts have
 * remainder 0. */
void notch_block_expected(const notch_block *block, uint64_t total, uint64_t trials,
                          const uint32_t *masses, uint64_t *whole, uint32_t *remainders);

/* The points of the strata that a narrow block touches, as fractions of 2^-32: that of stratum
 * block->stratum + k is points[k], or points[0] for all where `shared`. They stand in
 * scratch->words, with the words beyond that notch_kernels.point_counts may read. `key` is the
 * group's. */
const uint32_t *notch_stratum_points(const notch_kernels *kernels, const notch_key *key,
                                     const notch_block *block, bool shared, notch_scratch *scratch);

/* Counts of the stratified (systematic: `shared`) sampler for a block with mass_sum > 0 and these
 * masses: scratch->counts, and scratch->wide_counts where `wide`. `key` is the group's. */
void notch_points_block(const notch_kernels *kernels, const notch_key *key,
                        const notch_block *block, const uint32_t *masses, bool shared, bool wide,
                        notch_scratch *scratch);

#endif
