/* matrix_pack_avx2.c - operands of products as units of two int16, for panels of 16 and 32.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

enum {
    SLICE = 16 /* columns or terms at a time */
};

/* The next 16 bytes as int16, or as many as are left of the operand and zeros. */
NOTCH_TARGET_AVX2 static inline __m256i widen(const int8_t *values, size_t left)
{
    if (left >= SLICE) {
        return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)values));
    }
    int8_t some[SLICE] = {0};
    for (size_t i = 0; i < left; i++) {
        some[i] = values[i];
    }
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)some));
}

/* The same for terms that must be zero from number `count` on. */
NOTCH_TARGET_AVX2 static inline __m256i widen_some(const int8_t *values, size_t left,
                                                   uint32_t count)
{
    const __m256i place = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m256i wanted =
        _mm256_cmpgt_epi16(_mm256_set1_epi16((int16_t)(count < SLICE ? count : SLICE)), place);
    return _mm256_and_si256(wanted, widen(values, left));
}

NOTCH_TARGET_AVX2 static inline void store(unsigned char *units, __m256i vector)
{
    _mm256_storeu_si256((__m256i *)(void *)units, vector);
}

/* What a store writes into the next row, that row's own stores replace. */
NOTCH_TARGET_AVX2 void notch_pack_rows_pairs_avx2(const int8_t *values, size_t stride,
                                                  uint32_t rows, uint32_t terms,
                                                  unsigned char *units, size_t row_bytes)
{
    for (uint32_t i = 0; i < rows; i++) {
        const size_t left = (rows - 1 - i) * stride + terms;
        for (uint32_t k = 0; k < terms; k += SLICE) {
            store(units + 2 * (size_t)k, widen(values + k, left - k));
        }
        values += stride;
        units += row_bytes;
    }
}

/* Pairs of two consecutive terms of 16 vectors whose terms lie across. */
NOTCH_TARGET_AVX2 static void pack_across(const int8_t *values, size_t stride, uint32_t columns,
                                          uint32_t terms, unsigned char *units, size_t unit_bytes)
{
    for (uint32_t k = 0; k < terms; k += 2) {
        const size_t left = columns != 0 ? (terms - 1 - k) * stride + columns : 0;
        const __m256i first = widen(values, left);
        const __m256i second = k + 1 < terms
                                   ? widen(values + stride, columns != 0 ? left - stride : 0)
                                   : _mm256_setzero_si256();
        const __m256i low = _mm256_unpacklo_epi16(first, second);
        const __m256i high = _mm256_unpackhi_epi16(first, second);
        store(units, _mm256_permute2x128_si256(low, high, 0x20));
        store(units + 32, _mm256_permute2x128_si256(low, high, 0x31));
        values += 2 * stride;
        units += unit_bytes;
    }
}

/* Transposes 8 vectors of 8 units. */
NOTCH_TARGET_AVX2 static inline void transpose_units(__m256i v[8])
{
    __m256i pairs[8];
    NOTCH_UNROLL
    for (int j = 0; j < 8; j += 4) {
        const __m256i a = _mm256_unpacklo_epi32(v[j], v[j + 1]);
        const __m256i b = _mm256_unpackhi_epi32(v[j], v[j + 1]);
        const __m256i c = _mm256_unpacklo_epi32(v[j + 2], v[j + 3]);
        const __m256i d = _mm256_unpackhi_epi32(v[j + 2], v[j + 3]);
        pairs[j] = _mm256_unpacklo_epi64(a, c);
        pairs[j + 1] = _mm256_unpackhi_epi64(a, c);
        pairs[j + 2] = _mm256_unpacklo_epi64(b, d);
        pairs[j + 3] = _mm256_unpackhi_epi64(b, d);
    }
    NOTCH_UNROLL
    for (int u = 0; u < 4; u++) {
        v[u] = _mm256_permute2x128_si256(pairs[u], pairs[u + 4], 0x20);
        v[u + 4] = _mm256_permute2x128_si256(pairs[u], pairs[u + 4], 0x31);
    }
}

/* Eight columns whose terms lie along, of which `columns` exist. */
NOTCH_TARGET_AVX2 static void pack_along(const int8_t *values, size_t stride, uint32_t columns,
                                         uint32_t terms, unsigned char *units, size_t unit_bytes)
{
    for (uint32_t k = 0; k < terms; k += SLICE) {
        const uint32_t count = terms - k < SLICE ? terms - k : SLICE;
        __m256i v[8];
        for (uint32_t j = 0; j < 8; j++) {
            v[j] = j < columns ? widen_some(values + j * stride + k,
                                            (columns - 1 - j) * stride + terms - k, count)
                               : _mm256_setzero_si256();
        }
        transpose_units(v);
        for (uint32_t u = 0; u < (count + 1) / 2; u++) {
            store(units, v[u]);
            units += unit_bytes;
        }
    }
}

static uint32_t above(uint32_t columns, uint32_t first)
{
    return columns > first ? columns - first : 0;
}

NOTCH_TARGET_AVX2 static void pack_left(const int8_t *values, size_t stride, uint32_t rows,
                                        uint32_t terms, unsigned char *units, uint32_t panel)
{
    for (uint32_t i = 0; i < rows; i += SLICE) {
        pack_across(values + i, stride, rows - i, terms, units + NOTCH_UNIT * i,
                    (size_t)NOTCH_UNIT * panel);
    }
}

NOTCH_TARGET_AVX2 static void pack_right(const notch_operand *right, uint32_t columns,
                                         uint32_t terms, unsigned char *memory, uint32_t panel)
{
    const size_t unit_bytes = (size_t)NOTCH_UNIT * panel;
    memset(memory, 0, unit_bytes);
    unsigned char *units = memory + unit_bytes;
    if (right->terms == NOTCH_TERMS_ACROSS) {
        for (uint32_t j = 0; j < panel; j += SLICE) {
            pack_across(right->values + (j < columns ? j : 0), right->stride, above(columns, j),
                        terms, units + NOTCH_UNIT * j, unit_bytes);
        }
        return;
    }
    for (uint32_t j = 0; j < panel; j += 8) {
        pack_along(right->values + (j < columns ? j : 0) * right->stride, right->stride,
                   above(columns, j), terms, units + NOTCH_UNIT * j, unit_bytes);
    }
}

void notch_pack_left_pairs16_avx2(const int8_t *values, size_t stride, uint32_t rows,
                                  uint32_t terms, unsigned char *units)
{
    pack_left(values, stride, rows, terms, units, NOTCH_PANEL_AVX2);
}

void notch_pack_left_pairs32_avx2(const int8_t *values, size_t stride, uint32_t rows,
                                  uint32_t terms, unsigned char *units)
{
    pack_left(values, stride, rows, terms, units, NOTCH_PANEL_AVX512);
}

void notch_pack_right_pairs16_avx2(const notch_operand *right, uint32_t columns, uint32_t terms,
                                   unsigned char *panel)
{
    pack_right(right, columns, terms, panel, NOTCH_PANEL_AVX2);
}

void notch_pack_right_pairs32_avx2(const notch_operand *right, uint32_t columns, uint32_t terms,
                                   unsigned char *panel)
{
    pack_right(right, columns, terms, panel, NOTCH_PANEL_AVX512);
}
