/* rows_move.h - the kernels of rows.h that only move values, for one instruction set.
 * SPDX-License-Identifier: MIT
 *
 * No guard: rows_body.h includes it. An instruction set may have defined, for fewer and larger
 * steps,
 *   TRANSPOSE_BYTES(from, from_stride, left, to, to_stride, columns)
 *       32 rows by up to 16 columns; `left` bytes may be read from the last of the rows on
 *   TRANSPOSE_WORDS(from, from_stride, to, to_stride)
 *       8 rows by 8 columns
 */
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Columns
 * --------------------------------------------------------------------------------------------- */

/* A stretch of 4 bytes or more: two pieces of a constant size that may overlap, or pieces of 64 and
 * a last one that overlaps. */
TARGET static ROWS_INLINE void copy_stretch(const int8_t *in, uint32_t bytes, int8_t *out)
{
#define TWO_PIECES(size)                                                                           \
    memcpy(out, in, size);                                                                         \
    memcpy(out + bytes - (size), in + bytes - (size), size)
    if (bytes < 8) {
        TWO_PIECES(4);
    } else if (bytes < 16) {
        TWO_PIECES(8);
    } else if (bytes < 32) {
        TWO_PIECES(16);
    } else if (bytes < 64) {
        TWO_PIECES(32);
    } else {
        for (uint32_t done = 0; done + 64 < bytes; done += 64) {
            memcpy(out + done, in + done, 64);
        }
        memcpy(out + bytes - 64, in + bytes - 64, 64);
    }
#undef TWO_PIECES
}

/* Stretches of up to 3 bytes: 4 at a time, of which the next stretch overwrites what is too much;
 * one by one at the end. */
TARGET static ROWS_INLINE void short_columns(const int8_t *in, size_t step, size_t line,
                                             uint32_t count, uint32_t taps, uint32_t bytes,
                                             int8_t *out)
{
    for (uint32_t p = 0; p + 4 < count; p++, in += step) {
        for (uint32_t t = 0; t < taps; t++, out += bytes) {
            memcpy(out, in + t * line, 4);
        }
    }
    for (uint32_t p = count < 4 ? 0 : count - 4; p < count; p++, in += step) {
        for (uint32_t t = 0; t < taps; t++, out += bytes) {
            for (uint32_t i = 0; i < bytes; i++) {
                out[i] = in[t * line + i];
            }
        }
    }
}

/* With constant `taps` and `bytes` nothing is left to decide at run time. */
TARGET static ROWS_INLINE void columns_of(const int8_t *in, size_t step, size_t line,
                                          uint32_t count, uint32_t taps, uint32_t bytes,
                                          int8_t *out)
{
    for (uint32_t p = 0; p < count; p++, in += step) {
        for (uint32_t t = 0; t < taps; t++, out += bytes) {
            copy_stretch(in + t * line, bytes, out);
        }
    }
}

TARGET static void columns(const int8_t *in, size_t step, size_t line, uint32_t count,
                           uint32_t taps, uint32_t bytes, int8_t *out)
{
    if (taps == 3 && bytes == 3) { /* the first layer of networks that see grey images */
        short_columns(in, step, line, count, 3, 3, out);
    } else if (bytes < 4) {
        short_columns(in, step, line, count, taps, bytes, out);
    } else if (taps == 3 && bytes == 96) {
        columns_of(in, step, line, count, 3, 96, out);
    } else if (taps == 3 && bytes == 192) {
        columns_of(in, step, line, count, 3, 192, out);
    } else {
        columns_of(in, step, line, count, taps, bytes, out);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Transposition
 * --------------------------------------------------------------------------------------------- */

TARGET static void transpose_bytes(const int8_t *from, size_t from_stride, uint32_t rows,
                                   uint32_t columns, int8_t *to, ptrdiff_t to_stride)
{
#ifdef TRANSPOSE_BYTES
    for (uint32_t row = 0; rows >= 32 && row < rows; row += 32) {
        row = row + 32 <= rows ? row : rows - 32;
        for (uint32_t column = 0; column < columns; column += 16) {
            column = column + 16 <= columns || columns < 16 ? column : columns - 16;
            TRANSPOSE_BYTES(from + row * from_stride + column, from_stride,
                            (rows - 32 - row) * from_stride + columns - column,
                            to + (ptrdiff_t)column * to_stride + row, to_stride,
                            columns < 16 ? columns : 16);
        }
    }
    if (rows >= 32) {
        return;
    }
#endif
    for (uint32_t column = 0; column < columns; column++) {
        for (uint32_t row = 0; row < rows; row++) {
            to[(ptrdiff_t)column * to_stride + row] = from[row * from_stride + column];
        }
    }
}

TARGET static void transpose_words(const int32_t *from, size_t from_stride, uint32_t rows,
                                   uint32_t columns, int32_t *to, size_t to_stride)
{
#ifdef TRANSPOSE_WORDS
    for (uint32_t column = 0; rows >= 8 && columns >= 8 && column < columns; column += 8) {
        column = column + 8 <= columns ? column : columns - 8;
        for (uint32_t row = 0; row < rows; row += 8) {
            row = row + 8 <= rows ? row : rows - 8;
            TRANSPOSE_WORDS(from + row * from_stride + column, from_stride,
                            to + column * to_stride + row, to_stride);
        }
    }
    if (rows >= 8 && columns >= 8) {
        return;
    }
#endif
    for (uint32_t column = 0; column < columns; column++) {
        for (uint32_t row = 0; row < rows; row++) {
            to[column * to_stride + row] = from[row * from_stride + column];
        }
    }
}
