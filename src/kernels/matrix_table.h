/* matrix_table.h - what one instruction set contributes to products of matrices.
 * SPDX-License-Identifier: MIT
 *
 * Operands are packed into units of four bytes, which hold 4 consecutive terms as int8 or 2 as
 * int16 of one row of the left operand or one column of the right. A panel has units of
 * `panel` rows or columns side by side: unit u of column j is number u * panel + j.
 *
 * A right panel begins with one int32 for each column, where its sums start from. With 4 terms a
 * unit, an instruction set that can only multiply unsigned by signed bytes has 128 added to every
 * left term, which makes sums too large by 128 times the sum of the column's terms: sums start from
 * minus that. Terms beyond the last are zero in right panels, so that those of the left may be
 * anything, and columns beyond the last may be, since nobody stores their sums. So packing may read
 * on to the end of a row's memory and into the next rows, though not beyond the operand's last
 * element.
 */
#ifndef NOTCH_KERNELS_MATRIX_TABLE_H
#define NOTCH_KERNELS_MATRIX_TABLE_H

#include "kernels/kernels.h"
#include "kernels/matrix.h"

enum {
    NOTCH_UNIT = 4 /* bytes */
};

/* Sums for up to tile_rows rows and `panel` columns. */
typedef struct notch_matrix_tile {
    const unsigned char *left; /* unit u of row i: left + i * row_bytes + u * unit_bytes */
    size_t row_bytes, unit_bytes;
    const unsigned char *right; /* a panel */
    size_t units;
    int32_t *result;
    size_t stride; /* of the result, in elements */
    uint32_t rows, columns;
    bool add;            /* to the result */
    uint32_t configured; /* what the variant keeps from tile to tile; starts at 0 */
} notch_matrix_tile;

struct notch_matrix_kernels {
    const char *name;
    uint32_t unit_terms; /* 4 or 2 */
    /* Units of a panel come in multiples of unit_group, those beyond the terms zero, from
     * group_from units on. */
    uint32_t unit_group, group_from;
    bool takes_rows; /* rows of the left operand as they lie, with `flip` flipped */
    uint8_t flip;
    uint32_t panel;
    uint32_t lanes;     /* columns are computed in multiples of this */
    uint32_t tile_rows; /* at most panel */
    /* Blocks that caches hold: units of a panel, rows of a left block, columns taken together. */
    uint32_t block_units, block_rows, block_columns;

    /* `rows` rows whose terms lie along, to `units` + i * row_bytes. Up to 64 bytes beyond the last
     * may be written. */
    void (*pack_rows)(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                      unsigned char *units, size_t row_bytes);
    /* Up to `panel` rows of the left operand whose terms lie across: a panel without its head. */
    void (*pack_left)(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                      unsigned char *units);
    /* In place of pack_left where it is not NULL: the same rows, laid out as pack_rows does. */
    void (*pack_left_rows)(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                           unsigned char *units, size_t row_bytes);
    /* Up to `panel` columns of the right operand, with the panel's head. */
    void (*pack_right)(const notch_operand *right, uint32_t columns, uint32_t terms,
                       unsigned char *panel);
    void (*multiply)(notch_matrix_tile *tile);
    void (*finish)(void); /* after the last tile for now of this thread; NULL: nothing to do */
};

extern const notch_matrix_kernels notch_matrix_ref;
extern const notch_matrix_kernels notch_matrix_avx2;
extern const notch_matrix_kernels notch_matrix_avx512;
extern const notch_matrix_kernels notch_matrix_avx512_vnni;
extern const notch_matrix_kernels notch_matrix_amx;
extern const notch_matrix_kernels notch_matrix_neon;
extern const notch_matrix_kernels notch_matrix_neon_dot;

enum {
    NOTCH_PANEL_REF = 8
};

/* Rows for any panel, the rest for panels of NOTCH_PANEL_REF; 4 terms a unit. */
void notch_pack_rows_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                         unsigned char *units, size_t row_bytes);
void notch_pack_left_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                         unsigned char *units);
void notch_pack_right_ref(const notch_operand *right, uint32_t columns, uint32_t terms,
                          unsigned char *panel);

#endif
