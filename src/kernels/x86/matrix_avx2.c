/* matrix_avx2.c - tiles of a product of matrices, for AVX2.
 * SPDX-License-Identifier: MIT
 *
 * vpmaddwd adds two products of int16: at most 2 * 2^14, far from the one case in which it wraps.
 * Multiplying bytes directly (vpmaddubsw) would saturate at 2^15.
 */
#include <string.h>

#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

/* -1 in the first n lanes. */
NOTCH_TARGET_AVX2 static inline __m256i some(uint32_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)n),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

#define TARGET NOTCH_TARGET_AVX2
#define VECTOR __m256i
#define LANES 8
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(void *)(p), v)
#define LOAD_SOME(p, n) _mm256_maskload_epi32(p, some(n))
#define STORE_SOME(p, v, n) _mm256_maskstore_epi32(p, some(n), v)
#define BROADCAST(x) _mm256_set1_epi32(x)
#define ADD(a, b) _mm256_add_epi32(a, b)
#define STEP(sum, l, r) _mm256_add_epi32(sum, _mm256_madd_epi16(l, r))
#define EACH_ROWS(do)                                                                              \
    do                                                                                             \
    (1) do(2) do(3) do(4) do(5) do(6)

#include "kernels/x86/matrix_tile.h"

const notch_matrix_kernels notch_matrix_avx2 = {
    .name = "avx2",
    .unit_terms = 2,
    .unit_group = 1,
    .panel = NOTCH_PANEL_AVX2,
    .lanes = LANES,
    .tile_rows = 6,
    .block_units = 128,
    .block_rows = 192,
    .block_columns = 256,
    .pack_rows = notch_pack_rows_pairs_avx2,
    .pack_left = notch_pack_left_pairs16_avx2,
    .pack_right = notch_pack_right_pairs16_avx2,
    .multiply = multiply,
};
