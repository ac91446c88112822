/* table_neon.c - the tables of kernels for 64-bit ARM.
 * SPDX-License-Identifier: MIT
 *
 * Rows have kernels of their own, as have products of matrices (matrix_select.c). Compilers make
 * NEON code of the rest, since every 64-bit ARM processor has it.
 */
#include "kernels/kernels.h"

#if NOTCH_HAVE_NEON

#define TABLE(set)                                                                                 \
    {                                                                                              \
        .isa = set, .rows = &notch_rows_neon, .random_blocks = notch_random_blocks_ref,            \
        .f32_survey = notch_f32_survey_ref, .f32_masses = notch_f32_masses_ref,                    \
        .i32_masses = notch_i32_masses_ref, .f32_signed = notch_f32_signed_ref,                    \
        .i32_signed = notch_i32_signed_ref, .run_sums = notch_run_sums_ref,                        \
        .find = notch_find_ref, .f32_find = notch_f32_find_ref, .rank = notch_rank_ref,            \
        .cumulate = notch_cumulate_ref, .point_counts = notch_point_counts_ref,                    \
        .widen = notch_widen_ref, .last_words = notch_last_words_ref,                              \
        .throw_words = notch_throw_ref, .throw_window = NOTCH_WINDOW_REF,                          \
        .apply_i8 = notch_apply_i8_ref, .apply_i16 = notch_apply_i16_ref,                          \
    }

const notch_kernels notch_kernels_neon = TABLE(NOTCH_ISA_NEON);
const notch_kernels notch_kernels_neon_dot = TABLE(NOTCH_ISA_NEON_DOT);

#endif
