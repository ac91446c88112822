/* matrix_tile.h - the tile of a product of matrices, for one width of vectors.
 * SPDX-License-Identifier: MIT
 *
 * No guard: each variant includes it once, after defining
 *   TARGET                   the attribute of functions that use its instructions
 *   VECTOR, LANES            its vectors and how many int32 they hold
 *   LOAD(p), STORE(p, v)     LANES integers
 *   LOAD_SOME(p, v), STORE_SOME(p, v, n)  the first n of them, 0 < n < LANES
 *   BROADCAST(x), ADD(a, b)
 *   STEP(sum, l, r)          sum + products of the terms in l and r, modulo 2^32 in each lane
 *   EACH_ROWS(do)            do(1) ... do(the largest number of rows)
 *
 * A tile is `rows` by two vectors, or one where that is enough. Sums stay in registers: every loop
 * over rows and vectors has a constant number of turns and is unrolled.
 */
enum {
    VECTORS = 2,
    ROWS_A_POINTER = 3, /* rows i, i + 1 and i + 2 are base, base + 1 * and base + 2 * row_bytes */
    POINTERS = 4
};

TARGET static inline VECTOR left_unit(const unsigned char *unit)
{
    int32_t terms;
    memcpy(&terms, unit, sizeof terms);
    return BROADCAST(terms);
}

TARGET static inline NOTCH_ALWAYS_INLINE void
store(const notch_matrix_tile *tile, VECTOR sums[][VECTORS], int rows, int vectors, bool add)
{
    const uint32_t whole = tile->columns / LANES, rest = tile->columns % LANES;
    NOTCH_UNROLL
    for (int i = 0; i < rows; i++) {
        int32_t *row = tile->result + (size_t)i * tile->stride;
        NOTCH_UNROLL
        for (int v = 0; v < vectors; v++) {
            int32_t *place = row + LANES * v;
            if ((uint32_t)v < whole) {
                STORE(place, add ? ADD(sums[i][v], LOAD(place)) : sums[i][v]);
            } else if (rest != 0) {
                STORE_SOME(place, add ? ADD(sums[i][v], LOAD_SOME(place, rest)) : sums[i][v], rest);
            }
        }
    }
}

TARGET static inline NOTCH_ALWAYS_INLINE void multiply_rows(const notch_matrix_tile *tile, int rows,
                                                            int vectors)
{
    const size_t row_bytes = tile->row_bytes, unit_bytes = tile->unit_bytes;
    const unsigned char *left[POINTERS], *right = tile->right;
    VECTOR sums[ROWS_A_POINTER * POINTERS][VECTORS], terms[VECTORS];
    NOTCH_UNROLL
    for (int p = 0; p * ROWS_A_POINTER < rows; p++) {
        left[p] = tile->left + (size_t)(p * ROWS_A_POINTER) * row_bytes;
    }
    NOTCH_UNROLL
    for (int i = 0; i < rows; i++) {
        NOTCH_UNROLL
        for (int v = 0; v < vectors; v++) {
            sums[i][v] = LOAD(right + NOTCH_UNIT * LANES * v);
        }
    }
    for (size_t u = tile->units; u > 0; u--) {
        right += NOTCH_UNIT * LANES * VECTORS;
        NOTCH_UNROLL
        for (int v = 0; v < vectors; v++) {
            terms[v] = LOAD(right + NOTCH_UNIT * LANES * v);
        }
        NOTCH_UNROLL
        for (int i = 0; i < rows; i++) {
            const VECTOR unit =
                left_unit(left[i / ROWS_A_POINTER] + (size_t)(i % ROWS_A_POINTER) * row_bytes);
            NOTCH_UNROLL
            for (int v = 0; v < vectors; v++) {
                sums[i][v] = STEP(sums[i][v], unit, terms[v]);
            }
        }
        NOTCH_UNROLL
        for (int p = 0; p * ROWS_A_POINTER < rows; p++) {
            left[p] += unit_bytes;
        }
    }
    if (tile->add) {
        store(tile, sums, rows, vectors, true);
    } else {
        store(tile, sums, rows, vectors, false);
    }
}

#define CASE_OF_ROWS(n)                                                                            \
    case n:                                                                                        \
        multiply_rows(tile, n, 1);                                                                 \
        break;                                                                                     \
    case 16 + n:                                                                                   \
        multiply_rows(tile, n, VECTORS);                                                           \
        break;

TARGET static void multiply(notch_matrix_tile *tile)
{
    switch (tile->rows + (tile->columns > LANES ? 16 : 0)) {
        EACH_ROWS(CASE_OF_ROWS)
    }
}
