/* matrix_arm.h - what the NEON variants of products of matrices share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_KERNELS_ARM_MATRIX_ARM_H
#define NOTCH_KERNELS_ARM_MATRIX_ARM_H

#include "kernels/matrix_table.h"

enum {
    NOTCH_PANEL_NEON = 16
};

/* Units of four terms. */
void notch_pack_left_neon(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                          unsigned char *units);
void notch_pack_right_neon(const notch_operand *right, uint32_t columns, uint32_t terms,
                           unsigned char *panel);

#endif
