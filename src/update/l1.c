/* l1.c - the sum of magnitudes of one gradient.
 * SPDX-License-Identifier: MIT
 *
 * Needs no workspace: one block after the other, in the calling thread.
 */
#include "base/message.h"
#include "base/scaled.h"
#include "update/block.h"

notch_status notch_gradient_l1(const notch_gradient *gradient, notch_scaled *l1, notch_isa isa,
                               notch_error *error)
{
    const notch_kernels *kernels;
    if (gradient == NULL || l1 == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "l1 norm: the %s is missing",
                          l1 == NULL ? "result" : "gradient");
    }
    notch_status status = notch_gradient_check(gradient, "l1 norm", error);
    if (status == NOTCH_OK) {
        status = notch_kernels_select(isa, &kernels, error);
    }
    if (status != NOTCH_OK) {
        return status;
    }
    notch_scaled sum = {0, 0};
    uint32_t buffer[NOTCH_BLOCK];
    notch_surveyor surveyor = {kernels, {0, 0}, {0, 0, 0}, buffer};
    for (uint64_t first = 0; first < gradient->count; first += NOTCH_BLOCK) {
        const uint64_t left = gradient->count - first;
        notch_block block = {.first = first,
                             .count = (uint32_t)(left < NOTCH_BLOCK ? left : NOTCH_BLOCK)};
        if (!notch_block_survey(&surveyor, gradient, &block, NULL)) {
            return notch_fail(error, NOTCH_ERROR_NOT_FINITE,
                              "l1 norm: gradient element %u is not a finite number",
                              notch_block_not_finite(gradient, &block));
        }
        sum = notch_scaled_add(sum, (notch_scaled){block.mass_sum, block.scale.unit});
    }
    *l1 = sum;
    return NOTCH_OK;
}
