/* matrix_pack_ref.c - operands of products as units of four bytes, portable.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "kernels/matrix_table.h"

enum {
    TERMS = NOTCH_UNIT,
    HEAD = NOTCH_UNIT * NOTCH_PANEL_REF
};

/* Units of one row or column, whose terms are `step` elements apart in memory; zero beyond the
 * last. */
static void pack(const int8_t *values, size_t step, uint32_t terms, unsigned char *units)
{
    int8_t unit[TERMS];
    for (uint32_t k = 0; k < terms; k += TERMS) {
        for (uint32_t t = 0; t < TERMS; t++) {
            unit[t] = k + t < terms ? values[(k + t) * step] : 0;
        }
        memcpy(units, unit, sizeof unit);
        units += HEAD;
    }
}

void notch_pack_rows_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                         unsigned char *units, size_t row_bytes)
{
    for (uint32_t i = 0; i < rows; i++) {
        memcpy(units, values, terms);
        memset(units + terms, 0, (TERMS - terms % TERMS) % TERMS);
        values += stride;
        units += row_bytes;
    }
}

void notch_pack_left_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                         unsigned char *units)
{
    for (uint32_t i = 0; i < rows; i++) {
        pack(values + i, stride, terms, units + NOTCH_UNIT * i);
    }
}

void notch_pack_right_ref(const notch_operand *right, uint32_t columns, uint32_t terms,
                          unsigned char *panel)
{
    memset(panel, 0, HEAD);
    for (uint32_t j = 0; j < NOTCH_PANEL_REF; j++) {
        unsigned char *units = panel + HEAD + NOTCH_UNIT * j;
        if (j >= columns) { /* any numbers would do, but for reading memory that nobody wrote */
            const int8_t zero = 0;
            pack(&zero, 0, terms, units);
        } else if (right->terms == NOTCH_TERMS_ALONG) {
            pack(right->values + j * right->stride, 1, terms, units);
        } else {
            pack(right->values + j, right->stride, terms, units);
        }
    }
}
