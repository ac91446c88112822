/* matrix_ref.c - tiles of a product of matrices, portable.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "kernels/matrix_table.h"

enum {
    ROWS = 4,
    TERMS = NOTCH_UNIT
};

/* A product of int8 has 15 bits and a unit's four products 17; what is added up is modulo 2^32. */
static void multiply(notch_matrix_tile *tile)
{
    uint32_t sums[ROWS][NOTCH_PANEL_REF];
    for (uint32_t i = 0; i < tile->rows; i++) {
        memcpy(sums[i], tile->right, sizeof sums[i]);
    }
    const int8_t *right = (const int8_t *)tile->right + sizeof sums[0];
    for (size_t u = 0; u < tile->units; u++) {
        for (uint32_t i = 0; i < tile->rows; i++) {
            /* Copied, or else gcc 12 for ARM fetches units of rows beyond the last. */
            int8_t left[TERMS];
            memcpy(left, tile->left + i * tile->row_bytes + u * tile->unit_bytes, sizeof left);
            for (uint32_t j = 0; j < NOTCH_PANEL_REF; j++) {
                const int8_t *column = right + TERMS * j;
                const int32_t products = left[0] * column[0] + left[1] * column[1] +
                                         left[2] * column[2] + left[3] * column[3];
                sums[i][j] += (uint32_t)products;
            }
        }
        right += (size_t)TERMS * NOTCH_PANEL_REF;
    }
    for (uint32_t i = 0; i < tile->rows; i++) {
        int32_t *result = tile->result + i * tile->stride;
        for (uint32_t j = 0; j < tile->columns; j++) {
            result[j] = (int32_t)(sums[i][j] + (tile->add ? (uint32_t)result[j] : 0));
        }
    }
}

const notch_matrix_kernels notch_matrix_ref = {
    .name = "ref",
    .unit_terms = 4,
    .unit_group = 1,
    .takes_rows = true,
    .panel = NOTCH_PANEL_REF,
    .lanes = 1,
    .tile_rows = ROWS,
    .block_units = 128,
    .block_rows = 32,
    .block_columns = 32,
    .pack_rows = notch_pack_rows_ref,
    .pack_left = notch_pack_left_ref,
    .pack_right = notch_pack_right_ref,
    .multiply = multiply,
};
