/* initialise_paper.h - first weights as the authors' code draws them.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_HOST_INITIALISE_PAPER_H
#define NOTCH_HOST_INITIALISE_PAPER_H

#include <notch/model.h>

/* weights = sign(x) X, where for each row of the tensor's last dimension X counts n trials of
 * probabilities (|x_i| + 1) / (sum of the row's), n = round(count^(1/dimensions)). x: the usual
 * floating-point initialisation. Trial t of row r is bounded draw r n + t of the key. Errors:
 * ARGUMENT (a lattice of 1 bit), MEMORY. */
notch_status notch_initialise_rows(const notch_tensor *tensor, const float *x,
                                   const notch_lattice *lattice, const notch_key *key,
                                   void *weights, notch_error *error);

#endif
