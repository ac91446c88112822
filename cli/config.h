/* config.h - configuration files: INI files whose keys are the options of a command.
 * SPDX-License-Identifier: MIT
 *
 *     # what a line that starts with '#' or ';' says is for people
 *     [train]
 *     model = cnn
 *     trials = 1:0.003
 *     seed = 7
 *
 * Keys stand before all sections or in the one that the table names, each at most once. A flag is
 * "yes" or "no". Options on the command line win over the file, see options_parse.
 */
#ifndef NOTCH_CLI_CONFIG_H
#define NOTCH_CLI_CONFIG_H

#include "options.h"

enum {
    CONFIG_BYTES_MAX = 1048576, /* of a file */
    CONFIG_LINE_MAX = 198       /* bytes of a line, without its end */
};

/* A key of an INI text. The strings stay until the function returns; a status other than OK ends
 * the reading. */
typedef struct config_item {
    const char *section, *key, *value; /* key and value NULL: the section begins here */
    unsigned line;
} config_item;
typedef notch_status config_function(void *self, const config_item *item, notch_error *error);

/* Calls function(self, ...) for each section and key of the text of a file called `name`, in order.
 * Errors:
 * INPUT (the sentence names file and line), UNSUPPORTED (no inih), and what the function
 * returns. */
notch_status config_each(const char *name, const char *text, size_t length,
                         config_function *function, void *self, notch_error *error);

/* The content of a file of at most CONFIG_BYTES_MAX bytes, to be freed in any case. Errors: INPUT,
 * MEMORY. */
notch_status config_load(const char *path, char **text, size_t *length, notch_error *error);

/* Reads the file that table->config names and takes the options in it. Returns OPTIONS_GO_ON, or
 * the exit code after one sentence on standard error that names file, line and key. */
int config_read(const option_table *table);

/* The same for the text of a file called `name`; text[length] is not looked at. Where it fails,
 * `sentence` says why, the options before the culprit are taken, and the status is INPUT or
 * MEMORY. */
notch_status config_parse(const option_table *table, const char *name, const char *text,
                          size_t length, notch_error *error);

/* The values of all options of the table but those marked `unsaved`, as such a file, to be freed;
 * texts that are not given (NULL) are left out. Errors: ARGUMENT (a text that such a file cannot
 * hold), MEMORY. */
notch_status config_format(const option_table *table, char **text, notch_error *error);

#endif
