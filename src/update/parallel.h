/* parallel.h - the runtime a caller asked for, resolved.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_PARALLEL_H
#define NOTCH_UPDATE_PARALLEL_H

#include "base/aligned.h"
#include "kernels/kernels.h"

enum {
    NOTCH_WORKERS_MAX = 1024,
    NOTCH_BLOCKS_A_TASK = 8
};

/* Kernels and executor of `runtime`, NULL standing for the best kernels in the calling thread. */
notch_status notch_runtime_resolve(const notch_runtime *runtime, const notch_kernels **kernels,
                                   const notch_executor **executor, notch_error *error);

/* Tasks that blocks [0, blocks) make. */
static inline uint64_t notch_tasks_of(uint64_t blocks)
{
    return (blocks + NOTCH_BLOCKS_A_TASK - 1) / NOTCH_BLOCKS_A_TASK;
}

/* ARGUMENT or MEMORY if the workspace cannot be used. */
notch_status notch_workspace_check(const void *workspace, size_t bytes, size_t needed,
                                   notch_error *error);

#endif
