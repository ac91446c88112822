/* matrix_x86.h - what the x86 variants of products of matrices share.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_KERNELS_X86_MATRIX_X86_H
#define NOTCH_KERNELS_X86_MATRIX_X86_H

#include "kernels/matrix_table.h"

enum {
    NOTCH_PANEL_AVX2 = 16,
    NOTCH_PANEL_AVX512 = 32
};

/* Whether the compiler knows tiles, and the system can be asked for them. */
#if defined(__linux__) && (defined(__clang__) ? __clang_major__ >= 12 : __GNUC__ >= 11)
#define NOTCH_HAVE_AMX 1
#else
#define NOTCH_HAVE_AMX 0
#endif

/* AMX_TILE and AMX_INT8, on a processor that has AVX512_VNNI. The first call asks the system, once
 * for the whole process, to let it use the tiles. */
bool notch_x86_has_amx(void);

/* AVX512_VNNI, on a processor that has notch_x86_has_avx512. */
bool notch_x86_has_avx512_vnni(void);

/* Units of two terms, for panels of 16 and of 32, with AVX2. */
void notch_pack_rows_pairs_avx2(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                                unsigned char *units, size_t row_bytes);
void notch_pack_left_pairs16_avx2(const int8_t *values, size_t stride, uint32_t rows,
                                  uint32_t terms, unsigned char *units);
void notch_pack_left_pairs32_avx2(const int8_t *values, size_t stride, uint32_t rows,
                                  uint32_t terms, unsigned char *units);
void notch_pack_right_pairs16_avx2(const notch_operand *right, uint32_t columns, uint32_t terms,
                                   unsigned char *panel);
void notch_pack_right_pairs32_avx2(const notch_operand *right, uint32_t columns, uint32_t terms,
                                   unsigned char *panel);

/* Units of four terms, for panels of 32, with AVX-512; those of the left plus 128. */
void notch_pack_rows_bytes_avx512(const int8_t *values, size_t stride, uint32_t rows,
                                  uint32_t terms, unsigned char *units, size_t row_bytes);
void notch_pack_left_bytes_avx512(const int8_t *values, size_t stride, uint32_t rows,
                                  uint32_t terms, unsigned char *units);
void notch_pack_left_rows_avx512(const int8_t *values, size_t stride, uint32_t rows, uint32_t terms,
                                 unsigned char *units, size_t row_bytes);
void notch_pack_right_bytes_avx512(const notch_operand *right, uint32_t columns, uint32_t terms,
                                   unsigned char *panel);

#endif
