/* select.c - which instruction sets this machine has, and the kernels of each.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "base/names.h"
#include "kernels/kernels.h"

#if NOTCH_HAVE_X86
#include "kernels/x86/features.h"
#endif
#if NOTCH_HAVE_NEON
#include "kernels/arm/features.h"
#endif

static const char *const isa_names[] = {"best", "ref", "avx2", "avx512", "neon", "neon-dot"};
static const notch_names isa_table = {"instruction set", isa_names,
                                      sizeof isa_names / sizeof isa_names[0]};

const char *notch_isa_name(notch_isa isa)
{
    return notch_names_get(&isa_table, (int64_t)isa);
}

notch_status notch_isa_parse(const char *name, notch_isa *isa, notch_error *error)
{
    uint32_t value;
    const notch_status status = notch_names_parse(&isa_table, name, &value, error);
    if (status == NOTCH_OK) {
        *isa = (notch_isa)value;
    }
    return status;
}

/* NULL where this machine cannot run them. */
static const notch_kernels *kernels_of(notch_isa isa)
{
    switch ((int)isa) {
    case NOTCH_ISA_REF:
        return &notch_kernels_ref;
#if NOTCH_HAVE_X86
    case NOTCH_ISA_AVX2:
        return notch_x86_has_avx2() ? &notch_kernels_avx2 : NULL;
    case NOTCH_ISA_AVX512:
        return notch_x86_has_avx512() ? &notch_kernels_avx512 : NULL;
#endif
#if NOTCH_HAVE_NEON
    case NOTCH_ISA_NEON:
        return &notch_kernels_neon;
    case NOTCH_ISA_NEON_DOT:
        return notch_arm_has_dot_product() ? &notch_kernels_neon_dot : NULL;
#endif
    default:
        return NULL;
    }
}

bool notch_isa_supported(notch_isa isa)
{
    return isa == NOTCH_ISA_BEST || kernels_of(isa) != NULL;
}

notch_isa notch_isa_best(void)
{
    notch_isa best = NOTCH_ISA_REF;
    for (notch_isa isa = best; notch_isa_name(isa) != NULL; isa = (notch_isa)(isa + 1)) {
        best = notch_isa_supported(isa) ? isa : best;
    }
    return best;
}

notch_status notch_kernels_select(notch_isa isa, const notch_kernels **kernels, notch_error *error)
{
    if (isa == NOTCH_ISA_BEST) {
        isa = notch_isa_best();
    }
    const char *name = notch_isa_name(isa);
    if (name == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "unknown instruction set number");
    }
    const notch_kernels *found = kernels_of(isa);
    if (found == NULL) {
        return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                          "instruction set %s is not available here; the best one is %s", name,
                          notch_isa_name(notch_isa_best()));
    }
    *kernels = found;
    return NOTCH_OK;
}
