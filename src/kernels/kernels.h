/* kernels.h - the table of inner loops that exist once for each instruction set.
 * SPDX-License-Identifier: MIT
 *
 * The functions named *_ref are the specification; all others give the same bits. Counts are in
 * elements, at most NOTCH_BLOCK unless said otherwise. Pointers need the alignment of their element
 * type only. Outputs never overlap inputs.
 */
#ifndef NOTCH_KERNELS_KERNELS_H
#define NOTCH_KERNELS_KERNELS_H

#include <notch/core.h>

#include "kernels/rows.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define NOTCH_HAVE_X86 1
#else
#define NOTCH_HAVE_X86 0
#endif

/* Little-endian: a unit of bytes of matrix_table.h is broadcast as one 32-bit lane. */
#if defined(__AARCH64EL__) && defined(__ARM_NEON) && defined(__GNUC__)
#define NOTCH_HAVE_NEON 1
#else
#define NOTCH_HAVE_NEON 0
#endif

/* A magnitude |x| = mantissa * 2^e becomes the mass floor(|x| / 2^unit) + smoothing. */
typedef struct notch_mass_scale {
    int32_t unit;       /* exponent of one unit of mass */
    int32_t shift;      /* I32 and U32: unit - the tensor's exponent, so |x| >> shift */
    uint32_t smoothing; /* in units of mass; mass + smoothing < 2^32 for every element */
} notch_mass_scale;

/* Where cumulative masses lie on the axis of the trials, for a block that takes up less than 2^13
 * strata. In units of 2^-NOTCH_POSITION_BITS of a stratum, counted from the stratum in which the
 * block starts: position(C) = start + min(floor((C << shift) * ratio / 2^52), width). */
typedef struct notch_positions {
    uint64_t start; /* < 2^38 */
    uint64_t width; /* < 2^51 */
    uint64_t ratio; /* < 2^52 */
    uint32_t shift; /* C << shift < 2^52 for every cumulative mass C of the block */
} notch_positions;

/* How far words run ahead of categories: the least and the most of floor(last[i] count / 2^32) - i,
 * both 0 where all masses are the same. */
typedef struct notch_lean {
    int32_t least, most;
} notch_lean;

/* How words become categories: word w means the first category i with last[i] >= w, which exists.
 * It is not before guide[w >> shift]; where guide is NULL, it is one of `reach` + 1 from
 * floor(w categories / 2^32) - back on, or from 0 on if that is less. */
typedef struct notch_throw {
    const uint32_t *last; /* with NOTCH_WINDOW_MOST - 1 readable elements behind the last one */
    const uint16_t *guide;
    uint32_t categories, shift, back, reach;
} notch_throw;

/* Where to begin to look for the category of a word. */
static inline uint32_t notch_throw_from(const notch_throw *how, uint32_t word)
{
    if (how->guide != NULL) {
        return how->guide[word >> how->shift];
    }
    const uint32_t even = (uint32_t)((uint64_t)word * how->categories >> 32);
    return even > how->back ? even - how->back : 0;
}

enum {
    NOTCH_POSITION_BITS = 38,      /* fraction bits of a position */
    NOTCH_POSITION_EXTRA_BITS = 6, /* of which below the 32 that a point is compared with */
    NOTCH_NARROW_STRATA = 8191,    /* strata of a block for which notch_positions serves */
    NOTCH_WINDOW_REF = 4,          /* see throw_window */
    NOTCH_WINDOW_AVX2 = 8,
    NOTCH_WINDOW_AVX512 = 16,
    NOTCH_WINDOW_MOST = NOTCH_WINDOW_AVX512,
    NOTCH_RUN = 64, /* elements of which a sparse draw looks at the masses together */
    NOTCH_BLOCK_RUNS = NOTCH_BLOCK / NOTCH_RUN
};

typedef struct notch_kernels {
    notch_isa isa;
    const notch_row_kernels *rows;

    /* words[4 k .. 4 k + 3] = Philox block number first + k of the stream, k < blocks. */
    void (*random_blocks)(const notch_key *key, uint64_t first, uint64_t blocks, uint32_t *words);

    /* One pass over a block: returns the largest of the bit patterns of |x|, which orders as the
     * magnitudes do, NaN and infinity being at least 0x7f800000; *sum becomes the sum of masses,
     * and run_sums[k], unless run_sums is NULL, that of elements [k NOTCH_RUN, (k + 1) NOTCH_RUN)
     * or up to the end. The sums are meaningless if some mass does not fit `scale`. */
    uint32_t (*f32_survey)(const void *values, uint32_t count, const notch_mass_scale *scale,
                           uint64_t *sum, uint64_t *run_sums);
    /* Masses of a block, and their sum. */
    uint64_t (*f32_masses)(const void *values, uint32_t count, const notch_mass_scale *scale,
                           uint32_t *masses);
    /* masses[i] = |x_i|; returns their sum. */
    uint64_t (*i32_masses)(const int32_t *values, uint32_t count, uint32_t *masses);

    /* updates[i] = sign(x_i) * min(counts[i], 2^31 - 1); 0 where x_i is zero. */
    void (*f32_signed)(const void *values, const uint32_t *counts, uint32_t count,
                       int32_t *updates);
    void (*i32_signed)(const int32_t *values, const uint32_t *counts, uint32_t count,
                       int32_t *updates);

    /* sums[k] = the masses of run k, elements [k NOTCH_RUN, (k + 1) NOTCH_RUN) or up to the end;
     * returns the sum of all. sums may be NULL. */
    uint64_t (*run_sums)(const uint32_t *masses, uint32_t count, uint64_t *sums);
    /* The first i < count with masses[0] + ... + masses[i] > target, which exists. count is at most
     * NOTCH_RUN. */
    uint32_t (*find)(const uint32_t *masses, uint32_t count, uint64_t target);
    /* The same on the masses of floats. */
    uint32_t (*f32_find)(const void *values, uint32_t count, const notch_mass_scale *scale,
                         uint64_t target);
    /* How many of rising[0] <= rising[1] <= ... are at most target. count is a multiple of 8. */
    uint32_t (*rank)(const uint64_t *rising, uint32_t count, uint64_t target);

    /* cumulative[i] = masses[0] + ... + masses[i]. */
    void (*cumulate)(const uint32_t *masses, uint32_t count, uint64_t *cumulative);

    /* Stratified (stride 1) and systematic (stride 0) counts of a narrow block: stratum k holds one
     * point at fraction points[k * stride] / 2^32, counts[i] is the number of points in
     * [position(C_{i-1}), position(C_i)), where a position is rounded down to 2^-32.
     * points holds 32 readable words beyond those of the block's strata if stride is 1. */
    void (*point_counts)(const notch_positions *positions, const uint32_t *masses, uint32_t count,
                         const uint32_t *points, uint32_t stride, uint32_t *counts);

    /* wide[i] = counts[i]; returns their sum. Where `streaming`, wide is more than caches hold and
     * may be written past them. */
    uint64_t (*widen)(const uint32_t *counts, uint32_t count, uint64_t *wide, bool streaming);

    /* last[i] = the last 32-bit word w with floor(w total / 2^32) < cumulative[i] - base, where
     * total is cumulative[count - 1] - base < 2^43. count and cumulative[0] - base are at least
     * 1. */
    void (*last_words)(const uint64_t *cumulative, uint32_t count, uint64_t base, uint32_t *last,
                       notch_lean *lean);

    /* counts[i]++ for the category i of each word. Fastest where the first place to look at is
     * less than throw_window categories before the right one. */
    void (*throw_words)(const notch_throw *how, const uint32_t *words, uint32_t count,
                        uint32_t *counts);
    uint32_t throw_window;

    /* w <- clamp(w - spacing * u). Adds to *moved the weights that changed and to *saturated those
     * whose step a bound cut short. */
    void (*apply_i8)(const notch_lattice *lattice, int8_t *weights, const int32_t *updates,
                     uint32_t count, uint64_t *moved, uint64_t *saturated);
    void (*apply_i16)(const notch_lattice *lattice, int16_t *weights, const int32_t *updates,
                      uint32_t count, uint64_t *moved, uint64_t *saturated);
} notch_kernels;

/* The table of `isa`, or an error that names it and what this machine supports. */
notch_status notch_kernels_select(notch_isa isa, const notch_kernels **kernels, notch_error *error);

extern const notch_kernels notch_kernels_ref;
extern const notch_kernels notch_kernels_avx2;
extern const notch_kernels notch_kernels_avx512;
extern const notch_kernels notch_kernels_neon;
extern const notch_kernels notch_kernels_neon_dot;

/* Reference versions, for tables that lack a kernel of their own and for tails. */
void notch_random_blocks_ref(const notch_key *key, uint64_t first, uint64_t blocks,
                             uint32_t *words);
uint32_t notch_f32_survey_ref(const void *values, uint32_t count, const notch_mass_scale *scale,
                              uint64_t *sum, uint64_t *run_sums);
uint64_t notch_f32_masses_ref(const void *values, uint32_t count, const notch_mass_scale *scale,
                              uint32_t *masses);
uint64_t notch_i32_masses_ref(const int32_t *values, uint32_t count, uint32_t *masses);
void notch_i32_signed_ref(const int32_t *values, const uint32_t *counts, uint32_t count,
                          int32_t *updates);
uint64_t notch_run_sums_ref(const uint32_t *masses, uint32_t count, uint64_t *sums);
uint32_t notch_find_ref(const uint32_t *masses, uint32_t count, uint64_t target);
uint32_t notch_f32_find_ref(const void *values, uint32_t count, const notch_mass_scale *scale,
                            uint64_t target);
uint32_t notch_rank_ref(const uint64_t *rising, uint32_t count, uint64_t target);
void notch_f32_signed_ref(const void *values, const uint32_t *counts, uint32_t count,
                          int32_t *updates);
void notch_cumulate_ref(const uint32_t *masses, uint32_t count, uint64_t *cumulative);
void notch_point_counts_ref(const notch_positions *positions, const uint32_t *masses,
                            uint32_t count, const uint32_t *points, uint32_t stride,
                            uint32_t *counts);
uint64_t notch_widen_ref(const uint32_t *counts, uint32_t count, uint64_t *wide, bool streaming);
void notch_last_words_ref(const uint64_t *cumulative, uint32_t count, uint64_t base, uint32_t *last,
                          notch_lean *lean);
void notch_throw_ref(const notch_throw *how, const uint32_t *words, uint32_t count,
                     uint32_t *counts);
void notch_apply_i8_ref(const notch_lattice *lattice, int8_t *weights, const int32_t *updates,
                        uint32_t count, uint64_t *moved, uint64_t *saturated);
void notch_apply_i16_ref(const notch_lattice *lattice, int16_t *weights, const int32_t *updates,
                         uint32_t count, uint64_t *moved, uint64_t *saturated);

#endif
