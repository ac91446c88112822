/* transpose.h - transposed blocks of bytes and words with AVX2.
 * SPDX-License-Identifier: MIT
 *
 * What rows_move.h knows as TRANSPOSE_BYTES and TRANSPOSE_WORDS.
 */
#ifndef NOTCH_KERNELS_X86_TRANSPOSE_H
#define NOTCH_KERNELS_X86_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/x86/target.h"

#define TRANSPOSE_BYTES notch_transpose_bytes
#define TRANSPOSE_WORDS notch_transpose_words

/* The 16 bytes of a row, or as many as may be read. */
NOTCH_TARGET_AVX2 static inline __m128i notch_row_of_bytes(const int8_t *row, size_t left)
{
    int8_t some[16] = {0};
    if (left >= 16) {
        return _mm_loadu_si128((const __m128i *)(const void *)row);
    }
    for (size_t i = 0; i < left; i++) {
        some[i] = row[i];
    }
    return _mm_loadu_si128((const __m128i *)(const void *)some);
}

/* Rows i and i + 16 are the halves of vector i. Pairing vectors i and i + 8 byte by byte, four
 * times, turns the number of a byte in its half and that of its vector into each other. */
NOTCH_TARGET_AVX2 static inline void notch_transpose_bytes(const int8_t *from, size_t from_stride,
                                                           size_t left, int8_t *to,
                                                           ptrdiff_t to_stride, uint32_t columns)
{
    __m256i v[16], w[16];
    NOTCH_UNROLL
    for (size_t i = 0; i < 16; i++) {
        v[i] = _mm256_inserti128_si256(
            _mm256_castsi128_si256(
                notch_row_of_bytes(from + i * from_stride, left + (31 - i) * from_stride)),
            notch_row_of_bytes(from + (i + 16) * from_stride, left + (15 - i) * from_stride), 1);
    }
    NOTCH_UNROLL
    for (int round = 0; round < 4; round++) {
        NOTCH_UNROLL
        for (int i = 0; i < 8; i++) {
            w[2 * i] = _mm256_unpacklo_epi8(v[i], v[i + 8]);
            w[2 * i + 1] = _mm256_unpackhi_epi8(v[i], v[i + 8]);
        }
        NOTCH_UNROLL
        for (int i = 0; i < 16; i++) {
            v[i] = w[i];
        }
    }
    NOTCH_UNROLL
    for (uint32_t j = 0; j < 16; j++) {
        if (j < columns) {
            _mm256_storeu_si256((__m256i *)(void *)(to + (ptrdiff_t)j * to_stride), v[j]);
        }
    }
}

NOTCH_TARGET_AVX2 static inline void notch_transpose_words(const int32_t *from, size_t from_stride,
                                                           int32_t *to, size_t to_stride)
{
    __m256i v[8], w[8];
    NOTCH_UNROLL
    for (size_t i = 0; i < 8; i++) {
        v[i] = _mm256_loadu_si256((const __m256i *)(const void *)(from + i * from_stride));
    }
    NOTCH_UNROLL
    for (int i = 0; i < 8; i += 4) { /* within halves: fours of rows */
        const __m256i a = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        const __m256i b = _mm256_unpackhi_epi32(v[i], v[i + 1]);
        const __m256i c = _mm256_unpacklo_epi32(v[i + 2], v[i + 3]);
        const __m256i d = _mm256_unpackhi_epi32(v[i + 2], v[i + 3]);
        w[i] = _mm256_unpacklo_epi64(a, c);
        w[i + 1] = _mm256_unpackhi_epi64(a, c);
        w[i + 2] = _mm256_unpacklo_epi64(b, d);
        w[i + 3] = _mm256_unpackhi_epi64(b, d);
    }
    NOTCH_UNROLL
    for (size_t j = 0; j < 4; j++) {
        _mm256_storeu_si256((__m256i *)(void *)(to + j * to_stride),
                            _mm256_permute2x128_si256(w[j], w[j + 4], 0x20));
        _mm256_storeu_si256((__m256i *)(void *)(to + (j + 4) * to_stride),
                            _mm256_permute2x128_si256(w[j], w[j + 4], 0x31));
    }
}

#endif
