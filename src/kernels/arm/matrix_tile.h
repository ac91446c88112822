/* matrix_tile.h - the tile of a product of matrices, for NEON.
 * SPDX-License-Identifier: MIT
 *
 * No guard: each variant includes it once, after defining
 *   TARGET               the attribute of functions that use its instructions, or nothing
 *   PARTS                the vectors that hold the sums of four columns
 *   step(sums, l, r)     adds the products of a unit of the left and of four columns to them
 *   finished(sums)       the sums of the four columns
 *   EACH_ROWS(do)        do(1) ... do(ROWS), ROWS being the largest number of rows
 *
 * A tile is `rows` by as many vectors of four columns as are needed. Sums stay in registers: every
 * loop over rows and vectors has a constant number of turns and is unrolled. The head of the panel
 * is added last, so that `step` may keep them in a form of its own.
 */
enum {
    LANES = 4,
    VECTORS = NOTCH_PANEL_NEON / LANES,
    VECTOR_BYTES = NOTCH_UNIT * LANES,
    UNIT_BYTES = NOTCH_UNIT * NOTCH_PANEL_NEON
};

TARGET static inline int8x16_t left_unit(const unsigned char *unit)
{
    int32_t terms;
    memcpy(&terms, unit, sizeof terms);
    return vreinterpretq_s8_s32(vdupq_n_s32(terms));
}

TARGET static inline int32x4_t add(int32x4_t a, int32x4_t b) /* modulo 2^32 */
{
    return vreinterpretq_s32_u32(vaddq_u32(vreinterpretq_u32_s32(a), vreinterpretq_u32_s32(b)));
}

/* `count` sums, LANES or fewer, to or onto those at `place`. */
TARGET static inline void store(int32_t *place, int32x4_t sums, uint32_t count, bool onto)
{
    if (count >= LANES) {
        vst1q_s32(place, onto ? add(sums, vld1q_s32(place)) : sums);
        return;
    }
    int32_t some[LANES] = {0};
    if (onto) {
        memcpy(some, place, count * sizeof some[0]);
        sums = add(sums, vld1q_s32(some));
    }
    vst1q_s32(some, sums);
    memcpy(place, some, count * sizeof some[0]);
}

TARGET static inline NOTCH_ALWAYS_INLINE void multiply_rows(const notch_matrix_tile *tile,
                                                            uint32_t rows, uint32_t vectors)
{
    const unsigned char *left = tile->left, *right = tile->right;
    int32x4_t sums[ROWS][VECTORS][PARTS];
    int8x16_t terms[VECTORS];
    NOTCH_UNROLL
    for (uint32_t i = 0; i < rows; i++) {
        NOTCH_UNROLL
        for (uint32_t v = 0; v < vectors; v++) {
            NOTCH_UNROLL
            for (uint32_t p = 0; p < PARTS; p++) {
                sums[i][v][p] = vdupq_n_s32(0);
            }
        }
    }
    for (size_t u = tile->units; u > 0; u--) {
        right += UNIT_BYTES;
        NOTCH_UNROLL
        for (uint32_t v = 0; v < vectors; v++) {
            terms[v] = vreinterpretq_s8_u8(vld1q_u8(right + VECTOR_BYTES * v));
        }
        NOTCH_UNROLL
        for (uint32_t i = 0; i < rows; i++) {
            const int8x16_t unit = left_unit(left + i * tile->row_bytes);
            NOTCH_UNROLL
            for (uint32_t v = 0; v < vectors; v++) {
                step(sums[i][v], unit, terms[v]);
            }
        }
        left += tile->unit_bytes;
    }
    NOTCH_UNROLL
    for (uint32_t i = 0; i < rows; i++) {
        NOTCH_UNROLL
        for (uint32_t v = 0; v < vectors; v++) {
            const int32x4_t head = vreinterpretq_s32_u8(vld1q_u8(tile->right + VECTOR_BYTES * v));
            store(tile->result + i * tile->stride + LANES * v, add(finished(sums[i][v]), head),
                  tile->columns - LANES * v, tile->add);
        }
    }
}

#define CASE_OF_ROWS(n)                                                                            \
    case n *VECTORS - 3:                                                                           \
        multiply_rows(tile, n, 1);                                                                 \
        break;                                                                                     \
    case n *VECTORS - 2:                                                                           \
        multiply_rows(tile, n, 2);                                                                 \
        break;                                                                                     \
    case n *VECTORS - 1:                                                                           \
        multiply_rows(tile, n, 3);                                                                 \
        break;                                                                                     \
    case n *VECTORS:                                                                               \
        multiply_rows(tile, n, 4);                                                                 \
        break;

TARGET static void multiply(notch_matrix_tile *tile)
{
    const uint32_t vectors = (tile->columns + LANES - 1) / LANES;
    switch ((tile->rows - 1) * VECTORS + vectors) {
        EACH_ROWS(CASE_OF_ROWS)
    }
}
