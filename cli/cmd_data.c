/* cmd_data.c - `notch data`: data sets to be listed, downloaded, verified, found and looked at.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "commands.h"
#include "data_commands.h"
#include "options.h"

static const char description[] =
    "What there is to do:\n"
    "  list    the data sets that are known, and where they are on this machine\n"
    "  fetch   downloads a data set and verifies it\n"
    "  verify  compares the files of a data set with the official ones\n"
    "  path    prints the folder of a data set\n"
    "  sheet   draws images of a data set into a PNG file\n"
    "'notch data list --help' and so on tell more.";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} parts[] = {
    {"list", cmd_data_list}, {"fetch", cmd_data_fetch}, {"verify", cmd_data_verify},
    {"path", cmd_data_path}, {"sheet", cmd_data_sheet},
};

int cmd_data(int argc, char **argv)
{
    for (size_t k = 0; argc >= 2 && k < sizeof parts / sizeof parts[0]; k++) {
        if (strcmp(argv[1], parts[k].name) == 0) {
            return parts[k].run(argc - 1, argv + 1);
        }
    }
    const option_table table = {.command = "notch data",
                                .purpose = DATA_PURPOSE,
                                .operands = "list|fetch|verify|path|sheet",
                                .operand_count = 1,
                                .description = description};
    char **operands;
    const int code = options_parse(&table, argc, argv, &operands);
    if (code != OPTIONS_GO_ON) {
        return code;
    }
    return options_refuse("notch data", "cannot '%s', expected list, fetch, verify, path or sheet",
                          operands[0]);
}
