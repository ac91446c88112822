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

/* Rule bold: accumulates the block's expected counts; scratch->updates[i] is 1 or -1 where a notch
 * has come together, else 0. `moved_share` is that of notch_calibration from the step before. The
 * plan's blocks have been placed if its total is above 0. Returns how many weights move. */
uint32_t notch_rule_bold(const notch_plan *plan, const notch_kernels *kernels,
                         const notch_parameter *parameter, const notch_block *block,
                         uint32_t moved_share, notch_scratch *scratch);

/* moves / parameters as notch_calibration.moved_share. */
uint32_t notch_bold_share(uint64_t moves, uint64_t parameters);

#endif
