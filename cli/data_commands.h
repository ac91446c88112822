/* data_commands.h - what `notch data` can do.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_CLI_DATA_COMMANDS_H
#define NOTCH_CLI_DATA_COMMANDS_H

/* argv[0] is the part's own name, such as "fetch". They return an exit code. */
int cmd_data_list(int argc, char **argv);
int cmd_data_fetch(int argc, char **argv);
int cmd_data_verify(int argc, char **argv);
int cmd_data_path(int argc, char **argv);
int cmd_data_sheet(int argc, char **argv);

#endif
