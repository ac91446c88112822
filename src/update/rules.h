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

#endif
