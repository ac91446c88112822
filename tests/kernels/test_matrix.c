/* test_matrix.c - products of int8 matrices, for every variant, shape, order and split.
 * SPDX-License-Identifier: MIT
 *
 * What is expected is the sum of the definition in 64 bits, element by element.
 */
#include "kernel_test.h"

#include <notch/notch.h>

#include "isas.h"
#include "kernels/matrix.h"

enum {
    OPERAND_BYTES = 3 << 20,
    RESULT_BYTES = 1 << 20,
    PACKED_BYTES = 10 << 20,
    WORKSPACE_BYTES = 16 << 20
};

static struct region left_region, right_region, result_region, packed_region, workspace_region;
static int32_t expected[RESULT_BYTES / 4];
static int8_t left_values[OPERAND_BYTES], right_values[OPERAND_BYTES];

typedef enum values_kind {
    ANY,
    LEAST,
    MOST,
    OPPOSITE, /* one operand the least, the other the most */
    EXTREMES, /* either, at random */
    SPARSE,
    KINDS
} values_kind;

static const char *const kind_names[] = {"any",      "all -128", "all 127",
                                         "opposite", "extremes", "sparse"};

static int8_t draw_value(values_kind kind, bool left)
{
    switch (kind) {
    case LEAST:
        return -128;
    case MOST:
        return 127;
    case OPPOSITE:
        return left ? -128 : 127;
    case EXTREMES:
        return draw_below(2) == 0 ? -128 : 127;
    case SPARSE:
        return draw_below(4) == 0 ? (int8_t)((int)draw_below(256) - 128) : 0;
    default:
        return (int8_t)((int)draw_below(256) - 128);
    }
}

typedef struct problem {
    uint32_t rows, columns, terms;
    notch_terms left, right;
    uint32_t margin; /* elements between the rows of all three matrices */
    bool accumulate, packed;
    values_kind kind;
} problem;

/* Elements from an operand's first to its last. */
static size_t extent(uint32_t vectors, uint32_t terms, notch_terms order, size_t stride)
{
    return order == NOTCH_TERMS_ALONG ? (vectors - 1) * stride + terms
                                      : (terms - 1) * stride + vectors;
}

static int8_t element(const notch_operand *operand, size_t i, size_t k)
{
    return operand->values[operand->terms == NOTCH_TERMS_ALONG ? i * operand->stride + k
                                                               : k * operand->stride + i];
}

static notch_operand make_operand(int8_t *values, uint32_t vectors, uint32_t terms,
                                  notch_terms order, uint32_t margin, values_kind kind, bool left)
{
    const notch_operand operand = {values, margin + (order == NOTCH_TERMS_ALONG ? terms : vectors),
                                   order};
    const size_t count = extent(vectors, terms, order, operand.stride);
    CHECK(count <= OPERAND_BYTES);
    for (size_t i = 0; i < count; i++) {
        values[i] = draw_value(kind, left);
    }
    return operand;
}

/* The result as it should be, with what lies between its rows; `before` is where it starts from. */
static void expect_product(const problem *shape, const notch_operand *left,
                           const notch_operand *right, const int32_t *before, size_t stride)
{
    memcpy(expected, before, ((shape->rows - 1) * stride + shape->columns) * sizeof(int32_t));
    for (size_t i = 0; i < shape->rows; i++) {
        for (size_t j = 0; j < shape->columns; j++) {
            int64_t sum = shape->accumulate ? before[i * stride + j] : 0;
            for (size_t k = 0; k < shape->terms; k++) {
                sum += element(left, i, k) * element(right, j, k);
            }
            expected[i * stride + j] = (int32_t)(uint32_t)(uint64_t)sum;
        }
    }
}

/* Memory of a multiple of the alignment, at the end of its region. */
static void *aligned(struct region *region, size_t bytes)
{
    return region_place(region, AT_END, (bytes + 63) / 64 * 64, 1);
}

static void check_variant(const notch_matrix_kernels *kernels, const problem *shape,
                          const notch_executor *executor, enum place place,
                          const notch_operand *left, const notch_operand *right,
                          const int32_t *before, size_t stride)
{
    NOTE("%s: %" PRIu32 "x%" PRIu32 "x%" PRIu32 ", %s by %s, margin %" PRIu32
         ", %s values%s%s, %d workers, place %d",
         notch_matrix_name(kernels), shape->rows, shape->columns, shape->terms,
         shape->left == NOTCH_TERMS_ALONG ? "along" : "across",
         shape->right == NOTCH_TERMS_ALONG ? "along" : "across", shape->margin,
         kind_names[shape->kind], shape->accumulate ? ", accumulate" : "",
         shape->packed ? ", packed" : "", executor == NULL ? 1 : (int)executor->workers,
         (int)place);
    const size_t left_count = extent(shape->rows, shape->terms, left->terms, left->stride);
    const size_t right_count = extent(shape->columns, shape->terms, right->terms, right->stride);
    const size_t result_count = (shape->rows - 1) * stride + shape->columns;
    const uint32_t workers = executor == NULL ? 1 : executor->workers;
    const size_t workspace_bytes = notch_matrix_workspace(kernels, shape->rows, shape->columns,
                                                          shape->terms, shape->packed, workers);
    const size_t packed_bytes =
        shape->packed ? notch_matrix_pack_size(kernels, shape->columns, shape->terms) : 0;
    CHECK(workspace_bytes <= WORKSPACE_BYTES);
    CHECK(workspace_bytes % NOTCH_MATRIX_ALIGNMENT == 0);
    CHECK(packed_bytes <= PACKED_BYTES);
    notch_product product = {shape->rows, shape->columns, shape->terms,     *left, *right, NULL,
                             NULL,        stride,         shape->accumulate};
    product.left.values = region_copy(&left_region, place, left->values, left_count, 1);
    product.right.values = region_copy(&right_region, place, right->values, right_count, 1);
    product.result = region_copy(&result_region, place, before, result_count, sizeof(int32_t));
    if (shape->packed) {
        void *packed = aligned(&packed_region, packed_bytes);
        notch_matrix_pack(kernels, &product.right, shape->columns, shape->terms, packed, executor);
        product.packed = packed;
        product.right.values = NULL;
    }
    void *workspace = aligned(&workspace_region, workspace_bytes);
    notch_matrix_multiply(kernels, &product, executor, workspace);
    check_integers(product.result, expected, result_count);
    region_check(&result_region, result_count * sizeof(int32_t));
    region_check_copy(&left_region, left->values, left_count);
    region_check_copy(&right_region, right->values, right_count);
    region_check(&workspace_region, workspace_bytes);
    if (shape->packed) {
        region_check(&packed_region, (packed_bytes + 63) / 64 * 64);
    }
}

static void check_shape(const problem *shape, const notch_executor *executor)
{
    static int32_t before[RESULT_BYTES / 4];
    region_create(&left_region, OPERAND_BYTES);
    region_create(&right_region, OPERAND_BYTES);
    region_create(&result_region, RESULT_BYTES);
    region_create(&packed_region, PACKED_BYTES);
    region_create(&workspace_region, WORKSPACE_BYTES);
    const notch_operand left = make_operand(left_values, shape->rows, shape->terms, shape->left,
                                            shape->margin, shape->kind, true);
    const notch_operand right = make_operand(right_values, shape->columns, shape->terms,
                                             shape->right, shape->margin, shape->kind, false);
    const size_t stride = shape->columns + shape->margin;
    CHECK(shape->rows * stride <= RESULT_BYTES / 4);
    for (size_t i = 0; i < shape->rows * stride; i++) {
        before[i] = (int32_t)draw();
    }
    expect_product(shape, &left, &right, before, stride);
    const enum place place = (enum place)draw_below(PLACES);
    for (uint32_t v = 0; notch_matrix_variant(v) != NULL; v++) {
        check_variant(notch_matrix_variant(v), shape, executor, place, &left, &right, before,
                      stride);
    }
}

static problem draw_shape(uint32_t rows, uint32_t columns, uint32_t terms)
{
    return (problem){rows,
                     columns,
                     terms,
                     draw_below(2) == 0 ? NOTCH_TERMS_ALONG : NOTCH_TERMS_ACROSS,
                     draw_below(2) == 0 ? NOTCH_TERMS_ALONG : NOTCH_TERMS_ACROSS,
                     draw_below(2) * draw_below(70),
                     draw_below(2) == 0,
                     draw_below(2) == 0,
                     draw_below(2) == 0 ? ANY : (values_kind)draw_below(KINDS)};
}

/* An executor that runs items last to first, on workers in turn. */
static void run_backwards(void *self, notch_task *task, void *argument, uint64_t items)
{
    const notch_executor *executor = self;
    for (uint64_t i = items; i > 0; i--) {
        task(argument, i - 1, (uint32_t)(i * 7 % executor->workers));
    }
}

TEST(small_shapes)
{
    for (int i = 0; i < REPEATED(600, 20); i++) {
        const problem shape =
            draw_shape(1 + draw_below(70), 1 + draw_below(70), 1 + draw_below(70));
        check_shape(&shape, NULL);
    }
}

/* Every number of rows of a tile, of columns of a panel, of terms of a unit and a vector. */
TEST(each_size_in_turn)
{
    for (uint32_t size = 1; size <= 70; size += REPEATED(1, 3 + size / 4)) {
        const problem tall = draw_shape(size, 17, 9), wide = draw_shape(5, size, 6);
        const problem deep = draw_shape(3, 4, 2 * size + draw_below(2));
        check_shape(&tall, NULL);
        check_shape(&wide, NULL);
        check_shape(&deep, NULL);
    }
}

TEST(each_kind_of_values_in_each_order)
{
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        for (uint32_t order = 0; order < 4; order++) {
            problem shape = draw_shape(13, 35, 131);
            shape.kind = (values_kind)kind;
            shape.left = (notch_terms)(order % 2);
            shape.right = (notch_terms)(order / 2);
            check_shape(&shape, NULL);
        }
    }
}

/* More rows, columns and terms than blocks have. */
TEST(several_blocks)
{
    static const uint32_t sizes[][3] = {
        {450, 20, 70}, {7, 600, 70}, {40, 40, 1200}, {210, 300, 530}};
    for (uint32_t i = 0; i < 4; i++) {
        for (int repeat = 0; repeat < REPEATED(3, 1); repeat++) {
            const problem shape = draw_shape(sizes[i][0], sizes[i][1], sizes[i][2]);
            check_shape(&shape, NULL);
        }
    }
}

/* Sums that are cut, and those whose result is computed transposed. */
TEST(long_sums)
{
    static const uint32_t sizes[][3] = {
        {32, 9, 5000}, {9, 32, 4097}, {70, 33, 2500}, {3, 1100, 2100}};
    for (uint32_t i = 0; i < 4; i++) {
        for (int repeat = 0; repeat < REPEATED(3, 1); repeat++) {
            problem shape = draw_shape(sizes[i][0], sizes[i][1], sizes[i][2]);
            shape.margin = 0;
            shape.packed = repeat == 2 || REPEATED(false, i % 2 == 1);
            check_shape(&shape, NULL);
        }
    }
}

/* 131,071 products of -128 by -128, the largest sum that is sure to fit, and its opposite. */
TEST(sums_at_their_bound)
{
    for (uint32_t i = 0; i < 4; i++) {
        problem shape = draw_shape(2, 3, NOTCH_MATRIX_TERMS_MAX);
        shape.margin = 0;
        shape.accumulate = false;
        shape.kind = i % 2 == 0 ? LEAST : OPPOSITE;
        shape.packed = i >= 2;
        check_shape(&shape, NULL);
        CHECK_EQUAL_I64(expected[0], i % 2 == 0 ? 2147467264 : -2130690176);
    }
}

TEST(workers)
{
    notch_threads *threads = NULL;
    CHECK(notch_threads_create(3, &threads, NULL) == NOTCH_OK);
    for (uint32_t workers = 1; workers <= 8; workers += REPEATED(1, 3)) {
        notch_executor backwards = {run_backwards, &backwards, workers};
        for (int i = 0; i < REPEATED(3, 1); i++) {
            const problem cut = draw_shape(1 + draw_below(40), 1 + draw_below(40), 6000);
            const problem tall = draw_shape(300 + draw_below(200), 1 + draw_below(70), 90);
            const problem wide = draw_shape(1 + draw_below(70), 300 + draw_below(200), 90);
            check_shape(&cut, &backwards);
            check_shape(&tall, &backwards);
            check_shape(&wide, &backwards);
            check_shape(&cut, notch_threads_executor(threads));
            check_shape(&tall, notch_threads_executor(threads));
        }
    }
    notch_threads_destroy(threads);
}

TEST(nothing_to_add)
{
    int32_t result[4] = {1, 2, 3, 4};
    notch_product product = {.rows = 2, .columns = 1, .result = result, .stride = 2};
    for (uint32_t v = 0; notch_matrix_variant(v) != NULL; v++) {
        product.accumulate = true;
        result[0] = 1;
        result[2] = 3;
        notch_matrix_multiply(notch_matrix_variant(v), &product, NULL, NULL);
        CHECK(result[0] == 1 && result[1] == 2 && result[2] == 3 && result[3] == 4);
        product.accumulate = false;
        notch_matrix_multiply(notch_matrix_variant(v), &product, NULL, NULL);
        CHECK(result[0] == 0 && result[1] == 2 && result[2] == 0 && result[3] == 4);
    }
}

/* Sums that start from a number of the column's own, over one and several blocks of terms. */
TEST(starts_of_sums)
{
    static int32_t plain[40 * 70], started[40 * 70], start[70];
    static _Alignas(NOTCH_MATRIX_ALIGNMENT) unsigned char packed[1 << 20], workspace[1 << 20];
    for (uint32_t v = 0; notch_matrix_variant(v) != NULL; v++) {
        const notch_matrix_kernels *kernels = notch_matrix_variant(v);
        for (uint32_t k = 0; k < 12; k++) {
            const uint32_t rows = 1 + draw_below(40), columns = 1 + draw_below(70);
            const uint32_t terms = k % 3 == 0 ? 1 + draw_below(20) : 500 + draw_below(1500);
            const notch_operand right =
                make_operand(right_values, columns, terms, NOTCH_TERMS_ALONG, 0, EXTREMES, false);
            notch_product product = {rows,  columns, terms, {NULL, 0, NOTCH_TERMS_ALONG},
                                     right, packed,  plain, columns,
                                     false};
            product.left = make_operand(left_values, rows, terms, NOTCH_TERMS_ALONG, 0, ANY, true);
            for (uint32_t j = 0; j < columns; j++) {
                start[j] = (int32_t)draw();
            }
            CHECK(notch_matrix_pack_size(kernels, columns, terms) <= sizeof packed);
            notch_matrix_pack(kernels, &right, columns, terms, packed, NULL);
            notch_matrix_multiply(kernels, &product, NULL, workspace);
            notch_matrix_pack_start(kernels, columns, terms, packed, start);
            product.result = started;
            notch_matrix_multiply(kernels, &product, NULL, workspace);
            for (uint32_t i = 0; i < rows * columns; i++) {
                const uint32_t expected_sum = (uint32_t)plain[i] + (uint32_t)start[i % columns];
                CHECK_EQUAL_U64((uint32_t)started[i], expected_sum);
            }
        }
    }
}

/* Rows with flipped bits, where a variant takes them as they lie. */
TEST(rows_as_they_lie)
{
    static int32_t plain[300 * 70], ready[300 * 70];
    static int8_t flipped[OPERAND_BYTES];
    static _Alignas(NOTCH_MATRIX_ALIGNMENT) unsigned char packed[1 << 20], workspace[1 << 20];
    uint8_t flip;
    for (uint32_t v = 0; notch_matrix_variant(v) != NULL; v++) {
        const notch_matrix_kernels *kernels = notch_matrix_variant(v);
        for (uint32_t k = 0; k < 12 && notch_matrix_takes_rows(kernels, &flip); k++) {
            const uint32_t rows = 1 + draw_below(300), columns = 1 + draw_below(70);
            const uint32_t terms = k % 3 == 0 ? 1 + draw_below(20) : 500 + draw_below(1500);
            const notch_operand right =
                make_operand(right_values, columns, terms, NOTCH_TERMS_ALONG, 0, EXTREMES, false);
            notch_product product = {.rows = rows,
                                     .columns = columns,
                                     .terms = terms,
                                     .packed = packed,
                                     .result = plain,
                                     .stride = columns};
            product.left = make_operand(left_values, rows, terms, NOTCH_TERMS_ALONG, 0, ANY, true);
            CHECK(notch_matrix_pack_size(kernels, columns, terms) <= sizeof packed);
            notch_matrix_pack(kernels, &right, columns, terms, packed, NULL);
            notch_matrix_multiply(kernels, &product, NULL, workspace);
            for (size_t i = 0; i < (size_t)rows * terms; i++) {
                flipped[i] = (int8_t)((uint8_t)product.left.values[i] ^ flip);
            }
            product.left = (notch_operand){flipped, terms, NOTCH_TERMS_READY};
            product.result = ready;
            notch_matrix_multiply(kernels, &product, NULL, workspace);
            check_integers(ready, plain, (uint64_t)rows * columns);
        }
    }
}

TEST(variants_by_instruction_set)
{
    const notch_matrix_kernels *kernels = NULL;
    CHECK_STRING(notch_matrix_name(notch_matrix_variant(0)), "ref");
    CHECK(notch_matrix_select(NOTCH_ISA_REF, &kernels, NULL) == NOTCH_OK);
    CHECK(kernels == notch_matrix_variant(0));
    CHECK(notch_matrix_select(NOTCH_ISA_BEST, &kernels, NULL) == NOTCH_OK);
    uint32_t last = 0;
    while (notch_matrix_variant(last + 1) != NULL) {
        last++;
    }
    CHECK(kernels == notch_matrix_variant(last));
    CHECK(notch_matrix_select((notch_isa)77, &kernels, NULL) == NOTCH_ERROR_ARGUMENT);
    FOR_EACH_KNOWN_ISA(isa)
    {
        const notch_status status = notch_matrix_select(isa, &kernels, NULL);
        CHECK(status == (notch_isa_supported(isa) ? NOTCH_OK : NOTCH_ERROR_UNSUPPORTED));
        if (status == NOTCH_OK) {
            CHECK(strncmp(notch_matrix_name(kernels), notch_isa_name(isa),
                          strlen(notch_isa_name(isa))) == 0);
        }
    }
}

TEST_MAIN(RUN(small_shapes), RUN(each_size_in_turn), RUN(each_kind_of_values_in_each_order),
          RUN(several_blocks), RUN(long_sums), RUN(sums_at_their_bound), RUN(workers),
          RUN(nothing_to_add), RUN(starts_of_sums), RUN(rows_as_they_lie),
          RUN(variants_by_instruction_set))
