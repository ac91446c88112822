/* matrix_plan.h - how the work of a product is cut into items, and what memory that takes.
 * SPDX-License-Identifier: MIT
 *
 * Two ways. Most products pack the right operand as a whole, then cut the result into rectangles.
 * Where the sums are long and the result is small, as in weight gradients, that would leave few
 * rectangles and a packed operand that is used once; so the terms are cut instead, each item packs
 * what it needs of both operands, each worker adds up its items, and sums of workers are added.
 */
#ifndef NOTCH_KERNELS_MATRIX_PLAN_H
#define NOTCH_KERNELS_MATRIX_PLAN_H

#include "kernels/matrix_table.h"

typedef struct notch_matrix_plan {
    bool by_terms;
    bool swapped;  /* by terms: result and operands are transposed */
    bool partials; /* by terms: workers have sums of their own */
    /* Sizes of items, and how many there are of them; after `swapped`. */
    uint32_t rows, columns, terms;
    uint32_t row_items, column_items, term_items;
    /* Bytes, multiples of the alignment: of one worker, and of all together. */
    size_t left, right, sums;
    size_t shared;
    uint32_t workers;
} notch_matrix_plan;

notch_matrix_plan notch_matrix_plan_for(const notch_matrix_kernels *kernels, uint32_t rows,
                                        uint32_t columns, uint32_t terms, bool packed,
                                        uint32_t workers);

static inline size_t notch_divide_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

static inline size_t notch_round_up(size_t a, size_t b)
{
    return notch_divide_up(a, b) * b;
}

/* Units that `terms` take in a panel. */
static inline size_t notch_units_of(const notch_matrix_kernels *kernels, uint32_t terms)
{
    const size_t units = notch_divide_up(terms, kernels->unit_terms);
    return units < kernels->group_from ? units : notch_round_up(units, kernels->unit_group);
}

/* Terms of a block of sums. */
static inline uint32_t notch_block_terms(const notch_matrix_kernels *kernels)
{
    return kernels->block_units * kernels->unit_terms;
}

static inline size_t notch_panel_bytes(const notch_matrix_kernels *kernels, size_t units)
{
    return (size_t)NOTCH_UNIT * kernels->panel * (1 + units);
}

/* Bytes between rows of a left block: not a multiple of 512, at which rows would crowd a few sets
 * of the cache. */
static inline size_t notch_row_bytes(size_t units)
{
    const size_t bytes = NOTCH_UNIT * units;
    return bytes < 256 ? bytes : notch_round_up(bytes, 512) + 64;
}

/* Columns that an item by terms packs at once. */
static inline uint32_t notch_packed_columns(const notch_matrix_kernels *kernels, uint32_t columns)
{
    const uint32_t most = 4 * kernels->block_columns;
    return columns < most ? columns : most;
}

#endif
