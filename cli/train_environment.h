/* train_environment.h - where a run is computed, and what that takes.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_TRAIN_ENVIRONMENT_H
#define NOTCH_CLI_TRAIN_ENVIRONMENT_H

#include <notch/train.h>

/* Bytes of physical memory that the process has had at most, 0 where the system does not tell. */
uint64_t train_peak_memory(void);

/* The program, the machine, the data and the memory plan of a run as a JSON object, to be freed;
 * docs/training.md has its keys. Errors: MEMORY. */
notch_status train_environment_format(const notch_train_options *options,
                                      const notch_dataset *train, const notch_dataset *test,
                                      const notch_memory_plan *plan, char **text,
                                      notch_error *error);

#endif
