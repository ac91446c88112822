/* trainer_rows.h - rows of tensors as parameters of their own.
 * SPDX-License-Identifier: MIT
 *
 * The authors' rule for one tensor at a time hands the whole tensor to
 * torch.distributions.Multinomial, which takes the last dimension as categories and all others as a
 * batch: every row (of a dense layer the weights of an output, of a convolution a row of a kernel)
 * gets round(count^(1/dimensions)) trials of its own, count and dimensions being the tensor's.
 * `--zim-mode paper --scope layer` does the same.
 */
#ifndef NOTCH_HOST_TRAINER_ROWS_H
#define NOTCH_HOST_TRAINER_ROWS_H

#include <notch/train.h>

/* Whether an update with these options goes row by row. */
bool notch_train_by_rows(const notch_update_options *options);

/* Rows of all tensors; those with one dimension are one row each. */
uint64_t notch_train_row_count(const notch_model *model);

/* RANGE if a step cannot take that many. */
notch_status notch_train_rows_check(const notch_model *model, notch_error *error);

/* rows[0 .. notch_train_row_count): the parameters' rows, in order, with their weights and
 * gradients as far as they are set. */
void notch_train_rows(const notch_model *model, const notch_parameter *parameters,
                      notch_parameter *rows);

/* What a step did to rows, told of the tensors they belong to. */
void notch_train_rows_tell(const notch_model *model, const notch_parameter *rows,
                           notch_parameter *parameters);

#endif
