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

enum {
    ROWS = 6,
    PARTS = 1
};
#define EACH_ROWS(do) do(1) do(2) do(3) do(4) do(5) do(6)

/* Written as an instruction, since compilers differ in what makes them offer vdotq_s32 to one
 * function of a file that is compiled for processors without it. */
static inline void step(int32x4_t sums[PARTS], int8x16_t left, int8x16_t right)
{
    __asm__(".arch_extension dotprod\n\t"
            "sdot %0.4s, %1.16b, %2.16b"
            : "+w"(sums[0])
            : "w"(left), "w"(right));
}

static inline int32x4_t finished(const int32x4_t sums[PARTS])
{
    return sums[0];
}

#include "kernels/arm/matrix_tile.h"

const notch_matrix_kernels notch_matrix_neon_dot = {
    .name = "neon-dot",
    .unit_terms = 4,
    .panel = NOTCH_PANEL_NEON,
    .lanes = LANES,
    .tile_rows = ROWS,
    .block_units = 128,
    .block_rows = 96,
    .block_columns = 256,
    .pack_rows = notch_pack_rows_bytes_ref,
    .pack_left = notch_pack_left_neon,
    .pack_right = notch_pack_right_neon,
    .multiply = multiply,
};

#endif
