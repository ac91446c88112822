/* integers_avx2.c - integer gradients as masses and back, and sums of masses by runs.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx2.h"

NOTCH_TARGET_AVX2 uint64_t notch_i32_masses_avx2(const int32_t *values, uint32_t count,
                                                 uint32_t *masses)
{
    __m256i sum = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        notch_prefetch_ahead(values + i);
        /* |-2^31| wraps to 2^31, which is right as an unsigned number */
        const __m256i mass = _mm256_abs_epi32(notch_load(values + i));
        _mm256_storeu_si256((__m256i *)(masses + i), mass);
        sum = notch_add_pairs(sum, mass);
    }
    return notch_sum_lanes(sum) + notch_i32_masses_ref(values + i, count - i, masses + i);
}

NOTCH_TARGET_AVX2 void notch_i32_signed_avx2(const int32_t *values, const uint32_t *counts,
                                             uint32_t count, int32_t *updates)
{
    const __m256i most = _mm256_set1_epi32(INT32_MAX);
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        const __m256i steps = _mm256_min_epu32(notch_load(counts + i), most);
        /* times -1, 0 or 1 */
        _mm256_storeu_si256((__m256i *)(updates + i),
                            _mm256_sign_epi32(steps, notch_load(values + i)));
    }
    notch_i32_signed_ref(values + i, counts + i, count - i, updates + i);
}

NOTCH_TARGET_AVX2 uint64_t notch_run_sums_avx2(const uint32_t *masses, uint32_t count,
                                               uint64_t *sums)
{
    uint64_t total = 0;
    uint32_t i = 0;
    for (; i + NOTCH_RUN <= count; i += NOTCH_RUN) {
        __m256i run = _mm256_setzero_si256();
        for (uint32_t k = 0; k < NOTCH_RUN; k += NOTCH_LANES) {
            run = notch_add_pairs(run, notch_load(masses + i + k));
        }
        const uint64_t sum = notch_sum_lanes(run);
        if (sums != NULL) {
            sums[i / NOTCH_RUN] = sum;
        }
        total += sum;
    }
    return total +
           notch_run_sums_ref(masses + i, count - i, sums != NULL ? sums + i / NOTCH_RUN : NULL);
}
