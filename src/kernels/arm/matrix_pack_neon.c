/* matrix_pack_neon.c - operands of products as units of four int8, for panels of 16.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/arm/matrix_arm.h"

#if NOTCH_HAVE_NEON

#include "kernels/arm/transpose.h"

enum {
    SLICE = 16,              /* columns or terms at a time */
    TERMS = NOTCH_UNIT,      /* of a unit */
    COLUMNS = SLICE / TERMS, /* whose units fill a vector */
    HEAD = NOTCH_UNIT * NOTCH_PANEL_NEON
};

static inline void store(unsigned char *units, int16x8_t vector)
{
    vst1q_u8(units, vreinterpretq_u8_s16(vector));
}

/* Units of 16 vectors whose terms lie across, of which `columns` exist. */
static void pack_across(const int8_t *values, size_t stride, uint32_t columns, uint32_t terms,
                        unsigned char *units)
{
    for (uint32_t k = 0; k < terms; k += TERMS) {
        int8x16_t row[TERMS];
        for (uint32_t t = 0; t < TERMS; t++) {
            const bool exists = k + t < terms;
            row[t] = exists ? notch_load_bytes(values + (k + t) * stride,
                                               (terms - 1 - k - t) * stride + columns)
                            : vdupq_n_s8(0);
        }
        const int8x16x2_t first = vzipq_s8(row[0], row[1]), second = vzipq_s8(row[2], row[3]);
        for (uint32_t half = 0; half < 2; half++) {
            const int16x8x2_t both = vzipq_s16(vreinterpretq_s16_s8(first.val[half]),
                                               vreinterpretq_s16_s8(second.val[half]));
            store(units + 2 * SLICE * half, both.val[0]);
            store(units + 2 * SLICE * half + SLICE, both.val[1]);
        }
        units += HEAD;
    }
}

/* Units of four columns whose terms lie along, of which `columns` exist. */
static void pack_along(const int8_t *values, size_t stride, uint32_t columns, uint32_t terms,
                       unsigned char *units)
{
    for (uint32_t k = 0; k < terms; k += SLICE) {
        const uint32_t count = terms - k < SLICE ? terms - k : SLICE;
        int32x4_t column[COLUMNS]; /* then units */
        for (uint32_t j = 0; j < COLUMNS; j++) {
            column[j] = j < columns
                            ? vreinterpretq_s32_s8(notch_load_bytes(values + j * stride + k, count))
                            : vdupq_n_s32(0);
        }
        notch_transpose_four(column);
        for (uint32_t u = 0; u * TERMS < count; u++) {
            store(units, vreinterpretq_s16_s32(column[u]));
            units += HEAD;
        }
    }
}

void notch_pack_left_neon(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                          unsigned char *units)
{
    pack_across(values, stride, rows, terms, units);
}

void notch_pack_right_neon(const notch_operand *right, uint32_t columns, uint32_t terms,
                           unsigned char *panel)
{
    memset(panel, 0, HEAD);
    if (right->terms == NOTCH_TERMS_ACROSS) {
        pack_across(right->values, right->stride, columns, terms, panel + HEAD);
        return;
    }
    for (uint32_t j = 0; j < NOTCH_PANEL_NEON; j += COLUMNS) {
        const uint32_t left = j < columns ? columns - j : 0;
        pack_along(right->values + (left != 0 ? j : 0) * right->stride, right->stride, left, terms,
                   panel + HEAD + NOTCH_UNIT * j);
    }
}

#endif
