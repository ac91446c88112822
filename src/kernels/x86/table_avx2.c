/* table_avx2.c - the table of AVX2 kernels.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"

const notch_kernels notch_kernels_avx2 = {
    .isa = NOTCH_ISA_AVX2,
    .rows = &notch_rows_avx2,
    .random_blocks = notch_random_blocks_avx2,
    .f32_survey = notch_f32_survey_avx2,
    .f32_masses = notch_f32_masses_avx2,
    .i32_masses = notch_i32_masses_avx2,
    .f32_signed = notch_f32_signed_avx2,
    .i32_signed = notch_i32_signed_avx2,
    .run_sums = notch_run_sums_avx2,
    .find = notch_find_ref,
    .f32_find = notch_f32_find_ref,
    .rank = notch_rank_ref,
    .cumulate = notch_cumulate_avx2,
    .point_counts = notch_point_counts_avx2,
    .widen = notch_widen_avx2,
    .last_words = notch_last_words_avx2,
    .throw_words = notch_throw_avx2,
    .throw_window = NOTCH_WINDOW_AVX2,
    .apply_i8 = notch_apply_i8_avx2,
    .apply_i16 = notch_apply_i16_avx2,
};
