/* peak.c - how many int8 multiplications and additions one thread can do.
 * SPDX-License-Identifier: MIT
 *
 * As many independent sums as registers can hold, so that latency does not matter. The compiler may
 * not see through them: each turn passes an empty assembler statement.
 */
#include "peak.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

#define TARGET_VNNI                                                                                \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,popcnt")))
#define KEEP(x) __asm__ volatile("" : "+v"(x))

enum {
    SUMS_512 = 16,
    SUMS_256 = 12
};

TARGET_VNNI static uint64_t run_vnni(uint64_t turns)
{
    __m512i sums[SUMS_512], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(5);
    NOTCH_UNROLL
    for (int i = 0; i < SUMS_512; i++) {
        sums[i] = _mm512_set1_epi32(i);
    }
    for (uint64_t t = 0; t < turns; t++) {
        KEEP(a);
        KEEP(b);
        NOTCH_UNROLL
        for (int i = 0; i < SUMS_512; i++) {
            sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
            KEEP(sums[i]);
        }
    }
    return turns * SUMS_512 * 64 * 2;
}

NOTCH_TARGET_AVX512 static uint64_t run_avx512(uint64_t turns)
{
    __m512i sums[SUMS_512], a = _mm512_set1_epi16(3), b = _mm512_set1_epi16(5);
    NOTCH_UNROLL
    for (int i = 0; i < SUMS_512; i++) {
        sums[i] = _mm512_set1_epi32(i);
    }
    for (uint64_t t = 0; t < turns; t++) {
        KEEP(a);
        KEEP(b);
        NOTCH_UNROLL
        for (int i = 0; i < SUMS_512; i++) {
            __m512i pairs = _mm512_madd_epi16(a, b);
            KEEP(pairs);
            sums[i] = _mm512_add_epi32(sums[i], pairs);
            KEEP(sums[i]);
        }
    }
    return turns * SUMS_512 * 32 * 2;
}

NOTCH_TARGET_AVX2 static uint64_t run_avx2(uint64_t turns)
{
    __m256i sums[SUMS_256], a = _mm256_set1_epi16(3), b = _mm256_set1_epi16(5);
    NOTCH_UNROLL
    for (int i = 0; i < SUMS_256; i++) {
        sums[i] = _mm256_set1_epi32(i);
    }
    for (uint64_t t = 0; t < turns; t++) {
        KEEP(a);
        KEEP(b);
        NOTCH_UNROLL
        for (int i = 0; i < SUMS_256; i++) {
            __m256i pairs = _mm256_madd_epi16(a, b);
            KEEP(pairs);
            sums[i] = _mm256_add_epi32(sums[i], pairs);
            KEEP(sums[i]);
        }
    }
    return turns * SUMS_256 * 16 * 2;
}

#if NOTCH_HAVE_AMX

/* Rows, bytes a row: all eight tiles whole. */
static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t line_bytes[16];
    uint8_t lines[16];
} whole_tiles = {1, 0, {0}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

__attribute__((target("amx-tile,amx-int8"))) static uint64_t run_amx(uint64_t turns)
{
    __asm__ volatile("" : : "m"(whole_tiles));
    _tile_loadconfig(&whole_tiles);
    for (uint64_t t = 0; t < turns; t++) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_release();
    return turns * 4 * 16 * 16 * 64 * 2;
}

#endif

uint64_t peak_run(const char *name, uint64_t turns)
{
#if NOTCH_HAVE_AMX
    if (strcmp(name, "avx512-amx") == 0) {
        return run_amx(turns);
    }
#endif
    if (strcmp(name, "avx512-vnni") == 0) {
        return run_vnni(turns);
    }
    if (strcmp(name, "avx512") == 0) {
        return run_avx512(turns);
    }
    return strcmp(name, "avx2") == 0 ? run_avx2(turns) : 0;
}

#else

uint64_t peak_run(const char *name, uint64_t turns)
{
    (void)name;
    (void)turns;
    return 0;
}

#endif
