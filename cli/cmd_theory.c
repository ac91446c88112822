/* cmd_theory.c - `notch theory`: the convergence bound, computed and checked.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "commands.h"
#include "theory.h"

typedef struct theory_command {
    const char *name;
    int (*run)(int argc, char **argv);
} theory_command;

static const theory_command theory_commands[] = {
    {"bounds", theory_bounds},
    {"check", theory_check},
    {"dimension", theory_dimension},
    {"constants", theory_constants},
};

int cmd_theory(int argc, char **argv)
{
    for (size_t k = 0; argc >= 2 && k < sizeof theory_commands / sizeof theory_commands[0]; k++) {
        if (strcmp(argv[1], theory_commands[k].name) == 0) {
            return theory_commands[k].run(argc - 1, argv + 1);
        }
    }
    const option_table table = {.command = "notch theory",
                                .purpose = THEORY_PURPOSE,
                                .operands = "bounds|check|dimension|constants",
                                .description = "What there is:\n"
                                               "  bounds     " THEORY_PURPOSE_BOUNDS "\n"
                                               "  check      " THEORY_PURPOSE_CHECK "\n"
                                               "  dimension  " THEORY_PURPOSE_DIMENSION "\n"
                                               "  constants  " THEORY_PURPOSE_CONSTANTS "\n"
                                               "'notch theory NAME --help' tells more about each.",
                                .operand_count = 1};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    return options_refuse("notch theory",
                          "there is no '%s', expected bounds, check, dimension or constants",
                          operands[0]);
}
