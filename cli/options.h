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
    OPTION_SIZE,        /* a number of bytes: "512M", see number_parse_size */
    OPTION_CHOICE,      /* a name; the value is its number */
    OPTION_TEXT         /* any text but an empty one, such as a path; it stays in argv */
} option_kind;

/* Name number `value` of an enumeration that starts at 0; NULL where it has ended. */
typedef const char *option_choices(uint64_t value);

/* The library's enumerations. */
option_choices option_samplers, option_inflations, option_isas;

typedef struct option_entry {
    option_kind kind;
    const char *name;         /* without dashes */
    char letter;              /* a short form: 'o' for -o; 0: none */
    const char *argument;     /* what the help calls the value: "N"; NULL for a flag */
    const char *help;         /* a phrase: small letter first, no full stop */
    const char *default_text; /* shown as the default instead of the value, "" for none; or NULL */
    bool *flag;               /* OPTION_FLAG only */
    const char **text;        /* OPTION_TEXT only; NULL: not given, and then no default */
    uint64_t *value;          /* all other kinds; the first of a list */
    size_t *list_count;       /* not NULL: a list "A,B,..." of at least one value */
    size_t list_capacity;
    char separator;            /* between values of a list; 0: a comma */
    bool *given;               /* set to true where the option is given; or NULL */
    uint64_t minimum, maximum; /* both allowed; OPTION_FIXED: in units of 2^-32 */
    option_choices *choices;   /* OPTION_CHOICE only */
    bool unsaved;              /* config_format leaves it out */
} option_entry;

/* A configuration file, see config.h. The option that names it has `text` = &path. */
typedef struct option_config {
    const char *path;    /* NULL: none */
    const char *section; /* in which its keys stand, such as "train" */
    char *content;       /* what texts from the file point into; the command frees it */
} option_config;

typedef struct option_table {
    const char *command;     /* "notch sample" */
    const char *purpose;     /* a phrase: what the command does */
    const char *operands;    /* "FILE|-"; NULL if there are none */
    const char *description; /* paragraphs before the options, "\n" between lines; or NULL */
    const char *notes;       /* the same after the options */
    const option_entry *entries;
    size_t entry_count;
    size_t operand_count;    /* exactly as many, */
    size_t operand_optional; /* of which so many, the last ones, may be left out */
    bool operand_many;       /* or more than operand_count */
    option_config *config;   /* every option is also a key of this file; or NULL */
} option_table;

enum {
    OPTIONS_GO_ON = -1,
    OPTIONS_MAX = 63, /* entries of a table */
    HELP_PHRASE = 512 /* bytes that a phrase about a value may take */
};

/* Parses argv[1 .. argc), writes the variables of the table, and leaves the operands in *operands,
 * NULL after the last. Returns OPTIONS_GO_ON, or the exit code with which to end: 0 after --help,
 * EXIT_USAGE after one sentence on standard error. argv is reordered.
 *
 * Where the table has a configuration file, its options are taken before those of argv, wherever
 * its name stands; EXIT_INPUT (or EXIT_FAILED) if it cannot be read or does not hold what it
 * should. */
int options_parse(const option_table *table, int argc, char **argv, char ***operands);

/* Writes the variables of one option from `text`, which has to stay for OPTION_TEXT and is cut at
 * the separators of a list; a flag is "yes" or "no". If it is refused, problem is a phrase such as
 * "is '9', expected a whole number from 0 to 8". */
bool option_take(const option_entry *entry, char *text, char problem[HELP_PHRASE]);

/* Prints "notch sample: SENTENCE" and where to find help on standard error; returns EXIT_USAGE. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int options_refuse(const char *command, const char *format, ...);

#endif
