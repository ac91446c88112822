/* random_avx512.c - blocks of random words, eight counters a vector.
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
    LANES = 8,
    VECTORS = 8 /* enough independent chains to hide the latency of a multiplication */
};

NOTCH_TARGET_AVX512 static inline void store_words(uint32_t *words, __m512i even, __m512i odd)
{
    /* x0 x1 | x2 x3 of counter 0, then of counter 1, ... */
    const __m512i first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i second = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    _mm512_storeu_si512(words, _mm512_permutex2var_epi64(even, first, odd));
    _mm512_storeu_si512(words + 16, _mm512_permutex2var_epi64(even, second, odd));
}

/* `vectors` <= VECTORS is a constant at each call, so that the loops unroll into registers. */
NOTCH_TARGET_AVX512 static inline NOTCH_ALWAYS_INLINE void
rounds(const notch_key *key, uint64_t block, uint32_t *words, int vectors)
{
    const __m512i multiplier0 = _mm512_set1_epi64(NOTCH_PHILOX_MULTIPLIER_0);
    const __m512i multiplier1 = _mm512_set1_epi64(NOTCH_PHILOX_MULTIPLIER_1);
    const __m512i lane = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    const __m512i step_stream =
        _mm512_set1_epi64((int64_t)(((uint64_t)key->stream << 32) | key->step));
    __m512i even[VECTORS], odd[VECTORS];
    NOTCH_UNROLL
    for (int v = 0; v < vectors; v++) {
        even[v] =
            _mm512_add_epi64(_mm512_set1_epi64((int64_t)(block + (uint64_t)(v * LANES))), lane);
        odd[v] = step_stream;
    }
    uint32_t key0 = (uint32_t)key->seed, key1 = (uint32_t)(key->seed >> 32);
    for (int round = 0; round < NOTCH_PHILOX_ROUNDS; round++) {
        const __m512i k0 = _mm512_set1_epi64(key0), k1 = _mm512_set1_epi64(key1);
        NOTCH_UNROLL
        for (int v = 0; v < vectors; v++) {
            const __m512i p0 = _mm512_mul_epu32(even[v], multiplier0);
            const __m512i p1 = _mm512_mul_epu32(odd[v], multiplier1);
            even[v] = _mm512_ternarylogic_epi64(_mm512_shuffle_epi32(p1, (_MM_PERM_ENUM)0xb1),
                                                _mm512_srli_epi64(even[v], 32), k0, 0x96);
            odd[v] = _mm512_ternarylogic_epi64(_mm512_shuffle_epi32(p0, (_MM_PERM_ENUM)0xb1),
                                               _mm512_srli_epi64(odd[v], 32), k1, 0x96);
        }
        key0 += NOTCH_PHILOX_KEY_STEP_0;
        key1 += NOTCH_PHILOX_KEY_STEP_1;
    }
    NOTCH_UNROLL
    for (int v = 0; v < vectors; v++) {
        store_words(words + 4 * LANES * v, even[v], odd[v]);
    }
}

NOTCH_TARGET_AVX512 void notch_random_blocks_avx512(const notch_key *key, uint64_t first,
                                                    uint64_t blocks, uint32_t *words)
{
    uint64_t k = 0;
    for (; k + LANES * VECTORS <= blocks; k += LANES * VECTORS) {
        rounds(key, first + k, words + 4 * k, VECTORS);
    }
    for (; k + 2 * LANES <= blocks; k += 2 * LANES) {
        rounds(key, first + k, words + 4 * k, 2);
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
