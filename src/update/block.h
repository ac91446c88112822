/* block.h - gradients cut into blocks of masses.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_BLOCK_H
#define NOTCH_UPDATE_BLOCK_H

#include "kernels/kernels.h"

/* Up to NOTCH_BLOCK consecutive elements of one tensor, and what a step finds out about them. The
 * blocks of a group stand side by side, followed by one that only has the end of the group in
 * `before`, `stratum` and `fraction`. */
typedef struct notch_block {
    uint64_t first;            /* index in the tensor of the first element */
    uint64_t index;            /* index in the group of the first element */
    uint64_t mass_sum;         /* sum of masses, in units of 2^scale.unit */
    uint64_t weight;           /* share in the group: the mass sum in the group's units */
    uint64_t before;           /* weight of the group's blocks before this one */
    uint64_t thrown_at;        /* what trials are thrown at: the weight, or the remainders */
    uint64_t thrown_at_before; /* that of the group's blocks before this one */
    uint64_t stratum;  /* where the block starts on the axis of the trials: whole strata ... */
    uint64_t fraction; /* ... and 2^-NOTCH_POSITION_BITS parts of one */
    uint64_t trials;   /* that fall into the block, of those thrown at random */
    uint32_t tensor;
    uint32_t count;
    uint32_t moved; /* weights that changed */
    notch_mass_scale scale;
    bool has_gradient; /* some element is not zero */
} notch_block;

/* Blocks that `count` elements make. */
static inline uint64_t notch_block_count(uint64_t count)
{
    return (count + NOTCH_BLOCK - 1) / NOTCH_BLOCK;
}

/* Checks a gradient's description (not its values): ARGUMENT or RANGE with a sentence that starts
 * with `name`. */
notch_status notch_gradient_check(const notch_gradient *gradient, const char *name,
                                  notch_error *error);

/* What a worker carries from one block's survey to the next. */
typedef struct notch_surveyor {
    const notch_kernels *kernels;
    notch_scaled smoothing;
    notch_mass_scale guess; /* the last block's: right for most blocks, which saves a pass */
    uint32_t *buffer;       /* NOTCH_BLOCK masses */
} notch_surveyor;

/* Sets the block's scale, mass_sum and has_gradient from its values, and run_sums[k] to the masses
 * of its k-th run of NOTCH_RUN elements unless run_sums is NULL. False if a value is NaN or
 * infinite. */
bool notch_block_survey(notch_surveyor *surveyor, const notch_gradient *gradient,
                        notch_block *block, uint64_t *run_sums);

/* The masses of elements [offset, offset + count) of a block that has been surveyed: in `buffer`,
 * or where they are. */
const uint32_t *notch_block_masses(const notch_kernels *kernels, const notch_gradient *gradient,
                                   const notch_block *block, uint32_t offset, uint32_t count,
                                   uint32_t *buffer);

/* updates[i] = sign(g) min(counts[i], 2^31 - 1) for the elements from index `first` in the
 * tensor. */
void notch_gradient_signed(const notch_kernels *kernels, const notch_gradient *gradient,
                           uint64_t first, const uint32_t *counts, uint32_t count,
                           int32_t *updates);

/* The same for elements first + indices[k], k < count. */
void notch_gradient_signed_at(const notch_gradient *gradient, uint64_t first,
                              const uint32_t *indices, uint32_t count, const uint32_t *counts,
                              int32_t *updates);

/* Index in the tensor of the block's first NaN or infinity, which must exist. */
uint64_t notch_block_not_finite(const notch_gradient *gradient, const notch_block *block);

#endif
