/* matrix_pack_ref.c - operands of products as units of four bytes, portable.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "kernels/matrix_table.h"

/* Units of one row or column, whose terms are `step` elements apart in memory; zero beyond the
 * last. Writes units that are `unit_bytes` apart. */
static void pack_bytes(const int8_t *values, size_t step, uint32_t terms, unsigned char *units,
                       size_t unit_bytes)
{
    int8_t unit[4];
    for (uint32_t k = 0; k < terms; k += 4) {
        for (uint32_t t = 0; t < 4; t++) {
            unit[t] = k + t < terms ? values[(k + t) * step] : 0;
        }
        memcpy(units, unit, sizeof unit);
        units += unit_bytes;
    }
}

static void pack_pairs(const int8_t *values, size_t step, uint32_t terms, unsigned char *units,
                       size_t unit_bytes)
{
    for (uint32_t k = 0; k < terms; k += 2) {
        const int16_t unit[2] = {values[k * step],
                                 k + 1 < terms ? values[(k + 1) * step] : (int16_t)0};
        memcpy(units, unit, sizeof unit);
        units += unit_bytes;
    }
}

typedef void packer(const int8_t *values, size_t step, uint32_t terms, unsigned char *units,
                    size_t unit_bytes);

static void pack_rows(packer *pack, const int8_t *values, size_t stride, uint32_t rows,
                      uint32_t terms, unsigned char *units, size_t row_bytes)
{
    for (uint32_t i = 0; i < rows; i++) {
        pack(values + i * stride, 1, terms, units + i * row_bytes, NOTCH_UNIT);
    }
}

enum {
    HEAD = NOTCH_UNIT * NOTCH_PANEL_REF
};

static void pack_left(packer *pack, const int8_t *values, size_t stride, uint32_t rows,
                      uint32_t terms, unsigned char *units)
{
    for (uint32_t i = 0; i < rows; i++) {
        pack(values + i, stride, terms, units + NOTCH_UNIT * i, HEAD);
    }
}

static void pack_right(packer *pack, const notch_operand *right, uint32_t columns, uint32_t terms,
                       unsigned char *panel)
{
    memset(panel, 0, HEAD);
    for (uint32_t j = 0; j < NOTCH_PANEL_REF; j++) {
        unsigned char *units = panel + HEAD + NOTCH_UNIT * j;
        if (j >= columns) { /* any numbers would do, but for reading memory that nobody wrote */
            const int8_t zero = 0;
            pack(&zero, 0, terms, units, HEAD);
        } else if (right->terms == NOTCH_TERMS_ALONG) {
            pack(right->values + j * right->stride, 1, terms, units, HEAD);
        } else {
            pack(right->values + j, right->stride, terms, units, HEAD);
        }
    }
}

void notch_pack_rows_bytes_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                               unsigned char *units, size_t row_bytes)
{
    pack_rows(pack_bytes, values, stride, rows, terms, units, row_bytes);
}

void notch_pack_left_bytes_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                               unsigned char *units)
{
    pack_left(pack_bytes, values, stride, rows, terms, units);
}

void notch_pack_right_bytes_ref(const notch_operand *right, uint32_t columns, uint32_t terms,
                                unsigned char *panel)
{
    pack_right(pack_bytes, right, columns, terms, panel);
}

void notch_pack_rows_pairs_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                               unsigned char *units, size_t row_bytes)
{
    pack_rows(pack_pairs, values, stride, rows, terms, units, row_bytes);
}

void notch_pack_left_pairs_ref(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                               unsigned char *units)
{
    pack_left(pack_pairs, values, stride, rows, terms, units);
}

void notch_pack_right_pairs_ref(const notch_operand *right, uint32_t columns, uint32_t terms,
                                unsigned char *panel)
{
    pack_right(pack_pairs, right, columns, terms, panel);
}
