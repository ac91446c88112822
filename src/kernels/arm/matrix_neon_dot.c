/* matrix_neon_dot.c - tiles of a product of matrices, for NEON with dot product.
 * SPDX-License-Identifier: MIT
 *
 * SDOT adds four products of int8, at most 2^16 together, to an int32, modulo 2^32: it never
 * saturates.
 */
#include <string.h>

#include "kernels/arm/matrix_arm.h"

#if NOTCH_HAVE_NEON

#include <arm_neon.h>

#include "kernels/unroll.h"

#if defined(__clang__)
#define TARGET __attribute__((target("dotprod")))
#else
#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif
enum {
    ROWS = 5, /* 20 vectors of sums leave room for what is loaded */
    PARTS = 1
};
#define EACH_ROWS(do)                                                                              \
    do                                                                                             \
    (1) do(2) do(3) do(4) do(5)

/* An instruction, since arm_neon.h of clang before 16 has vdotq_s32 only where the whole file is
 * compiled for processors with it. */
TARGET static inline void step(int32x4_t sums[PARTS], int8x16_t left, int8x16_t right)
{
    __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(sums[0]) : "w"(left), "w"(right));
}

TARGET static inline int32x4_t finished(const int32x4_t sums[PARTS])
{
    return sums[0];
}

#include "kernels/arm/matrix_tile.h"

const notch_matrix_kernels notch_matrix_neon_dot = {
    .name = "neon-dot",
    .unit_terms = 4,
    .unit_group = 1,
    .panel = NOTCH_PANEL_NEON,
    .lanes = LANES,
    .tile_rows = ROWS,
    .block_units = 128,
    .block_rows = 96,
    .block_columns = 256,
    .pack_rows = notch_pack_rows_ref,
    .pack_left = notch_pack_left_neon,
    .pack_right = notch_pack_right_neon,
    .multiply = multiply,
};

#endif
