/* transpose.h - transposed blocks of bytes and words with NEON.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_KERNELS_ARM_TRANSPOSE_H
#define NOTCH_KERNELS_ARM_TRANSPOSE_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/unroll.h"

/* The next 16 bytes, or the `left` that may be read and zeros. */
static inline int8x16_t notch_load_bytes(const int8_t *values, size_t left)
{
    if (left >= 16) {
        return vld1q_s8(values);
    }
    int8_t some[16] = {0};
    memcpy(some, values, left);
    return vld1q_s8(some);
}

/* Four vectors of four words. */
static inline void notch_transpose_four(int32x4_t v[4])
{
    const int32x4x2_t a = vtrnq_s32(v[0], v[1]), b = vtrnq_s32(v[2], v[3]);
    NOTCH_UNROLL
    for (int i = 0; i < 2; i++) {
        v[i] = vcombine_s32(vget_low_s32(a.val[i]), vget_low_s32(b.val[i]));
        v[i + 2] = vcombine_s32(vget_high_s32(a.val[i]), vget_high_s32(b.val[i]));
    }
}

/* What rows_move.h knows as TRANSPOSE_BYTES: pairing vectors i and i + 8 byte by byte, four times,
 * turns the number of a byte in its vector and that of the vector into each other. */
static inline void notch_transpose_bytes(const int8_t *from, size_t from_stride, size_t left,
                                         int8_t *to, ptrdiff_t to_stride, uint32_t columns)
{
    for (size_t half = 0; half < 2; half++, from += 16 * from_stride, to += 16) {
        int8x16_t v[16], w[16];
        NOTCH_UNROLL
        for (size_t i = 0; i < 16; i++) {
            const size_t rows_after = 31 - 16 * half - i;
            v[i] = notch_load_bytes(from + i * from_stride, left + rows_after * from_stride);
        }
        NOTCH_UNROLL
        for (int round = 0; round < 4; round++) {
            NOTCH_UNROLL
            for (int i = 0; i < 8; i++) {
                w[2 * i] = vzip1q_s8(v[i], v[i + 8]);
                w[2 * i + 1] = vzip2q_s8(v[i], v[i + 8]);
            }
            NOTCH_UNROLL
            for (int i = 0; i < 16; i++) {
                v[i] = w[i];
            }
        }
        NOTCH_UNROLL
        for (uint32_t j = 0; j < 16; j++) {
            if (j < columns) {
                vst1q_s8(to + (ptrdiff_t)j * to_stride, v[j]);
            }
        }
    }
}

/* And as TRANSPOSE_WORDS: four blocks of four by four. */
static inline void notch_transpose_words(const int32_t *from, size_t from_stride, int32_t *to,
                                         size_t to_stride)
{
    NOTCH_UNROLL
    for (size_t block = 0; block < 4; block++) {
        const size_t row = block / 2 * 4, column = block % 2 * 4;
        int32x4_t v[4];
        NOTCH_UNROLL
        for (size_t i = 0; i < 4; i++) {
            v[i] = vld1q_s32(from + (row + i) * from_stride + column);
        }
        notch_transpose_four(v);
        NOTCH_UNROLL
        for (size_t j = 0; j < 4; j++) {
            vst1q_s32(to + (column + j) * to_stride + row, v[j]);
        }
    }
}

#endif
