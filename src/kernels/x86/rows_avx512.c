/* rows_avx512.c - rows with AVX-512.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/pool_avx512.h"
#include "kernels/x86/target.h"
#include "kernels/x86/transpose.h"

#define TARGET NOTCH_TARGET_AVX512
#define TABLE notch_rows_avx512

#include "kernels/rows_body.h"
