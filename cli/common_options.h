/* common_options.h - options that several commands have, so that each is said in one place.
 * SPDX-License-Identifier: MIT
 *
 * Entries for the table of a command, each with the variable that it fills:
 *
 *         const option_entry entries[] = {
 *             option_seed(&seed, "seed of all random numbers"),
 *             option_json(&json),
 *         };
 *
 * What an option is for differs where there is a `help`.
 */
#ifndef NOTCH_CLI_COMMON_OPTIONS_H
#define NOTCH_CLI_COMMON_OPTIONS_H

#include "options.h"

/* What data_search_open is told: --data, --data-dir and --part. */
option_entry option_data(const char **name);
option_entry option_data_dir(const char **folder);
option_entry option_part(uint64_t *part, const char *help);

/* --threads, 0 to 1024, where 0 stands for one on each processor. option_workers: the same for
 * commands that train or measure training. */
option_entry option_threads(uint64_t *count);
option_entry option_workers(uint64_t *count);

option_entry option_isa(uint64_t *isa, const char *help);         /* a notch_isa */
option_entry option_sampler(uint64_t *sampler, const char *help); /* a notch_sampler */
option_entry option_seed(uint64_t *seed, const char *help);       /* any 64 bits */
option_entry option_batch(uint64_t *images, const char *help);    /* 1 to 65536 */

/* --json where the result is one object, and --csv. */
option_entry option_json(bool *json);
option_entry option_csv(bool *csv);

#endif
