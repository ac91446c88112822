/* rows_neon.c - rows with NEON.
 * SPDX-License-Identifier: MIT
 *
 * Compilers use NEON for all of rows_ref.c too, since every 64-bit ARM processor has it; what they
 * do not find are the transpositions.
 */
#include "kernels/kernels.h"

#if NOTCH_HAVE_NEON

#include "kernels/arm/transpose.h"

#define TARGET
#define TABLE notch_rows_neon
#define TRANSPOSE_BYTES notch_transpose_bytes
#define TRANSPOSE_WORDS notch_transpose_words

#include "kernels/rows_body.h"

#endif
