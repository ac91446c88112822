/* matrix_neon.c - tiles of a product of matrices, for NEON as every 64-bit ARM processor has it.
 * SPDX-License-Identifier: MIT
 *
 * SMULL multiplies int8 to int16: at most 2^14 = (-128)^2 in magnitude, while a second product on
 * top, as SMLAL would add it, could make 2^15. SADALP adds pairs of them to int32, modulo 2^32.
 */
#include <string.h>

#include "kernels/arm/matrix_arm.h"

#if NOTCH_HAVE_NEON

#include <arm_neon.h>

#include "kernels/unroll.h"

#define TARGET
enum {
    ROWS = 2,
    PARTS = 2
};
#define EACH_ROWS(do)                                                                              \
    do                                                                                             \
    (1) do(2)

/* Lanes of sums: terms 0 and 1 of a column, terms 2 and 3, the same of the next. */
static inline void step(int32x4_t sums[PARTS], int8x16_t left, int8x16_t right)
{
    sums[0] = vpadalq_s16(sums[0], vmull_s8(vget_low_s8(left), vget_low_s8(right)));
    sums[1] = vpadalq_s16(sums[1], vmull_high_s8(left, right));
}

static inline int32x4_t finished(const int32x4_t sums[PARTS])
{
    return vpaddq_s32(sums[0], sums[1]);
}

#include "kernels/arm/matrix_tile.h"

const notch_matrix_kernels notch_matrix_neon = {
    .name = "neon",
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
