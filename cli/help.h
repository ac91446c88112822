/* help.h - the help of a command, made from its table of options.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_HELP_H
#define NOTCH_CLI_HELP_H

#include "options.h"

/* What a value of this option looks like: "one of: ref, avx2", "a whole number from 0 to 2^40". */
void help_expected(const option_entry *entry, char phrase[HELP_PHRASE]);

/* Prints the whole help on standard output. */
void help_print(const option_table *table);

#endif
