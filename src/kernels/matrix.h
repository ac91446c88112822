/* matrix.h - products of int8 matrices, exact in int32, and the packed operands they work on.
 * SPDX-License-Identifier: MIT
 *
 *     result[i][j] = sum over k < terms of left(i, k) * right(j, k)
 *
 * for i < rows, j < columns, either operand lying in memory with its terms next to each other or a
 * stride apart. The three products of training, for a weight layer with inputs A[M][K], weights
 * W[N][K] and errors E[M][N], M = batch * positions:
 *
 *     forward          C[M][N]   left A along, right W along
 *     input error      D[M][K]   left E along, right W across
 *     weight gradient  G[N][K]   left E across, right A across
 *
 * Exactness. All values of int8 are allowed, -128 included. Sums are taken modulo 2^32 in whatever
 * order, so every instruction set and every split of the work gives the same bits; they are the
 * true sums wherever those fit 32 bits. |left| |right| <= 2^14, so 2^31 / 2^14 - 1 = 131,071 terms
 * always do; if one operand keeps to -127..127, 132,104 do (127 * 128 * 132,104 < 2^31), and if
 * both do, 133,144 (127 * 127 * 133,144 < 2^31). Longer sums are cut by the caller into pieces
 * whose results are added in int64.
 *
 * Functions here trust their arguments: what calls them has checked sizes and bounds.
 */
#ifndef NOTCH_KERNELS_MATRIX_H
#define NOTCH_KERNELS_MATRIX_H

#include <notch/core.h>

enum {
    NOTCH_MATRIX_TERMS_MAX = 131071, /* any int8 times any int8 */
    NOTCH_MATRIX_ALIGNMENT = 64      /* of packed operands and workspaces, in bytes */
};

/* How an operand's terms lie in memory. */
typedef enum notch_terms {
    NOTCH_TERMS_ALONG = 0,  /* operand(i, k) = values[i * stride + k] */
    NOTCH_TERMS_ACROSS = 1, /* operand(i, k) = values[k * stride + i] */
    NOTCH_TERMS_READY = 2   /* as ALONG, with every byte as notch_matrix_takes_rows says; up to 63
                               bytes beyond the last element may be read. Left operands with a
                               packed right one only */
} notch_terms;

/* Rows of memory need no alignment. What lies between their ends and the next may be read, without
 * an effect; nothing before the first element or beyond the last is. */
typedef struct notch_operand {
    const int8_t *values;
    size_t stride; /* elements from one row of memory to the next */
    notch_terms terms;
} notch_operand;

typedef struct notch_product {
    uint32_t rows, columns;
    uint32_t terms; /* at most 2^30 */
    notch_operand left;
    notch_operand right;
    const void *packed; /* the right operand from notch_matrix_pack, or NULL: `right` is read */
    int32_t *result;    /* result[i * stride + j] */
    size_t stride;
    bool accumulate; /* add to what the result holds; else it is only written */
} notch_product;

typedef struct notch_matrix_kernels notch_matrix_kernels;

/* The kernels of `isa`; `avx512` stands for those with AMX, or else VNNI, where the processor has
 * it. Errors as those of notch_kernels_select. */
notch_status notch_matrix_select(notch_isa isa, const notch_matrix_kernels **kernels,
                                 notch_error *error);

/* Variant number `index` of those that this machine can run, slowest and "ref" first; NULL beyond
 * the last. */
const notch_matrix_kernels *notch_matrix_variant(uint32_t index);

/* "ref", "avx2", "avx512", "avx512-vnni", "avx512-amx", "neon" or "neon-dot". */
const char *notch_matrix_name(const notch_matrix_kernels *kernels);

/* A right operand that serves for many products, such as the weights of a step. Bytes of it: about
 * columns * terms, twice that for variants with 16-bit terms (avx2, avx512). */
size_t notch_matrix_pack_size(const notch_matrix_kernels *kernels, uint32_t columns,
                              uint32_t terms);
/* packed: notch_matrix_pack_size bytes, aligned; for the same kernels only.
 * executor may be NULL, here and below. */
void notch_matrix_pack(const notch_matrix_kernels *kernels, const notch_operand *right,
                       uint32_t columns, uint32_t terms, void *packed,
                       const notch_executor *executor);

/* Sums of column j start from start[j] besides: the bias of a layer, at no cost. Once after each
 * notch_matrix_pack of the same shape. */
void notch_matrix_pack_start(const notch_matrix_kernels *kernels, uint32_t columns, uint32_t terms,
                             void *packed, const int32_t *start);

/* Whether rows of a left operand can be used as they lie, if whoever makes them stores each value
 * with these bits flipped. */
bool notch_matrix_takes_rows(const notch_matrix_kernels *kernels, uint8_t *flip);

/* Bytes of workspace for a product of this shape; `packed`: its right operand is. Not more than
 * 110 KiB a worker for packed ones. */
size_t notch_matrix_workspace(const notch_matrix_kernels *kernels, uint32_t rows, uint32_t columns,
                              uint32_t terms, bool packed, uint32_t workers);
/* workspace: that many bytes, aligned, for executor->workers workers (1 without executor). The
 * result must not overlap anything else. */
void notch_matrix_multiply(const notch_matrix_kernels *kernels, const notch_product *product,
                           const notch_executor *executor, void *workspace);

#endif
