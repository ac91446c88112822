/* bench_gemm.c - speed of products of int8 matrices, beside the machine's peak and oneDNN's.
 * SPDX-License-Identifier: MIT
 *
 * Usage: bench_gemm [VARIANT [THREADS [SECONDS [LAYER]]]]
 *
 * VARIANT: ref, avx2, avx512, avx512-vnni, avx512-amx, neon, neon-dot, or best (the default).
 * Without THREADS (or with 0), 1 and 2. Prints a table: for each product of 512 x 512 x 512 and of
 * the layers of the paper's CNN and ResNet-18 (`stem` and `stage`) at batch 64, the median of all
 * repetitions within SECONDS (default 0.3) in microseconds and in 10^9 operations a second (a
 * multiplication and an addition are two), the share of the peak (a loop on registers only, run in
 * turn with the product, its median), and oneDNN's dnnl_gemm_s8s8s32, where built with it. `packed`
 * are forward products and input errors with weights packed before.
 */
#define _POSIX_C_SOURCE 200809L
#include <notch/notch.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/matrix.h"
#include "peak.h"

#if defined(NOTCH_BENCH_DNNL)
#include <dnnl.h>
#include <omp.h>
#endif

typedef struct weight_layer {
    const char *name;
    uint32_t rows, columns, terms;
} weight_layer;

typedef enum product_kind {
    FORWARD,
    FORWARD_PACKED,
    INPUT_ERROR,
    INPUT_ERROR_PACKED,
    WEIGHT_GRADIENT,
    KINDS
} product_kind;

static const char *const kind_names[] = {"forward", "forward packed", "input error",
                                         "input error packed", "weight gradient"};

typedef struct bench_state {
    const notch_matrix_kernels *kernels;
    const notch_executor *executor;
    notch_product product;
    void *packed, *workspace;
} bench_state;

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *reserve(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (memory == NULL) {
        fprintf(stderr, "bench_gemm: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

static int8_t *random_values(size_t count, uint32_t stream)
{
    const notch_key key = {1, 0, stream};
    const size_t words = (count + 3) / 4;
    int8_t *values = reserve(4 * words);
    (void)notch_random_fill(&key, 0, words, (uint32_t *)(void *)values, NOTCH_ISA_BEST, NULL);
    return values;
}

/* The product of this kind for a layer with `rows` samples, `columns` outputs, `terms` inputs. */
static notch_product product_of(const weight_layer *layer, product_kind kind)
{
    const uint32_t m = layer->rows, n = layer->columns, k = layer->terms;
    notch_product product = {0};
    switch (kind) {
    case FORWARD:
    case FORWARD_PACKED:
        product = (notch_product){.rows = m, .columns = n, .terms = k};
        product.left = (notch_operand){NULL, k, NOTCH_TERMS_ALONG};
        product.right = (notch_operand){NULL, k, NOTCH_TERMS_ALONG};
        break;
    case INPUT_ERROR:
    case INPUT_ERROR_PACKED:
        product = (notch_product){.rows = m, .columns = k, .terms = n};
        product.left = (notch_operand){NULL, n, NOTCH_TERMS_ALONG};
        product.right = (notch_operand){NULL, k, NOTCH_TERMS_ACROSS};
        break;
    default:
        product = (notch_product){.rows = n, .columns = k, .terms = m};
        product.left = (notch_operand){NULL, n, NOTCH_TERMS_ACROSS};
        product.right = (notch_operand){NULL, k, NOTCH_TERMS_ACROSS};
    }
    product.left.values = random_values((size_t)product.rows * product.terms, 1);
    product.right.values = random_values((size_t)product.columns * product.terms, 2);
    product.result = reserve((size_t)product.rows * product.columns * sizeof(int32_t));
    memset(product.result, 1, (size_t)product.rows * product.columns * sizeof(int32_t));
    product.stride = product.columns;
    return product;
}

static void run_ours(const bench_state *bench)
{
    notch_matrix_multiply(bench->kernels, &bench->product, bench->executor, bench->workspace);
}

#if defined(NOTCH_BENCH_DNNL)
static void pause_briefly(void)
{
    const struct timespec pause = {0, 50000000};
    (void)nanosleep(&pause, NULL);
}

/* Row-major; an operand whose terms do not lie as plain A[M][K] and B[K][N] have them is 'T'. */
static void run_dnnl(const notch_product *product, int32_t *result)
{
    const int32_t zero = 0;
    const bool left_across = product->left.terms == NOTCH_TERMS_ACROSS;
    const bool right_along = product->right.terms == NOTCH_TERMS_ALONG;
    (void)dnnl_gemm_s8s8s32(left_across ? 'T' : 'N', right_along ? 'T' : 'N', 'F', product->rows,
                            product->columns, product->terms, 1.0f, product->left.values,
                            (dnnl_dim_t)product->left.stride, 0, product->right.values,
                            (dnnl_dim_t)product->right.stride, 0, 0.0f, result,
                            (dnnl_dim_t)product->stride, &zero);
}
#endif

typedef struct peak_argument {
    const char *name;
    uint64_t operations[2];
} peak_argument;

static void run_peak(void *argument, uint64_t item, uint32_t worker)
{
    peak_argument *peak = argument;
    (void)worker;
    peak->operations[item] = peak_run(peak->name, 20000);
}

/* Operations a second of all threads in one short run. */
static double measure_peak(const char *name, const notch_executor *executor)
{
    peak_argument peak = {name, {0, 0}};
    const uint32_t workers = executor->workers < 2 ? 1 : 2;
    const double start = seconds_now();
    executor->run(executor->self, run_peak, &peak, workers);
    return (double)(peak.operations[0] + peak.operations[1]) / (seconds_now() - start);
}

/* What repetitions gave; those beyond the last place are left out. */
typedef struct samples {
    double values[20000];
    size_t count;
} samples;

static void sample_add(samples *s, double value)
{
    if (s->count < sizeof s->values / sizeof s->values[0]) {
        s->values[s->count++] = value;
    }
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(samples *s)
{
    qsort(s->values, s->count, sizeof s->values[0], compare_doubles);
    return s->values[s->count / 2];
}

static void measure(bench_state *bench, const weight_layer *layer, product_kind kind,
                    double seconds)
{
    notch_product *product = &bench->product;
    *product = product_of(layer, kind);
    const bool packed = kind == FORWARD_PACKED || kind == INPUT_ERROR_PACKED;
    bench->packed =
        reserve(notch_matrix_pack_size(bench->kernels, product->columns, product->terms));
    bench->workspace =
        reserve(notch_matrix_workspace(bench->kernels, product->rows, product->columns,
                                       product->terms, packed, bench->executor->workers));
    if (packed) {
        notch_matrix_pack(bench->kernels, &product->right, product->columns, product->terms,
                          bench->packed, NULL);
        product->packed = bench->packed;
    }
    const double operations = 2.0 * product->rows * product->columns * product->terms;
    const char *name = notch_matrix_name(bench->kernels);
    static samples our_times, peaks;
    our_times.count = peaks.count = 0;
#if defined(NOTCH_BENCH_DNNL)
    static samples dnnl_times;
    dnnl_times.count = 0;
    const size_t result_bytes = (size_t)product->rows * product->columns * sizeof(int32_t);
    int32_t *other = reserve(result_bytes);
    memset(other, 1, result_bytes);
#endif
    const double end = seconds_now() + seconds;
    do {
        sample_add(&peaks, measure_peak(name, bench->executor));
        for (int i = 0; i < 10; i++) {
            const double start = seconds_now();
            run_ours(bench);
            sample_add(&our_times, seconds_now() - start);
        }
    } while (seconds_now() < end);
#if defined(NOTCH_BENCH_DNNL)
    do {
        const double start = seconds_now();
        run_dnnl(product, other);
        sample_add(&dnnl_times, seconds_now() - start);
    } while (seconds_now() < end + seconds);
    pause_briefly(); /* its threads look out for more work for a while */
    const double dnnl = median(&dnnl_times);
#endif
    const double ours = median(&our_times), peak = median(&peaks);
    printf("%-8s %6" PRIu32 " %6" PRIu32 " %6" PRIu32 "  %-18s %2" PRIu32 " %9.1f %8.1f", //
           layer->name, product->rows, product->columns, product->terms, kind_names[kind],
           bench->executor->workers, 1e6 * ours, 1e-9 * operations / ours);
    if (peak > 0) {
        printf(" %6.1f%%", 100 * operations / ours / peak);
    } else {
        printf("       -");
    }
#if defined(NOTCH_BENCH_DNNL)
    printf(" %9.1f %8.1f %6.2f %s", 1e6 * dnnl, 1e-9 * operations / dnnl, dnnl / ours,
           memcmp(other, product->result, result_bytes) == 0 ? "same" : "WRONG");
    free(other);
#endif
    printf("\n");
    fflush(stdout);
    free(bench->packed);
    free(bench->workspace);
    free((void *)(uintptr_t)product->left.values);
    free((void *)(uintptr_t)product->right.values);
    free(product->result);
}

static void measure_all(bench_state *bench, uint32_t threads, double seconds, const char *only)
{
    static const weight_layer layers[] = {
        {"square", 512, 512, 512},   {"conv1", 50176, 32, 9},    {"conv2", 12544, 64, 288},
        {"dense", 64, 128, 3136},    {"logits", 64, 10, 128},    {"sample1", 784, 32, 9},
        {"sample2", 196, 64, 288},   {"stem", 12544, 64, 49},    {"stage1", 3136, 64, 576},
        {"stage2", 1024, 128, 1152}, {"stage3", 256, 256, 2304}, {"stage4", 64, 512, 4608}};
    notch_threads *pool = NULL;
    if (notch_threads_create(threads, &pool, NULL) != NOTCH_OK) {
        fprintf(stderr, "bench_gemm: cannot start %" PRIu32 " threads\n", threads);
        exit(1);
    }
#if defined(NOTCH_BENCH_DNNL)
    omp_set_num_threads((int)threads);
#endif
    bench->executor = notch_threads_executor(pool);
    double peak = 0;
    for (int i = 0; i < 200; i++) {
        const double now = measure_peak(notch_matrix_name(bench->kernels), bench->executor);
        peak = now > peak ? now : peak;
    }
    printf("# %s, %" PRIu32 " threads: peak %.1f GOPS\n", notch_matrix_name(bench->kernels),
           threads, 1e-9 * peak);
    printf("# layer   rows columns terms  product       threads      us     GOPS of peak");
#if defined(NOTCH_BENCH_DNNL)
    printf("  dnnl us     GOPS  ratio result");
#endif
    printf("\n");
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
        for (int kind = 0; kind < KINDS && (only == NULL || strcmp(only, layers[i].name) == 0);
             kind++) {
            measure(bench, &layers[i], (product_kind)kind, seconds);
        }
    }
    notch_threads_destroy(pool);
}

int main(int argc, char **argv)
{
    bench_state bench = {.kernels = notch_matrix_variant(0)};
    const char *wanted = argc > 1 ? argv[1] : "best";
    bool found = strcmp(wanted, "best") == 0;
    for (uint32_t v = 0; notch_matrix_variant(v) != NULL; v++) {
        const notch_matrix_kernels *kernels = notch_matrix_variant(v);
        if (strcmp(wanted, "best") == 0 || strcmp(wanted, notch_matrix_name(kernels)) == 0) {
            bench.kernels = kernels;
            found = true;
        }
    }
    if (!found) {
        fprintf(stderr, "bench_gemm: this machine has no variant '%s'\n", wanted);
        return 2;
    }
    const long threads = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    const double seconds = argc > 3 ? strtod(argv[3], NULL) : 0.3;
    for (long t = threads > 0 ? threads : 1; t <= (threads > 0 ? threads : 2); t++) {
        measure_all(&bench, (uint32_t)t, seconds, argc > 4 ? argv[4] : NULL);
    }
    return 0;
}
