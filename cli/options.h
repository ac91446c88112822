/* options.h - one table of options that drives parsing, validation and the help of a command.
 * SPDX-License-Identifier: MIT
 *
 * A command fills variables with the defaults, describes them in a table, and parses:
 *
 *     int cmd_example(int argc, char **argv)
 *     {
 *         uint64_t seed = 1, sizes[8] = {1000}, sampler = NOTCH_SAMPLER_MULTINOMIAL;
 *         size_t size_count = 1;
 *         bool json = false;
 *         const option_entry entries[] = {
 *             {.kind = OPTION_NUMBER, .name = "seed", .argument = "S", .value = &seed,
 *              .maximum = UINT64_MAX, .help = "seed of all random numbers"},
 *             {.kind = OPTION_NUMBER, .name = "size", .argument = "D,...", .value = sizes,
 *              .list_count = &size_count, .list_capacity = 8,
 *              .minimum = 1, .maximum = UINT64_C(1) << 31, .help = "numbers of parameters"},
 *             {.kind = OPTION_CHOICE, .name = "sampler", .argument = "NAME", .value = &sampler,
 *              .choices = option_samplers, .help = "how to draw"},
 *             {.kind = OPTION_HEADING, .help = "Output"},
 *             {.kind = OPTION_FLAG, .name = "json", .flag = &json, .help = "print JSON"},
 *         };
 *         const option_table table = {.command = "notch example",
 *                                     .purpose = "does something",
 *                                     .entries = entries,
 *                                     .entry_count = sizeof entries / sizeof entries[0]};
 *         char **operands;
 *         const int code = options_parse(&table, argc, argv, &operands);
 *         if (code != OPTIONS_GO_ON) {
 *             return code;
 *         }
 *         ...
 *
 * The help shows the variables' values from before parsing as the defaults. --help (and -h) is in
 * every table without being listed. Options may stand before and after operands; "--" ends them.
 */
#ifndef NOTCH_CLI_OPTIONS_H
#define NOTCH_CLI_OPTIONS_H

#include <notch/core.h>

#include "numbers.h"

typedef enum option_kind {
    OPTION_HEADING = 0, /* no option: `help` is the title of a group of the following ones */
    OPTION_FLAG,        /* --name sets *flag */
    OPTION_NUMBER,      /* a whole number: "1000000", "1e6" or "2^20" */
    OPTION_FIXED,       /* a number with 32 fractional bits: "16", "0.25", see number_parse_fixed */
    OPTION_CHOICE       /* a name; the value is its number */
} option_kind;

/* Name number `value` of an enumeration that starts at 0; NULL where it has ended. */
typedef const char *option_choices(uint64_t value);

/* The library's enumerations. */
option_choices option_samplers, option_inflations, option_isas;

typedef struct option_entry {
    option_kind kind;
    const char *name;         /* without dashes */
    const char *argument;     /* what the help calls the value: "N"; NULL for a flag */
    const char *help;         /* a phrase: small letter first, no full stop */
    const char *default_text; /* shown as the default instead of the value, "" for none; or NULL */
    bool *flag;               /* OPTION_FLAG only */
    uint64_t *value;          /* all other kinds; the first of a list */
    size_t *list_count;       /* not NULL: a list "A,B,..." of at least one value */
    size_t list_capacity;
    uint64_t minimum, maximum; /* both allowed; OPTION_FIXED: in units of 2^-32 */
    option_choices *choices;   /* OPTION_CHOICE only */
} option_entry;

typedef struct option_table {
    const char *command;     /* "notch sample" */
    const char *purpose;     /* a phrase: what the command does */
    const char *operands;    /* "FILE|-"; NULL if there are none */
    const char *description; /* paragraphs before the options, "\n" between lines; or NULL */
    const char *notes;       /* the same after the options */
    const option_entry *entries;
    size_t entry_count;
    size_t operand_count; /* exactly as many */
} option_table;

enum {
    OPTIONS_GO_ON = -1
};

/* Parses argv[1 .. argc), writes the variables of the table, and leaves the operands in *operands,
 * NULL after the last. Returns OPTIONS_GO_ON, or the exit code with which to end: 0 after --help,
 * EXIT_USAGE after one sentence on standard error. argv is reordered. */
int options_parse(const option_table *table, int argc, char **argv, char ***operands);

/* Prints "notch sample: SENTENCE" and where to find help on standard error; returns EXIT_USAGE. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int options_refuse(const char *command, const char *format, ...);

#endif
