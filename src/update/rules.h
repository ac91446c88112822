/* rules.h - the update rules, a block at a time.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_RULES_H
#define NOTCH_UPDATE_RULES_H

#include "update/sample/plan.h"

/* Rule sr: scratch->counts[i] = floor(lambda_i) + [a uniform word of its own < remainder], from
 * its masses. The plan's blocks have been placed and notch_plan_touches the block. */
void notch_rule_sr(const notch_plan *plan, const notch_kernels *kernels, const notch_block *block,
                   const uint32_t *masses, notch_scratch *scratch);

/* Rule sign: the same with lambda_i = trials / parameters for every element. */
void notch_rule_sign(const notch_plan *plan, const notch_kernels *kernels, const notch_block *block,
                     uint64_t parameters, notch_scratch *scratch);

/* Rule bold: accumulates the block's expected counts and flips weights; scratch->updates[i] is the
 * weight where it flips, else 0. `accumulators` are those of the block's elements, `flipped` the
 * share of notch_calibration from the step before. The plan's blocks have been placed if its total
 * is above 0. Returns how many weights flip. */
uint32_t notch_rule_bold(const notch_plan *plan, const notch_kernels *kernels,
                         const notch_gradient *gradient, const notch_block *block,
                         const int8_t *weights, uint32_t flipped, int32_t *accumulators,
                         notch_scratch *scratch);

/* flips / parameters as notch_calibration.flipped. */
uint32_t notch_bold_share(uint64_t flips, uint64_t parameters);

#endif
