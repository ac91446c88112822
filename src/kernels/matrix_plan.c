/* matrix_plan.c - how the work of a product is cut into items, and what memory that takes.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/matrix_plan.h"

enum {
    ITEMS_PER_WORKER = 1,      /* so that workers finish together */
    ITEM_WORK_BITS = 20,       /* multiplications of an item: 2 microseconds or more */
    ITEM_TERMS = 256,          /* at least, where terms are cut */
    LONG_SUM_BLOCKS = 4,       /* cut terms only of sums that are longer than so many blocks */
    PARTIAL_SUMS_MAX = 1 << 20 /* and of results that are not larger */
};

static uint32_t at_most(uint64_t value, uint32_t bound)
{
    return value < bound ? (uint32_t)value : bound;
}

/* How many items are worth their while; terms < 2^30. */
static uint32_t wanted_items(uint32_t rows, uint32_t columns, uint32_t terms, uint32_t workers)
{
    const uint64_t sums = (uint64_t)rows * columns, many = UINT64_C(1) << 34;
    const uint64_t worth = ((sums < many ? sums : many) * terms) >> ITEM_WORK_BITS;
    return workers <= 1 || worth < 2 ? 1 : at_most(worth, ITEMS_PER_WORKER * workers);
}

/* Multiplications that a product takes, those of lanes without a column included. */
static uint64_t lanes_used(const notch_matrix_kernels *kernels, uint32_t rows, uint32_t columns)
{
    return (uint64_t)rows * notch_round_up(columns, kernels->lanes);
}

static void cut_terms(notch_matrix_plan *plan, const notch_matrix_kernels *kernels, uint32_t items)
{
    const uint32_t terms = plan->terms;
    uint32_t each = (uint32_t)notch_round_up(notch_divide_up(terms, items), 64);
    each = each < ITEM_TERMS ? ITEM_TERMS : each;
    if (each < terms) {
        plan->terms = each;
        plan->term_items = (uint32_t)notch_divide_up(terms, each);
    }
    plan->partials = plan->swapped || plan->term_items > 1;
    const size_t panels =
        notch_divide_up(notch_packed_columns(kernels, plan->columns), kernels->panel);
    plan->right = notch_round_up(panels * notch_panel_bytes(kernels, kernels->block_units),
                                 NOTCH_MATRIX_ALIGNMENT);
    if (plan->partials) {
        plan->sums = notch_round_up((size_t)plan->rows * plan->columns * sizeof(int32_t), //
                                    NOTCH_MATRIX_ALIGNMENT) +
                     NOTCH_MATRIX_ALIGNMENT; /* whether there are any comes first */
    }
}

/* Halves the longer side, in units of tiles, until there are enough rectangles. */
static void cut_result(notch_matrix_plan *plan, const notch_matrix_kernels *kernels, uint32_t items)
{
    const uint32_t tile_rows = kernels->tile_rows, panel = kernels->panel;
    const size_t row_tiles = notch_divide_up(plan->rows, tile_rows);
    const size_t panels = notch_divide_up(plan->columns, panel);
    size_t row_items = 1, column_items = 1;
    while (row_items * column_items < items) {
        const size_t tall = row_tiles / row_items, wide = panels / column_items;
        if (tall >= 2 && tall >= wide) {
            row_items *= 2;
        } else if (wide >= 2) {
            column_items *= 2;
        } else {
            break;
        }
    }
    plan->rows = (uint32_t)(notch_divide_up(row_tiles, row_items) * tile_rows);
    plan->columns = (uint32_t)(notch_divide_up(panels, column_items) * panel);
    plan->row_items = (uint32_t)notch_divide_up(row_tiles * tile_rows, plan->rows);
    plan->column_items = (uint32_t)notch_divide_up(panels * panel, plan->columns);
}

notch_matrix_plan notch_matrix_plan_for(const notch_matrix_kernels *kernels, uint32_t rows,
                                        uint32_t columns, uint32_t terms, bool packed,
                                        uint32_t workers)
{
    notch_matrix_plan plan = {.rows = rows,
                              .columns = columns,
                              .terms = terms,
                              .row_items = 1,
                              .column_items = 1,
                              .term_items = 1,
                              .workers = workers < 1 ? 1 : workers};
    const uint32_t items = wanted_items(rows, columns, terms, plan.workers);
    plan.by_terms = !packed && terms >= LONG_SUM_BLOCKS * notch_block_terms(kernels) &&
                    (uint64_t)rows * columns <= PARTIAL_SUMS_MAX;
    if (plan.by_terms) {
        const uint64_t as_is = lanes_used(kernels, rows, columns);
        plan.swapped = lanes_used(kernels, columns, rows) < as_is - as_is / 8;
        if (plan.swapped) {
            plan.rows = columns;
            plan.columns = rows;
        }
        cut_terms(&plan, kernels, items);
    } else {
        cut_result(&plan, kernels, items);
        plan.shared = packed ? 0
                             : notch_round_up(notch_matrix_pack_size(kernels, columns, terms),
                                              NOTCH_MATRIX_ALIGNMENT);
    }
    const uint32_t block_rows = at_most(
        notch_round_up(plan.by_terms ? plan.rows : rows, kernels->panel), kernels->block_rows);
    const size_t units = at_most(notch_units_of(kernels, terms), kernels->block_units);
    plan.left = notch_round_up(block_rows * notch_row_bytes(units) + 64, NOTCH_MATRIX_ALIGNMENT);
    return plan;
}

size_t notch_matrix_workspace(const notch_matrix_kernels *kernels, uint32_t rows, uint32_t columns,
                              uint32_t terms, bool packed, uint32_t workers)
{
    const notch_matrix_plan plan =
        notch_matrix_plan_for(kernels, rows, columns, terms, packed, workers);
    return plan.shared + plan.workers * (plan.left + plan.right + plan.sums);
}
