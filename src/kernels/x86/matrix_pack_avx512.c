/* matrix_pack_avx512.c - operands of products as units of four bytes, for panels of 32.
 * SPDX-License-Identifier: MIT
 *
 * Left terms are stored plus 128, that is with their uppermost bit flipped.
 */
#include <string.h>

#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,popcnt")))

enum {
    PANEL = NOTCH_PANEL_AVX512,
    UNIT_BYTES = NOTCH_UNIT * PANEL, /* from one unit of a column to its next */
    LANES = 16
};

/* The first n of 64 bytes, or of 32. */
TARGET static inline __mmask64 first64(uint32_t n)
{
    return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

TARGET static inline __mmask32 first32(uint32_t n)
{
    return n >= 32 ? ~UINT32_C(0) : (UINT32_C(1) << n) - 1;
}

/* What a store writes into the next row, that row's own stores replace. */
TARGET void notch_pack_rows_bytes_avx512(const int8_t *values, size_t stride, uint32_t rows,
                                         uint32_t terms, unsigned char *units, size_t row_bytes)
{
    const __m512i flip = _mm512_set1_epi8(-128);
    const uint32_t whole = (terms - 1) / 64 * 64;
    const __mmask64 rest = first64(terms - whole);
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t k = 0; k < whole; k += 64) {
            _mm512_storeu_si512(units + k, _mm512_xor_si512(flip, _mm512_loadu_si512(values + k)));
        }
        const __m512i last = _mm512_maskz_loadu_epi8(rest, values + whole);
        _mm512_storeu_si512(units + whole, _mm512_xor_si512(flip, last));
        values += stride;
        units += row_bytes;
    }
}

/* out[j] lane i = in[i] lane j, of 128 bits each. */
TARGET static inline void transpose_lanes(__m512i v[4])
{
    const __m512i a = _mm512_shuffle_i32x4(v[0], v[1], 0x44);
    const __m512i b = _mm512_shuffle_i32x4(v[0], v[1], 0xee);
    const __m512i c = _mm512_shuffle_i32x4(v[2], v[3], 0x44);
    const __m512i d = _mm512_shuffle_i32x4(v[2], v[3], 0xee);
    v[0] = _mm512_shuffle_i32x4(a, c, 0x88);
    v[1] = _mm512_shuffle_i32x4(a, c, 0xdd);
    v[2] = _mm512_shuffle_i32x4(b, d, 0x88);
    v[3] = _mm512_shuffle_i32x4(b, d, 0xdd);
}

/* Up to eight terms of up to 32 vectors whose terms lie across: 2 * 32 units, in four vectors.
 * The upper halves of vectors take the second unit through the whole of it. */
TARGET static inline void interleave(const int8_t *values, size_t stride, __mmask32 columns,
                                     uint32_t terms, __m512i out[4])
{
    __m512i term[4];
    if (terms >= 8) {
        NOTCH_UNROLL
        for (uint32_t t = 0; t < 4; t++) {
            const __m256i low = _mm256_maskz_loadu_epi8(columns, values + t * stride);
            const __m256i high = _mm256_maskz_loadu_epi8(columns, values + (t + 4) * stride);
            term[t] = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
        }
    } else {
        for (uint32_t t = 0; t < 4; t++) {
            __m256i low = _mm256_setzero_si256(), high = low;
            if (t < terms) {
                low = _mm256_maskz_loadu_epi8(columns, values + t * stride);
            }
            if (t + 4 < terms) {
                high = _mm256_maskz_loadu_epi8(columns, values + (t + 4) * stride);
            }
            term[t] = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
        }
    }
    const __m512i a = _mm512_unpacklo_epi8(term[0], term[1]);
    const __m512i b = _mm512_unpackhi_epi8(term[0], term[1]);
    const __m512i c = _mm512_unpacklo_epi8(term[2], term[3]);
    const __m512i d = _mm512_unpackhi_epi8(term[2], term[3]);
    out[0] = _mm512_unpacklo_epi16(a, c);
    out[1] = _mm512_unpackhi_epi16(a, c);
    out[2] = _mm512_unpacklo_epi16(b, d);
    out[3] = _mm512_unpackhi_epi16(b, d);
    transpose_lanes(out);
}

TARGET void notch_pack_left_bytes_avx512(const int8_t *values, size_t stride, uint32_t rows,
                                         uint32_t terms, unsigned char *units)
{
    const __m512i flip = _mm512_set1_epi8(-128);
    const __mmask32 wanted = first32(rows);
    for (uint32_t k = 0; k < terms; k += 8) {
        __m512i two[4];
        interleave(values + k * stride, stride, wanted, terms - k, two);
        _mm512_storeu_si512(units, _mm512_xor_si512(flip, two[0]));
        _mm512_storeu_si512(units + 64, _mm512_xor_si512(flip, two[1]));
        if (terms - k > 4) {
            _mm512_storeu_si512(units + 128, _mm512_xor_si512(flip, two[2]));
            _mm512_storeu_si512(units + 192, _mm512_xor_si512(flip, two[3]));
        }
        units += (size_t)2 * UNIT_BYTES;
    }
}

TARGET static void pack_right_across(const notch_operand *right, uint32_t columns, uint32_t terms,
                                     unsigned char *units, __m512i sums[2])
{
    const __m512i ones = _mm512_set1_epi8(1);
    const __mmask32 wanted = first32(columns);
    for (uint32_t k = 0; k < terms; k += 8) {
        __m512i two[4];
        interleave(right->values + k * right->stride, right->stride, wanted, terms - k, two);
        _mm512_storeu_si512(units, two[0]);
        _mm512_storeu_si512(units + 64, two[1]);
        sums[0] = _mm512_dpbusd_epi32(sums[0], ones, two[0]);
        sums[1] = _mm512_dpbusd_epi32(sums[1], ones, two[1]);
        if (terms - k > 4) {
            _mm512_storeu_si512(units + 128, two[2]);
            _mm512_storeu_si512(units + 192, two[3]);
            sums[0] = _mm512_dpbusd_epi32(sums[0], ones, two[2]);
            sums[1] = _mm512_dpbusd_epi32(sums[1], ones, two[3]);
        }
        units += (size_t)2 * UNIT_BYTES;
    }
}

/* Transposes 16 vectors of 16 units: unit u of column j goes from v[j] to v[u]. */
TARGET static inline void transpose_units(__m512i v[LANES])
{
    __m512i pairs[LANES];
    NOTCH_UNROLL
    for (int j = 0; j < LANES; j += 4) { /* four columns: fours of units in each 128 bits */
        const __m512i a = _mm512_unpacklo_epi32(v[j], v[j + 1]);
        const __m512i b = _mm512_unpackhi_epi32(v[j], v[j + 1]);
        const __m512i c = _mm512_unpacklo_epi32(v[j + 2], v[j + 3]);
        const __m512i d = _mm512_unpackhi_epi32(v[j + 2], v[j + 3]);
        pairs[j] = _mm512_unpacklo_epi64(a, c);
        pairs[j + 1] = _mm512_unpackhi_epi64(a, c);
        pairs[j + 2] = _mm512_unpacklo_epi64(b, d);
        pairs[j + 3] = _mm512_unpackhi_epi64(b, d);
    }
    NOTCH_UNROLL
    for (int u = 0; u < 4; u++) { /* units u, u + 4, u + 8, u + 12 */
        __m512i four[4] = {pairs[u], pairs[u + 4], pairs[u + 8], pairs[u + 12]};
        transpose_lanes(four);
        v[u] = four[0];
        v[u + 4] = four[1];
        v[u + 8] = four[2];
        v[u + 12] = four[3];
    }
}

/* 64 terms of 32 rows at a time: units of a panel, then transposed. */
TARGET void notch_pack_left_rows_avx512(const int8_t *values, size_t stride, uint32_t rows,
                                        uint32_t terms, unsigned char *units, size_t row_bytes)
{
    _Alignas(64) unsigned char panel[LANES * UNIT_BYTES];
    memset(panel, 0, sizeof panel);
    for (uint32_t row = 0; row < rows; row += PANEL) {
        const uint32_t count = rows - row < PANEL ? rows - row : PANEL;
        for (uint32_t k = 0; k < terms; k += 64) {
            const uint32_t some = terms - k < 64 ? terms - k : 64;
            unsigned char *to = units + row * row_bytes + k;
            const __mmask64 own = first64((uint32_t)(row_bytes - k)); /* not the next row's */
            notch_pack_left_bytes_avx512(values + k * stride + row, stride, count, some, panel);
            for (uint32_t half = 0; half < count; half += LANES) {
                __m512i v[LANES];
                NOTCH_UNROLL
                for (uint32_t u = 0; u < LANES; u++) {
                    v[u] = _mm512_load_si512(panel + u * UNIT_BYTES + half * NOTCH_UNIT);
                }
                transpose_units(v);
                NOTCH_UNROLL
                for (uint32_t i = 0; i < LANES; i++) {
                    if (half + i < count) {
                        _mm512_mask_storeu_epi8(to + (half + i) * row_bytes, own, v[i]);
                    }
                }
            }
        }
    }
}

/* 16 columns of which `columns` exist. */
TARGET static __m512i pack_right_along(const notch_operand *right, uint32_t columns, uint32_t terms,
                                       unsigned char *units)
{
    const __m512i ones = _mm512_set1_epi8(1);
    __m512i sums = _mm512_setzero_si512();
    for (uint32_t k = 0; k < terms; k += 64) {
        const __mmask64 wanted = first64(terms - k);
        __m512i v[LANES];
        NOTCH_UNROLL
        for (uint32_t j = 0; j < LANES; j++) {
            const int8_t *column = right->values + (j < columns ? j : 0) * right->stride;
            v[j] = _mm512_maskz_loadu_epi8(j < columns ? wanted : 0, column + k);
        }
        transpose_units(v);
        const uint32_t count = terms - k >= 64 ? LANES : (terms - k + 3) / 4;
        NOTCH_UNROLL
        for (uint32_t u = 0; u < LANES; u++) {
            if (u < count) {
                _mm512_storeu_si512(units, v[u]);
                units += UNIT_BYTES;
            }
            sums = _mm512_dpbusd_epi32(sums, ones, v[u]);
        }
    }
    return sums;
}

TARGET void notch_pack_right_bytes_avx512(const notch_operand *right, uint32_t columns,
                                          uint32_t terms, unsigned char *panel)
{
    __m512i sums[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    unsigned char *units = panel + UNIT_BYTES;
    if (right->terms == NOTCH_TERMS_ACROSS) {
        pack_right_across(right, columns, terms, units, sums);
    } else {
        notch_operand second = *right;
        second.values += columns > LANES ? LANES * right->stride : 0;
        sums[0] = pack_right_along(right, columns, terms, units);
        sums[1] = pack_right_along(&second, columns > LANES ? columns - LANES : 0, terms,
                                   units + UNIT_BYTES / 2);
    }
    for (int v = 0; v < 2; v++) {
        const __m512i excess = _mm512_slli_epi32(sums[v], 7); /* 128 * sum */
        _mm512_storeu_si512(panel + 64 * v, _mm512_sub_epi32(_mm512_setzero_si512(), excess));
    }
}
