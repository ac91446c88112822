/* select.c - which instruction sets this machine has, and the kernels of each.
 * SPDX-License-Identifier: MIT
 */
#include "base/message.h"
#include "base/names.h"
#include "kernels/kernels.h"

#if NOTCH_HAVE_X86
#include "kernels/x86/features.h"
#endif

static const char *const isa_names[] = {"best", "ref", "avx2", "avx512"};
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

bool notch_isa_supported(notch_isa isa)
{
#if NOTCH_HAVE_X86
    if (isa == NOTCH_ISA_AVX2) {
        return notch_x86_has_avx2();
    }
    if (isa == NOTCH_ISA_AVX512) {
        return notch_x86_has_avx512();
    }
#endif
    return isa == NOTCH_ISA_BEST || isa == NOTCH_ISA_REF;
}

notch_isa notch_isa_best(void)
{
    if (notch_isa_supported(NOTCH_ISA_AVX512)) {
        return NOTCH_ISA_AVX512;
    }
    return notch_isa_supported(NOTCH_ISA_AVX2) ? NOTCH_ISA_AVX2 : NOTCH_ISA_REF;
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
    if (!notch_isa_supported(isa)) {
        return notch_fail(error, NOTCH_ERROR_UNSUPPORTED,
                          "instruction set %s is not available here; the best one is %s", name,
                          notch_isa_name(notch_isa_best()));
    }
#if NOTCH_HAVE_X86
    if (isa == NOTCH_ISA_AVX512) {
        *kernels = &notch_kernels_avx512;
        return NOTCH_OK;
    }
    if (isa == NOTCH_ISA_AVX2) {
        *kernels = &notch_kernels_avx2;
        return NOTCH_OK;
    }
#endif
    *kernels = &notch_kernels_ref;
    return NOTCH_OK;
}
