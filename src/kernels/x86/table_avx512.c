/* table_avx512.c - the table of AVX-512 kernels.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"

const notch_kernels notch_kernels_avx512 = {
    .isa = NOTCH_ISA_AVX512,
    .rows = &notch_rows_avx512,
    .random_blocks = notch_random_blocks_avx512,
    .f32_survey = notch_f32_survey_avx512,
    .f32_masses = notch_f32_masses_avx512,
    .i32_masses = notch_i32_masses_avx512,
    .f32_signed = notch_f32_signed_avx512,
    .i32_signed = notch_i32_signed_avx512,
    .run_sums = notch_run_sums_avx512,
    .find = notch_find_avx512,
    .f32_find = notch_f32_find_avx512,
    .rank = notch_rank_avx512,
    .cumulate = notch_cumulate_avx512,
    .point_counts = notch_point_counts_avx512,
    .widen = notch_widen_avx512,
    .last_words = notch_last_words_avx512,
    .throw_words = notch_throw_avx512,
    .throw_window = NOTCH_WINDOW_AVX512,
    .apply_i8 = notch_apply_i8_avx512,
    .apply_i16 = notch_apply_i16_avx512,
};
