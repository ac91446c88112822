/* matrix_select.c - which kernels for products of matrices this machine can run.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/matrix_table.h"

#if NOTCH_HAVE_X86
#include "kernels/x86/matrix_x86.h"
#endif

typedef struct variant {
    notch_isa isa; /* that stands for it, unless a later one has the same */
    const notch_matrix_kernels *kernels;
} variant;

enum {
    VARIANTS_MAX = 5
};

/* Those that this machine can run, in rising order. */
static uint32_t find_variants(variant found[VARIANTS_MAX])
{
    uint32_t count = 0;
    found[count++] = (variant){NOTCH_ISA_REF, &notch_matrix_ref};
#if NOTCH_HAVE_X86
    if (notch_isa_supported(NOTCH_ISA_AVX2)) {
        found[count++] = (variant){NOTCH_ISA_AVX2, &notch_matrix_avx2};
    }
    if (notch_isa_supported(NOTCH_ISA_AVX512)) {
        found[count++] = (variant){NOTCH_ISA_AVX512, &notch_matrix_avx512};
        if (notch_x86_has_avx512_vnni()) {
            found[count++] = (variant){NOTCH_ISA_AVX512, &notch_matrix_avx512_vnni};
#if NOTCH_HAVE_AMX
            if (notch_x86_has_amx()) {
                found[count++] = (variant){NOTCH_ISA_AVX512, &notch_matrix_amx};
            }
#endif
        }
    }
#endif
#if NOTCH_HAVE_NEON
    found[count++] = (variant){NOTCH_ISA_NEON, &notch_matrix_neon};
    if (notch_isa_supported(NOTCH_ISA_NEON_DOT)) {
        found[count++] = (variant){NOTCH_ISA_NEON_DOT, &notch_matrix_neon_dot};
    }
#endif
    return count;
}

const notch_matrix_kernels *notch_matrix_variant(uint32_t index)
{
    variant found[VARIANTS_MAX];
    return index < find_variants(found) ? found[index].kernels : NULL;
}

notch_status notch_matrix_select(notch_isa isa, const notch_matrix_kernels **kernels,
                                 notch_error *error)
{
    const notch_kernels *others;
    const notch_status status = notch_kernels_select(isa, &others, error);
    if (status != NOTCH_OK) {
        return status;
    }
    variant found[VARIANTS_MAX];
    const uint32_t count = find_variants(found);
    for (uint32_t i = 0; i < count; i++) {
        if (found[i].isa == others->isa) {
            *kernels = found[i].kernels;
        }
    }
    return NOTCH_OK;
}

const char *notch_matrix_name(const notch_matrix_kernels *kernels)
{
    return kernels->name;
}
