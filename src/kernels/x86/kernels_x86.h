/* kernels_x86.h - the x86 kernels, for their tables.
 * SPDX-License-Identifier: MIT
 *
 * Each does what its namesake in kernels.h says, bit for bit.
 */
#ifndef NOTCH_KERNELS_X86_KERNELS_X86_H
#define NOTCH_KERNELS_X86_KERNELS_X86_H

#include "kernels/kernels.h"
#include "kernels/x86/target.h"

#define NOTCH_DECLARE_KERNELS(isa)                                                                 \
    void notch_random_blocks_##isa(const notch_key *key, uint64_t first, uint64_t blocks,          \
                                   uint32_t *words);                                               \
    uint32_t notch_f32_survey_##isa(const void *values, uint32_t count,                            \
                                    const notch_mass_scale *scale, uint64_t *sum,                  \
                                    uint64_t *run_sums);                                           \
    uint64_t notch_f32_masses_##isa(const void *values, uint32_t count,                            \
                                    const notch_mass_scale *scale, uint32_t *masses);              \
    void notch_f32_signed_##isa(const void *values, const uint32_t *counts, uint32_t count,        \
                                int32_t *updates);                                                 \
    uint64_t notch_i32_masses_##isa(const int32_t *values, uint32_t count, uint32_t *masses);      \
    void notch_i32_signed_##isa(const int32_t *values, const uint32_t *counts, uint32_t count,     \
                                int32_t *updates);                                                 \
    uint64_t notch_run_sums_##isa(const uint32_t *masses, uint32_t count, uint64_t *sums);         \
    void notch_cumulate_##isa(const uint32_t *masses, uint32_t count, uint64_t *cumulative);       \
    void notch_point_counts_##isa(const notch_positions *positions, const uint32_t *masses,        \
                                  uint32_t count, const uint32_t *points, uint32_t stride,         \
                                  uint32_t *counts);                                               \
    uint64_t notch_widen_##isa(const uint32_t *counts, uint32_t count, uint64_t *wide,             \
                               bool streaming);                                                    \
    void notch_last_words_##isa(const uint64_t *cumulative, uint32_t count, uint64_t base,         \
                                uint32_t *last, notch_lean *lean);                                 \
    void notch_throw_##isa(const notch_throw *how, const uint32_t *words, uint32_t count,          \
                           uint32_t *counts);                                                      \
    void notch_apply_i8_##isa(const notch_lattice *lattice, int8_t *weights,                       \
                              const int32_t *updates, uint32_t count, uint64_t *moved,             \
                              uint64_t *saturated);                                                \
    void notch_apply_i16_##isa(const notch_lattice *lattice, int16_t *weights,                     \
                               const int32_t *updates, uint32_t count, uint64_t *moved,            \
                               uint64_t *saturated)

/* AVX2 leaves these to the reference, since they look at 64 elements at most. */
uint32_t notch_find_avx512(const uint32_t *masses, uint32_t count, uint64_t target);
uint32_t notch_f32_find_avx512(const void *values, uint32_t count, const notch_mass_scale *scale,
                               uint64_t target);
uint32_t notch_rank_avx512(const uint64_t *rising, uint32_t count, uint64_t target);

NOTCH_DECLARE_KERNELS(avx2);
NOTCH_DECLARE_KERNELS(avx512);

/* The same place of the next block, which is wanted next: hardware does not look that far. It may
 * lie beyond the tensor, where a prefetch does nothing. */
static inline void notch_prefetch_ahead(const void *values)
{
    _mm_prefetch((const char *)((uintptr_t)values + 4 * NOTCH_BLOCK), _MM_HINT_T0);
}

#endif
