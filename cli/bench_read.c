/* bench_read.c - the yardstick of the benchmarks: reading an array of floats once, in parallel.
 * SPDX-License-Identifier: MIT
 *
 * Eight independent accumulators hide the latency of the additions. The widest registers that the
 * machine has are used, whatever instruction set is being measured.
 */
#include <string.h>

#include "bench.h"

enum {
    ACCUMULATORS = 8
};

typedef double sum_function(const float *values, uint64_t count);

#if defined(__GNUC__)

/* Defines the function `name` for vectors of `bytes`, for the processors that `target` stands for.
 * At most BENCH_READ_CHUNK values, so that float accumulators lose nothing that matters here. */
#define DEFINE_SUM(name, bytes, target)                                                            \
    typedef float name##_floats __attribute__((vector_size(bytes)));                               \
    typedef uint32_t name##_words __attribute__((vector_size(bytes)));                             \
    target static double name(const float *values, uint64_t count)                                 \
    {                                                                                              \
        enum {                                                                                     \
            LANES = bytes / 4                                                                      \
        };                                                                                         \
        const name##_words magnitude = (name##_words){0} + UINT32_C(0x7fffffff);                   \
        name##_floats sums[ACCUMULATORS] = {{0}};                                                  \
        uint64_t i = 0;                                                                            \
        for (; i + LANES * ACCUMULATORS <= count; i += LANES * ACCUMULATORS) {                     \
            _Pragma("GCC unroll 8") for (unsigned k = 0; k < ACCUMULATORS; k++)                    \
            {                                                                                      \
                name##_words words;                                                                \
                memcpy(&words, values + i + LANES * k, sizeof words);                              \
                sums[k] += (name##_floats)(words & magnitude);                                     \
            }                                                                                      \
        }                                                                                          \
        double sum = 0;                                                                            \
        for (unsigned k = 0; k < ACCUMULATORS; k++) {                                              \
            for (unsigned lane = 0; lane < LANES; lane++) {                                        \
                sum += (double)sums[k][lane];                                                      \
            }                                                                                      \
        }                                                                                          \
        for (; i < count; i++) {                                                                   \
            sum += (double)(values[i] < 0 ? -values[i] : values[i]);                               \
        }                                                                                          \
        return sum;                                                                                \
    }

DEFINE_SUM(sum_16, 16, )

#else

static double sum_16(const float *values, uint64_t count)
{
    double sums[ACCUMULATORS] = {0};
    for (uint64_t i = 0; i < count; i++) {
        sums[i % ACCUMULATORS] += (double)(values[i] < 0 ? -values[i] : values[i]);
    }
    double sum = 0;
    for (unsigned k = 0; k < ACCUMULATORS; k++) {
        sum += sums[k];
    }
    return sum;
}

#endif

#if defined(__GNUC__) && defined(__x86_64__)

DEFINE_SUM(sum_32, 32, __attribute__((target("avx2"))))
DEFINE_SUM(sum_64, 64, __attribute__((target("avx512f"))))

static sum_function *select_sum(void)
{
    if (notch_isa_supported(NOTCH_ISA_AVX512)) {
        return sum_64;
    }
    return notch_isa_supported(NOTCH_ISA_AVX2) ? sum_32 : sum_16;
}

#else

static sum_function *select_sum(void)
{
    return sum_16;
}

#endif

typedef struct reading {
    sum_function *sum;
    const float *values;
    uint64_t count;
    double *sums;
} reading;

static void read_chunk(void *argument, uint64_t item, uint32_t worker)
{
    const reading *r = argument;
    const uint64_t first = item * BENCH_READ_CHUNK;
    const uint64_t left = r->count - first;
    (void)worker;
    r->sums[item] = r->sum(r->values + first, left < BENCH_READ_CHUNK ? left : BENCH_READ_CHUNK);
}

double bench_read(const float *values, uint64_t count, const notch_executor *executor, double *sums)
{
    reading all = {select_sum(), values, count, sums};
    const uint64_t chunks = (count + BENCH_READ_CHUNK - 1) / BENCH_READ_CHUNK;
    if (executor != NULL) {
        executor->run(executor->self, read_chunk, &all, chunks);
    } else {
        for (uint64_t k = 0; k < chunks; k++) {
            read_chunk(&all, k, 0);
        }
    }
    double sum = 0;
    for (uint64_t k = 0; k < chunks; k++) {
        sum += sums[k];
    }
    return sum;
}
