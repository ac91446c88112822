/* parallel.c - the runtime a caller asked for, resolved.
 * SPDX-License-Identifier: MIT
 */
#include "update/parallel.h"

#include "base/message.h"

static void run_here(void *self, notch_task *task, void *argument, uint64_t items)
{
    (void)self;
    for (uint64_t i = 0; i < items; i++) {
        task(argument, i, 0);
    }
}

static const notch_executor calling_thread = {run_here, NULL, 1};

notch_status notch_runtime_resolve(const notch_runtime *runtime, const notch_kernels **kernels,
                                   const notch_executor **executor, notch_error *error)
{
    const notch_isa isa = runtime != NULL ? runtime->isa : NOTCH_ISA_BEST;
    *executor = runtime != NULL && runtime->executor != NULL ? runtime->executor : &calling_thread;
    if ((*executor)->run == NULL) {
        return notch_fail(error, NOTCH_ERROR_ARGUMENT, "the executor has no run function");
    }
    if ((*executor)->workers == 0 || (*executor)->workers > NOTCH_WORKERS_MAX) {
        return notch_fail(error, NOTCH_ERROR_RANGE, "the executor has %u workers, expected 1 to %u",
                          (uint64_t)(*executor)->workers, (uint64_t)NOTCH_WORKERS_MAX);
    }
    return notch_kernels_select(isa, kernels, error);
}

notch_status notch_workspace_check(const void *workspace, size_t bytes, size_t needed,
                                   notch_error *error)
{
    if (workspace == NULL || bytes < needed) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "the workspace has %u bytes, expected %u",
                          workspace == NULL ? UINT64_C(0) : (uint64_t)bytes, (uint64_t)needed);
    }
    if ((uintptr_t)workspace % 64 != 0) {
        return notch_fail(error, NOTCH_ERROR_MEMORY, "the workspace is not aligned to 64 bytes");
    }
    return NOTCH_OK;
}
