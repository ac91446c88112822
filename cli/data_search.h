/* data_search.h - where commands look for data sets, and how they open one by its name.
 * SPDX-License-Identifier: MIT
 *
 * Known data sets are looked for in these folders, in this order:
 *     1. the one given with --data-dir;
 *     2. the one that the environment variable NOTCH_DATA names;
 *     3. the user's: $XDG_DATA_HOME/notch, or $HOME/.local/share/notch.
 * Those that are not given are left out. They need not exist. In each, a data set is looked for
 * below its own name first: FOLDER/mnist, then FOLDER (see notch_data_find).
 */
#ifndef NOTCH_CLI_DATA_SEARCH_H
#define NOTCH_CLI_DATA_SEARCH_H

#include <notch/data.h>

#define DATA_DIGITS "digits" /* the name of the built-in data set */

/* For the help of options. */
#define DATA_NAMES "digits|mnist|fashion-mnist|cifar10|optdigits|PATH"

enum {
    DATA_FOLDERS_MAX = 3
};

typedef struct data_folders {
    char *paths[DATA_FOLDERS_MAX]; /* in the order of the search */
    size_t count;
} data_folders;

/* The folders of the search. data_dir: NULL if --data-dir is not given. To be freed with
 * data_folders_free, also on failure. Errors: MEMORY. */
notch_status data_folders_find(const char *data_dir, data_folders *folders, notch_error *error);
void data_folders_free(data_folders *folders);

/* Opens the training and the test part of a data set; where `train` or `test` is NULL, that part is
 * not read. name: "digits", which is drawn and not looked for, the name of a known data set, or a
 * path. data_dir: of --data-dir, NULL if it is not given. The caller destroys the results.
 * Returns EXIT_DONE, or the exit code with which to end after one sentence on standard error that
 * begins with `command`, such as "notch train"; *train and *test are then as they were. */
int data_search_open(const char *command, const char *name, const char *data_dir,
                     notch_dataset **train, notch_dataset **test);

/* The same without printing. Errors: those of notch_data_find. */
notch_status data_search_find(const char *name, const char *data_dir, notch_dataset **train,
                              notch_dataset **test, notch_error *error);

/* One part of a data set, and what it is called. */
enum {
    DATA_TRAIN = 0,
    DATA_TEST
};
const char *data_part_name(uint64_t part); /* NULL: there is no such part */

/* data_search_open for this part only. */
int data_search_open_part(const char *command, const char *name, const char *data_dir,
                          uint64_t part, notch_dataset **dataset);

#endif
