/* random_avx2.c - blocks of random words, four counters a vector.
 * SPDX-License-Identifier: MIT
 *
 * A 64-bit lane holds a pair of the state: even = x1:x0, odd = x3:x2 (high:low). A multiplication
 * reads the low halves only, so a round is product, swap of halves and exclusive or:
 *   even' = (lo p1 : hi p1 ^ x1 ^ k0) with p1 = x2 * M1, and odd' likewise with p0 = x0 * M0.
 */
#include <string.h>

#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"
#include "rng/philox.h"

enum {
    LANES = 4,
    VECTORS = 4 /* enough independent chains to hide the latency of a multiplication */
};

NOTCH_TARGET_AVX2 static inline void store_words(uint32_t *words, __m256i even, __m256i odd)
{
    /* x0 x1 | x2 x3 of lanes 0 and 2, which hold counters 0 and 1; then those of lanes 1 and 3 */
    _mm256_storeu_si256((__m256i *)words, _mm256_unpacklo_epi64(even, odd));
    _mm256_storeu_si256((__m256i *)(words + 8), _mm256_unpackhi_epi64(even, odd));
}

NOTCH_TARGET_AVX2 static inline __m256i xor3(__m256i a, __m256i b, __m256i c)
{
    return _mm256_xor_si256(a, _mm256_xor_si256(b, c));
}

/* `vectors` <= VECTORS is a constant at each call, so that the loops unroll into registers. */
NOTCH_TARGET_AVX2 static inline NOTCH_ALWAYS_INLINE void
rounds(const notch_key *key, uint64_t block, uint32_t *words, int vectors)
{
    const __m256i multiplier0 = _mm256_set1_epi64x(NOTCH_PHILOX_MULTIPLIER_0);
    const __m256i multiplier1 = _mm256_set1_epi64x(NOTCH_PHILOX_MULTIPLIER_1);
    const __m256i lane = _mm256_setr_epi64x(0, 2, 1, 3);
    const __m256i step_stream =
        _mm256_set1_epi64x((int64_t)(((uint64_t)key->stream << 32) | key->step));
    __m256i even[VECTORS], odd[VECTORS];
    NOTCH_UNROLL
    for (int v = 0; v < vectors; v++) {
        even[v] =
            _mm256_add_epi64(_mm256_set1_epi64x((int64_t)(block + (uint64_t)(v * LANES))), lane);
        odd[v] = step_stream;
    }
    uint32_t key0 = (uint32_t)key->seed, key1 = (uint32_t)(key->seed >> 32);
    for (int round = 0; round < NOTCH_PHILOX_ROUNDS; round++) {
        const __m256i k0 = _mm256_set1_epi64x(key0), k1 = _mm256_set1_epi64x(key1);
        NOTCH_UNROLL
        for (int v = 0; v < vectors; v++) {
            const __m256i p0 = _mm256_mul_epu32(even[v], multiplier0);
            const __m256i p1 = _mm256_mul_epu32(odd[v], multiplier1);
            even[v] = xor3(_mm256_shuffle_epi32(p1, 0xb1), _mm256_srli_epi64(even[v], 32), k0);
            odd[v] = xor3(_mm256_shuffle_epi32(p0, 0xb1), _mm256_srli_epi64(odd[v], 32), k1);
        }
        key0 += NOTCH_PHILOX_KEY_STEP_0;
        key1 += NOTCH_PHILOX_KEY_STEP_1;
    }
    NOTCH_UNROLL
    for (int v = 0; v < vectors; v++) {
        store_words(words + 4 * LANES * v, even[v], odd[v]);
    }
}

NOTCH_TARGET_AVX2 void notch_random_blocks_avx2(const notch_key *key, uint64_t first,
                                                uint64_t blocks, uint32_t *words)
{
    uint64_t k = 0;
    for (; k + LANES * VECTORS <= blocks; k += LANES * VECTORS) {
        rounds(key, first + k, words + 4 * k, VECTORS);
    }
    for (; k + LANES <= blocks; k += LANES) {
        rounds(key, first + k, words + 4 * k, 1);
    }
    if (k < blocks) {
        uint32_t rest[4 * LANES];
        rounds(key, first + k, rest, 1);
        memcpy(words + 4 * k, rest, (size_t)(16 * (blocks - k)));
    }
}
