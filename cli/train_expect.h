/* train_expect.h - the weights that a training run is expected to have.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_TRAIN_EXPECT_H
#define NOTCH_CLI_TRAIN_EXPECT_H

#include <notch/train.h>

typedef struct train_expectation {
    const char *name; /* as given; NULL: nothing is expected */
    bool has_final;   /* a hash was given: that of the last weights */
    uint8_t final[32];
    notch_step_hash *hashes; /* else: hashes[0 .. count), by rising steps */
    size_t count, next;
} train_expectation;

/* What --expect says: 64 hexadecimal digits, or a path. NULL: nothing. To be freed with
 * train_expectation_free. Errors: INPUT, MEMORY. */
notch_status train_expectation_read(const char *text, train_expectation *expectation,
                                    notch_error *error);
void train_expectation_free(train_expectation *expectation);

/* Whether a hash of the weights after this step is expected; steps rise from call to call. */
bool train_expectation_wants(train_expectation *expectation, uint64_t step);
/* Whether this is the one; if not, the sentence says how they differ. */
bool train_expectation_met(const train_expectation *expectation, uint64_t step,
                           const uint8_t digest[32], notch_error *error);

/* The same for the end of a run that has finished. */
bool train_expectation_met_at_end(const train_expectation *expectation, uint64_t step,
                                  const uint8_t digest[32], notch_error *error);

#endif
