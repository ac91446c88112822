/* matrix_select.c - which kernels for products of matrices this machine can run.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/matrix_table.h"

#if NOTCH_HAVE_X86
#include "kernels/x86/matrix_x86.h"
#endif

const notch_matrix_kernels *notch_matrix_variant(uint32_t index)
{
    const notch_matrix_kernels *found[4] = {&notch_matrix_ref};
    uint32_t count = 1;
#if NOTCH_HAVE_X86
    if (notch_isa_supported(NOTCH_ISA_AVX2)) {
        found[count++] = &notch_matrix_avx2;
    }
    if (notch_isa_supported(NOTCH_ISA_AVX512)) {
        found[count++] = &notch_matrix_avx512;
        if (notch_x86_has_avx512_vnni()) {
            found[count++] = &notch_matrix_avx512_vnni;
        }
    }
#elif NOTCH_HAVE_NEON
    found[count++] = &notch_matrix_neon;
#if defined(__ARM_FEATURE_DOTPROD)
    found[count++] = &notch_matrix_neon_dot;
#endif
#endif
    return index < count ? found[index] : NULL;
}

/* NEON has no notch_isa of its own yet, so that only `best` reaches it. */
notch_status notch_matrix_select(notch_isa isa, const notch_matrix_kernels **kernels,
                                 notch_error *error)
{
    const notch_kernels *others;
    const notch_status status = notch_kernels_select(isa, &others, error);
    if (status != NOTCH_OK) {
        return status;
    }
    *kernels = &notch_matrix_ref;
    if (isa == NOTCH_ISA_BEST) {
        for (uint32_t i = 1; notch_matrix_variant(i) != NULL; i++) {
            *kernels = notch_matrix_variant(i);
        }
        return NOTCH_OK;
    }
#if NOTCH_HAVE_X86
    if (isa == NOTCH_ISA_AVX2) {
        *kernels = &notch_matrix_avx2;
    } else if (isa == NOTCH_ISA_AVX512) {
        *kernels = notch_x86_has_avx512_vnni() ? &notch_matrix_avx512_vnni : &notch_matrix_avx512;
    }
#endif
    return NOTCH_OK;
}

const char *notch_matrix_name(const notch_matrix_kernels *kernels)
{
    return kernels->name;
}
