/* matrix.c - products of matrices: blocks that caches hold, packed and multiplied tile by tile.
 * SPDX-License-Identifier: MIT
 *
 * A left block is block_rows x block_units units, packed once for all columns; a right panel of
 * block_units stays in the first-level cache while the tiles of a left block pass by.
 */
#include "kernels/matrix.h"

#include <string.h>

#include "kernels/matrix_plan.h"
#include "kernels/matrix_table.h"

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* Element (first, term) of an operand becomes its element (0, 0). */
static notch_operand operand_from(const notch_operand *operand, size_t first, size_t term)
{
    notch_operand part = *operand;
    part.values += operand->terms == NOTCH_TERMS_ACROSS ? term * operand->stride + first
                                                        : first * operand->stride + term;
    return part;
}

static void run(const notch_executor *executor, notch_task *task, void *argument, uint64_t items)
{
    if (executor != NULL && items > 1) {
        executor->run(executor->self, task, argument, items);
        return;
    }
    for (uint64_t item = 0; item < items; item++) {
        task(argument, item, 0);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Packing
 * --------------------------------------------------------------------------------------------- */

/* Block after block of terms; in it panel after panel. All blocks but the last have block_units. */
typedef struct packing {
    const notch_matrix_kernels *kernels;
    const notch_operand *right;
    uint32_t columns, terms;
    unsigned char *packed;
} packing;

static size_t panel_offset(const notch_matrix_kernels *kernels, uint32_t columns, uint32_t term,
                           size_t units, size_t panel)
{
    const size_t panels = notch_divide_up(columns, kernels->panel);
    const size_t block = term / notch_block_terms(kernels);
    return block * panels * notch_panel_bytes(kernels, kernels->block_units) +
           panel * notch_panel_bytes(kernels, units);
}

static void pack_panel(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    const packing *job = argument;
    const notch_matrix_kernels *kernels = job->kernels;
    const uint32_t block = notch_block_terms(kernels);
    const uint32_t first = (uint32_t)item * kernels->panel;
    const uint32_t columns = least(job->columns - first, kernels->panel);
    for (uint32_t term = 0; term < job->terms; term += block) {
        const uint32_t terms = least(job->terms - term, block);
        const notch_operand part = operand_from(job->right, first, term);
        kernels->pack_right(&part, columns, terms,
                            job->packed + panel_offset(kernels, job->columns, term,
                                                       notch_units_of(kernels, terms),
                                                       (size_t)item));
    }
}

size_t notch_matrix_pack_size(const notch_matrix_kernels *kernels, uint32_t columns, uint32_t terms)
{
    const size_t panels = notch_divide_up(columns, kernels->panel);
    const size_t blocks = terms / notch_block_terms(kernels);
    const size_t rest = notch_units_of(kernels, terms % notch_block_terms(kernels));
    return panels * (blocks * notch_panel_bytes(kernels, kernels->block_units) +
                     (rest != 0 ? notch_panel_bytes(kernels, rest) : 0));
}

void notch_matrix_pack(const notch_matrix_kernels *kernels, const notch_operand *right,
                       uint32_t columns, uint32_t terms, void *packed,
                       const notch_executor *executor)
{
    packing job = {kernels, right, columns, terms, packed};
    run(executor, pack_panel, &job, notch_divide_up(columns, kernels->panel));
}

bool notch_matrix_takes_rows(const notch_matrix_kernels *kernels, uint8_t *flip)
{
    *flip = kernels->flip;
    return kernels->takes_rows;
}

/* Heads of the panels of the first block. */
void notch_matrix_pack_start(const notch_matrix_kernels *kernels, uint32_t columns, uint32_t terms,
                             void *packed, const int32_t *start)
{
    const size_t units = notch_units_of(kernels, least(terms, notch_block_terms(kernels)));
    for (uint32_t column = 0; column < columns; column++) {
        unsigned char *panel = (unsigned char *)packed +
                               panel_offset(kernels, columns, 0, units, column / kernels->panel);
        uint32_t *head = (void *)(panel + sizeof *head * (column % kernels->panel));
        *head += (uint32_t)start[column];
    }
}

/* ------------------------------------------------------------------------------------------------
 * Blocks
 * --------------------------------------------------------------------------------------------- */

/* A packed left block. Rows along lie row by row; rows across in panels. */
typedef struct left_block {
    const unsigned char *units;
    notch_terms terms;
    uint32_t rows;
    size_t depth;     /* units of a row */
    size_t row_bytes; /* along: from one row to the next */
} left_block;

static left_block pack_left(const notch_matrix_kernels *kernels, const notch_operand *left,
                            uint32_t rows, uint32_t terms, unsigned char *memory)
{
    left_block block = {memory, NOTCH_TERMS_ALONG, rows, notch_units_of(kernels, terms), 0};
    if (left->terms == NOTCH_TERMS_READY) {
        block.units = (const unsigned char *)left->values;
        block.row_bytes = left->stride;
        return block;
    }
    block.row_bytes = notch_row_bytes(block.depth);
    if (left->terms == NOTCH_TERMS_ALONG) {
        kernels->pack_rows(left->values, left->stride, rows, terms, memory, block.row_bytes);
        return block;
    }
    if (kernels->pack_left_rows != NULL) {
        kernels->pack_left_rows(left->values, left->stride, rows, terms, memory, block.row_bytes);
        return block;
    }
    block.terms = NOTCH_TERMS_ACROSS;
    const size_t panel_bytes = (size_t)NOTCH_UNIT * kernels->panel * block.depth;
    for (uint32_t row = 0; row < rows; row += kernels->panel) {
        kernels->pack_left(left->values + row, left->stride, least(rows - row, kernels->panel),
                           terms, memory + row / kernels->panel * panel_bytes);
    }
    return block;
}

/* Rows of a block by one right panel: tiles of nearly the same number of rows. */
static void multiply_rows(const notch_matrix_kernels *kernels, notch_matrix_tile *tile,
                          uint32_t rows)
{
    const unsigned char *left = tile->left;
    int32_t *result = tile->result;
    const uint32_t tiles = (uint32_t)notch_divide_up(rows, kernels->tile_rows);
    const uint32_t each = rows / tiles, larger = rows % tiles;
    for (uint32_t t = 0; t < tiles; t++) {
        tile->rows = each + (t < larger ? 1 : 0);
        kernels->multiply(tile);
        tile->left += tile->rows * tile->row_bytes;
        tile->result += tile->rows * tile->stride;
    }
    tile->left = left;
    tile->result = result;
}

/* All rows of a left block by `columns` columns, whose panels lie one after the other. */
static void multiply_block(const notch_matrix_kernels *kernels, const left_block *left,
                           const unsigned char *panels, uint32_t columns, int32_t *result,
                           size_t stride, bool add)
{
    const bool along = left->terms == NOTCH_TERMS_ALONG;
    const uint32_t group = along ? left->rows : kernels->panel;
    notch_matrix_tile tile = {.row_bytes = along ? left->row_bytes : NOTCH_UNIT,
                              .unit_bytes =
                                  along ? NOTCH_UNIT : (size_t)NOTCH_UNIT * kernels->panel,
                              .right = panels,
                              .units = left->depth,
                              .stride = stride,
                              .add = add};
    for (uint32_t column = 0; column < columns; column += kernels->panel) {
        tile.columns = least(columns - column, kernels->panel);
        for (uint32_t row = 0; row < left->rows; row += group) {
            tile.left = left->units + row * NOTCH_UNIT * left->depth;
            tile.result = result + row * stride + column;
            multiply_rows(kernels, &tile, least(left->rows - row, group));
        }
        tile.right += notch_panel_bytes(kernels, left->depth);
    }
}

static void finish(const notch_matrix_kernels *kernels)
{
    if (kernels->finish != NULL) {
        kernels->finish();
    }
}

/* ------------------------------------------------------------------------------------------------
 * Items
 * --------------------------------------------------------------------------------------------- */

typedef struct multiplication {
    const notch_matrix_kernels *kernels;
    notch_matrix_plan plan;
    notch_product product; /* transposed if the plan is */
    unsigned char *workers;
} multiplication;

static unsigned char *left_of(const multiplication *job, uint32_t worker)
{
    return job->workers + worker * (job->plan.left + job->plan.right + job->plan.sums);
}

static unsigned char *right_of(const multiplication *job, uint32_t worker)
{
    return left_of(job, worker) + job->plan.left;
}

/* A worker's own sums, after a word that tells whether there are any. */
static unsigned char *sums_of(const multiplication *job, uint32_t worker)
{
    return right_of(job, worker) + job->plan.right;
}

typedef struct range {
    uint32_t first, end;
} range;

static range range_of(uint64_t item, uint32_t each, uint32_t all)
{
    const uint64_t first = item * each;
    return (range){(uint32_t)first, least(first + each, all)};
}

/* One rectangle of the result, from a packed right operand. */
static void multiply_rectangle(void *argument, uint64_t item, uint32_t worker)
{
    const multiplication *job = argument;
    const notch_matrix_kernels *kernels = job->kernels;
    const notch_product *product = &job->product;
    const range rows = range_of(item / job->plan.column_items, job->plan.rows, product->rows);
    const range columns =
        range_of(item % job->plan.column_items, job->plan.columns, product->columns);
    const uint32_t depth = notch_block_terms(kernels);
    left_block left = {.units = NULL};
    for (uint32_t row = rows.first; row < rows.end; row += kernels->block_rows) {
        const uint32_t height = least(rows.end - row, kernels->block_rows);
        for (uint32_t column = columns.first; column < columns.end;
             column += kernels->block_columns) {
            const uint32_t width = least(columns.end - column, kernels->block_columns);
            for (uint32_t term = 0; term < product->terms; term += depth) {
                const uint32_t terms = least(product->terms - term, depth);
                if (column == columns.first || product->terms > depth) {
                    const notch_operand part = operand_from(&product->left, row, term);
                    left = pack_left(kernels, &part, height, terms, left_of(job, worker));
                }
                const unsigned char *panels = (const unsigned char *)product->packed +
                                              panel_offset(kernels, product->columns, term,
                                                           left.depth, column / kernels->panel);
                multiply_block(kernels, &left, panels, width,
                               product->result + row * product->stride + column, product->stride,
                               product->accumulate || term != 0);
            }
        }
    }
    finish(kernels);
}

/* The whole result for a few terms: right block by right block, packed on the spot. */
static void multiply_terms(const multiplication *job, range all, uint32_t worker, int32_t *result,
                           size_t stride, bool add)
{
    const notch_matrix_kernels *kernels = job->kernels;
    const notch_product *product = &job->product;
    const uint32_t depth = notch_block_terms(kernels);
    const uint32_t wide = notch_packed_columns(kernels, product->columns);
    for (uint32_t term = all.first; term < all.end; term += depth) {
        const uint32_t terms = least(all.end - term, depth);
        for (uint32_t column = 0; column < product->columns; column += wide) {
            const uint32_t width = least(product->columns - column, wide);
            const notch_operand right = operand_from(&product->right, column, term);
            packing panels = {kernels, &right, width, terms, right_of(job, worker)};
            run(NULL, pack_panel, &panels, notch_divide_up(width, kernels->panel));
            for (uint32_t row = 0; row < product->rows; row += kernels->block_rows) {
                const uint32_t height = least(product->rows - row, kernels->block_rows);
                const notch_operand part = operand_from(&product->left, row, term);
                const left_block left =
                    pack_left(kernels, &part, height, terms, left_of(job, worker));
                multiply_block(kernels, &left, panels.packed, width, result + row * stride + column,
                               stride, add || term != all.first);
            }
        }
    }
    finish(kernels);
}

static void multiply_partial(void *argument, uint64_t item, uint32_t worker)
{
    const multiplication *job = argument;
    const notch_product *product = &job->product;
    const range terms = range_of(item, job->plan.terms, product->terms);
    if (!job->plan.partials) {
        multiply_terms(job, terms, worker, product->result, product->stride, product->accumulate);
        return;
    }
    uint32_t *any = (void *)sums_of(job, worker);
    multiply_terms(job, terms, worker, (void *)(sums_of(job, worker) + NOTCH_MATRIX_ALIGNMENT),
                   product->columns, *any != 0);
    *any = 1;
}

/* ------------------------------------------------------------------------------------------------
 * Sums of workers
 * --------------------------------------------------------------------------------------------- */

/* Row `item` of the result: the sums of all workers, modulo 2^32. */
static void add_partials(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    const multiplication *job = argument;
    const notch_product *product = &job->product;
    const bool swapped = job->plan.swapped;
    const size_t count = swapped ? product->rows : product->columns;
    const size_t step = swapped ? product->columns : 1;
    int32_t *result = product->result + item * product->stride;
    bool add = product->accumulate;
    for (uint32_t w = 0; w < job->plan.workers; w++) {
        const uint32_t *any = (const void *)sums_of(job, w);
        if (*any == 0) {
            continue;
        }
        const int32_t *sums = (const void *)(sums_of(job, w) + NOTCH_MATRIX_ALIGNMENT);
        sums += swapped ? item : item * product->columns;
        for (size_t j = 0; j < count; j++) {
            result[j] = (int32_t)((add ? (uint32_t)result[j] : 0) + (uint32_t)sums[j * step]);
        }
        add = true;
    }
}

static void multiply_by_terms(multiplication *job, const notch_executor *executor)
{
    notch_product *product = &job->product;
    const uint32_t result_rows = product->rows;
    if (job->plan.swapped) {
        const notch_operand left = product->left;
        product->left = product->right;
        product->right = left;
        product->rows = product->columns;
        product->columns = result_rows;
    }
    for (uint32_t w = 0; job->plan.partials && w < job->plan.workers; w++) {
        memset(sums_of(job, w), 0, sizeof(uint32_t));
    }
    run(executor, multiply_partial, job, job->plan.term_items);
    if (job->plan.partials) {
        run(executor, add_partials, job, result_rows);
    }
}

void notch_matrix_multiply(const notch_matrix_kernels *kernels, const notch_product *product,
                           const notch_executor *executor, void *workspace)
{
    if (product->terms == 0 || product->columns == 0) {
        for (uint32_t row = 0; !product->accumulate && row < product->rows; row++) {
            memset(product->result + row * product->stride, 0, product->columns * sizeof(int32_t));
        }
        return;
    }
    const uint32_t workers = executor != NULL ? executor->workers : 1;
    multiplication job = {.kernels = kernels,
                          .plan = notch_matrix_plan_for(kernels, product->rows, product->columns,
                                                        product->terms, product->packed != NULL,
                                                        workers),
                          .product = *product,
                          .workers = workspace};
    if (job.plan.by_terms) {
        multiply_by_terms(&job, executor);
        return;
    }
    if (product->packed == NULL) {
        job.workers += job.plan.shared;
        job.product.packed = workspace;
        notch_matrix_pack(kernels, &product->right, product->columns, product->terms, workspace,
                          job.plan.row_items * job.plan.column_items > 1 ? executor : NULL);
    }
    run(executor, multiply_rectangle, &job, (uint64_t)job.plan.row_items * job.plan.column_items);
}
