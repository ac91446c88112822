/* matrix_avx512_vnni.c - tiles of a product of matrices, four terms at a time.
 * SPDX-License-Identifier: MIT
 *
 * vpdpbusd adds four products of an unsigned and a signed byte to each int32, and wraps around;
 * its saturating sibling is vpdpbusds. Left terms are stored plus 128, and sums start from what
 * that adds, see matrix_table.h. On the way they may pass 2^31, but what counts is the end,
 * modulo 2^32.
 */
#include <string.h>

#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,popcnt")))
#define VECTOR __m512i
#define LANES 16
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)
#define SOME(n) ((__mmask16)((1u << (n)) - 1))
#define LOAD_SOME(p, n) _mm512_maskz_loadu_epi32(SOME(n), p)
#define STORE_SOME(p, v, n) _mm512_mask_storeu_epi32(p, SOME(n), v)
#define BROADCAST(x) _mm512_set1_epi32(x)
#define ADD(a, b) _mm512_add_epi32(a, b)
#define STEP(sum, l, r) _mm512_dpbusd_epi32(sum, l, r)
#define EACH_ROWS(do)                                                                              \
    do                                                                                             \
    (1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11) do(12)

#include "kernels/x86/matrix_tile.h"

const notch_matrix_kernels notch_matrix_avx512_vnni = {
    .name = "avx512-vnni",
    .unit_terms = 4,
    .unit_group = 1,
    .takes_rows = true,
    .flip = 0x80,
    .panel = NOTCH_PANEL_AVX512,
    .lanes = LANES,
    .tile_rows = 12,
    .block_units = 128,
    .block_rows = 96,
    .block_columns = 256,
    .pack_rows = notch_pack_rows_bytes_avx512,
    .pack_left = notch_pack_left_bytes_avx512,
    .pack_right = notch_pack_right_bytes_avx512,
    .multiply = multiply,
};
