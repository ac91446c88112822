/* matrix_avx512.c - tiles of a product of matrices, for AVX-512 without VNNI.
 * SPDX-License-Identifier: MIT
 *
 * vpmaddwd adds two products of int16: at most 2 * 2^14, far from the one case in which it wraps.
 */
#include <string.h>

#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

#define TARGET NOTCH_TARGET_AVX512
#define VECTOR __m512i
#define LANES 16
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)
#define SOME(n) ((__mmask16)((1u << (n)) - 1))
#define LOAD_SOME(p, n) _mm512_maskz_loadu_epi32(SOME(n), p)
#define STORE_SOME(p, v, n) _mm512_mask_storeu_epi32(p, SOME(n), v)
#define BROADCAST(x) _mm512_set1_epi32(x)
#define ADD(a, b) _mm512_add_epi32(a, b)
#define STEP(sum, l, r) _mm512_add_epi32(sum, _mm512_madd_epi16(l, r))
#define EACH_ROWS(do)                                                                              \
    do                                                                                             \
    (1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12)

#include "kernels/x86/matrix_tile.h"

const notch_matrix_kernels notch_matrix_avx512 = {
    .name = "avx512",
    .unit_terms = 2,
    .unit_group = 1,
    .panel = NOTCH_PANEL_AVX512,
    .lanes = LANES,
    .tile_rows = 12,
    .block_units = 128,
    .block_rows = 192,
    .block_columns = 256,
    .pack_rows = notch_pack_rows_pairs_avx2,
    .pack_left = notch_pack_left_pairs32_avx2,
    .pack_right = notch_pack_right_pairs32_avx2,
    .multiply = multiply,
};
