/* features.h - which instructions beyond its baseline this 64-bit ARM processor has.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_KERNELS_ARM_FEATURES_H
#define NOTCH_KERNELS_ARM_FEATURES_H

#include <stdbool.h>

/* SDOT: FEAT_DotProd, an option of ARMv8.2. */
bool notch_arm_has_dot_product(void);

#endif
