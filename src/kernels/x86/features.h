/* features.h - which vector instructions this processor and its operating system offer.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_KERNELS_X86_FEATURES_H
#define NOTCH_KERNELS_X86_FEATURES_H

#include <stdbool.h>

bool notch_x86_has_avx2(void);
/* F, BW, DQ, VL and IFMA. */
bool notch_x86_has_avx512(void);

#endif
