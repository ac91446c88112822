/* rows_avx2.c - rows with AVX2.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/target.h"
#include "kernels/x86/transpose.h"

#define TARGET NOTCH_TARGET_AVX2
#define TABLE notch_rows_avx2

#include "kernels/rows_body.h"
